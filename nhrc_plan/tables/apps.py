from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TablesConfig(AppConfig):
    name = "nhrc_plan.tables"
    label = "tables"
    verbose_name = _("Tables that people have")

    def ready(self) -> None:
        from nhrc_plan.exchange.kinds import register
        from nhrc_plan.tables.kinds.every import KINDS

        for kind in KINDS.values():
            register(kind)
