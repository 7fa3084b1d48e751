"""Questions on the pages: shown to whom they concern, sent from there, harmless whatever they hold."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from integrity.models import ItaAssessment
from strategy.comments.model import figure_token
from strategy.comments.write import question_answer, question_ask
from strategy.models import Comment
from tests.support.assessing import answer, begun
from tests.support.crawling import problems
from tests.support.writing import (
    OWN,
    TODAY,
    address,
    enter,
    indicator_of,
    led_by,
    measure_of,
    progress,
    signed_in,
    spend,
)

pytestmark = [pytest.mark.django_db, pytest.mark.same]

ASK = "/comments/"
EVIL = "<script>alert(1)</script>\n=cmd|'/c calc'!A1 {{ 7|add:7 }} ‮ <b>ตัวหนา</b>"


@pytest.fixture
def result(plan, today):
    today(TODAY)
    return enter(indicator_of(plan, "S3-1.1", OWN), 2569, 6, "50")


def page_of(result):
    plan = result.indicator.strategy.plan.slug
    return f"/plans/{plan}/indicators/{result.indicator.code}/?year=2569&month=6"


def ask(client, figure, text="ทำไม", **more):
    sent = {"figure": figure_token(figure), "text": text, "next": "/my-work/", **more}
    return client.post(ASK, sent)


def test_a_question_is_asked_answered_and_settled_where_the_figure_stands(
    result, executive, reporter
):
    path = page_of(result)
    asker, unit = signed_in(executive), signed_in(reporter)
    html = asker.get(path).content.decode()
    assert figure_token(result) in html and 'id="questions"' in html
    sent = ask(asker, result, "ทำไมลดลง", next=path)
    question = Comment.objects.get()
    assert sent.headers["Location"] == f"{path}#question-{question.pk}"
    # It stands in the unit's work, which leads to it.
    work = unit.get("/my-work/").content.decode()
    assert "ทำไมลดลง" in work and f"#question-{question.pk}" in work
    (told,) = unit.get("/my-work.json").json()["questions"]
    assert told["answered"] is False and told["text"]["author"] == "executive"
    act = reverse("comment_act", args=[question.pk])
    unit.post(act, {"text": "ข้อมูลยังไม่ครบ", "next": path})
    assert "ข้อมูลยังไม่ครบ" in asker.get(path).content.decode()
    assert asker.get("/my-work.json").json()["questions"][0]["answered"] is True
    asker.post(act, {"do": "settle", "version": "1", "next": path})
    question.refresh_from_db()
    assert not question.is_open
    assert asker.get("/my-work.json").json()["questions"] == []


def test_the_page_of_every_figure_and_its_form_show_its_questions(plan, planner, executive, today):
    today(TODAY)
    assessed = answer(begun(agency=plan.agency), {"A 1.1": 2})[0]
    money = spend(led_by(OWN), 2569, 6, "50")
    strategy = money.project.strategy.number
    quarter = progress(measure_of(2566, "2.2", OWN), 2)
    total = ItaAssessment.objects.get(agency=plan.agency, fiscal_year=2564)
    result = enter(indicator_of(plan, "S3-1.1", OWN), 2569, 6, "50")
    plan_path = f"/plans/{plan.slug}"
    project = f"{strategy}-{money.project.number}"
    client = signed_in(planner)
    for row, *paths in (
        (result, page_of(result), address(result, "change")),
        (money, f"{plan_path}/budgets/{project}/?year=2569&month=6", address(money, "change")),
        (quarter, "/integrity/measures/2566/?quarter=2", address(quarter, "change")),
        (total, "/integrity/ita/2564/", address(total, "change")),
        (assessed, f"/integrity/assessments/{assessed.assessment_id}/",
         address(assessed.assessment, "change")),
    ):  # fmt: skip
        text = f"ถามเรื่อง {row._meta.model_name}"
        question_ask(user=executive, figure=row, text=text)
        for path in paths:
            html = client.get(path, follow=True).content.decode()
            assert text in html and ('class="asked"' in html or "/change" in path), path
    for path in (f"{plan_path}/indicators/", f"{plan_path}/budgets/"):
        html = client.get(f"{path}?year=2569&month=6").content.decode()
        assert html.count('class="asked"') == 1, path
    for model in (type(result), type(money), type(quarter), type(total)):
        found = client.get(address(model, "changelist"))
        assert [row.asked_about for row in found.context["cl"].result_list].count(1) == 1


@pytest.mark.parametrize("role", ["outsider", "administrator", "nobody"])
def test_for_others_there_is_no_trace(request, result, executive, person, settings, role):
    settings.PUBLIC_READING = True
    question = question_ask(user=executive, figure=result, text="ความลับ")
    client = Client()
    if role != "nobody":
        known = {"administrator": lambda: person("keys", "administrator")}
        user = known[role]() if role in known else request.getfixturevalue(role)
        client = signed_in(user)
    indicators = f"/plans/{result.indicator.strategy.plan.slug}/indicators/?year=2569&month=6"
    for path in (page_of(result), indicators, "/my-work/"):
        html = client.get(path).content.decode()
        assert "ความลับ" not in html and "question" not in html.replace("questions.css", ""), path
    act = reverse("comment_act", args=[question.pk])
    status = 302 if role == "nobody" else 404
    assert ask(client, result).status_code == status
    for sent in ({"text": "ตอบ"}, {"do": "settle", "version": "1"}, {"do": "withdraw"}):
        assert client.post(act, {**sent, "next": "/"}).status_code == status
    assert Comment.objects.get().version == 1


def test_only_a_post_with_its_token_writes(result, executive):
    question = question_ask(user=executive, figure=result, text="ทำไม")
    client = Client(enforce_csrf_checks=True)
    client.force_login(executive)
    act = reverse("comment_act", args=[question.pk])
    for path in (ASK, act):
        assert client.get(path).status_code == client.head(path).status_code == 405
        sent = {"figure": figure_token(result), "text": "ทำไม", "do": "settle", "version": "1"}
        assert client.post(path, sent).status_code == 403
    assert Comment.objects.get().version == 1


@pytest.mark.parametrize(
    "path",
    ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "",
     "my-work/", "/my-work/\r\nX-Bad: 1"],
)  # fmt: skip
def test_one_is_led_back_to_the_site_only(result, executive, path):
    sent = ask(signed_in(executive), result, next=path)
    assert sent.status_code == 302
    place = sent.headers["Location"]
    assert place.startswith("/") and not place.startswith("//") and "\\" not in place
    assert "evil" not in place and "X-Bad" not in sent.headers


def test_what_is_refused_is_shown_again_with_the_sentence_beside_it(result, executive):
    client = signed_in(executive)
    for text in ("", "  ", "ก" * 2001):
        sent = ask(client, result, text)
        html = sent.content.decode()
        assert sent.status_code == 200 and 'class="errorlist"' in html
        assert text.strip() in html and figure_token(result) in html
        assert problems(sent) == []
    assert not Comment.objects.exists()


def test_who_comes_second_reads_that_somebody_was_faster(result, executive, planner):
    question = question_ask(user=executive, figure=result, text="ทำไม")
    act = reverse("comment_act", args=[question.pk])
    sent = {"do": "settle", "version": "1", "next": page_of(result)}
    signed_in(planner).post(act, sent)
    answered = signed_in(executive).post(act, sent, follow=True)
    assert answered.status_code == 200 and list(answered.context["messages"])
    question.refresh_from_db()
    assert (question.version, question.resolved_by_name) == (2, "planner")


@pytest.mark.parametrize("comment", ["0", "999999", "9" * 40])
def test_a_question_that_is_not_there_is_not_found(result, executive, comment):
    assert signed_in(executive).post(f"/comments/{comment}/", {"text": "x"}).status_code == 404


def test_whatever_a_question_holds_runs_nothing(result, executive, reporter, planner):
    question = question_ask(user=executive, figure=result, text=EVIL)
    question_answer(user=reporter, question=question, text=EVIL)
    client = signed_in(planner)
    for path in (
        page_of(result),
        address(result, "change"),
        address(Comment, "changelist"),
        address(question, "change"),
        address(question, "history"),
    ):
        shown = client.get(path)
        html = shown.content.decode()
        assert "<script>alert" not in html and "<b>ตัวหนา" not in html, path
        assert "&lt;script&gt;alert" in html, path
        assert problems(shown) == [], path
    work = signed_in(reporter).get("/my-work/").content.decode()
    assert "<script>alert" not in work
