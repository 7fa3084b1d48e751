"""The package that counts wrong passwords, under the name that users read."""

from axes.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SignInConfig(AppConfig):
    verbose_name = _("Sign-in")
