"""ITA in the admin: forms with Thai digits and Thai refusals, all scores on one sheet, where to go."""

from __future__ import annotations

import json
from decimal import Decimal as D
from typing import Any

import pytest
from django.urls import reverse

from integrity.models import (
    ItaAssessment,
    ItaIndicator,
    ItaInstrument,
    ItaItem,
    Recommendation,
)
from strategy.records.write import record_save
from tests.support.writing import address, differences, facts, filled, form_errors, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.same]


@pytest.fixture
def assessment(plan: Any) -> ItaAssessment:
    return ItaAssessment.objects.get(agency=plan.agency, fiscal_year=2564)


@pytest.fixture
def client(planner: Any) -> Any:
    return signed_in(planner)


def screen_of(assessment: ItaAssessment) -> str:
    return reverse("admin:integrity_itaassessment_scores", args=[assessment.pk])


def item(code: str) -> ItaItem:
    return ItaItem.objects.get(code=code, indicator__instrument__assessment__fiscal_year=2564)


def key(code: str) -> str:
    return f"Q{item(code).pk}"


def typed(response: Any, **scores: str) -> dict[str, str]:
    """What a browser would post from the sheet, with other scores beside some codes."""
    form = response.context["form"]
    data = {field.html_name: str(field.value() or "") for field in form.fields}
    return data | {key(code): score for code, score in scores.items()}


# -------------------------------------------------------------------------------------- the forms


def test_an_assessments_form_says_where_to_go_next(client, assessment):
    page = client.get(address(assessment, "change")).content.decode()
    for instrument in assessment.instruments.all():
        assert address(instrument, "change") in page
    for path in (
        screen_of(assessment), "/integrity/ita/2564/?agency=nhrc",
        reverse("admin:integrity_itaassessment_begin", args=[assessment.pk]),
    ):  # fmt: skip
        assert f'href="{path}"' in page
    indicator = ItaIndicator.objects.get(instrument__assessment=assessment, number=5)
    assert (
        address(indicator, "change")
        in client.get(address(indicator.instrument, "change")).content.decode()
    )
    assert (
        address(indicator.instrument, "change")
        in client.get(address(indicator, "change")).content.decode()
    )


def test_thai_digits_are_read_and_the_change_is_recorded(client, assessment, planner):
    path = address(assessment, "change")
    data = filled(client.get(path), published_total="๙๓.๓๐", rank="๓", change_reason="แก้ไข")
    assert client.post(path, data).status_code == 302
    assessment.refresh_from_db()
    assert (assessment.published_total, assessment.rank, assessment.version) == (D("93.30"), 3, 2)
    last = assessment.history.order_by("-history_id").first()
    assert (last.history_user_name, last.history_change_reason) == ("planner", "แก้ไข")


@pytest.mark.parametrize("score", ["101", "-1", "๑๐๐.๐๑"])
def test_a_score_outside_0_to_100_is_refused_in_thai(client, assessment, score):
    before = facts()
    path = address(assessment, "change")
    page = client.post(path, filled(client.get(path), published_total=score))
    assert any("ระหว่าง 0 ถึง 100" in text for text in form_errors(page)["published_total"])
    indicator = ItaIndicator.objects.get(instrument__assessment=assessment, number=5)
    path = address(indicator, "change")
    page = client.get(path)
    field = next(
        form.add_prefix("published")
        for form in page.context["inline_admin_formsets"][0].formset.forms
        if form.instance.code == "i27"
    )
    page = client.post(path, filled(page, **{field: score}))
    assert any("ระหว่าง 0 ถึง 100" in text for text in form_errors(page)[field])
    assert differences(before, facts()) == {}


def test_a_year_of_the_christian_era_is_refused(client, assessment):
    path = address(assessment, "change")
    page = client.post(path, filled(client.get(path), fiscal_year="2021"))
    assert "2564" in form_errors(page)["fiscal_year"][0]


def test_questions_stand_above_their_parts_and_belong_to_their_indicator(client, assessment):
    indicator = ItaIndicator.objects.get(instrument__assessment=assessment, number=5)
    page = client.get(address(indicator, "change"))
    formset = page.context["inline_admin_formsets"][0].formset
    rows = [(form.instance.parent_id is None, form.instance.code) for form in formset.initial_forms]
    assert rows[:4] == [(True, "i25"), (True, "i26"), (False, ""), (False, "")]
    offered = [value for value, _label in formset.forms[0].fields["parent"].choices if value]
    assert offered == list(
        indicator.items.filter(parent=None).order_by("position").values_list("pk", flat=True)
    )
    foreign = item("e11").pk
    field = formset.forms[0].add_prefix("parent")
    page = client.post(address(indicator, "change"), filled(page, **{field: foreign}))
    assert field in form_errors(page)


