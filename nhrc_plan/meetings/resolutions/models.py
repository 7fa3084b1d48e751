"""What a board meeting resolved: who owes what by when, and everything that was done about it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from budgets.models import Project
from integrity.models import ItaMeasure
from kpis.models import Indicator
from nhrc_plan.meetings.models import Frozen, Meeting
from nhrc_plan.meetings.resolutions import rules
from strategy.models import Account, Plan, Unit
from strategy.records.model import Record
from strategy.thai import format_date

#: What a resolution can be about, instead of the plan as a whole: at most one of these.
SUBJECTS = ("indicator", "project", "measure")


def _at_most_one() -> Q:
    found = Q()
    for name in SUBJECTS:
        others = Q(**{f"{other}__isnull": True for other in SUBJECTS if other != name})
        found |= others
    return found


class Resolution(Record):
    """Something that a meeting resolved and a unit has to answer by a day."""

    class State(models.TextChoices):
        OPEN = rules.OPEN, _("to be answered")
        ANSWERED = rules.ANSWERED, _("answered")
        CLOSED = rules.CLOSED, _("closed")
        CANCELLED = rules.CANCELLED, _("cancelled")

    meeting = models.ForeignKey(
        Meeting, models.PROTECT, related_name="resolutions", verbose_name=_("meeting")
    )
    number = models.CharField(
        _("number or agenda item"), max_length=20, help_text=_("As the minutes write it, as in 3.1")
    )
    text = models.TextField(_("what was resolved"))
    indicator = models.ForeignKey(
        Indicator,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("indicator"),
        help_text=_("What it is about: one of these, or none for the plan as a whole."),
    )
    project = models.ForeignKey(
        Project, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("project")
    )
    measure = models.ForeignKey(
        ItaMeasure,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("integrity measure"),
    )
    unit = models.ForeignKey(
        Unit, models.PROTECT, related_name="resolutions", verbose_name=_("responsible unit")
    )
    person = models.ForeignKey(
        Account,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("responsible person"),
        help_text=_("Somebody of that unit; any reporter of the unit may answer."),
    )
    first_due_on = models.DateField(_("first due date"))
    postponed_to = models.DateField(_("postponed to"), null=True, blank=True, editable=False)
    state = models.CharField(
        _("status"), max_length=10, choices=State, default=State.OPEN, editable=False
    )
    is_sample = models.BooleanField(_("sample"), default=False, editable=False)

    #: What a freeze has kept of a resolution, so that it stays.
    FIXED = ("meeting_id", "number", "text", "first_due_on")

    class Meta(Record.Meta):
        verbose_name = _("resolution")
        verbose_name_plural = _("resolutions")
        ordering = ["meeting_id", "number", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "number"],
                name="%(app_label)s_%(class)s_number",
                violation_error_message=_("The meeting has a resolution of that number."),
            ),
            models.CheckConstraint(
                condition=_at_most_one(),
                name="%(app_label)s_%(class)s_one_subject",
                violation_error_message=_(
                    "A resolution is about one thing: an indicator, a project or a measure."
                ),
            ),
            models.CheckConstraint(
                condition=Q(postponed_to__isnull=True) | Q(postponed_to__gt=F("first_due_on")),
                name="%(app_label)s_%(class)s_postponed_later",
                violation_error_message=_("A resolution is postponed to a later day."),
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def code(self) -> str:
        """Its meeting's number with its own, as the minutes are quoted."""
        return gettext("%(meeting)s item %(number)s") % {
            "meeting": self.meeting.number,
            "number": self.number,
        }

    @property
    def due_on(self) -> date:
        """The day by which an answer is owed now."""
        return self.postponed_to or self.first_due_on

    audit_parts = {
        "steps": {
            **{name: (name,) for name in ("kind", "text", "at", "who_id", "due_from", "due_to")},
            "who_name": ("who",),
        }
    }

    def audit_details(self) -> dict[str, Any]:
        rows = self.steps.all() if self.pk else ()
        return {"steps": [row.kept() for row in rows]}

    @classmethod
    def audit_lines(cls, name: str, value: Any) -> list[tuple[str, str]]:
        """Nothing: each step is the reason of the history row that was written with it."""
        return []

    @classmethod
    def audit_title(cls, row: Any) -> str:
        return gettext("resolution %(number)s") % {"number": row.number}

    @property
    def is_held(self) -> bool:
        """Whether a freeze holds it: its text, number, meeting and first date then stay."""
        if self._state.adding:
            return False
        stored = type(self)._base_manager.select_related("meeting").get(pk=self.pk).meeting
        entered = self.history.order_by("history_date").values_list("history_date", flat=True)[0]
        later = Q(meeting__fiscal_year__gt=stored.fiscal_year)
        later |= Q(meeting__fiscal_year=stored.fiscal_year, meeting__month__gte=stored.month)
        held = Frozen.objects.filter(later, plan=stored.plan_id, frozen_at__gte=entered)
        return bool(held.exists())

    def clean(self) -> None:
        if self.meeting_id and self.unit_id:
            refused = dict(self._of_other_plans())
            if refused:
                raise ValidationError(refused)
        if self.meeting_id and self.first_due_on and self.first_due_on < self.meeting.held_on:
            raise ValidationError(
                {
                    "first_due_on": gettext("It cannot be due before its meeting of %(day)s.")
                    % {"day": format_date(self.meeting.held_on)}
                }
            )
        self._refuse_to_change_what_stays()

    def _of_other_plans(self) -> Iterator[tuple[str, str]]:
        """What belongs to another plan or agency than the meeting."""
        plan = self.meeting.plan
        owners = {
            "unit": self.unit.agency_id == plan.agency_id,
            "indicator": not self.indicator or self.indicator.strategy.plan_id == plan.pk,
            "project": not self.project or self.project.strategy.plan_id == plan.pk,
            "measure": not self.measure or self.measure.issue.year.agency_id == plan.agency_id,
        }
        for name, is_ours in owners.items():
            if not is_ours:
                yield name, gettext("This is of another plan or agency than the meeting.")

    def _refuse_to_change_what_stays(self) -> None:
        if self._state.adding:
            return
        stored = type(self)._base_manager.values(*self.FIXED, "postponed_to").get(pk=self.pk)
        changed = [name for name in self.FIXED if stored[name] != getattr(self, name)]
        if not changed:
            return
        name = changed[0].removesuffix("_id")
        if self.is_held:
            raise ValidationError(
                {
                    name: gettext(
                        "A frozen meeting has shown this resolution: its text, number and first "
                        "due date stay. It can still be answered, postponed, closed or cancelled."
                    )
                }
            )
        if "first_due_on" in changed and stored["postponed_to"]:
            raise ValidationError(
                {"first_due_on": gettext("It has been postponed; its first due date stays.")}
            )


