"""The pages of money: what they show, that page and data agree, and what one entry moves."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.utils.html import escape

from budgets.models import BudgetTransfer, Disbursement, Project, SpendingTarget
from budgets.read.explain import explain
from budgets.write.disbursements import DisbursementEntries, DisbursementEntry
from nhrc_plan.meetings.read import board_report
from strategy import access as roles
from strategy.calendar import FiscalMonth
from strategy.models import Agency, Objective, Plan, Unit
from strategy.records.write import record_save
from strategy.standing.words import STATUS_SHAPES
from strategy.thai import format_number
from tests.support.pages import AT, DAY, HERE, Rows, enter, flat, reading_routes, samples

pytestmark = pytest.mark.same

YEARS = {"2566": "44.75", "2567": "38.75", "2568": "40.00", "2569": "34.00", "2570": "43.00"}


@pytest.fixture
def reader(client: Any, executive: Any, today: Callable[[date], date]) -> Any:
    today(DAY)
    client.force_login(executive)
    return client


def project_of(plan: Plan, code: str) -> Project:
    strategy, number = code.split("-")
    return Project.objects.get(strategy__plan=plan, strategy__number=strategy, number=number)


def spend(
    plan: Plan, code: str, disbursed: int, committed: int = 0, *, month: int = 12, **more: Any
) -> Disbursement:
    """Figures of a month of 2567, as the system enters them, in baht."""
    entry = DisbursementEntry(
        project_of(plan, code), 2567, month, Decimal(disbursed), Decimal(committed), **more
    )
    return DisbursementEntries.record(user=None, entry=entry, today=date(2030, 1, 1))


def million(text: str | None) -> str:
    return "–" if text is None else format_number(Decimal(text) / 1_000_000, 2)


def data(reader: Any, path: str, query: str = AT) -> Any:
    response = reader.get(f"{HERE}{path}.json{query}")
    assert response.status_code == 200, path
    return response.json()


def page(reader: Any, path: str, query: str = AT) -> str:
    response = reader.get(f"{HERE}{path}/{query}")
    assert response.status_code == 200, path
    return response.content.decode()


def rows_of(html: str) -> list[str]:
    return [text for text, _links in Rows(html).rows]


def project_rows(html: str) -> dict[str, str]:
    """The text of each project's row in a table of money, by its code."""
    found = {}
    for text, links in Rows(html).rows:
        for link in links[:1]:
            if "/budgets/" in link and text[0].isdecimal():  # not a row of shared projects
                # The first: a later table may speak of what it carried over.
                found.setdefault(link.split("/budgets/")[1].split("/")[0], text)
    return found


# ------------------------------------------------------------------------------------ the plan


def test_the_totals_of_the_plan_stand_on_the_page_and_in_the_data(plan, reader):
    content = data(reader, "/budgets")
    assert {year: million(text) for year, text in content["plan_amounts"].items()} == YEARS
    assert million(content["plan_total"]) == "200.50"
    whole = rows_of(page(reader, "/budgets"))[-1]
    assert [whole.index(amount) for amount in (*YEARS.values(), "200.50")] == sorted(
        whole.index(amount) for amount in (*YEARS.values(), "200.50")
    )
    by_strategy = [
        Decimal(amount)
        for part in content["strategies"]
        for amount in part["plan_amounts"].values()
    ]
    assert sum(by_strategy) == Decimal("200500000")


def test_the_page_says_how_the_plan_is_read_and_what_was_expected(plan, reader):
    said = page(reader, "/budgets")
    assert "ล้านบาท" in said
    assert "25/50/75/100" in said
    target = SpendingTarget(
        agency=plan.agency,
        fiscal_year=2567,
        q1=Decimal(32),
        q2=Decimal(55),
        q3=Decimal(77),
        q4=Decimal(98),
    )
    record_save(instance=target, user=None)
    said = page(reader, "/budgets")
    assert "32/55/77/98" in said and "25/50/75/100" not in said
    expected = data(reader, "/budgets")["expected_by_quarter"]
    assert expected == {
        "entered": True,
        "judged_on": "disbursed",
        "disbursed": {"q1": "32", "q2": "55", "q3": "77", "q4": "98"},
        "used": None,
        "kinds": {},
    }


