"""Approval of quarters of measures: who may, what counts, what is seen (docs/domain.md)."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from integrity.measures.duties import due_list
from integrity.measures.read import measure_year, year_row
from integrity.measures.sheets import quarter_label
from integrity.measures.waiting import quarter_rows, waiting_quarters
from integrity.measures.write import measure_year_begin, progress_delete
from integrity.models import MeasureYear, QuarterProgress
from nhrc_plan.owners.silence import last_reports
from strategy import access as roles
from strategy.access import viewer
from strategy.approval.hands import hands_of
from strategy.approval.write import approve, give_back, reopen
from strategy.evidence.entry import EvidenceEntry
from strategy.models import MonthLock, Unit
from strategy.records.write import StaleVersion, record_save
from tests.support.writing import (
    OTHER,
    OWN,
    TODAY,
    address,
    differences,
    facts,
    measure_of,
    progress,
    signed_in,
)

pytestmark = pytest.mark.django_db

EVERYBODY = "ทุกสำนัก/หน่วย"
WAITING = "/admin/integrity/quarterprogress/waiting/"
LETTER = EvidenceEntry(number="สม 0001/1", text="รายงาน")


@pytest.fixture(autouse=True)
def on_the_day(today):
    today(TODAY)


@pytest.fixture
def own(plan):
    """A measure of the reporter's unit, of the fiscal year that has just ended."""
    source = MeasureYear.objects.get(fiscal_year=2566)
    measure_year_begin(user=None, source=source, fiscal_year=2569)
    MeasureYear.objects.filter(fiscal_year=2569).update(reporting="quarter")
    return measure_of(2569, "2.2", OWN)


@pytest.fixture
def people(person, planner, reporter, outsider, executive, auditor):
    """Everybody by what they are; "both" reports and approves for the unit."""
    found = {
        "planner": planner, "reporter": reporter, "outsider": outsider, "executive": executive,
        "auditor": auditor, "approver": person("approver", roles.APPROVER, OWN),
        "of-another": person("second", roles.APPROVER, OTHER),
        "both": person("both", roles.APPROVER, OWN),
    }  # fmt: skip
    found["both"].groups.add(*reporter.groups.all())
    return found


def now(row):
    return QuarterProgress.objects.get(pk=row.pk)


# ------------------------------------------------------------------------------------------ who


@pytest.mark.parametrize("who", ["planner", "approver", "both"])
def test_planners_and_approvers_of_its_units_approve_and_return(own, people, who):
    row = progress(own, 2)
    [approved] = approve(user=people[who], shown={row: 1})
    assert (now(row).approval, now(row).version, row.history.count()) == ("approved", 2, 2)
    [opened] = reopen(user=people["planner"], shown={approved: 2}, reason="ผิดไตรมาส")
    give_back(user=people[who], shown={opened: 3}, comment="ขาดหลักฐาน")
    assert (now(row).approval, now(row).returned_because) == ("returned", "ขาดหลักฐาน")


@pytest.mark.parametrize("who", ["of-another", "reporter", "outsider", "executive", "auditor"])
def test_nobody_else_approves_or_returns(own, people, who):
    row = progress(own, 2)
    before = facts()
    for step in (
        lambda: approve(user=people[who], shown={row: 1}),
        lambda: give_back(user=people[who], shown={row: 1}, comment="ตรวจ"),
        lambda: reopen(user=people[who], shown={row: 1}, reason="ตรวจ"),
    ):
        with pytest.raises(PermissionDenied):
            step()
    assert differences(before, facts()) == {}


@pytest.mark.parametrize(
    ("units", "who", "may"),
    [
        ((OWN, OTHER), "approver", True),
        ((OWN, OTHER), "of-another", True),
        ((EVERYBODY,), "approver", True),
        ((EVERYBODY,), "of-another", True),
        ((OTHER,), "approver", False),
        ((), "approver", False),
        ((), "planner", True),
    ],
)
def test_each_unit_of_a_measure_decides_and_of_a_group_every_one(own, people, units, who, may):
    named = Unit.objects.filter(name__in=units)
    record_save(instance=own, user=None, links={"units": named})
    row = progress(own, 2)
    waits = waiting_quarters(viewer(people[who]))
    assert [each.pk for each in waits] == ([row.pk] if may else [])
    if may:
        assert approve(user=people[who], shown={row: 1})
    else:
        with pytest.raises(PermissionDenied):
            approve(user=people[who], shown={row: 1})


