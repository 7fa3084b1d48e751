from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BoardConfig(AppConfig):
    name = "nhrc_plan.meetings"
    label = "board"
    verbose_name = _("Pages and reports")
