"""A self-assessment is approved whole: states, rights, what waits, what counts, whose work it is."""

from __future__ import annotations

from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from openpyxl import load_workbook

from integrity.ita.models import ItaAssessment
from integrity.models import Answer, Rubric, SelfAssessment
from integrity.self_assessments.listing import policy_counts
from integrity.self_assessments.waiting import waiting_assessments, waiting_rows
from integrity.self_assessments.write import (
    AnswerEntries,
    assessment_begin,
    assessment_change,
    assessment_delete,
    assessment_record,
)
from integrity.self_assessments.write_editions import rubric_copy
from nhrc_plan.desk.read import my_work, pressing
from nhrc_plan.desk.rows import ASSESSMENT, ITA
from nhrc_plan.reminders.read import outgoing
from strategy import access as roles
from strategy.access import viewer
from strategy.approval.hands import hands_of
from strategy.approval.model import State
from strategy.approval.write import approve, give_back, reopen
from strategy.closing.guard import MonthClosed
from strategy.models import Agency, MonthLock, Unit
from strategy.records.model import acting, history_models
from strategy.records.write import StaleVersion, record_delete, record_save
from tests.support.assessing import all_at, answer, begun, criterion, entry, own_agency, the_rubric
from tests.support.languages import in_english
from tests.support.writing import OTHER, OWN, TODAY, shown, signed_in

pytestmark = pytest.mark.django_db

ADMIN = "/admin/integrity/selfassessment/"
COMMENT = "เกณฑ์ 1.1 ยังไม่มีประกาศ"


@pytest.fixture(autouse=True)
def on_the_day(today: Any) -> None:
    today(TODAY)


@pytest.fixture
def approver(person: Any) -> Any:
    """Of another unit of the organisation's agency than who fills it in."""
    return person("approves", roles.APPROVER, OTHER)


@pytest.fixture
def draft(reporter: Any) -> SelfAssessment:
    """One that a reporter has begun for the own agency, with one answer."""
    made = assessment_begin(
        user=reporter, rubric=the_rubric(), organisation="สำนักงานหนึ่ง",
        level="department", agency=own_agency(),
    )  # fmt: skip
    answer(made, {"A 1.1": 2}, reporter)
    return now(made)


@pytest.fixture
def handed_in(draft: SelfAssessment, reporter: Any) -> SelfAssessment:
    return hand_in(draft, reporter)


def now(row: SelfAssessment) -> SelfAssessment:
    return SelfAssessment.objects.get(pk=row.pk)


def hand_in(row: SelfAssessment, user: Any, state: str = State.SUBMITTED) -> SelfAssessment:
    assessment_record(user=user, assessment=row, expected_version=None, entries=(), state=state)
    return now(row)


def at(row: SelfAssessment, state: str) -> SelfAssessment:
    """In a state, as the system put it there."""
    row = now(row)
    row.approval = state
    return record_save(instance=row, user=None)


# ----------------------------------------------------------------------------- states and rights


def test_it_is_a_draft_until_it_is_handed_in_and_one_history_row_tells_a_press(draft, reporter):
    assert (draft.approval, draft.version) == (State.DRAFT, 2)
    assessment_record(
        user=reporter, assessment=draft, expected_version=draft.version,
        entries=[entry(draft, "B 5", 2)], state=State.SUBMITTED,
    )  # fmt: skip
    row = now(draft)
    assert (row.approval, row.version, row.history.count()) == (State.SUBMITTED, 3, 3)
    with pytest.raises(ValidationError, match="ให้แก้ไขตัวเลข"):
        hand_in(row, reporter, State.DRAFT)
    answer(row, {"B 5": 1}, reporter)
    assert now(row).approval == State.SUBMITTED


#: Who may approve and return one of their own agency, of another one, of none.
MAY = {
    roles.PLANNER: "yyy",
    roles.APPROVER: "y--",
    roles.REPORTER: "---",
    roles.AUDITOR: "---",
    roles.EXECUTIVE: "---",
    roles.ADMINISTRATOR: "---",
}


