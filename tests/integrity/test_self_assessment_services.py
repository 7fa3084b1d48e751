"""Writing assessments: what is refused and how it is said, who may, and who was first.

Sentences are compared in English, as the code has them.
"""

from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from integrity.models import Answer, AnswerEvidence, SelfAssessment
from integrity.self_assessments import write as rubric_services
from integrity.self_assessments.access import may_fill_in
from integrity.self_assessments.checks import AnswerEntry
from integrity.self_assessments.write import (
    AnswerEntries,
    assessment_begin,
    assessment_change,
    assessment_delete,
)
from strategy import access as roles
from strategy.evidence.entry import EvidenceEntry
from strategy.models import Agency, Unit
from strategy.records.write import EntriesRefused, StaleVersion, record_save
from tests.support.assessing import (
    SELF,
    answer,
    begun,
    criterion,
    entry,
    own_agency,
    page,
    stored,
    the_rubric,
)
from tests.support.languages import in_english
from tests.support.racing import blind_claim, split, together
from tests.support.writing import OWN, differences, facts

pytestmark = pytest.mark.django_db
TODAY = date(2026, 10, 11)


@pytest.fixture(autouse=True)
def english():
    with in_english():
        yield


def refusals(assessment, *entries, user=None):
    """By place and field, the sentences with which entries are refused; nothing is saved."""
    before = facts()
    with pytest.raises(EntriesRefused) as refused:
        AnswerEntries.record_many(user=user, assessment=assessment, entries=entries, today=TODAY)
    assert differences(before, facts()) == {}
    return {
        place: {field: [str(m) for m in errors.messages] for field, errors in _by_field(error)}
        for place, error in refused.value.errors.items()
    }


def _by_field(error):
    return [(field, ValidationError(problems)) for field, problems in error.error_dict.items()]


# ---------------------------------------------------------------------------------- refused


LEVELS = "This criterion describes levels; choose one instead of points."
NO_LEVELS = "This criterion describes no levels; give points instead."


@pytest.mark.parametrize(
    ("code", "value", "field", "said"),
    [
        ("A 7.1", 2, "level", "Criterion A 7.1 has no level 2; it has 1, 3."),
        ("A 1.1", 4, "level", "Criterion A 1.1 has no level 4; it has 1, 2, 3."),
        ("A 1.1", 0, "level", "Criterion A 1.1 has no level 0; it has 1, 2, 3."),
        ("A 1.1", "3", "points", LEVELS),
        ("S 1.1", 1, "level", NO_LEVELS),
        ("S 1.1", "-0.5", "points", "Points are between 0 and 40, not -0.5."),
        ("S 1.1", "40.01", "points", "Points are between 0 and 40, not 40.01."),
        ("S 3", "20.5", "points", "Points are between 0 and 20, not 20.5."),
        ("S 3", "1.005", "points", "At most 2 decimals are kept; round the number first."),
    ],
)
def test_an_answer_that_cannot_be_is_refused_beside_its_field(code, value, field, said):
    assessment = begun()
    assert refusals(assessment, entry(assessment, code, value)) == {0: {field: [said]}}


def test_a_criterion_of_another_edition_is_refused(planner):
    from integrity.self_assessments.write_editions import rubric_copy

    other = rubric_copy(
        user=planner, rubric=the_rubric(), fiscal_year=2567, organisation_kind="ภาครัฐ"
    )
    assessment = begun()
    theirs = AnswerEntry(criterion("A 1.1", other).pk, level=1)
    assert refusals(assessment, theirs) == {
        0: {"__all__": ["This criterion is not of this rubric."]}
    }


def test_both_alternatives_are_refused_beside_both():
    assessment = begun()
    found = refusals(assessment, entry(assessment, "A 3.3.1", 1), entry(assessment, "A 3.3.2", 3))
    assert found == {
        0: {"level": ["Answer either 3.3.1 or 3.3.2, not both; clear one of them."]},
        1: {"level": ["Answer either 3.3.2 or 3.3.1, not both; clear one of them."]},
    }


def test_the_other_alternative_is_refused_while_the_first_stands_and_taken_once_it_goes():
    assessment = begun()
    answer(assessment, {"A 3.3.1": 2})
    assert refusals(assessment, entry(assessment, "A 3.3.2", 3)) == {
        0: {"level": ["Answer either 3.3.2 or 3.3.1, not both; clear one of them."]}
    }
    answer(assessment, {"A 3.3.1": None, "A 3.3.2": 3})
    assert stored(assessment) == {"A 3.3.2": 3}


