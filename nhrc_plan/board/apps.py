from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BoardConfig(AppConfig):
    name = "nhrc_plan.board"
    label = "board"
    verbose_name = _("Pages and reports")

    def ready(self) -> None:
        from nhrc_plan.board import suggestions

        suggestions.register_all()
