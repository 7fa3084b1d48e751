"""Money as JSON-ready data: the same figures as the pages, in baht (docs/json.md)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from budgets.models import Disbursement
from budgets.read.after_lock import AfterLock
from budgets.read.carried import CarriedProject, CarriedSum, by_year
from budgets.read.project_rows import ProjectPage
from budgets.read.rows import MoneyYear, PlanMoney, ProjectMoney, StrategyMoney, UnitMoney
from budgets.rules.calc import Lines, MoneyStanding, SpendingTargets, Total, YearLines
from strategy.calendar import FiscalMonth
from strategy.models import Plan
from strategy.pages.data import evidence, head, text
from strategy.pages.data import month as in_year
from strategy.thai import plain


def _standing(shown: MoneyStanding) -> dict[str, Any]:
    return {
        "disbursed_percent": text(shown.disbursed_percent),
        "used_percent": text(shown.used_percent),
        "expected_percent": text(shown.expected_percent),
        "of_expected": text(shown.of_expected),
        "used_of_expected": text(shown.used_of_expected),
        "judged_on": shown.judged_on,
        "status": shown.status,
    }


def money_year(shown: MoneyYear) -> dict[str, Any]:
    """One project in one year."""
    return {
        "plan_amount": plain(shown.budget.plan),
        "approved_amount": plain(shown.budget.approved),
        "transferred": plain(shown.budget.transferred),
        "spending_kind": shown.budget.kind or None,
        "allocated": plain(shown.allocated),
        "as_of_month": shown.spent.month if shown.spent else None,
        "disbursed": plain(shown.spent.disbursed) if shown.spent else None,
        "committed": plain(shown.spent.committed) if shown.spent else None,
        "sample": shown.sample,
        "approved": shown.approved if shown.spent else None,
        **_standing(shown.standing),
    }


def total(shown: Total) -> dict[str, Any]:
    """A sum of projects in one year."""
    return {
        "allocated": plain(shown.allocated),
        "disbursed": plain(shown.shown_disbursed),
        "committed": plain(shown.shown_committed),
        "with_allocation": shown.with_allocation,
        "reported": shown.reported,
        "incomplete": shown.is_incomplete,
        **_standing(shown.standing),
    }


def project(row: ProjectMoney) -> dict[str, Any]:
    """A project at the month looked at, with what the plan sets aside for it."""
    return {
        "code": row.code,
        "number": row.number,
        "name": row.name,
        "kind": row.kind,
        "leads": [unit.name for unit in row.leads],
        "supporting": [unit.name for unit in row.supporting],
        "plan_amounts": {str(year.year): plain(year.budget.plan) for year in row.years},
        "plan_total": plain(row.plan_total),
        **money_year(row.current),
    }


def _amounts(amounts: list[tuple[int, Decimal]]) -> dict[str, str | None]:
    return {str(year): plain(amount) for year, amount in amounts}


def _line(line: SpendingTargets | None) -> dict[str, str | None] | None:
    return line and {name: plain(value) for name, value in line._asdict().items()}


def _lines(lines: Lines, entered: bool) -> dict[str, Any]:
    """What is expected by quarter, in per cent; ``used`` null: what is to be disbursed."""
    return {
        "entered": entered,
        "judged_on": lines.judged_on,
        "disbursed": _line(lines.disbursed),
        "used": _line(lines.used),
    }


def year_lines(lines: YearLines) -> dict[str, Any]:
    """The government's lines of a year, and those of the kinds of spending that have their own."""
    return {
        **_lines(lines.all, lines.entered),
        "kinds": {kind: _lines(own, True) for kind, own in lines.kinds.items()},
    }


def carried_over(sums: list[CarriedSum]) -> list[dict[str, Any]]:
    """Money carried over, by the year whose budget it is, and what was paid of it in the next."""
    return [
        {
            "year": summed.year,
            "paid_in": summed.next_year,
            "carried": plain(summed.carried),
            "paid": plain(summed.paid),
            "projects": [carried_project(row) for row in summed.rows],
        }
        for summed in sums
    ]


def carried_project(row: CarriedProject) -> dict[str, Any]:
    """What a project carried over from a year."""
    return {
        "code": row.code,
        "year": row.year,
        "carried": plain(row.carried),
        "paid": plain(row.paid),
        "sample": row.sample,
        "approved": row.approved,
        "payments": [
            {
                "month": in_year(payment.at),
                "paid": plain(payment.paid),
                "note": payment.note or None,
                "approved": payment.approved,
            }
            for payment in row.payments
        ],
    }