def test_points_together_are_not_more_than_their_group():
    assessment = begun()
    answer(assessment, {"S 1.1": "20", "S 1.2": "15"})
    said = "Together the points of group 1 come to 41, more than its 40."
    assert refusals(
        assessment, entry(assessment, "S 1.3", "4"), entry(assessment, "S 1.4", "2")
    ) == {0: {"points": [said]}, 1: {"points": [said]}}
    answer(assessment, {"S 1.3": "4", "S 1.4": "1"})
    assert str(page(assessment).parts[2].points) == "40.00"
    assert str(page(assessment).total) == "0.00"


@pytest.mark.parametrize(
    ("piece", "said"),
    [
        (EvidenceEntry("letter"), "Write the letter's number"),
        (EvidenceEntry("letter", "ยธ 1", date(2026, 10, 12)), "This day has not come yet"),
        (EvidenceEntry("document"), "Say which document it is."),
        (EvidenceEntry("link"), "Write the address, beginning with https://."),
        (EvidenceEntry("link", url="javascript:alert(1)"), "Only an address of the web"),
        (EvidenceEntry("link", url="ftp://example.org/x"), "Only an address of the web"),
        (EvidenceEntry("link", url="https://"), "Only an address of the web"),
        (EvidenceEntry("other", text="x"), "Choose one of the listed answers."),
    ],
)
def test_evidence_that_leads_nowhere_is_refused(piece, said):
    assessment = begun()
    found = refusals(assessment, entry(assessment, "A 1.1", 1, evidence=(piece,)))
    assert [field for field in found[0]] == ["evidence"]
    assert found[0]["evidence"][0].startswith(said)


def test_all_or_none_are_saved():
    assessment = begun()
    refusals(assessment, entry(assessment, "A 1.1", 3), entry(assessment, "A 7.1", 2))
    assert stored(assessment) == {}


@given(st.dictionaries(st.sampled_from(["S 1.1", "S 1.2", "S 1.3", "S 1.4"]),
                       st.decimals(-5, 45, places=2)))  # fmt: skip
@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_a_group_is_never_given_more_than_it_has(django_db_blocker, points):
    from django.db import transaction

    with transaction.atomic():
        assessment = begun()
        fits = all(0 <= p <= 40 for p in points.values()) and sum(points.values()) <= 40
        try:
            answer(assessment, {code: str(p) for code, p in points.items()})
            assert fits
        except EntriesRefused:
            assert not fits
        assert page(assessment).parts[2].points <= 40
        transaction.set_rollback(True)


# ----------------------------------------------------------------------------------- kept


def test_an_answer_is_changed_and_cleared():
    assessment = begun()
    answer(assessment, {"A 1.1": 1, "A 1.2": 2})
    answer(assessment, {"A 1.1": 3})
    assert stored(assessment) == {"A 1.1": 3, "A 1.2": 2}
    answer(assessment, {"A 1.2": None})
    assert stored(assessment) == {"A 1.1": 3}
    kinds = Answer.history.filter(criterion=criterion("A 1.2")).order_by("history_id")
    assert [row.history_type for row in kinds] == ["+", "-"]


def test_a_remark_may_come_before_the_level_and_counts_for_nothing():
    assessment = begun()
    AnswerEntries.record_many(
        user=None, assessment=assessment, entries=[entry(assessment, "A 1.1", remark="รอเอกสาร")]
    )
    shown = page(assessment)
    assert shown.answered == 0 and shown.total == 0
    assert [row.remark for row in shown.answers if row.id] == ["รอเอกสาร"]


