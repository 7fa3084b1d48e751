"""The plan of fixtures/ and the samples: what they hold, and that loading them harms nothing."""

from collections import Counter
from datetime import date
from decimal import Decimal as D

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command
from django.db.models import Sum

from budgets.models import Project, ProjectBudget
from kpis.models import (
    Baseline,
    Indicator,
    LevelCriterion,
    Measure,
    Result,
    ResultEvidence,
    YearTarget,
)
from kpis.write.results import result_approve
from nhrc_plan.setup import demo, fixtures
from strategy import access as roles
from strategy.calendar import FiscalMonth
from strategy.models import (
    Agency,
    Approach,
    Membership,
    Objective,
    Plan,
    PlanStatement,
    StrategicIssue,
    Strategy,
    Unit,
)
from strategy.people.write import people_recorded
from strategy.records.write import record_delete, record_save
from tests.support.pages import samples
from tests.support.writing import (
    OTHER,
    OWN,
    REMEDY,
    TODAY,
    address,
    differences,
    enter,
    entered,
    facts,
    filled,
    indicator_of,
    signed_in,
)

pytestmark = pytest.mark.django_db


def content(rows):
    """Rows of every table but the histories, without their versions."""
    return {table: found for table, found in rows.items() if "historical" not in table}


# ---------------------------------------------------------------------------- what the plan holds


@pytest.mark.parametrize(
    ("model", "count"),
    [
        (Agency, 2), (Unit, 21), (Plan, 2), (Strategy, 4 + 5), (StrategicIssue, 10),
        (Approach, 40), (Objective, 13 + 12), (Indicator, 19 + 15), (Measure, 20 + 15),
        (YearTarget, 95 + 15), (LevelCriterion, 13 * 5 + 5), (Project, 17), (ProjectBudget, 73),
        (Result, 15), (ResultEvidence, 72), (Baseline, 0), (Membership, 0),
    ],
    ids=lambda value: getattr(value, "__name__", str(value)),
)  # fmt: skip
def test_counts(plan, model, count):
    """The strategic plan's and, where there are two, the scorecard's."""
    assert model.objects.count() == count


def test_purposes_goals_and_missions(plan):
    kinds = Counter(PlanStatement.objects.values_list("kind", flat=True))
    assert set(kinds) == {"purpose", "goal", "mission"}
    assert plan.ultimate_goal and plan.vision and plan.background


@pytest.mark.parametrize(
    ("year", "million"),
    [
        (2566, "44.75"),
        (2567, "38.75"),
        (2568, "40.00"),
        (2569, "34.00"),
        (2570, "43.00"),
        (None, "200.50"),
    ],
)
def test_money(plan, year, million):
    budgets = ProjectBudget.objects.filter(**({"fiscal_year": year} if year else {}))
    assert budgets.aggregate(sum=Sum("plan_amount"))["sum"] == D(million) * 1_000_000


def test_every_indicator_has_a_target_row_for_every_year(plan):
    for indicator in Indicator.objects.filter(strategy__plan=plan):
        assert sorted(indicator.targets.values_list("fiscal_year", flat=True)) == list(plan.years)


def targets(plan, code):
    """A target as it is promised, by year."""
    found = {}
    for target in indicator_of(plan, code).targets.order_by("fiscal_year"):
        values = target.values.order_by("measure__position").values_list("value", flat=True)
        shown = "/".join(f"{value.normalize():f}" for value in values) or target.milestone
        found[target.fiscal_year] = (target.kind, shown, target.plan_text)
    return found


def test_the_targets_of_s1_1_1_are_to_the_letter(plan):
    milestone = "ศึกษาและกำหนดแนวทางขับเคลื่อนตัวชี้วัด"
    assert targets(plan, "S1-1.1") == {
        2566: ("milestone", milestone, milestone),
        2567: ("numeric", "20/15", "20/15 (หน่วย/จังหวัด)"),
        2568: ("numeric", "30/25", "30/25 (หน่วย/จังหวัด)"),
        2569: ("numeric", "40/35", "40/35 (หน่วย/จังหวัด)"),
        2570: ("numeric", "50/50", "50/50 (หน่วย/จังหวัด)"),
    }
    measures = Measure.objects.filter(indicator=indicator_of(plan, "S1-1.1"))
    assert [(m.label, m.kind, m.whole) for m in measures.order_by("position")] == [
        ("หน่วย", "number", True),
        ("จังหวัด", "number", True),
    ]


