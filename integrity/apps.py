from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IntegrityConfig(AppConfig):
    name = "integrity"
    verbose_name = _("Integrity and transparency")

    def ready(self) -> None:
        from integrity.explained.ita import explain_ita
        from integrity.explained.measures import explain_measures
        from integrity.explained.self_assessments import explain_assessment
        from strategy.explained.sources import explain_for_agencies

        explain_for_agencies("ita", explain_ita)
        explain_for_agencies("measures", explain_measures)
        explain_for_agencies("assessment", explain_assessment)
