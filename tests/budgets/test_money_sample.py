"""Sample disbursements: what the fixture holds, and that loading and clearing harm nothing."""

import json
from collections import Counter
from copy import deepcopy
from datetime import date
from decimal import Decimal as D

import pytest
from django.core.management import call_command

from budgets.models import Disbursement, Project, ProjectBudget
from budgets.read.money import plan_money
from budgets.rules.calc import Spent
from budgets.rules.entry import is_above
from budgets.write import load as loading
from budgets.write.disbursements import DisbursementEntries, disbursement_delete
from nhrc_plan.setup import fixtures
from strategy.approval.write import reopen
from strategy.calendar import FiscalMonth
from strategy.records.write import record_delete, record_save
from strategy.standing.status import AT_RISK, CRITICAL, NEAR, ON_PLAN
from tests.support.languages import in_english
from tests.support.money import project_of, spend
from tests.support.writing import TODAY, differences, facts

pytestmark = pytest.mark.same

#: The month after the plan's last one: everything in the fixture is over.
AFTER = date(2027, 10, 1)


def read(*path):
    return json.loads(fixtures.FOLDER.joinpath(*path).read_text(encoding="utf-8"))


TREE = read("sample", "money", "nhrc-2566-2570.json")
#: What the plan sets aside, by project and fiscal year.
AMOUNTS = {
    (f"{strategy['number']}-{project['number']}", int(year)): D(amount)
    for strategy in read("nhrc-2566-2570.json")["plan"]["strategies"]
    for project in strategy["projects"]
    for year, amount in project["budgets"].items()
}
#: The months that nobody reported: the pages have something to wait for.
UNREPORTED = {
    ("1-3", 2569, 9), ("3-5", 2569, 5), ("4-2", 2569, 8), ("3-1", 2570, 1), ("4-3", 2570, 1)
}  # fmt: skip


def figures(tree):
    """Every figure of the fixture, by project, year and month; None where nobody reported."""
    return {
        (item["project"], item["year"], month): pair and Spent(month, *map(D, pair))
        for item in tree["disbursements"]
        for month, pair in enumerate(item["months"], start=1)
    }


def faults(tree):
    """Where a fixture breaks its own rules (fixtures/README.md)."""
    found = []
    years = Counter((item["project"], item["year"]) for item in tree["disbursements"])
    found += [f"{key}: {n} times" for key, n in years.items() if n > 1]
    found += [f"{key}: missing" for key in AMOUNTS.keys() - years.keys()]
    found += [f"{key}: no money" for key in years.keys() - AMOUNTS.keys()]
    for item in tree["disbursements"]:
        key = (item["project"], item["year"])
        if len(item["months"]) != 12:
            found.append(f"{key}: {len(item['months'])} months")
        for text in (text for pair in item["months"] if pair for text in pair):
            if f"{D(text):.2f}" != text:
                found.append(f"{key}: {text} is not in baht and satang")
        line = [Spent(month, *map(D, pair)) for month, pair in enumerate(item["months"], 1) if pair]
        for earlier, later in zip(line, line[1:], strict=False):
            if later.disbursed < earlier.disbursed or later.used < earlier.used:
                found.append(f"{key}: falls in month {later.month}")
        for held in line:
            if held.disbursed < 0 or held.committed < 0:
                found.append(f"{key}: negative in month {held.month}")
            if is_above(held, AMOUNTS.get(key)):
                found.append(f"{key}: above what is set aside in month {held.month}")
    return found


# ------------------------------------------------------------------------------------- the fixture


def test_every_project_and_year_with_money_has_its_months():
    assert len(TREE["disbursements"]) == len(AMOUNTS) == 73
    assert len({project for project, _year in AMOUNTS}) == 17
    assert faults(TREE) == []


@pytest.mark.parametrize(
    ("place", "pair", "fault"),
    [
        pytest.param(6, ["0.00", "600000.00"], "falls in month 7", id="paid-falls"),
        pytest.param(6, ["584610.00", "79141.00"], "falls in month 8", id="used-falls"),
        pytest.param(11, ["1000000.01", "0.00"], "above what is set aside in month 12", id="above"),
        pytest.param(0, ["1.00", "-0.01"], "negative in month 1", id="negative"),
        pytest.param(0, ["1.5", "0.00"], "1.5 is not in baht and satang", id="not-two-decimals"),
    ],
)
def test_a_wrong_figure_is_found(place, pair, fault):
    tree = deepcopy(TREE)
    tree["disbursements"][0]["months"][place] = pair
    assert faults(tree) == [f"('1-1', 2566): {fault}"]


