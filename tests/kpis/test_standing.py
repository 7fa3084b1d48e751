"""From stored facts to what is shown: selectors and duties, read back from the pages' data.

The rules themselves have their tables in tests/kpis/test_calc.py; here results are entered through
the services, and docs/domain.md's worked examples read back from indicators.json.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from benchmarks.data import make_plan
from kpis.models import Indicator, Result
from kpis.read.standing import plan_standing
from kpis.write.results import result_approve, result_reopen
from kpis.write.targets import TargetEntry
from strategy.calendar import FiscalMonth
from strategy.models import Agency, Plan, ReportingYear, Unit
from strategy.records.write import record_save
from strategy.standing.status import (
    AT_RISK,
    CRITICAL,
    NEAR,
    NO_CASES,
    NO_TARGET,
    ON_PLAN,
    STATUSES,
)
from tests.support.pages import HERE, SLUG, enter, indicator_of, retarget, samples
from tests.support.results import baseline, change

#: Long after every deadline of the plan.
LATE = date(2028, 1, 1)


@pytest.fixture
def look(client: Any, executive: Any, today: Callable[[date], date]) -> Callable[..., Any]:
    """``look("S3-1.1", 2567, 12)``: an indicator's row of indicators.json, as seen on a day."""
    client.force_login(executive)

    def read(code: str, year: int, month: int, day: date = LATE) -> dict[str, Any]:
        today(day)
        content = client.get(f"{HERE}/indicators.json?year={year}&month={month}").json()
        return next(row for row in content["indicators"] if row["code"] == code)

    return read


def having(row: dict[str, Any], *keys: str) -> tuple[Any, ...]:
    """Fields of a row, those that pages show in words from its ``text``."""
    return tuple({**row, **row["text"]}[key] for key in keys)


# ---------------------------------------------------------------------------- worked examples


@pytest.mark.parametrize(
    ("code", "entered", "at", "shown"),
    [
        pytest.param(
            "S1-1.1", [(2567, 12, "22", "12")], (2567, 12),
            ("20/15", "22/12", 12, "80.00", "20/15", "80.00", "near"), id="two-measures",
        ),
        pytest.param(
            "S1-1.1", [(2567, 3, "5", "3")], (2567, 3),
            ("20/15", "5/3", 3, "20.00", "5/3", "100.00", "on_plan"), id="two-measures-month-3",
        ),
        pytest.param(
            "S3-1.1", [(2566, 12, "57")], (2566, 12),
            ("60", "57", 12, "95.00", "60", "95.00", "near"), id="rate",
        ),
        pytest.param(
            "S3-3.1", [(2566, 3, "1")], (2566, 5),
            ("4", "1", 3, "25.00", "1", "100.00", "on_plan"), id="carried-figure",
        ),
        pytest.param(
            "S4-1.1", [(2567, 6, "1")], (2567, 6),
            ("2", "1", 6, "50.00", "1", "100.00", "on_plan"), id="level-month-6",
        ),
        pytest.param(
            "S4-1.1", [(2567, 6, "1"), (2567, 12, "1")], (2567, 12),
            ("2", "1", 12, "50.00", "2", "50.00", "critical"), id="level-month-12",
        ),
        pytest.param(
            "S4-3.1", [(2567, 12, "2")], (2567, 12),
            (None, "2", 12, None, None, None, "no_target"), id="cumulative-with-a-gap",
        ),
        pytest.param(
            "S4-3.1", [(2567, 12, "2"), (2568, 6, "2")], (2568, 6),
            ("3", "2", 6, "66.67", "2", "100.00", "on_plan"), id="after-the-gap",
        ),
        pytest.param(
            "S2-2.1", [(2568, 12, "80")], (2568, 12),
            ("100", "80", 12, "80.00", "100", "80.00", "near"), id="unmet",
        ),
        pytest.param(
            "S2-2.1", [(2568, 12, "80")], (2569, 6),
            (None, None, None, None, None, None, "no_target"), id="unmet-then-nothing-promised",
        ),
        pytest.param(
            "S1-2.1",
            [(2566, 5, {"progress": "in_progress", "progress_percent": Decimal(40)})],
            (2566, 5),
            ("เท่า Baseline", "40%", 5, "40.00", "41.67", "96.00", "near"), id="milestone",
        ),
    ],
)  # fmt: skip
def test_worked_examples(plan, look, code, entered, at, shown):
    for year, month, *figures in entered:
        more = figures.pop() if isinstance(figures[-1], dict) else {}
        enter(plan, code, year, month, *figures, **more)
    row = look(code, *at, day=FiscalMonth(*at).next.first_day)
    keys = ("target", "result", "as_of_month", "achievement", "expected", "of_expected", "status")
    assert having(row, *keys) == shown


