"""All the office's money: action-plan projects, kinds of spending, lines that change."""

from datetime import UTC, datetime
from decimal import Decimal as D

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from budgets.models import Project, ProjectBudget, ProjectLead, SpendingTarget
from nhrc_plan.meetings.read import board_report
from strategy.calendar import FiscalMonth
from strategy.models import Unit
from strategy.records.model import acting
from strategy.records.write import record_save
from tests.support.languages import in_english
from tests.support.money import project_of, spend
from tests.support.writing import OWN, TODAY, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.same]

AT = "?year=2569&month=9"
LINES = {
    **dict(zip(("q1", "q2", "q3", "q4"), map(D, (32, 52, 75, 93)), strict=True)),
    **dict(zip(("used_q1", "used_q2", "used_q3", "used_q4"), map(D, (36, 58, 81, 100)), strict=True)),
}  # fmt: skip


@pytest.fixture(autouse=True)
def on_the_day(today):
    today(TODAY)


@pytest.fixture
def action(plan):
    """A project of the yearly action plan: 100 million of 2569, investment, led by OWN."""
    strategy = project_of(plan, "4-1").strategy
    project = Project(strategy=strategy, number=21, name="โครงการตัวอย่าง", kind="action")
    record_save(instance=project, user=None)
    ProjectLead.objects.create(project=project, unit=Unit.objects.get(name=OWN))
    record_save(
        instance=ProjectBudget(
            project=project, fiscal_year=2569, approved_amount=D(100_000_000),
            spending_kind="investment",
        ),
        user=None,
    )  # fmt: skip
    return project


@pytest.fixture
def client_(planner):
    return signed_in(planner)


def data(client, path, query=AT):
    return client.get(f"/plans/nhrc-2566-2570{path}.json{query}").json()


def lines(plan, user=None, **fields):
    row = SpendingTarget(agency=plan.agency, fiscal_year=2569, **{**LINES, **fields})
    return record_save(instance=row, user=user)


def test_the_flagship_totals_stay_and_all_the_money_stands_beside_them(plan, action, client_):
    spend(plan, "4-1", 2569, 9, 1_000_000, 500_000)
    spend(plan, "4-21", 2569, 9, 90_000_000, 7_000_000)
    shown = data(client_, "/budgets")
    assert shown["plan_total"] == "200500000"
    assert (shown["disbursed"], shown["with_allocation"]) == ("1000000", 13)
    assert shown["action_plan"]["used_percent"] == "97.00"  # what measure 2.2 of seed 001 asks
    assert shown["office"]["disbursed"] == "91000000"
    assert D(shown["office"]["allocated"]) == D(shown["allocated"]) + 100_000_000
    [strategy] = shown["action_plan"]["strategies"]
    assert [row["code"] for row in strategy["projects"]] == ["4-21"]
    # A strategy's money, and money beside results, are those of flagship projects.
    [fourth] = [row for row in shown["strategies"] if row["number"] == 4]
    assert fourth["disbursed"] == "1000000"
    # So is the sum on the overview.
    money = data(client_, "")["money"]
    assert (money["disbursed"], money["allocated"]) == ("1000000", shown["allocated"])
    assert money["with_allocation"] == 13
    value = data(client_, "/value")["strategies"]
    assert {row["code"]: row["money"]["disbursed"] for row in value}["4"] == "1000000"


def test_without_any_nothing_is_said_of_them(plan, client_):
    with translation.override("th"):
        said = client_.get(f"/plans/nhrc-2566-2570/budgets/{AT}").content.decode()
    assert "แผนปฏิบัติการ" not in said
    shown = data(client_, "/budgets")
    assert shown["action_plan"]["strategies"] == shown["spending_kinds"] == []


@pytest.mark.parametrize("path", ["/budgets/", "/budgets/units/", "/board/", "/budgets/4-21/"])
def test_the_pages_show_them_apart(plan, action, client_, path):
    spend(plan, "4-21", 2569, 9, 90_000_000, 7_000_000)
    with translation.override("th"):
        said = client_.get(f"/plans/nhrc-2566-2570{path}{AT}").content.decode()
    for words in {
        "/board/": ("งบประมาณทั้งหมดของหน่วยงาน",),
        "/budgets/4-21/": ("โครงการตามแผนปฏิบัติการประจำปี", "รายจ่ายลงทุน"),
    }.get(path, ("โครงการตามแผนปฏิบัติการประจำปี", "งบประมาณทั้งหมดของหน่วยงาน")):
        assert words in said


def test_a_unit_enters_both_and_its_sums_stand_apart(plan, action, client_, reporter):
    spend(plan, "4-21", 2569, 9, 90_000_000)
    unit = Unit.objects.get(name=OWN)
    shown = data(client_, f"/units/{unit.pk}")["money"]
    assert shown["action_plan"]["disbursed"] == "90000000"
    assert shown["disbursed"] is None
    page = signed_in(reporter).get(
        f"/admin/budgets/disbursement/add/?unit={unit.pk}&year=2569&month=9"
    )
    assert "4-21" in [form.row.money.code for form in page.context["form"].forms]