def test_evidence_is_replaced_as_a_whole_and_kept_in_the_history(planner):
    assessment = begun()
    letter = EvidenceEntry("letter", "ยธ ๐๔๐๑/๓๙๕", date(2020, 2, 27), text="ประกาศ")
    link = EvidenceEntry("link", url="https://example.org/a?b=1", text="หน้าเว็บ")
    AnswerEntries.record_many(
        user=planner, assessment=assessment,
        entries=[entry(assessment, "A 1.1", 2, evidence=(letter, link))],
    )  # fmt: skip
    (row,) = [row for row in page(assessment).answers if row.id]
    assert row.evidence == (letter, link)
    AnswerEntries.record_many(
        user=planner, assessment=assessment,
        entries=[entry(assessment, "A 1.1", 2, evidence=(link,))],
    )  # fmt: skip
    (row,) = [row for row in page(assessment).answers if row.id]
    assert row.evidence == (link,) and AnswerEvidence.objects.count() == 1
    history = Answer.history.order_by("history_id")
    assert [[piece["number"] for piece in row.details["evidence"]] for row in history] == [
        ["ยธ ๐๔๐๑/๓๙๕", ""],
        [""],
    ]
    answer(assessment, {"A 1.1": None})
    assert Answer.history.latest("history_id").details["evidence"][0]["url"] == link.url


def replying(*texts, questions=None):
    """Replies as an assessment keeps them, to the questions as they stand or as given."""
    asked = the_rubric().questions if questions is None else questions
    return [{"question": q, "reply": text} for q, text in zip(asked, texts, strict=False)]


def test_replies_are_kept_with_the_text_of_their_question(planner):
    assessment = begun()
    assessment.replies = replying(" จุดเด่น ", " ", "ขยายผล")
    assessment_change(user=planner, assessment=assessment, expected_version=1)
    asked = the_rubric().questions
    assert SelfAssessment.objects.get().replies == [
        {"question": asked[0], "reply": "จุดเด่น"},
        {"question": asked[2], "reply": "ขยายผล"},
    ]
    assert [reply for _question, reply in page(assessment).replies] == ["จุดเด่น", "", "ขยายผล"]
    assert page(assessment).open_questions == 1
    assessment.replies = replying("", "", "")
    assessment_change(user=planner, assessment=assessment, expected_version=2)
    assert SelfAssessment.objects.get().replies == []


def asking(*questions):
    rubric = the_rubric()
    rubric.questions = list(questions)
    record_save(instance=rubric, user=None)


@pytest.mark.parametrize("kept", [0, 1, 2, 3])
def test_a_question_put_in_front_moves_no_reply(planner, kept):
    one, two, three = the_rubric().questions
    assessment = begun(replies=replying("ก", "ข", "ค"))
    asking(*[one, two, three][:kept], "คำถามใหม่", *[one, two, three][kept:])
    assert dict(page(assessment).replies) == {one: "ก", two: "ข", three: "ค", "คำถามใหม่": ""}
    assert page(assessment).replies[kept] == ("คำถามใหม่", "")


def test_a_reply_stays_under_a_question_that_is_no_longer_asked(planner):
    one, two, three = the_rubric().questions
    assessment = begun(replies=replying("ก", "ข", "ค"))
    asking(three, "คำถามใหม่")
    assert page(assessment).replies == ((three, "ค"), ("คำถามใหม่", ""), (one, "ก"), (two, "ข"))
    # It may stay, change and go, but not come back, nor may one that was never asked.
    changed = SelfAssessment.objects.get()
    changed.replies = replying("ก ใหม่", "", questions=[one, two])
    assessment_change(user=planner, assessment=changed, expected_version=1)
    assert SelfAssessment.objects.get().replies == [{"question": one, "reply": "ก ใหม่"}]
    for gone in (two, "อะไรก็ได้"):
        changed = SelfAssessment.objects.get()
        changed.replies = replying("x", questions=[gone])
        with pytest.raises(ValidationError, match="not a compulsory question"):
            assessment_change(user=planner, assessment=changed, expected_version=2)


def test_many_answers_are_saved_with_as_many_queries_as_one():
    """New ones and changed ones, each with evidence in its history. Four of them, on PostgreSQL,
    for the assessment's own next version."""
    letter = (EvidenceEntry("letter", "ยธ 1", date(2020, 2, 27)),)
    counts = set()
    for codes in (SELF[:1], SELF[:5], [code for code in SELF if code != "A 7.1"][:22]):
        assessment = begun(f"องค์กร {len(codes)}")
        for level in (1, 3):
            entries = [entry(assessment, code, level, evidence=letter) for code in codes]
            with CaptureQueriesContext(connection) as captured:
                AnswerEntries.record_many(user=None, assessment=assessment, entries=entries)
            counts.add((level, len(captured)))
        history = Answer.history.filter(assessment=assessment)
        assert [len(row.details["evidence"]) for row in history] == [1] * 2 * len(codes)
    assert len(counts) == 2, counts
    assert max(count for _level, count in counts) <= 24, counts