#: The targets that docs/domain.md works with in its examples.
EXAMPLES = {
    "S3-1.1": ["60", "65", "70", "75", "80"],
    "S3-3.1": ["4", "5", "6", "7", "7"],
    "S4-1.1": ["1", "2", "3", "4", "5"],
    "S4-3.1": ["2", "", "3", "", "4"],
    "S2-2.1": ["50", "75", "100", "", ""],
    "S1-2.1": ["เท่า Baseline", "50", "60", "70", "80"],
}


@pytest.mark.parametrize("code", EXAMPLES)
def test_targets_of_the_worked_examples(plan, code):
    assert [shown for _kind, shown, _text in targets(plan, code).values()] == EXAMPLES[code]


#: docs/domain.md, "Expected by now, and status".
ACCRUALS = {
    "rate": "S1-2.1 S3-1.1 S3-1.2 S3-2.1 S3-3.2 S4-1.2 S4-1.3 S4-2.1",
    "per_year": "S3-3.1",
    "cumulative": "S1-1.1 S1-3.1 S1-4.1 S1-5.1 S2-1.1 S2-1.2 S2-2.1 S2-2.2 S4-1.1 S4-3.1",
}


def test_accruals_are_those_of_the_domain(plan):
    own = Indicator.objects.filter(strategy__plan=plan).select_related("strategy__plan")
    found = {row.code: row.accrual for row in own}
    wanted = {code: kind for kind, codes in ACCRUALS.items() for code in codes.split()}
    assert found == wanted
    for row in own:
        assert (row.accrual_basis == "plan") == ("(สะสม)" in row.name), row.name
    assert set(Indicator.objects.values_list("direction", flat=True)) == {"higher"}


def test_what_the_sources_do_not_hold_stays_empty(plan):
    for indicator in Indicator.objects.filter(strategy__plan=plan):
        assert (indicator.unit, indicator.frequency, indicator.weight) == (None, "year", 1)
        assert (indicator.baseline_text, indicator.assignment_is_sample) == ("N/A", False)
    assert not Strategy.goals.through.objects.exists()


def test_every_project_has_a_first_lead(plan):
    for project in Project.objects.all():
        positions = list(project.leads.values_list("position", flat=True))
        assert positions == list(range(1, len(positions) + 1)) != []
        assert project.budgets.exists()


def test_loading_is_in_the_history_under_the_system(plan):
    rows = Indicator.history.all()
    assert {(row.history_type, row.history_user_id, row.history_user_name) for row in rows} == {("+", None, "")}  # fmt: skip
    assert "" not in {row.history_change_reason for row in rows}
    target = YearTarget.objects.get(indicator=indicator_of(plan, "S1-1.1"), fiscal_year=2567)
    assert [item["value"] for item in target.history.get().details["values"]] == ["20", "15"]


# ------------------------------------------------------------------------------------ loading again


def test_bootstrap_again_changes_nothing(plan):
    before = facts(without=())
    call_command("bootstrap")
    call_command("bootstrap")
    assert differences(before, facts(without=())) == {}


@pytest.mark.same
def test_what_staff_changed_is_not_put_back(plan, planner):
    unit = Unit.objects.get(name=OWN)
    unit.is_group = True
    indicator = indicator_of(plan, "S1-1.1")
    indicator.name = "ชื่อใหม่"
    measure = indicator.measures.get(position=2)
    measure.label = "เมือง"
    budget = ProjectBudget.objects.first()
    budget.plan_amount = D("1.25")
    approach = Approach.objects.first()
    approach.text = "แนวทางใหม่"
    for row in (unit, indicator, measure, budget, approach):
        record_save(instance=row, user=planner, reason="correction")
    client = signed_in(planner)
    path = address(YearTarget.objects.get(indicator=indicator, fiscal_year=2566), "change")
    data = filled(client.get(path), milestone="อย่างอื่น", change_reason="why")
    assert client.post(path, data).status_code == 302
    # An account that has no record yet gets one.
    people_recorded()
    before = facts()
    call_command("bootstrap")
    assert differences(before, facts()) == {}