@pytest.mark.parametrize("query", [AT, "?year=2567&month=5", "?year=2566&month=12"])
def test_the_tables_show_the_figures_of_the_data(plan, reader, query):
    samples(plan, DAY)
    content = data(reader, "/budgets", query)
    rows = project_rows(page(reader, "/budgets", query))
    projects = [row for part in content["strategies"] for row in part["projects"]]
    assert list(rows) == [row["code"] for row in projects] and len(rows) == 17
    by_unit = project_rows(page(reader, "/budgets/units", query))
    for row in projects:
        for text in (rows[row["code"]], by_unit[row["code"]]):
            assert row["name"] in text
            assert STATUS_SHAPES[row["status"]] in text
            for key in ("allocated", "disbursed", "committed"):
                assert million(row[key]) in text, (row["code"], key)
            for key in ("disbursed_percent", "used_percent", "expected_percent"):
                assert (row[key] or "–") in text, (row["code"], key)


def test_sums_are_of_the_projects_with_their_coverage(plan, reader):
    spend(plan, "1-1", 400_000)
    spend(plan, "1-2", 500_000, 100_000)
    spend(plan, "4-1", 1_000_000)
    content = data(reader, "/budgets")
    for part in (*content["strategies"], content):
        projects = part.get("projects") or [
            row for strategy in content["strategies"] for row in strategy["projects"]
        ]
        for key in ("allocated", "disbursed", "committed"):
            assert Decimal(part[key] or 0) == sum(Decimal(row[key] or 0) for row in projects), key
        assert part["with_allocation"] == sum(row["allocated"] is not None for row in projects)
        assert part["reported"] == sum(row["disbursed"] is not None for row in projects)
    first = content["strategies"][0]
    assert (first["reported"], content["reported"]) == (2, 3)
    said = page(reader, "/budgets")
    for part in (*content["strategies"], content):
        assert f"{part['reported']}/{part['with_allocation']}" in said


def test_a_figure_carried_on_stands_with_its_own_month(plan, reader, today):
    today(date(2024, 3, 5))  # month 5 of 2567 has ended; it is due on the 10th
    spend(plan, "1-2", 300_000, month=4)
    row = project_rows(page(reader, "/budgets", "?year=2567&month=5"))["1-2"]
    assert "(ม.ค.)" in row
    shown = data(reader, "/budgets/1-2", "?year=2567&month=5")
    assert (shown["as_of_month"], shown["expected_percent"]) == (4, "33.33")
    today(date(2024, 3, 11))
    assert data(reader, "/budgets/1-2", "?year=2567&month=5")["status"] == "awaiting"
    awaited = page(reader, "/budgets", "?year=2567&month=5").split('<ul class="list">')[1]
    assert "1-2" in awaited.split("</ul>")[0]


def test_samples_are_marked(plan, reader):
    paths = ("/budgets", "/budgets/units", "/budgets/1-2", "/value", "")
    assert not [path for path in paths if 'class="sample"' in page(reader, path)]
    spend(plan, "1-2", 300_000, is_sample=True)
    assert not [path for path in paths if 'class="sample"' not in page(reader, path)]


def test_what_more_than_is_allocated_looks_like(plan, reader):
    assert "key-mark" not in page(reader, "/budgets")
    allocated = sum(
        Decimal(row["allocated"] or 0)
        for row in data(reader, "/budgets")["strategies"][0]["projects"]
    )
    spend(plan, "1-2", int(allocated) + 1_000_000, reason="ตามมติ")
    assert "key-mark" in page(reader, "/budgets")


def test_a_plan_without_anything_has_its_pages(plan, reader):
    agency = record_save(instance=Agency(slug="other", name="หน่วยงานอื่น"), user=None)
    empty = Plan(agency=agency, slug="empty", name="แผนเปล่า", first_year=2566, last_year=2570)
    record_save(instance=empty, user=None)
    for path in ("", "/budgets", "/budgets/units", "/value"):
        for end in ("/", ".json"):
            assert reader.get(f"/plans/empty{path}{end}{AT}").status_code == 200, path