class ResolutionStep(models.Model):
    """What somebody said or decided about a resolution; the resolution's history holds it."""

    class Kind(models.TextChoices):
        ANSWER = rules.ANSWER, _("answered")
        ASKED_AGAIN = rules.ASKED_AGAIN, _("asked again")
        POSTPONED = rules.POSTPONED, _("postponed")
        CLOSING = rules.CLOSING, _("closed")
        CANCELLING = rules.CANCELLING, _("cancelled")

    resolution = models.ForeignKey(Resolution, models.CASCADE, related_name="steps")
    kind = models.CharField(max_length=12, choices=Kind)
    text = models.TextField(blank=True)
    at = models.DateTimeField()
    #: Plain values, as in the history: they outlive the account.
    who_id = models.BigIntegerField(null=True)
    who_name = models.CharField(max_length=200, blank=True)
    #: Of a postponement: from which day to which.
    due_from = models.DateField(null=True)
    due_to = models.DateField(null=True)

    class Meta:
        default_permissions = ()
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return self.get_kind_display()

    def kept(self) -> dict[str, Any]:
        """As the resolution's history holds it."""
        return {
            "kind": self.kind,
            "text": self.text,
            "at": timezone.localtime(self.at).isoformat(timespec="seconds"),
            "who_id": self.who_id,
            "who": self.who_name,
            "due_from": self.due_from.isoformat() if self.due_from else None,
            "due_to": self.due_to.isoformat() if self.due_to else None,
        }


class Escalation(Record):
    """From how many working days late on the unit, the planners and the board hear of it."""

    plan = models.OneToOneField(
        Plan, models.CASCADE, related_name="escalation", verbose_name=_("plan")
    )
    to_unit = models.PositiveSmallIntegerField(
        _("the unit hears of it"), default=1, help_text=_("From so many working days late on.")
    )
    to_planner = models.PositiveSmallIntegerField(_("the planners hear of it"), default=5)
    to_board = models.PositiveSmallIntegerField(_("the board hears of it"), default=10)

    class Meta(Record.Meta):
        verbose_name = _("escalation of late resolutions")
        verbose_name_plural = _("escalation of late resolutions")
        ordering = ["plan_id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(to_unit__gte=1)
                & Q(to_planner__gt=F("to_unit"))
                & Q(to_board__gt=F("to_planner")),
                name="%(app_label)s_%(class)s_rising",
                violation_error_message=_(
                    "Each hears of it later than the one before; the unit from day 1 at the "
                    "earliest."
                ),
            )
        ]

    def __str__(self) -> str:
        return str(self.plan)

    @property
    def levels(self) -> rules.Levels:
        return rules.Levels(self.to_unit, self.to_planner, self.to_board)
