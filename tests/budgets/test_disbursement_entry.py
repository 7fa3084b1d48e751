"""A month's money of all of a unit's projects on one screen, and what planners do around it.

Sentences are compared in English, as the code has them. What may be stored, and by whom, is
proven in tests/budgets/test_budget_services.py; here, that the screens ask for it and say so.
"""

from datetime import date
from decimal import Decimal as D
from urllib.parse import urlencode

import pytest
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import translation

from budgets.admin import forms as entry_forms
from budgets.admin import row_forms
from budgets.admin.forms import RowForm
from budgets.models import (
    BudgetTransfer,
    Disbursement,
    Project,
    ProjectBudget,
    ProjectLead,
    SpendingTarget,
)
from budgets.write.budgets import budgets_check
from budgets.write.disbursements import DisbursementEntries, disbursement_delete
from strategy import access as roles
from strategy.models import Agency, Objective, Plan, Strategy, Unit
from strategy.records.forms import ThaiDateField
from strategy.records.history import history_of
from strategy.records.write import record_delete, record_save
from tests.support.languages import in_english
from tests.support.money import PEOPLE, move, project_of, spend, stored
from tests.support.racing import ROUNDS, split, together
from tests.support.writing import (
    OTHER,
    OWN,
    SCORECARD,
    TODAY,
    address,
    differences,
    facts,
    filled,
    form_errors,
    signed_in,
)

pytestmark = [pytest.mark.django_db, pytest.mark.same]

ADD = "/admin/budgets/disbursement/add/"
MONTH = {"year": 2569, "month": 6}
AMOUNTS = ("disbursed", "committed")
TAKEN_BACK = (
    "Figures are kept for this month. If they were entered by mistake, planners take them back: "
    "ask them, and do not write 0 instead."
)
LETTERS = "“%s” is not a clear number. Write digits only, such as 1,234.5 or ๑,๒๓๔.๕."
BOTH = "Write both amounts; 0 where there is none."
STALE = "Somebody else has changed this meanwhile, and nothing has been overwritten."
#: 3-1 is led by OWN, with 1.00 million baht in 2569; 2-3 is only supported by it.
LED, SHARED = "3-1", "2-3"


@pytest.fixture(autouse=True)
def english():
    with in_english(thai_days=True):
        yield


@pytest.fixture(autouse=True)
def on_the_day(today):
    today(TODAY)


@pytest.fixture
def led(plan):
    return project_of(plan, LED)


@pytest.fixture
def second(plan, led):
    """Another project that OWN leads, with 500,000 baht in 2569."""
    return lead_project(led.strategy, 50, OWN, "500000")


def lead_project(strategy, number, unit, amount):
    project = Project(strategy=strategy, number=number, name=f"โครงการทดสอบ {number}")
    record_save(instance=project, user=None)
    ProjectLead.objects.create(project=project, unit=Unit.objects.get(name=unit))
    budget = ProjectBudget(project=project, fiscal_year=2569, plan_amount=D(amount))
    record_save(instance=budget, user=None)
    return project


def sheet_path(unit=OWN, **more):
    if unit and unit != "none":
        unit = Unit.objects.get(name=unit).pk
    return f"{ADD}?{urlencode({'unit': unit, **MONTH, **more})}"


def shown(page):
    """Every field of a sheet, as a browser would post it."""
    data = {"change_reason": page.context["form"].change_reason}
    for form in page.context["form"].forms:
        for field in form:
            value = field.value()
            data[field.html_name] = "" if value is None else value
    return data


def typed(project, disbursed="", committed="", **more):
    """What is typed into a project's row."""
    facts_ = {"disbursed": disbursed, "committed": committed, **more}
    return {f"p{project.pk}-{name}": value for name, value in facts_.items()}


def refusals(page):
    """What a sheet refuses, by field; "" is the row as a whole."""
    return {
        f"{form.prefix}-{name}".removesuffix("-__all__"): list(errors)
        for form in page.context["form"].forms
        for name, errors in form.errors.items()
    }


def enter(client, *rows, path=None, **more):
    """Open a sheet, type, save; gives the page that follows."""
    path = path or sheet_path()
    data = shown(client.get(path))
    for row in rows:
        data |= row
    return client.post(path, {**data, **more})


def said(client, answer):
    """The messages on the page that follows a save."""
    assert answer.status_code == 302, refusals(answer)
    return [str(message) for message in client.get(answer.url).context["messages"]]


# ------------------------------------------------------------------------------ the main journey


def test_a_month_is_entered_and_the_screen_says_how_the_unit_stands(led, second, reporter):
    client = signed_in(reporter)
    answer = enter(
        client,
        typed(led, "๔๐๐,๐๐๐.๕๐", "100,000", note="งวดแรก\r\nและงวดที่สอง"),
        typed(second, "250000", "0"),
    )
    assert answer.url.startswith(ADD) and "month=6" in answer.url
    assert said(client, answer) == [
        f"Saved for มี.ค. 2569, projects: 2. {OWN}: 650,000.50 of 1,500,000.00 baht "
        "disbursed (43.33%), expected 50.00%, status ▲ near target."
    ]
    row = Disbursement.objects.get(project=led)
    assert (row.disbursed, row.committed, row.note) == (
        D("400000.50"),
        D(100000),
        "งวดแรก\nและงวดที่สอง",
    )
    assert (row.fiscal_year, row.month, row.is_sample) == (2569, 6, False)
    assert row.history.get().history_user_name == "reporter"
    page = client.get(answer.url)
    assert shown(page)[f"p{led.pk}-disbursed"] == "400,000.50"
    assert page.context["shown"].entered == 2


def test_the_screen_shows_what_is_allocated_and_what_was_entered_last(plan, led, second, reporter):
    move(plan, LED, "50000", date(2026, 3, 31))
    move(plan, LED, "70000", date(2026, 4, 1))  # after the month
    spend(plan, LED, 2569, 3, "100000", "5000")
    spend(plan, LED, 2569, 5, "200000.25", "3000")
    spend(plan, LED, 2569, 7, "300000")
    page = signed_in(reporter).get(sheet_path())
    text = page.content.decode()
    row, other = page.context["shown"].rows
    assert [row.money.code, other.money.code] == ["3-1", "3-50"]
    assert row.money.current.allocated == D("1050000.00")
    assert (row.earlier.month, row.earlier_name, row.kept) == (5, "ก.พ. 2569", None)
    for part in ("1,050,000", "200,000.25", "3,000", "ก.พ. 2569"):
        assert part in text
    assert other.earlier is None


def test_shared_projects_are_listed_without_inputs(plan, led, reporter):
    page = signed_in(reporter).get(sheet_path())
    [shared] = page.context["shown"].shared
    lead = project_of(plan, SHARED).leads.get(position=1).unit.name
    assert (shared.code, shared.first_lead.name) == (SHARED, lead)
    assert f"entered by {lead}" in page.content.decode()
    assert f"p{shared.id}-disbursed" not in page.content.decode()