def test_what_staff_deleted_does_not_come_back(plan, planner):
    gone = [
        ProjectBudget.objects.first(),
        Approach.objects.first(),
        PlanStatement.objects.first(),
        YearTarget.objects.get(indicator=indicator_of(plan, "S3-1.1"), fiscal_year=2569),
        Project.objects.last(),
        indicator_of(plan, "S4-3.1"),
        Unit.objects.get(name="สำนักนโยบายและยุทธศาสตร์"),
    ]
    Membership.objects.all().delete()
    for measure in gone[-1].ita_measures.all():
        record_save(instance=measure, user=planner, links={"units": []})
    for row in gone:
        record_delete(instance=row, user=planner, reason="merged")
    # An account that has no record yet gets one.
    people_recorded()
    before = facts()
    call_command("bootstrap")
    assert differences(before, facts()) == {}
    for row in gone:
        assert not type(row).objects.filter(pk=row.pk).exists()


def test_a_renamed_unit_is_not_loaded_a_second_time(plan, planner):
    """Its key in the fixture is its old name."""
    unit = Unit.objects.get(name=OTHER)
    unit.name = "สำนักกฎหมายและคดี"
    record_save(instance=unit, user=planner, reason="renamed")
    call_command("bootstrap")
    assert Unit.objects.count() == 21


def test_what_is_missing_is_added(plan):
    """A row that was never there: as on an older database, under a newer fixture."""
    indicator = indicator_of(plan, "S3-1.1")
    before = facts()
    from strategy.records import closed

    closed.open_history_tables()
    for model in (YearTarget, Approach):
        row = model.objects.last()
        model.history.filter(id=row.pk).delete()
        model.objects.filter(pk=row.pk).delete()
        ids = model.history.filter(history_type="-").values_list("pk", flat=True)
        model.history.filter(pk__in=list(ids)).delete()
    closed.close_history_tables()
    call_command("bootstrap")
    assert YearTarget.objects.count() == 95 + 15 and Approach.objects.count() == 40
    assert indicator.targets.count() == 5
    changed = {table for table in differences(before, facts()) if "historical" not in table}
    assert changed <= {"kpis_yeartarget", "kpis_targetvalue", "strategy_approach"}


# --------------------------------------------------------------------------------------- samples


def test_samples_are_refused_where_debug_is_off(plan, settings):
    settings.TRIAL = False
    before = facts(without=())
    with pytest.raises(CommandError):
        call_command("bootstrap", "--sample")
    assert differences(before, facts(without=())) == {}
    assert not get_user_model().objects.exists()


def test_samples_are_loaded_and_marked_in_a_trial(plan, settings, today, capsys):
    settings.TRIAL = True
    today(TODAY)
    call_command("bootstrap", "--sample")
    results = entered().all()
    assert results.exists()
    assert set(results.values_list("is_sample", flat=True)) == {True}
    assigned = Indicator.objects.filter(unit__isnull=False)
    assert assigned.exists()
    assert set(assigned.values_list("assignment_is_sample", flat=True)) == {True}
    printed = capsys.readouterr().out
    for account in demo.ACCOUNTS:
        user = get_user_model().objects.get(username=account.username)
        assert user.check_password(demo.PASSWORD) and account.username in printed
        assert not user.is_superuser
        assert roles.viewer(user).roles == {account.role}
    before = facts()
    call_command("bootstrap", "--sample")
    assert differences(before, facts()) == {}


@pytest.mark.parametrize(
    "day",
    [
        date(2022, 10, 1),
        date(2022, 10, 31),
        date(2022, 11, 1),
        date(2022, 12, 31),
        date(2023, 1, 1),
        date(2026, 9, 30),
        date(2026, 10, 1),
        date(2027, 10, 1),
    ],
    ids=str,
)
def test_sample_results_are_for_months_that_have_ended(plan, day):
    count = fixtures.samples_load(day).results
    months = {FiscalMonth(*key) for key in entered().values_list("fiscal_year", "month")}
    assert count == entered().count()
    assert all(month.last_day < day for month in months)
    if day == date(2022, 10, 1):
        assert count == 0
    if day == date(2027, 10, 1):
        assert max(months) == FiscalMonth(2570, 12)


