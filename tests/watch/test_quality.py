"""The page on the quality of the data: what it lists, for whom, with how many questions."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from benchmarks.data import make_plan, make_projects
from budgets.models import Disbursement, Project
from integrity.models import ItaMeasure
from kpis.models import Indicator, Measure, Result, YearTarget
from kpis.write.targets import TargetEntry
from nhrc_plan.watch import findings as kinds
from nhrc_plan.watch.quality import quality
from strategy import access as roles
from strategy.calendar import FiscalMonth
from strategy.models import Plan
from strategy.records.model import acting
from strategy.records.write import record_save
from tests.support.pages import DAY, HERE, enter, indicator_of, retarget, samples
from tests.support.writing import differences, facts, led_by, signed_in, spend

AT = FiscalMonth(2567, 12)
OWN = "สำนักคุ้มครองสิทธิมนุษยชน"
#: Of the page as a whole, the session, the person and the plan among them.
CEILING = 20


def found(plan: Plan) -> dict[str, list[kinds.Finding]]:
    return {group.kind: group.findings for group in quality(plan, AT, DAY).groups}


def places(plan: Plan, kind: str) -> list[str]:
    """The codes of what a kind lists."""
    return [finding.where.split()[0] for finding in found(plan)[kind]]


def at_day(year: int, month: int, day: int) -> Any:
    """History rows written inside carry this day."""
    moment = datetime(year, month, day, 5, tzinfo=UTC)
    return acting(user=None, reason="", when=lambda row: moment)


def test_the_plan_as_it_comes(plan: Plan) -> None:
    """It prints neither definitions nor baselines nor units, and its targets never fall."""
    listed = {kind: len(rows) for kind, rows in found(plan).items() if rows}
    quarters = listed.pop(kinds.LATE_QUARTER, 0)
    bare = listed.pop(kinds.MEASURE_WITHOUT_UNIT, 0)
    assert listed == {
        kinds.NO_DEFINITION: 19, kinds.NO_UNIT: 19, kinds.NO_PERSON: 19, kinds.NO_BASELINE: Measure.objects.filter(
            indicator__strategy__plan=plan
        ).count(),
    }  # fmt: skip
    assert (
        bare
        == ItaMeasure.objects.filter(units=None, issue__year__fiscal_year__in=plan.years).count()
    )
    assert quarters >= 0


def test_a_total_that_fell_with_its_reason(plan: Plan) -> None:
    enter(plan, "S2-2.1", 2567, 3, "20")
    result = enter(plan, "S2-2.1", 2567, 6, "15", fall_reason="ตัดรายการซ้ำ")
    enter(plan, "S3-1.1", 2567, 3, "50")  # a rate may fall
    enter(plan, "S3-1.1", 2567, 6, "40")
    (finding,) = found(plan)[kinds.FALL]
    assert "ตัดรายการซ้ำ" in finding.what
    assert "20" in finding.what
    assert finding.address == f"/admin/kpis/result/{result.pk}/change/"


def test_confirmed_slips_and_results_without_evidence(plan: Plan) -> None:
    result = enter(plan, "S3-1.1", 2567, 3, "50")
    enter(plan, "S3-1.2", 2567, 3, "50", state="draft")
    Result.objects.filter(pk=result.pk).update(slips=[{"value": "5", "last": "50"}])
    listed = found(plan)
    assert [row.what for row in listed[kinds.SLIP]] == ["ธ.ค. 2566: 5 (50)"]
    assert places(plan, kinds.NO_EVIDENCE) == ["S3-1.1"]


def test_forgotten_drafts(plan: Plan) -> None:
    with at_day(2024, 9, 1):
        enter(plan, "S3-1.1", 2567, 3, "50", state="draft")
    with at_day(2024, 10, 1):
        enter(plan, "S3-1.2", 2567, 3, "50", state="draft")
    assert places(plan, kinds.OLD_DRAFT) == ["S3-1.1"]


def test_late_approvals_are_read_from_the_history(plan: Plan) -> None:
    with at_day(2024, 1, 5):
        late = enter(plan, "S3-1.1", 2567, 3, "50", state="submitted")
        soon = enter(plan, "S3-1.2", 2567, 3, "50", state="submitted")
    for result, month in ((late, 4), (soon, 1)):
        result.state = "approved"
        with at_day(2024, month, 20):
            record_save(instance=result, user=None)
    (finding,) = found(plan)[kinds.LATE_APPROVAL]
    assert finding.where.startswith("S3-1.1 ")
    assert "106" in finding.what
    assert finding.since is not None
    assert (finding.since.month, finding.since.day) == (4, 20)


def test_targets_that_promise_less_or_nothing(plan: Plan, planner: Any) -> None:
    measure = indicator_of(plan, "S3-1.1").measures.get()
    value = (Decimal(1), None, None, None)
    retarget(planner, plan, "S3-1.1", 2568, TargetEntry("numeric", {measure.pk: value}))
    YearTarget.objects.filter(indicator=indicator_of(plan, "S3-1.2"), fiscal_year=2569).delete()
    (easier,) = found(plan)[kinds.EASIER_TARGET]
    target = YearTarget.objects.get(indicator=measure.indicator, fiscal_year=2568)
    assert easier.address == f"/admin/kpis/yeartarget/{target.pk}/change/"
    assert places(plan, kinds.NO_TARGET) == ["S3-1.2"]


def test_weights_of_a_strategy_belong_together(plan: Plan) -> None:
    Indicator.objects.filter(pk=indicator_of(plan, "S3-1.1").pk).update(weight=50)
    (partly,) = found(plan)[kinds.ODD_WEIGHTS]
    assert partly.where.endswith(" 3")
    own = Indicator.objects.filter(strategy=indicator_of(plan, "S3-1.1").strategy)
    own.update(weight=Decimal(100) / own.count() if 100 % own.count() == 0 else 10)
    expected = [] if 100 % own.count() == 0 else [f"{plan.strategy_label} 3"]
    assert [row.where for row in found(plan)[kinds.ODD_WEIGHTS]] == expected


def test_a_unit_and_a_definition_take_a_line_away(plan: Plan) -> None:
    indicator = indicator_of(plan, "S3-1.1")
    indicator.unit = plan.agency.units.first()
    indicator.definition = "นับเรื่องที่แล้วเสร็จ"
    record_save(instance=indicator, user=None)
    Measure.objects.filter(indicator=indicator_of(plan, "S1-1.1")).update(unit_label=" ")
    assert "S3-1.1" not in places(plan, kinds.NO_UNIT) + places(plan, kinds.NO_DEFINITION)
    assert set(places(plan, kinds.NO_MEASURE_UNIT)) == {"S1-1.1"}


def test_money_that_fell_or_passes_its_allocation(plan: Plan) -> None:
    project = led_by(OWN)
    spend(project, 2567, 3, "500", reason="x")
    spend(project, 2567, 6, "400", reason="คืนเงิน")
    spend(project, 2567, 7, "999000000", reason="เกิน")
    listed = found(plan)
    (fell,) = listed[kinds.MONEY_FALL]
    (above,) = listed[kinds.OVERSPENT]
    assert "คืนเงิน" in fell.what
    assert fell.unit == above.unit == OWN
    assert f"unit={project.leads.get(position=1).unit_id}" in fell.address
    project.leads.all().delete()
    (bare,) = found(plan)[kinds.NO_LEAD]
    assert (bare.unit, bare.address) == ("", f"/admin/budgets/project/{project.pk}/change/")


def test_every_line_leads_to_a_form(plan: Plan, planner: Any, today: Any) -> None:
    """Of each kind that the samples bring, and of some made here: the link opens."""
    today(DAY)
    samples(plan)
    enter(plan, "S2-2.2", 2567, 10, "1", state="draft")
    Indicator.objects.filter(pk=indicator_of(plan, "S3-1.1").pk).update(weight=50)
    client = signed_in(planner)
    for group in quality(plan, AT, DAY).found:
        assert client.get(group.findings[0].address).status_code == 200, group.kind


@pytest.mark.parametrize("path", [f"{HERE}/quality/", f"{HERE}/quality.json"])
@pytest.mark.parametrize(
    ("role", "status"),
    [(roles.PLANNER, 200), (roles.AUDITOR, 200), (roles.REPORTER, 404), (roles.EXECUTIVE, 404),
     (roles.ADMINISTRATOR, 404), ("", 404)],
)  # fmt: skip
def test_planners_and_auditors_alone_read_it(
    plan: Plan, person: Any, path: str, role: str, status: int
) -> None:
    client = signed_in(person("somebody", role))
    before = facts()
    assert client.get(path).status_code == status
    assert client.post(path).status_code == 405
    assert differences(before, facts()) == {}
    menu = client.get(f"{HERE}/").content.decode()
    assert (f"{HERE}/quality/" in menu) is (status == 200)


@pytest.mark.parametrize("public", [False, True])
def test_nobody_reads_it_without_signing_in(
    plan: Plan, client: Any, settings: Any, public: bool
) -> None:
    settings.PUBLIC_READING = public
    assert client.get(f"{HERE}/quality.json").status_code == 401
    assert client.get(f"{HERE}/quality/").status_code == 302


def test_the_index_of_the_admin_leads_watchers_there(
    plan: Plan, planner: Any, reporter: Any
) -> None:
    for who, leads in ((planner, True), (reporter, False)):
        html = signed_in(who).get("/admin/").content.decode()
        assert ("/history/" in html) is leads
        assert (f"{HERE}/quality/" in html) is leads


def test_the_page_and_its_data_say_the_same(plan: Plan, planner: Any, today: Any) -> None:
    today(DAY)
    samples(plan)
    client = signed_in(planner)
    shown = client.get(f"{HERE}/quality/").context["shown"]
    data = client.get(f"{HERE}/quality.json").json()
    assert data["count"] == shown.count > 20
    assert [each["check"] for each in data["checks"]] == list(kinds.LABELS)
    assert [each["count"] for each in data["checks"]] == [len(g.findings) for g in shown.groups]


def test_kinds_of_which_there_is_nothing_are_named_in_one_line(
    plan: Plan, planner: Any, today: Any
) -> None:
    today(DAY)
    answer = signed_in(planner).get(f"{HERE}/quality/")
    html = answer.content.decode()
    for group in answer.context["shown"].clean:
        assert html.count(group.label) == 1
        assert f'id="{group.kind}"' not in html


def test_the_queries_do_not_grow_with_the_plan(plan: Plan, planner: Any, today: Any) -> None:
    today(DAY)
    asked = []
    for number, indicators, months in ((1, 2, 2), (2, 20, 12)):
        made = make_plan(number, indicators, months)
        make_projects(made, 8 * number, months)
        client = signed_in(planner)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"/plans/{made.slug}/quality/").status_code == 200
        asked.append(len(queries))
    assert Disbursement.objects.count() > Project.objects.count() > 8
    assert asked[1] <= asked[0] <= CEILING
