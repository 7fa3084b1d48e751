"""The log of changes: every history table, every filter, one act for one press."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime, timedelta
from io import BytesIO, StringIO
from itertools import product
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from kpis.models import Indicator, Result
from nhrc_plan.watch import log, sheets
from nhrc_plan.watch.log import LogPage, Place, log_page, log_rows
from nhrc_plan.watch.wanted import Wanted, way_to_plan
from strategy import access as roles
from strategy.models import Account, Agency, Plan, Unit
from strategy.people.write import person_save
from strategy.records.model import acting, history_models, one_act
from strategy.records.write import record_delete, record_save
from tests.support.crawling import one_of_each, problems
from tests.support.pages import DAY, HERE, enter, indicator_of
from tests.support.writing import differences, facts, filled, signed_in

PAGE = "/history/"
#: With a row of every kind of thing on it, a page asks no more often than this: three times over
#: all tables, then for each kind its rows, their names and each of its foreign keys.
CEILING = 12 + sum(
    2 + sum(field.is_relation for field in table.instance_type._meta.fields)
    for table in history_models()
)


@pytest.fixture
def watcher(plan: Plan, planner: Any, today: Any) -> Any:
    today(DAY)
    return signed_in(planner)


def read(client: Any, **query: Any) -> LogPage:
    answer = client.get(f"{PAGE}?{urlencode(query)}")
    assert answer.status_code == 200
    return answer.context["shown"]


def whole(wanted: Wanted) -> list[tuple[Any, int]]:
    """Every row of the log, page after page: (model, id of the history row)."""
    found, after = [], None
    while True:
        shown = log_page(wanted, after, size=400)
        found += shown.rows
        after = shown.older
        if after is None:
            return found


# ----------------------------------------------------------------------- every table, in order


@pytest.mark.parametrize("table", history_models(), ids=lambda table: table.__name__)
def test_every_history_table_is_in_the_log(plan: Plan, table: Any) -> None:
    """A row is put into the table itself, so that no model needs an example of its own."""
    source = table._default_manager.first()
    columns = (
        {}
        if source is None
        else {f.attname: getattr(source, f.attname) for f in table._meta.fields}
    )
    columns |= {"history_id": None, "history_date": datetime(2020, 1, 1, tzinfo=UTC)}
    columns |= {"history_change_reason": "เพื่อทดสอบ", "act": uuid4(), "history_type": "+"}
    if source is None:
        columns |= {"id": 1} | {
            field.attname: field.get_default() if field.has_default() else _anything(field)
            for field in table._meta.fields
            if field.attname not in columns and not field.null
        }
    kept = table(**columns)
    table._base_manager.bulk_create([kept])
    model = table.instance_type
    shown = log_page(Wanted(text="เพื่อทดสอบ", kind=model._meta.label_lower))
    assert [(row.model, row.object_id) for row in shown.rows] == [(model, columns["id"])]
    assert shown.rows[0].together == 1


def _anything(field: Any) -> Any:
    kinds = {"DateField": date(2024, 1, 1), "DateTimeField": datetime(2024, 1, 1, tzinfo=UTC)}
    text = {"CharField": "x", "TextField": "x", "SlugField": "x"}
    return {**kinds, **text}.get(field.get_internal_type(), 1)


def test_the_pages_hold_every_row_once_the_newest_first(plan: Plan) -> None:
    rows = whole(Wanted())
    assert len(rows) == sum(table._default_manager.count() for table in history_models())
    moments = [row.entry.when for row in rows]
    assert moments == sorted(moments, reverse=True)
    assert log_page(Wanted()).count == len(rows)
    assert [row.entry for row in log_rows(Wanted())] == [row.entry for row in rows]


def test_rows_of_one_moment_lose_none_between_pages(plan: Plan) -> None:
    """Many rows of many tables at the same moment: the place tells them apart."""
    moment = datetime(2030, 1, 1, tzinfo=UTC)
    with acting(user=None, reason="พร้อมกัน", when=lambda row: moment):
        for number in range(7):
            record_save(instance=Agency(slug=f"a{number}", name="ก"), user=None, reason="พร้อมกัน")
            record_save(
                instance=Unit(agency=plan.agency, name=f"หน่วย {number}"), user=None, reason="พร้อมกัน"
            )
    found, after = [], None
    while True:
        shown = log_page(Wanted(text="พร้อมกัน"), after, size=3)
        found += [(row.model, row.object_id) for row in shown.rows]
        after = shown.older
        if after is None:
            break
    assert len(found) == len(set(found)) == 14


def test_a_change_tells_before_and_after_and_why(plan: Plan, planner: Any) -> None:
    indicator = indicator_of(plan, "S3-1.1")
    before = indicator.name
    indicator.name = "ชื่อใหม่"
    record_save(instance=indicator, user=planner, reason="ตามมติ")
    row = log_page(Wanted(kind="kpis.indicator"), linked={Indicator}).rows[0]
    (change,) = row.changes
    assert (change.before, change.after) == (before, "ชื่อใหม่")
    assert (row.entry.who, row.entry.reason, row.name) == ("planner", "ตามมติ", str(indicator))
    assert row.address == reverse("admin:kpis_indicator_history", args=[indicator.pk])


# ----------------------------------------------------------------------------------- filters


def test_filters_combine(plan: Plan, planner: Any, auditor: Any, watcher: Any) -> None:
    agency = record_save(
        instance=Agency(slug="other", name="หน่วยงานอื่น"), user=planner, reason="ใหม่"
    )
    record_save(instance=indicator_of(plan, "S3-1.1"), user=planner, reason="เหตุเฉพาะ")
    record_save(instance=indicator_of(plan, "S1-2.1"), user=planner, reason="เหตุเฉพาะ")
    asked: dict[str, tuple[Any, Any]] = {
        "who": ("plann", lambda row: "plann" in row.entry.who),
        "kind": ("kpis.indicator", lambda row: row.code == "kpis.indicator"),
        "text": ("เหตุเฉพาะ", lambda row: "เหตุเฉพาะ" in row.entry.reason),
        "plan": (plan.slug, lambda row: (row.model, row.object_id) in of_plan),
    }
    every = whole(Wanted(accounts=False))
    of_plan = {
        (row.model, row.object_id)
        for row in every
        if (way := way_to_plan(row.model)) is not None
        and row.model.objects.filter(pk=row.object_id)
        .filter(**{"__".join([*way, "pk"]): plan.pk})
        .exists()
    }
    assert agency in {row.model.objects.filter(pk=row.object_id).first() for row in every[:3]}
    for chosen in product([False, True], repeat=len(asked)):
        on = {name: rule for use, (name, rule) in zip(chosen, asked.items(), strict=True) if use}
        shown = read(watcher, **{name: text for name, (text, _rule) in on.items()})
        expected = [row for row in every if all(rule(row) for _text, rule in on.values())]
        if "plan" in on:  # the other plan's rows have a way to a plan as well
            assert shown.count <= len(expected)
        else:
            assert shown.count == len(expected), on.keys()
    both = read(watcher, who="planner", kind="kpis.indicator", text="S3-1.1", plan=plan.slug)
    assert [row.entry.reason for row in both.rows] == ["เหตุเฉพาะ"]


@pytest.mark.parametrize("code", ["S3-1.1", "s3-1.1", "S๓-๑.๑"])
def test_a_thing_is_found_by_its_code_and_what_belongs_to_it_too(plan: Plan, code: str) -> None:
    result = enter(plan, "S3-1.1", 2567, 10, "50")
    enter(plan, "S3-1.2", 2567, 10, "50")
    found = {(row.model, row.object_id) for row in whole(Wanted(text=code))}
    assert (Indicator, result.indicator_id) in found
    assert {pk for model, pk in found if model is Result} == {result.pk}
    assert {pk for model, pk in found if model is Indicator} == {result.indicator_id}


def test_days_are_those_of_bangkok_both_included(plan: Plan, watcher: Any) -> None:
    """17:30 UTC is half past midnight of the next day in Bangkok."""
    for hour in (16, 17):
        moment = datetime(2024, 3, 31, hour, 30, tzinfo=UTC)
        with acting(user=None, reason="", when=lambda row, at=moment: at):
            record_save(instance=Agency(slug=f"at-{hour}", name="ก"), user=None, reason="กลางคืน")
    counts = [
        read(watcher, text="กลางคืน", first=first, last=last).count
        for first, last in [("31/03/2567", "31 มี.ค. 2567"), ("๑/๔/๒๕๖๗", ""), ("", "30/3/2567")]
    ]
    assert counts == [1, 1, 0]


@pytest.mark.parametrize(
    ("query", "field"),
    [({"first": "2024-01-01"}, "first"), ({"last": "31/02/2567"}, "last"), ({"kind": "x"}, "kind"),
     ({"plan": "none"}, "plan"), ({"act": "1"}, "act"),
     ({"first": "2/1/2567", "last": "1/1/2567"}, "last")],
)  # fmt: skip
def test_a_filter_that_cannot_be_is_refused_beside_its_field(
    watcher: Any, query: dict[str, str], field: str
) -> None:
    answer = watcher.get(f"{PAGE}?{urlencode(query)}")
    assert answer.status_code == 200
    assert list(answer.context["form"].errors) == [field]
    assert answer.context["shown"].rows == ()
    refused = watcher.get(f"/history.json?{urlencode(query)}")
    assert (refused.status_code, list(refused.json())) == (404, ["error"])
    assert watcher.get(f"/history.xlsx?{urlencode(query)}").status_code == 404


def test_what_was_deleted_is_found_by_plan_and_name(plan: Plan, planner: Any) -> None:
    result = enter(plan, "S3-1.1", 2567, 10, "50")
    record_delete(instance=result, user=planner, reason="ซ้ำ")
    (gone, *_rest) = whole(Wanted(kind="kpis.result", plan=plan, text="S3-1.1"))
    assert (gone.entry.kind, gone.entry.reason, gone.address) == ("-", "ซ้ำ", "")


def test_the_system_is_found_by_its_name(plan: Plan, planner: Any) -> None:
    record_save(instance=Agency(slug="other", name="ก"), user=planner, reason="")
    named = log_page(Wanted(who="ระบบ")).count
    assert named == log_page(Wanted()).count - 1


def test_every_kind_of_a_plan_has_a_way_to_it() -> None:
    ways = {
        table.instance_type._meta.label_lower: way_to_plan(table.instance_type)
        for table in history_models()
    }
    assert ways["strategy.plan"] == ()
    assert ways["kpis.result"] == ("indicator", "strategy", "plan")
    assert ways["strategy.unit"] is ways["integrity.itameasure"] is None


# --------------------------------------------------------------------------------------- acts


def test_one_press_is_one_act(plan: Plan, planner: Any, today: Any) -> None:
    """A form with rows below it: several tables, one act; the next press is another."""
    today(DAY)
    client = signed_in(planner)
    for name in ("first", "second"):
        answer = client.get(reverse("admin:strategy_agency_add"))
        form = filled(answer, slug=name, name=name)
        form |= {
            f"{fs.prefix}-{key}": 0
            for fs in _formsets(answer)
            for key in ("TOTAL_FORMS", "INITIAL_FORMS")
        }
        assert client.post(reverse("admin:strategy_agency_add"), form).status_code == 302
    acts = [row.act for row in whole(Wanted(kind="strategy.agency", who="planner"))]
    assert len(acts) == len(set(acts)) == 2
    assert None not in acts


def _formsets(answer: Any) -> list[Any]:
    return [inline.formset for inline in answer.context["inline_admin_formsets"]]


def test_what_is_nested_belongs_to_the_outer_act(plan: Plan, watcher: Any) -> None:
    with one_act():
        record_save(instance=Agency(slug="one", name="หนึ่ง"), user=None, reason="ก")
        with acting(user=None, reason="ข"):
            record_save(instance=Agency(slug="two", name="สอง"), user=None, reason="ข")
    record_save(instance=Agency(slug="three", name="สาม"), user=None, reason="ค")
    three, two, one = whole(Wanted(kind="strategy.agency"))[:3]
    assert one.act == two.act != three.act
    assert (one.together, three.together) == (2, 1)
    shown = read(watcher, act=one.act)
    assert {row.object_id for row in shown.rows} == {one.object_id, two.object_id}
    assert f"act={one.act}" in watcher.get(PAGE).content.decode()


def test_rows_from_before_acts_stand_alone(plan: Plan, opened_history: Any) -> None:
    table = Agency.history.model
    table._default_manager.update(act=None)
    row = whole(Wanted(kind="strategy.agency"))[0]
    assert (row.act, row.together) == (None, 0)


# ------------------------------------------------------------------------------------- readers


@pytest.mark.parametrize("path", ["/history/", "/history.json", "/history.xlsx", "/history.csv"])
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


@pytest.mark.parametrize("public", [False, True])
def test_nobody_reads_it_without_signing_in(
    plan: Plan, client: Any, settings: Any, public: bool
) -> None:
    settings.PUBLIC_READING = public
    assert client.get("/history.json").status_code == 401
    for path in ("/history/", "/history.xlsx", "/history.csv"):
        assert client.get(path).status_code == 302


def test_rows_link_to_what_their_reader_may_open(plan: Plan, person: Any, auditor: Any) -> None:
    """What has no list of its own, such as a measure, stands there without a link."""
    person("member", roles.REPORTER, "สำนักกฎหมาย")
    for who, kind, linked in (
        (auditor, "strategy.membership", True),
        (auditor, "kpis.measure", False),
        (person("other", roles.PLANNER), "kpis.indicator", True),
    ):
        assert bool(read(signed_in(who), kind=kind).rows[0].address) is linked


# ------------------------------------------------------------------------- odd input, size, files

ODD = ["", "-1", "๑๒", "9" * 4000, "a\x00b", "'", "%", "_", "💥", "\u202e", "=1+1", "S3-" + "9" * 30,
       "9999-9999", "2024-01-01", "31/12/2699", "kpis.result", "x_y_z", "2024-01-01T00:00:00+00:00_1_1",
       "9999-12-31T23:59:59+00:00_0_1", "0001-01-01T00:00:00+14:00_0_1"]  # fmt: skip
FIELDS = ["text", "who", "kind", "plan", "first", "last", "act", "after", "agency"]


@settings(max_examples=60, deadline=None, derandomize=True,
          suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])  # fmt: skip
@given(st.dictionaries(st.sampled_from(FIELDS), st.one_of(st.sampled_from(ODD), st.text(max_size=20))),
       st.sampled_from(["/history/", "/history.json", "/history.csv"]))  # fmt: skip
def test_odd_filters_never_end_in_an_error(watcher: Any, query: dict[str, str], path: str) -> None:
    encoded = urlencode({name: text.encode("utf-8", "replace") for name, text in query.items()})
    with transaction.atomic():
        assert watcher.get(f"{path}?{encoded}").status_code in (200, 404)


def test_a_place_is_read_as_it_was_written() -> None:
    place = Place(datetime(2024, 1, 1, 12, 0, 0, 5, tzinfo=UTC), 7, 12)
    assert Place.read(str(place)) == place
    assert Place.read("2024-01-01_1_1") is Place.read("") is Place.read("a_b") is None


def test_the_queries_do_not_grow_with_the_rows(plan: Plan, planner: Any) -> None:
    one_of_each(plan, planner)

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            log_page(Wanted(), size=400)
        return len(queries)

    before = asked()
    rows = [row for table in history_models() for row in table._default_manager.all()]
    for row in rows:
        for _copy in range(9):
            row.pk = None
            row.history_date -= timedelta(days=1)
            type(row)._base_manager.bulk_create([row])
    assert log_page(Wanted()).count == 10 * len(rows)
    assert asked() <= before <= CEILING


def test_words_that_could_run_are_shown_as_words(plan: Plan, planner: Any, watcher: Any) -> None:
    one_of_each(plan, planner)
    for path in (PAGE, f"{PAGE}?text=script", f"{HERE}/quality/"):
        assert problems(watcher.get(path)) == []


def test_a_file_holds_what_the_filters_leave_and_no_formula(plan: Plan, watcher: Any) -> None:
    nasty = '=HYPERLINK("http://x")'
    record_save(instance=Agency(slug="other", name=nasty), user=None, reason="@SUM(1)")
    content = watcher.get("/history.csv?kind=strategy.agency&text=SUM").content
    rows = list(csv.reader(StringIO(content.decode("utf-8-sig"))))
    assert len(rows) > 1
    assert all(not cell.startswith(("=", "+", "@")) for row in rows for cell in row)
    assert f"'{nasty}" in {cell for row in rows for cell in row}
    answer = watcher.get("/history.xlsx?kind=strategy.agency&text=SUM")
    sheet = load_workbook(BytesIO(answer.content)).worksheets[0]
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert nasty in {cell.value for cell in cells}
    assert {cell.data_type for cell in cells} <= {"s", "n"}


def test_a_file_that_is_too_long_says_so(plan: Plan, monkeypatch: Any) -> None:
    for module in (log, sheets):
        monkeypatch.setattr(module, "IN_A_FILE", 10)
    text = sheets.log_file(Wanted(kind="kpis.indicator"), "csv").decode("utf-8-sig")
    assert len({row[3] for row in csv.reader(StringIO(text))}) == 12  # the head and the last line
    last = text.strip().splitlines()[-1]
    assert "10" in last
    assert str(Indicator.history.count()) in last
    assert sheets.log_file(Wanted(kind="strategy.plan"), "csv").decode().count("10 จาก") == 0


def test_what_was_done_to_accounts_is_for_auditors(
    plan: Plan, planner: Any, auditor: Any, person: Any, django_user_model: Any
) -> None:
    """Planners keep the plan, not the accounts: the admin denies them these as well."""
    boss = person("boss", roles.ADMINISTRATOR)
    new = django_user_model(username="somebody", email="somebody@example.org")
    person_save(person=new, user=boss, roles=[roles.EXECUTIVE], units=[])
    label = Account._meta.label_lower

    def found(user: Any) -> set[type]:
        return {row.model for row in read(signed_in(user)).rows}

    assert Account in found(auditor)
    assert Account not in found(planner)
    client = signed_in(planner)
    assert client.get("/history.json", {"kind": label}).status_code == 404
    assert "somebody@example.org" not in client.get("/history.json").content.decode()
