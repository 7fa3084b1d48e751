"""Who is silent, and what nobody answers for: the two counts and what they count."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from django.db.models import CharField, Max, Value
from django.utils import timezone

from budgets.models import CarriedPayment, Disbursement
from budgets.read.rows import MoneyYear
from integrity.measures.models import QuarterProgress
from kpis.models import Result
from kpis.read.rows import IndicatorRow
from nhrc_plan.owners import rules
from nhrc_plan.owners.things import (
    MEASURE,
    MODELS,
    Key,
    Named,
    Standing,
    measures_of,
    named,
    seen_by,
    years_looked_at,
)
from strategy.access import Viewer
from strategy.approval.model import State
from strategy.calendar import FiscalMonth
from strategy.models import Plan


class Silence(NamedTuple):
    """``silent``: the overdue things of each silent person, by their user; ``last``: the day on
    which each last reported; ``without``: what nobody answers for."""

    silent: Mapping[int, list[Key]]
    last: Mapping[int, date]
    without: list[Key]


def silence(standing: Standing, found: Mapping[Key, Named], seen: Collection[Key]) -> Silence:
    """What is to be told of the things ``seen``. Two queries; none where nothing is overdue."""
    overdue = [key for key in standing.overdue() if key in seen and found[key].answers]
    last = last_reports({found[key].user or 0 for key in overdue})
    since = _since(overdue, found)
    silent: dict[int, list[Key]] = defaultdict(list)
    for key in sorted(overdue):
        user = found[key].user or 0
        if rules.is_silent(standing.today, since[key], last.get(user)):
            silent[user].append(key)
    current = _current_measures(standing)
    without = [
        key
        for key in sorted(seen)
        if not found[key].answers and (key[0] != MEASURE or key[1] in current)
    ]
    return Silence(silent, last, without)


def _current_measures(standing: Standing) -> set[int]:
    """Measures of a year that is over are asked about no more, who answered for them neither."""
    return {
        measure.id
        for year in standing.measures
        if year.fiscal_year == standing.at.year
        for measure in year.measures
    }


class Counts(NamedTuple):
    """How many persons are silent, and how many things nobody answers for."""

    silent: int
    without: int


def may_read(who: Viewer, agency_id: int) -> bool:
    """Whether somebody reads who answers for what: all of it, or that of their own units."""
    return who.may_read_drafts(None) or agency_id in who.agency_ids


def counted(
    plan: Plan,
    at: FiscalMonth,
    today: date,
    rows: Sequence[IndicatorRow],
    money: Mapping[int, Mapping[int, MoneyYear]],
    who: Viewer,
) -> Counts | None:
    """The two counts as the page on owners has them; None for who may not read it.

    Seven queries, two of them only where somebody is named for what is overdue.
    """
    if not may_read(who, plan.agency_id):
        return None
    standing = Standing(plan, at, today, tuple(rows), money, measures_of(plan, at, today))
    found = named(plan, years_looked_at(plan, at))
    seen = seen_by(who, found, standing.measure_rows())
    told = silence(standing, found, seen)
    return Counts(len(told.silent), len(told.without))


def last_reports(users: Collection[int]) -> dict[int, date]:
    """The day on which each of these people last handed something in, as the histories tell.

    What they approved, deleted or kept as a draft is no report. One query; none without people.
    """
    if not users:
        return {}
    histories = [
        Result.history.filter(state=Result.State.SUBMITTED),
        *(
            model.history.filter(approval=State.SUBMITTED)
            for model in (Disbursement, CarriedPayment, QuarterProgress)
        ),
    ]
    parts = [
        rows.filter(history_user_id__in=users, history_type__in="+~")
        .order_by()
        .values_list("history_user_id")
        .annotate(last=Max("history_date"))
        for rows in histories
    ]
    found: dict[int, date] = {}
    for user, moment in parts[0].union(*parts[1:], all=True):
        day = day_of(moment)
        found[user] = max(day, found.get(user, day))
    return found


def _since(keys: Iterable[Key], found: Mapping[Key, Named]) -> dict[Key, date | None]:
    """Since when each thing is its person's. One query; none without things."""
    ids: dict[str, list[int]] = defaultdict(list)
    for kind, pk in keys:
        ids[kind].append(pk)
    parts = [
        MODELS[kind]
        .history.filter(id__in=own)
        .order_by()
        .values_list(Value(kind, CharField()), "id", "history_id", "history_date", "accountable_id")
        for kind, own in ids.items()
    ]
    if not parts:
        return {}
    steps: dict[Key, list[tuple[date, int | None]]] = defaultdict(list)
    # As they were written: the days of samples are made up.
    for kind, pk, _row, moment, account in sorted(
        parts[0].union(*parts[1:], all=True), key=lambda row: row[:3]
    ):
        steps[kind, pk].append((day_of(moment), account))
    return {key: rules.theirs_since(own, found[key].account or 0) for key, own in steps.items()}


def day_of(moment: datetime) -> date:
    """A moment's day in Bangkok."""
    return timezone.localtime(moment).date()