# ---------------------------------------------------------------------- the organisation


def test_an_organisation_assesses_itself_once_by_an_edition():
    begun("กรมหนึ่ง")
    for name in ("กรมหนึ่ง", "  กรมหนึ่ง "):
        with pytest.raises(ValidationError, match="has an assessment by that rubric"):
            begun(name)
    assert SelfAssessment.objects.count() == 1


def test_a_province_is_named():
    with pytest.raises(ValidationError, match="Write which province it is"):
        begun("จังหวัดหนึ่ง", level="province")
    assert begun("จังหวัดหนึ่ง", level="province", province="หนึ่ง").province == "หนึ่ง"


def test_the_edition_of_an_assessment_stays(planner):
    from integrity.self_assessments.write_editions import rubric_copy

    assessment = begun()
    assessment.rubric = rubric_copy(
        user=planner, rubric=the_rubric(), fiscal_year=2567, organisation_kind="ภาครัฐ"
    )
    with pytest.raises(ValidationError, match="The edition stays"):
        assessment_change(user=planner, assessment=assessment, expected_version=1)


# ------------------------------------------------------------------------------ who may


@pytest.fixture
def another_agency():
    agency = record_save(instance=Agency(slug="other", name="หน่วยงานอื่น"), user=None)
    record_save(instance=Unit(agency=agency, name="กองอื่น"), user=None)
    return agency


#: Who may begin, answer the self-assessed part, give points for the site visit, delete:
#: of the own agency, of another agency, of an organisation outside the system.
MAY = {
    roles.PLANNER: ("yyyy", "yyyy", "yyyy"),
    roles.REPORTER: ("yy--", "----", "----"),
    roles.EXECUTIVE: ("----", "----", "----"),
    roles.AUDITOR: ("----", "----", "----"),
    roles.ADMINISTRATOR: ("----", "----", "----"),
    "": ("----", "----", "----"),
}


@pytest.mark.parametrize("role", MAY, ids=lambda role: role or "none")
def test_who_may_write(person, another_agency, role):
    user = person("somebody", role, OWN)
    for number, agency in enumerate((own_agency(), another_agency, None)):
        found = ""
        assessment = begun(f"องค์กร {number}", agency=agency)
        actions = (
            lambda agency=agency, number=number: assessment_begin(
                user=user, rubric=the_rubric(), organisation=f"ใหม่ {number}",
                level="department", agency=agency,
            ),
            lambda assessment=assessment: answer(assessment, {"A 1.1": 2}, user),
            lambda assessment=assessment: answer(assessment, {"S 1.1": "2"}, user),
            lambda assessment=assessment: assessment_delete(
                user=user, assessment=assessment,
                expected_version=SelfAssessment.objects.get(pk=assessment.pk).version,
            ),
        )  # fmt: skip
        for action in actions:
            before = facts()
            try:
                action()
                found += "y"
            except PermissionDenied:
                found += "-"
                assert differences(before, facts()) == {}
        assert found == MAY[role][number]


def test_a_reporter_gives_an_assessment_to_nobody_else(reporter, another_agency):
    assessment = begun(agency=own_agency())
    for agency in (another_agency, None):
        assessment.agency = agency
        with pytest.raises(PermissionDenied):
            assessment_change(user=reporter, assessment=assessment, expected_version=1)
    # Nor takes one: what counts is whose it is in the database.
    theirs = begun("อื่น", agency=another_agency)
    theirs.agency = own_agency()
    with pytest.raises(PermissionDenied):
        assessment_change(user=reporter, assessment=theirs, expected_version=1)
    with pytest.raises(PermissionDenied):
        answer(begun("ที่สาม", agency=another_agency), {"A 1.1": 1}, reporter)


def test_whose_people_may_fill_in_is_known_without_a_query(
    reporter, another_agency, django_assert_max_num_queries
):
    who, own = roles.viewer(reporter), own_agency().pk
    with django_assert_max_num_queries(0):
        assert may_fill_in(who, own)
        assert not may_fill_in(who, another_agency.pk) and not may_fill_in(who, None)


