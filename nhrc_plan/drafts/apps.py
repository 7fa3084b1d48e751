from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DraftsConfig(AppConfig):
    name = "nhrc_plan.drafts"
    label = "drafts"
    verbose_name = _("Plans in preparation")
