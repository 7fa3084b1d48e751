"""A month of all of a unit's results on one screen: entered, kept as drafts, handed in."""

import json
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kpis.models import Indicator, Result
from kpis.write.results import value_field
from strategy.models import Unit
from tests.support.languages import in_english
from tests.support.writing import (
    OTHER,
    OWN,
    TODAY,
    enter,
    entered,
    figures,
    indicator_of,
    signed_in,
)

pytestmark = [pytest.mark.django_db, pytest.mark.same]

CODES = ("S3-1.1", "S3-1.2", "S3-3.1")


@pytest.fixture(autouse=True)
def english(today):
    today(TODAY)
    with in_english():
        yield


@pytest.fixture
def own(plan):
    return {code: indicator_of(plan, code, OWN) for code in CODES}


def path(unit=OWN, **more):
    pk = Unit.objects.get(name=unit).pk
    return f"{reverse('admin:kpis_result_month')}?{urlencode({'unit': pk, 'year': 2569, 'month': 12, **more})}"


def posted(page, **typed):
    """Every field of a screen, as a browser would post it."""
    data = {"change_reason": page.context["form"].change_reason}
    for form in page.context["form"].forms:
        for field in form:
            value = field.value()
            if value is not True and value is not False:
                data[field.html_name] = "" if value is None else field.field.prepare_value(value)
    return data | typed


def field(indicator, part="value"):
    if part in ("value", "numerator", "denominator"):
        return f"i{indicator.pk}-{value_field(indicator.measures.get().pk, part)}"
    return f"i{indicator.pk}-{part}"


def send(client, press="_submit", **typed):
    page = client.get(path())
    assert page.status_code == 200
    return client.post(path(), posted(page, **typed, **{press: "1"}))


def refusals(page):
    return {
        f"{form.prefix}-{name}": list(errors)
        for form in page.context["form"].forms
        for name, errors in form.errors.items()
    }


RED = {"problems": "ติดขัด", "next_steps": "เร่งรัด"}


def test_what_is_filled_in_is_handed_in_and_the_rest_is_not_touched(own, reporter):
    first, second, third = own.values()
    answer = send(
        signed_in(reporter),
        **{
            field(first): "90",
            field(second, "numerator"): "45",
            field(second, "denominator"): "50",
            field(second, "narrative"): "ดำเนินการครบ",
        },
    )
    assert answer.status_code == 302
    found = {row.indicator_id: row for row in entered()}
    assert set(found) == {first.pk, second.pk}
    assert figures(found[first.pk]) == ["90"]
    assert {row.state for row in found.values()} == {"submitted"}
    assert found[second.pk].values.get().numerator == 45
    assert found[second.pk].narrative == "ดำเนินการครบ"
    assert found[first.pk].history.get().history_user_id == reporter.pk
    assert third.pk not in found


def test_drafts_are_kept_and_handed_in_later_in_one_press(own, reporter):
    client = signed_in(reporter)
    first = own["S3-1.1"]
    send(client, "_save", **{field(first): "90"})
    assert entered().get().state == "draft"
    answer = send(client, "_submit")
    assert answer.status_code == 302
    assert (entered().get().state, entered().count()) == ("submitted", 1)


def test_bad_figures_stand_beside_their_fields_and_nothing_is_saved(own, reporter):
    first, second, _third = own.values()
    page = send(signed_in(reporter), **{field(first): "12o", field(second): "120"})
    assert page.status_code == 200
    refused = refusals(page)
    assert set(refused) == {field(first), field(second)}
    assert not entered().exists()
    assert "12o" in page.content.decode()


def test_what_looks_like_a_slip_is_asked_about_and_confirmed_by_a_second_press(own, reporter):
    first = own["S3-1.1"]
    enter(first, 2569, 6, "76")
    client = signed_in(reporter)
    page = send(client, **{field(first): "0.75", **{field(first, k): v for k, v in RED.items()}})
    assert page.status_code == 200 and field(first) in refusals(page)
    again = client.post(path(), posted(page, _submit="1"))
    assert again.status_code == 302, refusals(again)
    assert Result.objects.get(month=12, indicator=first).slips[0]["value"] == "0.75"


def test_two_editors_are_told_apart_and_an_untouched_row_follows(own, reporter, planner):
    first, second, _third = own.values()
    enter(first, 2569, 12, "80")
    mine, other = signed_in(reporter), signed_in(planner)
    data = posted(mine.get(path()), **{field(first): "85", field(second): "70"})
    theirs = posted(other.get(path()), **{field(first): "90", "_submit": "1"})
    assert other.post(path(), theirs | {"change_reason": "แก้"}).status_code == 302
    page = mine.post(path(), data | {"_submit": "1"})
    assert page.status_code == 200
    assert "80 → 90" in str(refusals(page))
    assert figures(Result.objects.get(indicator=first)) == ["90"]
    again = mine.post(path(), posted(page, _submit="1", change_reason="แก้"))
    assert again.status_code == 302
    assert figures(Result.objects.get(indicator=first)) == ["85"]
    assert figures(Result.objects.get(indicator=second)) == ["70"]


def test_a_row_that_nobody_touched_here_keeps_the_other_ones_figure(own, reporter, planner):
    first, second, _third = own.values()
    enter(first, 2569, 12, "80")
    mine, other = signed_in(reporter), signed_in(planner)
    data = posted(mine.get(path()), **{field(second): "90"})
    theirs = posted(other.get(path()), **{field(first): "90", "_submit": "1"})
    assert other.post(path(), theirs | {"change_reason": "แก้"}).status_code == 302
    assert mine.post(path(), data | {"_submit": "1"}).status_code == 302
    assert figures(Result.objects.get(indicator=first)) == ["90"]
    assert figures(Result.objects.get(indicator=second)) == ["90"]


