"""A page read as of an earlier day: what was known at its end, judged by the rules of that day."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal as D
from html import unescape
from io import BytesIO
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from budgets.models import Disbursement, Project, SpendingTarget
from budgets.write.disbursements import DisbursementEntries, DisbursementEntry
from integrity.models import ItaAssessment
from kpis.models import Baseline, Indicator, LevelCriterion, Measure, Result
from kpis.write.targets import TargetEntry
from strategy.evidence.entry import EvidenceEntry
from strategy.known import reading
from strategy.known.reading import as_known, known_day
from strategy.models import Objective, Plan, ReportingYear, Strategy, Unit
from strategy.records.model import history_models
from strategy.records.write import record_delete, record_save
from tests.support.pages import HERE, SLUG, enter, flat, reading_routes, retarget, samples
from tests.support.writing import indicator_of, measure_of, progress, signed_in

pytestmark = pytest.mark.django_db

#: Everything that a test begins with was written long ago; at the end of BEFORE it is looked at,
#: on AFTER something is changed.
LONG_AGO, BEFORE, AFTER = date(2022, 10, 3), date(2024, 10, 20), date(2024, 10, 24)
AS_OF = "as_of=2567-10-20"
MONTH = "year=2567&month=12"
On = Callable[[date], AbstractContextManager[None]]


@pytest.fixture
def on(monkeypatch: pytest.MonkeyPatch) -> On:
    """Everything written inside is recorded as of noon, UTC, of a day."""

    @contextmanager
    def stopped(day: date) -> Iterator[None]:
        moment = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
        with monkeypatch.context() as patch:
            patch.setattr("strategy.records.model.timezone.now", lambda: moment)
            yield

    return stopped


@pytest.fixture
def sampled(plan: Plan, opened_history: None, today: Callable[[date], date]) -> Plan:
    """The plan with its samples, all of it written long ago."""
    samples(plan)
    lines = dict(zip(("q1", "q2", "q3", "q4"), (D(27), D(52), D(75), D(93)), strict=True))
    record_save(instance=SpendingTarget(agency=plan.agency, fiscal_year=2567, **lines), user=None)
    # Two indicators are not reported, one of them without a unit; one is not approved.
    silent = indicator_of(plan, "S3-3.1")
    for indicators in (Indicator.objects, Indicator.history):
        indicators.filter(id=silent.pk).update(unit_id=None)
    for rows in (Result.objects, Result.history):
        for row in (silent, indicator_of(plan, "S4-1.3")):
            rows.filter(indicator=row, fiscal_year=2567).delete()
        waiting = rows.filter(indicator=indicator_of(plan, "S3-1.1"), fiscal_year=2567)
        waiting.update(state="submitted")
    moment = datetime(LONG_AGO.year, LONG_AGO.month, LONG_AGO.day, tzinfo=UTC)
    for model in history_models():
        model._base_manager.update(history_date=moment)
    today(BEFORE)
    return plan


def data(client: Any, path: str) -> dict[str, Any]:
    """A page's rows, but for the day as of which they were read."""
    answer = client.get(path)
    assert answer.status_code == 200, answer.content.decode()
    return {name: held for name, held in answer.json().items() if name != "known_on"}


def beside(path: str, *queries: str) -> str:
    """An address with what is asked of it."""
    return path + ("&" if "?" in path else "?") + "&".join(filter(None, queries))


# ------------------------------------------------------------------- all pages, and how they ask


def test_nothing_changed_since_every_page_is_as_it_stands_with_as_many_queries(
    sampled, client, planner
):
    client.force_login(planner)
    seen = 0
    for route in reading_routes(sampled):
        if not route.is_data or route.name in ("plans_data", "my_work_data"):
            continue
        month = MONTH if route.has_month else ""
        found, counts = [], []
        for day in ("", AS_OF):
            path = beside(route.path, month, day)
            client.get(path)
            with CaptureQueriesContext(connection) as asked:
                found.append(data(client, path))
            counts.append(len(asked))
        assert found[0] == found[1], route.name
        assert counts[0] == counts[1], route.name
        seen += 1
    assert seen > 15


