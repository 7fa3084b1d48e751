"""An assessment on one screen: through the client as a browser posts it, and in a real browser.

What may be stored, and by whom, is proven in tests/integrity/test_self_assessment_services.py; here, that the screen
asks for it, says so beside the field, and loses nothing.
"""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from integrity.models import Answer, Criterion, CriterionLevel, Rubric, SelfAssessment
from integrity.self_assessments.forms import reply_name
from strategy.models import Agency, Unit
from strategy.records.write import record_save
from tests.support.assessing import (
    SELF,
    all_at,
    answer,
    begun,
    criterion,
    own_agency,
    page,
    stored,
    the_rubric,
)
from tests.support.browsing import follow
from tests.support.crawling import problems
from tests.support.languages import in_english
from tests.support.writing import TODAY, address, differences, facts, shown, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.same]


def reply(place):
    """The field of the reply to a question, by its place among those asked."""
    return reply_name(the_rubric().questions[place])


@pytest.fixture(autouse=True)
def on_the_day(today):
    today(TODAY)


def screen(assessment):
    return reverse("admin:integrity_selfassessment_change", args=[assessment.pk])


def read(client, assessment):
    """The form as it is shown, and what a browser would post from it."""
    response = client.get(screen(assessment))
    assert response.status_code == 200
    return response, shown(response)


def name(code, field):
    return f"c{criterion(code).pk}-{field}"


def post(client, assessment, data, **typed):
    """Post what was read, with ``typed`` over it: {"A 1.1 level": "2"}."""
    given = {}
    for key, value in typed.items():
        *code, field = key.split()
        given[name(" ".join(code), field) if code else field] = value
    return client.post(screen(assessment), {**data, **given, "_save": "1"})


def beside(response, code, field):
    """The refusals beside a field of a criterion."""
    form = response.context["form"]
    form = next(row for row in form.forms if row.row.criterion.id == criterion(code).pk)
    if field == "evidence":
        return [
            str(text)
            for errors in form.evidence.errors
            for texts in errors.values()
            for text in texts
        ]
    return [str(text) for text in form.errors.get(field, [])]


# ---------------------------------------------------------------------------------- filling in


def test_a_reporter_begins_fills_in_and_sees_the_total(reporter):
    client = signed_in(reporter)
    begin = client.get(address(SelfAssessment, "add"))
    assert [str(c) for c in begin.context["adminform"].form.fields["agency"].queryset] == [
        str(own_agency())
    ]
    begun_ = client.post(
        address(SelfAssessment, "add"),
        {
            "rubric": the_rubric().pk, "organisation": "สำนักงานหนึ่ง", "level": "department",
            "province": "", "agency": own_agency().pk,
        },
    )  # fmt: skip
    row = SelfAssessment.objects.get()
    assert begun_["Location"] == screen(row)
    _shown, data = read(client, row)
    response = post(
        client, row, data,
        **{
            "A 1.1 level": "๓", "A 7.1 level": "3", "B 5 level": "2", "B 5 remark": "ทุกสิ้นปี",
            reply(0): "จุดเด่น\r\nสองบรรทัด",
        },
    )  # fmt: skip
    assert response.status_code == 302
    assert stored(row) == {"A 1.1": 3, "A 7.1": 3, "B 5": 2}
    # 5 + 2.5 of A, two thirds of 10 of B.
    shown = page(row)
    assert str(shown.total) == "7.25" and shown.replies[0][1] == "จุดเด่น\nสองบรรทัด"
    assert "7.25" in client.get(screen(row)).content.decode()
    row.refresh_from_db()
    assert row.version == 2
    assert {h.history_user_id for h in Answer.history.all()} == {reporter.pk}


def test_saving_what_was_read_changes_nothing(planner):
    row = begun(agency=own_agency())
    answer(row, {**all_at(3), "S 1.1": "9.5"})
    client = signed_in(planner)
    _shown, data = read(client, row)
    before = facts()
    assert post(client, row, data).status_code == 302
    assert differences(before, facts()) == {}


def test_an_answer_is_cleared_by_its_own_choice(planner):
    row = begun()
    answer(row, {"A 1.1": 2, "A 1.2": 1})
    client = signed_in(planner)
    _shown, data = read(client, row)
    assert data[name("A 1.1", "level")] == "2" and data[name("A 2.1", "level")] == ""
    post(client, row, data, **{"A 1.1 level": ""})
    assert stored(row) == {"A 1.2": 1}