def test_a_unit_that_leads_nothing_is_told_so(plan, person):
    unit = Unit(agency=plan.agency, name="หน่วยใหม่")
    record_save(instance=unit, user=None)
    page = signed_in(person("new", roles.REPORTER, "หน่วยใหม่")).get(sheet_path("หน่วยใหม่"))
    assert "first-named lead of no project" in page.content.decode()
    assert "_save" not in page.content.decode()


def test_other_months_and_the_budgets_page_are_a_click_away(plan, led, reporter):
    client = signed_in(reporter)
    page = client.get(sheet_path())
    text = page.content.decode()
    assert f"{reverse('budgets', args=[plan.slug])}?year=2569&amp;month=6" in text
    for name, month in (("previous", 5), ("next", 7)):
        beside = client.get(page.context[name]).context["shown"].at
        assert (beside.year, beside.month) == (2569, month)
    first = client.get(sheet_path(year=2566, month=1))
    assert first.context["previous"] is None
    latest = client.get(sheet_path(month=12))
    assert latest.context["next"] is None  # October has not ended


# ------------------------------------------------------------------------- what is not written


def test_rows_left_empty_are_skipped_and_unchanged_ones_are_not_written_again(
    plan, led, second, reporter
):
    kept = spend(plan, LED, 2569, 6, "100", "5", note="คงเดิม\nสองบรรทัด")
    client = signed_in(reporter)
    before = facts()
    answer = enter(client, typed(led, "๑๐๐.๐๐", "5", note="คงเดิม\r\nสองบรรทัด "))
    assert said(client, answer) == ["Nothing was changed, so nothing was saved."]
    assert differences(before, facts()) == {}
    answer = enter(client, typed(second, "7", "0"))
    assert "projects: 1." in said(client, answer)[0]
    kept.refresh_from_db()
    assert kept.version == 1
    assert stored() == [(6, "100.00", "5.00"), (6, "7.00", "0.00")]


def test_a_sample_stays_one_until_its_figures_are_changed(plan, led, second, reporter):
    for code in (LED, "3-50"):
        spend(plan, code, 2569, 6, "100", is_sample=True)
    client = signed_in(reporter)
    assert "sample" in client.get(sheet_path()).content.decode()
    enter(client, typed(second, "101", "0"))
    assert Disbursement.objects.get(project=led).is_sample
    assert not Disbursement.objects.get(project=second).is_sample


def test_the_reason_for_a_change_goes_into_the_history(plan, led, reporter):
    client = signed_in(reporter)
    assert "change_reason" not in client.get(sheet_path()).content.decode()
    row = spend(plan, LED, 2569, 6, "100")
    enter(client, typed(led, "120", "0"), change_reason="  พิมพ์ผิด ")
    assert row.history.first().history_change_reason == "พิมพ์ผิด"


# --------------------------------------------------------------------------------- bad input

FALL = (
    "Disbursed should not fall: ก.พ. 2569 stands at 500.00 baht, มี.ค. 2569 at 499.99. "
    "Give the reason if it is right."
)
ABOVE = (
    "Disbursed and committed come to 1,000,000.01 baht, more than the 1,000,000.00 allocated. "
    "Give the reason if it is right."
)
REFUSED = [
    ("1.234,5", "0", "disbursed", LETTERS % "1.234,5"),
    ("1_000", "0", "disbursed", LETTERS % "1_000"),
    ("nan", "0", "disbursed", LETTERS % "nan"),
    ("Infinity", "0", "disbursed", LETTERS % "Infinity"),
    ("1e5", "0", "disbursed", LETTERS % "1e5"),
    ("๑๒,๓", "0", "disbursed", LETTERS % "๑๒,๓"),
    ("หนึ่ง", "0", "disbursed", LETTERS % "หนึ่ง"),
    ("1 000", "0", "disbursed", LETTERS % "1 000"),
    ("1\u200b00", "0", "disbursed", LETTERS % "1\u200b00"),
    ("=1+1", "0", "disbursed", LETTERS % "=1+1"),
    ("600", "๕บาท", "committed", LETTERS % "๕บาท"),
    ("9" * 14, "0", "disbursed", "The number is too long: at most 13 digits before the point."),
    ("9" * 5000, "0", "disbursed", "The number is too long: at most 13 digits before the point."),
    ("600.001", "0", "disbursed", "At most 2 decimals are kept; round the number first."),
    ("-1", "0", "disbursed", "The number cannot be negative."),
    ("600", "-0.01", "committed", "The number cannot be negative."),
    ("600", "", "committed", BOTH),
    ("", "600", "disbursed", BOTH),
    ("499.99", "1", "reason", FALL),
    ("1000000", "0.01", "reason", ABOVE),
]


@pytest.mark.parametrize(("disbursed", "committed", "field", "sentence"), REFUSED)
def test_each_refusal_stands_beside_its_field_and_nothing_is_saved(
    plan, led, second, reporter, disbursed, committed, field, sentence
):
    spend(plan, LED, 2569, 5, "500")
    client = signed_in(reporter)
    before = facts()
    page = enter(
        client,
        typed(led, disbursed, committed, note="ยังอยู่"),
        typed(second, "๗", "0"),
        change_reason="why",
    )
    assert page.status_code == 200
    assert refusals(page) == {f"p{led.pk}-{field}": [sentence]}
    # All that was typed stays as it was typed, also in the row that was right.
    kept = shown(page)
    assert kept[f"p{led.pk}-disbursed"] == disbursed
    assert kept[f"p{led.pk}-committed"] == committed
    assert kept[f"p{led.pk}-note"] == "ยังอยู่"
    assert kept[f"p{second.pk}-disbursed"] == "๗"
    assert differences(before, facts()) == {}
    text = page.content.decode()
    assert "Nothing was saved yet" in text and f'href="#p{led.pk}"' in text


def test_all_rows_are_judged_at_once(plan, led, second, reporter):
    page = enter(signed_in(reporter), typed(led, "x", "0"), typed(second, "500000", "1"))
    assert set(refusals(page)) == {f"p{led.pk}-disbursed", f"p{second.pk}-reason"}


def test_words_without_amounts_are_not_lost(led, reporter):
    page = enter(signed_in(reporter), typed(led, note="ยังไม่มีตัวเลข"))
    assert refusals(page) == {f"p{led.pk}-{name}": [BOTH] for name in ("disbursed", "committed")}
    assert not Disbursement.objects.exists()


def test_emptying_what_is_stored_is_refused(plan, led, reporter):
    """Deleting is the planners' to do, and asks for a reason; a 0 would be another false figure."""
    spend(plan, LED, 2569, 6, "100")
    page = enter(signed_in(reporter), typed(led))
    assert refusals(page) == {f"p{led.pk}-{name}": [TAKEN_BACK] for name in AMOUNTS}
    assert stored() == [(6, "100.00", "0.00")]
    # One amount alone is still one that is missing.
    page = enter(signed_in(reporter), typed(led, "100"))
    assert refusals(page) == {f"p{led.pk}-committed": [BOTH]}


def test_a_reason_of_too_many_letters_is_refused(led, reporter):
    page = enter(signed_in(reporter), typed(led, "1", "0", reason="ก" * 501))
    assert list(refusals(page)) == [f"p{led.pk}-reason"]