def moved_after_reading(agency):
    """An assessment of the own agency as a request read it, before it moved to another one."""
    read = begun(agency=own_agency())
    moved = SelfAssessment.objects.get(pk=read.pk)
    moved.agency = agency
    record_save(instance=moved, user=None)
    return read


def test_whose_an_assessment_is_counts_when_it_is_written(reporter, another_agency):
    read = moved_after_reading(another_agency)
    with pytest.raises(PermissionDenied):
        answer(read, {"A 1.1": 2}, reporter)
    assert stored(read) == {}


def test_control_without_asking_of_the_stored_row_an_outsider_writes(
    reporter, another_agency, monkeypatch
):
    """Negative control: nothing else stands between an outsider and the answers."""
    read = moved_after_reading(another_agency)
    monkeypatch.setattr(rubric_services, "may_fill_in", lambda who, agency_id: True)
    answer(read, {"A 1.1": 2}, reporter)
    assert stored(read) == {"A 1.1": 2}


# -------------------------------------------------------------------------- who was first


def test_a_version_that_was_overtaken_is_refused(planner):
    assessment = begun()
    read = entry(assessment, "A 1.1", 1)
    answer(assessment, {"A 1.1": 2})
    with pytest.raises(StaleVersion):
        AnswerEntries.record_many(user=planner, assessment=assessment, entries=[read])
    late = entry(assessment, "A 1.1", 3)
    answer(assessment, {"A 1.1": 1})
    with pytest.raises(StaleVersion):
        AnswerEntries.record_many(user=planner, assessment=assessment, entries=[late])
    cleared = entry(assessment, "A 1.1", 3)
    answer(assessment, {"A 1.1": None})
    with pytest.raises(StaleVersion):
        AnswerEntries.record_many(user=planner, assessment=assessment, entries=[cleared])
    assert stored(assessment) == {}


def test_different_criteria_do_not_meet(planner):
    assessment = begun()
    answer(assessment, {"A 1.1": 1, "A 1.2": 1})
    one, two = entry(assessment, "A 1.1", 2), entry(assessment, "A 1.2", 3)
    AnswerEntries.record_many(user=planner, assessment=assessment, entries=[one])
    AnswerEntries.record_many(user=planner, assessment=assessment, entries=[two])
    assert stored(assessment) == {"A 1.1": 2, "A 1.2": 3}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("round_", range(4))
def test_of_two_at_once_one_changes_an_answer(planner, round_):
    assessment = begun()
    answer(assessment, {"A 1.1": 1})
    entries = [entry(assessment, "A 1.1", level) for level in (2, 3)]
    found = together(
        *(
            lambda one=one: AnswerEntries.record_many(
                user=planner, assessment=assessment, entries=[one]
            )
            for one in entries
        )
    )
    assert split(found, (StaleVersion, ValidationError)) == (1, 1)
    assert Answer.history.count() == 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("round_", range(4))
def test_of_two_at_once_one_answers_an_alternative(planner, round_):
    assessment = begun()
    entries = [entry(assessment, "A 3.3.1", 1), entry(assessment, "A 3.3.2", 1)]
    found = together(
        *(
            lambda one=one: AnswerEntries.record_many(
                user=planner, assessment=assessment, entries=[one]
            )
            for one in entries
        )
    )
    assert split(found, ValidationError) == (1, 1)
    assert len(stored(assessment)) == 1


def test_control_without_the_claim_the_second_overwrites(planner, monkeypatch):
    """Negative control: with the version check taken away the first answer is lost."""
    assessment = begun()
    answer(assessment, {"A 1.1": 1})
    late = entry(assessment, "A 1.1", 3)
    answer(assessment, {"A 1.1": 2})

    monkeypatch.setattr("strategy.records.entries.claim", blind_claim)
    monkeypatch.setattr("strategy.records.entries.refuse_stale", lambda *read: None)
    AnswerEntries.record_many(user=planner, assessment=assessment, entries=[late])
    assert stored(assessment) == {"A 1.1": 3}


def test_control_without_the_check_both_alternatives_stand(monkeypatch):
    """Negative control: the refusal of both is the service's own, nothing else stands behind it."""
    assessment = begun()
    monkeypatch.setattr(rubric_services, "check_together", lambda *more: None)
    answer(assessment, {"A 3.3.1": 1, "A 3.3.2": 3})
    assert len(stored(assessment)) == 2
