"""Results: what was reached by the end of each month, in figures and in words.

Inputs are stored, progress is derived on read (kpis/rules). "No data", "no figure stated" and
"no target" are states of their own and never 0.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django.db import models
from django.db.models import F, Prefetch, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from kpis.models.indicators import (
    MONTH_RANGE,
    Indicator,
    Measure,
)
from kpis.models.targets import ValuesInHistory
from strategy.access import Viewer
from strategy.approval.model import Approvable, State, open_index
from strategy.calendar import FiscalMonth
from strategy.comments.model import Commented, of_own_units
from strategy.evidence.model import (
    EVIDENCE_PARTS,
    Evidence,
    SupportedByEvidence,
    read_evidence,
)
from strategy.language.months import MONTH_CHOICES
from strategy.models import FISCAL_YEAR_VALIDATORS
from strategy.records.model import Record
from strategy.thai import month_name, plain


class Result(ValuesInHistory, SupportedByEvidence, Commented, Approvable):
    """Where an indicator stands at the END of a fiscal month."""

    written_by_reporters = True
    audit_labels = {"slips": _("asked about and confirmed")}
    audit_unseen = frozenset({"slips"})
    grows_within = "indicator__strategy__plan"
    audit_parts = {
        "values": {name: (name,) for name in ("measure", "value", "numerator", "denominator")},
        "evidence": EVIDENCE_PARTS,
    }
    figure_links = ("indicator__strategy__plan",)
    state_name = "state"
    agency_link = "indicator__strategy__plan__agency"
    figure_columns = ("no_cases", "progress", "progress_percent", "details__values")
    approval_links = ("indicator",)

    class Progress(models.TextChoices):
        NOT_STARTED = "not_started", _("not started")
        IN_PROGRESS = "in_progress", _("in progress")
        DONE = "done", _("done")

    indicator = models.ForeignKey(
        Indicator, models.PROTECT, related_name="results", verbose_name=_("indicator")
    )
    fiscal_year = models.PositiveSmallIntegerField(
        _("fiscal year"), validators=FISCAL_YEAR_VALIDATORS
    )
    month = models.PositiveSmallIntegerField(_("month"), choices=MONTH_CHOICES)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.SUBMITTED)
    no_cases = models.BooleanField(
        _("no cases"), default=False, help_text=_("There was nothing to measure (0 of 0).")
    )
    progress = models.CharField(_("progress"), max_length=12, choices=Progress, blank=True)
    progress_percent = models.DecimalField(
        _("progress in per cent"), max_digits=5, decimal_places=2, null=True, blank=True
    )
    steps_done = models.JSONField(
        _("steps done"), default=list, blank=True, help_text=_("Numbers of the steps of work.")
    )
    narrative = models.TextField(_("what was done"), blank=True)
    outcome = models.TextField(_("outcome"), blank=True)
    problems = models.TextField(_("problems and obstacles"), blank=True)
    next_steps = models.TextField(_("next steps"), blank=True)
    fall_reason = models.TextField(
        _("reason for a lower cumulative figure"),
        blank=True,
        help_text=_("Needed where a cumulative figure is below an earlier one."),
    )
    repeats_last = models.BooleanField(
        _("no new result"),
        default=False,
        editable=False,
        help_text=_("Reported as the same as the figure before it."),
    )
    slips = models.JSONField(
        _("asked about and confirmed"),
        default=list,
        blank=True,
        editable=False,
        help_text=_("Figures that looked like slips, and were confirmed to be right."),
    )
    is_sample = models.BooleanField(_("sample"), default=False, editable=False)

    #: Its figures as the history tells them, where they were read for many at once.
    values_read: list[dict[str, Any]] | None = None

    class Meta(Record.Meta):
        verbose_name = _("result")
        verbose_name_plural = _("results")
        ordering = ["-fiscal_year", "-month", "indicator_id"]
        indexes = [open_index("state", "fiscal_year", "month")]
        constraints = [
            # Also the index by which the latest figure of a year is found.
            models.UniqueConstraint(
                fields=["indicator", "fiscal_year", "month"],
                name="%(app_label)s_%(class)s_month",
                violation_error_message=_("A result for that month exists; change it instead."),
            ),
            models.CheckConstraint(
                condition=Q(**MONTH_RANGE),
                name="%(app_label)s_%(class)s_month_range",
                violation_error_message=_("A month is 1 to 12."),
            ),
            models.CheckConstraint(
                condition=Q(progress_percent__isnull=True)
                | Q(progress_percent__gte=0, progress_percent__lte=100),
                name="%(app_label)s_%(class)s_percent",
                violation_error_message=_("A percentage is 0 to 100."),
            ),
        ]
        permissions = [("approve_result", "Can approve results")]

    def __str__(self) -> str:
        return self.title

    def evidence_seen_by(self, who: Viewer) -> bool:
        return not self.is_unsent or self.history_seen_by(who)

    def history_seen_by(self, who: Viewer) -> bool:
        return who.may_read_drafts(self.indicator.unit_id)

    @classmethod
    def reported_by(cls, who: Viewer) -> Q:
        return of_own_units(who, "indicator__unit")

    @property
    def figure_name(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """Its indicator's code and its month, as people write them."""
        at = FiscalMonth(self.fiscal_year, self.month)
        return f"{self.indicator.code} {month_name(at, short=True)}"

    def approval_units(self) -> Collection[int]:
        unit = self.indicator.unit_id
        return () if unit is None else (unit,)

    @classmethod
    def of_units(cls, units: Iterable[int]) -> Q:
        return Q(indicator__unit__in=units)

    @classmethod
    def approval_rows(cls) -> QuerySet[Result]:
        """With values and evidence: their history rows need no query each."""
        rows = cls._base_manager.select_related("indicator__strategy__plan")
        return rows.prefetch_related(*parts_of_history())

    @classmethod
    def figure_of(cls, row: Any) -> Sequence[Any]:
        values = [
            tuple(value[part] for part in ("measure", "value", "numerator", "denominator"))
            for value in row.details__values or ()
        ]
        return (row.no_cases, row.progress, row.progress_percent, values)

    def month_written(self) -> tuple[int, int]:
        return (self.fiscal_year, self.month)

    def month_owner(self) -> tuple[int | None, Collection[int]]:
        return self.indicator.strategy.plan.agency_id, self.approval_units()

    def audit_details(self) -> dict[str, Any]:
        """No query for its figures and its evidence after :func:`read_parts`."""
        values = self.values_read
        if values is None:
            values = [_told(value, str(value.measure)) for value in self.values.all()]
        return {
            "values": values,
            **super().audit_details(),
            "slips": [f"{slip['value']} ({slip['last']})" for slip in self.slips],
        }


