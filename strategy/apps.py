"""The ground app: Thai order on SQLite, roles and closed history tables after each migrate."""

from typing import Any

from django.apps import AppConfig, apps
from django.conf import settings
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from strategy import thai


class StrategyConfig(AppConfig):
    name = "strategy"
    verbose_name = _("Plan structure")

    def ready(self) -> None:
        from strategy.evidence import checks as files  # noqa: F401 - registers its check
        from strategy.evidence.sentences import SENTENCES
        from strategy.messages import add_sentences
        from strategy.people import address  # noqa: F401 - registers its check
        from strategy.records import checks  # noqa: F401 - registers itself

        add_sentences(SENTENCES)
        thai.ask_language(reads_thai)
        connection_created.connect(register_thai_order)
        post_migrate.connect(after_migrate)


def reads_thai() -> bool:
    """Whether what is written now is for a reader of Thai, as everything is unless asked for."""
    return (get_language() or settings.LANGUAGE_CODE).startswith("th")


def register_thai_order(connection: Any, **kwargs: Any) -> None:
    """Gives SQLite the collation that PostgreSQL has from ICU."""
    if connection.vendor == "sqlite":
        from strategy.models import THAI_COLLATION

        connection.connection.create_collation(THAI_COLLATION, thai.compare)


def after_migrate(sender: AppConfig, using: str, **kwargs: Any) -> None:
    """Once, after the last app: by then every table and every permission exists."""
    last = [config for config in apps.get_app_configs() if config.models_module][-1]
    if sender is not last:
        return
    from strategy.access import sync_roles
    from strategy.records.closed import close_history_tables

    close_history_tables(using)
    sync_roles()