def _strategy(part: StrategyMoney) -> dict[str, Any]:
    return {
        "number": part.number,
        "name": part.name,
        "plan_amounts": _amounts(part.plan_amounts),
        **total(part.total),
        "projects": [project(row) for row in part.rows],
    }


def _late(money: PlanMoney, found: AfterLock) -> list[str]:
    return [row.code for row in money.office.rows if row.current.figure_id in found.months]


def after_lock(money: PlanMoney) -> dict[str, Any]:
    """The projects whose figure of the year, or whose money carried over, is another than when its
    month was locked."""
    found = money.after_lock
    over = [{"code": row.code, "year": row.year} for row in money.carried if found.has(row)]
    return {"money_after_lock": _late(money, found), "carried_after_lock": over}


def budgets(plan: Plan, money: PlanMoney) -> dict[str, Any]:
    """The whole plan's money."""
    return {
        **head(plan, money.at),
        "unit": "baht",
        "expected_by_quarter": year_lines(money.lines),
        "plan_amounts": _amounts(money.plan_amounts),
        "plan_total": plain(money.plan_total),
        **total(money.total),
        "years": {str(year): total(summed) for year, summed in money.totals.items()},
        "strategies": [_strategy(part) for part in money.strategies],
        "action_plan": {
            **total(money.action.total),
            "strategies": [_strategy(part) for part in money.action_strategies],
        },
        "office": total(money.office.total),
        "spending_kinds": [
            {"kind": summed.kind or None, **total(summed.total)} for summed in money.kinds
        ],
        "carried_over": carried_over(by_year(money.carried)),
        **after_lock(money),
    }


def unit_projects(shown: UnitMoney) -> dict[str, Any]:
    """A unit's projects: those that count under it with their sum, and those it shares."""
    return {
        **total(shown.total),
        "projects": [project(row) for row in shown.counted],
        "action_plan": total(shown.action_total),
        "shared": [row.code for row in shown.shared],
    }


def _unit(shown: UnitMoney) -> dict[str, Any]:
    return {"id": shown.id, "name": shown.name, **unit_projects(shown)}


def units(plan: Plan, money: PlanMoney) -> dict[str, Any]:
    """The plan's money by unit, each project counted once."""
    return {
        **head(plan, money.at),
        "unit": "baht",
        **total(money.total),
        "units": [_unit(shown) for shown in money.units],
        "money_after_lock": _late(money, money.months_after_lock),
    }


def project_page(
    plan: Plan, at: FiscalMonth, shown: ProjectPage, figures: Mapping[int, Disbursement]
) -> dict[str, Any]:
    """One project whole. ``figures``: the year's months, for those who may read evidence."""
    return {
        **head(plan, at),
        "unit": "baht",
        "strategy": shown.row.strategy_number,
        **project(shown.row),
        "expected_by_quarter": _lines(shown.lines, shown.lines_entered),
        "objectives": [{"number": number, "name": name} for number, name in shown.objectives],
        "years": {str(year.year): money_year(year) for year in shown.row.years},
        "months": [
            {
                "month": in_year(month.at),
                "disbursed": plain(month.spent.disbursed) if month.spent else None,
                "committed": plain(month.spent.committed) if month.spent else None,
                "expected": plain(month.expected),
                "expected_percent": text(month.expected_percent),
                "disbursed_percent": text(month.standing.disbursed_percent),
                "note": month.note or None,
                "reason": month.reason or None,
                "sample": month.sample,
                "evidence": [
                    evidence(piece)
                    for held in filter(None, [figures.get(month.at.month)])
                    for piece in held.evidence.all()
                ],
                "approved": month.approved if month.spent else None,
            }
            for month in shown.months
        ],
        "carried_over": [carried_project(row) for row in shown.carried],
        "money_after_lock": [
            in_year(month.at)
            for month in shown.months
            if month.figure_id in shown.after_lock.months
        ],
        "carried_after_lock": [row.year for row in shown.carried if shown.after_lock.has(row)],
        "text": {"computed": list(shown.explanation)},
        "transfers": [
            {
                "year": transfer.year,
                "amount": plain(transfer.amount),
                "document_number": transfer.document_number,
                "document_date": transfer.document_date.isoformat(),
                "reason": transfer.reason,
            }
            for transfer in shown.transfers
        ],
    }