def test_nobody_approves_what_they_entered_or_submitted(own, people):
    progress(own, 2, user=people["both"], approval="draft")
    row = progress(own, 2, user=people["planner"], expected_version=1)
    authors = hands_of(QuarterProgress, [row.pk])[row.pk].authors
    assert authors == {people["both"].pk, people["planner"].pk}
    for who in ("both", "planner"):
        with pytest.raises(ValidationError):
            approve(user=people[who], shown={row: 2})
    row = progress(own, 2, text="ทำใหม่", user=people["planner"], expected_version=2)
    assert approve(user=people["both"], shown={row: 3})


@pytest.mark.parametrize(("state", "version"), [("draft", 1), ("approved", 1), ("submitted", 2)])
def test_only_what_was_submitted_and_seen_is_decided(own, people, state, version):
    row = progress(own, 2, approval=state)
    for step in (
        lambda: approve(user=people["planner"], shown={row: version}),
        lambda: give_back(user=people["planner"], shown={row: version}, comment="ตรวจ"),
    ):
        with pytest.raises(StaleVersion):
            step()
    assert now(row).approval == state


def test_of_a_locked_month_nothing_is_decided(own, people):
    row, approved = progress(own, 2), progress(own, 1, approval="approved")
    for month in (3, 6):
        lock = MonthLock(agency=own.issue.year.agency, fiscal_year=2569, month=month)
        record_save(instance=lock, user=None)
    before = facts()
    for step in (
        lambda: approve(user=people["planner"], shown={row: 1}),
        lambda: give_back(user=people["planner"], shown={row: 1}, comment="ตรวจ"),
        lambda: reopen(user=people["planner"], shown={approved: 1}, reason="ตรวจ"),
    ):
        with pytest.raises(ValidationError) as refused:
            step()
        assert refused.value.code == "closed"
    assert differences(before, facts()) == {}


# ------------------------------------------------------------------------------- what is entered


def test_what_is_approved_is_corrected_only_after_reopening(own, people):
    row = progress(own, 2, approval="approved")
    before = facts()
    for who in ("reporter", "planner"):
        with pytest.raises(ValidationError):
            progress(own, 2, "done", user=people[who], expected_version=1)
    assert differences(before, facts()) == {}
    reopen(user=people["planner"], shown={row: 1}, reason="ผิดไตรมาส")
    entered = progress(own, 2, "done", user=people["reporter"], expected_version=2)
    assert entered.approval == "submitted"


def test_what_was_returned_stays_so_until_it_is_submitted_again(own, people):
    row = progress(own, 2, user=people["reporter"])
    give_back(user=people["approver"], shown={row: 1}, comment="ขาดหลักฐาน")
    again = {"user": people["reporter"]}
    kept = progress(own, 2, text="", approval="draft", expected_version=2, **again)
    assert (kept.approval, kept.returned_because) == ("returned", "ขาดหลักฐาน")
    sent = progress(own, 2, expected_version=3, **again)
    assert (sent.approval, sent.returned_because) == ("submitted", "")
    for state in ("draft", "approved", "returned"):
        with pytest.raises(ValidationError):
            progress(own, 2, approval=state, expected_version=4, **again)


def test_a_draft_may_lack_its_text_and_is_asked_for_it_when_it_is_handed_in(own, people):
    progress(own, 2, text="", user=people["reporter"], approval="draft")
    with pytest.raises(ValidationError) as refused:
        progress(own, 2, text="", user=people["reporter"], expected_version=1)
    assert set(refused.value.error_dict) == {"text"}