def test_a_recommendation_points_at_a_question_of_its_own_year(client, assessment):
    path = address(assessment, "change")
    page = client.get(path)
    formset = next(
        inline.formset
        for inline in page.context["inline_admin_formsets"]
        if inline.formset.model is Recommendation
    )
    form = next(form for form in formset.forms if form.instance.number == 6)
    field = form.add_prefix("item")
    other = ItaItem.objects.get(code="e3").pk
    assert field in form_errors(client.post(path, filled(page, **{field: other})))
    assert client.post(path, filled(page, **{field: item("i27").pk})).status_code == 302
    assert Recommendation.objects.get(number=6).item == item("i27")
    # One row of 23 was changed, and only that one has a new version.
    assert list(
        assessment.recommendations.filter(version__gt=1).values_list("number", flat=True)
    ) == [6]


def test_the_form_of_an_assessment_asks_no_more_for_more_recommendations(client, assessment):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def asked() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address(assessment, "change")).status_code == 200
        return len(captured)

    asked()
    few = asked()
    Recommendation.objects.bulk_create(
        Recommendation(assessment=assessment, number=number, text="ควร") for number in range(30, 60)
    )
    assert asked() == few


def test_two_editors_of_a_question_do_not_overwrite_one_another(client, assessment, person):
    indicator = ItaIndicator.objects.get(instrument__assessment=assessment, number=5)
    path = address(indicator, "change")
    first, second = client.get(path), signed_in(person("second", "planner"))
    formset = first.context["inline_admin_formsets"][0].formset
    field = next(
        form.add_prefix("published") for form in formset.forms if form.instance.code == "i27"
    )
    theirs = filled(second.get(path), **{field: "50"})
    assert second.post(path, theirs).status_code == 302
    page = client.post(path, filled(first, **{field: "60"}))
    assert page.status_code == 200
    assert "second" in page.content.decode()
    assert item("i27").published == 50


# ------------------------------------------------------------------------------- one screen


def test_many_scores_are_saved_at_once(client, assessment):
    page = client.get(screen_of(assessment))
    data = typed(page, i27="๗๗.๕", i30="", o8="100") | {"change_reason": "ตามประกาศ"}
    answer = client.post(screen_of(assessment), data, follow=True)
    assert "บันทึกแล้ว 3 คะแนน" in answer.content.decode()
    assert [item(code).published for code in ("i27", "i30", "o8")] == [D("77.50"), None, D(100)]
    assert item("i27").history.order_by("-history_id").first().history_change_reason == "ตามประกาศ"
    assert item("i25").version == 1


def test_the_screen_shows_what_is_computed_beside(client, assessment):
    page = client.get(screen_of(assessment))
    rows = {row.place.code: row for row in page.context["form"].forms}
    assert (rows["5"].score.computed, rows["i30"].score.computed) == (D("81.02"), D("75.99"))
    assert rows["i27"].score.computed is None
    data = typed(client.get(screen_of(assessment)))
    data[rows["5"].place.key] = "90"
    page = client.post(screen_of(assessment), data, follow=True)
    assert "▲ ต่างกัน" in " ".join(page.content.decode().split())


BAD = [
    ("101", "0 ถึง 100"), ("-1", "0 ถึง 100"), ("1,234.50", "0 ถึง 100"), ("abc", "ไม่ใช่ตัวเลข"),
    ("nan", "ไม่ใช่ตัวเลข"), ("1e400", "ไม่ใช่ตัวเลข"), ("77.123", "ทศนิยม"), ("=1+1", "ไม่ใช่ตัวเลข"),
]  # fmt: skip


@pytest.mark.parametrize(("score", "sentence"), BAD)
def test_a_bad_score_saves_nothing_and_loses_nothing(client, assessment, score, sentence):
    before = facts()
    data = typed(client.get(screen_of(assessment)), i27=score, i25="80")
    page = client.post(screen_of(assessment), data)
    assert page.status_code == 200
    form = page.context["form"]
    assert [row.prefix for row in form.refused] == [key("i27")]
    assert sentence in form.fields.errors[key("i27")][0]
    assert (form.fields[key("i27")].value(), form.fields[key("i25")].value()) == (score, "80")
    assert differences(before, facts()) == {}


