"""What a meeting saw is shown again unchanged, can be proved, and what was restated is told."""

from __future__ import annotations

import hashlib
import json
import re
import time
from collections.abc import Callable
from datetime import date
from decimal import Decimal as D
from io import BytesIO, StringIO
from typing import Any
from zipfile import ZipFile

import pytest
from django.conf import settings
from django.core.checks import Tags, run_checks
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import HealthCheck, given
from hypothesis import settings as rounds
from hypothesis import strategies as st
from openpyxl import load_workbook

from budgets.models import ProjectBudget
from kpis.models import Indicator
from kpis.write.results import result_reopen
from kpis.write.targets import EnteredPoint, TargetEntry, target_change
from nhrc_plan.meetings.frozen.canonical import canonical, differing, digest, pieces, short_code
from nhrc_plan.meetings.frozen.figures import unapproved
from nhrc_plan.meetings.frozen.files import file_faults
from nhrc_plan.meetings.frozen.since import restated_since
from nhrc_plan.meetings.frozen.verify import code_of, exported, verify, verify_one
from nhrc_plan.meetings.models import Frozen, Meeting
from nhrc_plan.meetings.read import board_report
from nhrc_plan.meetings.write import meeting_freeze
from strategy.calendar import FiscalMonth
from strategy.models import Plan, ReportingYear
from strategy.records.closed import closed_models, open_history_table_names
from strategy.records.write import StaleVersion, record_delete, record_save
from tests.support.pages import samples
from tests.support.sweep import size
from tests.support.writing import address, enter, filled, indicator_of, signed_in

pytestmark = pytest.mark.django_db

AT, TODAY = FiscalMonth(2568, 7), date(2025, 5, 12)
CODE = "S3-1.1"
WHY = "มติที่ประชุมให้ใช้ข้อมูลเท่าที่มี"


@pytest.fixture(autouse=True)
def on_the_day(today: Callable[[date], date]) -> None:
    today(TODAY)


@pytest.fixture
def sampled(plan: Plan) -> Plan:
    return samples(plan, TODAY)


def meeting_of(plan: Plan, number: str = "5/2568", **fields: Any) -> Meeting:
    meeting = Meeting(
        plan=plan, number=number, held_on=TODAY, fiscal_year=AT.year, month=AT.month, **fields
    )
    return record_save(instance=meeting, user=None)


def freeze(user: Any, meeting: Meeting, reason: str = WHY) -> Frozen:
    return meeting_freeze(
        user=user, meeting=meeting, expected_version=meeting.version, reason=reason
    )


@pytest.fixture
def frozen(sampled: Plan, planner: Any) -> Frozen:
    return freeze(planner, meeting_of(sampled, agenda="3.1"))


def page_of(frozen: Frozen, name: str = "meeting") -> str:
    return reverse(name, args=[frozen.plan.slug, frozen.meeting_id])


def changed(row: Any, user: Any, reason: str = WHY, **fields: Any) -> Any:
    row = type(row).objects.get(pk=row.pk)
    for name, value in fields.items():
        setattr(row, name, value)
    return record_save(instance=row, user=user, reason=reason)


# ------------------------------------------------------------------------------------ unchanged


def restate(plan: Plan, user: Any) -> None:
    """A figure, a target, a rule of one and of all, and money: each is another now."""
    indicator = indicator_of(plan, CODE)
    version = _reopened(indicator, user)
    enter(indicator, 2568, 7, "67.5", user=user, reason="แก้ไขตัวเลข", expected_version=version)
    target = indicator.targets.get(fiscal_year=2569)
    point = EnteredPoint(D(99), None, None, None)
    target_change(
        user=user,
        target=target,
        entry=TargetEntry("numeric", {indicator.measures.get().pk: point}),
        reason="ปรับเป้าหมาย",
    )
    changed(Indicator.objects.get(pk=indicator_of(plan, "S1-1.1").pk), user, "เปลี่ยนทิศทาง",
            direction="lower")  # fmt: skip
    changed(plan, user, "ปรับเกณฑ์", band_on_plan=D(70), band_near=D(60), band_at_risk=D(30))
    budget = ProjectBudget.objects.filter(project__strategy__plan=plan, fiscal_year=2568).first()
    changed(budget, user, "ปรับงบ", approved_amount=D(123456))


