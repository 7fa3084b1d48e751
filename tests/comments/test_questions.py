"""Questions about figures: who asks, answers, settles and withdraws; what is kept of it."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from integrity.models import ItaAssessment, ItaIndicator
from kpis.write.results import result_approve, result_discard
from strategy import access as roles
from strategy.access import viewer
from strategy.comments.model import Commented, commented_models, figure_asked, figure_token
from strategy.comments.read import open_marks, talk_about, waiting_questions
from strategy.comments.write import (
    comment_withdraw,
    question_answer,
    question_ask,
    question_reopen,
    question_settle,
)
from strategy.models import Comment, MonthLock
from strategy.models.comment import MOST_LETTERS
from strategy.records import write as records
from strategy.records.write import StaleVersion, record_save
from tests.support.assessing import answer, begun
from tests.support.writing import (
    OWN,
    TODAY,
    enter,
    indicator_of,
    led_by,
    measure_of,
    progress,
    spend,
)

pytestmark = pytest.mark.django_db

KINDS = ("result", "month", "quarter", "total", "score", "answer")


def figure(plan, kind):
    """A figure of the reporter's unit, or of its agency."""
    if kind == "result":
        return enter(indicator_of(plan, "S3-1.1", OWN), 2569, 6, "50")
    if kind == "month":
        return spend(led_by(OWN), 2569, 6, "50")
    if kind == "quarter":
        return progress(measure_of(2566, "2.2", OWN), 2)
    if kind == "total":
        return ItaAssessment.objects.get(agency=plan.agency, fiscal_year=2564)
    if kind == "score":
        return ItaIndicator.objects.filter(instrument__assessment__fiscal_year=2564).first()
    return answer(begun(agency=plan.agency), {"A 1.1": 2})[0]


@pytest.fixture
def draft(plan, today):
    """A draft of the reporter's unit: nobody else's to see."""
    today(TODAY)
    return enter(indicator_of(plan, "S3-1.1", OWN), 2569, 6, "50", state="draft")


@pytest.fixture
def question(draft, executive):
    return question_ask(user=executive, figure=draft, text="ทำไมลดลง")


def test_every_kind_of_figure_can_be_asked_about(plan, planner, today):
    today(TODAY)
    assert {figure(plan, kind)._meta.label for kind in KINDS} == set(commented_models())
    for kind, model in zip(KINDS, map(type, (figure(plan, "score"),)), strict=False):
        assert issubclass(model, Commented), kind


# ------------------------------------------------------------------------------- who may


#: Of a figure of the reporter's unit; a score belongs to no unit, an answer to the agency.
MAY = {
    "planner": {*KINDS},
    "executive": {*KINDS},
    "auditor": {*KINDS},
    "reporter": {*KINDS} - {"total", "score"},
    "approver": {*KINDS} - {"total", "score"},
    "outsider": {"answer"},
    "administrator": set(),
    "nobody": set(),
}


@pytest.mark.parametrize("role", MAY)
@pytest.mark.parametrize("kind", KINDS)
def test_who_may_see_a_figure_whole_reads_and_asks(request, plan, person, today, role, kind):
    """The table of docs/domain.md, "Questions about a figure"."""
    today(TODAY)
    made = {
        "approver": lambda: person("head", roles.APPROVER, OWN),
        "administrator": lambda: person("keys", roles.ADMINISTRATOR),
        "nobody": AnonymousUser,
    }
    user = made[role]() if role in made else request.getfixturevalue(role)
    about = figure(plan, kind)
    may = kind in MAY[role]
    assert about.comments_seen_by(viewer(user)) is may
    assert (talk_about(viewer(user), {0: about}) is not None) is may
    if may:
        assert question_ask(user=user, figure=about, text="ทำไม").is_open
    else:
        with pytest.raises(PermissionDenied):
            question_ask(user=user, figure=about, text="ทำไม")
        assert not Comment.objects.exists()


def test_control_without_the_guard_anybody_asks(draft, outsider, monkeypatch):
    monkeypatch.setattr(type(draft), "comments_seen_by", lambda self, who: True)
    assert question_ask(user=outsider, figure=draft, text="ทำไม").is_open


def test_who_asked_settles_and_planners_do_nobody_else(question, executive, planner, reporter):
    for user in (reporter,):
        with pytest.raises(PermissionDenied):
            question_settle(user=user, question=question, expected_version=1)
    question_settle(user=executive, question=question, expected_version=1)
    assert (question.resolved_by_name, question.is_open) == ("executive", False)
    with pytest.raises(PermissionDenied):
        question_reopen(user=reporter, question=question, expected_version=2)
    question_reopen(user=planner, question=question, expected_version=2)
    assert question.is_open and question.resolved_by_id is None
    reply = question_answer(user=reporter, question=question, text="ข้อมูลยังไม่ครบ")
    with pytest.raises(PermissionDenied):
        question_settle(user=planner, question=reply, expected_version=1)