def test_each_kind_of_spending_by_its_own_line(plan, action, client_):
    lines(plan)
    lines(plan, kind="investment", **{f"q{n}": D(10 * n) for n in range(1, 5)},
          **{f"used_q{n}": None for n in range(1, 5)})  # fmt: skip
    spend(plan, "4-21", 2569, 9, 30_000_000)
    shown = data(client_, "/budgets")
    [project] = shown["action_plan"]["strategies"][0]["projects"]
    assert (project["expected_percent"], project["of_expected"]) == ("30.00", "100.00")
    kinds = {row["kind"]: row for row in shown["spending_kinds"]}
    assert kinds["investment"]["expected_percent"] == "30.00"
    assert kinds[None]["expected_percent"] == "75.00"
    # The sum over both kinds goes by the line for all money.
    assert shown["office"]["expected_percent"] == "75.00"
    assert shown["expected_by_quarter"]["kinds"]["investment"]["disbursed"]["q3"] == "30"


def test_what_is_judged_is_a_choice_of_the_year(plan, client_):
    spend(plan, "4-1", 2569, 9, 3_000_000, 1_500_000)
    lines(plan)
    by_disbursed = data(client_, "/budgets/4-1")
    row = SpendingTarget.objects.get()
    row.judged_on = "used"
    record_save(instance=row, user=None)
    by_used = data(client_, "/budgets/4-1")
    assert (by_disbursed["judged_on"], by_used["judged_on"]) == ("disbursed", "used")
    assert by_used["expected_percent"] == "81.00"
    assert by_used["of_expected"] == by_disbursed["used_of_expected"]
    assert by_used["of_expected"] != by_disbursed["of_expected"]
    # /value/ compares used with used, whatever is judged.
    codes = {row["code"]: row for row in data(client_, "/value")["strategies"]}
    assert codes["4"]["used_of_expected"] == codes["4"]["money"]["used_of_expected"]
    with translation.override("th"):
        said = client_.get(f"/plans/nhrc-2566-2570/budgets/4-1/{AT}").content.decode()
        board = client_.get(f"/plans/nhrc-2566-2570/board/{AT}").content.decode()
    assert "นำเงินที่ใช้จ่าย (เบิกจ่ายและผูกพัน) มาเทียบกับเป้าหมายนี้" in said
    assert "ใช้จ่าย (ร้อยละ)" in board


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        pytest.param({"used_q4": None}, "all four quarters", id="half-a-line"),
        pytest.param({"used_q1": D(31)}, "not below in any quarter", id="used-below-disbursed"),
        pytest.param({"used_q2": D(35)}, "none is below", id="used-falls"),
        pytest.param({"kind": "current", "judged_on": "used"}, "row for all money", id="once"),
    ],
)
def test_lines_that_cannot_be_are_refused(plan, fields, said):
    row = SpendingTarget(agency=plan.agency, fiscal_year=2569, **{**LINES, **fields})
    with in_english(), pytest.raises(ValidationError) as found:
        row.full_clean()
    assert said in str(found.value)


def test_a_year_has_one_row_for_each_kind(plan):
    lines(plan)
    lines(plan, kind="current")
    with pytest.raises(ValidationError):
        SpendingTarget(agency=plan.agency, fiscal_year=2569, **LINES).full_clean()


# --------------------------------------------------------------- what was judged stays judged

NOW = FiscalMonth(2569, 10)
WHY = "มติคณะรัฐมนตรี"
#: Before the reporting deadline of month 9.
KNOWN = datetime(2026, 7, 5, tzinfo=UTC)


def test_a_change_of_the_lines_is_told_with_what_it_alone_changed(plan, planner):
    spend(plan, "4-1", 2569, 9, 3_000_000)
    row = lines(plan, user=planner)
    before = board_report(plan, NOW, TODAY).changes
    [new] = [line for line in before.rules if line.of_money]  # entered: until then a straight line
    row.q3 = row.used_q3 = D(90)
    row.q4 = D(95)
    with pytest.raises(ValidationError):
        record_save(instance=row, user=planner)
    record_save(instance=row, user=planner, reason=WHY)
    found = [line.change.rule for line in board_report(plan, NOW, TODAY).changes.rules]
    assert [(rule.why, rule.who) for rule in found][-1] == (WHY, "planner")
    assert (found[-1].before, found[-1].after) == ("75/93/81", "90/95/90")


def test_what_was_known_then_is_judged_by_the_lines_of_then(plan, planner):
    """A line entered afterwards flips a project, and the change says that it was the line."""
    allocated = project_of(plan, "4-1").budgets.get(fiscal_year=2569).plan_amount
    with acting(user=None, reason="", when=lambda row: KNOWN):
        spend(plan, "4-1", 2569, 9, allocated * 75 / 100)
    spend(plan, "4-1", 2569, 10, allocated * 84 / 100)
    changes = board_report(plan, NOW, TODAY).changes
    assert [line for line in changes.rules if line.of_money] == []
    lines(plan, user=planner, q3=D(93), used_q3=D(100))
    changes = board_report(plan, NOW, TODAY).changes
    [line] = [line for line in changes.rules if line.of_money]
    assert line.change.flipped == 1
    [project] = [change for change in changes.projects if change.row.code == "4-1"]
    assert project.after.standing.expected_percent == D("93.00")
    assert project.before.standing.expected_percent == D("75.00")


def test_a_kind_of_spending_that_is_said_later_asks_for_the_reason(plan, planner):
    budget = project_of(plan, "4-1").budgets.get(fiscal_year=2569)
    spend(plan, "4-1", 2569, 9, 2_000_000)
    budget.spending_kind = "investment"
    with pytest.raises(ValidationError):
        record_save(instance=budget, user=planner)
    record_save(instance=budget, user=planner, reason=WHY)
    [line] = [line for line in board_report(plan, NOW, TODAY).changes.rules if line.of_money]
    assert (line.row.code, line.change.rule.why, line.change.flipped) == ("4-1", WHY, 0)