def _reopened(indicator: Indicator, user: Any) -> int | None:
    """The version of the month's result, open for correction; None where there is none yet."""
    found = indicator.results.filter(fiscal_year=2568, month=7).first()
    if found is not None and found.state == "approved":
        result_reopen(user=user, result=found, expected_version=found.version, reason="เปิดให้แก้ไข")
    return found.version if found else None


def test_page_and_pack_stay_as_they_were_whatever_changes(frozen, planner):
    client = signed_in(planner)
    sheets = client.get(page_of(frozen)).context["sheets"]
    pack = client.get(page_of(frozen, "meeting_pack")).content
    assert len(sheets) > 8 and pack == bytes(frozen.workbook)
    restate(frozen.plan, planner)
    answer = client.get(page_of(frozen))
    assert answer.context["sheets"] == sheets
    assert client.get(page_of(frozen, "meeting_pack")).content == pack
    assert answer.context["since"] and answer.context["faults"] == []
    board = client.get(f"/plans/{frozen.plan.slug}/board.json?year=2568&month=7").json()
    assert board["indicators"] != frozen.shown["board"]["indicators"]


@pytest.mark.same
def test_the_frozen_figures_are_those_of_the_board_page(frozen, planner):
    board = signed_in(planner).get(f"/plans/{frozen.plan.slug}/board.json?year=2568&month=7")
    assert frozen.shown["board"] == board.json()
    assert {row["code"] for row in frozen.shown["indicators"]} == {
        row["code"] for row in board.json()["indicators"]
    }
    years = {len(row["years"]) for row in frozen.shown["indicators"]}
    assert years == {len(frozen.plan.years)}


@pytest.mark.same
def test_the_page_shows_every_cell_of_the_pack(frozen):
    """Each text of the workbook stands in the frozen sheets, and each number at its place."""
    book = load_workbook(BytesIO(bytes(frozen.workbook)))
    assert book.sheetnames == [sheet["title"] for sheet in frozen.shown["sheets"]]
    looked_at = 0
    for sheet in frozen.shown["sheets"]:
        held = [cell for row in sheet["rows"] for cell in row["cells"] if cell]
        for row in book[sheet["title"]].iter_rows(values_only=True):
            for value in row:
                if isinstance(value, str):
                    assert value in held or value.replace("\n", "\r\n") in held
                elif isinstance(value, (int, float)):
                    shown = {text.replace(",", "") for text in held}
                    assert {f"{value:.{n}f}" for n in (0, 2, 4)} & shown or str(value) in shown
                looked_at += value is not None
    assert looked_at > 500


@pytest.mark.same
def test_the_code_stands_at_the_foot_of_every_sheet(frozen):
    code = code_of(frozen)
    assert re.fullmatch("([0-9A-F]{4} ){3}[0-9A-F]{4}", code)
    assert code.replace(" ", "").lower() == digest(bytes(frozen.figures))[:16]
    book = load_workbook(BytesIO(bytes(frozen.workbook)))
    assert all(code in sheet.oddFooter.left.text for sheet in book)


def test_what_is_frozen_is_canonical(frozen):
    content = bytes(frozen.figures)
    again = json.dumps(
        json.loads(content), sort_keys=True, separators=(",", ":"), ensure_ascii=False
    ).encode()
    assert again == content == canonical(frozen.shown)
    assert (
        b"".join(
            content[start : start + piece[1]] for start, piece in _places(frozen.proof["rows"])
        )
        == content
    )


def _places(rows: list[Any]) -> list[tuple[int, Any]]:
    found, start = [], 0
    for row in rows:
        found.append((start, row))
        start += row[1]
    return found


# --------------------------------------------------------------------------------- who and when


def test_only_planners_freeze(sampled, reporter, auditor, planner):
    meeting = meeting_of(sampled)
    for user in (reporter, auditor, None):
        with pytest.raises(PermissionDenied):
            freeze(user, meeting)
        assert not Frozen.objects.exists()
    path = reverse("admin:board_meeting_freeze", args=[meeting.pk])
    assert signed_in(reporter).post(path, {"expected_version": 1}).status_code == 403
    assert signed_in(auditor).post(path, {"expected_version": 1}).status_code == 403
    assert not Frozen.objects.exists()


def test_what_is_not_approved_asks_for_a_reason(plan, planner):
    enter(indicator_of(plan, CODE), 2568, 7, "57")
    meeting = meeting_of(plan)
    with pytest.raises(ValidationError) as refused:
        freeze(planner, meeting, reason=" ")
    assert refused.value.message_dict["reason"] and not Frozen.objects.exists()
    meeting.refresh_from_db()
    frozen = freeze(planner, meeting, reason=WHY)
    assert frozen.proof["unapproved"] == [f"{CODE} (2568)"]
    assert (frozen.proof["reason"], frozen.proof["frozen_by"]["id"]) == (WHY, planner.pk)


