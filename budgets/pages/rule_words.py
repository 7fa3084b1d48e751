"""The rules of money in sentences, as pages and workbooks print them; source: docs/domain.md."""

from __future__ import annotations

from django.utils.translation import gettext as _

from budgets.read.explain import expected_rule
from budgets.rules.calc import USED, YearLines


def allocated() -> str:
    return _(
        "Allocated = the year's approved amount where entered, else the plan's, with the "
        "transfers dated up to the month."
    )


def disbursed_percent() -> str:
    return _("Disbursed (%) = disbursed ÷ allocated × 100. Source: monthly running totals.")


def used_percent() -> str:
    return _("Used (%) = (disbursed + committed) ÷ allocated × 100.")


def judged_head(lines: YearLines) -> str:
    """What the per cent that is judged in a year is called, as a column's head."""
    return _("used (%)") if lines.all.judged_on == USED else _("disbursed (%)")


def judged_percent(lines: YearLines) -> str:
    """How the per cent that is judged in a year is computed."""
    return used_percent() if lines.all.judged_on == USED else disbursed_percent()


def money_expected(lines: YearLines) -> str:
    return expected_rule(lines.all, lines.entered)


def money_of_expected(lines: YearLines) -> str:
    if lines.all.judged_on == USED:
        return _(
            "Of expected = (disbursed + committed) ÷ what was to be used by the end of the "
            "figure's own month × 100; the bands of results decide the status. A sum takes all "
            "the money that is allocated at the month looked at, each project with its latest "
            "figure of the year."
        )
    return _(
        "Of expected = disbursed ÷ what was to be disbursed by the end of the figure's own month "
        "× 100; the bands of results decide the status. A sum takes all the money that is "
        "allocated at the month looked at, each project with its latest figure of the year."
    )


def carried() -> str:
    return _(
        "Carried over = committed at the end of the budget's own year. What is paid of it in the "
        "next year stays with the old one and counts in no month of the new."
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
