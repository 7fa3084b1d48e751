"""The scores of an ITA year are approved together: states, rights, what an approved year refuses."""

from __future__ import annotations

from decimal import Decimal as D
from io import BytesIO
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from openpyxl import load_workbook

from integrity.ita.read import ita_year, ita_years, latest_year
from integrity.ita.scores import ScoreEntry
from integrity.ita.waiting import waiting_rows
from integrity.ita.write import ScoreEntries, ita_year_begin, year_moved
from integrity.models import (
    AssessmentEvidence,
    ItaAssessment,
    ItaGrade,
    ItaIndicator,
    ItaInstrument,
    ItaItem,
    Recommendation,
)
from strategy import access
from strategy.access import viewer
from strategy.approval.hands import hands_of
from strategy.approval.model import State
from strategy.approval.write import approve, give_back, hand_in, reopen
from strategy.closing.guard import MonthClosed
from strategy.evidence.entry import EvidenceEntry
from strategy.evidence.write_record import evidence_record
from strategy.models import MonthLock
from strategy.records.write import StaleVersion, record_delete, record_save

pytestmark = [pytest.mark.django_db, pytest.mark.same]

ADMIN = "/admin/integrity/itaassessment/"
STEPS = {
    "approve": (approve, {}),
    "return": (give_back, {"comment": "ตรวจคะแนน i25"}),
    "reopen": (reopen, {"reason": "ประกาศใหม่"}),
    "submit": (hand_in, {}),
}


@pytest.fixture
def year(plan: Any) -> ItaAssessment:
    return stored(2564)


@pytest.fixture
def second(person: Any) -> Any:
    """Another planner."""
    return person("second", access.PLANNER)


def stored(fiscal_year: int) -> ItaAssessment:
    return ItaAssessment.objects.get(agency__slug="nhrc", fiscal_year=fiscal_year)


def at(year: ItaAssessment, state: str) -> ItaAssessment:
    """The year in a state, as the system put it there."""
    year.approval = state
    return record_save(instance=year, user=None)


def question(year: ItaAssessment) -> ItaItem:
    own = ItaItem.objects.filter(indicator__instrument__assessment=year, published__isnull=False)
    return own.earliest("pk")


def step(name: str, user: Any, year: ItaAssessment) -> Any:
    service, more = STEPS[name]
    return service(user=user, shown={year: year.version}, **more)


def entered(user: Any, year: ItaAssessment, after: str = "12.34") -> Any:
    row = question(year)
    return ScoreEntries.record_many(
        user=user,
        assessment=year,
        entries=[ScoreEntry(f"Q{row.pk}", row.published, D(after))],
        expected_version=year.version,
    )


# ----------------------------------------------------------------------------- states and rights


@pytest.mark.parametrize(
    ("state", "name", "after"),
    [
        ("draft", "submit", "submitted"),
        ("returned", "submit", "submitted"),
        ("submitted", "approve", "approved"),
        ("submitted", "return", "returned"),
        ("approved", "reopen", "submitted"),
        ("draft", "approve", None),
        ("draft", "return", None),
        ("draft", "reopen", None),
        ("returned", "approve", None),
        ("submitted", "submit", None),
        ("submitted", "reopen", None),
        ("approved", "approve", None),
        ("approved", "submit", None),
    ],
)
def test_each_step_leads_from_its_state_alone(year, planner, state, name, after):
    at(year, state)
    if after is None:
        with pytest.raises(StaleVersion):
            step(name, planner, year)
    else:
        step(name, planner, year)
    assert stored(2564).approval == (after or state)
    assert year.history.first().approval == (after or state)


@pytest.mark.parametrize("name", STEPS)
@pytest.mark.parametrize("who", ["reporter", "auditor", "executive"])
def test_nobody_but_planners_takes_a_step(request, year, name, who):
    at(year, {"reopen": "approved", "submit": "draft"}.get(name, "submitted"))
    with pytest.raises(PermissionDenied):
        step(name, request.getfixturevalue(who), year)


@pytest.mark.parametrize(("name", "field"), [("return", "comment"), ("reopen", "reason")])
def test_returning_and_reopening_say_why(year, planner, name, field):
    at(year, "approved" if name == "reopen" else "submitted")
    with pytest.raises(ValidationError) as refused:
        STEPS[name][0](user=planner, shown={year: year.version}, **{field: " . "})
    assert field in refused.value.message_dict