@pytest.mark.parametrize(
    ("disbursed", "committed"), [("499.99", "1"), ("1000000", "0.01"), ("9" * 13, "9" * 13)]
)
def test_a_fall_and_an_excess_are_taken_with_a_reason(plan, led, reporter, disbursed, committed):
    spend(plan, LED, 2569, 5, "500")
    client = signed_in(reporter)
    answer = enter(client, typed(led, disbursed, committed, reason="คืนเงินเหลือจ่าย"))
    assert "projects: 1." in said(client, answer)[0]
    row = Disbursement.objects.get(project=led, month=6)
    assert (row.disbursed, row.reason) == (D(disbursed), "คืนเงินเหลือจ่าย")


@pytest.mark.parametrize("text", ["๑,๒๓๔.๕๐", "1,234.50", "1234.5", " 1234.50 "])
def test_an_amount_may_be_written_as_people_write_it(led, reporter, text):
    enter(signed_in(reporter), typed(led, text, "๐"))
    assert stored() == [(6, "1234.50", "0.00")]


def test_figures_of_a_project_that_left_the_sheet_are_not_dropped_silently(
    plan, led, second, reporter
):
    client = signed_in(reporter)
    data = shown(client.get(sheet_path())) | typed(led, "1", "0") | typed(second, "2", "0")
    ProjectLead.objects.filter(project=second).update(unit=Unit.objects.get(name=OTHER))
    before = facts()
    page = client.post(sheet_path(), data)
    assert "no longer entered here" in page.content.decode()
    assert shown(page)[f"p{led.pk}-disbursed"] == "1"
    assert differences(before, facts()) == {}
    again = client.post(sheet_path(), shown(page))
    assert again.status_code == 302
    assert stored() == [(6, "1.00", "0.00")]


@pytest.mark.parametrize("version", ["", "0", "1", "x", "9.9", "1.99", "-1.1", "9" * 40, "1." * 40])
def test_a_forged_version_replaces_nothing(plan, led, reporter, version):
    row = spend(plan, LED, 2569, 6, "100")
    version = f"{row.pk}.99" if version == "1.99" else version
    client = signed_in(reporter)
    before = facts()
    page = enter(client, typed(led, "150", "0", version=version))
    assert page.status_code == 200
    assert refusals(page)[f"p{led.pk}"][0].startswith(STALE)
    without = {k: v for k, v in shown(page).items() if not k.endswith("version")}
    assert client.post(sheet_path(), without).status_code == 200
    assert differences(before, facts()) == {}


def test_names_that_no_field_has_are_no_fault(led, reporter):
    client = signed_in(reporter)
    odd = {"p-disbursed": "", "p999999999999999999999-disbursed": " ", "-": "1", "p1_note": "x"}
    assert enter(client, typed(led, "1", "0"), odd).status_code == 302
    page = enter(client, typed(led, "2", "0"), {"p999999999999999999999-disbursed": "5"})
    assert page.status_code == 200 and stored() == [(6, "1.00", "0.00")]


# ------------------------------------------------------------------------------ choosing first


NO_SUCH_PLAN = "There is no plan “%s” in which money is entered. Choose another."