@pytest.mark.parametrize(
    ("state", "who", "reason", "outcome"),
    [
        ("draft", "reporter", "", "gone"),
        ("draft", "outsider", "ผิด", PermissionDenied),
        ("draft", "approver", "ผิด", PermissionDenied),
        ("submitted", "reporter", "ผิด", PermissionDenied),
        ("submitted", "planner", "", ValidationError),
        ("submitted", "planner", "บันทึกผิด", "gone"),
        ("returned", "reporter", "ผิด", PermissionDenied),
        ("approved", "planner", "บันทึกผิด", ValidationError),
    ],
)
def test_who_takes_what_away(own, people, state, who, reason, outcome):
    row = progress(own, 2, approval=state)
    said = {"user": people[who], "reason": reason, "expected_version": 1}
    if outcome == "gone":
        progress_delete(progress=row, **said)
        assert not QuarterProgress.objects.filter(pk=row.pk).exists()
    else:
        with pytest.raises(outcome):
            progress_delete(progress=row, **said)
        assert now(row).version == 1


# ----------------------------------------------------------------------------------- what counts


@pytest.mark.parametrize(
    ("approval", "state", "approved", "owed"),
    [
        ("draft", "late", None, 1),
        ("returned", "late", None, 1),
        ("submitted", "done", False, 0),
        ("approved", "done", True, 0),
    ],
)
def test_what_counts_everywhere(own, people, approval, state, approved, owed):
    row = progress(own, 2, "done", "เสร็จแล้ว", approval=approval, evidence=[LETTER])
    client = signed_in(people["outsider"])
    found = client.get("/integrity/measures/2569.json?quarter=2").json()
    measure = next(
        each for issue in found["issues"] for each in issue["measures"]
        if each["text"] == own.text
    )  # fmt: skip
    quarter = measure["quarters"][1]
    assert (quarter["state"], quarter["approved"]) == (state, approved)
    assert bool(quarter["text"]) is bool(quarter["evidence"]) is (approved is not None)
    assert (measure["quarters"][2]["state"] == "done_earlier") is (approved is not None)
    page = client.get("/integrity/measures/2569/?quarter=2").content.decode()
    assert ("ยังไม่อนุมัติ" in page) is (approved is False)
    assert ("เสร็จแล้ว" in page) is (approved is not None)
    year = year_row(measure_year(own.issue.year.agency_id, 2569), TODAY)
    shown = next(each for each in year.measures if each.id == own.pk).at(2)
    assert ("ยังไม่อนุมัติ" in quarter_label(shown)) is (approved is False)
    due = due_list(viewer(people["reporter"]), TODAY)
    missing = [each.missing for each in due if each.quarter == 2 and each.year.fiscal_year == 2569]
    assert sum(own.pk in ids for ids in missing) == owed
    # Its evidence goes with it: of what does not count, for those who read its drafts.
    assert row.evidence_seen_by(viewer(people["outsider"])) is (approved is not None)
    for who in ("reporter", "approver", "planner", "auditor", "executive"):
        assert row.evidence_seen_by(viewer(people[who])), who
    writes = {who for who in people if row.evidence_written_by(viewer(people[who]))}
    assert writes == (set() if approved else {"planner", "reporter", "both"})


def test_drafts_leave_no_trace_on_pages_for_others(own, people):
    client = signed_in(people["outsider"])
    paths = (
        "/integrity/measures/2569/?quarter=2",
        "/integrity/measures/2569.json",
        "/integrity/ita/2565/",
    )
    token = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]+"')
    pages = lambda: [token.sub(b"", client.get(path).content) for path in paths]  # noqa: E731
    before = pages()
    row = progress(own, 2, text="ร่างที่ยังไม่ส่ง", approval="draft")
    assert pages() == before
    assert client.get(address(row, "change")).status_code == 404
    assert client.get(address(row, "history")).status_code == 404
    for who in ("reporter", "approver", "auditor", "planner"):
        assert signed_in(people[who]).get(address(row, "history")).status_code == 200, who