def test_a_wrong_list_is_found():
    tree = deepcopy(TREE)
    first, second, *_ = tree["disbursements"]
    tree["disbursements"].append(first)
    first["months"] = first["months"][:11]
    second["year"] = 2571
    assert set(faults(tree)) >= {
        "('1-1', 2566): 2 times", "('1-1', 2566): 11 months",
        "('1-2', 2566): missing", "('1-2', 2571): no money",
    }  # fmt: skip


def test_few_months_are_left_unreported():
    assert {key for key, held in figures(TREE).items() if held is None} == UNREPORTED


def test_2569_closes_with_32_64_of_34_million_and_everybody_has_reported():
    year = [(code, amount) for (code, year), amount in AMOUNTS.items() if year == 2569]
    closing = [figures(TREE)[code, 2569, 12] for code, _amount in year]
    assert sum(amount for _code, amount in year) == D("34000000.00")
    assert sum(held.disbursed for held in closing) == D("32640000.00")


def test_most_years_close_between_93_and_100_per_cent():
    shares = [
        figures(TREE)[code, year, 12].disbursed * 100 / amount
        for (code, year), amount in AMOUNTS.items()
    ]
    assert sum(93 <= share <= 100 for share in shares) >= 65
    assert min(shares) > 50


def test_the_only_text_says_that_the_figures_are_samples():
    assert TREE.keys() == {"plan", "note", "disbursements"}
    assert "ตัวเลขตัวอย่าง" in TREE["note"]
    assert {frozenset(item) for item in TREE["disbursements"]} == {
        frozenset({"project", "year", "months"}),
        frozenset({"project", "year", "months", "returned"}),
    }
    comments = [
        each["because"] for item in TREE["disbursements"] for each in item.get("returned", ())
    ]
    assert comments and all(text.startswith("(ตัวอย่าง) ") for text in comments)


# ------------------------------------------------------------------------------------------ loading


def load(plan, day=TODAY, tree=TREE):
    return loading.sample_load(plan, tree, today=day)


def stored():
    """Every month's figures in the database, by project, year and month."""
    rows = Disbursement.objects.select_related("project__strategy")
    return {
        (f"{row.project.strategy.number}-{row.project.number}", row.fiscal_year, row.month): Spent(
            row.month, row.disbursed, row.committed
        )
        for row in rows
    }


def returned(tree=TREE):
    """The months that stand as sent back to be mended: nobody has reported them."""
    return {
        (item["project"], item["year"], each["month"]): Spent(
            each["month"], *map(D, each["figures"])
        )
        for item in tree["disbursements"]
        for each in item.get("returned", ())
    }


def in_fixture(day=AFTER):
    """What the fixture holds for months that are over on a day."""
    return {
        key: held
        for key, held in (figures(TREE) | returned()).items()
        if held is not None and FiscalMonth(*key[1:]).has_ended(day)
    }


@pytest.mark.parametrize(
    "day",
    [
        date(2022, 10, 31),
        date(2022, 11, 1),
        date(2026, 9, 30),
        date(2026, 10, 1),
        date(2026, 11, 1),
        AFTER,
    ],
    ids=str,
)
def test_months_that_have_ended_are_loaded_to_the_satang(plan, day):
    assert load(plan, day) == len(in_fixture(day))
    assert stored() == in_fixture(day)
    assert bool(stored()) == (day > date(2022, 10, 31))


def test_a_trial_shows_each_state_of_approval(plan):
    load(plan, date(2026, 11, 30))
    stands = {
        (f"{row.project.strategy.number}-{row.project.number}", row.fiscal_year, row.month): row
        for row in Disbursement.objects.select_related("project__strategy")
    }
    assert returned().keys() <= UNREPORTED
    for key, row in stands.items():
        if key in returned():
            assert row.approval == "returned" and row.returned_because
        else:
            late = key[1:] in ((2569, 12), (2570, 1))
            assert row.approval == ("submitted" if late else "approved"), key


