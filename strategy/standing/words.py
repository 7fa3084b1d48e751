"""The shape and the words of each status. Colour never stands alone."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from strategy.standing.status import (
    AT_RISK,
    AWAITING,
    CRITICAL,
    NEAR,
    NO_BUDGET,
    NO_CASES,
    NO_TARGET,
    NOT_DUE,
    ON_PLAN,
    STATUSES,
    WAITING_APPROVAL,
)

STATUS_SHAPES = {
    ON_PLAN: "●",
    NEAR: "▲",
    AT_RISK: "◆",
    CRITICAL: "■",
    AWAITING: "○",
    WAITING_APPROVAL: "◔",
    NOT_DUE: "◌",
    NO_TARGET: "–",
    NO_CASES: "∅",
    NO_BUDGET: "–",
}
STATUS_LABELS = {
    ON_PLAN: _("on plan"),
    NEAR: _("near target"),
    AT_RISK: _("at risk"),
    CRITICAL: _("critical"),
    AWAITING: _("awaiting report"),
    WAITING_APPROVAL: _("awaiting approval"),
    NOT_DUE: _("not yet due"),
    NO_TARGET: _("no target"),
    NO_CASES: _("no cases"),
    NO_BUDGET: _("no budget this year"),
}

#: A mark beside a status: on plan by rounding alone, late in the year.
HURRY_SHAPE = "»"
HURRY_LABEL = _("to be hurried")


@cache
def _labels(language: str | None) -> dict[str, str]:
    return {code: str(label) for code, label in STATUS_LABELS.items()}


def status_label(code: str) -> str:
    """A status in words. A report asks thousands of times, so the words are kept by language."""
    return _labels(get_language())[code]


def counts_in_words(counts: Mapping[str, int]) -> list[tuple[str, str, str, int]]:
    """(code, shape, words, count) in the fixed order of statuses."""
    return [(code, STATUS_SHAPES[code], status_label(code), counts[code]) for code in STATUSES]
