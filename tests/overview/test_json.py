"""JSON is data: figures exact, states as codes, words only where words are meant (docs/json.md)."""

from __future__ import annotations

import json
import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings

from budgets.models import Disbursement
from kpis.models import Result
from kpis.rules.facts import Counted
from nhrc_plan.urls import urlpatterns
from strategy.models import Agency, Plan
from strategy.pages.data import VERSION, figure
from strategy.records.write import record_save
from strategy.thai import format_number
from tests.support.crawling import one_of_each
from tests.support.data import CODES, addresses, keys, problems
from tests.support.pages import AT, DAY, HERE, SLUG, enter, samples

pytestmark = pytest.mark.same

GUIDE = (settings.BASE_DIR / "docs/json.md").read_text(encoding="utf-8")
#: The latest month, and one in which a row of everything was entered.
MONTHS = ("", "?month=10")


@pytest.fixture
def reader(plan: Plan, planner: Any, client: Any, today: Any) -> Any:
    today(DAY)
    client.force_login(planner)
    return client


@pytest.fixture(scope="module")
def answered() -> dict[str, Any]:
    """The answers, once they have been asked for: the rows behind them are the same each time."""
    return {}


@pytest.fixture
def answers(reader: Any, plan: Plan, planner: Any, answered: dict[str, Any]) -> dict[str, Any]:
    """Every answer that there is, with samples and a row of everything, by its address."""
    samples(plan)
    # One row of everything comes in their place.
    for model in (Result, Disbursement):
        model.objects.filter(fiscal_year=2567, month=10).delete()
    one_of_each(plan, planner)
    enter(plan, "S3-1.2", 2567, 10, no_cases=True)
    enter(plan, "S3-2.1", 2567, 10, ("1", "3"))
    found = dict(answered)
    for address in [] if found else addresses():
        for month in MONTHS:
            answer = reader.get(address + month)
            assert answer.status_code == 200, address + month
            found[address + month] = answer.json()
    answered.update(found)
    return found


def test_every_answer_holds_nothing_but_data(answers: dict[str, Any]) -> None:
    assert len(answers) > 200
    wrong = [f"{address} {each}" for address, found in answers.items() for each in problems(found)]
    assert wrong == []
    assert {found["version"] for found in answers.values()} == {VERSION}


@pytest.mark.parametrize(
    ("answer", "place"),
    [
        pytest.param({"target": "1,000"}, "target", id="thousands"),
        pytest.param({"target": "20/15"}, "target", id="two-in-one"),
        pytest.param({"measures": [{"target": "–"}]}, "measures.target", id="dash"),
        pytest.param({"target": ""}, "target", id="nothing"),
        pytest.param({"target": 1.5}, "target", id="float"),
        pytest.param({"target": "1E+2"}, "target", id="exponent"),
        pytest.param({"target": "๑๒"}, "target", id="thai-digits"),
        pytest.param({"measures": [{"result": "เสร็จ"}]}, "measures.result", id="words"),
        pytest.param({"status": "ใกล้เป้าหมาย"}, "status", id="words-for-a-code"),
        pytest.param({"milestone": {"state": "begun"}}, "milestone.state", id="unknown-code"),
        pytest.param({"as_of": "31/10/2568"}, "as_of", id="thai-date"),
        pytest.param({"owner": "–"}, "owner", id="dash-for-no-name"),
        pytest.param({"something_new": "ถ้อยคำ"}, "something_new", id="unknown-field"),
    ],
)
def test_control_what_is_no_data_is_found(answer: dict[str, Any], place: str) -> None:
    """NEGATIVE CONTROL: the walk names each of these; the same under ``text`` is free."""
    (found,) = problems({"version": 1, **answer})
    assert found.startswith(f"{place}: ")
    assert list(problems({"version": 1, "text": answer})) == []


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("20", "20"), ("20.0000", "20"), ("57.1250", "57.125"), ("0.0000", "0"), ("-12.5", "-12.5"),
        ("1234567.89", "1234567.89"), ("1E+3", "1000"), ("33.33333333333", "33.33"),
        ("66.66666666666", "66.67"), ("4.99999999999", "5"), ("0.00005", "0"),
    ],
)  # fmt: skip
def test_a_figure_keeps_its_digits_and_no_others(value: str, written: str) -> None:
    assert figure(Decimal(value)) == written


