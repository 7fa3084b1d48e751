"""How much of what was due was answered by its deadline, month by month."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import QuerySet

from budgets.models import Disbursement
from integrity.measures import rules as quarters
from integrity.measures.models import QuarterProgress
from kpis.models import Result
from kpis.read.duties import LATE, MISSED, REPORTED, year_duties
from nhrc_plan.owners import rules
from nhrc_plan.owners.rules import HandedIn
from nhrc_plan.owners.silence import day_of
from nhrc_plan.owners.things import INDICATOR, MEASURE, PROJECT, Key, Standing
from strategy.approval.model import HANDED_IN
from strategy.calendar import MONTHS, PERIOD_ENDS, FiscalMonth, ReportingDay
from strategy.standing.status import round2


class Asked(NamedTuple):
    """A report that was due; ``month``: in which its period ended."""

    key: Key
    month: int
    answered: bool


class Share(NamedTuple):
    """So many reports were due, and so many of them there by their deadline."""

    due: int
    answered: int

    @property
    def percent(self) -> Decimal | None:
        """None where nothing was due."""
        return round2(Decimal(self.answered * 100) / self.due) if self.due else None


class Line(NamedTuple):
    """The shares of a kind, or of a unit, by month and in all."""

    key: Any
    label: str
    months: tuple[Share, ...]
    all: Share


def asked(standing: Standing, day: ReportingDay) -> list[Asked]:
    """Every report of the fiscal year looked at whose deadline has passed. Five queries.

    Up to the month looked at. Of what was loaded from documents nobody kept when it was handed
    in; it is left out.
    """
    return [*_results(standing), *_money(standing, day), *_measures(standing)]


def _results(standing: Standing) -> Iterator[Asked]:
    at, today = standing.at, standing.today
    handed = _handed_in(
        Result.history.filter(
            indicator__in=[row.id for row in standing.rows],
            fiscal_year=at.year,
            state__in=HANDED_IN,
        ),
        "indicator_id", "month",
    )  # fmt: skip
    for duty in year_duties(standing.plan, at.year, standing.rows, today):
        month = duty.period.month
        owed = duty.state in (REPORTED, LATE, MISSED)
        if owed and month <= at.month and today > duty.deadline:
            ends = PERIOD_ENDS[duty.row.frequency]
            next_end = next((end for end in ends if end > month), 13)
            key = (INDICATOR, duty.row.id)
            yield from _asked(key, month, handed[duty.row.id], month, next_end, duty.deadline)


def _money(standing: Standing, day: ReportingDay) -> Iterator[Asked]:
    at = standing.at
    owing = [
        pk
        for pk, years in standing.money.items()
        if at.year in years and (years[at.year].allocated or years[at.year].spent)
    ]
    handed = _handed_in(
        Disbursement.history.filter(project__in=owing, fiscal_year=at.year, approval__in=HANDED_IN),
        "project_id",
        "month",
    )
    for month in MONTHS[: at.month]:
        deadline = FiscalMonth(at.year, month).deadline(day)
        if standing.today > deadline:
            for pk in owing:
                yield from _asked((PROJECT, pk), month, handed[pk], month, month + 1, deadline)


def _measures(standing: Standing) -> Iterator[Asked]:
    at = standing.at
    rows = {
        measure.id: measure
        for year in standing.measures
        if year.fiscal_year == at.year
        for measure in year.measures
    }
    handed = _handed_in(
        QuarterProgress.history.filter(measure__in=list(rows), approval__in=HANDED_IN),
        "measure_id",
        "quarter",
    )
    for pk, measure in rows.items():
        for quarter in measure.quarters:
            month = quarters.last_month(at.year, quarter.quarter).month
            owed = quarter.is_late or quarter.progress_id is not None
            if owed and month <= at.month and standing.today > quarter.deadline:
                ends = (quarter.quarter, quarter.quarter + 1)
                yield from _asked((MEASURE, pk), month, handed[pk], *ends, quarter.deadline)


def _asked(key: Key, month: int, handed: Collection[HandedIn], *period: Any) -> Iterator[Asked]:
    answered = rules.in_time(list(handed), *period)
    if answered is not None:
        yield Asked(key, month, answered)


def _handed_in(history: QuerySet, thing: str, period: str) -> Mapping[int, list[HandedIn]]:
    """When each period of each thing was handed in for the first time. One query.

    What the system loaded has no day, but for samples, which show what a month looks like.
    """
    first: dict[tuple[int, int], HandedIn] = {}
    for pk, month, moment, user, sample in (
        history.exclude(history_type="-")
        .order_by("history_date", "history_id")
        .values_list(thing, period, "history_date", "history_user_id", "is_sample")
    ):
        kept = user is not None or sample
        first.setdefault((pk, month), HandedIn(month, day_of(moment) if kept else None))
    found: dict[int, list[HandedIn]] = defaultdict(list)
    for (pk, _month), handed in first.items():
        found[pk].append(handed)
    return found


def lines(
    reports: Iterable[Asked],
    months: Collection[int],
    group: Callable[[Key], tuple[Any, str]],
) -> list[Line]:
    """The shares by what ``group`` says of a thing (its key, and its name), in order of names."""
    found: dict[tuple[Any, str], list[Asked]] = defaultdict(list)
    for report in reports:
        found[group(report.key)].append(report)
    return [
        Line(
            key,
            label,
            tuple(_share(each for each in own if each.month == month) for month in months),
            _share(own),
        )
        for (key, label), own in found.items()
    ]


def _share(reports: Iterable[Asked]) -> Share:
    held = list(reports)
    return Share(len(held), sum(report.answered for report in held))
