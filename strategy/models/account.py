"""What is kept of an account: its version, the history of who it belongs to and may do, and the
language in which its person reads."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from strategy.records.model import Record, actor_name


class Account(Record):
    """Stands for a person's account in the history: the account itself is the framework's.

    It is made with the account's first change through the system, at the latest when the database
    is next made ready (``manage.py bootstrap``), and goes with the account; the history of both
    stays.
    """

    written_by_planners = False
    written_by_administrators = True
    always_now = True
    audit_labels = {
        "username": _("user name"),
        "name": _("name"),
        "email": _("e-mail"),
        "roles": _("roles"),
        "units": _("units"),
        "active": _("account is open"),
        "superuser": _("may do everything"),
    }

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="account",
        verbose_name=_("person"),
    )
    device_taken_at = models.DateTimeField(
        _("device for one-time codes taken away"), null=True, blank=True, editable=False
    )

    class Meta(Record.Meta):
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        ordering = ["pk"]

    def __str__(self) -> str:
        return actor_name(self.user)

    def audit_details(self) -> dict[str, Any]:
        person = self.user
        groups = person.groups.order_by("name").values_list("name", flat=True)
        units = person.memberships.order_by("unit_id").values_list("unit__name", flat=True)
        return {
            "username": [person.get_username()],
            "name": [name] if (name := person.get_full_name()) else [],
            "email": [person.email] if person.email else [],
            "roles": list(groups),
            "units": list(units),
            "active": [True] if person.is_active else [],
            "superuser": [True] if person.is_superuser else [],
        }

    @classmethod
    def audit_lines(cls, name: str, value: Any) -> list[tuple[str, str]]:
        from strategy.access import label

        if name == "roles":
            value = [label(role) for role in value]
        elif name in ("active", "superuser"):
            value = [gettext("yes")] if value else []
        return super().audit_lines(name, value)


class LanguageChoice(Record):
    """The language in which a person reads pages and mails; nothing stored: Thai."""

    written_by_planners = False
    always_now = True

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="language_choice",
        verbose_name=_("person"),
    )

    class Digits(models.TextChoices):
        ARABIC = "arabic", _("Arabic digits")
        THAI = "thai", _("Thai digits")

    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    digits = models.CharField(
        _("digits"), max_length=10, choices=Digits, default=Digits.ARABIC, db_default=Digits.ARABIC
    )

    class Meta(Record.Meta):
        verbose_name = _("choice of language")
        verbose_name_plural = _("choices of language")
        ordering = ["pk"]

    def __str__(self) -> str:
        return actor_name(self.user)