def test_worked_example_of_each_measure(plan, look):
    enter(plan, "S1-1.1", 2567, 12, "22", "12")
    assert look("S1-1.1", 2567, 12)["measures"] == [
        {
            "label": "หน่วย",
            "unit": "หน่วย",
            "kind": "number",
            "target": "20",
            "result": "22",
            "numerator": None,
            "denominator": None,
            "expected": "20",
            "achievement": "110.00",
            "of_expected": "110.00",
        },
        {
            "label": "จังหวัด",
            "unit": "จังหวัด",
            "kind": "number",
            "target": "15",
            "result": "12",
            "numerator": None,
            "denominator": None,
            "expected": "15",
            "achievement": "80.00",
            "of_expected": "80.00",
        },
    ]


@pytest.mark.parametrize(
    ("result", "percent"), [("4", "120.00"), ("6", "80.00"), ("12", "0.00"), ("5", "100.00")]
)
def test_worked_example_lower_is_better(plan, look, result, percent):
    change(plan, "S3-3.1", direction="lower")
    enter(plan, "S3-3.1", 2567, 12, result)
    row = look("S3-3.1", 2567, 12)
    assert having(row, "target", "achievement", "of_expected") == ("5", percent, percent)


@pytest.mark.parametrize(
    ("at", "owed"),
    [
        pytest.param((2568, 12), None, id="its-own-year"),
        pytest.param((2569, 1), "80/100 (2568)", id="the-year-after"),
        pytest.param((2569, 12), "80/100 (2568)", id="its-end"),
        pytest.param((2570, 12), "80/100 (2568)", id="two-years-after"),
    ],
)
def test_worked_example_outstanding(plan, look, at, owed):
    enter(plan, "S2-2.1", 2568, 12, "80")
    found = look("S2-2.1", *at)["text"]["outstanding"]
    assert found is None if owed is None else owed in found


@pytest.mark.parametrize(
    ("entered", "at", "owed"),
    [
        pytest.param([(2569, 6, "90")], (2569, 5), "80/100", id="before-the-next-figure"),
        pytest.param([(2569, 6, "90")], (2569, 6), "90/100", id="the-latest-figure"),
        pytest.param([(2569, 6, "100")], (2569, 6), None, id="reached"),
        pytest.param([(2569, 6, "100")], (2570, 3), None, id="stays-reached"),
        pytest.param([(2569, 6, "90")], (2570, 3), "90/100", id="carried-over-a-year"),
        pytest.param([(2569, 6, "90", {"state": "draft"})], (2569, 6), "80/100", id="a-draft"),
    ],
)
def test_outstanding_until_it_is_reached(plan, look, entered, at, owed):
    enter(plan, "S2-2.1", 2568, 12, "80")
    for year, month, figure, *more in entered:
        enter(plan, "S2-2.1", year, month, figure, **(more[0] if more else {}))
    found = look("S2-2.1", *at)["text"]["outstanding"]
    assert found is None if owed is None else f"{owed} (2568)" in found


def test_outstanding_is_the_same_on_every_page(plan, look, client):
    enter(plan, "S2-2.1", 2568, 12, "80")
    found = look("S2-2.1", 2569, 6)["text"]["outstanding"]
    for path in (f"{HERE}.json", f"{HERE}/strategies/2.json", f"{HERE}/indicators/S2-2.1.json"):
        assert found in client.get(f"{path}?year=2569&month=6").content.decode(), path


def test_worked_example_trend(plan, look, client):
    for year, figure in zip(range(2566, 2570), ("57", "63", "71", "76"), strict=True):
        enter(plan, "S3-1.1", year, 12, figure)
    look("S3-1.1", 2569, 12)
    for at, trend in (
        ("year=2569&month=12", "83.0"),
        ("year=2569&month=11", "84.7"),
        ("year=2567&month=12", "81.0"),
        ("year=2567&month=11", None),
        ("year=2566&month=12", None),
    ):
        content = client.get(f"{HERE}/indicators/S3-1.1.json?{at}").json()
        wanted = [] if trend is None else [(2570, trend)]
        found = [(each["year"], each["value"]) for each in content["trend_estimates"]]
        assert found == wanted, at


