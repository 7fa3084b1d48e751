"""What was restated since a meeting was frozen: the figure it saw, the one known now, who and why.

The old value is the frozen one, so that nothing done to the tables since can change it; who, when
and why come from the history.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from budgets.models import BudgetTransfer, Disbursement, Project, ProjectBudget
from budgets.read.asof import money_as_known
from budgets.read.money import plan_money
from kpis.models import Indicator, Result, YearTarget
from kpis.read.asof import cells_as_known
from kpis.read.standing import plan_standing
from nhrc_plan.meetings.frozen.figures import indicator, project
from nhrc_plan.meetings.models import Frozen
from strategy.calendar import FiscalMonth
from strategy.models import Plan
from strategy.read import deadline_days
from strategy.records.restated import RuleChange
from strategy.standing.words import status_label
from strategy.thai import format_baht, month_name

FIGURE, TARGET, RULE, MONEY, STATUS, ROW = "figure", "target", "rule", "money", "status", "row"


class Told(NamedTuple):
    """Who wrote the last change, when, and why."""

    who: str
    when: datetime
    why: str


class Restated(NamedTuple):
    """One value that is another now. ``year`` 0: of every year; ``told`` None: by a rule alone."""

    kind: str
    code: str
    name: str
    year: int
    before: str
    after: str
    told: Told | None

    @property
    def what(self) -> str:
        words = {
            FIGURE: _("figure"),
            TARGET: _("target"),
            RULE: _("rule of judging"),
            MONEY: _("money (baht)"),
            STATUS: _("status, by a change above"),
            ROW: _("comes or goes"),
        }
        return words[self.kind]


def restated_since(frozen: Frozen) -> list[Restated]:
    """Figures, targets, rules and money that are others now, judged as on the day of the freeze.

    A number of queries that does not grow with the plan, nor with what was changed.
    """
    plan, proof = frozen.plan, frozen.shown
    at = FiscalMonth(proof["board"]["month"]["year"], proof["board"]["month"]["month"])
    if at.year not in plan.years:
        return []
    day = datetime.fromisoformat(proof["meeting"]["known_on"]).date()
    days, until = deadline_days(plan), frozen.frozen_at
    standing = plan_standing(plan, at, day, days=days)
    money = plan_money(plan, at, day, days=days)
    rows = standing.rows
    known = cells_as_known(plan, rows, at, until, days, at, day)
    place = at.year - plan.first_year
    money_now = {row.id: row.years[place] for row in money.office.rows}
    spent = money_as_known(known.plan, at, until, days, money_now)
    names = {row.id: (row.code, row.name) for row in rows}
    projects = {row.id: (row.code, row.name) for row in money.office.rows}
    results, targets = _results_told(plan, at, until), _targets_told(plan, until)
    ids = {row.code: row.id for row in rows}
    return [
        *_rules(known.rules, names),
        *_rules(spent.rules, projects),
        *_rows(frozen, Indicator, "indicators", ids),
        *_indicators(
            proof["indicators"],
            {row.code: indicator(row) for row in rows},
            ids,
            results,
            targets,
            at.year,
        ),
        *_rows(frozen, Project, "projects", {row.code: row.id for row in money.office.rows}),
        *_projects(
            proof["projects"],
            {row.code: (row.id, project(row)) for row in money.office.rows},
            _money_told(plan, until),
        ),
    ]


# ------------------------------------------------------------------------------- who and why

_Told = Mapping[tuple[int, int], Told]


def _last(history: QuerySet, until: datetime, *key: str) -> dict[tuple[int, int], Told]:
    """The last entry since ``until`` by the two columns of ``key``. One query."""
    found = (
        history.filter(history_date__gte=until)
        .order_by("history_date", "history_id")
        .values_list(*key, "history_user_name", "history_date", "history_change_reason")
    )
    return {
        (row[0], row[1]): Told(row[2] or _("the system"), row[3], row[4] or _("no reason given"))
        for row in found
    }


def _results_told(plan: Plan, at: FiscalMonth, until: datetime) -> _Told:
    up_to = Q(fiscal_year__lt=at.year) | Q(fiscal_year=at.year, month__lte=at.month)
    history = Result.history.filter(up_to, indicator__strategy__plan=plan)
    return _last(history, until, "indicator_id", "fiscal_year")


def _targets_told(plan: Plan, until: datetime) -> _Told:
    history = YearTarget.history.filter(indicator__strategy__plan=plan)
    return _last(history, until, "indicator_id", "fiscal_year")


def _money_told(plan: Plan, until: datetime) -> _Told:
    """By project and year: the last change of a figure, an amount or a transfer."""
    own = {"project__strategy__plan": plan}
    changed = [
        _last(history, until, *key)
        for history, key in (
            (Disbursement.history.filter(**own), ("project_id", "fiscal_year")),
            (ProjectBudget.history.filter(**own), ("project_id", "fiscal_year")),
            (
                BudgetTransfer.history.filter(budget__project__strategy__plan=plan).annotate(
                    project=F("budget__project"), year=F("budget__fiscal_year")
                ),
                ("project", "year"),
            ),
        )
    ]
    found: dict[tuple[int, int], Told] = {}
    for each in changed:
        for key, told in each.items():
            if key not in found or found[key].when < told.when:
                found[key] = told
    return found


# ----------------------------------------------------------------------------------- the lines


def _rules(
    changes: Iterable[RuleChange], names: Mapping[int, tuple[str, str]]
) -> Iterator[Restated]:
    for rule, _flipped in changes:
        code, name = names.get(rule.owner_id or 0, ("", ""))
        what = f"{name} – {rule.what}" if name else rule.what
        told = Told(rule.who, rule.when, rule.why)
        yield Restated(RULE, code, what, 0, rule.before, rule.after, told)


def _rows(frozen: Frozen, model: Any, part: str, now: Mapping[str, int]) -> Iterator[Restated]:
    """Indicators or projects that have come or gone since."""
    then = {row["code"]: row["name"] for row in frozen.shown[part]}
    gone, come = then.keys() - now.keys(), now.keys() - then.keys()
    if not gone | come:
        return
    history = model.history.filter(strategy__plan=frozen.plan, history_date__gte=frozen.frozen_at)
    written = {}
    for row in history.order_by("history_date", "history_id"):
        told = Told(
            row.history_user_name or _("the system"),
            row.history_date,
            row.history_change_reason or _("no reason given"),
        )
        written[row.id] = written[row.name] = told
    for code in sorted(gone):
        yield Restated(ROW, code, then[code], 0, _("in the plan"), "–", written.get(then[code]))
    for code in sorted(come):
        yield Restated(ROW, code, "", 0, "–", _("in the plan"), written.get(now[code]))


def _indicators(
    then: Iterable[dict[str, Any]],
    now: Mapping[str, dict[str, Any]],
    ids: Mapping[str, int],
    results: _Told,
    targets: _Told,
    shown: int,
) -> Iterator[Restated]:
    """Figures and targets of every year; of the year ``shown`` what is judged otherwise, too."""
    for old in then:
        new = now.get(old["code"])
        if new is None:
            continue
        old_targets = {row["year"]: row for row in old["targets"]}
        new_targets = {row["year"]: row for row in new["targets"]}
        new_years = {row["year"]: row for row in new["years"]}
        for before in old["years"]:
            year = before["year"]
            after = new_years.get(year)
            if after is None:
                continue
            head, key = (old["code"], old["name"], year), (ids[old["code"]], year)
            found = []
            if old_targets.get(year) != new_targets.get(year):
                words = _promised(before, old_targets), _promised(after, new_targets)
                found.append(Restated(TARGET, *head, *words, targets.get(key)))
            if _reported(before) != _reported(after):
                words = _figure(before), _figure(after)
                found.append(Restated(FIGURE, *head, *words, results.get(key)))
            if year == shown and not found and before["status"] != after["status"]:
                words = status_label(before["status"]), status_label(after["status"])
                found.append(Restated(STATUS, *head, *words, results.get(key)))
            yield from found


def _reported(year: Mapping[str, Any]) -> Any:
    """What was reported in a year, apart from how it is judged."""
    milestone = year["milestone"] or {}
    return (
        year["as_of_month"], year["no_cases"], year["unstated"],
        milestone.get("state"), milestone.get("percent"),
        [(part["result"], part["numerator"], part["denominator"]) for part in year["measures"]],
    )  # fmt: skip


def _figure(year: Mapping[str, Any]) -> str:
    """A figure with its month and status."""
    told = year["text"]["result"] or "–"
    if year["as_of_month"]:
        told += f" ({month_name(FiscalMonth(year['year'], year['as_of_month']), short=True)})"
    return f"{told} {status_label(year['status'])}"


def _promised(year: Mapping[str, Any], targets: Mapping[int, Any]) -> str:
    """A target in words, with what is planned for its quarters."""
    told = year["text"]["target"] or "–"
    measures = targets.get(year["year"], {}).get("measures", ())
    quarters = [
        "/".join(part[name] or "–" for name in ("q1", "q2", "q3"))
        for part in measures
        if any(part[name] for name in ("q1", "q2", "q3"))
    ]
    return f"{told} ({', '.join(quarters)})" if quarters else told


def _projects(
    then: Iterable[dict[str, Any]], now: Mapping[str, tuple[int, dict[str, Any]]], written: _Told
) -> Iterator[Restated]:
    wanted = ("allocated", "disbursed", "committed", "as_of_month")
    for old in then:
        if old["code"] not in now:
            continue
        pk, new = now[old["code"]]
        years = {row["year"]: row for row in new["years"]}
        for before in old["years"]:
            after = years.get(before["year"])
            if after is None or all(before[name] == after[name] for name in wanted):
                continue
            told = written.get((pk, before["year"]))
            head = (old["code"], old["name"], before["year"])
            yield Restated(MONEY, *head, _money(before), _money(after), told)


def _money(year: Mapping[str, Any]) -> str:
    """What a project may spend, has spent and has committed."""
    allocated, disbursed, committed = (
        "–" if year[name] is None else format_baht(Decimal(year[name]))
        for name in ("allocated", "disbursed", "committed")
    )
    return _("allocated %(allocated)s, disbursed %(disbursed)s, committed %(committed)s") % {
        "allocated": allocated,
        "disbursed": disbursed,
        "committed": committed,
    }