def test_a_draft_is_no_report_of_its_person(own, people):
    users = {people["reporter"].pk, people["planner"].pk}
    progress(own, 2, user=people["reporter"], approval="draft")
    assert last_reports(users) == {}
    row = progress(own, 2, user=people["reporter"], expected_version=1)
    approve(user=people["planner"], shown={row: 2})
    assert set(last_reports(users)) == {people["reporter"].pk}


# -------------------------------------------------------------------------------------- screens


def screen(own, quarter=2):
    unit = Unit.objects.get(name=OWN).pk
    add = reverse("admin:integrity_quarterprogress_add")
    return f"{add}?unit={unit}&year=2569&quarter={quarter}"


def sheet(page, **more):
    """What a browser would post of the screen."""
    data = {"change_reason": ""}
    for form in page.context["form"].forms:
        for part in () if form.row.is_closed else (form, *form.pieces):
            for field in part:
                value = field.value()
                data[field.html_name] = "" if value is None else str(value)
    return {**data, **more}


def test_the_screen_keeps_drafts_and_hands_them_in(own, people):
    client, path = signed_in(people["reporter"]), screen(own)
    typed = {f"m{own.pk}-state": "in_progress"}
    assert client.post(path, sheet(client.get(path), **typed, _draft="1")).status_code == 302
    row = QuarterProgress.objects.get()
    assert (row.approval, row.version) == ("draft", 1)
    page = client.get(path)
    assert address(row, "delete") in page.content.decode()
    # Kept once more without a change, nothing is written; handed in, it is asked for its text.
    assert client.post(path, sheet(page, _draft="1")).status_code == 302
    assert now(row).version == 1
    assert client.post(path, sheet(page, _save="1")).context["form"].refused
    typed = {f"m{own.pk}-text": "ดำเนินการ"}
    assert client.post(path, sheet(page, **typed, _save="1")).status_code == 302
    assert (now(row).approval, now(row).version) == ("submitted", 2)
    # What is handed in stays so whichever button corrects it.
    typed = {f"m{own.pk}-state": "done"}
    assert client.post(path, sheet(client.get(path), **typed, _draft="1")).status_code == 302
    assert (now(row).approval, now(row).version) == ("submitted", 3)


def test_a_draft_is_handed_in_as_it_stands(own, people):
    row = progress(own, 2, approval="draft", evidence=[LETTER])
    client, path = signed_in(people["reporter"]), screen(own)
    assert client.post(path, sheet(client.get(path), _save="1")).status_code == 302
    assert (now(row).approval, row.evidence.count()) == ("submitted", 1)


def test_an_approved_row_has_no_fields_and_leads_to_where_planners_reopen(own, people):
    row = progress(own, 2, approval="approved", evidence=[LETTER])
    client, path = signed_in(people["reporter"]), screen(own)
    page = client.get(path).content.decode()
    assert f'name="m{own.pk}-state"' not in page and address(row, "change") in page
    assert LETTER.number in page
    sent = {f"m{own.pk}-version": f"{row.pk}.1", f"m{own.pk}-state": "done", "_save": "1"}
    assert client.post(path, sent).status_code == 302
    assert (now(row).version, row.evidence.count()) == (1, 1)
    planner, step = signed_in(people["planner"]), "admin:integrity_quarterprogress_reopen"
    assert reverse(step, args=[row.pk]) in planner.get(address(row, "change")).content.decode()
    done = planner.post(reverse(step, args=[row.pk]), {"version": 1, "reason": "ผิด"})
    assert done.status_code == 302 and now(row).approval == "submitted"


def test_what_was_typed_while_it_was_approved_is_refused_and_told(own, people):
    row = progress(own, 2)
    client, path = signed_in(people["reporter"]), screen(own)
    data = sheet(client.get(path), **{f"m{own.pk}-state": "done"}, _save="1")
    approve(user=people["planner"], shown={row: 1})
    page = client.post(path, data)
    assert page.status_code == 200 and page.context["form"].refused
    assert (now(row).state, now(row).approval) == ("in_progress", "approved")


