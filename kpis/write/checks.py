"""What is checked before a result is saved: every reason to refuse it, by form field."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from kpis.models import Indicator, LevelCriterion, Result
from kpis.read.standing import Ground, ground_of
from kpis.rules.entry import Value, check_number, check_ratio
from kpis.rules.facts import (
    LEVEL,
    MILESTONE,
    PERCENT,
    IndicatorFacts,
    MeasureFacts,
    falls_are_asked,
    target_in_force,
)
from kpis.write.answers import check_remedy, check_repeat
from kpis.write.slips import Slip, slip_question, slips_of
from strategy.approval.model import state_problems
from strategy.calendar import FiscalMonth, latest_ended
from strategy.evidence.entry import EvidenceEntry, evidence_problems
from strategy.messages import sentence
from strategy.models import Plan
from strategy.standing.timeline import Fall, find_fall
from strategy.thai import Refusal, format_told, month_name, says_why


@dataclass(frozen=True, slots=True)
class ResultEntry:
    """A result as somebody enters it. ``values`` by measure id.

    ``expected_version``: None for a new result, else the version that the editor read.
    ``evidence``: None leaves what is kept as it is. ``unstated``: a published report that states
    no figure; the system alone may keep one.
    """

    indicator: Indicator
    fiscal_year: int
    month: int
    values: Mapping[int, Value] = field(default_factory=dict)
    progress: str = ""
    progress_percent: Decimal | None = None
    no_cases: bool = False
    narrative: str = ""
    outcome: str = ""
    problems: str = ""
    next_steps: str = ""
    fall_reason: str = ""
    steps_done: Sequence[int] = ()
    evidence: Sequence[EvidenceEntry] | None = None
    unstated: bool = False
    state: str = Result.State.SUBMITTED
    #: Figures that were asked about and confirmed, by measure id.
    confirmed: Mapping[int, Decimal] = field(default_factory=dict)
    expected_version: int | None = None
    is_sample: bool = False
    #: "The same as last time, nothing new": its figures are the last ones of the year.
    repeats_last: bool = False

    @property
    def key(self) -> tuple[int, int, int]:
        return (self.indicator.pk, self.fiscal_year, self.month)


def value_field(measure_id: int, part: str = "value") -> str:
    """The form field of a measure's figure; ``part``: value, numerator or denominator."""
    return f"{part}_{measure_id}"


class EntryContext:
    """What the checks need to know of many entries, read once.

    Seven queries; eight for indicators of a scorecard. ``ground``: what was read of the
    indicators already; then there are two.
    """

    def __init__(self, entries: Sequence[ResultEntry], ground: Ground | None = None) -> None:
        ids = {entry.indicator.pk for entry in entries}
        years = {entry.fiscal_year for entry in entries}
        ground = ground_of(ids, years) if ground is None else ground
        self.facts, self.plans, self.described = ground
        self.kept: dict[tuple[int, int, int], Result] = {
            (row.indicator_id, row.fiscal_year, row.month): row
            for row in Result.objects.filter(
                indicator__in=ids,
                fiscal_year__in=years,
                month__in={entry.month for entry in entries},
            )
        }
        #: The stored figures of what is entered, by measure.
        self.stands: dict[tuple[int, int, int], dict[int, Value]] = {
            entry.key: {} for entry in entries
        }
        self.timelines: dict[int, dict[tuple[int, int], dict[int, Decimal]]] = defaultdict(dict)
        # Figures of years are many more than entries: they are read without making rows of them.
        for pk, year, month, state, measure_id, amount, numerator, denominator in (
            Result.objects.filter(indicator__in=ids).order_by().values_list(
                "indicator_id", "fiscal_year", "month", "state", "values__measure_id",
                "values__value", "values__numerator", "values__denominator",
            )
        ):  # fmt: skip
            stands = self.stands.get((pk, year, month))
            if stands is not None and measure_id is not None:
                stands[measure_id] = Value(amount, numerator, denominator)
            if state in Result.UNSENT:
                continue
            at = self.timelines[pk].setdefault((year, month), {})
            if amount is None and measure_id is not None:
                amount = Value(None, numerator, denominator).amount
            if amount is not None:
                at[measure_id] = amount
        for entry in entries:
            if entry.state != Result.State.DRAFT:
                self.timelines[entry.indicator.pk][entry.fiscal_year, entry.month] = {
                    measure_id: amount
                    for measure_id, value in entry.values.items()
                    if (amount := value.amount) is not None
                }
        self._entries = entries
        self._slips: dict[int, dict[int, Slip]] = {}

    def slips(self, entry: ResultEntry) -> dict[int, Slip]:
        """The figures of one of the entries that look like slips, looked for once."""
        found = self._slips.get(id(entry))
        if found is None:
            found = self._slips[id(entry)] = slips_of(entry, self)
        return found