def test_where_all_is_approved_none_is_asked(plan, planner):
    enter(indicator_of(plan, CODE), 2568, 7, "57", state="approved")
    assert unapproved(board_report(plan, AT, TODAY)) == []
    assert freeze(planner, meeting_of(plan), reason="").proof["unapproved"] == []


def test_a_second_freeze_is_refused_in_words_and_changes_nothing(frozen, planner):
    before = bytes(frozen.figures), bytes(frozen.record)
    client = signed_in(planner)
    path = reverse("admin:board_meeting_freeze", args=[frozen.meeting_id])
    answer = client.post(path, {"expected_version": 2, "reason": "อีกครั้ง"})
    assert answer.status_code == 200
    assert len(answer.context["form"].non_field_errors()) == 1
    again = Frozen.objects.get()
    assert (bytes(again.figures), bytes(again.record)) == before
    assert frozen.meeting.history.count() == 2


def test_a_meeting_that_changed_meanwhile_is_not_frozen(sampled, planner):
    meeting = meeting_of(sampled)
    changed(meeting, planner, place="ห้องประชุม 1")
    with pytest.raises(StaleVersion):
        freeze(planner, meeting)
    assert not Frozen.objects.exists()


def test_a_month_that_is_not_over_has_nothing_to_freeze(plan, planner):
    meeting = Meeting(plan=plan, number="1", held_on=TODAY, fiscal_year=2568, month=12)
    record_save(instance=meeting, user=None)
    with pytest.raises(ValidationError):
        freeze(planner, meeting)


def test_a_frozen_meeting_keeps_what_it_was_called(frozen, planner):
    for field, value in (("number", "6/2568"), ("month", 6), ("held_on", date(2025, 5, 13))):
        with pytest.raises(ValidationError):
            changed(frozen.meeting, planner, **{field: value})
    assert changed(frozen.meeting, planner, note="แก้คำผิด").note == "แก้คำผิด"
    with pytest.raises(ValidationError):
        record_delete(instance=Meeting.objects.get(), user=planner)


def test_a_planner_freezes_by_the_form(plan, planner):
    enter(indicator_of(plan, CODE), 2568, 7, "57")
    client = signed_in(planner)
    add = reverse("admin:board_meeting_add")
    typed = {"plan": plan.pk, "number": "5/2568", "held_on": "12/05/2568", "fiscal_year": "2568",
             "month": 7}  # fmt: skip
    assert client.post(add, filled(client.get(add), **typed)).status_code == 302
    meeting = Meeting.objects.get()
    path = reverse("admin:board_meeting_freeze", args=[meeting.pk])
    shown = client.get(path)
    assert shown.status_code == 200 and shown.context["unapproved"]
    posted = client.post(path, {"expected_version": meeting.version, "reason": WHY})
    assert posted.status_code == 302 and posted["Location"] == page_of(Frozen.objects.get())
    assert client.get(address(meeting, "change")).status_code == 200
    listed = client.get(reverse("meetings", args=[plan.slug]))
    assert code_of(Frozen.objects.get()) in listed.content.decode()


# ------------------------------------------------------------------------------ closed to change


@pytest.mark.parametrize("act", ["update", "delete"])
def test_the_database_refuses_to_change_what_is_frozen(frozen, act):
    rows = Frozen.objects.filter(pk=frozen.pk)
    with pytest.raises(DatabaseError), transaction.atomic():
        rows.update(sha256="0" * 64) if act == "update" else rows._raw_delete("default")
    assert Frozen in closed_models() and open_history_table_names() == []


def test_control_without_the_triggers_it_is_changed_and_the_check_says_so(frozen, opened_history):
    Frozen.objects.filter(pk=frozen.pk).update(sha256="0" * 64)
    assert Frozen.objects.get().sha256 == "0" * 64
    assert "board_frozen" in open_history_table_names()
    found = run_checks(tags=[Tags.database], databases=["default"])
    assert [message.id for message in found].count("strategy.W001") == 1


# ------------------------------------------------------------------------------------- provable


def flipped(content: bytes, place: int, bit: int) -> bytes:
    changed = bytearray(content)
    changed[place] ^= 1 << bit
    return bytes(changed)