@pytest.mark.parametrize("role", MAY)
def test_who_may_decide(person, role):
    other = record_save(instance=Agency(slug="other", name="หน่วยงานอื่น"), user=None)
    record_save(instance=Unit(agency=other, name="กองอื่น"), user=None)
    who = person("somebody", role, OWN)
    found = ""
    for number, agency in enumerate((own_agency(), other, None)):
        row = begun(f"องค์กร {number}", agency=agency)
        waits = waiting_assessments(viewer(who)).filter(pk=row.pk).exists()
        try:
            approve(user=who, shown={row: row.version})
        except PermissionDenied:
            assert not (waits and viewer(who).approves)
            found += "-"
        else:
            # Another agency's a planner may decide, and has it before them where they plan for all.
            assert waits == (agency is None or agency.pk in viewer(who).agency_ids)
            found += "y"
    assert found == MAY[role]


def test_nobody_approves_what_went_through_their_hands(handed_in, reporter, planner, approver):
    assert hands_of(SelfAssessment, [handed_in.pk])[handed_in.pk].authors == {reporter.pk}
    answer(handed_in, {"S 1.1": "2"}, planner)
    row = now(handed_in)
    with pytest.raises(ValidationError, match="ท่านเป็นผู้กรอกหรือส่ง"):
        approve(user=planner, shown={row: row.version})
    answer(row, {"A 1.2": 1}, reporter)  # the planner's points stay among its hands
    row = now(row)
    with pytest.raises(ValidationError, match="ท่านเป็นผู้กรอกหรือส่ง"):
        approve(user=planner, shown={row: row.version})
    row = now(row)
    with pytest.raises(StaleVersion):
        approve(user=approver, shown={row: handed_in.version})
    approve(user=approver, shown={row: row.version})
    assert now(row).is_approved


def test_it_goes_back_with_a_comment_and_comes_again(handed_in, reporter, approver):
    with pytest.raises(ValidationError, match="ต้องแก้ไขอะไร"):
        give_back(user=approver, shown={handed_in: handed_in.version}, comment=" . ")
    give_back(user=approver, shown={handed_in: handed_in.version}, comment=COMMENT)
    row = now(handed_in)
    # Kept unsent it stays returned, with its comment.
    answer(row, {"A 1.1": 3}, reporter)
    assert (now(row).approval, now(row).returned_because) == (State.RETURNED, COMMENT)
    row = hand_in(row, reporter)
    assert (row.approval, row.returned_because) == (State.SUBMITTED, "")


WRITES = {
    "answer": lambda user, row: answer(row, {"A 1.1": 1}, user),
    "organisation": lambda user, row: assessment_change(
        user=user, assessment=row, expected_version=row.version
    ),
    "cleared": lambda user, row: AnswerEntries.record_many(
        user=user, assessment=row, entries=[entry(row, "A 1.1")]
    ),
    "deletion": lambda user, row: assessment_delete(
        user=user, assessment=row, expected_version=row.version
    ),
    "answer's deletion": lambda user, row: record_delete(
        instance=Answer.objects.get(assessment=row), user=user
    ),
    "by itself": lambda user, row: record_save(instance=row, user=user),
}


@pytest.mark.parametrize("way", WRITES)
def test_an_approved_one_refuses_every_write_until_it_is_reopened(handed_in, planner, way):
    row = at(handed_in, State.APPROVED)
    before = row.history.count(), Answer.history.count()
    with pytest.raises(ValidationError, match="อนุมัติแล้ว ต้องให้ผู้วางแผนเปิด"):
        WRITES[way](planner, now(row))
    assert (row.history.count(), Answer.history.count()) == before
    with pytest.raises(ValidationError) as refused:
        reopen(user=planner, shown={row: row.version}, reason="")
    assert "reason" in refused.value.message_dict
    [row] = reopen(user=planner, shown={row: row.version}, reason="พบคะแนนผิด")
    assert row.history.first().history_change_reason == "พบคะแนนผิด"
    WRITES[way](planner, now(row))