class ResultValue(models.Model):
    """The figure of one measure; part of its Result and recorded with it.

    Either ``value``, or for a percentage ``numerator`` and ``denominator``, from which the
    percentage is computed whenever it is needed.
    """

    result = models.ForeignKey(Result, models.CASCADE, related_name="values")
    measure = models.ForeignKey(Measure, models.RESTRICT, related_name="result_values")
    value = models.DecimalField(max_digits=18, decimal_places=4, null=True, blank=True)
    numerator = models.DecimalField(max_digits=18, decimal_places=4, null=True, blank=True)
    denominator = models.DecimalField(max_digits=18, decimal_places=4, null=True, blank=True)

    class Meta:
        default_permissions = ()
        verbose_name = _("result value")
        verbose_name_plural = _("result values")
        ordering = ["result_id", "measure_id"]
        constraints = [
            models.UniqueConstraint(
                fields=["result", "measure"], name="%(app_label)s_%(class)s_measure"
            ),
            models.CheckConstraint(
                condition=Q(
                    value__isnull=False,
                    numerator__isnull=True,
                    denominator__isnull=True,
                )
                | Q(
                    value__isnull=True,
                    numerator__gte=0,
                    denominator__gt=0,
                    numerator__lte=F("denominator"),
                ),
                name="%(app_label)s_%(class)s_one_form",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.measure}: {self.short()}"

    def short(self) -> str:
        """The figure alone, as entered: "57", or "152 ÷ 200"."""
        if self.value is None:
            return f"{plain(self.numerator)} ÷ {plain(self.denominator)}"
        return str(plain(self.value))


class ResultEvidence(Evidence):
    """What a result rests on; part of its Result and recorded with it."""

    result = models.ForeignKey(Result, models.CASCADE, related_name="evidence")


def _told(value: Any, name: str) -> dict[str, Any]:
    """The figure of one measure, as its result's history row tells it."""
    return {
        "measure": value.measure_id,
        "label": name,
        "value": plain(value.value),
        "numerator": plain(value.numerator),
        "denominator": plain(value.denominator),
    }


def read_parts(results: Sequence[Result]) -> None:
    """Read the figures and the evidence of many results, as they stand now, before their history.

    Two queries, and no object for each of the thousands of figures.
    """
    read_evidence(results)
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    ids = [row.pk for row in results]
    for value in (
        ResultValue.objects.filter(result__in=ids).order_by("measure__position")
        .values_list(
            "result_id", "measure_id", "value", "numerator", "denominator",
            "measure__label", "measure__unit_label", "measure__kind", named=True,
        )
    ):  # fmt: skip
        name = Measure.named(value.measure__label, value.measure__unit_label, value.measure__kind)
        found[value.result_id].append(_told(value, name))
    for result in results:
        result.values_read = found[result.pk]


def parts_of_history() -> tuple[Prefetch | str, ...]:
    """What a result's history row tells of it beside its own fields, for many at once."""
    ordered = ResultValue.objects.select_related("measure").order_by("measure__position")
    return Prefetch("values", queryset=ordered), "evidence"
