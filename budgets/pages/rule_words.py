"""The rules of money in sentences, as pages and workbooks print them; source: docs/domain.md."""

from __future__ import annotations

from django.utils.translation import gettext as _

from budgets.read.explain import expected_rule
from budgets.rules.calc import SpendingTargets


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
        "× 100; the bands of results decide the status. A sum takes all the money that is "
        "allocated at the month looked at, each project with its latest figure of the year."
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