def test_control_without_the_version_the_other_ones_figure_is_lost(
    own, reporter, planner, monkeypatch
):
    """NEGATIVE CONTROL: a form that takes what it finds for what its editor read."""
    from kpis.admin import month_forms

    monkeypatch.setattr(month_forms.ResultRowForm, "_meet", lambda form, cleaned: None)
    monkeypatch.setattr(
        month_forms,
        "row_read",
        lambda token: (0, Result.objects.values_list("version", flat=True).first()),
    )
    first = own["S3-1.1"]
    enter(first, 2569, 12, "80")
    mine, other = signed_in(reporter), signed_in(planner)
    data = posted(mine.get(path()), **{field(first): "85"})
    theirs = posted(other.get(path()), **{field(first): "90", "_submit": "1"})
    other.post(path(), theirs | {"change_reason": "แก้"})
    mine.post(path(), data | {"_submit": "1", "change_reason": "แก้"})
    assert figures(Result.objects.get(indicator=first)) == ["85"]


def test_an_approved_figure_has_no_field_here(own, reporter):
    first = own["S3-1.1"]
    enter(first, 2569, 12, "80", state="approved")
    page = signed_in(reporter).get(path())
    assert f'name="{field(first)}"' not in page.content.decode()
    forged = posted(page, _submit="1", **{field(first): "10"})
    signed_in(reporter).post(path(), forged)
    assert figures(Result.objects.get(indicator=first)) == ["80"]


def test_what_has_no_field_here_stays_as_it_is(own, reporter):
    from strategy.evidence.entry import EvidenceEntry

    first = own["S3-1.1"]
    letter = EvidenceEntry("letter", number="ที่ ตัวอย่าง/1", text="หนังสือ")
    enter(first, 2569, 12, "80", outcome="สำเร็จ", evidence=(letter,))
    answer = send(signed_in(reporter), **{field(first): "85", "change_reason": "แก้"})
    assert answer.status_code == 302
    result = Result.objects.get(indicator=first)
    assert (result.outcome, result.evidence.count()) == ("สำเร็จ", 1)


def test_others_do_not_open_it(own, reporter, outsider, executive):
    for user in (outsider,):
        assert signed_in(user).get(path()).status_code in (403, 404)
        assert signed_in(user).post(path(), {"_submit": "1"}).status_code in (403, 404)
    assert signed_in(executive).get(path()).status_code == 302
    assert path(OTHER)
    assert signed_in(reporter).get(path(OTHER)).status_code in (403, 404)


@pytest.mark.parametrize(
    "query", ["", "unit=x", "unit=99999999", "year=2026", "month=13", "year=2565", "plan=zzz"]
)
def test_odd_addresses_are_asked_again(own, planner, query):
    address = f"{reverse('admin:kpis_result_month')}?{query}"
    assert signed_in(planner).get(address).status_code in (200, 302, 403, 404)


def test_somebody_of_one_unit_has_nothing_to_choose(own, reporter):
    answer = signed_in(reporter).get(reverse("admin:kpis_result_month"))
    assert answer.status_code == 302 and "unit=" in answer.url


def test_a_figure_for_an_indicator_that_moved_away_is_not_lost_silently(own, reporter, plan):
    client = signed_in(reporter)
    first = own["S3-1.1"]
    data = posted(client.get(path()), **{field(first): "90"})
    indicator_of(plan, "S3-1.1", OTHER)
    page = client.post(path(), data | {"_submit": "1"})
    assert page.status_code == 200
    assert "no longer entered here" in page.content.decode()
    assert not entered().exists()


def test_as_one_types_the_server_judges_by_its_own_rule(own, reporter):
    first = own["S3-1.1"]
    client = signed_in(reporter)
    judge = path().replace("/month/", "/month/judge/")

    def said(**typed):
        data = {f"i{first.pk}-version": "", f"i{first.pk}-shown": "", **typed}
        return json.loads(client.post(judge, data).content)

    target = first.targets.get(fiscal_year=2569).values.get().value
    assert said(**{field(first): str(target)})["status"] == "on_plan"
    low = said(**{field(first): str(target / 4)})
    assert (low["status"], low["of_expected"]) == ("critical", "25.00")
    assert said(**{field(first): "x"}) == {"text": ""}
    assert said() == {"text": ""}
    assert client.post(judge, {}).status_code == 400
    assert client.get(judge).status_code == 400
    assert not entered().exists()


def test_the_queries_do_not_grow_with_the_indicators(plan, reporter):
    client = signed_in(reporter)

    def asked(press):
        page = client.get(path())
        typed = {}
        for form in page.context["form"].forms:
            for name in form.fields:
                if name.startswith("value_"):
                    typed[f"{form.prefix}-{name}"] = "1"
        with CaptureQueriesContext(connection) as captured:
            client.post(path(), posted(page, **typed, **{press: "1"}))
        return len(captured)

    indicator_of(plan, "S3-1.1", OWN)
    few = asked("_save")
    entered().delete()
    for number in ("S3-1.2", "S3-2.1", "S3-3.1", "S4-1.2", "S4-1.3", "S4-2.1"):
        indicator_of(plan, number, OWN)
    assert asked("_save") <= few + 2
    assert Indicator.objects.filter(unit__name=OWN).count() == 7