# --------------------------------------------------------------------------- what an entry moves


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every figure of a JSON answer by its place; rows go by their code, number or id."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, f"{path}.{key}")
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            name = index
            if isinstance(inner, dict):
                name = next((inner[k] for k in ("code", "number", "id") if k in inner), index)
            yield from leaves(inner, f"{path}[{name}]")
    else:
        yield path, value


def everything(plan: Plan, reader: Any) -> dict[str, Any]:
    paths = {route.path for route in reading_routes(plan) if route.is_data and route.has_month}
    paths |= {f"{HERE}/budgets/{code}.json" for code in ("1-1", "1-3", "2-2", "4-1")}
    paths |= {f"{HERE}/strategies/{number}.json" for number in (1, 2, 3, 4)}
    paths |= {f"{HERE}/units/{unit.pk}.json" for unit in Unit.objects.all()}
    return {
        f"{path.removeprefix(HERE)}{place}": value
        for path in sorted(paths)
        if "/board" not in path
        for place, value in leaves(reader.get(path + AT).json())
    }


def test_an_entry_moves_what_it_should_and_nothing_else(plan, reader):
    """A second project reported: its own figures, those of its sums, and no other."""
    project = project_of(plan, "1-2")
    unit = project.leads.order_by("position").first().unit
    spend(plan, "1-1", 400_000)
    before = everything(plan, reader)
    spend(plan, "1-2", 500_000, 100_000)
    after = everything(plan, reader)
    assert before.keys() - after.keys() <= {
        f"/units/{unit.pk}.json.money.owed[{n}]" for n in range(9)
    }
    moved = {place for place in after if before.get(place) != after[place]}
    sums = (
        "disbursed", "committed", "reported", "disbursed_percent", "used_percent",
        "expected_percent", "of_expected", "used_of_expected", "status",
    )  # fmt: skip
    own = (*sums, "as_of_month", "approved")
    may = {f"/budgets.json.{key}" for key in sums}
    may |= {f"/budgets.json.office.{key}" for key in sums}
    # What is committed at the year's end is carried over.
    may |= {
        f"{place}.{key}"
        for place in (
            "/budgets.json.carried_over[0]",
            "/budgets.json.carried_over[0].projects[1-2]",
            "/budgets/1-2.json.carried_over[1-2]",
        )
        for key in ("code", "year", "paid_in", "carried", "paid", "sample", "approved")
    }
    may |= {f"/budgets.json.years.2567.{key}" for key in sums}
    may |= {f"/budgets.json.strategies[1].{key}" for key in sums}
    may |= {f"/budgets.json.strategies[1].projects[1-2].{key}" for key in own}
    may |= {f"/budgets/units.json.{key}" for key in sums}
    may |= {f"/budgets/units.json.units[{unit.pk}].{key}" for key in sums}
    may |= {f"/budgets/units.json.units[{unit.pk}].projects[1-2].{key}" for key in own}
    may |= {f"/budgets/1-2.json.{key}" for key in own}
    may |= {f"/budgets/1-2.json.years.2567.{key}" for key in own}
    may |= {f"/budgets/1-2.json.months[11].{key}" for key in own}
    may |= {f"/budgets/1-2.json.text.computed[{index}]" for index in range(10)}
    may |= {f"/strategies/1.json.projects[1-2].{key}" for key in own}
    may |= {f"/value.json.strategies[1].money.{key}" for key in sums}
    may |= {
        f"/value.json.strategies[1].{key}" for key in ("used_of_expected", "corner", "text.corner")
    }
    may |= {f".json.money.{key}" for key in sums}
    may |= {f"/units/{unit.pk}.json.money.{key}" for key in sums}
    may |= {f"/units/{unit.pk}.json.money.projects[1-2].{key}" for key in own}
    may |= {f"/units/{unit.pk}.json.money.owed[{index}]" for index in range(9)}
    assert moved - may == set()
    must = {
        "/budgets.json.disbursed", "/budgets.json.years.2567.disbursed", "/budgets.json.reported",
        "/budgets.json.strategies[1].disbursed", "/budgets.json.strategies[1].projects[1-2].status",
        f"/budgets/units.json.units[{unit.pk}].committed", "/budgets/1-2.json.months[11].disbursed",
        "/strategies/1.json.projects[1-2].disbursed_percent", ".json.money.used_percent",
        "/value.json.strategies[1].used_of_expected", f"/units/{unit.pk}.json.money.reported",
    }  # fmt: skip
    assert must - moved == set()
    for place in ("/budgets.json", "/budgets.json.strategies[1]", ".json.money"):
        assert (
            Decimal(after[f"{place}.disbursed"]) - Decimal(before[f"{place}.disbursed"]) == 500_000
        )
        assert (
            Decimal(after[f"{place}.committed"]) - Decimal(before[f"{place}.committed"]) == 100_000
        )