def row_at(frozen: Frozen, place: int) -> str:
    return next(row[0] for start, row in reversed(_places(frozen.proof["rows"])) if start <= place)


def test_one_bit_anywhere_in_the_figures_names_its_row(frozen):
    content = bytes(frozen.figures)

    @rounds(max_examples=size(15, 40), deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(st.integers(0, len(content) - 1), st.integers(0, 7))
    def look(place: int, bit: int) -> None:
        damaged = Frozen.objects.get(pk=frozen.pk)
        damaged.figures = flipped(content, place, bit)
        began = time.monotonic()
        [fault] = verify_one(damaged)
        assert time.monotonic() - began < 2
        assert (fault.what, fault.row) == ("row", row_at(frozen, place))

    look()
    assert verify_one(frozen) == []


@pytest.mark.parametrize("field", ["workbook", "record"])
def test_one_bit_anywhere_in_pack_or_record_is_seen(frozen, field):
    content = bytes(getattr(frozen, field))

    @rounds(max_examples=size(15, 40), deadline=None)
    @given(st.integers(0, len(content) - 1), st.integers(0, 7))
    def look(place: int, bit: int) -> None:
        damaged = Frozen.objects.get(pk=frozen.pk)
        setattr(damaged, field, flipped(content, place, bit))
        assert field in {fault.what for fault in verify_one(damaged)}

    look()


def test_the_field_that_was_changed_and_what_stood_there_are_told(frozen, opened_history):
    """A disbursement of 0 made an 8 in the database itself."""
    content = bytes(frozen.figures)
    place = content.index(b'"result":"') + len(b'"result":"')
    damaged = flipped(content, place, 0)
    Frozen.objects.filter(pk=frozen.pk).update(figures=damaged)
    out = StringIO()
    began = time.monotonic()
    with pytest.raises(CommandError):
        call_command("verify_pack", str(frozen.meeting_id), stdout=out)
    assert time.monotonic() - began < 2
    told = out.getvalue()
    then = content[place - 10 : place + 1].decode()
    assert row_at(frozen, place) in told and then in told
    assert re.search(r"/(S\d-\d+\.\d+)", told)


def test_the_page_says_that_the_figures_were_changed(frozen, planner, opened_history):
    for damaged in (flipped(bytes(frozen.figures), 0, 0), flipped(bytes(frozen.figures), 300, 0)):
        Frozen.objects.filter(pk=frozen.pk).update(figures=damaged)
        answer = signed_in(planner).get(page_of(frozen))
        assert answer.status_code == 200
        assert answer.context["faults"] and not answer.context["sheets"]
        assert signed_in(planner).get(page_of(frozen, "meeting_file")).status_code == 200


def test_each_freeze_holds_the_one_before(frozen, planner, opened_history):
    second = freeze(planner, meeting_of(frozen.plan, "6/2568"))
    third = freeze(planner, meeting_of(frozen.plan, "7/2568"))
    assert second.proof["previous_sha256"] == frozen.sha256 == digest(bytes(frozen.record))
    assert (second.place, third.place) == (2, 3)
    chain = Frozen.objects.select_related("plan").order_by("place")
    assert [faults for _each, faults in verify(chain)] == [[], [], []]
    call_command("verify_pack", stdout=StringIO())
    second_pk = second.pk
    Frozen.objects.filter(pk=second_pk)._raw_delete("default")
    assert [[fault.what for fault in faults] for _each, faults in verify(chain.all())] == [
        [],
        ["chain"],
    ]


def test_a_pack_in_somebodys_hands_is_checked(frozen, tmp_path):
    content = bytes(frozen.workbook)
    assert file_faults(content) == []
    path = tmp_path / "pack.xlsx"
    path.write_bytes(content)
    call_command("verify_pack", str(path), stdout=StringIO())
    # A cell that was overwritten by hand is named; so is a sheet whose bytes are broken.
    book = load_workbook(BytesIO(content))
    sheet = book.worksheets[3]
    cell = next(c for row in sheet.iter_rows(min_row=5) for c in row if c.value is not None)
    cell.value = "ถูกแก้"
    held = BytesIO()
    book.save(held)
    began = time.monotonic()
    [fault] = [each for each in file_faults(held.getvalue()) if each.now == "ถูกแก้"]
    assert time.monotonic() - began < 2
    assert fault.row == f"{sheet.title}!{cell.coordinate}"
    with ZipFile(BytesIO(content)) as package:
        part = package.getinfo("xl/worksheets/sheet4.xml")
    damaged = flipped(content, part.header_offset + 300, 3)
    assert [fault.row for fault in file_faults(damaged)] == [sheet.title]
    assert [fault.what for fault in file_faults(b"no workbook")] == ["unknown"]
    path.write_bytes(damaged)
    with pytest.raises(CommandError):
        call_command("verify_pack", str(path), stdout=StringIO())


# -------------------------------------------------------------------------------- by a stranger

GUIDE = (settings.BASE_DIR / "docs/verify.md").read_text(encoding="utf-8")
(SCRIPT,) = re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL)