def test_of_a_locked_month_nothing_is_decided(handed_in, approver, planner):
    lock = MonthLock(agency=own_agency(), fiscal_year=2565, month=12)
    record_save(instance=lock, user=None)
    for service, more in ((approve, {}), (give_back, {"comment": COMMENT})):
        with pytest.raises(MonthClosed):
            service(user=approver, shown={now(handed_in): handed_in.version}, **more)
    SelfAssessment.objects.filter(pk=handed_in.pk).update(approval=State.APPROVED)
    with pytest.raises(MonthClosed):
        reopen(user=planner, shown={now(handed_in): handed_in.version}, reason="แก้")
    assert now(handed_in).version == handed_in.version


# ----------------------------------------------------------------------------- the screens


def test_the_screen_keeps_drafts_hands_in_and_shows_why_it_came_back(draft, reporter, approver):
    client = signed_in(reporter)
    address = f"{ADMIN}{draft.pk}/change/"
    page = client.get(address)
    data = shown(page)
    client.post(address, {**data, f"c{criterion('B 5').pk}-level": "2", "_draft": "1"})
    assert (now(draft).approval, draft.answers.count()) == (State.DRAFT, 2)
    # Somebody else's answers meanwhile are no change of what stands about the organisation.
    answered = client.post(address, {**data, "organisation": "สำนักงานใหม่", "_save": "1"})
    assert answered.status_code == 302
    row = now(draft)
    assert (row.approval, row.organisation) == (State.SUBMITTED, "สำนักงานใหม่")
    assert 'name="_draft"' not in client.get(address).content.decode()
    give_back(user=approver, shown={row: row.version}, comment=COMMENT)
    # Who had it open before it came back is told, and nothing is overwritten.
    stale = client.post(address, {**data, "_save": "1"})
    assert stale.status_code == 200 and now(draft).approval == State.RETURNED
    html = client.get(address).content.decode()
    assert COMMENT in html and 'name="_draft"' in html
    assert f"ส่งกลับ: {COMMENT}" in client.get(ADMIN).content.decode()


def test_many_are_approved_or_returned_at_once_each_with_what_to_look_at(
    handed_in, approver, planner, client
):
    earlier = rubric_copy(
        user=None, rubric=the_rubric(), fiscal_year=2564, organisation_kind="ภาครัฐ"
    )
    before = begun(handed_in.organisation, rubric=earlier, agency=own_agency())
    at(before, State.APPROVED)
    sample = begun("องค์กรตัวอย่าง", is_sample=True)
    answer(sample, all_at(3))
    assert SelfAssessment.objects.get(pk=sample.pk).is_sample
    who = viewer(planner)
    with in_english():
        found = waiting_rows(list(waiting_assessments(who)), who)
    rows = {row.row.pk: row for row in found}
    first, second = rows[handed_in.pk], rows[sample.pk]
    assert (first.before.total, first.now.total > 0) == (0, True)
    assert first.before_name == "ภาครัฐ 2564" and second.before is None
    assert [flag.split(":")[0] for flag in first.flags] == [
        "criteria without an answer", "answers without evidence", "late",
    ]  # fmt: skip
    assert [flag.split(":")[0] for flag in second.flags] == ["answers without evidence", "sample"]
    client.force_login(approver)
    html = client.get(f"{ADMIN}waiting/").content.decode()
    assert handed_in.organisation in html and sample.organisation not in html
    other = begun("กรมสอง", agency=own_agency())
    ticked = {"tick": [handed_in.pk, other.pk], f"version_{handed_in.pk}": handed_in.version,
              f"version_{other.pk}": other.version, "_approve": "1"}  # fmt: skip
    assert client.post(f"{ADMIN}waiting/", ticked).status_code == 302
    assert now(handed_in).is_approved and now(other).is_approved
    assert client.get(f"{ADMIN}{handed_in.pk}/change/").status_code == 200
    client.force_login(planner)
    form = client.get(f"{ADMIN}{handed_in.pk}/change/").content.decode()
    assert f"{ADMIN}{handed_in.pk}/reopen/" in form and 'name="organisation"' not in form