def test_an_entry_of_a_later_month_moves_nothing_before_it(plan, reader):
    spend(plan, "1-2", 100_000, month=4)
    spend(plan, "1-2", 200_000, month=5)
    at = "?year=2567&month=5"
    before = data(reader, "/budgets", at), data(reader, "/budgets/1-2", at)
    spend(plan, "1-2", 900_000, month=6)
    assert (data(reader, "/budgets", at), data(reader, "/budgets/1-2", at)) == before


# -------------------------------------------------------------------------------------- by unit


def test_by_unit_each_project_counts_once(plan, reader):
    samples(plan, DAY)
    content = data(reader, "/budgets/units")
    counted = [row["code"] for unit in content["units"] for row in unit["projects"]]
    assert len(counted) == len(set(counted)) == 17
    for key in ("allocated", "disbursed", "committed", "with_allocation", "reported"):
        assert sum(Decimal(unit[key] or 0) for unit in content["units"]) == Decimal(content[key]), (
            key
        )
    whole = data(reader, "/budgets")
    assert {key: content[key] for key in ("allocated", "disbursed")} == {
        key: whole[key] for key in ("allocated", "disbursed")
    }


def test_shared_projects_are_said_to_count_elsewhere(plan, reader):
    project = Project.objects.get(name__startswith="โครงการพัฒนามาตรฐานกระบวนการรับเรื่องร้องเรียน")
    first, second = (lead.unit for lead in project.leads.order_by("position")[:2])
    units = {unit["name"]: unit for unit in data(reader, "/budgets/units")["units"]}
    code = f"{project.strategy.number}-{project.number}"
    assert code in [row["code"] for row in units[first.name]["projects"]]
    assert code in units[second.name]["shared"]
    shared = [
        text
        for text in rows_of(page(reader, "/budgets/units"))
        if text.startswith("รับ") or code in text
    ]
    assert any(
        second.name not in text and first.name in text and project.name in text for text in shared
    )


# --------------------------------------------------------------------------------- one project


def test_a_project_shows_where_its_figures_come_from(plan, reader):
    project = project_of(plan, "3-1")
    budget = project.budgets.get(fiscal_year=2567)
    budget.approved_amount = Decimal(2_000_000)
    record_save(instance=budget, user=None)
    transfer = BudgetTransfer(
        budget=budget, amount=Decimal(-500_000), document_number="สม 0003/142",
        document_date=date(2024, 1, 15), reason="โอนไปโครงการอื่น",
    )  # fmt: skip
    record_save(instance=transfer, user=None)
    spend(plan, "3-1", 200_000, month=3, note="จ่ายงวดแรก")
    spend(plan, "3-1", 900_000, 700_000, month=12, reason="ได้รับอนุมัติเพิ่ม <b>")
    shown = data(reader, "/budgets/3-1")
    figures = [
        shown[key] for key in ("approved_amount", "transferred", "allocated", "used_percent")
    ]
    assert figures == ["2000000", "-500000", "1500000", "106.67"]
    months = {month["month"]["month"]: month for month in shown["months"]}
    # Before the transfer of January the whole approved amount was there.
    assert (months[3]["expected"], months[4]["expected"]) == ("500000", "500000")
    assert (months[3]["disbursed"], months[3]["note"]) == ("200000", "จ่ายงวดแรก")
    html = page(reader, "/budgets/3-1")
    for text in (
        "สม 0003/142", "โอนไปโครงการอื่น", "จ่ายงวดแรก", escape("ได้รับอนุมัติเพิ่ม <b>"), "15 ม.ค. 2567",
        "900,000.00 ÷ 1,500,000.00 × 100 = 60.00",
        "(900,000.00 + 700,000.00) ÷ 1,500,000.00 × 100 = 106.67",
    ):  # fmt: skip
        assert text in html, text
    assert [escape(line) in html for line in shown["text"]["computed"]] == [True] * len(
        shown["text"]["computed"]
    )
    leads = [lead.unit.name for lead in project.leads.order_by("position")]
    assert shown["leads"] == leads and len(leads) > 1
    assert [html.index(name) for name in leads] == sorted(html.index(name) for name in leads)
    assert "<svg" in html and "<details" in html


