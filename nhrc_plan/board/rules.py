"""The rules of computation in sentences, as workbook and board page print them.

They say what kpis/calc.py and budgets/calc.py do; source: docs/domain.md.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from budgets.calc import SpendingTargets
from budgets.explain import expected_rule
from nhrc_plan.board.meeting import BoardReport
from strategy.models import Plan
from strategy.thai import format_number


def achievement() -> str:
    return _(
        "Achievement = result ÷ the year's target × 100; lower is better: "
        "(2 − result ÷ target) × 100. Of several measures the lowest counts. "
        "Source: results as reported, targets of the plan."
    )


def expected() -> str:
    return _(
        "Expected by the end of the figure's own month: a rate expects the whole target; a count "
        "that starts anew each year target × month ÷ 12; a cumulative one the line from the "
        "earlier target to this year's. Whole things are rounded down."
    )


def of_expected() -> str:
    return _("Of expected = result ÷ expected × 100, rounded half up to 2 decimals at the end.")


def bands_in_words(plan: Plan) -> str:
    return _(
        "Status by “of expected”: on plan from %(on_plan)s, near target above %(near)s, at risk "
        "above %(at_risk)s, else critical."
    ) % {
        "on_plan": format_number(plan.band_on_plan),
        "near": format_number(plan.band_near),
        "at_risk": format_number(plan.band_at_risk),
    }


def score() -> str:
    return _(
        "Score from 1 to 5 by the level criteria: between two thresholds in proportion, short of "
        "the first 1, at the fifth or beyond 5; where levels are steps of work, the level "
        "reported. A report that states no level has no score and counts in no mean."
    )


def mean() -> str:
    return _(
        "The mean is over indicators with a current figure and a target, each capped "
        "at 100 and weighted; it is always to be read with its coverage."
    )


def own_month() -> str:
    return _("Status compares a figure with what was expected by the end of its own month.")


def allocated() -> str:
    return _(
        "Allocated = the year's approved amount where entered, else the plan's, with the "
        "transfers dated up to the month."
    )


def disbursed_percent() -> str:
    return _("Disbursed (%) = disbursed ÷ allocated × 100. Source: monthly running totals.")


def used_percent() -> str:
    return _("Used (%) = (disbursed + committed) ÷ allocated × 100.")


def money_expected(targets: SpendingTargets, entered: bool) -> str:
    return expected_rule(targets, entered)


def money_of_expected() -> str:
    return _(
        "Of expected = disbursed ÷ what was to be disbursed by the end of the figure's own month "
        "× 100; the bands of results decide the status."
    )


def million_baht() -> str:
    return _(
        "The plan's table prints no unit; its figures are read as million baht. "
        "All amounts are kept in baht."
    )


def once() -> str:
    return _("A project counts once in every total; by unit, under its first-named lead.")


def plan_in_all() -> str:
    return _(
        "Plan in all = the plan's amounts of all its years added up. The rows of a strategy and "
        "of the whole plan add up their projects; disbursed is the latest figure of each year."
    )


def corners(plan: Plan) -> str:
    return _(
        "Money beside results: a side counts as come along above %(near)s per cent of what was "
        "expected by now – used money (disbursed and committed) against the expected "
        "disbursement, results by their mean."
    ) % {"near": format_number(plan.band_near)}


def marks() -> str:
    return _(
        "A figure awaiting approval is marked so. Drafts count nowhere. A figure older than the "
        "last report that is overdue is shown and not judged."
    )


def changed(deadline: str) -> str:
    return _(
        "What changed is taken from the history: the figures now beside those known at the end "
        "of %(deadline)s, last month's reporting deadline."
    ) % {"deadline": deadline}


def all_rules(report: BoardReport) -> list[str]:
    """Every rule behind a month's pack, in the order of its sheets."""
    money = report.money
    of_money = [
        million_baht(),
        allocated(),
        disbursed_percent(),
        used_percent(),
        money_expected(money.targets, money.targets_entered),
        money_of_expected(),
        once(),
        plan_in_all(),
        corners(report.plan),
    ]
    return [
        achievement(),
        expected(),
        of_expected(),
        bands_in_words(report.plan),
        own_month(),
        mean(),
        *([score()] if report.plan.is_scorecard else []),
        *(of_money if report.has_money else []),
        changed(report.changes.deadline_name),
        marks(),
    ]