def test_who_saves_second_sees_the_others_change_and_decides(client, assessment, person):
    second = signed_in(person("second", "planner"))
    mine = typed(client.get(screen_of(assessment)), i27="60", i25="70")
    theirs = typed(second.get(screen_of(assessment)), i27="50", i30="51")
    assert second.post(screen_of(assessment), theirs).status_code == 302
    before = facts()
    page = client.post(screen_of(assessment), mine)
    form = page.context["form"]
    assert differences(before, facts()) == {}
    assert "second" in form.general[0]
    assert "แถวซึ่งแก้ไขตรงกัน" in form.general[0]
    assert [row.prefix for row in form.refused] == [key("i27")]
    assert "50.00" in form.fields.errors[key("i27")][0]
    # What I typed is kept, what I left alone follows the other.
    kept = [form.fields[key(code)].value() for code in ("i27", "i25", "i30")]
    assert kept == ["60", "70", "51.00"]
    again = {field.html_name: str(field.value() or "") for field in form.fields}
    assert client.post(screen_of(assessment), again).status_code == 302
    assert [item(code).published for code in ("i27", "i25", "i30")] == [D(60), D(70), D(51)]


def test_two_who_change_other_lines_are_told_that_both_stay(client, assessment, person):
    second = signed_in(person("second", "planner"))
    mine = typed(client.get(screen_of(assessment)), i25="70")
    theirs = typed(second.get(screen_of(assessment)), i30="51")
    assert second.post(screen_of(assessment), theirs).status_code == 302
    form = client.post(screen_of(assessment), mine).context["form"]
    assert "คนละแถวกัน" in form.general[0] and form.refused == []
    again = {field.html_name: str(field.value() or "") for field in form.fields}
    assert client.post(screen_of(assessment), again).status_code == 302
    assert [item(code).published for code in ("i25", "i30")] == [D(70), D(51)]


def test_a_question_changed_in_its_own_form_is_not_overwritten(client, assessment, planner):
    """That leaves the assessment's version as it was; the score that was read tells."""
    mine = typed(client.get(screen_of(assessment)), i27="60")
    row = item("i27")
    row.published = D(50)
    record_save(instance=row, user=planner)
    page = client.post(screen_of(assessment), mine)
    assert "50.00" in page.context["form"].fields.errors[key("i27")][0]
    assert item("i27").published == 50


@pytest.mark.parametrize(
    "seen", ["", "x", "[]", "1", "null", '{"T1": "x"}', '{"T1": []}', "[" * 9000]
)
def test_a_broken_screen_is_refused(client, assessment, seen):
    before = facts()
    data = typed(client.get(screen_of(assessment)), i27="60") | {"seen": seen}
    page = client.post(screen_of(assessment), data)
    assert page.status_code == 200
    assert "ไม่ครบ" in page.context["form"].general[0]
    assert differences(before, facts()) == {}


def test_a_screen_that_came_back_without_a_line_clears_nothing(client, assessment):
    before = facts()
    data = typed(client.get(screen_of(assessment)))
    del data[key("i27")]
    page = client.post(screen_of(assessment), data)
    assert "ไม่ครบ" in page.context["form"].general[0]
    assert differences(before, facts()) == {}


def test_a_question_added_since_the_screen_was_opened_keeps_its_score(client, assessment, planner):
    data = typed(client.get(screen_of(assessment)), i27="60")
    indicator = item("i27").indicator
    added = ItaItem(indicator=indicator, position=50, code="i99", text="ใหม่", published=D(40))
    record_save(instance=added, user=planner)
    assert client.post(screen_of(assessment), data).status_code == 302
    assert (item("i99").published, item("i27").published) == (D(40), D(60))


def test_keys_of_another_year_are_not_written(client, assessment):
    other = ItaItem.objects.get(code="e3")
    before = facts()
    data = typed(client.get(screen_of(assessment))) | {f"Q{other.pk}": "1"}
    data["seen"] = json.dumps(json.loads(data["seen"]) | {f"Q{other.pk}": "95.80"})
    client.post(screen_of(assessment), data)
    assert differences(before, facts()) == {}


# ------------------------------------------------------------------------------- another year


def test_another_year_is_begun_in_the_admin(client, assessment):
    path = reverse("admin:integrity_itaassessment_begin", args=[assessment.pk])
    page = client.get(path)
    assert page.context["form"]["fiscal_year"].value() == 2565
    before = facts()
    for year, sentence in (("2564", "มีการประเมินของปีนั้นแล้ว"), ("2021", "2564"), ("", "")):
        page = client.post(path, {"agency": assessment.agency_id, "fiscal_year": year})
        assert page.status_code == 200
        assert sentence in page.context["form"].errors["fiscal_year"][0]
    assert differences(before, facts()) == {}
    answer = client.post(path, {"agency": assessment.agency_id, "fiscal_year": "๒๕๖๕"}, follow=True)
    made = ItaAssessment.objects.get(agency=assessment.agency, fiscal_year=2565)
    assert answer.redirect_chain[0][0] == address(made, "change")
    assert ItaInstrument.objects.filter(assessment=made).count() == 3