def test_a_returned_year_keeps_its_comment_until_it_is_handed_in(year, planner, second):
    step("return", second, year)
    assert stored(2564).returned_because == "ตรวจคะแนน i25"
    step("submit", planner, stored(2564))
    assert stored(2564).returned_because == ""


def test_nobody_approves_what_they_entered_and_another_planner_does(year, planner, second):
    entered(planner, year)
    with pytest.raises(ValidationError, match="ITA 2564"):
        step("approve", planner, stored(2564))
    step("approve", second, stored(2564))
    assert stored(2564).is_approved


@pytest.mark.parametrize(
    "changed",
    [
        lambda year: question(year),
        lambda year: ItaIndicator.objects.filter(instrument__assessment=year).first(),
        lambda year: year.instruments.first(),
    ],
    ids=["question", "indicator", "instrument"],
)
def test_who_changed_any_row_below_last_is_one_of_its_hands(year, planner, second, changed):
    assert hands_of(ItaAssessment, [year.pk])[year.pk].authors == frozenset()
    row = changed(year)
    row.published = D("1.00")
    record_save(instance=row, user=planner)
    # Somebody else wrote elsewhere since, and handed in by that.
    year_moved(user=second, year=year, reason="")
    assert hands_of(ItaAssessment, [year.pk])[year.pk].authors == {planner.pk, second.pk}


def test_of_a_locked_month_nothing_is_approved_returned_or_reopened(year, planner):
    record_save(instance=MonthLock(agency=year.agency, fiscal_year=2564, month=12), user=None)
    for name in ("approve", "return"):
        with pytest.raises(MonthClosed):
            step(name, planner, stored(2564))
    ItaAssessment.objects.filter(pk=year.pk).update(approval="approved")
    with pytest.raises(MonthClosed):
        step("reopen", planner, stored(2564))
    assert stored(2564).version == year.version


# --------------------------------------------------------------------- what an approved year refuses


def saves(find: Any, **fields: Any) -> Any:
    def write(user: Any, year: ItaAssessment) -> Any:
        row = find(year)
        for name, value in fields.items():
            setattr(row, name, value)
        return record_save(instance=row, user=user)

    return write


def evidence(user: Any, year: ItaAssessment) -> None:
    piece = EvidenceEntry(AssessmentEvidence.Kind.DOCUMENT, text="ประกาศ")
    evidence_record(user=user, record=year, pieces=[piece], expected_version=year.version)


def moved_away(user: Any, year: ItaAssessment) -> Any:
    row = year.instruments.first()
    row.assessment, row.code = stored(2563), "ZZZ"
    return record_save(instance=row, user=user)


WRITES = {
    "screen": entered,
    "total": saves(lambda year: year, published_total=D("1.00")),
    "notes": saves(lambda year: year, notes="x"),
    "question": saves(question, published=D("1.00")),
    "indicator": saves(
        lambda year: ItaIndicator.objects.filter(instrument__assessment=year).first(), name="x"
    ),
    "weight": saves(lambda year: year.instruments.first(), weight=D("1.00")),
    "new grade": saves(lambda year: ItaGrade(assessment=year), label="Z", at_least=D("1.5")),
    "advice": saves(lambda year: Recommendation(assessment=year, number=99), text="x"),
    "moved away": moved_away,
    "deletion below": lambda user, year: record_delete(instance=question(year), user=user),
    "deletion": lambda user, year: record_delete(instance=year, user=user),
    "evidence": evidence,
}


@pytest.mark.parametrize("way", WRITES)
def test_an_approved_year_refuses_every_write_with_one_sentence(year, planner, way):
    at(year, State.APPROVED)
    write = WRITES[way]
    before = year.history.count()
    with pytest.raises(ValidationError, match="ITA 2564 NHRC|ITA 2564") as refused:
        write(planner, year)
    assert len(refused.value.messages) == 1
    assert stored(2564).history.count() == before
    # Once it is reopened the same is written.
    [opened] = step("reopen", planner, year)
    write(planner, opened)