def test_evidence_with_thai_digits_and_a_two_digit_year(planner):
    row = begun()
    client = signed_in(planner)
    _shown, data = read(client, row)
    at = "A 1.1 evidence-0-"
    typed = {at + "kind": "letter", at + "number": "ที่ ยธ ๐๔๐๑/๓๙๕", at + "dated": "๒๗ ก.พ. ๖๓"}
    assert post(client, row, data, **{"A 1.1 level": "1", **typed}).status_code == 302
    piece = Answer.objects.get().evidence.get()
    assert (piece.kind, piece.number) == ("letter", "ที่ ยธ ๐๔๐๑/๓๙๕")
    assert piece.dated == date(2020, 2, 27)
    # A second row is there now; an emptied one takes its piece away.
    _shown, data = read(client, row)
    assert data[name("A 1.1", "evidence-TOTAL_FORMS")] == "2"
    post(client, row, data, **{at + "number": "", at + "dated": ""})
    assert not Answer.objects.get().evidence.exists()


def test_everything_wrong_is_said_beside_its_field_and_nothing_is_lost(planner):
    row = begun(agency=own_agency())
    answer(row, {"A 1.2": 1})
    client = signed_in(planner)
    _shown, data = read(client, row)
    before = facts()
    with in_english():
        response = post(
            client, row, data,
            **{
                "A 7.1 level": "2", "A 3.3.1 level": "1", "A 3.3.2 level": "3",
                "A 1.2 level": "3", "A 1.1 level": "x", "S 1.1 points": "๔๑", "S 3 points": "many",
                "A 2.1 level": "1", "A 2.1 evidence-0-kind": "link",
                "A 2.1 evidence-0-url": "javascript:alert(1)", "A 2.1 remark": "เหตุผล <b>",
                "organisation": "", reply(1): "ตอบไว้",
            },
        )  # fmt: skip
    assert response.status_code == 200 and differences(before, facts()) == {}
    for code, field in (
        ("A 7.1", "level"), ("A 3.3.1", "level"), ("A 3.3.2", "level"), ("A 1.1", "level"),
        ("S 1.1", "points"), ("S 3", "points"), ("A 2.1", "evidence"),
    ):  # fmt: skip
        assert len(beside(response, code, field)) == 1, (code, field)
    assert beside(response, "A 1.2", "level") == []
    assert "organisation" in response.context["form"].facts.errors
    kept = shown(response)
    assert kept[name("A 1.2", "level")] == "3" and kept[name("S 3", "points")] == "many"
    assert kept[name("A 2.1", "remark")] == "เหตุผล <b>" and kept[reply(1)] == "ตอบไว้"
    assert kept[name("A 2.1", "evidence-0-url")] == "javascript:alert(1)"
    assert problems(response) == []


def test_a_reporter_sees_the_site_visit_and_does_not_score_it(reporter):
    row = begun(agency=own_agency())
    answer(row, {"S 1.1": "9.5"})
    client = signed_in(reporter)
    response, data = read(client, row)
    assert "9.5 คะแนน" in response.content.decode() and name("S 1.1", "points") not in data
    post(client, row, data, **{"S 1.1 points": "40", "S 1.2 points": "1", "A 1.1 level": "1"})
    assert {code: str(value) for code, value in stored(row).items()} == {
        "S 1.1": "9.50", "A 1.1": "1",
    }  # fmt: skip


@pytest.mark.parametrize("who", ["reporter", "auditor", "outsider"])
def test_another_agencys_assessment_is_not_there(request, who, person):
    agency = record_save(instance=Agency(slug="other", name="หน่วยงานอื่น"), user=None)
    record_save(instance=Unit(agency=agency, name="กองอื่น"), user=None)
    row = begun(agency=agency)
    client = signed_in(request.getfixturevalue(who))
    before = facts()
    expected = (200, 403) if who == "auditor" else (404, 404)
    assert client.get(screen(row)).status_code == expected[0]
    assert client.post(screen(row), {"_save": "1"}).status_code == expected[1]
    assert differences(before, facts()) == {}
    own = person("theirs", "reporter", "กองอื่น")
    assert signed_in(own).get(screen(row)).status_code == 200


# ------------------------------------------------------------------- somebody else was faster


def test_the_second_editor_sees_what_the_first_did_and_decides(planner, person):
    row = begun()
    answer(row, {"A 1.1": 1, "A 1.2": 1})
    one, two = signed_in(person("colleague", "planner")), signed_in(planner)
    _shown, first = read(one, row)
    _shown, second = read(two, row)
    post(one, row, first, **{"A 1.1 level": "2", "A 1.2 level": "2"})
    with in_english():
        refused = post(two, row, second, **{"A 1.1 level": "3"})
    assert refused.status_code == 200 and stored(row) == {"A 1.1": 2, "A 1.2": 2}
    said = " ".join(beside(refused, "A 1.1", "__all__"))
    assert "colleague" in said and "level: 1 → 2" in said
    again = shown(refused)
    # What they typed stands; what they had not touched follows the colleague.
    assert again[name("A 1.1", "level")] == "3" and again[name("A 1.2", "level")] == "2"
    assert post(two, row, again).status_code == 302
    assert stored(row) == {"A 1.1": 3, "A 1.2": 2}