def test_the_screen_of_many_asks_no_more_for_more(planner, django_assert_max_num_queries):
    for number in range(6):
        begun(f"กรม {number}", agency=own_agency())
    who = viewer(planner)
    with django_assert_max_num_queries(11):
        assert len(waiting_rows(list(waiting_assessments(who)), who)) == 6


# -------------------------------------------------------------------------- what counts, marks


@pytest.mark.parametrize(
    ("state", "all_figures", "approved_only"),
    [("draft", 0, 0), ("returned", 0, 0), ("submitted", 1, 0), ("approved", 1, 1)],
)
def test_who_has_a_policy_is_counted_of_what_counts(
    plan, draft, client, reporter, state, all_figures, approved_only
):
    at(draft, state)
    assert policy_counts(approved_only=False).agencies == all_figures
    client.force_login(reporter)
    for only, count in ((False, all_figures), (True, approved_only)):
        plan.approved_only = only
        record_save(instance=plan, user=None)
        plan.refresh_from_db()
        found = client.get("/integrity/assessments.json").json()
        assert found["with_policy"]["agencies"] == count


@pytest.mark.parametrize(
    ("state", "mark"),
    [("draft", "ร่าง"), ("returned", "ส่งกลับ"), ("submitted", "ยังไม่อนุมัติ"), ("approved", "")],
)
def test_pages_data_and_workbook_say_how_far_it_is(draft, client, reporter, state, mark):
    at(draft, state)
    client.force_login(reporter)
    page = f"/integrity/assessments/{draft.pk}"
    texts = [client.get(address).content.decode() for address in (
        f"{page}/", f"{page}/?print=1", "/integrity/assessments/",
    )]  # fmt: skip
    book = load_workbook(BytesIO(client.get(f"{page}.xlsx").content))
    texts += ["\n".join(str(row[0].value) for row in sheet.iter_rows(max_row=6)) for sheet in book]
    assert all(mark in text for text in texts)
    if not mark:
        assert not any("ยังไม่อนุมัติ" in text for text in texts)
    for data in (
        client.get(f"{page}.json").json(),
        client.get("/integrity/assessments.json").json()["assessments"][0],
    ):
        assert (data["state"], data["approved"]) == (state, state == "approved")


def test_a_page_of_an_earlier_day_shows_the_state_of_that_day(
    handed_in, opened_history, approver, reporter, client
):
    """What was handed in by September was approved in October only."""
    for model in history_models():
        model._base_manager.update(history_date=datetime(2026, 9, 1, 12, tzinfo=UTC))
    october = datetime(2026, 10, 5, 12, tzinfo=UTC)
    with acting(user=None, reason="", when=lambda row: october):
        approve(user=approver, shown={handed_in: handed_in.version})
    client.force_login(reporter)
    for query, state in (("?as_of=2569-10-04", "submitted"), ("?as_of=2569-10-06", "approved"),
                         ("", "approved")):  # fmt: skip
        for page in (f"/integrity/assessments/{handed_in.pk}.json", "/integrity/assessments.json"):
            data = client.get(f"{page}{query}").json()
            assert data.get("assessments", [data])[0]["state"] == state, (page, query)


# ------------------------------------------------------------------------------ whose work it is


