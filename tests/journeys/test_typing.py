"""Typing in a real browser: a month by keyboard alone, leaving a form, coming back to it."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from django.urls import reverse

from kpis.models import Indicator, Result
from strategy.models import Unit
from tests.support.browsing import follow
from tests.support.writing import OWN, entered, indicator_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

#: Ten indicators of one measure whose year 2569 promises a number.
CODES = (
    "S1-4.1", "S1-5.1", "S2-1.1", "S2-1.2", "S3-1.1", "S3-1.2", "S3-2.1", "S3-3.1", "S4-1.2",
    "S4-1.3",
)  # fmt: skip
SURE = {"percent": "97", "number": "1"}


def month_address():
    unit = Unit.objects.get(name=OWN)
    query = {"unit": unit.pk, "year": 2569, "month": 12}
    return f"{reverse('admin:kpis_result_month')}?{urlencode(query)}"


def test_ten_figures_of_a_month_by_keyboard_alone(browse, planner, reporter, plan):
    """Tab from figure to figure, type, Enter: every one is handed in."""
    own = [indicator_of(plan, code, OWN) for code in CODES]
    targets = {row.pk: row.targets.get(fiscal_year=2569).values.first() for row in own}
    page = browse(reporter)
    page.goto(month_address())
    typed = {}
    for _ in range(400):
        page.keyboard.press("Tab")
        name = page.evaluate("document.activeElement.getAttribute('name') || ''")
        if "-value_" in name:
            pk = int(name.split("-")[0][1:])
            target = targets.get(pk)
            text = str(target.value if target else 1).rstrip("0").rstrip(".")
            page.keyboard.type(text)
            typed[pk] = text
        if name == "_submit":
            break
    assert len(typed) >= 10
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.locator(".errornote").count() == 0, page.locator(".errornote").inner_text()
    assert {row.indicator_id for row in entered()} == set(typed)
    assert set(Result.objects.filter(indicator__in=typed).values_list("state", flat=True)) == {
        "submitted"
    }
    assert page.wrong == []


def test_the_status_stands_beside_the_figure_as_it_is_typed(browse, reporter, plan):
    indicator = indicator_of(plan, "S3-1.1", OWN)
    page = browse(reporter)
    page.goto(month_address())
    field = f"[name=i{indicator.pk}-value_{indicator.measures.get().pk}]"
    page.fill(field, "75")
    live = page.locator(f"#i{indicator.pk} [data-live]")
    live.filter(has_text="100.00").wait_for()
    page.fill(field, "15")
    live.filter(has_text="20.00").wait_for()
    assert "■" in live.inner_text()
    assert not entered().exists()


def test_what_was_typed_and_left_can_be_brought_back_until_it_is_saved(browse, planner, plan):
    indicator = Indicator.objects.get(strategy__plan=plan, strategy__number=3, number="1.1")
    measure = indicator.measures.get()
    query = urlencode({"indicator": indicator.pk, "year": 2569, "month": 12})
    address = f"/admin/kpis/result/add/?{query}"
    figure = f"[name=value_{measure.pk}]"
    page = browse(planner)
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.goto(address)
    page.click(figure)
    page.keyboard.type("75")
    page.click("[name=narrative]")
    page.keyboard.type("ข้อความยาวที่พิมพ์ไว้")
    page.wait_for_timeout(500)
    page.goto("/admin/")
    assert asked == ["beforeunload"]

    page.goto(address)
    assert page.input_value(figure) == ""
    page.click(".draft-notice button:first-of-type")
    assert page.input_value(figure) == "75"
    assert page.input_value("[name=narrative]") == "ข้อความยาวที่พิมพ์ไว้"
    follow(page, "[name=_save]")
    assert entered().get().narrative == "ข้อความยาวที่พิมพ์ไว้"
    assert page.evaluate("Object.keys(localStorage).filter(n => n.startsWith('draft:'))") == []
    # An untouched form is left without a question.
    page.goto("/admin/")
    assert asked == ["beforeunload"]
    assert page.wrong == []


def test_what_was_refused_stays_kept_and_signing_out_leaves_nothing(browse, planner, plan):
    indicator = Indicator.objects.get(strategy__plan=plan, strategy__number=3, number="1.1")
    query = urlencode({"indicator": indicator.pk, "year": 2569, "month": 12})
    page = browse(planner)
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(f"/admin/kpis/result/add/?{query}")
    page.fill(f"[name=value_{indicator.measures.get().pk}]", "120")
    follow(page, "[name=_save]")
    kept = "Object.keys(localStorage).filter(n => n.startsWith('draft:')).length"
    assert page.evaluate(kept) == 1
    page.goto("/admin/")
    with page.expect_navigation():
        page.click("#logout-form button")
    assert page.evaluate(kept) == 0