def test_a_percentage_is_rounded_only_where_it_does_not_end() -> None:
    assert figure(Counted(Decimal(1), Decimal(3)).percent) == "33.33"
    assert figure(Counted(Decimal(1), Decimal(16)).percent) == "6.25"
    assert figure(None) is None


def test_the_figures_of_indicators_are_those_of_the_page(reader: Any, answers: Any) -> None:
    told = 0
    for plan in Plan.objects.all():
        for month in MONTHS:
            place = f"/plans/{plan.slug}/indicators"
            rows = reader.get(f"{place}/{month}").context["rows"]
            for row, found in zip(rows, answers[f"{place}.json{month}"]["indicators"], strict=True):
                cell, text = row.current, found["text"]
                assert (text["target"], text["result"]) == (cell.target, cell.result)
                assert (text["expected"], found["status"]) == (cell.expected, cell.status)
                for facts, measure in zip(row.facts.measures, found["measures"], strict=True):
                    result = cell.figure and cell.figure.values.get(facts.id)
                    assert measure["result"] == figure(result)
                    told += result is not None
                targets = [Decimal(m["target"]) for m in found["measures"] if m["target"]]
                if targets:
                    assert "/".join(map(format_number, targets)) == text["target"]
                lowest = min(Decimal(m["of_expected"] or "inf") for m in found["measures"])
                if lowest.is_finite():
                    assert lowest == Decimal(found["of_expected"]) == cell.standing.of_expected
    assert told > 30


def test_the_figures_of_money_are_those_of_the_page(reader: Any, answers: Any) -> None:
    for month in MONTHS:
        money = reader.get(f"{HERE}/budgets/{month}").context["money"]
        found = answers[f"{HERE}/budgets.json{month}"]
        rows = {row["code"]: row for part in found["strategies"] for row in part["projects"]}
        assert len(rows) == len(money.rows) == 17
        for row in money.rows:
            own = rows[row.code]
            assert Decimal(own["plan_total"]) == row.plan_total
            for name in ("allocated", "disbursed", "committed"):
                value = getattr(row.current, name)
                assert (own[name] and Decimal(own[name])) == value, (row.code, name)
        assert Decimal(found["allocated"]) == money.total.allocated


def test_a_state_is_a_code_and_a_figure_has_its_parts(reader: Any, answers: Any) -> None:
    rows = {row["code"]: row for row in answers[f"{HERE}/indicators.json?month=10"]["indicators"]}
    none = rows["S3-1.2"]
    assert (none["no_cases"], none["status"], none["text"]["result"]) == (
        True, "no_cases", "ไม่มีกรณี",
    )  # fmt: skip
    (counted,) = rows["S3-2.1"]["measures"]
    assert (counted["numerator"], counted["denominator"], counted["result"]) == ("1", "3", "33.33")


@pytest.mark.parametrize(
    ("progress", "percent", "state"),
    [("not_started", "0", "not_started"), ("in_progress", "40.5", "in_progress"),
     ("done", "100", "done")],
)  # fmt: skip
def test_a_milestone_is_a_code_and_a_percentage(
    plan: Plan, reader: Any, progress: str, percent: str, state: str
) -> None:
    more = {"progress_percent": Decimal(percent)} if progress == "in_progress" else {}
    enter(plan, "S1-2.1", 2566, 5, progress=progress, **more)
    found = reader.get(f"{HERE}/indicators/S1-2.1.json?year=2566&month=5").json()
    assert found["target_kind"] == "baseline"
    assert found["milestone"] == {
        "state": state, "percent": percent, "expected_percent": "41.67", "due_month": None,
    }  # fmt: skip
    assert found["months"][4]["milestone"] == {"state": state, "percent": percent}
    assert found["measures"][0]["result"] is None
    assert found["text"]["target"] == "เท่า Baseline"


