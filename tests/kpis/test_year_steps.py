"""What a year asks of each indicator (docs/domain.md, "The steps of a year")."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D

import pytest

from kpis.models import YearTarget
from kpis.rules.steps import ambition, largest_step
from tests.support.pages import HERE, enter, flat

pytestmark = pytest.mark.django_db

#: The middle of November 2569: October, the first month of 2570, is over.
DAY = date(2026, 11, 12)
AT = "?year=2570&month=1"


@pytest.fixture
def reader(client, executive, today):
    today(DAY)
    client.force_login(executive)
    return client


@pytest.mark.parametrize(
    ("figures", "target", "lower", "step", "largest", "reached"),
    [
        ({2566: 57, 2567: 63, 2568: 71, 2569: 76}, 80, False, "4", "8", 3),
        ({2567: 24, 2568: 36, 2569: 36}, 100, False, "64", "12", 0),
        ({2566: 57, 2569: 63}, 65, False, "2", "2", 1),  # shared out over three years
        ({2568: 12, 2569: 9}, 7, True, "2", "3", 1),
        ({2569: 9}, 10, False, "1", None, 0),
    ],
)
def test_a_step_beside_those_taken_before(figures, target, lower, step, largest, reached):
    known = {year: D(value) for year, value in figures.items()}
    asked = ambition(known, (2569, known[2569]), (2570, D(target)), lower_is_better=lower)
    found = largest_step(known, lower_is_better=lower)
    assert (asked.step, asked.reached) == (D(step), reached)
    assert found == (None if largest is None else D(largest))


def steps(reader):
    answer = reader.get(f"{HERE}/steps.json{AT}").json()
    return answer, {row["code"]: row for row in answer["steps"]}


def test_the_hardest_step_comes_first_and_what_is_reached_last(plan, reader):
    for year, value in ((2567, "63"), (2568, "71"), (2569, "76")):
        enter(plan, "S3-1.1", year, 12, value)  # 80 in 2570: +4, taken twice
    for year, value in ((2567, "24"), (2568, "36"), (2569, "36")):
        enter(plan, "S2-1.2", year, 12, value)  # 100: +64, never taken
    for year, value in ((2568, "81"), (2569, "86")):
        enter(plan, "S4-1.2", year, 12, value)  # 90: +4 of +5
    enter(plan, "S4-1.2", 2570, 1, "90")
    answer, by_code = steps(reader)
    assert [row["code"] for row in answer["steps"]] == ["S2-1.2", "S3-1.1", "S4-1.2"]
    hardest = by_code["S2-1.2"]
    assert (hardest["closed_year"], hardest["closed"], hardest["step"]) == (2569, "36", "64")
    assert (hardest["steps_before"], hardest["steps_as_large"]) == (2, 0)
    assert (by_code["S3-1.1"]["steps_as_large"], by_code["S3-1.1"]["result"]) == (2, None)
    assert by_code["S4-1.2"]["reached"] and answer["moving"] == 1
    assert "S1-1.1" in answer["without_step"] and "S2-2.1" not in answer["without_step"]
    page = reader.get(f"{HERE}/steps/{AT}").content.decode()
    assert page.index("S2-1.2") < page.index(">S3-1.1<") and "ยังไม่เคย" in page


def test_a_close_that_was_never_reported_is_no_closing_figure(plan, reader):
    enter(plan, "S4-2.1", 2568, 12, "57")
    enter(plan, "S4-2.1", 2569, 6, "61")
    answer, by_code = steps(reader)
    assert (by_code["S4-2.1"]["closed_year"], by_code["S4-2.1"]["closed"]) == (2568, "57")
    assert "S4-2.1" in answer["last_year"]["never_reported"]


def test_where_less_is_better_less_is_a_step_forward(plan, reader):
    indicator = YearTarget.objects.get(
        indicator__strategy__plan=plan, indicator__strategy__number=3,
        indicator__number="1.1", fiscal_year=2570,
    ).indicator  # fmt: skip
    type(indicator).objects.filter(pk=indicator.pk).update(direction="lower")
    enter(plan, "S3-1.1", 2569, 12, "90")
    enter(plan, "S3-1.1", 2570, 1, "85")
    _answer, by_code = steps(reader)
    assert by_code["S3-1.1"]["step"] == "10"


def test_the_map_bears_last_years_colours_until_the_year_has_figures(plan, reader):
    enter(plan, "S3-1.1", 2569, 12, "60")
    page = reader.get(f"{HERE}/map/{AT}").content.decode()
    assert flat(page).count("edge-near of-last-year") == 1
    enter(plan, "S3-1.1", 2570, 1, "80")
    page = reader.get(f"{HERE}/map/{AT}").content.decode()
    assert "of-last-year" not in page and "edge-on_plan" in page