def test_worked_example_plan_budget(plan, look, client):
    look("S3-1.1", 2567, 12)
    projects = [
        project
        for number in (1, 2, 3, 4)
        for project in client.get(f"{HERE}/strategies/{number}.json").json()["projects"]
    ]
    assert len(projects) == 17
    by_year = [
        sum(Decimal(project["plan_amounts"][str(year)] or 0) for project in projects) / 1_000_000
        for year in plan.years
    ]
    assert by_year == [Decimal(text) for text in ("44.75", "38.75", "40", "34", "43")]
    assert sum(by_year) == Decimal("200.5")


# -------------------------------------------------------------------- which figure a month shows


@pytest.mark.parametrize(
    ("month", "shown"),
    [(2, (None, None)), (3, ("3", 3)), (5, ("3", 3)), (6, ("6", 6)), (8, ("6", 6)), (12, ("9", 9))],
)
def test_a_month_shows_the_latest_figure_up_to_it(plan, look, month, shown):
    for at in (9, 3, 6):
        enter(plan, "S3-3.1", 2568, at, str(at))
    assert having(look("S3-3.1", 2568, month), "result", "as_of_month") == shown


def test_figures_of_other_years_are_not_shown(plan, look):
    enter(plan, "S3-3.1", 2566, 12, "4")
    enter(plan, "S3-3.1", 2568, 1, "1")
    assert look("S3-3.1", 2567, 12)["text"]["result"] is None


def test_looking_back_shows_nothing_of_later_years(plan, look, client):
    enter(plan, "S3-1.1", 2566, 12, "57")
    enter(plan, "S3-1.1", 2567, 12, "63")
    look("S3-1.1", 2566, 12)
    content = client.get(f"{HERE}.json?year=2566&month=12").json()
    row = next(row for row in content["indicators"] if row["code"] == "S3-1.1")
    assert [year["text"]["result"] for year in row["years"]] == ["57", None, None, None, None]
    assert {year["status"] for year in row["years"][1:]} == {"not_due"}


@pytest.mark.parametrize(
    ("code", "figure", "at", "looked_at", "expected"),
    [
        pytest.param("S3-3.1", "1", (2566, 3), (2566, 11), "1", id="per-year"),
        pytest.param("S2-1.2", "30", (2568, 3), (2568, 11), "31.25", id="cumulative"),
        pytest.param("S4-1.1", "2", (2568, 6), (2568, 11), "2", id="level"),
        pytest.param("S3-1.1", "50", (2568, 2), (2568, 11), "70", id="rate"),
    ],
)
def test_a_carried_figure_is_judged_at_its_own_month(
    plan, look, code, figure, at, looked_at, expected
):
    """Yearly indicators: an old figure is never measured against a later expectation."""
    enter(plan, code, *at, figure)
    day = FiscalMonth(*looked_at).next.first_day
    own, later = look(code, *at, day=day), look(code, *looked_at, day=day)
    # A level that is on plan by rounding alone is pointed out once the year nears its end.
    assert {**own, "hurry": code == "S4-1.1"} == later
    assert having(own, "expected", "as_of_month") == (expected, at[1])


@pytest.mark.parametrize("code", ["S3-3.1", "S1-1.1"])
def test_drafts_never_count(plan, look, client, code):
    day = date(2024, 10, 5)
    figures = ["1"] * indicator_of(plan, code).measures.count()
    before = look(code, 2567, 12, day)
    everything = client.get(f"{HERE}.json?year=2567&month=12").json()
    enter(plan, code, 2567, 12, *figures, state="draft")
    assert look(code, 2567, 12, day) == before
    assert client.get(f"{HERE}.json?year=2567&month=12").json() == everything
    assert before["text"]["result"] is None


def test_a_later_draft_does_not_hide_an_earlier_figure(plan, look):
    enter(plan, "S3-3.1", 2567, 6, "2")
    enter(plan, "S3-3.1", 2567, 9, "3", state="draft")
    assert having(look("S3-3.1", 2567, 11, date(2024, 9, 5)), "result", "as_of_month") == ("2", 6)