@pytest.mark.parametrize(
    ("query", "field", "sentence"),
    [
        ({"unit": ""}, "unit", "This field is required."),
        ({"unit": "x"}, "unit", "Select a valid choice. x is not one of the available choices."),
        ({"unit": "9" * 30}, "unit", None),
        ({"unit": "99999999"}, "unit", None),
        ({"unit": "\x00"}, "unit", None),
        ({"unit": "-1"}, "unit", None),
        ({"unit": "none"}, "unit", None),  # planners enter those
        (
            {"year": "2026"},
            "year",
            "2026 is a year of the Christian Era; in the Buddhist Era it is 2569.",
        ),
        ({"year": "25๖"}, "year", None),
        ({"year": "2571"}, "year", "This plan runs from fiscal year 2566 to 2570."),
        ({"month": "0"}, "month", None),
        ({"month": "13"}, "month", None),
        ({"month": "x"}, "month", None),
        (
            {"year": "2570", "month": "1"},
            "month",
            "ตุลาคม 2569 has not ended; the latest month to report is กันยายน 2569.",
        ),
        ({"year": "2570", "month": ""}, "month", None),
        # Another plan's sheet is never opened in place of the one that was asked for.
        ({"plan": "zzz"}, "plan", NO_SUCH_PLAN % "zzz"),
        ({"plan": SCORECARD}, "plan", NO_SUCH_PLAN % SCORECARD),
    ],
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_an_odd_address_is_asked_again(led, reporter, query, field, sentence, method):
    before = facts()
    own = Unit.objects.get(name=OWN).pk
    path = f"{ADD}?{urlencode({'unit': own, **MONTH, **query})}"
    client = signed_in(reporter)
    answer = client.get(path) if method == "get" else client.post(path, typed(led, "1", "0"))
    assert answer.status_code == 200
    form = answer.context["form"]
    assert isinstance(form, entry_forms.ChooseForm)
    assert list(form.errors) == [field]
    assert sentence in (None, *form.errors[field])
    assert differences(before, facts()) == {}


@pytest.mark.parametrize(
    ("query", "at"),
    [
        ({}, (2569, 12)),
        ({"year": "๒๕๖๙"}, (2569, 12)),
        ({"year": "2567"}, (2567, 12)),
        ({"month": "3"}, (2569, 3)),
        ({"year": "2569", "month": "6", "plan": "nhrc-2566-2570"}, (2569, 6)),
    ],
)
def test_what_is_left_open_is_what_is_due(led, reporter, query, at):
    unit = Unit.objects.get(name=OWN).pk
    page = signed_in(reporter).get(ADD, {"unit": unit, **query})
    sheet = page.context["shown"]
    assert (sheet.at.year, sheet.at.month) == at


def test_before_the_plan_nothing_is_due_and_after_it_the_last_month(led, reporter, today):
    unit = Unit.objects.get(name=OWN).pk
    client = signed_in(reporter)
    today(date(2022, 10, 31))
    page = client.get(ADD, {"unit": unit})
    assert "has not ended" in page.context["form"].errors["month"][0]
    assert client.get(ADD).context["due"] == []
    today(date(2030, 1, 1))
    assert client.get(ADD, {"unit": unit}).context["shown"].at.month == 12
    assert client.get(ADD).context["due"][0][0].at.year == 2570


def test_what_is_due_is_offered_first(plan, led, second, reporter, planner):
    spend(plan, LED, 2569, 12, "100")
    page = signed_in(reporter).get(ADD)
    [(due, path)] = page.context["due"]
    assert (due.unit_name, due.entered, due.projects, due.is_done) == (OWN, 1, 2, False)
    assert due.deadline == date(2026, 10, 10)
    sheet = signed_in(reporter).get(path).context["shown"]
    assert (sheet.unit_name, sheet.at.year, sheet.at.month) == (OWN, 2569, 12)
    # Planners see every unit that leads a project first, and enter for each.
    page = signed_in(planner).get(ADD)
    leads = {lead.unit.name for lead in ProjectLead.objects.filter(position=1)}
    assert {row.unit_name for row, _path in page.context["due"]} == leads
    offered = [name for _key, name in page.context["form"].fields["unit"].choices]
    assert offered[0] == "–" and offered[-1] == "projects without a lead"
    assert set(offered[1:-1]) == leads
    assert all(
        signed_in(planner).get(path).status_code == 200 for _row, path in page.context["due"]
    )


def test_what_has_no_money_this_year_owes_no_figure(plan, led, second, planner):
    """It is counted once figures are there after all."""
    free = lead_project(led.strategy, 51, OWN, "0")
    ProjectBudget.objects.filter(project=led).delete()  # nothing is set aside: "-" in the plan
    client = signed_in(planner)

    def due():
        [row] = [row for row, _path in client.get(ADD).context["due"] if row.unit_name == OWN]
        return (row.entered, row.projects, row.is_done)

    def header():
        sheet = client.get(sheet_path(month=12)).context["shown"]
        assert len(sheet.rows) == 3
        return (sheet.entered, sheet.projects)

    assert (due(), header()) == ((0, 1, False), (0, 1))
    spend(plan, "3-50", 2569, 12, "100")
    assert (due(), header()) == ((1, 1, True), (1, 1))
    spend(plan, "3-51", 2569, 11, "0")  # begun: now it owes the month that is due as well
    assert (due(), header()) == ((1, 2, False), (1, 2))
    spend(plan, "3-51", 2569, 12, "0")
    assert (due(), header()) == ((2, 2, True), (2, 2))
    assert free.disbursements.count() == 2


def test_a_unit_without_money_this_year_is_told_so_and_finds_its_sheet(plan, led, reporter):
    ProjectBudget.objects.filter(project=led).delete()
    client = signed_in(reporter)
    page = client.get(ADD)
    [(row, path)] = page.context["due"]
    assert (row.projects, row.is_done) == (0, True)
    for answer in (page, client.get(path)):
        assert "– no money this year" in answer.content.decode()


def test_planners_enter_projects_without_a_lead(plan, led, planner):
    ProjectLead.objects.filter(project=led).delete()
    client = signed_in(planner)
    page = client.get(sheet_path("none"))
    assert [row.money.code for row in page.context["shown"].rows] == [LED]
    answer = enter(client, typed(led, "5", "0"), path=sheet_path("none"))
    assert "projects without a lead: 5.00 of" in said(client, answer)[0]
    row = Disbursement.objects.get()
    assert client.get(address(row, "change")).url == f"{answer.url}#p{led.pk}"


def test_of_several_plans_one_is_chosen(plan, led, planner):
    later = Plan(agency=plan.agency, slug="later", name="แผนถัดไป", first_year=2569, last_year=2573)
    record_save(instance=later, user=None)
    strategy = Strategy(plan=later, number=1, name="ยุทธศาสตร์")
    record_save(instance=strategy, user=None)
    project = lead_project(strategy, 1, OWN, "1000")
    client = signed_in(planner)
    assert [plan.slug, "later"] == [
        key for key, _name in client.get(ADD).context["form"].fields["plan"].choices
    ]
    assert client.get(sheet_path()).context["shown"].plan == plan
    page = client.get(sheet_path(plan="later"))
    assert [row.money.id for row in page.context["shown"].rows] == [project.pk]
    assert "plan" in client.get(sheet_path(plan="nowhere")).context["form"].errors
    answer = enter(client, typed(project, "5", "0"), path=sheet_path(plan="later"))
    assert "plan=later" in answer.url
    assert Disbursement.objects.get().project == project


# ------------------------------------------------------------------------------------ who may


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("planner", 200),
        ("first-lead", 200),
        ("second-lead", 403),
        ("supporting", 403),
        ("outsider", 403),
        ("no-unit", 403),
        ("no-role-in-the-unit", 302),
        ("executive-of-the-unit", 302),
        ("auditor-of-the-unit", 403),
        ("administrator-of-the-unit", 403),
    ],
)
def test_the_first_named_lead_unit_and_planners_open_the_screen(led, person, who, status, method):
    client = signed_in(person("somebody", *PEOPLE[who]))
    if method == "get":
        assert client.get(sheet_path()).status_code == status
    else:
        answer = client.post(sheet_path(), typed(led, "1", "0"))
        assert answer.status_code == (302 if status == 200 else status)
    assert Disbursement.objects.exists() == (who in ("planner", "first-lead") and method == "post")


@pytest.mark.parametrize("page", ["change", "history", "delete"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_another_units_figures_are_not_there(plan, led, person, page, method):
    row = spend(plan, LED, 2569, 6, "100")
    people = [person(name, *PEOPLE[name]) for name in ("second-lead", "outsider", "no-unit")]
    before = facts()
    for user in people:
        client = signed_in(user)
        answer = getattr(client, method)(
            address(row, page), {"post": "yes", "change_reason": "x", "expected_version": "1"}
        )
        assert answer.status_code == 404
        assert not client.get(address(Disbursement, "changelist")).context["cl"].result_list
    assert differences(before, facts()) == {}


def test_the_list_shows_whose_figures_they_are(plan, led, reporter, planner, auditor):
    own = spend(plan, LED, 2569, 6, "234567.5", "7", is_sample=True)
    other = spend(plan, "3-5", 2569, 6, "77")
    for user, rows in ((reporter, [own]), (planner, [own, other]), (auditor, [own, other])):
        page = signed_in(user).get(address(Disbursement, "changelist"))
        assert {row.pk for row in page.context["cl"].result_list} == {row.pk for row in rows}
    text = page.content.decode()
    for part in (LED, OWN, "มี.ค. 2569", "234,567.50", "7.00", led.name):
        assert part in text
    found = signed_in(planner).get(address(Disbursement, "changelist"), {"q": led.name})
    assert [row.pk for row in found.context["cl"].result_list] == [own.pk]


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("project__strategy__plan__id__exact={plan}", 2),
        ("project__strategy__id__exact={strategy}", 1),
        ("project__leads__unit__id__exact={unit}", 1),
        ("fiscal_year=2569", 1),
        ("month__exact=6", 1),
        ("is_sample__exact=0", 1),
        ("q={name}", 1),
        ("", 2),
    ],
)
def test_the_lists_filters(plan, led, planner, query, count):
    own = spend(plan, LED, 2569, 6, "1")
    spend(plan, "1-1", 2568, 7, "2", is_sample=True)
    unit = Unit.objects.get(name=OWN).pk
    query = query.format(plan=plan.pk, strategy=led.strategy_id, unit=unit, name=led.name)
    page = signed_in(planner).get(f"{address(Disbursement, 'changelist')}?{query}")
    found = [row.pk for row in page.context["cl"].result_list]
    assert len(found) == count and found[0] == own.pk


def test_a_row_is_changed_on_its_units_screen(plan, led, reporter, auditor):
    row = spend(plan, LED, 2569, 6, "100", note="หมายเหตุ")
    before = facts()
    for method in ("get", "post"):
        answer = getattr(signed_in(reporter), method)(address(row, "change"), {"disbursed": "9"})
        assert answer.status_code == 302
        sheet = signed_in(reporter).get(answer.url).context["shown"]
        assert (sheet.unit_name, sheet.at.year, sheet.at.month) == (OWN, 2569, 6)
        assert answer.url.endswith(f"#p{led.pk}")
    # Who only reads sees the row.
    text = signed_in(auditor).get(address(row, "change")).content.decode()
    assert "100.00" in text and "หมายเหตุ" in text and 'name="disbursed"' not in text
    assert signed_in(auditor).post(address(row, "change"), {"disbursed": "9"}).status_code == 403
    assert differences(before, facts()) == {}