def stranger() -> Callable[..., list[str]]:
    """The script of docs/verify.md, as a stranger runs it."""
    scope: dict[str, Any] = {"__name__": "check"}
    exec(SCRIPT, scope)
    return lambda *given: list(scope["check"](*given))


def test_the_script_is_short_and_needs_the_standard_library_alone():
    assert len(SCRIPT.splitlines()) < 50
    assert re.findall(r"^import (\w+)", SCRIPT, re.MULTILINE) == ["hashlib", "json", "sys"]
    assert "from " not in SCRIPT


@pytest.mark.same
def test_a_stranger_checks_the_file(frozen, planner):
    second = freeze(planner, meeting_of(frozen.plan, "6/2568"))
    content = signed_in(planner).get(page_of(second, "meeting_file")).content
    assert content == exported(second)
    check, code, pack = stranger(), code_of(second), bytes(second.workbook)
    assert check(content, code, pack, exported(frozen)) == []
    assert check(content, "0000 0000 0000 0000") == ["the code in the minutes is another"]
    assert check(content, code, pack + b"x") == ["the pack is another"]
    assert check(content, code, pack, content) == ["the freeze before it is another"]

    @rounds(max_examples=size(20, 60), deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(st.integers(0, len(content) - 1), st.integers(0, 7))
    def look(place: int, bit: int) -> None:
        assert check(flipped(content, place, bit), code) != []

    look()


def test_a_file_with_all_its_hashes_made_anew_is_told_by_the_code(frozen):
    """NEGATIVE CONTROL: without the code of the minutes a forged file agrees with itself."""
    kept = json.loads(exported(frozen))
    kept["figures"]["indicators"][0]["name"] = "อื่น"
    kept["record"]["figures_sha256"] = digest(canonical(kept["figures"]))
    kept["record"]["rows"] = pieces(kept["figures"])
    kept["record_sha256"] = digest(canonical(kept["record"]))
    forged = canonical(kept)
    assert stranger()(forged) == []
    assert stranger()(forged, code_of(frozen)) == ["the code in the minutes is another"]


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=20,
    )
)
def test_canonical_is_what_any_json_writer_makes_of_it(value):
    """As Python's own, with keys in order and no spaces; and the pieces make up the whole."""
    if "\ud800" <= max(json.dumps(value, ensure_ascii=False), default="") <= "\udfff":
        return
    again = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    assert canonical(value) == again
    assert sum(piece.length for piece in pieces(value)) == len(again)
    assert list(differing(again, pieces(value))) == []


@pytest.mark.parametrize("value", [1.5, D("1.5"), date(2025, 1, 1), {"a": 0.1}, b"x"])
def test_what_could_be_written_in_two_ways_is_refused(value):
    with pytest.raises(TypeError):
        canonical(value)


def test_the_code_is_the_beginning_of_the_hash():
    known = hashlib.sha256(b"abc").hexdigest()
    assert short_code(known) == "BA78 16BF 8F01 CFEA"


# ---------------------------------------------------------------------- as seen, as known now


def test_what_was_restated_is_told_line_by_line(frozen, planner):
    assert restated_since(Frozen.objects.get()) == []
    restate(frozen.plan, planner)
    lines = restated_since(Frozen.objects.select_related("plan").get())
    told = {(line.kind, line.code, line.year): line for line in lines}
    figure = told["figure", CODE, 2568]
    assert figure.told is not None and figure.told.why == "แก้ไขตัวเลข"
    assert figure.told.who == planner.get_username()
    assert figure.after.startswith("67.5") and not figure.before.startswith("67.5")
    target = told["target", CODE, 2569]
    assert target.told is not None and target.told.why == "ปรับเป้าหมาย"
    assert target.after.startswith("99")
    rules = {line.told.why: line for line in lines if line.kind == "rule"}
    assert set(rules) == {"เปลี่ยนทิศทาง", "ปรับเกณฑ์"}
    assert rules["เปลี่ยนทิศทาง"].code == "S1-1.1"
    assert [line.told.why for line in lines if line.kind == "money"] == ["ปรับงบ"]
    page = signed_in(planner).get(page_of(frozen))
    assert len(page.context["since"]) == len(lines)
    data = signed_in(planner).get(page_of(frozen)[:-1] + ".json").json()
    assert len(data["restated"]) == len(lines) and data["intact"] is True