def test_an_answer_cleared_meanwhile_is_entered_anew_only_on_purpose(planner, person):
    row = begun()
    answer(row, {"A 1.1": 1})
    client = signed_in(planner)
    _shown, data = read(client, row)
    answer(row, {"A 1.1": None})
    untouched = post(client, row, data)
    assert untouched.status_code == 302 and stored(row) == {}
    refused = post(client, row, data, **{"A 1.1 level": "3"})
    assert refused.status_code == 200 and stored(row) == {}
    again = shown(refused)
    assert post(client, row, again).status_code == 302 and stored(row) == {"A 1.1": 3}


def test_the_organisations_own_facts_are_not_overwritten_either(planner, person):
    row = begun("ชื่อเดิม")
    one, two = signed_in(person("colleague", "planner")), signed_in(planner)
    _shown, first = read(one, row)
    _shown, second = read(two, row)
    post(one, row, first, organisation="ชื่อหนึ่ง")
    refused = post(two, row, second, organisation="ชื่อสอง")
    assert "ชื่อหนึ่ง" in " ".join(refused.context["form"].facts.non_field_errors())
    assert SelfAssessment.objects.get().organisation == "ชื่อหนึ่ง"
    # Who only answers criteria is not in the way of who renames the organisation.
    _shown, third = read(two, row)
    post(one, row, read(one, row)[1], organisation="ชื่อสาม")
    assert post(two, row, third, **{"A 1.1 level": "1"}).status_code == 200
    assert stored(row) == {}


# ------------------------------------------------------------------------------ the instrument


def test_planners_change_what_a_level_is_worth_and_are_told_whom_it_touches(planner):
    row = begun()
    answer(row, {"B 5": 1})
    client = signed_in(planner)
    asked = criterion("B 5")
    level = asked.levels.get(level=1)
    response = client.get(address(asked, "change"))
    from tests.support.writing import filled

    data = filled(response, **{"levels-0-share_of": "1", "levels-0-share_in": "3"})
    with in_english():
        saved = client.post(address(asked, "change"), data, follow=True)
    assert "1 assessment has been made" in " ".join(str(m) for m in saved.context["messages"])
    level.refresh_from_db()
    assert (level.share_of, level.share_in) == (1, 3)
    assert str(page(row).total) == "1.00"


def test_a_level_that_was_chosen_is_neither_renumbered_nor_deleted(planner):
    from tests.support.writing import filled

    answer(begun(), {"A 7.1": 3})
    client = signed_in(planner)
    asked = criterion("A 7.1")
    for typed in ({"levels-1-level": "2"}, {"levels-1-DELETE": "on"}):
        before = facts()
        response = client.get(address(asked, "change"))
        with in_english():
            refused = client.post(address(asked, "change"), filled(response, **typed))
        (inline,) = refused.context["inline_admin_formsets"]
        assert "has to stay" in " ".join(inline.formset.non_form_errors())
        assert differences(before, facts()) == {}
    assert CriterionLevel.objects.filter(criterion=asked).count() == 2


def test_deleting_an_answered_criterion_is_answered_in_thai(planner):
    answer(begun(), {"A 7.1": 3})
    client = signed_in(planner)
    before = facts()
    shown = client.post(address(criterion("A 7.1"), "delete"), {"post": "yes"}, follow=True)
    assert shown.status_code == 200
    assert differences(before, facts(without=("session", "log"))) == {}
    assert Criterion.objects.count() == 34


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"fiscal_year": "2567"}, None),
        ({"fiscal_year": "๒๕๖๗"}, None),
        ({"fiscal_year": "2024"}, "fiscal_year"),
        ({"fiscal_year": "2565"}, "__all__"),
        ({"organisation_kind": ""}, "organisation_kind"),
    ],
)
def test_an_edition_is_copied_by_a_form(planner, typed, field):
    client = signed_in(planner)
    place = reverse("admin:integrity_rubric_copy", args=[the_rubric().pk])
    assert client.get(place).status_code == 200 and Rubric.objects.count() == 1
    data = {"fiscal_year": "2566", "organisation_kind": "ภาครัฐ", **typed}
    response = client.post(place, data)
    if field is None:
        copied = Rubric.objects.get(fiscal_year=2567)
        assert response["Location"] == address(copied, "change")
    else:
        assert list(response.context["form"].errors) == [field]
        assert Rubric.objects.count() == 1