def test_a_reporter_who_leaves_the_unit_while_typing_saves_nothing(led, reporter):
    client = signed_in(reporter)
    data = shown(client.get(sheet_path())) | typed(led, "1", "0")
    reporter.memberships.all().delete()
    assert client.post(sheet_path(), data).status_code == 403
    assert not Disbursement.objects.exists()


# ---------------------------------------------------------------------------------- deleting


def test_planners_delete_a_months_figures_with_a_reason(plan, led, planner, reporter):
    row = spend(plan, LED, 2569, 6, "100", "7")
    page = signed_in(planner).get(address(row, "delete"))
    assert "100" in page.content.decode() and "required" in page.content.decode()
    assert address(row, "delete") in signed_in(planner).get(sheet_path()).content.decode()
    assert address(row, "delete") not in signed_in(reporter).get(sheet_path()).content.decode()
    data = {"post": "yes", "expected_version": "1", "change_reason": "ลงผิดโครงการ"}
    before = facts()
    assert signed_in(reporter).post(address(row, "delete"), data).status_code == 403
    for reason in ("", "  "):
        answer = signed_in(planner).post(
            address(row, "delete"), {**data, "change_reason": reason}, follow=True
        )
        told = [str(message) for message in answer.context["messages"]]
        assert told == ["Say why these figures are deleted."]
    assert differences(before, facts()) == {}
    assert signed_in(planner).post(address(row, "delete"), data).status_code == 302
    assert not Disbursement.objects.exists()
    last = Disbursement.history.first()
    assert (last.history_type, last.history_change_reason) == ("-", "ลงผิดโครงการ")


@pytest.mark.parametrize("version", ["", "0", "1", "9", "x"])
def test_figures_that_changed_since_they_were_shown_are_not_deleted(plan, led, planner, version):
    row = spend(plan, LED, 2569, 6, "100")
    spend(plan, LED, 2569, 6, "120", expected_version=1)
    signed_in(planner).post(
        address(row, "delete"), {"post": "yes", "expected_version": version, "change_reason": "x"}
    )
    assert stored() == [(6, "120.00", "0.00")]


# -------------------------------------------------------------------------------- two editors


@pytest.fixture
def editors(reporter, person):
    """Two people of OWN; the second is called so."""
    other = person("second", roles.REPORTER, OWN, first_name="คนที่สอง")
    return signed_in(reporter), signed_in(other)


@pytest.mark.parametrize("there", [True, False], ids=["a-change", "a-new-row"])
def test_the_second_editor_sees_the_change_and_decides(plan, led, second, editors, there):
    if there:
        spend(plan, LED, 2569, 6, "100")
    pages = [shown(client.get(sheet_path())) for client in editors]
    assert editors[1].post(sheet_path(), pages[1] | typed(led, "200", "0")).status_code == 302

    mine = pages[0] | typed(led, "300", "0", note="ของฉัน") | typed(second, "5", "0")
    page = editors[0].post(sheet_path(), mine)
    assert page.status_code == 200
    told = refusals(page)
    assert list(told) == [f"p{led.pk}"]
    first, line = told[f"p{led.pk}"]
    assert first.startswith(STALE)
    assert line.startswith("คนที่สอง (") and "100 → 200" in line if there else "200" in line
    assert led.name not in line
    assert stored() == [(6, "200.00", "0.00")]  # nor was the other row saved
    kept = shown(page)
    assert (kept[f"p{led.pk}-disbursed"], kept[f"p{second.pk}-disbursed"]) == ("300", "5")

    assert editors[0].post(sheet_path(), kept).status_code == 302
    assert stored() == [(6, "300.00", "0.00"), (6, "5.00", "0.00")]
    assert Disbursement.objects.get(project=led).note == "ของฉัน"


def test_a_row_that_was_not_touched_follows_the_other_editor(plan, led, second, editors):
    """Neither is the other one's change put back, nor does it stand in the way."""
    spend(plan, LED, 2569, 6, "100")
    mine = shown(editors[0].get(sheet_path()))
    enter(editors[1], typed(led, "200", "0", note="ใหม่"))
    page = editors[0].post(sheet_path(), mine | typed(second, "x", "0"))
    assert list(refusals(page)) == [f"p{second.pk}-disbursed"]
    assert shown(page)[f"p{led.pk}-disbursed"] == "200"
    assert shown(page)[f"p{led.pk}-note"] == "ใหม่"
    assert editors[0].post(sheet_path(), mine | typed(second, "5", "0")).status_code == 302
    assert stored() == [(6, "200.00", "0.00"), (6, "5.00", "0.00")]


def test_both_typing_the_same_is_no_quarrel(led, editors):
    mine = shown(editors[0].get(sheet_path()))
    enter(editors[1], typed(led, "200", "0"))
    assert editors[0].post(sheet_path(), mine | typed(led, "๒๐๐", "0")).status_code == 302
    assert Disbursement.objects.get().version == 1


@pytest.mark.parametrize("again", [False, True], ids=["gone", "entered-anew"])
def test_what_was_deleted_meanwhile_is_told(plan, led, editors, planner, again):
    """Figures entered anew begin with version 1 as well, and are others all the same."""
    row = spend(plan, LED, 2569, 6, "100")
    mine = shown(editors[0].get(sheet_path()))
    disbursement_delete(user=planner, disbursement=row, reason="x", expected_version=1)
    if again:
        spend(plan, LED, 2569, 6, "777")
    page = editors[0].post(sheet_path(), mine | typed(led, "300", "0"))
    [*_, last] = refusals(page)[f"p{led.pk}"]
    assert ("777" if again else "deleted this meanwhile") in last
    assert stored() == ([(6, "777.00", "0.00")] if again else [])
    assert editors[0].post(sheet_path(), shown(page)).status_code == 302
    assert stored() == [(6, "300.00", "0.00")]


def overtaken(plan, monkeypatch, client, led):
    """Somebody saves 200 between the look at what there is and the save of 300."""
    row = spend(plan, LED, 2569, 6, "100")
    look = DisbursementEntries.problems
    late = []

    def looked(entries, today):
        found = look(entries, today)
        if not late:
            late.append(spend(plan, LED, 2569, 6, "200", expected_version=row.version))
        return found

    monkeypatch.setattr(DisbursementEntries, "problems", looked)
    return enter(client, typed(led, "300", "0"))


def test_who_is_overtaken_between_check_and_save_is_told(plan, led, reporter, monkeypatch):
    page = overtaken(plan, monkeypatch, signed_in(reporter), led)
    assert page.status_code == 200
    assert "100 → 200" in refusals(page)[f"p{led.pk}"][1]
    assert shown(page)[f"p{led.pk}-disbursed"] == "300"
    assert stored() == [(6, "200.00", "0.00")]