def test_the_forms_of_an_approved_year_say_so_and_keep_it(year, planner, client):
    at(year, State.APPROVED)
    client.force_login(planner)
    row = ItaInstrument.objects.filter(assessment=year).first()
    for address in (f"{ADMIN}{year.pk}/change/", f"{ADMIN}{year.pk}/scores/",
                    f"/admin/integrity/itainstrument/{row.pk}/change/"):  # fmt: skip
        html = client.get(address).content.decode()
        assert f"{year} อนุมัติแล้ว" in html


# --------------------------------------------------------------------------- what counts, marks


@pytest.mark.parametrize("state", ["draft", "returned"])
def test_a_draft_counts_nowhere_and_readers_of_drafts_see_it(
    year, planner, auditor, reporter, client, state
):
    at(year, state)
    assert [row.year for row in ita_years(year.agency).years] == [2563]
    assert latest_year(year.agency, 2570) == 2563
    with pytest.raises(Http404):
        ita_year(year.agency, 2564)
    page = "/integrity/ita/2564/?agency=nhrc"
    for who, status in ((reporter, 404), (planner, 200), (auditor, 200)):
        client.force_login(who)
        assert client.get(page).status_code == status
    assert {"draft": "ร่าง", "returned": "ส่งกลับ"}[state] in client.get(page).content.decode()


@pytest.mark.parametrize(("state", "approved"), [("submitted", False), ("approved", True)])
def test_pages_data_and_workbook_say_what_is_not_approved(year, reporter, client, state, approved):
    at(year, state)
    client.force_login(reporter)
    mark = "ยังไม่อนุมัติ"
    assert (mark in client.get("/integrity/ita/2564/").content.decode()) is not approved
    assert client.get("/integrity/ita/2564.json").json()["approved"] is approved
    years = client.get("/integrity/ita.json").json()["years"]
    assert {row["year"]: row["approved"] for row in years} == {2563: False, 2564: approved}
    book = load_workbook(BytesIO(client.get("/integrity/ita/2564.xlsx").content))
    head = [str(row[0].value) for row in book.worksheets[0].iter_rows(max_row=8)]
    assert any(mark in text for text in head) is not approved


def test_a_year_begins_as_a_draft_where_that_is_asked(year, planner):
    made = ita_year_begin(
        user=planner, source=year, agency=year.agency, fiscal_year=2565, draft=True
    )
    assert made.approval == State.DRAFT
    assert latest_year(year.agency, 2570) == 2564


# ------------------------------------------------------------------------------ what waits


def test_the_screen_of_what_waits_approves_and_returns(year, planner, second, reporter, client):
    entered(second, year)
    client.force_login(reporter)
    assert client.get(f"{ADMIN}waiting/").status_code == 403
    client.force_login(planner)
    html = client.get(f"{ADMIN}waiting/").content.decode()
    assert "ITA 2564" in html and "ITA 2563" in html
    year = stored(2564)
    data = {"tick": year.pk, f"version_{year.pk}": year.version, "_approve": "1"}
    assert client.post(f"{ADMIN}waiting/", data).status_code == 302
    assert stored(2564).is_approved
    client.force_login(second)
    assert (
        client.post(f"{ADMIN}{year.pk}/reopen/", {"version": 3, "reason": "แก้"}).status_code == 302
    )
    assert stored(2564).approval == State.SUBMITTED


def test_own_work_is_told_and_a_change_below_is_seen(year, planner, second, client):
    entered(planner, year)
    [row] = waiting_rows([stored(2564)], viewer(planner))
    assert row.own
    shown = stored(2564)
    client.force_login(planner)
    item = question(year)
    form = client.get(f"/admin/integrity/itaindicator/{item.indicator_id}/delete/")
    assert form.status_code == 200
    year_moved(user=planner, year=shown, reason="")
    with pytest.raises(StaleVersion):
        step("approve", second, shown)


def test_it_waits_in_my_work_of_planners(year, planner, reporter, client):
    client.force_login(planner)
    assert f"{ADMIN}waiting/" in client.get("/my-work/").content.decode()


def test_the_screen_asks_no_more_for_many(year, planner, django_assert_max_num_queries):
    who = viewer(planner)
    rows = list(ItaAssessment.approval_rows().filter(agency=year.agency))
    with django_assert_max_num_queries(6 + 5 * len(rows)):
        waiting_rows(rows, who)