def test_lists_of_a_rubric_are_written_one_to_a_line(planner):
    from tests.support.writing import filled

    client, rubric = signed_in(planner), the_rubric()
    response = client.get(address(rubric, "change"))
    shown = response.context["adminform"].form["definitions"].value()
    typed = {"questions": "ข้อหนึ่ง\r\n\r\n ข้อสอง ", "definitions": "คำ | ความหมาย"}
    client.post(address(rubric, "change"), filled(response, **typed))
    rubric.refresh_from_db()
    assert rubric.questions == ["ข้อหนึ่ง", "ข้อสอง"]
    assert rubric.definitions == [{"term": "คำ", "meaning": "ความหมาย"}]
    with in_english():
        refused = client.post(
            address(rubric, "change"),
            filled(client.get(address(rubric, "change")), definitions="คำเดียว"),
        )
    assert "lacks one of its two parts" in str(refused.context["errors"])
    assert shown


# ----------------------------------------------------------------------------------- a browser


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_self_assessment_filled_in_a_browser_gives_the_right_total(browse, planner):  # noqa: F811
    row = begun("กรมหนึ่ง")
    window = browse(planner)
    window.goto(screen(row))

    def live():
        return window.locator(".standing [data-total]").inner_text()

    def choose(code, level):
        window.check(f"[name={name(code, 'level')}][value='{level}']")

    assert live() == "0.00"
    choose("A 1.1", 3)
    assert live() == "3.50"
    choose("A 1.1", 2)
    assert live() == "2.33"
    for code in SELF:
        choose(code, 3)
    assert live() == "100.00"
    assert window.locator(".standing [data-answered]").inner_text() == "25"
    choose("A 7.1", 1)  # 2.5 × 2/3 × 0.70 less
    choose("B 5", 1)  # earns nothing
    choose("B 1.2", 2)  # 10 × 1/3 × 0.30 less
    choose("A 3.3.1", "")
    choose("A 3.3.2", 2)  # 10 × 1/3 × 0.70 less
    window.fill(f"[name={name('S 1.1', 'points')}]", "๙.๒๕")
    # 100 − 7/6 − 3 − 1 − 7/3
    typed = live()
    follow(window, "[name=_save]")
    saved = window.locator(".messagelist").inner_text()
    assert typed in saved and live() == typed == str(page(row).total) == "92.50"
    assert window.locator("[data-part-points=S]").inner_text() == "9.25"

    window.goto(f"/integrity/assessments/{row.pk}/")
    assert typed in window.locator(".big").first.inner_text()

    # Both alternatives: refused beside both, and what was chosen stands.
    window.goto(screen(row))
    choose("A 3.3.1", 3)
    follow(window, "[name=_save]")
    assert window.locator(".criterion.wrong .errorlist").count() == 2
    assert window.is_checked(f"[name={name('A 3.3.1', 'level')}][value='3']")
    assert "A 3.3.1" not in stored(row)
    assert window.wrong == []


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_the_live_total_is_the_servers_to_the_last_digit(browse, planner):  # noqa: F811
    """Many sets of answers: what the script says before saving is what Python says."""
    window = browse(planner)
    for number, levels in enumerate(([1, 2, 3], [3, 1, 1, 2], [2, 2, 1], [1, 3], [2, 3, 3, 1, 1])):
        values = {
            code: 3 if code.startswith("A 7") else levels[place % len(levels)]
            for place, code in enumerate(SELF)
        }
        row = begun(f"กรม {number}")
        answer(row, values)
        window.goto(screen(row))
        live = window.locator(".standing [data-total]").inner_text()
        assert live == str(page(row).total)
        # The script has really worked it out: it shows itself.
        assert window.locator(".standing .live").is_visible()
    assert window.wrong == []


def test_replies_follow_their_question_when_others_are_asked_meanwhile(planner):
    """Between reading the form and sending it a question is put in front, and one is taken out."""
    client, row = signed_in(planner), begun(agency=own_agency())
    _shown, data = read(client, row)
    first, second, third = (reply(place) for place in range(3))
    rubric = the_rubric()
    rubric.questions = ["คำถามใหม่", *rubric.questions[1:]]
    record_save(instance=rubric, user=None)
    said = {second: "คำตอบที่สอง"}
    page_ = post(client, row, data, **said, **{first: "คำตอบแรก", third: ""})
    assert page_.status_code == 200 and "คำตอบแรก" in page_.content.decode()
    assert SelfAssessment.objects.get().replies == []
    _shown, data = read(client, row)
    assert post(client, row, data, **said).status_code == 302
    assert SelfAssessment.objects.get().replies == [
        {"question": rubric.questions[1], "reply": "คำตอบที่สอง"}
    ]
