"""The package that counts wrong passwords, under the name that users read."""

from axes.apps import AppConfig
from django.conf import settings
from django.utils.translation import gettext_lazy as _


class SignInConfig(AppConfig):
    verbose_name = _("Sign-in")

    def ready(self) -> None:
        """Refuse to start with a setting of the sign-in that cannot work."""
        super().ready()
        from strategy.people import codes
        from strategy.people.passkeys import setting as passkeys
        from strategy.people.sso import setting as sso

        codes.setting_check(settings.ONE_TIME_CODES)
        passkeys.setting_check(
            settings.PASSKEYS,
            alone=settings.PASSKEY_ALONE,
            domain=settings.PASSKEY_DOMAIN,
            origins=settings.PASSKEY_ORIGINS,
        )
        sso.setting_check(settings.SSO)