def test_control_without_the_version_the_other_ones_figure_is_lost(plan, led, editors, monkeypatch):
    """NEGATIVE CONTROL: a form that takes what it finds for what its editor read."""
    monkeypatch.setattr(RowForm, "_meet", lambda form, token: None)
    monkeypatch.setattr(
        row_forms,
        "row_read",
        lambda token: (0, Disbursement.objects.values_list("version", flat=True).first()),
    )
    spend(plan, LED, 2569, 6, "100")
    mine = shown(editors[0].get(sheet_path()))
    enter(editors[1], typed(led, "200", "0"))
    assert editors[0].post(sheet_path(), mine | typed(led, "300", "0")).status_code == 302
    assert stored() == [(6, "300.00", "0.00")]


# -------------------------------------------------------------------------------------- speed


#: Queries with those for session, user, roles and permissions.
CHOOSE, OPEN, SAVE = 12, 16, 41


@pytest.mark.parametrize("count", [3, 30])
def test_the_screen_takes_as_many_queries_for_thirty_projects(
    plan, led, reporter, django_assert_max_num_queries, count
):
    projects = [led, *(lead_project(led.strategy, 100 + n, OWN, "1000") for n in range(1, count))]
    for project in projects:
        code = f"{project.strategy.number}-{project.number}"
        spend(plan, code, 2569, 5, "10")
    client = signed_in(reporter)
    with django_assert_max_num_queries(OPEN):
        page = client.get(sheet_path())
    assert len(page.context["form"].forms) == count
    with django_assert_max_num_queries(CHOOSE):
        client.get(ADD)
    data = shown(page)
    for project in projects:
        data |= typed(project, "20", "0")
    with django_assert_max_num_queries(SAVE):
        assert client.post(sheet_path(), data).status_code == 302
    assert Disbursement.objects.filter(month=6).count() == count


# ------------------------------------------------------- projects, amounts, transfers, targets


def test_planners_point_a_project_at_objectives_of_its_plan(led, planner):
    client = signed_in(planner)
    page = client.get(address(led, "change"))
    offered = page.context["adminform"].form.fields["objectives"].queryset
    assert len(offered) == 13
    chosen = Objective.objects.get(strategy=led.strategy, number=2)
    data = filled(page, objectives=[chosen.pk], change_reason="why")
    assert client.post(address(led, "change"), data).status_code == 302
    assert list(led.objectives.all()) == [chosen]
    last = history_of(Project, id=led.pk)[0]
    assert [(c.field, c.after) for c in last.changes] == [("objectives it serves", str(chosen))]


@pytest.fixture
def elsewhere(plan):
    """An objective of another plan."""
    other = Plan(agency=plan.agency, slug="other", name="แผนอื่น", first_year=2569, last_year=2569)
    record_save(instance=other, user=None)
    strategy = Strategy(plan=other, number=1, name="มิติ")
    record_save(instance=strategy, user=None)
    objective = Objective(strategy=strategy, number=1, name="เป้าประสงค์")
    record_save(instance=objective, user=None)
    return objective


@pytest.mark.parametrize("how", ["sent", "moved", "new", "unknown"])
def test_an_objective_of_another_plan_is_refused(plan, led, planner, elsewhere, how):
    client = signed_in(planner)
    path = address(Project, "add") if how == "new" else address(led, "change")
    page = client.get(path)
    own = Objective.objects.get(strategy__plan=plan, strategy__number=3, number=1)
    typed_ = {
        "sent": {"objectives": [own.pk, elsewhere.pk]},
        "moved": {"objectives": [own.pk], "strategy": elsewhere.strategy_id},
        "new": {
            "objectives": [elsewhere.pk],
            "strategy": led.strategy_id,
            "number": 77,
            "name": "ใหม่",
        },
        "unknown": {"objectives": [10**9]},
    }[how]
    before = facts()
    answer = client.post(path, filled(page, **typed_))
    assert form_errors(answer)["objectives"] == [
        "A project serves objectives of its own plan; choose among those."
    ]
    assert differences(before, facts()) == {}


def budget_of(project, year=2569):
    return ProjectBudget.objects.get(project=project, fiscal_year=year)


TRANSFER = {
    "transfers-TOTAL_FORMS": "1",
    "transfers-0-amount": "-๒๐๐,๐๐๐.๕๐",
    "transfers-0-document_number": "ที่ กค ๐๔๐๑/๑๒",
    "transfers-0-document_date": "๑๕ ม.ค. ๒๕๖๙",
    "transfers-0-reason": "โอนไปโครงการอื่น",
}


def test_a_transfer_is_entered_with_its_document(plan, led, planner, auditor):
    client = signed_in(planner)
    budget = budget_of(led)
    path = address(budget, "change")
    data = filled(client.get(path), approved_amount="๑,๒๐๐,๐๐๐", **TRANSFER)
    assert client.post(path, data).status_code == 302
    transfer = BudgetTransfer.objects.get()
    assert (transfer.amount, transfer.document_date) == (D("-200000.50"), date(2026, 1, 15))
    budget.refresh_from_db()
    assert budget.approved_amount == D(1200000)
    row = client.get(sheet_path()).context["shown"].rows[0]
    assert row.money.current.allocated == D("999999.50")
    listed = client.get(address(ProjectBudget, "changelist"), {"q": led.name}).content.decode()
    assert "-200,000.50" in listed and "999,999.50" in listed
    # In its own list it is looked for and read, in the Buddhist Era, and not changed.
    for user in (planner, auditor):
        reader = signed_in(user)
        found = reader.get(address(BudgetTransfer, "changelist"), {"q": "กค"}).content.decode()
        assert "15 ม.ค. 2569" in found and led.name in found
        for page in (address(transfer, "change"), path):
            text = reader.get(page).content.decode()
            assert "15 ม.ค. 2569" in text and "2026" not in text
        assert reader.post(address(transfer, "change"), {"amount": "1"}).status_code == 403
    assert "15 ม.ค. 2569" in client.get(address(transfer, "history")).content.decode()
    exported = client.post(
        address(BudgetTransfer, "export"), {"format": "1", "resource": "0"}
    ).content.decode()
    assert "15 ม.ค. 2569" in exported and "2026" not in exported


@pytest.mark.parametrize(
    ("field", "value", "language", "sentence"),
    [
        ("unit", None, "en", "Please correct the duplicate data for unit."),
        ("position", "1", "en", "Please correct the duplicate data for order."),
        ("unit", None, "th", "โปรดแก้ไขข้อมูลที่ซ้ำกันในสำนัก/หน่วย"),
        ("position", "1", "th", "โปรดแก้ไขข้อมูลที่ซ้ำกันในลำดับ"),
    ],
)
def test_what_stands_twice_is_called_by_its_name(led, planner, field, value, language, sentence):
    client = signed_in(planner)
    path = address(led, "change")
    page = client.get(path)
    data = filled(page)
    count = int(data["leads-TOTAL_FORMS"])
    new = {"unit": str(Unit.objects.get(name=OTHER).pk), "position": "9"}
    new[field] = value or data["leads-0-unit"]
    data |= {"leads-TOTAL_FORMS": str(count + 1)}
    data |= {f"leads-{count}-{name}": text for name, text in new.items()}
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    with translation.override(language):
        answer = client.post(path, data)
        assert answer.status_code == 200
        found = [
            str(error)
            for inline in answer.context["inline_admin_formsets"]
            for error in inline.formset.non_form_errors()
        ]
    assert found == [sentence]


