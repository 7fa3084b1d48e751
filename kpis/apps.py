from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class KpisConfig(AppConfig):
    name = "kpis"
    verbose_name = _("Indicators and results")

    def ready(self) -> None:
        from kpis.pages import explained
        from kpis.write.checks import check_scale
        from kpis.write.sentences import SENTENCES
        from strategy.messages import add_sentences
        from strategy.models import Plan

        add_sentences(SENTENCES)
        Plan.checks.append(check_scale)
        explained.register()