@pytest.mark.parametrize(
    ("before", "year", "said"),
    [
        pytest.param("", "2567", 2, id="no-figure-yet"),
        pytest.param("money", "2567", 7, id="judged"),
        pytest.param("", "2569", 1, id="a-year-without-money"),
    ],
)
def test_there_is_a_sentence_for_every_step(plan, reader, before, year, said, today):
    today(date(2027, 1, 1))
    code = "2-1" if year == "2569" else "1-2"
    if before:
        spend(plan, code, 500_000)
    computed = data(reader, f"/budgets/{code}", f"?year={year}&month=12")["text"]["computed"]
    assert len(computed) == said
    assert len(set(computed)) == said


def test_the_allocation_is_told_in_baht_and_then_its_source(plan, reader):
    """The currency belongs to the amount, whatever is said about it."""
    told = data(reader, "/budgets/1-2")["text"]["computed"][0]
    assert re.fullmatch(r"วงเงินจัดสรร = .* [\d,]+\.00 บาท เพราะยังไม่มีวงเงินที่ได้รับอนุมัติ", told)
    budget = project_of(plan, "1-2").budgets.get(fiscal_year=2567)
    budget.approved_amount = Decimal("2000000.50")
    record_save(instance=budget, user=None)
    told = data(reader, "/budgets/1-2")["text"]["computed"][0]
    assert told == "วงเงินจัดสรร = วงเงินที่ได้รับอนุมัติ 2,000,000.50 บาท"


def test_no_abbreviated_month_is_glued_to_its_word(plan, reader):
    spend(plan, "1-2", 500_000)
    for path in ("/budgets", "/budgets/1-2", "/budgets/units", "/value", "/board"):
        html = page(reader, path)
        assert not re.findall(r"เดือน[ก-ฮ]{1,2}\.[ก-ฮ]{1,2}\.", html), path
    assert "ณ สิ้นเดือน ก.ย. 2567" in page(reader, "/budgets/1-2")


def test_a_plan_without_projects_says_so(plan, reader):
    at = "/plans/rlpd-hr-2563/budgets/1-1"
    for path in (f"{at}/", f"{at}.json"):
        answer = reader.get(path)
        assert answer.status_code == 404
        text = answer.content.decode()
        assert "แผนนี้ไม่มีโครงการ" in text and "โครงการที่มีคือ" not in text


def test_an_overdue_figure_is_explained_and_not_judged(plan, reader):
    spend(plan, "1-2", 500_000, month=10)
    shown = data(reader, "/budgets/1-2")
    assert (shown["status"], shown["of_expected"]) == ("awaiting", None)
    assert len(shown["text"]["computed"]) == 5
    assert "muted" in page(reader, "/budgets/1-2").split("<svg")[0]


def test_nothing_expected_is_said_to_be_met(plan, reader, today):
    """The government's target of a quarter may be 0."""
    quarters = {"q1": Decimal(0), "q2": Decimal(50), "q3": Decimal(75), "q4": Decimal(100)}
    record_save(
        instance=SpendingTarget(agency=plan.agency, fiscal_year=2567, **quarters), user=None
    )
    spend(plan, "1-2", 0, month=2)
    at = "?year=2567&month=2"
    today(date(2023, 12, 5))
    shown = data(reader, "/budgets/1-2", at)
    assert (shown["status"], shown["of_expected"]) == ("on_plan", "100.00")
    assert any("100.00" in line and "÷" not in line for line in shown["text"]["computed"])


def test_a_project_says_which_objectives_it_serves(plan, reader):
    free = page(reader, "/budgets/1-2")
    objective = Objective.objects.filter(strategy__plan=plan, strategy__number=1).first()
    project_of(plan, "1-2").objectives.add(objective)
    tied = page(reader, "/budgets/1-2")
    assert objective.name in tied and objective.name not in free
    assert data(reader, "/budgets/1-2")["objectives"] == [
        {"number": objective.number, "name": objective.name}
    ]


