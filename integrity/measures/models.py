"""Measures to promote integrity and transparency, and how they went, quarter by quarter."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q, QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from integrity.ita.models import Recommendation
from strategy.access import REPORTER, Viewer
from strategy.approval.model import Approvable, open_index, state_field
from strategy.comments.model import Commented, of_own_units
from strategy.evidence.model import Evidence, SupportedByEvidence
from strategy.models import FISCAL_YEAR_VALIDATORS, THAI, Agency, Plan, Unit
from strategy.owners.model import Owned, Reporters
from strategy.records.model import Record

QUARTER_CHOICES = [(1, "1"), (2, "2"), (3, "3"), (4, "4")]


class YearsAtWork(models.Manager["MeasureYear"]):
    """The years that pages and lists of work know: all but those of a draft plan."""

    def get_queryset(self) -> QuerySet[MeasureYear]:
        at_work = Q(came_with__isnull=True) | Q(came_with__is_draft=False)
        return super().get_queryset().filter(at_work)


class MeasureYear(Record):
    """An agency's measures of a fiscal year under their title.

    ``objects`` are the years at work; one that came with a draft plan is found by ``every`` alone.
    """

    judged_by = ("reporting",)
    of_draft = "came_with__is_draft"
    every = models.Manager["MeasureYear"]()
    objects = YearsAtWork()

    class Reporting(models.TextChoices):
        QUARTER = "quarter", _("by quarter")
        WHOLE = "whole", _("as a whole")

    agency = models.ForeignKey(
        Agency, models.PROTECT, related_name="measure_years", verbose_name=_("agency")
    )
    fiscal_year = models.PositiveSmallIntegerField(
        _("fiscal year"), validators=FISCAL_YEAR_VALIDATORS
    )
    title = models.CharField(_("title"), max_length=500, blank=True, db_collation=THAI)
    reporting = models.CharField(
        _("reported"),
        max_length=10,
        choices=Reporting,
        default=Reporting.QUARTER,
        help_text=_("By quarter: every quarter is owed. As a whole: the year's results alone."),
    )
    is_sample = models.BooleanField(_("sample"), default=False, editable=False)
    came_with = models.ForeignKey(
        Plan,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="measure_years",
        verbose_name=_("came with the plan"),
    )

    class Meta(Record.Meta):
        verbose_name = _("year of integrity measures")
        verbose_name_plural = _("years of integrity measures")
        ordering = ["agency_id", "-fiscal_year"]
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "fiscal_year"],
                name="%(app_label)s_%(class)s_year",
                violation_error_message=_("This agency's measures of that year exist."),
            )
        ]

    def __str__(self) -> str:
        return self.title or str(self.fiscal_year)

    def clean(self) -> None:
        """Units and recommendations of its measures are those of its agency."""
        others = MeasureYear.objects.filter(pk=self.pk).exclude(agency=self.agency_id)
        if self.pk and self.issues.exists() and others.exists():
            raise ValidationError(
                {"agency": _("The agency stays; begin a year of the other agency instead.")}
            )


class MeasureIssue(Record):
    """An issue (ประเด็น) that the measures of a year are grouped under."""

    of_draft = "year__came_with__is_draft"

    year = models.ForeignKey(
        MeasureYear,
        models.CASCADE,
        related_name="issues",
        verbose_name=_("year of integrity measures"),
    )
    number = models.PositiveSmallIntegerField(_("number"))
    name = models.CharField(_("name"), max_length=500, db_collation=THAI)
    instruments = models.JSONField(
        _("ITA instruments"),
        default=list,
        blank=True,
        help_text=_("Codes as printed beside the issue, such as IIT."),
    )

    class Meta(Record.Meta):
        verbose_name = _("integrity issue")
        verbose_name_plural = _("integrity issues")
        ordering = ["year_id", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["year", "number"],
                name="%(app_label)s_%(class)s_number",
                violation_error_message=_("That number is taken."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.number}. {self.name}"


class ItaMeasure(Owned):
    """One measure: who is responsible, which recommendations it answers, what came of it."""

    month_fields = ("result", "outcome")
    of_draft = "issue__year__came_with__is_draft"
    audit_labels = {
        **Owned.audit_labels,
        "units": _("responsible units"),
        "answers": _("recommendations it answers"),
    }
    audit_links = {"units": "", "answers": ""}

    issue = models.ForeignKey(
        MeasureIssue, models.CASCADE, related_name="measures", verbose_name=_("integrity issue")
    )
    position = models.PositiveSmallIntegerField(_("order"), default=1)
    number = models.CharField(
        _("number"),
        max_length=10,
        blank=True,
        help_text=_("As printed; empty where an issue has one measure without a number."),
    )
    text = models.TextField(_("integrity measure"))
    units = models.ManyToManyField(
        Unit, blank=True, related_name="ita_measures", verbose_name=_("responsible units")
    )
    responsible_text = models.CharField(_("responsible, as printed"), max_length=300, blank=True)
    answers = models.ManyToManyField(
        Recommendation,
        blank=True,
        related_name="measures",
        verbose_name=_("recommendations it answers"),
        help_text=_("Drawn by planners: the sources do not say."),
    )
    result = models.TextField(_("result"), blank=True)
    outcome = models.TextField(_("outcome"), blank=True)

    class Meta(Owned.Meta):
        abstract = False
        verbose_name = _("integrity measure")
        verbose_name_plural = _("integrity measures")
        ordering = ["issue_id", "position"]
        constraints = [
            *Owned.Meta.constraints,
            models.UniqueConstraint(
                fields=["issue", "position"],
                name="%(app_label)s_%(class)s_position",
                violation_error_message=_("That place is taken."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.text[:80]}".strip()

    def month_written(self) -> tuple[int, int]:
        return (self.issue.year.fiscal_year, 12)

    def month_owner(self) -> tuple[int | None, Collection[int]]:
        return self.issue.year.agency_id, {unit.pk for unit in self.units.all()}

    @classmethod
    def with_reporters(cls) -> QuerySet[Any]:
        rows = super().with_reporters().select_related("issue__year")
        return rows.prefetch_related("units")

    def reporters(self) -> Reporters:
        """As integrity/measures/access.py has it: a group of units stands for every unit."""
        units = list(self.units.all())
        return Reporters(
            self.issue.year.agency_id,
            tuple(unit.pk for unit in units),
            tuple(unit.name for unit in units),
            any_unit=any(unit.is_group for unit in units),
        )

    @property
    def owned_title(self) -> str:
        """With its year: measures come back from year to year."""
        return f"{self.issue.year.fiscal_year}: {self}"

    def audit_details(self) -> dict[str, Any]:
        return {
            **super().audit_details(),
            "units": list(self.units.order_by("name").values_list("name", flat=True)),
            "answers": list(
                self.answers.order_by("assessment__fiscal_year", "number").values_list(
                    "assessment__fiscal_year", "number"
                )
            ),
        }


class MeasureFigure(Record):
    """A figure that a measure's outcome states, as a figure."""

    month_of = "measure"

    measure = models.ForeignKey(
        ItaMeasure, models.CASCADE, related_name="figures", verbose_name=_("integrity measure")
    )
    position = models.PositiveSmallIntegerField(_("order"), default=1)
    label = models.CharField(_("what is measured"), max_length=300)
    value = models.DecimalField(_("value"), max_digits=18, decimal_places=4)
    unit_label = models.CharField(_("unit of measure"), max_length=60, blank=True)

    class Meta(Record.Meta):
        verbose_name = _("figure of a measure")
        verbose_name_plural = _("figures of measures")
        ordering = ["measure_id", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["measure", "position"],
                name="%(app_label)s_%(class)s_position",
                violation_error_message=_("That place is taken."),
            )
        ]

    def __str__(self) -> str:
        return self.label