@pytest.mark.same
def test_rows_changed_twenty_times_cost_no_query_more(sampled, client, planner, on, today):
    def count(path: str) -> int:
        client.get(path)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(path).status_code == 200
        return len(asked)

    client.force_login(planner)
    today(AFTER)
    paths = [
        beside(f"{HERE}{page}", MONTH, AS_OF)
        for page in (".json", "/indicators/S3-1.1/", "/budgets/1-1/", "/value/", "/map/", "/steps/")
    ]
    once = [count(path) for path in paths]
    indicator = indicator_of(sampled, "S3-1.1")
    project = Project.objects.get(strategy__plan=sampled, strategy__number=1, number=1)
    for day in (date(2024, 10, 19), AFTER):
        with on(day):
            for turn in range(10):
                correct(indicator, 12, str(60 + turn))
                spend(project, 12, str(1000 + turn))
                indicator.weight = D(2 + turn)
                record_save(instance=indicator, user=planner, reason="ปรับน้ำหนัก")
    assert [count(path) for path in paths] == once


def test_each_entry_is_found_by_an_index(sampled, client, planner, on, today):
    """No statement of a page reads a history from end to end."""
    client.force_login(planner)
    today(AFTER)
    plans = []

    def explained(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if "_historical" in sql:
            kind = "EXPLAIN QUERY PLAN " if connection.vendor == "sqlite" else "EXPLAIN "
            with connection.cursor() as cursor:
                # What is best for a table of few rows is not the question.
                if connection.vendor == "postgresql":
                    cursor.cursor.execute("SET LOCAL enable_seqscan = off")
                told = cursor.cursor
                told.execute(kind + sql, params)
                plans.append("\n".join(str(row[-1]) for row in told.fetchall()))
        return execute(sql, params, many, context)

    def read(execute: Any, *asked: Any) -> Any:
        return original(lambda *more: explained(execute, *more), *asked)

    original = reading._read
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "_read", read)
        for page in ("", "/indicators", "/budgets", "/value", "/board"):
            assert client.get(beside(f"{HERE}{page}.json", MONTH, AS_OF)).status_code == 200
    # And so it is for what the board page compares with the month before.
    with connection.execute_wrapper(explained):
        assert client.get(beside(f"{HERE}/board.json", MONTH)).status_code == 200
    assert len(plans) > 30
    whole = re.compile(r"SCAN (?:main\.)?\w*_historical|SCAN [hl]\b|Seq Scan on \w*_historical")
    found = [line for plan in plans for line in plan.splitlines() if whole.search(line)]
    assert found == []


# -------------------------------------------------------- the rules and the figures of that day


def correct(indicator: Indicator, month: int, figure: str, **more: Any) -> Result:
    plan = indicator.strategy.plan
    kept = Result.objects.filter(indicator=indicator, fiscal_year=2567, month=month).first()
    version = kept.version if kept else None
    return enter(plan, indicator.code, 2567, month, figure, expected_version=version, **more)


def spend(project: Project, month: int, disbursed: str) -> Disbursement:
    kept = Disbursement.objects.filter(project=project, fiscal_year=2567, month=month).first()
    entry = DisbursementEntry(
        project, 2567, month, D(disbursed), D(0), reason="แก้ตามหลักฐาน",
        expected_version=kept.version if kept else None,
    )  # fmt: skip
    return DisbursementEntries.record(user=None, entry=entry, today=date(2030, 1, 1))


def taken_back(result: Result) -> None:
    record_delete(instance=result, user=None, reason="ผิดตัวชี้วัด")


def saves(find: Callable[[], Any], **fields: Any) -> Callable[[Any], None]:
    """A change that saves fields of a row."""

    def change(user: Any) -> None:
        row = find()
        for name, value in fields.items():
            setattr(row, name, value)
        record_save(instance=row, user=user, reason="ปรับตามมติ")

    return change


def plan_() -> Plan:
    return Plan.objects.get(slug=SLUG)


def scorecard() -> Plan:
    return Plan.objects.get(kind=Plan.Kind.SCORECARD)


def indicator() -> Indicator:
    return indicator_of(plan_(), "S3-1.1")


def project() -> Project:
    return Project.objects.get(strategy__plan=plan_(), strategy__number=1, number=1)