HISTORY = "เหตุผลในประวัติ"


def test_the_history_is_for_the_first_lead_and_those_above(plan, client, today, person):
    project = project_of(plan, "3-1")
    first, second = (lead.unit.name for lead in project.leads.order_by("position")[:2])
    today(DAY)
    entry = DisbursementEntry(project, 2567, 12, Decimal(500_000), Decimal(0))
    DisbursementEntries.record(user=None, entry=entry, today=DAY, reason=HISTORY)
    for role, units, may in (
        (roles.REPORTER, [first], True),
        (roles.PLANNER, [], True),
        (roles.AUDITOR, [], True),
        (roles.EXECUTIVE, [], True),
        (roles.REPORTER, [second], False),
        (roles.ADMINISTRATOR, [], False),
        ("", [], False),
    ):
        client.force_login(person(f"{role}-{units}"[:140], role, *units))
        assert (HISTORY in page(client, "/budgets/3-1")) is may, (role, units)


def test_who_may_report_finds_the_way_to_the_form(plan, client, today, person):
    project = project_of(plan, "3-1")
    first, second = (lead.unit for lead in project.leads.order_by("position")[:2])
    today(DAY)
    link = f"?unit={first.pk}&amp;year=2567&amp;month=12"
    for role, units, may in (
        (roles.REPORTER, [first.name], True),
        (roles.PLANNER, [], True),
        (roles.REPORTER, [second.name], False),
        (roles.EXECUTIVE, [], False),
    ):
        client.force_login(person(f"{role}-{units}"[:140], role, *units))
        assert (link in page(client, "/budgets/3-1")) is may, (role, units)


@pytest.mark.parametrize(
    "code", ["9-9", "1-99", "1", "1-", "-1", "1-2-3", "x-y", "1-2 ", "99999-1", "๑-๒"]
)
def test_an_unknown_project_names_those_there_are(plan, reader, code):
    response = reader.get(f"{HERE}/budgets/{code}.json{AT}")
    assert response.status_code == 404
    known = [
        row["code"] for part in data(reader, "/budgets")["strategies"] for row in part["projects"]
    ]
    assert ", ".join(known) in response.json()["error"]
    shown = reader.get(f"{HERE}/budgets/{code}/{AT}")
    assert shown.status_code == 404 and "1-1, 1-2" in shown.content.decode()


# ------------------------------------------------------------------------- money beside results