def test_every_row_is_a_sample_in_table_and_history(plan):
    count = load(plan)
    assert set(Disbursement.objects.values_list("is_sample", "note", "reason", "version")) == {
        (True, "", "", 1)
    }
    rows = Disbursement.history.all()
    assert len(rows) == count
    kept = {
        (row.history_type, row.is_sample, row.history_user_id, row.history_user_name) for row in rows
    }  # fmt: skip
    assert kept == {("+", True, None, "")}
    assert {row.history_change_reason for row in rows} == {str(loading.SAMPLE_REASON)}


def test_samples_bring_nothing_but_disbursements(plan):
    before = facts()
    load(plan, AFTER)
    assert {table for table in differences(before, facts()) if table != "sqlite_sequence"} == {
        "budgets_disbursement",
        "budgets_historicaldisbursement",
    }


@pytest.mark.parametrize("day", [TODAY, AFTER], ids=str)
def test_loading_is_one_call_of_the_service(plan, monkeypatch, day):
    calls = []
    service = DisbursementEntries.record_many

    def counted(**arguments):
        calls.append(len(arguments["entries"]))
        return service(**arguments)

    monkeypatch.setattr(DisbursementEntries, "record_many", counted)
    assert calls == [load(plan, day)] == [len(in_fixture(day))]


def test_loading_again_changes_nothing(plan):
    load(plan)
    before = facts(without=())
    assert load(plan) == 0
    assert differences(before, facts(without=())) == {}


def test_later_months_join_earlier_ones(plan):
    first = load(plan, date(2026, 4, 1))
    second = load(plan, TODAY)
    assert first and second and first + second == len(in_fixture(TODAY))
    assert stored() == in_fixture(TODAY)


def test_the_samples_of_another_plan_s_projects_are_passed_over(plan):
    tree = deepcopy(TREE)
    tree["disbursements"].append({**tree["disbursements"][0], "project": "9-1"})
    assert load(plan, tree=tree) == len(in_fixture(TODAY))


def test_a_year_without_a_budget_gets_none_not_even_zeros(plan):
    """They would need a budget row, which nobody would take away again."""
    tree = {"disbursements": [{"project": "2-1", "year": 2569, "months": [["0.00", "0.00"]] * 12}]}
    before = facts()
    assert load(plan, tree=tree) == 0
    assert differences(before, facts()) == {}


# ------------------------------------------------------------------------------ what the pages show


def test_the_closing_of_2569_as_the_overview_has_it(plan):
    """ร้อยละ 96.00, ควรได้ 100.00; every project has reported."""
    load(plan)
    total = plan_money(plan, FiscalMonth(2569, 12), TODAY).total
    assert (total.disbursed, total.allocated) == (D("32640000.00"), D("34000000.00"))
    assert (total.reported, total.with_allocation) == (13, 13)
    standing = total.standing
    assert (str(standing.disbursed_percent), str(standing.expected_percent)) == ("96.00", "100.00")
    assert standing.status == NEAR


def test_on_the_way_there_projects_stand_differently(plan):
    load(plan)
    counts = plan_money(plan, FiscalMonth(2569, 3), TODAY).total.counts
    assert all(counts[status] for status in (ON_PLAN, NEAR, AT_RISK, CRITICAL))


@pytest.mark.parametrize(("code", "year", "month"), sorted(UNREPORTED), ids=str)
def test_an_unreported_month_is_awaited(plan, code, year, month):
    load(plan, date(2026, 11, 21))
    money = plan_money(plan, FiscalMonth(year, month), date(2026, 11, 21))
    assert {row.code for row in money.awaiting} == {
        held for held, *at in UNREPORTED if at == [year, month]
    }


# ---------------------------------------------------------------------------- beside what staff did


def test_a_month_that_staff_entered_is_left_alone(plan, planner):
    mine = spend(plan, "1-1", 2569, 6, "700000", user=planner)
    assert load(plan) == len(in_fixture(TODAY)) - 1
    mine.refresh_from_db()
    assert (mine.version, mine.disbursed, mine.is_sample) == (1, 700000, False)


def test_a_month_that_staff_deleted_does_not_come_back(plan, planner):
    load(plan)
    row = Disbursement.objects.get(project=project_of(plan, "1-1"), fiscal_year=2569, month=6)
    [row] = reopen(user=planner, shown={row: 1}, reason="x")
    disbursement_delete(user=planner, disbursement=row, reason="x", expected_version=2)
    assert load(plan) == 0