@pytest.mark.parametrize(
    ("approved_only", "states", "shown"),
    [
        pytest.param(False, ("approved", "submitted"), ("3", 9, False), id="submitted-counts"),
        pytest.param(True, ("approved", "submitted"), ("2", 6, True), id="approved-only"),
        pytest.param(True, ("approved", "approved"), ("3", 9, True), id="approved-later"),
        pytest.param(True, ("submitted", "submitted"), (None, None, False), id="none-approved"),
        pytest.param(False, ("submitted", "draft"), ("2", 6, False), id="draft-later"),
    ],
)
def test_approved_only_plans(plan, look, approved_only, states, shown):
    plan.approved_only = approved_only
    record_save(instance=plan, user=None)
    for month, figure, state in zip((6, 9), ("2", "3"), states, strict=True):
        enter(plan, "S3-3.1", 2567, month, figure, state=state)
    row = look("S3-3.1", 2567, 11, date(2024, 9, 5))
    assert having(row, "result", "as_of_month", "approved") == shown


def test_approving_and_reopening_show_at_once(plan, look, planner):
    plan.approved_only = True
    record_save(instance=plan, user=None)
    result = enter(plan, "S3-1.1", 2567, 12, "63", state="submitted")
    assert look("S3-1.1", 2567, 12)["text"]["result"] is None
    result = result_approve(user=planner, result=result, expected_version=1)
    assert look("S3-1.1", 2567, 12)["text"]["result"] == "63"
    result_reopen(user=planner, result=result, expected_version=2, reason="แก้ตัวเลข")
    assert look("S3-1.1", 2567, 12)["text"]["result"] is None


@pytest.mark.parametrize(
    ("figure", "shown"),
    [
        pytest.param(("1", "3"), ("33.33", "51.28", "51.28"), id="a-third"),
        pytest.param(("152", "200"), ("76", "116.92", "116.92"), id="above-the-target"),
        pytest.param(("0", "7"), ("0", "0.00", "0.00"), id="none-of-some"),
    ],
)
def test_a_ratio_is_computed_exactly(plan, look, figure, shown):
    """1 of 3 against 65: (100/3) ÷ 65 × 100 = 51.282…, not 33.33 ÷ 65 × 100 = 51.276…"""
    enter(plan, "S3-1.1", 2567, 12, figure)
    row = look("S3-1.1", 2567, 12)
    assert having(row, "result", "achievement", "of_expected") == shown


def test_no_cases_is_reported_and_outside_the_mean(plan, look, client):
    enter(plan, "S3-1.1", 2567, 12, no_cases=True)
    enter(plan, "S3-1.2", 2567, 12, "40")
    row = look("S3-1.1", 2567, 12)
    assert having(row, "status", "achievement", "of_expected") == ("no_cases", None, None)
    content = client.get(f"{HERE}.json?year=2567&month=12").json()
    assert (content["reported"], content["mean_of_expected"]) == (2, "50.00")


# ------------------------------------------------------------------------ due, overdue, awaiting


@pytest.mark.parametrize(
    ("frequency", "at", "day", "status"),
    [
        pytest.param("month", (2567, 1), date(2023, 11, 10), "not_due", id="monthly-deadline-day"),
        pytest.param("month", (2567, 1), date(2023, 11, 11), "awaiting", id="monthly-day-after"),
        pytest.param("month", (2567, 2), date(2023, 12, 1), "awaiting", id="monthly-one-before"),
        pytest.param("quarter", (2567, 2), date(2023, 12, 31), "not_due", id="quarter-running"),
        pytest.param("quarter", (2567, 3), date(2024, 1, 10), "not_due", id="quarter-deadline-day"),
        pytest.param("quarter", (2567, 3), date(2024, 1, 11), "awaiting", id="quarter-day-after"),
        pytest.param("quarter", (2567, 2), date(2024, 1, 11), "not_due", id="before-its-end"),
        pytest.param("half_year", (2567, 5), date(2024, 3, 31), "not_due", id="half-year-running"),
        pytest.param("half_year", (2567, 6), date(2024, 4, 10), "not_due", id="half-deadline-day"),
        pytest.param("half_year", (2567, 6), date(2024, 4, 11), "awaiting", id="half-day-after"),
        pytest.param("year", (2567, 11), date(2024, 9, 30), "not_due", id="year-running"),
        pytest.param("year", (2567, 12), date(2024, 10, 10), "not_due", id="year-deadline-day"),
        pytest.param("year", (2567, 12), date(2024, 10, 11), "awaiting", id="year-day-after"),
    ],
)
def test_not_due_until_the_deadline_has_passed(plan, look, frequency, at, day, status):
    change(plan, "S3-1.1", frequency=frequency)
    assert look("S3-1.1", *at, day=day)["status"] == status