def test_time_alone_restates_nothing(frozen, planner, today):
    """What was not due then is overdue later: that is no restatement."""
    today(date(2027, 1, 5))
    assert restated_since(Frozen.objects.get()) == []


def test_the_old_value_is_the_frozen_one_even_without_the_history(frozen, planner):
    """NEGATIVE CONTROL: a figure changed behind the history's back is told, without a name."""
    value = indicator_of(frozen.plan, CODE).results.filter(fiscal_year=2568).latest("month")
    value.values.update(value=D("3.25"), numerator=None, denominator=None)
    [line] = [x for x in restated_since(Frozen.objects.get()) if x.kind == "figure"]
    assert (line.code, line.year, line.told) == (CODE, 2568, None)
    assert line.after.startswith("3.25")


def test_another_reporting_day_restates_no_figure(frozen):
    record_save(
        instance=ReportingYear(agency=frozen.plan.agency, fiscal_year=2568, deadline_day=20),
        user=None,
    )
    assert {line.kind for line in restated_since(Frozen.objects.get())} <= {"status"}


@pytest.mark.same
def test_the_queries_do_not_grow_with_what_changed(frozen, planner):
    client = signed_in(planner)

    def asked() -> int:
        client.get(page_of(frozen))
        with CaptureQueriesContext(connection) as captured:
            assert client.get(page_of(frozen)).status_code == 200
        return len(captured)

    assert asked() <= 40
    restate(frozen.plan, planner)
    more = asked()
    assert more <= 60
    budgets = ProjectBudget.objects.filter(project__strategy__plan=frozen.plan, fiscal_year=2568)
    for number, budget in enumerate(budgets.order_by("-pk")[:3]):
        changed(budget, planner, "ปรับงบ", approved_amount=D(654321))
        freeze(planner, meeting_of(frozen.plan, f"{number}/2570"))
    assert asked() <= more + 3
    path = reverse("meetings", args=[frozen.plan.slug])
    client.get(path)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    assert len(captured) <= 6


# -------------------------------------------------------------------------------------- reading


@pytest.mark.same
def test_meetings_are_for_those_who_have_signed_in(frozen, client, executive, settings):
    """What the board saw holds figures that were not approved, and names: not for the public."""
    paths = [page_of(frozen), page_of(frozen)[:-1] + ".json", page_of(frozen, "meeting_pack"),
             page_of(frozen, "meeting_file"), reverse("meetings", args=[frozen.plan.slug])]  # fmt: skip
    for settings.PUBLIC_READING in (False, True):
        assert {client.get(path).status_code for path in paths} <= {302, 401}
    assert {signed_in(executive).get(path).status_code for path in paths} == {200}


def test_a_meeting_that_is_not_frozen_says_so(sampled, planner):
    meeting = meeting_of(sampled)
    client = signed_in(planner)
    path = reverse("meeting", args=[sampled.slug, meeting.pk])
    assert client.get(path).status_code == 200
    assert client.get(path + "pack.xlsx").status_code == 404
    assert client.get(path + "frozen.json").status_code == 404
    assert client.get(reverse("meeting", args=[sampled.slug, meeting.pk + 1])).status_code == 404
    assert client.get(f"/plans/rlpd-hr-2563/meetings/{meeting.pk}/").status_code == 404
    assert client.get(f"/plans/{sampled.slug}/meetings/{10**30}/").status_code == 404


def test_a_scorecard_is_frozen_as_well(plan, planner):
    """A plan without money."""
    scorecard = Plan.objects.exclude(pk=plan.pk).get(slug="rlpd-hr-2563")
    at = FiscalMonth(scorecard.first_year, 12)
    meeting = Meeting(plan=scorecard, number="1", held_on=TODAY, fiscal_year=at.year, month=12)
    record_save(instance=meeting, user=None)
    frozen = freeze(planner, meeting)
    assert verify_one(frozen) == [] and restated_since(frozen) == []
    assert signed_in(planner).get(page_of(frozen)).status_code == 200