class QuarterProgress(SupportedByEvidence, Commented, Approvable):
    """How a measure stands at the end of a quarter: ``state``; ``approval`` is how far that is."""

    written_by_reporters = True
    figure_columns = ("state", "text")
    agency_link = "measure__issue__year__agency"
    approval_links = ("measure__units__agency__units",)
    figure_links = ("measure__issue__year__agency",)

    class State(models.TextChoices):
        NOT_STARTED = "not_started", _("not started")
        IN_PROGRESS = "in_progress", _("in progress")
        DONE = "done", _("done")

    measure = models.ForeignKey(
        ItaMeasure, models.PROTECT, related_name="progress", verbose_name=_("integrity measure")
    )
    quarter = models.PositiveSmallIntegerField(_("quarter"), choices=QUARTER_CHOICES)
    state = models.CharField(_("progress"), max_length=12, choices=State)
    text = models.TextField(_("what was done"), blank=True)
    approval = state_field()
    is_sample = models.BooleanField(_("sample"), default=False, editable=False)

    class Meta(Approvable.Meta):
        verbose_name = _("progress of a measure")
        verbose_name_plural = _("progress of measures")
        permissions = [("approve_quarterprogress", "Can approve progress of measures")]
        ordering = ["measure_id", "quarter"]
        indexes = [open_index("approval", "quarter")]
        constraints = [
            models.UniqueConstraint(
                fields=["measure", "quarter"],
                name="%(app_label)s_%(class)s_quarter",
                violation_error_message=_("That quarter is reported already; change it instead."),
            ),
            models.CheckConstraint(
                condition=Q(quarter__gte=1, quarter__lte=4),
                name="%(app_label)s_%(class)s_range",
                violation_error_message=_("A quarter is 1 to 4."),
            ),
        ]

    def month_written(self) -> tuple[int, int]:
        return (self.measure.issue.year.fiscal_year, self.quarter * 3)

    def month_owner(self) -> tuple[int | None, Collection[int]]:
        return self.measure.month_owner()

    def __str__(self) -> str:
        return f"{self.measure} {self.quarter}"

    def history_seen_by(self, who: Viewer) -> bool:
        """Its units; a measure of a group of units is every unit's of that agency."""
        return who.may_read_drafts(None) or self._is_theirs(who)

    def evidence_seen_by(self, who: Viewer) -> bool:
        return not self.is_unsent or self.history_seen_by(who)

    def evidence_written_by(self, who: Viewer) -> bool:
        reports = who.is_planner or (REPORTER in who.roles and self._is_theirs(who))
        return reports and not self.is_approved

    def _is_theirs(self, who: Viewer) -> bool:
        return any(
            unit.pk in who.unit_ids or (unit.is_group and unit.agency_id in who.agency_ids)
            for unit in self.measure.units.all()
        )

    def approval_units(self) -> Collection[int]:
        """Each of its units; where one is a group, every unit of that agency."""
        found: set[int] = set()
        for unit in self.measure.units.all():
            found |= {each.pk for each in unit.agency.units.all()} if unit.is_group else {unit.pk}
        return found

    @classmethod
    def of_units(cls, units: Iterable[int]) -> Q:
        theirs = Unit.objects.filter(pk__in=units)
        answering = Unit.objects.filter(
            Q(pk__in=theirs.values("pk")) | Q(is_group=True, agency__in=theirs.values("agency"))
        )
        linked = ItaMeasure.units.through.objects.filter(unit__in=answering.values("pk"))
        return Q(measure__in=linked.values("itameasure"))

    @classmethod
    def approval_rows(cls) -> QuerySet[Any]:
        stored: Any = cls._base_manager
        rows: QuerySet[Any] = stored.select_related("measure__issue__year__agency")
        return rows.prefetch_related(*cls.approval_links, "evidence")

    @property
    def title(self) -> str:
        return self.figure_name

    @classmethod
    def reported_by(cls, who: Viewer) -> Q:
        own = of_own_units(who, "measure__units")
        if REPORTER in who.roles:
            own |= Q(measure__units__is_group=True, measure__units__agency__in=who.agency_ids)
        return own

    @property
    def figure_name(self) -> str:
        issue = self.measure.issue
        place = f"{issue.number}.{self.measure.number}" if self.measure.number else issue.number
        return gettext("measure %(place)s, quarter %(quarter)s of %(year)s") % {
            "place": place, "quarter": self.quarter, "year": issue.year.fiscal_year,
        }  # fmt: skip


class QuarterEvidence(Evidence):
    """What a quarter's progress rests on."""

    progress = models.ForeignKey(QuarterProgress, models.CASCADE, related_name="evidence")