def criterion() -> LevelCriterion:
    return LevelCriterion.objects.filter(
        indicator__strategy__number=1, indicator__number=2, level=2, threshold__isnull=False
    ).get()


def second_measure(user: Any) -> None:
    measure = Measure(indicator=indicator(), position=2, kind="number", unit_label="เรื่อง")
    record_save(instance=measure, user=user, reason="เพิ่มสิ่งที่วัด")


def new_target(user: Any) -> None:
    measure = indicator().measures.get()
    retarget(user, plan_(), "S3-1.1", 2567, TargetEntry("numeric", {measure.pk: (D(90),) * 4}))


def new_baseline(user: Any) -> None:
    measure = indicator_of(plan_(), "S2-2.1").measures.get()
    held = Baseline(measure=measure, value=D(40), source="รายงาน", fiscal_year=2566, month=1)
    record_save(instance=held, user=user, reason="ได้ข้อมูลพื้นฐาน")


def new_lines(user: Any) -> None:
    lines = SpendingTarget.objects.filter(fiscal_year=2567).first()
    lines.q4 = D(55)
    lines.q3 = D(50)
    lines.q2 = D(40)
    lines.q1 = D(30)
    record_save(instance=lines, user=user, reason="มติคณะรัฐมนตรี")


def new_links(user: Any) -> None:
    row = project()
    links = {
        "objectives": list(Objective.objects.filter(strategy=row.strategy)[:2]),
        "supporting_units": list(Unit.objects.filter(agency=plan_().agency_id)[5:7]),
    }
    record_save(instance=row, user=user, reason="เชื่อมโยง", links=links)


def answered(user: Any) -> None:
    from integrity.self_assessments.models import Answer

    answer = Answer.objects.filter(level__isnull=False).first()
    answer.level = 0 if answer.level else 1
    record_save(instance=answer, user=user, reason="แก้คำตอบ")


def assessment_page_() -> str:
    from integrity.self_assessments.models import Answer

    pk = Answer.objects.filter(level__isnull=False).first().assessment_id
    return f"/integrity/assessments/{pk}.json"


def reported(user: Any) -> None:
    measure = measure_of(2566, "2.2")
    letter = EvidenceEntry("letter", number="สม 0001/1", text="รายงาน")
    progress(measure, 1, "done", "เสร็จแล้ว", evidence=(letter,))