def test_a_year_that_stands_twice_is_called_by_its_name(led, planner):
    client = signed_in(planner)
    path = address(led, "change")
    data = filled(client.get(path))
    count = int(data["budgets-TOTAL_FORMS"])
    data |= {
        "budgets-TOTAL_FORMS": str(count + 1),
        f"budgets-{count}-fiscal_year": "2569",
        f"budgets-{count}-plan_amount": "1",
    }
    text = client.post(path, data).content.decode()
    assert "Please correct the duplicate data for fiscal year." in text


DAY = "On %s %s baht would be allocated."


@pytest.mark.parametrize(
    ("typed_", "field", "sentence"),
    [
        ({"document_date": "15/01/2026"}, "document_date", "2026 is a year of the Christian Era;"),
        ({"document_date": "30/02/2569"}, "document_date", "is not a day of the calendar."),
        ({"document_date": "15.01.2569"}, "document_date", "is not a clear date."),
        ({"document_date": "15 ม.ค. 69"}, "document_date", "is not a clear year."),
        ({"document_date": ""}, "document_date", "This field is required."),
        ({"document_date": "1 ต.ค. 2569"}, "document_date", "A transfer of fiscal year 2569"),
        ({"amount": "0"}, "__all__", "A transfer of nothing is none."),
        ({"amount": "1.234,5"}, "amount", "is not a clear number."),
        ({"amount": ""}, "amount", "This field is required."),
        ({"document_number": ""}, "document_number", "This field is required."),
        ({"reason": " "}, "reason", "This field is required."),
        ({"amount": "-1,000,000.01"}, "set", DAY % ("15 ม.ค. 2569", "-0.01")),
    ],
)
def test_a_transfer_that_cannot_be_is_refused(led, planner, typed_, field, sentence):
    client = signed_in(planner)
    path = address(budget_of(led), "change")
    data = filled(client.get(path), **TRANSFER)
    data |= {f"transfers-0-{name}": value for name, value in typed_.items()}
    before = facts()
    answer = client.post(path, data)
    assert answer.status_code == 200
    [inline] = answer.context["inline_admin_formsets"]
    found = inline.formset.non_form_errors() if field == "set" else inline.formset.errors[0][field]
    assert sentence in found[0]
    assert differences(before, facts()) == {}


@pytest.mark.parametrize("where", ["budget", "project"])
def test_an_amount_below_what_was_transferred_away_is_refused(plan, led, planner, where):
    move(plan, LED, "-300000", date(2026, 2, 3))
    budget = budget_of(led)
    client = signed_in(planner)
    before = facts()
    if where == "budget":
        path, field = address(budget, "change"), "approved_amount"
        answer = client.post(path, filled(client.get(path), **{field: "299,999.99"}))
        found = answer.context["inline_admin_formsets"][0].formset.non_form_errors()
    else:
        path = address(led, "change")
        page = client.get(path)
        [prefix] = [
            form.prefix
            for inline in page.context["inline_admin_formsets"]
            for form in inline.formset.initial_forms
            if form.instance == budget
        ]
        field = f"{prefix}-approved_amount"
        answer = client.post(path, filled(page, **{field: "299,999.99"}))
        found = form_errors(answer)[field]
    assert found == [
        DAY % ("3 ก.พ. 2569", "-0.01")
        + " What is allocated cannot become negative: correct the amount or the transfers."
    ]
    assert differences(before, facts()) == {}
    assert client.post(path, filled(client.get(path), **{field: "300,000"})).status_code == 302


BELOW = "300,000.50 baht are disbursed and committed already, more than the %s that would be"


@pytest.mark.parametrize("where", ["budget", "project", "transfer"])
def test_less_than_is_used_already_is_allocated_only_with_a_reason(plan, led, planner, where):
    spend(plan, LED, 2569, 6, "200000.50", "100000")
    client = signed_in(planner)
    budget = budget_of(led)
    path = address(led if where == "project" else budget, "change")
    page = client.get(path)
    left = "200,000.00"
    if where == "budget":
        typed = {"approved_amount": "200,000"}
    elif where == "project":
        forms = page.context["inline_admin_formsets"][1].formset.initial_forms
        [prefix] = [form.prefix for form in forms if form.instance == budget]
        typed = {f"{prefix}-approved_amount": "200,000"}
    else:
        away = -(budget.plan_amount - 200_000)
        typed = {**TRANSFER, "transfers-0-amount": str(away)}
    before = facts()
    for reason in ("", "-"):
        answer = client.post(path, filled(page, **typed, change_reason=reason))
        assert answer.status_code == 200
        assert BELOW % left in answer.content.decode()
    assert differences(before, facts()) == {}
    assert client.post(path, filled(page, **typed, change_reason="ถูกตัดงบ")).status_code == 302
    assert differences(before, facts()) != {}
    # What stands is not asked about again.
    page = client.get(path)
    assert client.post(path, filled(page)).status_code == 302


def test_control_more_or_as_much_as_is_used_asks_nothing(plan, led, planner):
    spend(plan, LED, 2569, 6, "200000.50", "100000")
    client = signed_in(planner)
    path = address(budget_of(led), "change")
    typed = {"approved_amount": "300,000.50"}
    assert client.post(path, filled(client.get(path), **typed)).status_code == 302


def test_the_leads_of_a_project_are_counted_from_1(led, planner):
    """Reading takes 0 for a supporting unit: nobody could enter the project's money."""
    client = signed_in(planner)
    path = address(led, "change")
    page = client.get(path)
    answer = client.post(path, filled(page, **{"leads-0-position": "0"}))
    assert answer.status_code == 200
    assert form_errors(answer)["leads-0-position"] == [
        "The order begins with 1: the first-named lead unit."
    ]
    with pytest.raises(IntegrityError), transaction.atomic():
        led.leads.update(position=0)


def test_what_is_moved_away_before_it_came_is_refused(plan, led, planner):
    """−1.2 million in January and +0.5 million in March come to more than 0, but too late."""
    move(plan, LED, "500000", date(2026, 3, 1))
    client = signed_in(planner)
    path = address(budget_of(led), "change")
    data = filled(client.get(path))
    for name in ("amount", "document_number", "document_date", "reason"):
        data[f"transfers-1-{name}"] = TRANSFER[f"transfers-0-{name}"]
    data |= {"transfers-TOTAL_FORMS": "2", "transfers-1-amount": "-1200000"}
    answer = client.post(path, data)
    assert answer.status_code == 200
    assert DAY % ("15 ม.ค. 2569", "-200,000.00") in answer.content.decode()
    late = {**data, "transfers-1-document_date": "2/3/2569"}
    assert client.post(path, late).status_code == 302


