"""The package that counts wrong passwords, under the name that users read."""

from axes.apps import AppConfig
from django.conf import settings
from django.utils.translation import gettext_lazy as _


class SignInConfig(AppConfig):
    verbose_name = _("Sign-in")

    def ready(self) -> None:
        """Refuse to start with a setting of one-time codes that is not understood."""
        super().ready()
        from strategy.people.codes import setting_check

        setting_check(settings.ONE_TIME_CODES)