def entry_errors(
    entry: ResultEntry, context: EntryContext, today: date, *, by_system: bool
) -> dict[str, list[ValidationError]]:
    """Every reason to refuse an entry, by form field."""
    errors: dict[str, list[ValidationError]] = defaultdict(list)
    plan = context.plans[entry.indicator.pk]
    draft = plan.figures_refused()
    if draft is not None:
        errors["__all__"].append(draft)
        return errors
    if entry.fiscal_year not in plan.years:
        errors["fiscal_year"].append(
            ValidationError(
                _("This plan runs from fiscal year %(first)s to %(last)s.")
                % {"first": plan.first_year, "last": plan.last_year}
            )
        )
        return errors
    if not 1 <= entry.month <= 12:
        errors["month"].append(ValidationError(_("A fiscal month is 1 (October) to 12.")))
        return errors
    if not FiscalMonth(entry.fiscal_year, entry.month).has_ended(today):
        errors["month"].append(
            ValidationError(
                _("%(month)s has not ended; the latest month to report is %(latest)s.")
                % {
                    "month": month_name(FiscalMonth(entry.fiscal_year, entry.month)),
                    "latest": month_name(latest_ended(today)),
                }
            )
        )
    kept = context.kept.get(entry.key)
    for problem in state_problems(kept, entry.state, by_system=by_system):
        errors["__all__"].append(problem)
    if kept is not None and entry.expected_version is None:
        errors["month"].append(
            ValidationError(_("A result for that month exists; change it instead."))
        )
    is_draft = entry.state == Result.State.DRAFT
    facts = context.facts[entry.indicator.pk]
    target = target_in_force(facts, entry.fiscal_year, entry.month)
    if target.kind == MILESTONE:
        _check_milestone(entry, errors)
    else:
        _check_values(entry, facts, context, errors, by_system=by_system)
    if entry.repeats_last:
        check_repeat(entry, context, errors)
    if not errors and not is_draft:
        # All that is asked of a figure that may stand, at once.
        if target.kind != MILESTONE:
            _check_fall(entry, facts, context, errors)
        if not by_system:
            check_remedy(entry, facts, plan, errors)
            if target.kind != MILESTONE:
                _ask(entry, context, errors)
    _check_support(entry, context, today, errors)
    return errors


def _ask(
    entry: ResultEntry, context: EntryContext, errors: dict[str, list[ValidationError]]
) -> None:
    """A figure that looks like a slip is asked about, until it is confirmed as it stands."""
    for measure_id, slip in context.slips(entry).items():
        if entry.confirmed.get(measure_id) != slip.value:
            part = "numerator" if entry.values[measure_id].is_ratio else "value"
            errors[value_field(measure_id, part)].append(slip_question(slip))


def _check_support(
    entry: ResultEntry,
    context: EntryContext,
    today: date,
    errors: dict[str, list[ValidationError]],
) -> None:
    """What the figure rests on: its evidence, and the steps of work ticked off."""
    for place, piece in enumerate(entry.evidence or (), start=1):
        for problem in evidence_problems(piece, today).values():
            errors["evidence"].append(
                ValidationError(
                    _("Evidence %(number)s: %(problem)s")
                    % {"number": place, "problem": problem.messages[0]}
                )
            )
    steps = context.described[entry.indicator.pk][LevelCriterion.Kind.STEP]
    if set(entry.steps_done) - steps:
        errors["steps_done"].append(ValidationError(_("Choose from the steps that are listed.")))


def _check_milestone(entry: ResultEntry, errors: dict[str, list[ValidationError]]) -> None:
    if entry.values or entry.no_cases:
        errors["__all__"].append(
            ValidationError(_("This year's target is a milestone: report its progress."))
        )
    if not entry.progress:
        if entry.state != Result.State.DRAFT:
            errors["progress"].append(ValidationError(_("Choose how far the milestone has come.")))
    elif entry.progress not in Result.Progress.values:
        errors["progress"].append(ValidationError(_("Choose one of the listed answers.")))
    elif entry.progress == Result.Progress.IN_PROGRESS:
        if entry.progress_percent is None:
            errors["progress_percent"].append(
                ValidationError(_("Write how many per cent of the work are done."))
            )
        else:
            try:
                check_number(entry.progress_percent, kind=PERCENT, whole=False)
            except Refusal as refusal:
                errors["progress_percent"].append(sentence(refusal))
    elif entry.progress_percent is not None:
        errors["progress_percent"].append(
            ValidationError(_("A percentage is written for work in progress only."))
        )