@pytest.mark.parametrize(
    ("day", "status"), [(date(2024, 1, 15), "not_due"), (date(2024, 1, 16), "awaiting")]
)
def test_the_deadline_is_that_of_the_fiscal_year(plan, look, day, status):
    change(plan, "S3-1.1", frequency="quarter")
    rules = ReportingYear(agency=plan.agency, fiscal_year=2567, deadline_day=15)
    record_save(instance=rules, user=None)
    assert look("S3-1.1", 2567, 3, day)["status"] == status


def test_the_deadline_of_another_year_or_agency_is_not_ours(plan, look):
    change(plan, "S3-1.1", frequency="quarter")
    other = record_save(instance=Agency(slug="other", name="หน่วยงานอื่น"), user=None)
    for agency, year in ((plan.agency, 2566), (plan.agency, 2568), (other, 2567)):
        rules = ReportingYear(agency=agency, fiscal_year=year, deadline_day=28)
        record_save(instance=rules, user=None)
    assert look("S3-1.1", 2567, 3, date(2024, 1, 11))["status"] == "awaiting"


def test_the_deadline_of_a_year_says_who_is_late_in_the_years_table(plan, look, client):
    """An earlier year in the overview goes by its own deadline day."""
    record_save(
        instance=ReportingYear(agency=plan.agency, fiscal_year=2566, deadline_day=20), user=None
    )
    for day, status in ((date(2023, 10, 20), "not_due"), (date(2023, 10, 21), "awaiting")):
        look("S3-1.1", 2566, 12, day)
        content = client.get(f"{HERE}.json?year=2566&month=12").json()
        row = next(row for row in content["indicators"] if row["code"] == "S3-1.1")
        assert row["years"][0]["status"] == status


def test_an_overdue_report_leaves_the_older_figure_shown_and_uncounted(plan, look, client):
    change(plan, "S3-1.1", frequency="month")
    enter(plan, "S3-1.1", 2567, 2, "60")
    for day, status, reported in (
        (date(2024, 1, 10), "near", 1),
        (date(2024, 1, 11), "awaiting", 0),
    ):
        row = look("S3-1.1", 2567, 3, day)
        assert having(row, "status", "result", "as_of_month") == (status, "60", 2)
        assert (row["achievement"] is None) is (status == "awaiting")
        content = client.get(f"{HERE}.json?year=2567&month=3").json()
        assert content["reported"] == reported
        assert (content["mean_of_expected"] is None) is (reported == 0)


def test_a_figure_after_the_due_period_reports_it(plan, look):
    change(plan, "S3-1.1", frequency="quarter")
    enter(plan, "S3-1.1", 2567, 4, "65")
    assert look("S3-1.1", 2567, 5, date(2024, 3, 1))["status"] == "on_plan"


def test_a_year_without_a_target_is_never_awaited(plan, look):
    assert look("S3-3.2", 2567, 12)["status"] == "no_target"


def test_what_the_overview_awaits_is_what_the_units_owe(plan, look, client):
    """Awaiting and "overdue" name the same indicators, before and after a deadline."""
    samples(plan)
    for day in (date(2024, 10, 11), date(2024, 4, 11), date(2024, 1, 11), date(2024, 1, 10)):
        at = FiscalMonth.of(day).previous
        Result.objects.filter(fiscal_year=at.year, month__gte=at.month).delete()
        look("S3-1.1", at.year, at.month, day)
        query = f"year={at.year}&month={at.month}"
        table = client.get(f"{HERE}/indicators.json?{query}").json()["indicators"]
        owned = {row["code"] for row in table if row["owner"]}
        awaiting = {row["code"] for row in table if row["status"] == "awaiting"}
        late = set()
        for unit in client.get(f"{HERE}/units.json?{query}").json()["units"]:
            if unit["id"] is not None:
                duties = client.get(f"{HERE}/units/{unit['id']}.json?{query}").json()["duties"]
                late |= {duty["code"] for duty in duties if duty["state"] == "late"}
        assert awaiting & owned == late, day
        assert (late != set()) is (day.day == 11), day