def test_samples_that_do_not_go_with_staff_s_figures_are_left_out(plan, planner):
    """1,450,000 of 1,500,000 paid in month 3: what the fixture has below it later cannot follow."""
    spend(plan, "1-1", 2569, 3, "1450000", user=planner)
    load(plan)
    year = {key[2]: held for key, held in stored().items() if key[:2] == ("1-1", 2569)}
    line = [year[month] for month in sorted(year)]
    assert {1, 2, 3, 12} <= year.keys() and len(year) < 12
    assert [held.disbursed for held in line] == sorted(held.disbursed for held in line)
    others = {key: held for key, held in in_fixture(TODAY).items() if key[:2] != ("1-1", 2569)}
    assert others.items() <= stored().items()


def test_samples_above_an_approved_amount_are_left_out(plan, planner):
    budget = ProjectBudget.objects.get(project=project_of(plan, "1-1"), fiscal_year=2569)
    budget.approved_amount = D("700000")
    record_save(instance=budget, user=planner)
    load(plan)
    year = [held for key, held in stored().items() if key[:2] == ("1-1", 2569)]
    assert 0 < len(year) < 12
    assert all(held.used <= 700000 for held in year)


def test_a_year_whose_budget_staff_took_away_gets_none_and_stays_away(plan, planner):
    budget = ProjectBudget.objects.get(project=project_of(plan, "1-1"), fiscal_year=2569)
    record_delete(instance=budget, user=planner, reason="merged")
    load(plan)
    assert ("1-1", 2569) not in {key[:2] for key in stored()}
    assert ProjectBudget.objects.count() == 72


def test_a_project_that_staff_took_away_gets_none(plan, planner):
    record_delete(instance=Project.objects.first(), user=planner, reason="merged")
    assert 0 < load(plan) < len(in_fixture(TODAY))


# ----------------------------------------------------------------------------------------- clearing


def test_clearing_takes_the_samples_and_leaves_everything_else(plan, planner):
    spend(plan, "1-1", 2569, 6, "700000", user=planner)
    before = facts()
    count = load(plan)
    assert loading.sample_clear() == count
    changed = differences(before, facts())
    assert {table for table in changed if "historical" not in table} <= {"sqlite_sequence"}
    assert stored() == {("1-1", 2569, 6): Spent(6, D(700000), D(0))}
    assert loading.sample_clear() == 0


def test_what_staff_made_of_a_sample_is_theirs_and_stays(plan, planner):
    count = load(plan)
    corrected = Disbursement.objects.get(project=project_of(plan, "1-1"), fiscal_year=2569, month=6)
    reopen(user=planner, shown={corrected: 1}, reason="x")
    spend(plan, "1-1", 2569, 6, str(corrected.disbursed), user=planner, expected_version=2)
    assert loading.sample_clear() == count - 1
    row = Disbursement.objects.get()
    assert (row.pk, row.is_sample) == (corrected.pk, False)


def test_the_history_of_cleared_samples_stays_and_stays_marked(plan):
    count = load(plan)
    loading.sample_clear()
    rows = Disbursement.history.all()
    kept = Counter((row.history_type, row.is_sample, row.history_user_id) for row in rows)
    assert kept == {("+", True, None): count, ("-", True, None): count}
    assert {row.history_change_reason for row in rows} == {str(loading.SAMPLE_REASON)}


def test_samples_can_be_loaded_again_after_clearing(plan):
    count = load(plan)
    loading.sample_clear()
    assert load(plan) == count


def test_bootstrap_and_clear_sample_say_how_many(plan, settings, today, capsys):
    settings.TRIAL = True
    today(TODAY)
    count = len(in_fixture(TODAY))
    with in_english():
        call_command("bootstrap", "--sample")
        assert f"Sample disbursements added: {count}\n" in capsys.readouterr().out
        assert stored() == in_fixture(TODAY)
        call_command("bootstrap", "--sample")
        assert "Sample disbursements added: 0\n" in capsys.readouterr().out
        call_command("clear_sample")
        assert f" {count} sample disbursements, " in capsys.readouterr().out
        assert stored() == {}
        call_command("clear_sample")
        assert " 0 sample disbursements, " in capsys.readouterr().out
    assert ProjectBudget.objects.count() == 73