def test_the_comment_stands_on_the_screen_in_my_work_and_nothing_is_told_twice(own, people):
    row = progress(own, 2, user=people["reporter"])
    path = reverse("admin:integrity_quarterprogress_return", args=[row.pk])
    signed_in(people["approver"]).post(path, {"version": 1, "comment": "ขาดหลักฐาน"})
    client = signed_in(people["reporter"])
    shown = (screen(own), reverse("my_work"), address(QuarterProgress, "changelist"))
    for each in shown:
        assert "ขาดหลักฐาน" in client.get(each).content.decode(), each
    found = client.get("/my-work.json").json()
    [task] = [each for each in found["enter"] if each["returned"]]
    assert task["kind"] == "measure" and client.get(task["address"]).status_code == 200
    page = client.get(task["address"])
    assert page.context["shown"].quarter == 2


# ----------------------------------------------------------------------------------- many at once


def test_what_waits_is_shown_with_what_there_is_to_look_at(own, people):
    progress(own, 1, "done", approval="approved")
    late = progress(own, 2, user=people["reporter"])
    mine = progress(own, 3, "done", user=people["both"], evidence=[LETTER], is_sample=True)
    who = viewer(people["both"])
    first, second = quarter_rows(list(waiting_quarters(who)), who)
    assert (first.row.pk, first.before.quarter, first.own) == (late.pk, 1, False)
    assert (first.code, first.pieces, len(first.flags)) == ("2.2", 0, 3)  # fell, no evidence, late
    assert (second.row.pk, second.pieces, second.own) == (mine.pk, 1, True)
    assert len(second.flags) == 2  # late, sample
    page = signed_in(people["approver"]).get(WAITING).content.decode()
    assert own.text in page
    assert own.text not in signed_in(people["of-another"]).get(WAITING).content.decode()
    assert signed_in(people["reporter"]).get(WAITING).status_code == 403


def test_ticked_quarters_are_approved_or_returned_with_one_press_or_none_is(own, people):
    rows = [progress(own, quarter, user=people["reporter"]) for quarter in (1, 2, 3, 4)]
    client = signed_in(people["approver"])

    def tick(chosen, **more):
        data = {"tick": [row.pk for row in chosen]}
        return client.post(WAITING, data | {f"version_{row.pk}": 1 for row in chosen} | more)

    assert tick(rows[:2], _approve="1").status_code == 302
    assert tick(rows[2:3], _return="1", comment="ขาดหลักฐาน").status_code == 302
    assert [now(row).approval for row in rows] == ["approved", "approved", "returned", "submitted"]
    before = facts()
    page = tick([rows[3], rows[0]], _approve="1")
    assert page.context["changed"] == {rows[0].pk} and page.context["ticked"] == {rows[3].pk}
    assert differences(before, facts()) == {}


@pytest.mark.parametrize("units", [(OWN,), (EVERYBODY,)])
@pytest.mark.parametrize("count", [1, 8])
def test_many_rows_take_as_many_queries_as_one(
    own, planner, django_assert_max_num_queries, count, units
):
    named = Unit.objects.filter(name__in=units)
    others = [own, measure_of(2569, "2.1")]
    for measure in others:
        record_save(instance=measure, user=None, links={"units": named})
    places = [(each, quarter) for each in others for quarter in (1, 2, 3, 4)]
    rows = [progress(*place) for place in places[:count]]
    who = viewer(planner)
    with django_assert_max_num_queries(9):
        shown = quarter_rows(list(waiting_quarters(who)), who)
    with django_assert_max_num_queries(0):
        assert len([(row.shape, row.flags, row.period, row.unit) for row in shown]) == count
    with django_assert_max_num_queries(18):
        approve(user=planner, shown=dict.fromkeys(rows, 1))


def test_my_work_and_the_duties_know_the_kind(own, people, today):
    progress(own, 2, user=people["reporter"])
    found = signed_in(people["approver"]).get("/my-work.json").json()
    assert {each["kind"]: each["rows"] for each in found["approvals"]} == {"measure": 1}
    today(date(2026, 4, 5))
    assert found["approvals"][0]["address"] == WAITING
