"""The rules of computation in sentences, as workbook and board page print them.

Those of results and of money stand in their own apps; source: docs/domain.md.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from budgets.pages.rule_words import (
    allocated,
    disbursed_percent,
    million_baht,
    money_expected,
    money_of_expected,
    once,
    plan_in_all,
    used_percent,
)
from kpis.pages.rule_words import (
    achievement,
    bands_in_words,
    expected,
    mean,
    of_expected,
    own_month,
    score,
)
from nhrc_plan.meetings.read import BoardReport
from nhrc_plan.meetings.resolutions import rule_words as resolution_words
from nhrc_plan.value.rule_words import corners


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
        money_expected(money.lines),
        money_of_expected(money.lines),
        once(),
        plan_in_all(),
        corners(report.plan),
    ]
    of_resolutions = []
    if report.resolutions.rows:
        of_resolutions = [resolution_words.lateness(), resolution_words.kept_on_time()]
    return [
        achievement(),
        expected(),
        of_expected(),
        bands_in_words(report.plan),
        own_month(),
        mean(),
        *([score(report.plan)] if report.plan.is_scorecard else []),
        *(of_money if report.has_money else []),
        changed(report.changes.deadline_name),
        *of_resolutions,
        marks(),
    ]
