from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ExchangeConfig(AppConfig):
    name = "nhrc_plan.exchange"
    label = "exchange"
    verbose_name = _("Workbooks to fill in")

    def ready(self) -> None:
        from nhrc_plan.exchange.entry import EntryWorkbook
        from nhrc_plan.exchange.kinds import register
        from nhrc_plan.exchange.undo.kind import Undo

        register(EntryWorkbook())
        register(Undo())