@pytest.mark.parametrize(
    ("months", "day", "states"),
    [
        pytest.param([], date(2023, 12, 31), "upcoming " * 3 + "upcoming", id="not-yet"),
        pytest.param([], date(2024, 1, 1), "open upcoming upcoming upcoming", id="open"),
        pytest.param([], date(2024, 1, 10), "open upcoming upcoming upcoming", id="deadline-day"),
        pytest.param([], date(2024, 1, 11), "late upcoming upcoming upcoming", id="day-after"),
        pytest.param([3], date(2024, 1, 11), "reported upcoming upcoming upcoming", id="reported"),
        pytest.param([5], date(2024, 4, 1), "reported open upcoming upcoming", id="a-month-later"),
        pytest.param([2], date(2024, 1, 11), "late upcoming upcoming upcoming", id="too-early"),
        pytest.param([6], date(2024, 4, 11), "missed reported upcoming upcoming", id="left-out"),
        pytest.param([3, 6, 9, 12], date(2024, 10, 11), "reported " * 3 + "reported", id="all"),
    ],
)
def test_the_duties_of_a_unit(plan, client, executive, today, months, day, states):
    unit = Unit.objects.get(name="สำนักกฎหมาย")
    change(plan, "S3-1.1", frequency="quarter", unit=unit)
    for month in months:
        enter(plan, "S3-1.1", 2567, month, "60")
    today(day)
    client.force_login(executive)
    duties = client.get(f"{HERE}/units/{unit.pk}.json?year=2567").json()["duties"]
    assert [duty["month"]["month"] for duty in duties] == [3, 6, 9, 12]
    assert [duty["state"] for duty in duties] == states.split()
    assert [duty["deadline"] for duty in duties] == [
        "2024-01-10", "2024-04-10", "2024-07-10", "2024-10-10",
    ]  # fmt: skip


# ------------------------------------------------------------------- baselines, changed targets


def test_equal_to_the_baseline_is_a_milestone_until_it_stands(plan, look):
    enter(plan, "S1-2.1", 2566, 5, progress="in_progress", progress_percent=Decimal(40))
    baseline(plan, "S1-2.1", 2566, 6, "40")
    keys = ("target", "result", "expected", "of_expected", "status")
    words = ("เท่า Baseline", "40%", "41.67", "96.00", "near")
    assert having(look("S1-2.1", 2566, 5), *keys) == words
    # Carried into a month in which the baseline stands: still judged at its own.
    assert having(look("S1-2.1", 2566, 7, date(2023, 5, 1)), *keys) == words
    enter(plan, "S1-2.1", 2566, 8, "38")
    assert having(look("S1-2.1", 2566, 8), *keys) == ("40", "38", "40", "95.00", "near")


def test_a_baseline_as_target_is_the_target_of_its_measure(plan, look):
    """indicators.json gives the same target for the indicator and for its one measure."""
    baseline(plan, "S1-2.1", 2566, 6, "40")
    enter(plan, "S1-2.1", 2566, 8, "38")
    row = look("S1-2.1", 2566, 8)
    assert row["text"]["target"] == "40"
    measure = row["measures"][0]
    shown = (measure["target"], measure["result"], measure["achievement"])
    assert shown == ("40", "38", "95.00")


@pytest.mark.parametrize(
    ("start", "month", "expected"),
    [
        pytest.param(None, 6, "5", id="without-a-baseline"),
        pytest.param((2567, 1), 6, "7", id="in-force"),
        pytest.param((2566, 12), 6, "7", id="since-the-year-before"),
        pytest.param((2567, 6), 6, "7", id="from-this-month"),
        pytest.param((2567, 7), 6, "5", id="not-yet"),
        pytest.param((2567, 7), 9, "8", id="later-in-the-year"),
    ],
)
def test_a_baseline_comes_into_force(plan, look, start, month, expected):
    """S1-3.1: 10 in 2567, nothing numeric before; from 4, six twelfths on: 7."""
    if start is not None:
        baseline(plan, "S1-3.1", *start, "4")
    enter(plan, "S1-3.1", 2567, month, "6")
    assert look("S1-3.1", 2567, month)["text"]["expected"] == expected


def test_a_figure_of_another_kind_than_the_target_does_not_count(plan, look, planner):
    """Recorded as progress, before the milestone was made a number."""
    enter(plan, "S1-3.1", 2566, 12, progress="done")
    assert look("S1-3.1", 2566, 12)["status"] == "on_plan"
    measure = indicator_of(plan, "S1-3.1").measures.get().pk
    entry = TargetEntry("numeric", {measure: (Decimal(5), None, None, None)})
    retarget(planner, plan, "S1-3.1", 2566, entry)
    row = look("S1-3.1", 2566, 12)
    assert having(row, "target", "status", "achievement") == ("5", "awaiting", None)


