"""Quarters of measures that wait for somebody's approval, with what there is to look at."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from integrity.measures import rules
from integrity.measures.models import MeasureYear, QuarterProgress
from integrity.measures.read import reporting_days
from integrity.measures.rows import SHAPES, place_of
from strategy.access import Viewer
from strategy.approval.hands import Hands, hands_of
from strategy.approval.model import HANDED_IN
from strategy.approval.read import WaitingRow, late_flags, waiting_for
from strategy.calendar import DEFAULT_REPORTING_DAY, ReportingDay


@dataclass(frozen=True, kw_only=True)
class WaitingQuarter(WaitingRow):
    """A submitted quarter; ``before``: the last approved one of the measure before it, None where
    there is none."""

    before: QuarterProgress | None

    @property
    def pieces(self) -> int:
        """How many pieces of evidence it rests on."""
        return len(self.row.evidence.all())

    @property
    def shape(self) -> str:
        return SHAPES[self.row.state]

    @property
    def before_shape(self) -> str:
        return SHAPES[self.before.state] if self.before else ""


def waiting_quarters(who: Viewer) -> QuerySet[Any]:
    """The submitted quarters that a person may approve or return, oldest first."""
    rows: QuerySet[Any] = waiting_for(QuarterProgress, who).order_by(
        "measure__issue__year__fiscal_year", "quarter", "measure__issue__year__agency",
        "measure__issue__number", "measure__position",
    )  # fmt: skip
    return rows


def quarter_name(row: QuarterProgress) -> str:
    """Its quarter and fiscal year."""
    return _("quarter %(quarter)s, %(year)s") % {
        "quarter": row.quarter, "year": row.measure.issue.year.fiscal_year,
    }  # fmt: skip


def quarter_rows(rows: Sequence[QuarterProgress], who: Viewer) -> list[WaitingQuarter]:
    """Rows of :func:`waiting_quarters` with all that is shown of each. Three queries, and one for
    each agency of which deadlines move to working days."""
    hands = hands_of(QuarterProgress, [row.pk for row in rows])
    others: dict[int, list[QuarterProgress]] = defaultdict(list)
    for each in QuarterProgress.objects.filter(
        measure__in={row.measure_id for row in rows}, approval__in=HANDED_IN
    ).order_by("quarter"):
        others[each.measure_id].append(each)
    days = reporting_days({row.measure.issue.year_id for row in rows})
    found = []
    for row in rows:
        earlier = [each for each in others[row.measure_id] if each.quarter < row.quarter]
        approved = [each for each in earlier if each.is_approved]
        before = approved[-1] if approved else None
        measure = row.measure
        found.append(
            WaitingQuarter(
                row=row,
                code=place_of(measure.issue.number, measure.number),
                name=measure.text,
                unit=measure.responsible_text
                or ", ".join(unit.name for unit in measure.units.all()),
                period=quarter_name(row),
                before=before,
                before_name="" if before is None else quarter_name(before),
                own=who.user_id in hands[row.pk].authors,
                flags=tuple(_flags(row, earlier, hands[row.pk], days)),
            )
        )
    return found


def _flags(
    row: QuarterProgress,
    earlier: Sequence[QuarterProgress],
    hands: Hands,
    days: Mapping[int, ReportingDay],
) -> Iterable[str]:
    """What an approver looks at twice."""
    done = QuarterProgress.State.DONE
    if earlier and earlier[-1].state == done != row.state:
        yield _("was done in an earlier quarter")
    if not row.evidence.all():
        yield _("no evidence")
    year = row.measure.issue.year
    if year.reporting != MeasureYear.Reporting.WHOLE:
        last = rules.last_month(year.fiscal_year, row.quarter)
        yield from late_flags(hands, last.deadline(days.get(year.pk, DEFAULT_REPORTING_DAY)))
    if row.is_sample:
        yield _("sample")
