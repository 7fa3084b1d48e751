"""The reading pages: who may open them, what they show, and what they say where there is nothing.

The addresses come from the URL resolver, so that a page added later is held to the same rules.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.urls import resolve
from django.utils import timezone
from django.utils.html import escape

from integrity.models import ItaAssessment
from kpis.models import Result
from kpis.rules.entry import Value
from kpis.write.results import ResultEntries, ResultEntry
from kpis.write.targets import TargetEntry
from strategy import access as roles
from strategy.models import Agency, Plan, Unit
from strategy.records.write import record_save
from strategy.standing.status import STATUSES
from strategy.standing.words import STATUS_SHAPES
from tests.support.addresses import without_drawing
from tests.support.pages import (
    AT,
    DAY,
    HERE,
    SLUG,
    THAI,
    Route,
    Rows,
    enter,
    indicator_of,
    reading_routes,
    retarget,
    samples,
)

pytestmark = pytest.mark.same

# --------------------------------------------------------------- shared with the other page tests


def body_of(response: Any) -> str:
    """A page without what differs from one answer to the next."""
    text = response.content.decode()
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", text)


@pytest.fixture
def reader(client: Any, executive: Any, today: Callable[[date], date]) -> Any:
    """A signed-in browser on :data:`DAY`."""
    today(DAY)
    client.force_login(executive)
    return client


# ------------------------------------------------------------------------------- the addresses


def test_the_addresses_of_the_issue_exist(plan, reader):
    unit = Unit.objects.filter(agency=plan.agency_id).earliest("pk")
    for path in (
        f"{HERE}/{AT}",
        f"{HERE}/strategies/1/",
        f"{HERE}/indicators/",
        f"{HERE}/indicators/S3-1.1/",
        f"{HERE}/units/{unit.pk}/",
        f"{HERE}/map/",
        f"{HERE}/indicators.json{AT}",
        f"{HERE}/report.xlsx{AT}",
    ):
        assert reader.get(path).status_code == 200, path


def test_every_page_is_to_be_had_as_data(plan, reader):
    """.json in place of the last slash: the same view, and an object that says which month."""
    pages = [route for route in reading_routes(plan) if route.is_page]
    assert len(pages) >= 7
    for page in pages:
        data = f"{page.path.removesuffix('/')}.json"
        found = resolve(data)
        assert found.func is resolve(page.path).func, data
        response = reader.get(data + AT)
        assert response.status_code == 200, data
        assert response["Content-Type"] == "application/json", data
        content = response.json()
        if page.has_month:
            assert (content["plan"], month_of(content)) == (SLUG, (2567, 12)), data


def month_of(content):
    """The fiscal year and month that data speak of."""
    return content["month"]["year"], content["month"]["month"]


def test_no_data_is_without_its_page(plan):
    routes = {route.route for route in reading_routes(plan)}
    for route in routes:
        if route.endswith(".json"):
            assert f"{route.removesuffix('.json')}/" in routes


def test_the_list_of_plans(plan, reader):
    other = record_save(instance=Agency(slug="other", name="หน่วยงานอื่น"), user=None)
    theirs = Plan(agency=other, slug="other", name="แผนอื่น", first_year=2563, last_year=2563)
    record_save(instance=theirs, user=None)
    listed = reader.get("/plans.json").json()["plans"]
    assert {
        row["plan"]: (row["first_year"], row["last_year"], row["current"]) for row in listed
    } == {
        SLUG: (2566, 2570, True),
        "rlpd-hr-2563": (2563, 2563, False),
        "other": (2563, 2563, False),
    }
    page = reader.get("/plans/").content.decode()
    for row in listed:
        assert f"/plans/{row['plan']}/" in page
        assert row["name"] in page and row["agency"] in page


# --------------------------------------------------------------------------------- who may read

ROLES = ("", roles.PLANNER, roles.REPORTER, roles.EXECUTIVE, roles.AUDITOR, roles.ADMINISTRATOR)


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role or "no-role")
def test_everyone_signed_in_reads_every_page(plan, client, person, today, role):
    """As it is drawn for them; data and files: the table of addresses."""
    today(DAY)
    client.force_login(person("reader", role))
    for route in filter(lambda route: route.is_page, reading_routes(plan)):
        assert client.get(route.path + AT).status_code == 200, route.path


def test_others_are_asked_to_sign_in(plan, client, today):
    today(DAY)
    for route in reading_routes(plan):
        response = client.get(route.path + AT)
        if route.is_data:
            assert response.status_code == 401, route.path
            assert set(response.json()) == {"error"}
        else:
            assert response.status_code == 302, route.path
            assert response["Location"].startswith(f"/login/?next={route.path}"), route.path
            assert response["Location"].endswith("year%3D2567%26month%3D12"), route.path


@pytest.mark.parametrize("path", ["/plans/none/", f"{HERE}/indicators/S9-9.9/", f"{HERE}/?year=1"])
def test_others_do_not_learn_what_exists(db, client, path):
    assert client.get(path).status_code == 302


def test_an_account_that_was_closed_reads_nothing(plan, client, person, today):
    today(DAY)
    reader = person("leaver", roles.EXECUTIVE)
    client.force_login(reader)
    assert client.get(f"{HERE}/").status_code == 200
    get_user_model().objects.filter(pk=reader.pk).update(is_active=False)
    assert client.get(f"{HERE}/").status_code == 302


def test_the_front_page_leads_to_the_current_plan(plan, client, executive):
    assert client.get("/")["Location"] == "/login/?next=/"
    client.force_login(executive)
    assert client.get("/")["Location"] == f"{HERE}/"


def test_the_front_page_leads_to_the_plan_of_ones_own_agency(plan, client, person):
    other = record_save(instance=Agency(slug="other", name="หน่วยงานอื่น"), user=None)
    unit = record_save(instance=Unit(agency=other, name="กองหนึ่ง"), user=None)
    theirs = Plan(
        agency=other, slug="other", name="แผนอื่น", first_year=2566, last_year=2570, is_current=True
    )
    record_save(instance=theirs, user=None)
    client.force_login(person("guest", roles.AUDITOR, unit.name))
    assert client.get("/")["Location"] == "/plans/other/"
    # Whoever reports for a unit begins with their own work, which leads to the same plan.
    client.force_login(person("reports", roles.REPORTER, unit.name))
    assert client.get("/")["Location"] == "/my-work/"
    assert "/plans/other/" in client.get("/my-work/").content.decode()


def test_the_front_page_without_a_plan_says_so(db, client, executive, monkeypatch):
    client.force_login(executive)
    monkeypatch.setattr("nhrc_plan.overview.views.current_plan", lambda who: None)
    response = client.get("/")
    assert response.status_code == 404
    assert THAI.search(response.content.decode())


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options"])
def test_pages_only_answer_to_get_and_head(plan, reader, method):
    for route in [Route("home", "", "/"), *reading_routes(plan)]:
        assert getattr(reader, method)(route.path).status_code == 405, route.path


def test_head_answers_without_a_body(plan, reader):
    for route in reading_routes(plan):
        response = reader.head(route.path + AT)
        assert (response.status_code, response.content) == (200, b""), route.path


def test_no_answer_is_kept_in_a_cache(plan, client, executive, today):
    today(DAY)
    for signed_in in (False, True):
        if signed_in:
            client.force_login(executive)
        for route in reading_routes(plan):
            for query in (AT, "?year=2571", "?year=2568&month=12"):
                with without_drawing():
                    kept = client.get(route.path + query)["Cache-Control"]
                assert {"no-store", "private"} <= set(kept.split(", ")), route.path + query


# ----------------------------------------------------------------------------- public reading

AUTHOR = "ผู้ปรับเป้าหมาย"


@pytest.fixture
def public(settings: Any, today: Callable[[date], date]) -> None:
    settings.PUBLIC_READING = True
    today(DAY)


def test_public_reading_opens_every_page(plan, client, public):
    samples(plan)
    ItaAssessment.objects.update(approval="approved")
    assert client.get("/")["Location"] == f"{HERE}/"
    for route in reading_routes(plan):
        # One's own work is a person's, and asks who that is; so does what the board deliberates on.
        closed = route.name.removesuffix("_data") in CLOSED
        opens = (401 if route.is_data else 302) if closed else 200
        with without_drawing():  # they are drawn, with more in them, by test_csp.py
            assert client.get(route.path + AT).status_code == opens, route.path


CLOSED = ("my_work", "board", "board_pack", "meetings", "resolutions")


def test_public_reading_opens_no_form(plan, client, public):
    enter(plan, "S3-1.1", 2567, 12, "60")
    for path in ("/admin/", "/admin/kpis/result/", "/admin/kpis/result/add/"):
        assert client.get(path)["Location"].startswith("/admin/login/"), path
    for route in reading_routes(plan):
        if route.is_page:
            assert "/admin/" not in client.get(route.path + AT).content.decode(), route.path


def test_public_pages_name_no_author(plan, client, public, person, executive):
    planner = person("hidden-planner", roles.PLANNER, first_name=AUTHOR)
    entry = ResultEntry(
        indicator=indicator_of(plan, "S3-1.1"),
        fiscal_year=2567,
        month=12,
        values={indicator_of(plan, "S3-1.1").measures.get().pk: Value(Decimal(60))},
    )
    ResultEntries.record(user=planner, entry=entry, today=DAY)
    measure = indicator_of(plan, "S3-1.1").measures.get().pk
    numbers = {measure: (Decimal(66), None, None, None)}
    retarget(planner, plan, "S3-1.1", 2567, TargetEntry("numeric", numbers))
    for route in reading_routes(plan):
        shown = client.get(route.path + AT).content.decode(errors="replace")
        assert AUTHOR not in shown, route.path
        assert "hidden-planner" not in shown, route.path
    # The same pages do name the author to those who are signed in.
    client.force_login(executive)
    assert AUTHOR in client.get(f"{HERE}/indicators/S3-1.1/{AT}").content.decode()


SECRET = "ถ้อยคำในร่าง"


@pytest.mark.parametrize("who", ["public", "outsider"])
def test_a_draft_leaves_no_trace_for_others(plan, client, settings, today, reporter, outsider, who):
    """What others see is the same to the letter with the draft as without it."""
    unit = Unit.objects.get(name="สำนักคุ้มครองสิทธิมนุษยชน")
    indicator = indicator_of(plan, "S3-1.1")
    indicator.unit = unit
    record_save(instance=indicator, user=None)
    today(DAY)
    settings.PUBLIC_READING = who == "public"
    if who == "outsider":
        client.force_login(outsider)
    addresses = [
        f"{route.path}{AT}" for route in reading_routes(plan) if not route.path.endswith(".xlsx")
    ]
    addresses += [f"{HERE}/units/{unit.pk}/{AT}", f"{HERE}/units/{unit.pk}.json{AT}"]
    before = {address: body_of(client.get(address)) for address in addresses}
    draft = enter(plan, "S3-1.1", 2567, 12, "61.5", state="draft", narrative=SECRET)
    leaks = [address for address in addresses if body_of(client.get(address)) != before[address]]
    assert leaks == []
    # Negative control: once it counts, the figure is everywhere.
    Result.objects.filter(pk=draft.pk).update(state="approved")
    assert body_of(client.get(f"{HERE}/{AT}")) != before[f"{HERE}/{AT}"]


def test_the_history_of_results_is_for_the_unit_and_those_above(plan, client, today, person):
    unit = Unit.objects.get(name="สำนักคุ้มครองสิทธิมนุษยชน")
    indicator = indicator_of(plan, "S3-1.1")
    indicator.unit = unit
    record_save(instance=indicator, user=None)
    today(DAY)
    enter(plan, "S3-1.1", 2567, 6, "61.5", state="draft", narrative=SECRET)
    for role, units, may in (
        (roles.REPORTER, [unit.name], True),
        (roles.PLANNER, [], True),
        (roles.AUDITOR, [], True),
        (roles.EXECUTIVE, [], True),
        (roles.REPORTER, ["สำนักกฎหมาย"], False),
        (roles.ADMINISTRATOR, [], False),
        ("", [], False),
    ):
        client.force_login(person(f"{role}-{units}-{may}"[:140], role, *units))
        shown = client.get(f"{HERE}/indicators/S3-1.1/{AT}").content.decode()
        assert (SECRET in shown) is may, (role, units)


# ------------------------------------------------------------------------ which month is shown


@pytest.mark.parametrize(
    ("day", "shown"),
    [
        pytest.param(date(2024, 9, 30), (2567, 11), id="last-day-of-the-year"),
        pytest.param(date(2024, 10, 1), (2567, 12), id="first-day-of-the-next-year"),
        pytest.param(date(2024, 10, 31), (2567, 12), id="last-day-of-october"),
        pytest.param(date(2024, 11, 1), (2568, 1), id="first-of-november"),
        pytest.param(date(2024, 12, 31), (2568, 2), id="last-day-of-the-calendar-year"),
        pytest.param(date(2025, 1, 1), (2568, 3), id="new-year"),
        pytest.param(date(2024, 2, 29), (2567, 4), id="leap-day"),
        pytest.param(date(2024, 3, 1), (2567, 5), id="after-the-leap-day"),
        pytest.param(date(2027, 9, 30), (2570, 11), id="last-day-of-the-plan"),
        pytest.param(date(2027, 10, 1), (2570, 12), id="the-plan-is-over"),
        pytest.param(date(2031, 5, 5), (2570, 12), id="long-over"),
        pytest.param(date(2022, 11, 1), (2566, 1), id="its-first-month-is-over"),
        pytest.param(date(2022, 10, 31), (2566, 1), id="none-is-over-yet"),
        pytest.param(date(2020, 2, 2), (2566, 1), id="before-the-plan"),
    ],
)
def test_by_default_it_is_the_latest_that_has_ended(plan, reader, today, day, shown):
    today(day)
    for route in reading_routes(plan):
        if route.is_data and route.has_month:
            content = reader.get(route.path).json()
            assert month_of(content) == shown, route.path


@pytest.mark.parametrize(
    ("moment", "shown"),
    [
        pytest.param(datetime(2024, 9, 30, 16, 59, 59, tzinfo=UTC), (2567, 11), id="before"),
        pytest.param(datetime(2024, 9, 30, 17, 0, tzinfo=UTC), (2567, 12), id="midnight"),
    ],
)
def test_the_day_is_that_of_bangkok(plan, client, executive, monkeypatch, moment, shown):
    client.force_login(executive)
    monkeypatch.setattr(timezone, "now", lambda: moment)
    content = client.get(f"{HERE}.json").json()
    assert month_of(content) == shown


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        pytest.param("year=2566", (2566, 12), id="an-earlier-year-at-its-end"),
        pytest.param("year=2567", (2567, 12), id="the-latest-year"),
        pytest.param("month=3", (2567, 3), id="a-month-of-the-latest-year"),
        pytest.param("year=2566&month=1", (2566, 1), id="both"),
        pytest.param("year=๒๕๖๗&month=๑๒", (2567, 12), id="thai-digits"),
        pytest.param("year=๒๕๖6&month=๐๓", (2566, 3), id="mixed-digits"),
        pytest.param("year=%202566%20&month=%203%20", (2566, 3), id="spaces-around"),
        pytest.param("year=2566&month=03", (2566, 3), id="leading-zero"),
        pytest.param("year=&month=", (2567, 12), id="empty"),
        pytest.param("year=2566&year=2567&month=6", (2567, 6), id="twice"),
    ],
)
def test_year_and_month_of_the_address(plan, reader, query, shown):
    content = reader.get(f"{HERE}.json?{query}").json()
    assert month_of(content) == shown
    assert reader.get(f"{HERE}/?{query}").status_code == 200


@pytest.mark.parametrize(
    "query", ["year=2568&month=1", "year=2568", "year=2570&month=12", "year=๒๕๖๘&month=๑"]
)
def test_a_month_that_has_not_ended(plan, reader, query):
    """Pages go to the latest month and say why; data and workbooks are not there."""
    for route in filter(lambda route: route.has_month, reading_routes(plan)):
        response = reader.get(f"{route.path}?{query}&keep=this")
        if not route.is_page:
            assert response.status_code == 404, route.path
            text = response.content.decode()
            # It names the latest month, and does not claim to show it.
            assert "กันยายน 2567" in text and "จึงแสดง" not in text, route.path
            continue
        assert response.status_code == 302, route.path
        address, _, asked = response["Location"].partition("?")
        assert address == route.path
        assert sorted(asked.split("&")) == ["keep=this", "month=12", "year=2567"], route.path
        landed = reader.get(response["Location"])
        assert landed.status_code == 200
        said = [str(message) for message in landed.context["messages"]]
        assert any(
            "จึงแสดงเดือนล่าสุด" in sentence and "กันยายน 2567" in sentence for sentence in said
        ), route.path


@pytest.mark.parametrize(
    ("day", "query", "shown"),
    [
        pytest.param(date(2024, 10, 31), "year=2568&month=1", None, id="last-day-of-the-month"),
        pytest.param(date(2024, 11, 1), "year=2568&month=1", (2568, 1), id="the-day-after"),
        pytest.param(date(2024, 3, 15), "month=6", None, id="later-in-the-running-year"),
        pytest.param(date(2024, 3, 15), "year=2567&month=12", None, id="its-end"),
        pytest.param(date(2024, 3, 15), "year=2567&month=5", (2567, 5), id="the-latest"),
        pytest.param(date(2024, 3, 15), "year=2567", (2567, 5), id="the-running-year"),
        pytest.param(date(2024, 3, 15), "year=2566", (2566, 12), id="an-earlier-year"),
    ],
)
def test_what_has_ended_in_the_middle_of_a_year(plan, reader, today, day, query, shown):
    today(day)
    response = reader.get(f"{HERE}.json?{query}")
    assert response.status_code == (404 if shown is None else 200)
    if shown is not None:
        assert month_of(response.json()) == shown


# ------------------------------------------------------------------------------ nothing there


@pytest.mark.parametrize(
    ("path", "named"),
    [
        pytest.param("/plans/none{}", [SLUG], id="plan"),
        pytest.param(HERE + "/strategies/9{}", ["9", "1, 2, 3, 4"], id="strategy"),
        pytest.param(HERE + "/strategies/0{}", ["1, 2, 3, 4"], id="strategy-0"),
        pytest.param(HERE + "/strategies/99999999999999999999{}", ["1, 2, 3, 4"], id="huge"),
        pytest.param(
            HERE + "/indicators/S9-9.9{}",
            ["S9-9.9", "S1-1.1, S1-2.1,", "S4-2.1, S4-3.1"],
            id="code",
        ),
        pytest.param(HERE + "/indicators/s3-1.1{}", ["S3-1.1"], id="code-in-small-letters"),
        pytest.param(HERE + "/budgets/9-9{}", ["9-9", "1-1, 1-2,", "4-2, 4-3"], id="project"),
        pytest.param(HERE + "/units/0{}", [], id="unit"),
        pytest.param(HERE + "/units/99999999999999999999{}", [], id="huge-unit"),
        pytest.param(HERE + "{}?year=2571", ["2571", "2566", "2570"], id="year-after-the-plan"),
        pytest.param(HERE + "{}?year=2565", ["2565", "2566", "2570"], id="year-before-the-plan"),
        pytest.param(HERE + "{}?year=2024", ["2024", "2567", "2566", "2570"], id="ce-year"),
        pytest.param(HERE + "{}?year=๒๐๒๔", ["2024", "2567", "2566", "2570"], id="ce-year-in-thai"),
        pytest.param(HERE + "{}?year=67", ["67", "2566", "2570"], id="short-year"),
        pytest.param(HERE + "{}?year=abc", ["abc", "2566", "2570"], id="no-year"),
        pytest.param(HERE + "{}?year=2567.0", ["2567.0", "2566", "2570"], id="year-with-decimals"),
        pytest.param(HERE + "{}?month=13", ["13", "1", "12"], id="month-13"),
        pytest.param(HERE + "{}?month=0", ["0", "1", "12"], id="month-0"),
        pytest.param(HERE + "{}?month=-1", ["-1", "1", "12"], id="month-below"),
        pytest.param(HERE + "{}?month=ตุลาคม", ["ตุลาคม", "1", "12"], id="month-in-words"),
        pytest.param(HERE + "{}?month=²", ["²", "1", "12"], id="month-superscript"),
    ],
)
def test_what_is_not_there_is_said_with_what_is(plan, reader, path, named):
    """A 404 in Thai, as a page and as data, that names what exists."""
    data = reader.get(path.format(".json"))
    assert data.status_code == 404
    sentence = data.json()["error"]
    assert THAI.search(sentence)
    for word in named:
        assert word in sentence
    page = reader.get(path.format("/"))
    assert page.status_code == 404
    assert page["Content-Type"].startswith("text/html")
    assert '<html lang="th"' in page.content.decode()
    assert escape(sentence) in page.content.decode()


def test_a_unit_that_is_not_there_leads_to_those_that_are(plan, reader):
    other = record_save(instance=Agency(slug="other", name="หน่วยงานอื่น"), user=None)
    theirs = record_save(instance=Unit(agency=other, name="กองหนึ่ง"), user=None)
    for pk in (0, theirs.pk):
        assert reader.get(f"{HERE}/units/{pk}/").status_code == 404


def test_an_unknown_code_names_every_code(plan, reader):
    sentence = reader.get(f"{HERE}/indicators/none.json").json()["error"]
    codes = [row["code"] for row in reader.get(f"{HERE}/indicators.json").json()["indicators"]]
    assert len(codes) == 19
    assert ", ".join(codes) in sentence


def test_the_workbook_of_a_month_that_is_not_there(plan, reader):
    for query in ("year=2571", "year=2024", "month=13", "year=2568&month=1"):
        response = reader.get(f"{HERE}/report.xlsx?{query}")
        assert response.status_code == 404, query
        assert response["Content-Type"].startswith("text/html"), query


@pytest.mark.parametrize("path", ["/nothing/", "/nothing.json", f"{HERE}/nothing/"])
def test_an_address_that_leads_nowhere(reader, path):
    response = reader.get(path)
    assert response.status_code == 404
    assert response["Content-Type"].startswith(
        "application/json" if path.endswith(".json") else "text/html"
    )


def test_what_was_asked_for_is_shown_as_text(plan, reader):
    page = reader.get(f"{HERE}/indicators/<script>alert(1)</script>/").content.decode()
    assert "<script>alert" not in page


# ------------------------------------------------------------------ the page and its data agree

_ROW = {
    "code", "name", "owner", "as_of_month", "achievement", "of_expected", "status", "measures",
    "milestone", "text",
}  # fmt: skip
_FIGURES = {
    "target", "result", "expected", "achievement", "of_expected", "numerator", "denominator",
}  # fmt: skip
_MEASURE = {"label", "unit", "kind", *_FIGURES}
_DECIMAL = re.compile(r"\d+\.\d\d")


@pytest.mark.parametrize("query", [AT, "?year=2567&month=5", "?year=2566&month=12"])
def test_the_shape_of_the_data(plan, reader, query):
    """The keys and types that the issue promises to whoever reads indicators.json."""
    samples(plan)
    content = reader.get(f"{HERE}/indicators.json{query}").json()
    assert set(content) == {
        "version", "agency", "plan", "plan_kind", "current", "labels", "month", "as_of",
        "known_on", "after_lock", "indicators",
    }  # fmt: skip
    assert len(content["indicators"]) == 19
    for row in content["indicators"]:
        assert set(row) >= _ROW
        assert row["status"] in STATUSES
        assert row["as_of_month"] is None or 1 <= row["as_of_month"] <= content["month"]["month"]
        for shown in (row["owner"], *row["text"].values()):
            assert shown is None or (isinstance(shown, str) and shown), row
        for key in ("achievement", "of_expected"):
            assert row[key] is None or _DECIMAL.fullmatch(row[key]), row
        assert row["measures"]
        for measure in row["measures"]:
            assert set(measure) == _MEASURE
            for key in _FIGURES:
                assert measure[key] is None or Decimal(measure[key]) >= 0


def test_an_empty_plan_has_no_figures(plan, reader):
    for row in reader.get(f"{HERE}/indicators.json{AT}").json()["indicators"]:
        shown = [row[key] for key in ("as_of_month", "achievement", "of_expected")]
        assert [*shown, row["text"]["result"]] == [None] * 4
        assert row["status"] in ("awaiting", "no_target")


def _code_of(links: list[str]) -> str | None:
    for link in links:
        if found := re.search(r"/indicators/([^/]+)/", link):
            return found[1]
    return None


@pytest.mark.parametrize("query", [AT, "?year=2567&month=5", "?year=2566&month=12"])
def test_the_table_shows_the_figures_of_the_data(plan, reader, query):
    samples(plan)
    data = reader.get(f"{HERE}/indicators.json{query}").json()["indicators"]
    page = Rows(reader.get(f"{HERE}/indicators/{query}").content.decode()).rows
    rows = {code: text for text, links in page if (code := _code_of(links))}
    assert list(rows) == [row["code"] for row in data]
    for row in data:
        text = rows[row["code"]]
        told = [row["text"][key] for key in ("target", "result", "expected")]
        for shown in (row["name"], row["achievement"], row["of_expected"], *told):
            assert shown is None or shown in text, (row["code"], shown)
        assert STATUS_SHAPES[row["status"]] in text, row["code"]


def test_the_overview_shows_the_figures_of_the_data(plan, reader):
    samples(plan)
    data = reader.get(f"{HERE}.json{AT}").json()
    html = reader.get(f"{HERE}/{AT}").content.decode()
    rows = {
        code: text
        for text, links in Rows(html).rows
        if (code := _code_of(links)) and len(links) >= 6
    }
    assert len(rows) == 19
    for row in data["indicators"]:
        text = rows[row["code"]]
        assert [year["year"] for year in row["years"]] == list(range(2566, 2571))
        for year in row["years"]:
            for key in ("result", "target"):
                assert year["text"][key] is None or year["text"][key] in text, row["code"]
            assert STATUS_SHAPES[year["status"]] in text
        current = next(year for year in row["years"] if year["year"] == 2567)
        assert current.pop("text").items() <= row["text"].items()
        assert {key: row[key] for key in current if key != "year"} == {
            key: value for key, value in current.items() if key != "year"
        }
    for part in data["strategies"]:
        assert part["mean_of_expected"] in html
    assert data["mean_of_expected"] in html


def test_every_page_gives_the_same_figures(plan, reader):
    """Strategy, indicator, unit and table: one indicator, one set of figures."""
    samples(plan)
    table = {
        row["code"]: row for row in reader.get(f"{HERE}/indicators.json{AT}").json()["indicators"]
    }
    seen: dict[str, list[dict[str, Any]]] = {code: [] for code in table}
    for number in (1, 2, 3, 4):
        content = reader.get(f"{HERE}/strategies/{number}.json{AT}").json()
        for issue in content["issues"]:
            for objective in issue["objectives"]:
                for row in objective["indicators"]:
                    seen[row["code"]].append(row)
    for unit in reader.get(f"{HERE}/units.json{AT}").json()["units"]:
        if unit["id"] is not None:
            for row in reader.get(f"{HERE}/units/{unit['id']}.json{AT}").json()["indicators"]:
                seen[row["code"]].append(row)
    for row in reader.get(f"{HERE}.json{AT}").json()["indicators"]:
        seen[row["code"]].append({key: row[key] for key in row if key != "years"})
    for code, row in table.items():
        content = reader.get(f"{HERE}/indicators/{code}.json{AT}").json()
        content["text"].pop("computed")  # told on its own page alone
        seen[code].append({key: content[key] for key in row})
        assert len(seen[code]) >= 3
        for shown in seen[code]:
            assert shown == row


def test_the_indicator_page_shows_months_history_and_how_it_was_computed(plan, reader, person):
    measure = indicator_of(plan, "S3-1.1").measures.get().pk
    entry = TargetEntry("numeric", {measure: (Decimal("66.5"), None, None, None)})
    retarget(person("planner-a", roles.PLANNER), plan, "S3-1.1", 2567, entry)
    enter(plan, "S3-1.1", 2566, 12, "57")
    enter(plan, "S3-1.1", 2567, 6, ("152", "200"))
    enter(plan, "S3-1.1", 2567, 12, "63", state="submitted", narrative="ทำแล้ว", problems="ไม่มี")
    content = reader.get(f"{HERE}/indicators/S3-1.1.json{AT}").json()
    months = {month["month"]["month"]: month for month in content["months"]}
    figures = {month: held["measures"][0] for month, held in months.items()}
    assert [figures[month]["result"] for month in (1, 6, 12)] == [None, "76", "63"]
    assert [months[month]["approved"] for month in (1, 6, 12)] == [False, True, False]
    assert figures[3]["expected"] == "66.5"
    assert content["trend_estimates"] == [
        {"label": None, "unit": "ร้อยละ", "kind": "percent", "year": 2570, "value": "81.0"}
    ]
    assert any("63 ÷ 66.5 × 100" in line for line in content["text"]["computed"])
    page = reader.get(f"{HERE}/indicators/S3-1.1/{AT}").content.decode()
    for text in ("ทำแล้ว", "ไม่มี", "81.0", "66.5", "ปรับตามมติ", *content["text"]["computed"]):
        assert escape(text) in page
    assert page.count("<svg") >= 2
    assert page.count("<details") >= 2  # a table under each chart


# ------------------------------------------------------------------------ filters and sorting


def codes(reader: Any, query: str) -> list[str]:
    content = reader.get(f"{HERE}/indicators.json{AT}&{query}").json()
    return [row["code"] for row in content["indicators"]]


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        pytest.param("strategy=2", ["S2-1.1", "S2-1.2", "S2-2.1", "S2-2.2"], id="strategy"),
        pytest.param("text=S4-1", ["S4-1.1", "S4-1.2", "S4-1.3"], id="code"),
        pytest.param("text=s4-1.1", ["S4-1.1"], id="code-in-small-letters"),
        pytest.param("text=S๔-๑.๑", ["S4-1.1"], id="code-in-thai-digits"),
        pytest.param("kind=level", ["S4-1.1"], id="kind"),
        pytest.param("kind=number&strategy=1", ["S1-1.1", "S1-3.1", "S1-4.1", "S1-5.1"], id="two"),
        pytest.param("status=no_target", ["S2-2.2", "S3-3.2", "S4-3.1"], id="status"),
        pytest.param("status=on_plan", [], id="none-in-that-status"),
        pytest.param("text=ไม่มีคำนี้", [], id="nothing-found"),
    ],
)
def test_filters(plan, reader, query, wanted):
    assert codes(reader, query) == wanted
    page = Rows(reader.get(f"{HERE}/indicators/{AT}&{query}").content.decode()).rows
    assert [code for _, links in page if (code := _code_of(links))] == wanted


def test_filter_by_unit(plan, reader):
    unit = Unit.objects.get(name="สำนักกฎหมาย")
    for code in ("S3-1.1", "S1-1.1"):
        indicator = indicator_of(plan, code)
        indicator.unit = unit
        record_save(instance=indicator, user=None)
    assert codes(reader, f"unit={unit.pk}") == ["S1-1.1", "S3-1.1"]
    assert len(codes(reader, "unit=null")) == 17


@pytest.mark.parametrize(
    ("sort", "first", "last"),
    [
        pytest.param("", "S1-1.1", "S4-3.1", id="none"),
        pytest.param("code", "S1-1.1", "S4-3.1", id="code"),
        pytest.param("-code", "S4-3.1", "S1-1.1", id="code-falling"),
        pytest.param("of_expected", "S3-1.2", None, id="rising-empty-last"),
        pytest.param("-unknown", "S1-1.1", "S4-3.1", id="unknown-is-by-code"),
    ],
)
def test_sorting(plan, reader, sort, first, last):
    enter(plan, "S3-1.1", 2567, 12, "65")
    enter(plan, "S3-1.2", 2567, 12, "20")
    found = codes(reader, f"sort={sort}")
    assert len(found) == 19
    assert found[0] == first
    assert last is None or found[-1] == last


def test_sorting_by_status_follows_the_fixed_order(plan, reader):
    samples(plan)
    content = reader.get(f"{HERE}/indicators.json{AT}&sort=status").json()["indicators"]
    order = [STATUSES.index(row["status"]) for row in content]
    assert order == sorted(order)
    assert len(set(order)) >= 3