def test_later_samples_join_earlier_ones(plan):
    first = fixtures.samples_load(date(2026, 4, 1)).results
    second = fixtures.samples_load(TODAY).results
    assert first and second
    assert entered().count() == first + second
    assert not any(fixtures.samples_load(TODAY))


def test_samples_leave_alone_what_staff_entered(plan, planner):
    indicator = indicator_of(plan, "S3-1.1")
    indicator.unit = Unit.objects.get(name=OTHER)
    record_save(instance=indicator, user=planner)
    mine = enter(indicator, 2569, 6, "12.34", user=planner)
    fixtures.samples_load(TODAY)
    indicator.refresh_from_db()
    mine.refresh_from_db()
    assert (indicator.unit.name, indicator.assignment_is_sample) == (OTHER, False)
    assert (mine.version, mine.is_sample) == (1, False)


def test_clearing_leaves_the_database_as_it_was(plan, settings, today):
    settings.TRIAL = True
    today(TODAY)
    before = content(facts(without=("session", "log", "version")))
    call_command("bootstrap", "--sample")
    call_command("clear_sample")
    after = content(facts(without=("session", "log", "version")))
    changed = differences(before, after)
    # An indicator that was a sample's keeps its next version, and nothing else of it.
    assert set(changed) <= {"kpis_indicator"}
    for indicator in Indicator.objects.all():
        assert (indicator.unit, indicator.frequency, indicator.weight) == (None, "year", 1)
        assert not indicator.assignment_is_sample
    assert not get_user_model().objects.exists()
    assert not Group.objects.filter(name=demo.GROUP).exists()
    assert Group.objects.count() == len(roles.ROLES)


@pytest.mark.same
def test_clearing_twice_changes_nothing_more(plan):
    samples(plan, TODAY)
    call_command("clear_sample")
    before = facts()
    call_command("clear_sample")
    assert differences(before, facts()) == {}


@pytest.mark.same
def test_what_staff_made_of_a_sample_is_theirs_and_stays(plan, planner, settings, today):
    settings.TRIAL = True
    today(TODAY)
    planner.username = "real-planner"  # a demo account of that name exists
    planner.save()
    call_command("bootstrap", "--sample")
    client = signed_in(planner)

    # A corrected figure, an assignment made by staff, one of another field, and a new result.
    sample = entered().filter(is_sample=True, state="submitted", indicator__strategy__number=3)
    corrected = sample.exclude(values__isnull=True).first()
    field = f"value_{corrected.values.get().measure_id}"
    path = address(corrected, "change")
    asked = client.post(
        path, filled(client.get(path), **{field: "1", "fall_reason": "x"}, **REMEDY)
    )
    if asked.status_code == 200:  # it looks like a slip, and is confirmed
        asked = client.post(path, filled(asked))
    assert asked.status_code == 302
    indicator = indicator_of(plan, "S3-1.2")
    path = address(indicator, "change")
    assert (
        client.post(path, filled(client.get(path), weight="2.5", change_reason="ตามมติ")).status_code
        == 302
    )
    own = enter(indicator_of(plan, "S4-3.1"), 2569, 6, "3", user=planner)

    call_command("clear_sample")

    assert set(entered().values_list("pk", flat=True)) == {corrected.pk, own.pk}
    indicator.refresh_from_db()
    assert (indicator.unit.name, indicator.weight) == (OWN, D("2.5"))
    assert get_user_model().objects.get() == planner
    assert planner.memberships.exists()


@pytest.mark.same
def test_a_sample_that_staff_approved_is_still_a_sample_and_goes(plan, planner):
    """Its figure is as invented as before: only a figure that staff entered is theirs."""
    samples(plan, TODAY)
    result = entered().filter(state="submitted").first()
    result_approve(user=planner, result=result, expected_version=result.version)
    call_command("clear_sample")
    assert not entered().exists()
    assert [row.state for row in result.history.all()][0] == "approved"


@pytest.mark.same
def test_an_account_that_only_has_the_name_of_a_demo_account_stays(plan, settings, today, person):
    settings.TRIAL = True
    today(TODAY)
    person("reporter", roles.REPORTER, OTHER)
    call_command("bootstrap", "--sample")
    user = get_user_model().objects.get(username="reporter")
    assert not user.check_password(demo.PASSWORD)
    call_command("clear_sample")
    assert list(get_user_model().objects.values_list("username", flat=True)) == ["reporter"]
