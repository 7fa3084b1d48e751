"""What is kept of reminders: each mail with its outcome, who wants none, secrets of calendars."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from nhrc_plan.reminders import rules
from strategy.models import Unit
from strategy.records.model import Record, actor_name
from strategy.thai import format_date


class Reminder(Record):
    """One mail to one person on one day: claimed before it is sent, then with its outcome.

    Who it was for is kept as plain id and name, as authors are in histories, so that the list of
    what was sent outlives the account. Neither the text nor the e-mail address is kept.
    """

    written_by_planners = False

    class Kind(models.TextChoices):
        OWN = rules.OWN, _("own work")
        APPROVAL = rules.APPROVAL, _("To approve")
        HEAD = rules.HEAD, _("to the head of a unit")
        PLANNERS = rules.PLANNERS, _("to planners")

    class State(models.TextChoices):
        CLAIMED = "claimed", _("being sent")
        SENT = "sent", _("sent")
        FAILED = "failed", _("not sent")
        OFF = "off", _("switched off")

    class Why(models.TextChoices):
        CONNECTION = "connection", _("no connection to the mail server")
        REFUSED = "refused", _("refused by the mail server")
        INTERRUPTED = "interrupted", _("interrupted; whether it went out is not known")

    recipient_id = models.BigIntegerField(_("id of the person"))
    recipient_name = models.CharField(_("to whom"), max_length=200)
    day = models.DateField(_("day of the run"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    lines = models.PositiveIntegerField(_("lines"))
    state = models.CharField(
        _("outcome"), max_length=10, choices=State.choices, default=State.CLAIMED
    )
    why = models.CharField(_("why not"), max_length=12, choices=Why.choices, blank=True)
    #: When it was claimed last, or when what came of it was known.
    moment = models.DateTimeField(_("When"))

    class Meta(Record.Meta):
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["recipient_id", "day", "kind"],
                name="%(app_label)s_%(class)s_once",
                violation_error_message=_("That person has that day's mail of this kind already."),
            )
        ]

    @property
    def shape(self) -> str:
        """What stands beside the outcome's word."""
        shapes = {self.State.SENT: "●", self.State.FAILED: "■", self.State.OFF: "○"}
        return shapes.get(self.State(self.state), "◌")

    def __str__(self) -> str:
        return f"{self.recipient_name} {format_date(self.day)} {self.get_kind_display()}"


class MailChoice(Record):
    """Whether a person has switched reminders off; nothing stored: they have not."""

    written_by_planners = False

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="mail_choice",
        verbose_name=_("person"),
    )
    off = models.BooleanField(_("switched off"), default=False)

    class Meta(Record.Meta):
        verbose_name = _("choice of reminders")
        verbose_name_plural = _("choices of reminders")
        ordering = ["pk"]

    def __str__(self) -> str:
        return actor_name(self.user)


class CalendarFeed(Record):
    """The secret of a calendar's address, of one person or of one unit.

    Kept as a hash, so that neither the database nor its history or backup opens a calendar.
    """

    written_by_planners = False

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="calendar_feed",
        verbose_name=_("person"),
    )
    unit = models.OneToOneField(
        Unit,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="calendar_feed",
        verbose_name=_("unit"),
    )
    secret_hash = models.CharField(_("hash of the secret"), max_length=64, unique=True)

    class Meta(Record.Meta):
        verbose_name = _("calendar address")
        verbose_name_plural = _("calendar addresses")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(user__isnull=True) ^ Q(unit__isnull=True),
                name="%(app_label)s_%(class)s_whose",
                violation_error_message=_("A calendar is of a person or of a unit."),
            )
        ]

    def __str__(self) -> str:
        return str(self.user or self.unit)
