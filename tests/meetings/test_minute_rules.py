"""What a meeting is told first, as a table (docs/domain.md, "The minute")."""

from __future__ import annotations

from decimal import Decimal as D

import pytest

from nhrc_plan.meetings.minute import rules
from nhrc_plan.meetings.minute.rules import (
    BETTER,
    LATE,
    NEW,
    NO_TARGETS,
    NOTHING_YET,
    OVERDUE,
    RESTATED,
    TOO_EARLY,
    WORSE,
    Seen,
    change_of,
    verdict,
)
from strategy.calendar import FiscalMonth
from strategy.standing.status import (
    AT_RISK,
    AWAITING,
    CRITICAL,
    NEAR,
    NO_TARGET,
    NOT_DUE,
    ON_PLAN,
    STATUSES,
    Bands,
)

#: The month of the meeting before, and the one looked at.
LAST, NOW = FiscalMonth(2569, 11), FiscalMonth(2569, 12)


@pytest.mark.parametrize(
    ("with_target", "reported", "mean", "outcome"),
    [
        (17, 16, "94.16", NEAR),
        (17, 17, "100.00", ON_PLAN),
        (17, 17, "75.01", NEAR),
        (17, 17, "75.00", AT_RISK),
        (17, 17, "50.00", CRITICAL),
        (18, 9, "80.00", NEAR),
        (17, 8, "80.00", TOO_EARLY),
        (17, 3, "94.41", TOO_EARLY),
        (17, 0, None, NOTHING_YET),
        # All that was reported had nothing to measure.
        (17, 17, None, NOTHING_YET),
        (0, 0, None, NO_TARGETS),
    ],
)
def test_whether_a_plan_is_on_track(with_target, reported, mean, outcome):
    found = verdict(
        with_target=with_target,
        reported=reported,
        mean=None if mean is None else D(mean),
        bands=Bands(),
    )
    assert found == outcome and found in rules.VERDICTS


def test_a_plans_own_bands_say_what_is_on_track():
    bands = Bands(on_plan=D(90), near=D(70), at_risk=D(40))
    assert verdict(with_target=2, reported=2, mean=D("94.16"), bands=bands) == ON_PLAN


def seen(status: str, month: int | None = None, *values: str, year: int = 2569) -> Seen:
    at = None if month is None else FiscalMonth(year, month)
    return Seen(status, at, {place: D(value) for place, value in enumerate(values, start=1)})


@pytest.mark.parametrize(
    ("before", "after", "corrected", "outcome"),
    [
        # A band for a band, whatever the figure did.
        (seen(ON_PLAN, 11, "76"), seen(NEAR, 12, "75"), False, WORSE),
        (seen(AT_RISK, 9, "36"), seen(CRITICAL, 12, "36"), False, WORSE),
        (seen(NEAR, 9, "36"), seen(AT_RISK, 9, "36"), False, WORSE),
        (seen(CRITICAL, 11, "30"), seen(NEAR, 12, "70"), False, BETTER),
        (seen(ON_PLAN, 12, "61"), seen(NEAR, 12, "62"), False, WORSE),
        (seen(ON_PLAN, 11, "70"), seen(CRITICAL, 11, "30"), True, WORSE),
        # The first figure, if it is bad news.
        (seen(NOT_DUE), seen(CRITICAL, 12, "3"), False, WORSE),
        (seen(AWAITING, 6, "61"), seen(AT_RISK, 12, "50"), False, WORSE),
        (seen(NOT_DUE), seen(NEAR, 12, "60"), False, NEW),
        # The same band: corrected, then fallen, then late or new.
        (seen(ON_PLAN, 11, "80"), seen(ON_PLAN, 11, "77"), True, RESTATED),
        (seen(ON_PLAN, 11, "80"), seen(ON_PLAN, 12, "81"), True, RESTATED),
        (seen(ON_PLAN, 11, "80"), seen(NOT_DUE), True, RESTATED),
        (seen(ON_PLAN, 11, "80"), seen(ON_PLAN, 12, "77"), False, WORSE),
        (seen(ON_PLAN, 11, "41", "36"), seen(ON_PLAN, 12, "42", "35"), False, WORSE),
        (seen(NO_TARGET, 11, "3"), seen(NO_TARGET, 12, "2"), False, WORSE),
        (seen(ON_PLAN, 11, "76"), seen(ON_PLAN, 12, "76"), False, NEW),
        (seen(NEAR, 9, "32"), seen(NEAR, 12, "37"), False, NEW),
        (seen(NEAR, 6, "32"), seen(NEAR, 9, "37"), False, LATE),
        (seen(NOT_DUE), seen(NEAR, 11, "37"), False, LATE),
        (seen(NEAR, 6, "61"), seen(AWAITING, 6, "61"), False, OVERDUE),
    ],
)
def test_what_became_of_a_figure(before, after, corrected, outcome):
    found = change_of(before, after, compared=LAST, corrected=corrected)
    assert found == outcome and found in rules.CHANGES


def test_where_lower_is_better_a_rise_is_the_fall():
    less, more = seen(ON_PLAN, 11, "4"), seen(ON_PLAN, 12, "5")
    assert change_of(less, more, compared=LAST, lower_is_better=True) == WORSE
    assert change_of(less, more, compared=LAST) == NEW
    assert change_of(more, seen(ON_PLAN, 12, "4"), compared=LAST, lower_is_better=True) == NEW


@pytest.mark.parametrize("before", STATUSES)
@pytest.mark.parametrize("after", STATUSES)
def test_every_pair_of_statuses_has_an_outcome_and_better_is_never_worse(before, after):
    there = change_of(seen(before, 11), seen(after, 12), compared=LAST)
    back = change_of(seen(after, 11), seen(before, 12), compared=LAST)
    assert there in rules.CHANGES
    if there == BETTER:
        assert back == WORSE
    assert there != BETTER or (before in rules.RANKS and after in rules.RANKS)