def test_a_transfer_that_is_needed_is_not_deleted(plan, led, planner):
    move(plan, LED, "500000", date(2026, 1, 5))
    move(plan, LED, "-1200000", date(2026, 3, 1))
    client = signed_in(planner)
    path = address(budget_of(led), "change")
    data = filled(client.get(path), **{"transfers-0-DELETE": "on"})
    assert client.post(path, data).status_code == 200
    assert BudgetTransfer.objects.count() == 2
    data = filled(client.get(path), **{"transfers-1-DELETE": "on"})
    assert client.post(path, data).status_code == 302
    assert BudgetTransfer.objects.count() == 1


@pytest.fixture
def blind_forms(monkeypatch):
    """Forms that looked before somebody else took 900,000 of the 1.00 million baht."""
    monkeypatch.setattr("budgets.admin.projects.TransferFormSet.clean", lambda formset: None)


def take_too_much(plan, client, led):
    move(plan, LED, "-900000", date(2026, 2, 1))
    path = address(budget_of(led), "change")
    page = client.get(path)
    data = filled(page, **{"transfers-TOTAL_FORMS": "2"})
    for name in ("amount", "document_number", "document_date", "reason"):
        data[f"transfers-1-{name}"] = TRANSFER[f"transfers-0-{name}"]
    return client.post(path, data, follow=True)


def test_what_the_form_could_not_see_is_checked_at_the_end(plan, led, planner, blind_forms):
    answer = take_too_much(plan, signed_in(planner), led)
    told = answer.context["adminform"].form.non_field_errors()
    assert [text.partition(":")[0] for text in told] == [
        DAY % ("1 ก.พ. 2569", "-100,000.50") + " What is allocated cannot become negative"
    ]
    typed_rows = answer.context["inline_admin_formsets"][0].formset.forms
    assert typed_rows[1]["amount"].value() == TRANSFER["transfers-0-amount"]
    assert [row.amount for row in BudgetTransfer.objects.all()] == [D(-900000)]


def test_control_without_the_check_at_the_end_more_is_taken(
    plan, led, planner, blind_forms, monkeypatch
):
    monkeypatch.setattr("budgets.admin.projects.budgets_check", lambda project_id: None)
    take_too_much(plan, signed_in(planner), led)
    row = signed_in(planner).get(sheet_path()).context["shown"].rows[0]
    assert row.money.current.allocated == D("-100000.50")


def both_take(plan, check):
    """Two transfers of 600,000 out of 1.00 million baht, at the same moment; who succeeded."""

    def take():
        with transaction.atomic():
            row = move(plan, LED, "-600000", date(2026, 2, 1))
            check(row.budget.project_id)

    return split(together(take, take), ValidationError)[0]


@pytest.mark.django_db(transaction=True)
def test_of_two_who_take_at_once_only_one_can(plan):
    for _round in range(ROUNDS):
        assert both_take(plan, budgets_check) == 1
        record_delete(instance=BudgetTransfer.objects.get(), user=None)


@pytest.mark.django_db(transaction=True)
def test_control_unchecked_both_take(plan):
    assert both_take(plan, lambda project_id: None) == 2


SPENT = "Money has been entered for fiscal year 2569, so its budget stays."


def test_a_year_in_which_money_was_spent_keeps_its_budget(plan, led, planner):
    """Its figures would be found by no page."""
    move(plan, LED, "5", date(2026, 1, 5))
    spend(plan, LED, 2569, 6, "100")
    client = signed_in(planner)
    budget = budget_of(led)
    before = facts()
    data = filled(client.get(address(budget, "delete")))
    assert SPENT in said(client, client.post(address(budget, "delete"), data))
    page = client.get(address(led, "change"))
    [prefix] = [
        form.prefix
        for inline in page.context["inline_admin_formsets"]
        for form in inline.formset.initial_forms
        if form.instance == budget
    ]
    answer = client.post(address(led, "change"), filled(page, **{f"{prefix}-DELETE": "on"}))
    assert answer.status_code == 200
    assert SPENT in answer.content.decode()
    assert differences(before, facts()) == {}
    # A year without money goes, and its transfers with it.
    record_delete(instance=Disbursement.objects.get(), user=planner)
    assert client.post(address(budget, "delete"), data).status_code == 302
    assert not ProjectBudget.objects.filter(pk=budget.pk).exists()
    assert not BudgetTransfer.objects.exists()


def test_the_year_of_a_budget_stays(led, planner):
    client = signed_in(planner)
    budget = budget_of(led)
    path = address(budget, "change")
    client.post(path, filled(client.get(path), fiscal_year="2570", plan_amount="7"))
    budget.refresh_from_db()
    assert (budget.fiscal_year, budget.plan_amount) == (2569, D(7))


@pytest.mark.parametrize(
    ("typed_", "refused"),
    [
        ({"q1": "๓๐", "q2": "52.50", "q3": "75", "q4": "๙๘"}, False),
        ({"q1": "60", "q2": "50"}, True),
        ({"q4": "101"}, True),
        ({"q1": "-1"}, True),
        ({"q1": "1_0"}, True),
        ({"fiscal_year": "2026"}, True),
    ],
)
def test_the_governments_targets_are_entered(plan, led, planner, typed_, refused):
    client = signed_in(planner)
    path = address(SpendingTarget, "add")
    page = client.get(path)
    assert filled(page)["q1"] == "25"
    data = filled(page, agency=Agency.objects.get(slug="nhrc").pk, fiscal_year="2569") | typed_
    answer = client.post(path, data)
    assert answer.status_code == (200 if refused else 302)
    assert SpendingTarget.objects.exists() != refused
    if not refused:
        # The screen expects by them: 30 + (52.5 − 30) × 3 ÷ 3 by the end of March.
        enter(client, typed(led, "1", "0"))
        text = client.get(sheet_path()).content.decode()
        assert "52.50%" in text


# ------------------------------------------------------------------------------ the date field


@pytest.mark.parametrize(
    "text",
    [
        "15/01/2569",
        "๑๕/๑/๒๕๖๙",
        "15-1-2569",
        "15 ม.ค. 2569",
        "15 มค 2569",
        "2569-01-15",
        " ๑๕ มกราคม ๒๕๖๙ ",
    ],
)
def test_a_date_is_read_as_people_write_it(text):
    assert ThaiDateField().clean(text) == date(2026, 1, 15)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("15/01/2026", "year_ce"),
        ("2569/01/15", "date_unclear"),
        ("01/15/2569", "date_unknown"),
        ("31/04/2569", "date_unknown"),
        ("15/01/69", "year_unclear"),
        ("15 Jam 2569", "date_unclear"),
        ("พรุ่งนี้", "date_unclear"),
    ],
)
def test_an_unclear_date_is_refused(text, code):
    with pytest.raises(forms.ValidationError) as caught:
        ThaiDateField().clean(text)
    assert caught.value.code == code


def test_a_date_is_shown_as_it_can_be_typed():
    field = ThaiDateField(required=False)
    day = date(2026, 1, 15)
    assert field.prepare_value(day) == "15 ม.ค. 2569"
    assert field.clean(field.prepare_value(day)) == day
    assert field.clean(day) == day and field.clean("") is None
    assert not field.has_changed(day, "15/1/2569")
    assert field.has_changed(day, "16/1/2569") and field.has_changed(day, "x")