@pytest.fixture
def corners(plan: Plan) -> Plan:
    """Strategy 1 has spent without result, 2 the other way round, 3 stands well with both."""
    for code in ("S1-1.1", "S1-2.1"):
        enter(plan, code, 2567, 12, *(["1", "1"] if code == "S1-1.1" else ["5"]))
    for project in Project.objects.filter(strategy__plan=plan, strategy__number__in=(1, 3)):
        budget = project.budgets.filter(fiscal_year=2567).first()
        amount = budget.plan_amount if budget else None
        code = f"{project.strategy.number}-{project.number}"
        if amount and project.strategy.number == 1:
            spend(plan, code, int(amount))
        elif amount:
            spend(plan, code, int(amount) // 2, int(amount) // 2)
    enter(plan, "S2-1.1", 2567, 12, "40")
    spend(plan, "2-1", 100_000)
    enter(plan, "S3-1.1", 2567, 12, "65")
    return plan


def test_each_strategy_is_named_by_its_corner(corners, reader):
    rows = {row["code"]: row for row in data(reader, "/value")["strategies"]}
    assert {code: row["corner"] for code, row in rows.items()} == {
        "1": "money_only", "2": "result_only", "3": "together", "4": None,
    }  # fmt: skip
    assert rows["3"]["used_of_expected"] == "100.00"
    assert rows["3"]["money"]["of_expected"] == "50.00"
    html = page(reader, "/value")
    money_only, result_only, unknown = html.split('<ul class="list">')[1:4]
    for text, number in ((money_only, 1), (result_only, 2), (unknown, 4)):
        assert f"/strategies/{number}/" in text.split("</ul>")[0]
    for row in rows.values():
        text = next(
            text for text in rows_of(html) if text.startswith(f"{row['code']} {row['code']} ")
        )
        for key in ("used_of_expected", "mean_of_expected"):
            assert (row[key] or "–") in text
        assert f"{row['money']['reported']}/{row['money']['with_allocation']}" in text
        assert f"{row['indicators_reported']}/{row['indicators_with_target']}" in text
    drawn = [text for text in ("1", "2", "3", "4") if f">{text}</text></g>" in flat(html)]
    assert drawn == ["1", "2", "3"]


def test_the_plan_s_own_band_parts_the_corners(corners, reader):
    corners.band_on_plan, corners.band_near = Decimal(110), Decimal("99.99")
    record_save(instance=corners, user=None)
    before = data(reader, "/value")
    assert (before["high_above"], before["strategies"][2]["corner"]) == ("99.99", "together")
    corners.band_near = Decimal(100)
    record_save(instance=corners, user=None)
    assert data(reader, "/value")["strategies"][2]["corner"] == "neither"


def test_objectives_appear_once_projects_are_tied_to_them(corners, reader):
    assert data(reader, "/value")["objectives"] == []
    one, two = Objective.objects.filter(strategy__plan=corners, strategy__number=3).order_by(
        "number"
    )[:2]
    for objective in (one, two):
        assert "‡" not in page(reader, "/value")
        project_of(corners, "3-1").objectives.add(objective)
    project_of(corners, "3-3").objectives.add(two)
    first, second = data(reader, "/value")["objectives"]
    assert (first["projects"], first["shared"]) == (["3-1"], ["3-1"])
    assert (second["projects"], second["shared"]) == (["3-1", "3-3"], ["3-1"])
    assert first["code"] == f"3.{one.number}"
    spent = sum(
        project_of(corners, code).disbursements.get(fiscal_year=2567).disbursed
        for code in ("3-1", "3-3")
    )
    assert Decimal(second["money"]["disbursed"]) == spent
    text = [text for text in rows_of(page(reader, "/value")) if two.name in text][-1]
    assert "3-1 ‡" in text and "3-3 ‡" not in text
    assert page(reader, "/value").count("‡") == 3  # twice at the project, once in the note


# -------------------------------------------------------------------- overview, strategy and unit


def test_the_overview_shows_the_year_s_money(plan, reader):
    samples(plan, DAY)
    money, whole = data(reader, "")["money"], data(reader, "/budgets")
    assert money == {"unit": "baht", **{key: whole[key] for key in money if key != "unit"}}
    panel = page(reader, "").split("<table")[0]
    for key in ("disbursed", "allocated"):
        assert million(money[key]) in panel
    for key in ("disbursed_percent", "expected_percent"):
        assert money[key] in panel
    assert f"{HERE}/budgets/" in panel and "chart-progress" in panel


def test_the_overview_without_any_report(plan, reader):
    money = data(reader, "")["money"]
    assert (money["status"], money["reported"], money["disbursed_percent"]) == ("awaiting", 0, None)
    panel = page(reader, "").split("<table")[0]
    assert million(money["allocated"]) in panel


def test_the_strategy_page_shows_how_each_project_stands(plan, reader):
    spend(plan, "1-2", 1_000_000)
    row = project_rows(page(reader, "/strategies/1"))["1-2"]
    shown = data(reader, "/budgets/1-2")
    assert f"{shown['disbursed_percent']}%" in row and STATUS_SHAPES[shown["status"]] in row


def test_a_unit_reads_what_it_owes(plan, reader, today):
    project = project_of(plan, "3-1")
    unit, other = (lead.unit for lead in project.leads.order_by("position")[:2])
    path = f"/units/{unit.pk}"
    assert data(reader, path)["money"]["owed"] == ["3-1"]
    owed = page(reader, path).split("</ul>")
    assert any("3-1" in part and "10 ต.ค. 2567" in part for part in owed)
    assert "3-1" not in data(reader, f"/units/{other.pk}")["money"]["owed"]
    assert "3-1" in data(reader, f"/units/{other.pk}")["money"]["shared"]
    spend(plan, "3-1", 400_000, month=11)
    assert data(reader, path)["money"]["owed"] == ["3-1"]
    spend(plan, "3-1", 500_000, month=12)
    shown = data(reader, path)["money"]
    assert (shown["owed"], shown["disbursed"]) == ([], "500000")


def test_a_unit_without_projects_has_no_table_of_money(plan, reader):
    unit = Unit.objects.get(name="สำนักนโยบายและยุทธศาสตร์")
    assert data(reader, f"/units/{unit.pk}")["money"] == {"unit": "baht", "owed": []}


def test_the_rule_of_expected_is_told_in_the_words_of_its_source(plan):
    """Negative control of the sentences: other targets, another sentence."""
    from budgets.read.rows import Basis, MoneyYear
    from budgets.rules.calc import Budget, Spent

    budget, spent = Budget(Decimal(100)), Spent(6, Decimal(50), Decimal(0))
    year = MoneyYear(2567, budget, spent, False, Basis())
    entered, straight = (explain(year, entered=known) for known in (True, False))
    assert len([1 for one, other in zip(entered, straight, strict=True) if one != other]) == 1


# --------------------------------------------------------------- what the meeting has to notice


def test_a_sum_judged_in_part_says_of_how_many(plan, reader):
    """1 of 34 million: percent, expected and status are all of all the money."""
    spend(plan, "1-1", 1_000_000)
    said = page(reader, "/board")
    money = data(reader, "/board")["money"]
    assert f"รายงานแล้ว {money['reported']}/{money['with_allocation']}" in said
    assert money["reported"] < money["with_allocation"]
    assert (money["disbursed_percent"], money["expected_percent"]) == ("2.58", "100.00")
    assert (money["of_expected"], money["status"]) == ("2.58", "critical")
    # Its deadline has passed: what has not been reported is overdue, not to be waited for.
    assert not money["incomplete"] and "ยังรายงานไม่ครบ" not in said


def test_until_the_deadline_a_sum_says_that_not_all_have_reported(plan, reader, today):
    today(date(2024, 10, 3))
    spend(plan, "1-1", 1_000_000)
    money = data(reader, "/board")["money"]
    assert money["incomplete"] and "ยังรายงานไม่ครบ" in page(reader, "/board")
    draft = board_report(plan, FiscalMonth(2567, 12), date(2024, 10, 3)).draft
    assert "(ยังรายงานไม่ครบ)" in draft


def test_control_when_all_have_reported_the_draft_speaks_of_all(plan, reader):
    samples(plan, DAY)
    draft = board_report(plan, FiscalMonth(2567, 12), DAY).draft
    assert "ควรเบิกจ่ายได้ร้อยละ 100.00 สถานะ" in draft and "ยังรายงานไม่ครบ" not in draft


def test_where_nothing_was_entered_sums_say_nothing(plan, reader):
    content = data(reader, "/budgets")
    assert (content["disbursed"], content["committed"]) == (None, None)
    assert ">0.00<" not in page(reader, "/budgets") + page(reader, "/budgets/units")
    spend(plan, "1-1", 0)
    content = data(reader, "/budgets")
    assert (content["disbursed"], content["committed"]) == ("0", "0")
    assert [part["disbursed"] for part in content["strategies"]] == ["0", None, None, None]


def test_what_is_used_above_the_allocation_is_put_before_the_meeting(plan, reader):
    spend(plan, "1-1", 400_000)
    assert data(reader, "/board")["above_allocation"] == []
    assert "สูงกว่าวงเงินที่ได้รับจัดสรร" not in page(reader, "/board") + page(reader, "/budgets")
    spend(plan, "1-1", 9_000_000, month=7, reason="โอนเงินล่วงหน้า")
    asked = "?year=2567&month=7"
    assert data(reader, "/board", asked)["above_allocation"] == ["1-1"]
    said = page(reader, "/board", asked).split("โครงการที่ใช้เงินสูงกว่าวงเงินที่ได้รับจัดสรร")[1]
    assert "9.00" in said.split("</ul>")[0]
    assert "สูงกว่าวงเงินที่ได้รับจัดสรร" in project_rows(page(reader, "/budgets", asked))["1-1"]
    assert (
        "ใช้เงินสูงกว่าวงเงินที่ได้รับจัดสรร: 1-1 (9.00/" in data(reader, "/board", asked)["text"]["summary"]
    )