def _check_values(
    entry: ResultEntry,
    facts: IndicatorFacts,
    context: EntryContext,
    errors: dict[str, list[ValidationError]],
    *,
    by_system: bool,
) -> None:
    if entry.progress or entry.progress_percent is not None:
        errors["__all__"].append(
            ValidationError(_("This year's target is a number: report a figure."))
        )
    measures = {measure.id: measure for measure in facts.measures}
    if unknown := entry.values.keys() - measures.keys():
        errors["__all__"].append(
            ValidationError(
                _("Measure %(id)s is not one of this indicator.") % {"id": min(unknown)}
            )
        )
    if entry.no_cases:
        if entry.values:
            errors["no_cases"].append(
                ValidationError(_("Either there were no cases, or there is a figure: not both."))
            )
        if all(measure.kind != PERCENT for measure in facts.measures):
            errors["no_cases"].append(
                ValidationError(_("Only a percentage can have no cases; write 0 instead."))
            )
        return
    if entry.unstated:
        if entry.values or not by_system:
            errors["__all__"].append(
                ValidationError(_("Only a published report may be kept without a figure."))
            )
        return
    plan = context.plans[entry.indicator.pk]
    levels = context.described[entry.indicator.pk][LevelCriterion.Kind.LEVEL]
    for measure in facts.measures:
        value = entry.values.get(measure.id)
        if value is None:
            if entry.state != Result.State.DRAFT:
                errors[value_field(measure.id)].append(ValidationError(_("Write the figure.")))
            continue
        _check_value(measure, value, len(plan.worths), errors)
        if not errors and measure.kind == LEVEL and levels and value.value not in {0, *levels}:
            errors[value_field(measure.id)].append(
                ValidationError(
                    _("This level is not described. There are: %(levels)s; 0 is not started.")
                    % {"levels": ", ".join(str(level) for level in sorted(levels))}
                )
            )


def _check_value(
    measure: MeasureFacts, value: Value, levels: int, errors: dict[str, list[ValidationError]]
) -> None:
    place = value_field(measure.id)
    try:
        if value.is_ratio:
            place = value_field(measure.id, "numerator")
            if measure.kind != PERCENT or value.value is not None:
                raise Refusal("ratio_not_both")
            check_ratio(value.numerator, value.denominator)
        elif value.value is None:
            raise Refusal("number_empty")
        else:
            check_number(value.value, kind=measure.kind, whole=measure.whole, levels=levels)
    except Refusal as refusal:
        errors[place].append(sentence(refusal))


def _check_fall(
    entry: ResultEntry,
    facts: IndicatorFacts,
    context: EntryContext,
    errors: dict[str, list[ValidationError]],
) -> None:
    if not falls_are_asked(facts):
        return
    if says_why(entry.fall_reason):
        return
    timeline = context.timelines[entry.indicator.pk]
    at = (entry.fiscal_year, entry.month)
    fall = find_fall(at, timeline.get(at, {}), timeline.items())
    if fall is not None:
        errors["fall_reason"].append(ValidationError(_fall_sentence(fall)))


def _fall_sentence(fall: Fall) -> str:
    return _(
        "A cumulative figure should not fall: %(earlier)s stands at %(earlier_value)s, "
        "%(later)s at %(later_value)s. Give the reason if it is right."
    ) % {
        "earlier": month_name(FiscalMonth(*fall.earlier), short=True),
        "earlier_value": format_told(fall.earlier_value),
        "later": month_name(FiscalMonth(*fall.later), short=True),
        "later_value": format_told(fall.later_value),
    }


def check_scale(plan: Plan) -> None:
    """Raises ValidationError where a plan's scale ends before a level that is described in it."""
    if plan.pk is None:
        return
    last = len(plan.worths)
    above = LevelCriterion.objects.filter(
        indicator__strategy__plan=plan, level__gt=last
    ).select_related("indicator__strategy__plan")
    codes = sorted({row.indicator.code for row in above})
    if codes:
        raise ValidationError(
            {
                "scale": ValidationError(
                    _(
                        "This scale ends at level %(last)s, and these indicators describe levels "
                        "above it: %(codes)s. Take those levels out of them first."
                    ),
                    params={"last": last, "codes": ", ".join(codes[:10])},
                )
            }
        )