def test_planned_quarters_replace_the_straight_line(plan, look, planner):
    measure = indicator_of(plan, "S2-1.2").measures.get().pk
    entry = TargetEntry("numeric", {measure: (Decimal(50), Decimal(26), Decimal(27), None)})
    retarget(planner, plan, "S2-1.2", 2568, entry)
    enter(plan, "S2-1.2", 2568, 6, "27")
    row = look("S2-1.2", 2568, 6)
    assert having(row, "expected", "of_expected", "status") == ("27", "100.00", "on_plan")


def test_the_bands_are_the_plan_s_own(plan, look):
    enter(plan, "S3-1.1", 2567, 12, "57.2")  # 88.00 of expected
    for bands, status in (
        ((100, 75, 50), "near"),
        ((88, 75, 50), "on_plan"),
        ((100, 95, 90), "critical"),
    ):
        names = ("band_on_plan", "band_near", "band_at_risk")
        Plan.objects.filter(pk=plan.pk).update(**dict(zip(names, bands, strict=True)))
        assert look("S3-1.1", 2567, 12)["status"] == status


# -------------------------------------------------------------------------------------- roll-up

_JUDGED = {ON_PLAN, NEAR, AT_RISK, CRITICAL}


def _exact(row: dict[str, Any]) -> Fraction:
    """Of expected in month 12, when the whole target is expected; capped at 100."""
    if row["measures"][0]["target"] is None:  # a milestone: its progress, as shown
        return min(Fraction(row["of_expected"]), Fraction(100))
    shares = [Fraction(m["result"]) * 100 / Fraction(m["target"]) for m in row["measures"]]
    return min(*shares, Fraction(100)) if len(shares) > 1 else min(shares[0], Fraction(100))


def recomputed(rows: list[dict[str, Any]], weights: dict[str, Decimal]) -> dict[str, Any]:
    """A roll-up worked out anew from the rows' own figures, in fractions."""
    counts = {status: sum(row["status"] == status for row in rows) for status in STATUSES}
    judged = [row for row in rows if row["status"] in _JUDGED]
    mean = None
    if judged:
        weight = sum(Fraction(weights[row["code"]]) for row in judged)
        total = sum(_exact(row) * Fraction(weights[row["code"]]) for row in judged)
        cents = (total / weight * 100 + Fraction(1, 2)).__floor__()
        mean = str(Decimal(cents).scaleb(-2))
    return {
        "counts": counts,
        "with_target": len(rows) - counts[NO_TARGET],
        "reported": len(judged) + counts[NO_CASES],
        "mean_of_expected": mean,
    }


def shown(content: dict[str, Any]) -> dict[str, Any]:
    return {key: content[key] for key in ("counts", "with_target", "reported", "mean_of_expected")}


@pytest.mark.parametrize("year", [2567, 2568, 2569])
def test_every_roll_up_equals_a_recomputation(plan, look, client, year):
    """Plan, strategies, objectives and units, with weights, against the rows they sum up."""
    samples(plan, LATE)
    for code, weight in (("S1-1.1", "2.5"), ("S3-1.1", "7"), ("S3-3.1", "0.25"), ("S4-1.1", "3")):
        change(plan, code, weight=Decimal(weight))
    weights = {row.code: row.weight for row in Indicator.objects.filter(strategy__plan=plan)}
    query = f"year={year}&month=12"
    look("S3-1.1", year, 12)
    overview = client.get(f"{HERE}.json?{query}").json()
    rows = {row["code"]: row for row in overview["indicators"]}
    assert shown(overview) == recomputed(list(rows.values()), weights)
    assert len(rows) == sum(overview["counts"].values()) == 19
    of_map = client.get(f"{HERE}/map.json?{query}").json()["strategies"]
    means = set()
    for part, mapped in zip(overview["strategies"], of_map, strict=True):
        own = [row for code, row in rows.items() if code.startswith(f"S{part['number']}-")]
        wanted = recomputed(own, weights)
        assert shown(part) == shown(mapped) == wanted
        page = client.get(f"{HERE}/strategies/{part['number']}.json?{query}").json()
        assert shown(page) == wanted
        objectives = [o for issue in page["issues"] for o in issue["objectives"]]
        assert sum(len(o["indicators"]) for o in objectives) == len(own)
        for objective in objectives:
            assert shown(objective) == recomputed(objective["indicators"], weights)
            means.add(objective["mean_of_expected"])
        assert [shown(o) for o in mapped["objectives"]] == [
            shown(o) for o in sorted(objectives, key=lambda o: o["number"])
        ]
    for unit in client.get(f"{HERE}/units.json?{query}").json()["units"]:
        wanted = recomputed([rows[code] for code in unit["indicators"]], weights)
        assert shown(unit) == wanted
        if unit["id"] is not None:
            page = client.get(f"{HERE}/units/{unit['id']}.json?{query}").json()
            assert shown(page) == wanted
    assert len(means) > 3


