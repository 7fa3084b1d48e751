"""Resolutions on their pages, on those of others, on the board's page and pack, in My work."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import gettext
from openpyxl import load_workbook

from integrity.models import ItaMeasure
from nhrc_plan.meetings.read import board_report
from nhrc_plan.meetings.resolutions import rules
from nhrc_plan.meetings.resolutions.models import Resolution
from nhrc_plan.meetings.resolutions.read import plan_resolutions
from nhrc_plan.meetings.workbook import board_pack
from strategy import access as roles
from strategy.calendar import FiscalMonth
from strategy.models import Account, Membership, Unit
from strategy.people.write import person_save
from strategy.records.write import record_save
from tests.support.pages import HERE, flat
from tests.support.resolutions import DUE, meeting_of, resolved, take
from tests.support.writing import (
    OTHER,
    OWN,
    differences,
    facts,
    filled,
    indicator_of,
    led_by,
    signed_in,
)

pytestmark = [pytest.mark.django_db, pytest.mark.same]

AT = FiscalMonth(2568, 7)
MONTH = "?year=2568&month=7"
#: Wednesday, three working days after DUE.
TODAY = date(2025, 6, 4)
PAYLOADS = ["=1+1", "+1+1", "-1+1", "@SUM(1)", "=cmd|' /C calc'!A1", "\t=1+1"]


@pytest.fixture(autouse=True)
def on_the_day(today):
    today(TODAY)


@pytest.fixture
def meeting(plan):
    return meeting_of(plan)


@pytest.fixture
def several(meeting, plan, planner, reporter):
    """Late, answered, in time, settled; about an indicator, a project, a measure, the plan."""
    rows = {
        "late": resolved(meeting, "3.1", indicator=indicator_of(plan, "S3-1.1")),
        "answered": resolved(meeting, "3.2", project=led_by(OWN)),
        "ahead": resolved(meeting, "3.3", OTHER, first_due_on=date(2025, 9, 1)),
        "closed": resolved(meeting, "3.4", measure=ItaMeasure.objects.get(
            issue__year__fiscal_year=2566, number="2.2"
        )),
        "cancelled": resolved(meeting, "3.10", OTHER),
    }  # fmt: skip
    take(rows["answered"], rules.ANSWER, reporter, "ส่งแผนแล้ว")
    take(rows["closed"], rules.ANSWER, reporter, "ดำเนินการแล้วเสร็จ")
    take(rows["closed"], rules.CLOSING, planner, "ที่ประชุมรับทราบ")
    take(rows["cancelled"], rules.CANCELLING, planner, "ซ้ำกับข้อ 3.1")
    return rows


def step_of(row, kind):
    return reverse(f"admin:board_resolution_{kind}", args=[row.pk])


# --------------------------------------------------------------------------------- its own pages


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["3.1", "3.2", "3.4", "3.10", "3.3"]),
        ("&state=unsettled", ["3.1", "3.2", "3.3"]),
        ("&state=late", ["3.1"]),
        ("&state=answered", ["3.2"]),
        ("&state=closed", ["3.4"]),
        ("&state=cancelled", ["3.10"]),
        ("&unit=OTHER", ["3.10", "3.3"]),
        ("&unit=OTHER&state=unsettled", ["3.3"]),
        ("&meeting=THIS", ["3.1", "3.2", "3.4", "3.10", "3.3"]),
        ("&unit=99999", []),
        ("&meeting=x%00", []),
        ("&state=<b>", []),
    ],
)
def test_the_list_is_filtered_and_its_data_are_the_same(several, meeting, planner, query, found):
    other = Unit.objects.get(name=OTHER).pk
    query = MONTH + query.replace("OTHER", str(other)).replace("THIS", str(meeting.pk))
    client = signed_in(planner)
    page = client.get(f"{HERE}/resolutions/{query}")
    told = client.get(f"{HERE}/resolutions.json{query}").json()
    assert [row.number for row in page.context["filters"].rows] == found
    assert [row["item"] for row in told["resolutions"]] == found
    assert told["count"] == len(found)
    text = page.content.decode()
    addresses = {
        row.number: reverse("resolution", args=[meeting.plan.slug, row.pk])
        for row in several.values()
    }
    assert {number for number, path in addresses.items() if path in text} == set(found)


def test_kept_on_time_stands_under_the_list(several, planner):
    """The answers came today (of the machine), after the first date: none was kept."""
    client = signed_in(planner)
    page = client.get(f"{HERE}/resolutions/{MONTH}")
    (line,) = page.context["kept"]
    assert (line.unit, line.quarters[2], line.whole.percent) == (OWN, (0, 3), 0)
    told = client.get(f"{HERE}/resolutions.json{MONTH}").json()["kept"]
    assert [(row["quarter"], row["kept"], row["promised"], row["percent"]) for row in told] == [
        (1, 0, 0, None), (2, 0, 0, None), (3, 0, 3, "0.00"), (4, 0, 0, None), (None, 0, 3, "0.00"),
    ]  # fmt: skip


def test_one_shows_what_was_done_about_it(several, planner, meeting):
    row = several["closed"]
    client = signed_in(planner)
    path = reverse("resolution", args=[meeting.plan.slug, row.pk])
    text = flat(client.get(path).content.decode())
    for words in ("ดำเนินการแล้วเสร็จ", "ที่ประชุมรับทราบ", "reporter", "planner"):
        assert words in text
    told = client.get(path[:-1] + ".json").json()
    assert [(step["step"], step["text"]["said"]) for step in told["steps"]] == [
        ("answer", "ดำเนินการแล้วเสร็จ"), ("closing", "ที่ประชุมรับทราบ"),
    ]  # fmt: skip
    assert (told["state"], told["about"]) == ("closed", {"about_kind": "measure", "code": "2.2"})
    assert client.get(f"{HERE}/resolutions/{row.pk + 999}/").status_code == 404
    assert client.get(f"{HERE}/resolutions/{2**70}/").status_code == 404


def test_resolutions_are_for_those_who_sign_in(several, client, settings, person, meeting):
    settings.PUBLIC_READING = True
    user = person_save(
        person=person("named-person", roles.REPORTER), roles=[roles.REPORTER],
        units=Unit.objects.filter(name=OWN), user=None,
    )  # fmt: skip
    row = several["closed"]
    row.refresh_from_db()
    row.person = Account.objects.get(user=user)
    record_save(instance=row, user=None)
    paths = [reverse("resolution", args=[meeting.plan.slug, row.pk]), f"{HERE}/resolutions/"]
    for path in paths:
        for each in (path, path[:-1] + ".json"):
            assert client.get(each).status_code in (302, 401)
            assert "named-person" in signed_in(user).get(each).content.decode()


@pytest.mark.parametrize(
    ("who", "kinds"),
    [
        ("planner", {"answer", "postponed", "cancelling"}),
        ("reporter", {"answer"}),
        ("outsider", set()),
        ("executive", set()),
        ("auditor", set()),
    ],
)
def test_buttons_for_who_may(request, several, meeting, who, kinds):
    row = several["late"]
    page = signed_in(request.getfixturevalue(who)).get(
        reverse("resolution", args=[meeting.plan.slug, row.pk])
    )
    assert {kind for kind, _word, _address in page.context["steps"]} == kinds
    assert {kind for kind in rules.MOVES if step_of(row, kind) in page.content.decode()} == kinds


# --------------------------------------------------------------------------------- steps by form


def test_a_unit_answers_and_another_planner_closes(several, reporter, planner, person):
    row = several["late"]
    client = signed_in(reporter)
    answer = client.post(
        step_of(row, "answer"), filled(client.get(step_of(row, "answer")), text="ทำแล้ว")
    )
    assert answer.status_code == 302
    closing = signed_in(planner)
    page = closing.get(step_of(row, "closing"))
    assert "ทำแล้ว" in page.content.decode()
    assert closing.post(step_of(row, "closing"), filled(page, text="")).status_code == 302
    row.refresh_from_db()
    assert row.state == "closed"


@pytest.mark.parametrize("kind", rules.MOVES)
@pytest.mark.parametrize(
    ("who", "status"), [("outsider", 404), ("auditor", 403), ("executive", 302)]
)
def test_others_take_no_step(request, several, who, status, kind):
    client = signed_in(request.getfixturevalue(who))
    before = facts()
    data = {"text": "ของเรา", "due_on": "1/12/2568", "expected_version": "1"}
    for answer in (
        client.get(step_of(several["late"], kind)), client.post(step_of(several["late"], kind), data)
    ):  # fmt: skip
        assert answer.status_code == status
    assert differences(before, facts()) == {}


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"text": ""}, "text"),
        ({"due_on": ""}, "due_on"),
        ({"due_on": "30/05/2025"}, "due_on"),
        ({"due_on": "30/05/2568"}, "due_on"),
        ({"due_on": "วันหลัง"}, "due_on"),
    ],
)
def test_what_is_wrong_is_told_beside_its_field(several, planner, typed, field):
    client = signed_in(planner)
    path = step_of(several["late"], "postponed")
    before = facts()
    answer = client.post(
        path, filled(client.get(path), **{"text": "รอผล", "due_on": "15/07/2568", **typed})
    )
    assert answer.status_code == 200
    assert set(answer.context["form"].errors) == {field}
    assert differences(before, facts()) == {}


def test_who_comes_second_reads_what_was_done(several, planner, person, reporter):
    second = signed_in(person("second", roles.PLANNER))
    row = several["answered"]
    path = step_of(row, "asked_again")
    page = second.get(path)
    take(row, rules.CANCELLING, planner, "ไม่ต้องตอบแล้ว")
    before = facts()
    answer = second.post(path, filled(page, text="ขอเพิ่ม"))
    assert answer.status_code == 200 and differences(before, facts()) == {}
    told = answer.context["form"].non_field_errors()
    assert any("planner" in line for line in told)
    assert filled(answer)["text"] == "ขอเพิ่ม"
    # Sent again, it is decided on what there is now.
    assert second.post(path, filled(answer)).status_code == 302
    row.refresh_from_db()
    assert row.state == "open"


def test_a_person_of_another_unit_is_refused(meeting, planner, person):
    user = person_save(
        person=person("named", roles.REPORTER), roles=[roles.REPORTER],
        units=Unit.objects.filter(name=OTHER), user=None,
    )  # fmt: skip
    client = signed_in(planner)
    path = reverse("admin:board_resolution_add") + f"?meeting={meeting.pk}"
    data = {
        "number": "3.1", "text": "ให้เร่งรัด", "unit": Unit.objects.get(name=OWN).pk,
        "person": Account.objects.get(user=user).pk, "first_due_on": "30/05/2568",
    }  # fmt: skip
    page = client.get(path)
    answer = client.post(path, filled(page, **data))
    assert set(answer.context["adminform"].form.errors) == {"person"}
    Membership.objects.filter(user=user).delete()
    record_save(instance=Membership(user=user, unit=Unit.objects.get(name=OWN)), user=None)
    assert client.post(path, filled(page, **data)).status_code == 302
    assert Resolution.objects.get().first_due_on == DUE


# ------------------------------------------------------------------------------ the board's pack


def sheet_rows(plan):
    book = load_workbook(BytesIO(board_pack(plan, AT, TODAY)))
    sheet = next(book[name] for name in book.sheetnames if book[name]["A1"].value == "มติที่ยังไม่ยุติ")
    return [tuple(cell.value for cell in row) for row in sheet.iter_rows()]


def test_page_pack_and_data_say_the_same(several, plan, executive):
    client = signed_in(executive)
    report = board_report(plan, AT, TODAY)
    unsettled = [several[name] for name in ("late", "answered", "ahead")]
    told = client.get(f"{HERE}/board.json{MONTH}").json()
    assert [row["id"] for row in told["resolutions"]] == [row.pk for row in unsettled]
    rows = [row for row in sheet_rows(plan) if row[0] and "5/2568" in str(row[0])]
    for row, line, seen in zip(
        report.resolutions.unsettled, rows, told["resolutions"], strict=True
    ):
        assert line[:7] == (
            row.code, row.text, row.about, row.unit, row.first_due_name, row.due_name, row.postponed,
        )  # fmt: skip
        assert line[7] == f"{row.shape} {row.label}"
        assert (seen["code"], seen["unit"], seen["postponed"]) == (
            row.code,
            row.unit,
            row.postponed,
        )
        assert (seen["days_late"], seen["escalation"]) == (row.late, row.level)
    assert rows[1][9] == "ส่งแผนแล้ว"
    page = client.get(f"{HERE}/board/{MONTH}").content.decode()
    part = page[page.index('id="resolutions"') :]
    part = part[: part.index("</section>")]
    assert "3.1" in part and "3.3" not in part and "3.4" not in part


def test_what_was_done_since_stands_in_what_changed(several, plan):
    changes = board_report(plan, AT, TODAY).changes
    assert {change.row.number: (change.state_then, change.row.state) for change in changes.resolutions} == {
        "3.2": ("open", "answered"), "3.4": ("open", "closed"), "3.10": ("open", "cancelled"),
    }  # fmt: skip
    lines = [line for line in changes.lines if line.code.startswith("5/2568")]
    assert any("ส่งแผนแล้ว" in line.note for line in lines)
    sheet = [row for row in _changed(plan) if row[1] and "5/2568" in str(row[1])]
    assert [tuple(text or "" for text in row[:8]) for row in sheet] == [
        tuple(line[:8]) for line in lines
    ]


def _changed(plan):
    book = load_workbook(BytesIO(board_pack(plan, AT, TODAY)))
    sheet = book[gettext("what changed")]
    return [tuple(cell.value for cell in row) for row in sheet.iter_rows()]


def test_a_later_meetings_resolution_is_not_in_an_earlier_months_pack(plan, several):
    late = resolved(meeting_of(plan, "6/2568", month=8), "9.9")
    assert late.pk not in {row.id for row in board_report(plan, AT, TODAY).resolutions.rows}
    next_month = board_report(plan, AT.next, date(2025, 6, 20)).resolutions
    assert {"3.1", "9.9"} <= {row.number for row in next_month.unsettled}


def test_a_plan_without_resolutions_has_no_sheet_of_them(plan, executive):
    book = load_workbook(BytesIO(board_pack(plan, AT, TODAY)))
    assert "มติที่ประชุม" not in book.sheetnames
    assert (
        'id="resolutions"' not in signed_in(executive).get(f"{HERE}/board/{MONTH}").content.decode()
    )


@pytest.mark.parametrize("payload", PAYLOADS)
def test_texts_stay_texts(meeting, plan, reporter, planner, payload):
    row = resolved(meeting, payload.strip()[:20], text=payload)
    take(row, rules.ANSWER, reporter, f"{payload} คำตอบ")
    book = load_workbook(BytesIO(board_pack(plan, AT, TODAY)))
    cells = [cell for sheet in book for line in sheet.iter_rows() for cell in line]
    assert not [cell.coordinate for cell in cells if cell.data_type == "f"]
    assert any(str(cell.value).strip() == payload.strip() for cell in cells)
    page = signed_in(planner).get(f"{HERE}/resolutions/").content.decode()
    assert "<script" not in page.partition("<main")[2]


# ---------------------------------------------------------------------------- on pages of others


def test_on_the_pages_of_what_it_is_about(several, plan, planner):
    client = signed_in(planner)
    shown = {
        f"{HERE}/indicators/S3-1.1/": {"late"},
        f"{HERE}/indicators/S3-1.2/": set(),
        f"{HERE}/budgets/{several['answered'].project.strategy.number}-{several['answered'].project.number}/": {
            "answered"
        },
        "/integrity/measures/2566/": set(),
        f"{HERE}/units/{Unit.objects.get(name=OWN).pk}/": {"late", "answered"},
        f"{HERE}/units/{Unit.objects.get(name=OTHER).pk}/": {"ahead"},
    }
    for path, names in shown.items():
        text = client.get(path).content.decode()
        found = {
            name for name, row in several.items()
            if reverse("resolution", args=[plan.slug, row.pk]) in text
        }  # fmt: skip
        assert found == names, path
    take(several["closed"], rules.ASKED_AGAIN, planner, "ยังไม่ครบ")
    text = client.get("/integrity/measures/2566/").content.decode()
    assert reverse("resolution", args=[plan.slug, several["closed"].pk]) in text


def test_my_work_says_what_is_owed(several, reporter, planner, outsider):
    owed = signed_in(reporter).get("/my-work.json").json()
    (task,) = [task for task in owed["enter"] if task["kind"] == "resolution"]
    assert (task["state"], task["deadline"], task["address"]) == (
        "late", DUE.isoformat(), step_of(several["late"], "answer"),
    )  # fmt: skip
    others = signed_in(outsider).get("/my-work.json").json()
    assert [t["state"] for t in others["soon"] if t["kind"] == "resolution"] == ["upcoming"]
    page = signed_in(planner).get("/my-work/")
    assert [row.number for row in page.context["shown"].to_close] == ["3.2"]
    assert owed["to_close"] == []
    take(several["answered"], rules.ASKED_AGAIN, planner, "ขอวันที่แน่นอน")
    text = signed_in(reporter).get("/my-work/").content.decode()
    assert "ขอวันที่แน่นอน" in text


# ------------------------------------------------------------------------------------- queries


def many(meeting, count):
    start = Resolution.objects.count()
    for number in range(start, start + count):
        row = resolved(meeting, f"n{number}", indicator=indicator_of(meeting.plan, "S3-1.1"))
        Resolution.objects.filter(pk=row.pk).update(state=rules.OPEN)


def test_reading_takes_the_same_number_of_queries_for_many(
    meeting, plan, reporter, django_assert_max_num_queries
):
    many(meeting, 2)
    client = signed_in(reporter)
    paths = [
        f"{HERE}/resolutions/{MONTH}", f"{HERE}/indicators/S3-1.1/{MONTH}", f"{HERE}/board/{MONTH}",
        f"{HERE}/units/{Unit.objects.get(name=OWN).pk}/{MONTH}", "/my-work/",
        reverse("resolution", args=[plan.slug, Resolution.objects.latest("pk").pk]),
    ]  # fmt: skip
    counts = {}
    for _round in range(2):
        for path in paths:
            client.get(path)
            with CaptureQueriesContext(connection) as asked:
                assert client.get(path).status_code == 200
            counts.setdefault(path, []).append(len(asked))
        many(meeting, 8)
    assert {path: each for path, each in counts.items() if each[0] != each[1]} == {}
    with django_assert_max_num_queries(3):
        assert len(plan_resolutions(plan, TODAY, people=True).rows) > 10