#: What is changed afterwards, and the page that shows it.
CHANGES: dict[str, tuple[Callable[[Any], None], str]] = {
    "bands": (saves(plan_, band_near=D("98"), band_at_risk=D("97")), f"{HERE}.json"),
    "what counts": (saves(plan_, approved_only=True), f"{HERE}.json"),
    "direction": (saves(indicator, direction="lower"), f"{HERE}/indicators/S3-1.1.json"),
    "accrual": (
        saves(lambda: indicator_of(plan_(), "S1-1.1"), accrual="rate"),
        f"{HERE}/indicators.json",
    ),
    "weight": (saves(indicator, weight=D(9)), f"{HERE}.json"),
    "target": (new_target, f"{HERE}/indicators.json"),
    "measures": (second_measure, f"{HERE}/indicators/S3-1.1.json"),
    "baseline": (new_baseline, f"{HERE}/indicators/S2-2.1.json?year=2566&month=3"),
    "a figure": (lambda user: correct(indicator(), 12, "11"), f"{HERE}/board.json"),
    "a figure taken back": (
        lambda user: taken_back(indicator().results.get(fiscal_year=2567, month=12)),
        f"{HERE}/map.json",
    ),
    "money": (lambda user: spend(project(), 12, "77"), f"{HERE}/value.json"),
    "lines of spending": (new_lines, f"{HERE}/budgets.json"),
    "budget": (
        saves(lambda: project().budgets.get(fiscal_year=2567), plan_amount=D(9_000_000)),
        f"{HERE}/budgets/1-1.json",
    ),
    "links": (new_links, f"{HERE}/value.json"),
    "supporting units": (new_links, f"{HERE}/budgets/units.json"),
    "reporting day": (
        lambda user: record_save(
            instance=ReportingYear(agency=plan_().agency, fiscal_year=2567, deadline_day=28),
            user=user,
            reason="เลื่อนวันรายงาน",
        ),
        f"{HERE}/units.json",
    ),
    "names": (saves(plan_, name="แผนชื่อใหม่", vision="อื่น"), f"{HERE}/about.json"),
    "scale": (
        saves(scorecard, scale="50/60/70/80/100"),
        "/plans/{scorecard}/indicators.json",
    ),
    "level criterion": (saves(criterion, threshold=D(99)), "/plans/{scorecard}/indicators.json"),
    "ITA": (
        saves(lambda: ItaAssessment.objects.get(fiscal_year=2564), published_total=D("50.00")),
        "/integrity/ita/2564.json",
    ),
    "a measure's quarter": (reported, "/integrity/measures/2566.json"),
    "an answer": (answered, "{assessment}"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_what_was_changed_afterwards_is_as_it_was_and_without_the_history_is_not(
    what, sampled, client, planner, on, today, monkeypatch
):
    change, page = CHANGES[what]
    page = page.format(scorecard=scorecard().slug, assessment=assessment_page_())
    month = MONTH if page.startswith(HERE) and "?" not in page else ""
    client.force_login(planner)
    before = data(client, beside(page, month))
    with on(AFTER):
        change(planner)
    today(AFTER)
    now = data(client, beside(page, month))
    assert data(client, beside(page, month, AS_OF)) == before
    assert now != before
    # Without the tables as they were, today's would be shown under the earlier day.
    monkeypatch.setattr(reading, "tables_named", lambda sql: frozenset())
    assert data(client, beside(page, month, AS_OF)) != before


def test_the_end_of_the_day_counts_in_bangkok(sampled, client, planner, monkeypatch, today):
    """16:59 UTC is 23:59 in Bangkok; a minute later is the next day."""
    client.force_login(planner)
    today(AFTER)
    path = beside(f"{HERE}/indicators/S3-1.1.json", MONTH, AS_OF)
    before = data(client, path)
    for minute, seen in ((59, True), (60, False)):
        moment = datetime(2024, 10, 20, 16 + minute // 60, minute % 60, tzinfo=UTC)
        row = indicator()
        with monkeypatch.context() as patch:
            patch.setattr("strategy.records.model.timezone.now", lambda at=moment: at)
            row.weight = D(3) + minute
            record_save(instance=row, user=planner, reason="ปรับน้ำหนัก")
        found = data(client, path)
        assert (found != before) is seen
        before = found


# ------------------------------------------------------------------ what was not there, and drafts


def test_what_did_not_exist_is_not_there_and_what_was_deleted_is(
    sampled, client, planner, on, today
):
    client.force_login(planner)
    objective = Objective.objects.filter(strategy__plan=sampled).first()
    gone = indicator_of(sampled, "S3-1.1")
    with on(AFTER):
        new = Indicator(
            strategy=objective.strategy, objective=objective, number="9.9", position=99,
            name="ใหม่", accrual="rate",
        )  # fmt: skip
        record_save(instance=new, user=planner)
        for row in gone.results.all():
            taken_back(row)
    today(AFTER)
    path = f"{HERE}/indicators/{new.code}"
    assert client.get(path + "/").status_code == 200
    missing = client.get(beside(path + "/", AS_OF))
    assert missing.status_code == 404
    assert "ดูตามที่เป็นอยู่ตอนนี้" in missing.content.decode()
    listed = data(client, beside(f"{HERE}/indicators.json", MONTH, AS_OF))["indicators"]
    assert new.code not in {row["code"] for row in listed}
    assert [row["text"]["result"] for row in listed if row["code"] == gone.code] != [None]


def test_a_draft_of_then_did_not_count_then_and_whoever_may_see_now_is_asked_now(
    sampled, planner, outsider, on, today
):
    """A draft entered before and handed in afterwards counts today, and not as of then."""
    silent = indicator_of(sampled, "S3-3.1")
    with on(date(2024, 10, 18)):
        correct(silent, 12, "3", state="draft", narrative="ร่างที่ยังไม่ส่ง")
    with on(AFTER):
        correct(silent, 12, "3", state="submitted", narrative="ส่งแล้ว")
    today(AFTER)
    for who in (planner, outsider):
        reader, shown = signed_in(who), {}
        for day in ("", AS_OF):
            listed = data(reader, beside(f"{HERE}/indicators.json", MONTH, day))["indicators"]
            row = next(row for row in listed if row["code"] == silent.code)
            shown[day] = row["text"]["result"], row["status"]
        assert shown == {"": ("3", "at_risk"), AS_OF: (None, "awaiting")}
        html = reader.get(beside(f"{HERE}/indicators/S3-3.1/", MONTH, AS_OF)).content.decode()
        assert ("ร่างที่ยังไม่ส่ง" in html) is (who == planner)


# ---------------------------------------------------------------------- days that cannot be read


def test_a_day_before_the_first_record_says_so_calmly(sampled, client, planner):
    client.force_login(planner)
    for page in (f"{HERE}/", f"{HERE}/board/", "/integrity/ita/"):
        answer = client.get(beside(page, "as_of=2565-10-01"))
        text = answer.content.decode()
        assert answer.status_code == 404
        assert "1 ตุลาคม 2565" in text and "3 ตุลาคม 2565" in text
        assert f'href="{page}?as_of=2565-10-03"' in text and f'href="{page}"' in text
    for page in (f"{HERE}.json", "/integrity/ita.json"):
        answer = client.get(beside(page, "as_of=2565-10-01"))
        assert (answer.status_code, "3 ตุลาคม 2565" in answer.json()["error"]) == (404, True)


@pytest.mark.same
@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("2567-10-21", "ยังไม่มาถึง"),
        ("20/10/2024", "2567"),
        ("2024-10-20", "2567"),
        ("20/10/67", "67"),
        ("เมื่อวาน", "เมื่อวาน"),
        ("31/02/2567", "31/02/2567"),
        ("\x00", "ไม่ใช่วันที่ที่ชัดเจน"),
    ],
)
def test_a_day_that_is_unclear_or_has_not_come_is_refused_in_words(
    typed, said, sampled, client, planner
):
    client.force_login(planner)
    for page in (f"{HERE}/", f"{HERE}.json", f"{HERE}/board.xlsx", "/integrity/measures/"):
        answer = client.get(page, {"as_of": typed})
        assert answer.status_code == 404
        assert said in answer.content.decode()


@pytest.mark.same
@pytest.mark.parametrize("typed", ["20/10/2567", "20 ต.ค. 2567", "๒๐ ตุลาคม ๒๕๖๗", "2567-10-20"])
def test_days_are_typed_as_everywhere(typed, sampled, client, planner):
    client.force_login(planner)
    answer = client.get(f"{HERE}.json", {"as_of": typed})
    assert answer.json()["known_on"] == "2024-10-20"
    assert client.get(f"{HERE}.json", {"as_of": " "}).json()["known_on"] is None


@pytest.mark.same
def test_pages_of_what_is_to_be_done_now_refuse_a_day(sampled, planner):
    reader = signed_in(planner)
    for page in ("/my-work/", "/my-work.json", "/history/", "/history.xlsx", "/plans/",
                 f"{HERE}/quality/", f"{HERE}/quality.json", "/evidence/0123/"):  # fmt: skip
        answer = reader.get(beside(page, AS_OF))
        assert answer.status_code == 404, page
        assert "ตามที่ทราบ ณ วันใดวันหนึ่ง" in answer.content.decode(), page


# ------------------------------------------------------------------------- the band and the links


def links(html: str) -> Iterator[str]:
    """Where a page leads; a form that is read (GET) brings its day as a field."""
    html = re.sub(r'<form[^>]*method="get"[^>]*>', "", html)
    return (unescape(found) for found in re.findall(r'(?:href|action)="([^"]*)"', html))


@pytest.mark.same
def test_the_band_says_so_and_every_link_of_the_site_keeps_the_day(sampled, client, planner, today):
    client.force_login(planner)
    today(AFTER)
    without = ("/static/", "/logout/", "/password/", "/my-work/", "/plans/?", "/admin/", "/search/",
               "/language/", "/api/", "/disclosure/")  # fmt: skip
    crawled = 0
    for route in reading_routes(sampled):
        if not route.is_page or route.name in ("plans", "my_work") or "disclosure" in route.name:
            continue
        page = beside(route.path, MONTH if route.has_month else "", AS_OF)
        html = client.get(page).content.decode()
        assert "ข้อมูลตามที่ทราบ ณ วันที่ 20 ตุลาคม 2567" in html, route.name
        now = page.replace(AS_OF, "").rstrip("?&")
        assert f'href="{now}"' in unescape(html), route.name
        for link in links(html):
            place = urlsplit(link)
            if place.netloc or (not place.path and not place.query) or link in (now, "/"):
                continue
            assert not link.startswith("/admin/") or link == "/admin/", (route.name, link)
            if link.startswith(without) or link == "/plans/" or "/quality/" in link:
                assert "as_of" not in link, (route.name, link)
                continue
            assert parse_qs(place.query).get("as_of") == ["2567-10-20"], (route.name, link)
            crawled += 1
        for form in re.findall(r'<form method="get".*?</form>', flat(html), re.S):
            assert 'name="as_of"' in form, route.name
    assert crawled > 200


@pytest.mark.same
def test_pages_as_they_stand_have_no_band(sampled, client, planner):
    client.force_login(planner)
    html = client.get(f"{HERE}/").content.decode()
    assert "ข้อมูลตามที่ทราบ" not in html
    assert "as_of=" not in html


@pytest.mark.same
def test_workbooks_say_the_day_and_are_named_by_it(sampled, client, planner, today):
    client.force_login(planner)
    today(AFTER)
    for page in (f"{HERE}/board.xlsx", f"{HERE}/report.xlsx", "/integrity/ita/2564.xlsx",
                 "/integrity/measures/2566.xlsx",
                 assessment_page_().replace(".json", ".xlsx")):  # fmt: skip
        answer = client.get(beside(page, AS_OF))
        assert unquote(answer["Content-Disposition"]).endswith(" 20 ต.ค. 2567.xlsx")
        book = load_workbook(BytesIO(answer.content), read_only=True)
        words = [
            str(cell) for row in book.worksheets[0].iter_rows(values_only=True) for cell in row
        ]
        assert any("ข้อมูลตามที่ทราบ ณ วันที่ 20 ตุลาคม 2567" in word for word in words), page
        plain = client.get(page)
        assert "2567.xlsx" not in unquote(plain["Content-Disposition"])


# ------------------------------------------------------------------------------------ the toolkit


def test_nothing_is_written_inside_and_all_is_as_it_stands_outside(sampled, planner, on):
    row = Strategy.objects.filter(plan=sampled).first()
    with as_known(BEFORE):
        assert known_day() == BEFORE
        with pytest.raises(RuntimeError, match="cannot be written"), transaction.atomic():
            Strategy.objects.filter(pk=row.pk).update(name="อื่น")
        with as_known(None):
            assert known_day() is None
    assert known_day() is None
    with on(AFTER):
        row.name = "ชื่อใหม่"
        record_save(instance=row, user=planner)
    with as_known(BEFORE):
        assert Strategy.objects.get(pk=row.pk).name != "ชื่อใหม่"
    assert Strategy.objects.get(pk=row.pk).name == "ชื่อใหม่"


def test_links_told_by_name_alone_are_those_there_are_now(sampled):
    """Entries from before links were kept by key."""
    row = project()
    now = list(row.leads.order_by("position").values_list("unit_id", "position"))
    for entry in Project.history.filter(id=row.pk):
        details = {name: told for name, told in entry.details.items() if name != "links"}
        Project.history.filter(pk=entry.pk).update(details=details)
    with as_known(BEFORE):
        then = row.leads.order_by("position").values_list("unit_id", "position")
        assert list(then) == now != []


def test_a_deleted_row_is_there_until_the_day_it_went(sampled, planner, on):
    lines = SpendingTarget.objects.filter(fiscal_year=2567).first()
    pk = lines.pk
    with on(AFTER):
        record_delete(instance=lines, user=planner, reason="ยกเลิกมติ")
    with as_known(BEFORE):
        assert SpendingTarget.objects.filter(pk=pk).exists()
    with as_known(AFTER):
        assert not SpendingTarget.objects.filter(pk=pk).exists()