@pytest.mark.parametrize(
    ("weights", "mean"),
    [
        pytest.param(("1", "1"), "75.00", id="equal"),
        pytest.param(("3", "1"), "62.50", id="three-to-one"),
        pytest.param(("1", "3"), "87.50", id="one-to-three"),
        pytest.param(("0.01", "99.99"), "100.00", id="nearly-all"),
    ],
)
def test_weights(plan, look, client, weights, mean):
    """50 of expected, and far above it: no indicator counts for more than 100."""
    for code, weight, figure in zip(("S3-1.1", "S3-3.1"), weights, ("32.5", "50"), strict=True):
        change(plan, code, weight=Decimal(weight))
        enter(plan, code, 2567, 12, figure)
    look("S3-1.1", 2567, 12)
    content = client.get(f"{HERE}.json?year=2567&month=12").json()
    assert content["mean_of_expected"] == mean


def test_thirds_stay_thirds_in_the_mean(plan, look, client):
    """2 of 3 three times over is 66.67, and so is their mean; 1 + 1 + 0 of 3 likewise."""
    change(plan, "S3-3.1", accrual="per_year")
    enter(plan, "S3-3.1", 2568, 12, "4")  # of 6
    look("S3-3.1", 2568, 12)
    content = client.get(f"{HERE}.json?year=2568&month=12").json()
    assert content["mean_of_expected"] == "66.67"
    enter(plan, "S4-3.1", 2568, 12, "1")  # of 3
    enter(plan, "S4-1.1", 2568, 12, "3")  # of 3
    content = client.get(f"{HERE}.json?year=2568&month=12").json()
    assert content["mean_of_expected"] == "66.67"  # (66.666… + 33.333… + 100) ÷ 3


def test_a_plan_without_results_has_no_mean(plan, look, client):
    look("S3-1.1", 2567, 12)
    content = client.get(f"{HERE}.json?year=2567&month=12").json()
    assert (content["reported"], content["mean_of_expected"]) == (0, None)
    assert content["with_target"] == 16


def test_one_month_alone_is_read_as_among_all_years(plan):
    """What ``every_year=False`` leaves out is not needed for the month that is shown."""
    samples(plan)
    enter(plan, "S2-2.1", 2569, 1, "80")
    for at in (FiscalMonth(2567, 5), FiscalMonth(2568, 12), FiscalMonth(2569, 6)):
        whole = plan_standing(plan, at, LATE)
        alone = plan_standing(plan, at, LATE, every_year=False)
        # The close of the year before is read with the other years.
        assert alone.roll_up == replace(whole.roll_up, last=None)
        for row, same in zip(whole.rows, alone.rows, strict=True):
            for name in ("standing", "target", "result", "as_of", "outstanding", "expected"):
                assert getattr(row.current, name) == getattr(same.current, name), (row.code, name)


def test_another_plan_does_not_mix_in(plan, look, client):
    """Same codes, same agency, other plan: nothing of it shows."""
    enter(plan, "S3-1.1", 2567, 12, "63")
    before = look("S3-1.1", 2567, 12)
    paths = [f"{HERE}{path}.json" for path in ("", "/map", "/units", "/strategies/3")]
    pages = [client.get(path).json() for path in paths]
    make_plan(1, indicators=8, months=2)
    assert look("S3-1.1", 2567, 12) == before
    assert [client.get(path).json() for path in paths] == pages
    assert {
        p["code"] for p in client.get("/plans/bench-1/indicators.json").json()["indicators"]
    } == {f"S{s}-{n}.1" for s in (1, 2, 3, 4) for n in (1, 2)}
    assert client.get(f"{HERE}.json").json()["plan"] == SLUG