def test_what_is_owed_of_an_earlier_year_is_told_by_measure(plan: Plan, reader: Any, today: Any):
    today(date(2028, 1, 1))
    enter(plan, "S2-2.1", 2568, 12, "80")
    found = reader.get(f"{HERE}/indicators/S2-2.1.json?year=2569&month=6").json()
    (measure,) = found["outstanding"]["measures"]
    assert (found["outstanding"]["year"], measure["target"], measure["result"]) == (
        2568, "100", "80",
    )  # fmt: skip
    assert "80/100" in found["text"]["outstanding"]


def test_what_changed_is_data_beside_the_lines(answers: dict[str, Any]) -> None:
    changes = answers[f"{HERE}/board.json?month=10"]["changes"]
    kinds = ("indicators", "targets", "rules", "projects", "resolutions")
    assert sum(len(changes[kind]) for kind in kinds) == len(changes["text"]["lines"])
    revised = {row["code"]: row for row in changes["targets"]}["S3-1.1"]
    assert revised["year"] == 2567
    (before,), (after,) = revised["before"]["measures"], revised["after"]["measures"]
    assert (before["target"], after["target"], after["q1"]) == ("65", "66", "66")


def test_the_head_of_a_plan(plan: Plan, reader: Any) -> None:
    found = reader.get(f"{HERE}/about.json?year=2567&month=5").json()
    assert {key: found[key] for key in ("version", "agency", "plan", "plan_kind", "current")} == {
        "version": 1, "agency": "nhrc", "plan": SLUG, "plan_kind": "strategic", "current": True,
    }  # fmt: skip
    # Fiscal month 5 of 2567 is February 2024.
    assert (found["month"], found["as_of"]) == ({"year": 2567, "month": 5}, "2024-02-29")


def test_an_agency_with_nothing_has_its_answers(plan: Plan, reader: Any) -> None:
    record_save(instance=Agency(slug="other", name="หน่วยงานอื่น"), user=None)
    for path in ("ita", "measures"):
        found = reader.get(f"/integrity/{path}.json?agency=other").json()
        assert (found["version"], found["agency"], found["years"]) == (1, "other", [])


# ------------------------------------------------------------------------------------ the guide


def test_the_guide_names_every_field(answers: dict[str, Any]) -> None:
    """docs/json.md tells of each field of each answer, in a table or in a sentence."""
    told = set(re.findall(r"`(\w+)`", GUIDE))
    assert {key for found in answers.values() for key in keys(found)} - told == set()


def test_the_guide_names_every_code() -> None:
    told = set(re.findall(r"`(\w+)`", GUIDE.partition("## Codes")[2].partition("\n## ")[0]))
    assert {code for codes in CODES.values() for code in codes} - told == set()
    assert CODES.keys() <= told


def test_the_guide_names_every_address() -> None:
    """Each address of nhrc_plan/urls.py as it stands there, parameters by name."""
    routes = [str(each.pattern) for each in urlpatterns if str(each.pattern).endswith(".json")]
    told = [re.sub(r"<\w+:(\w+)>", r"<\1>", route) for route in routes]
    assert [route for route in told if f"`/{route}`" not in GUIDE] == []


def test_the_worked_example_is_what_the_system_answers(plan: Plan, reader: Any) -> None:
    enter(plan, "S1-1.1", 2567, 12, "22", "12")
    found = reader.get(f"{HERE}/indicators.json{AT}").json()
    found["indicators"] = [row for row in found["indicators"] if row["code"] == "S1-1.1"]
    (example,) = re.findall(r"```json\n(.*?)```", GUIDE, re.DOTALL)
    assert json.loads(example) == found