def test_drafts_and_returned_ones_are_work_of_those_who_fill_them_in(
    draft, reporter, outsider, approver, planner, person
):
    def tasks(user: Any) -> list[Any]:
        return [task for task in my_work(viewer(user), TODAY).enter if task.kind == ASSESSMENT]

    [task] = tasks(reporter)
    # Due as month 12 of the edition's year, 2565.
    assert (task.name, task.state, task.deadline) == (
        draft.organisation, "late", date(2022, 10, 10),
    )  # fmt: skip
    assert signed_in(reporter).get(task.address).status_code == 200
    assert tasks(outsider) and tasks(planner) and tasks(approver) == []
    row = hand_in(draft, reporter)
    assert tasks(reporter) == []
    approvals = {each.kind: each.oldest for each in my_work(viewer(approver), TODAY).approvals}
    assert approvals[ASSESSMENT] == ("สำนักงานหนึ่ง 2565",)
    before = pressing(viewer(reporter), TODAY)
    give_back(user=approver, shown={row: row.version}, comment=COMMENT)
    [task] = tasks(reporter)
    assert task.returned == COMMENT
    assert pressing(viewer(reporter), TODAY) == before + 1
    assert COMMENT in signed_in(reporter).get("/my-work/").content.decode()


def test_one_of_an_organisation_outside_is_work_of_planners_without_a_deadline(reporter, planner):
    row = begun("กรมนอกระบบ", state=State.DRAFT)
    [task] = [each for each in my_work(viewer(planner), TODAY).enter if each.kind == ASSESSMENT]
    assert (task.address, task.deadline) == (f"{ADMIN}{row.pk}/change/", None)
    assert ASSESSMENT not in {each.kind for each in my_work(viewer(reporter), TODAY).enter}


def test_a_returned_year_of_ita_is_work_of_planners(plan, planner, reporter, person):
    second = person("second", roles.PLANNER)
    year = ItaAssessment.objects.get(agency__slug="nhrc", fiscal_year=2564)
    give_back(user=second, shown={year: year.version}, comment="ตรวจคะแนน i25")
    for who in (planner, second):
        [task] = [each for each in my_work(viewer(who), TODAY).enter if each.kind == ITA]
        assert (task.name, task.returned) == (year.title, "ตรวจคะแนน i25")
        html = signed_in(who).get(task.address).content.decode()
        assert "ตรวจคะแนน i25" in html and f"/itaassessment/{year.pk}/submit/" in html
    assert ITA not in {each.kind for each in my_work(viewer(reporter), TODAY).enter}
    elsewhere = record_save(instance=Agency(slug="other", name="หน่วยงานอื่น"), user=None)
    record_save(instance=Unit(agency=elsewhere, name="กองอื่น"), user=None)
    other = person("elsewhere", roles.PLANNER, "กองอื่น")
    assert ITA not in {each.kind for each in my_work(viewer(other), TODAY).enter}


def test_mails_tell_what_came_back_and_what_waits(handed_in, reporter, approver, planner, person):
    second = person("second", roles.PLANNER)
    year = ItaAssessment.objects.get(agency__slug="nhrc", fiscal_year=2564)
    give_back(user=second, shown={year: year.version}, comment="ตรวจคะแนน")
    for user in (reporter, approver, planner, second):
        user.email = f"{user.username}@example.org"
        user.save()

    def told(user: Any) -> set[tuple[str, str]]:
        letters = [each for each in outgoing(date(2026, 10, 12)).letters
                   if each.user_id == user.pk]  # fmt: skip
        return {(item.kind, item.line.standing) for each in letters for item in each.items}

    assert (ASSESSMENT, "waiting") in told(approver)
    assert (ITA, "returned") in told(planner) and (ITA, "returned") not in told(reporter)
    give_back(user=approver, shown={handed_in: handed_in.version}, comment=COMMENT)
    assert (ASSESSMENT, "returned") in told(reporter)
    # Of an organisation outside the system planners decide, of whatever agency they are.
    outside = begun("กรมนอกระบบ")
    answer(outside, {"A 1.1": 2}, second)
    assert (ASSESSMENT, "waiting") in told(planner)


def test_what_was_there_before_counts_as_handed_in() -> None:
    """The default of the migration: as years of ITA."""
    field = SelfAssessment._meta.get_field("approval")
    assert field.default == State.SUBMITTED
    assert SelfAssessment.history.model._meta.get_field("approval").default == State.SUBMITTED
    assert Rubric.objects.exists() and reverse("admin:integrity_selfassessment_waiting")