def test_an_author_alone_withdraws_and_the_history_keeps_the_text(question, executive, planner):
    with pytest.raises(PermissionDenied):
        comment_withdraw(user=planner, comment=question, expected_version=1)
    comment_withdraw(user=executive, comment=question, expected_version=1)
    assert (question.text, question.is_open) == ("", False)
    after, before = question.history.all()
    assert (before.text, after.text, after.history_user_name) == ("ทำไมลดลง", "", "executive")
    with pytest.raises(PermissionDenied):
        comment_withdraw(user=executive, comment=question, expected_version=2)
    with pytest.raises(ValidationError):
        question_answer(user=planner, question=question, text="ตอบ")


def test_an_account_may_go_and_the_question_stays(question, executive):
    executive.delete()
    question.refresh_from_db()
    assert (question.author_name, question.text) == ("executive", "ทำไมลดลง")


# ------------------------------------------------------------------------ what is refused


@pytest.mark.parametrize("text", ["", "  \n ", "ก" * (MOST_LETTERS + 1)])
def test_what_says_nothing_or_too_much_is_refused(draft, planner, text):
    with pytest.raises(ValidationError) as refused:
        question_ask(user=planner, figure=draft, text=text)
    assert set(refused.value.error_dict) == {"text"}


def test_answers_stand_one_level_below(question, reporter, planner):
    reply = question_answer(user=reporter, question=question, text="ข้อมูลยังไม่ครบ")
    with pytest.raises(ValidationError):
        question_answer(user=planner, question=reply, text="ตอบคำตอบ")
    assert Comment.objects.count() == 2


def test_a_settled_question_takes_no_answer(question, executive, reporter):
    question_settle(user=executive, question=question, expected_version=1)
    with pytest.raises(ValidationError):
        question_answer(user=reporter, question=question, text="ช้าไป")


def test_the_second_who_settles_or_withdraws_is_told(question, executive, planner):
    stale = Comment.objects.get(pk=question.pk)
    question_settle(user=planner, question=question, expected_version=1)
    for act in (question_settle, question_reopen):
        with pytest.raises(StaleVersion):
            act(user=executive, question=stale, expected_version=1)
    with pytest.raises(StaleVersion):
        comment_withdraw(user=executive, comment=stale, expected_version=1)
    assert Comment.objects.get(pk=question.pk).resolved_by_name == "planner"


def test_control_without_the_claim_the_first_is_lost(question, executive, planner, monkeypatch):
    stale = Comment.objects.get(pk=question.pk)
    question_settle(user=planner, question=question, expected_version=1)
    monkeypatch.setattr(records, "claim", lambda *args, **more: None)
    question_settle(user=executive, question=stale, expected_version=1)
    assert Comment.objects.get(pk=question.pk).resolved_by_name == "executive"


def test_the_database_refuses_what_says_nothing_or_settles_an_answer(question, reporter):
    reply = question_answer(user=reporter, question=question, text="ตอบ")
    for row, wrong in (
        (question, {"text": ""}),
        (question, {"withdrawn_at": question.written_at}),
        (reply, {"resolved_at": question.written_at}),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Comment.objects.filter(pk=row.pk).update(**wrong)


@pytest.mark.parametrize(
    "token",
    ["", "kpis.Result", "kpis.Result:", "kpis.Result:0", "kpis.Result:²", "kpis.Result:" + "9" * 30,
     "kpis.Indicator:1", "auth.User:1", "strategy.Comment:1", ":1", "\x00:1"],
)  # fmt: skip
def test_what_names_no_figure_is_none(draft, planner, token):
    assert figure_asked(token) is None
    assert figure_asked(figure_token(draft)) == draft


# ------------------------------------------------------------- figures are left as they are


def test_a_question_changes_no_figure_and_a_locked_month_is_open_for_it(
    plan, draft, executive, reporter, planner
):
    record_save(instance=MonthLock(agency=plan.agency, fiscal_year=2569, month=6), user=None)
    asked = question_ask(user=executive, figure=draft, text="ทำไม")
    question_answer(user=reporter, question=asked, text="ยังไม่ครบ")
    question_settle(user=executive, question=asked, expected_version=1)
    before = (draft.version, draft.history.count())
    draft.refresh_from_db()
    assert (draft.version, draft.history.count()) == before == (1, 1)


def test_a_question_stands_after_approval_and_is_none_of_the_figures_history(
    question, draft, planner, reporter
):
    result = enter(draft.indicator, 2569, 6, "51", user=reporter, expected_version=1)
    result_approve(user=planner, result=result, expected_version=2)
    assert question_answer(user=reporter, question=question, text="แก้แล้ว").parent == question
    assert "ทำไมลดลง" not in str([row.details for row in result.history.all()])


def test_a_draft_thrown_away_leaves_its_question_out_of_sight(question, draft, reporter, executive):
    result_discard(user=reporter, result=draft, expected_version=1)
    assert Comment.objects.filter(pk=question.pk).exists()
    assert waiting_questions(viewer(reporter)) == []
    with pytest.raises(PermissionDenied):
        question_settle(user=executive, question=question, expected_version=1)


# --------------------------------------------------------------------------- whose turn it is


def waits_for(user):
    return [(each.question.text, each.answered) for each in waiting_questions(viewer(user))]


def test_a_question_waits_for_the_unit_then_for_who_asked_then_for_nobody(
    question, executive, reporter, outsider, planner, person
):
    head = person("head", roles.APPROVER, OWN)
    everybody = (executive, outsider, planner, head)
    assert waits_for(reporter) == [("ทำไมลดลง", False)]
    assert not any(map(waits_for, everybody))
    question_answer(user=reporter, question=question, text="ข้อมูลยังไม่ครบ")
    assert waits_for(executive) == [("ทำไมลดลง", True)]
    assert not any(map(waits_for, (reporter, outsider, planner, head)))
    # Asked on, it is the unit's turn again.
    more = question_answer(user=executive, question=question, text="ขาดอะไร")
    assert (waits_for(reporter), waits_for(executive)) == ([("ทำไมลดลง", False)], [])
    # What was withdrawn is as if it had not been said.
    comment_withdraw(user=executive, comment=more, expected_version=1)
    assert (waits_for(reporter), waits_for(executive)) == ([], [("ทำไมลดลง", True)])
    question_settle(user=executive, question=question, expected_version=1)
    assert not any(map(waits_for, (*everybody, reporter)))


#: Who enters a figure of the reporter's unit: ITA scores planners, an answer the agency's people.
ENTER = {
    "result": {"reporter"},
    "month": {"reporter"},
    "quarter": {"reporter"},
    "total": {"planner"},
    "score": {"planner"},
    "answer": {"reporter", "outsider"},
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_question_waits_for_who_enters_the_figure(
    request, plan, auditor, planner, reporter, outsider, today, kind
):
    today(TODAY)
    question_ask(user=auditor, figure=figure(plan, kind), text="ทำไม")
    people = {"planner": planner, "reporter": reporter, "outsider": outsider}
    assert {name for name, user in people.items() if waits_for(user)} == ENTER[kind]


def test_what_has_no_unit_waits_for_planners(plan, auditor, planner, reporter, today):
    today(TODAY)
    measure = measure_of(2566, "2.2")
    record_save(instance=measure, user=None, links={"units": []})
    asked = (enter(indicator_of(plan, "S3-1.1"), 2569, 6, "50"), progress(measure, 2))
    for row in asked:
        question_ask(user=auditor, figure=row, text="ทำไม")
    assert len(waits_for(planner)) == 2 and not waits_for(reporter)


def test_a_measure_of_a_group_of_units_is_every_units(plan, auditor, reporter, outsider, today):
    today(TODAY)
    row = progress(measure_of(2566, "2.2", "ทุกสำนัก/หน่วย"), 2)
    question_ask(user=auditor, figure=row, text="ทำไม")
    assert waits_for(reporter) and waits_for(outsider)


# --------------------------------------------------------------------------------- reading


def test_reading_takes_the_same_queries_however_much_is_asked(
    plan, planner, executive, reporter, today, django_assert_num_queries
):
    today(TODAY)
    indicator = indicator_of(plan, "S3-1.1", OWN)
    results = {month: enter(indicator, 2569, month, "50") for month in range(1, 7)}
    for result in results.values():
        for _n in range(3):
            asked = question_ask(user=executive, figure=result, text="ทำไม")
            question_answer(user=reporter, question=asked, text="เพราะ")
    who, asker = viewer(planner), viewer(executive)
    with django_assert_num_queries(1):
        talk = talk_about(who, results, 6)
    assert (len(talk.open), talk.marks[3]) == (18, 3)
    assert talk.threads[0].answers[0].text == "เพราะ"
    with django_assert_num_queries(1):
        assert open_marks(indicator.results.all(), "indicator") == {indicator.pk: 18}
    with django_assert_num_queries(2):
        assert len(waiting_questions(asker)) == 18


def test_who_does_not_see_asks_for_nothing(question, outsider, draft, django_assert_num_queries):
    who = viewer(outsider)
    with django_assert_num_queries(0):
        assert talk_about(who, {0: draft}) is None


def test_every_press_is_one_act_in_the_history(question, executive, reporter):
    question_answer(user=reporter, question=question, text="ตอบ")
    question_settle(user=executive, question=question, expected_version=1)
    rows = Comment.history.order_by("history_id")
    told = [(row.history_type, row.history_user_name) for row in rows]
    assert told == [("+", "executive"), ("+", "reporter"), ("~", "executive")]
    assert len({row.act for row in rows}) == 3
