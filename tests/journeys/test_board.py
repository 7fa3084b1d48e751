"""The report to the board on a phone: the answer first, at most three screens of it."""

from __future__ import annotations

from datetime import date

import pytest

from tests.support.browsing import unfold
from tests.support.pages import HERE, samples

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

DAY = date(2026, 12, 15)
#: The last month of a year, the first of the next, and one in which hardly anything is judged.
MONTHS = ("?year=2569&month=12", "?year=2570&month=1", "?year=2570&month=2")
TOP = "each => each.getBoundingClientRect().top + scrollY"
WHOLE = "document.documentElement.scrollHeight"


@pytest.fixture
def page(browse, executive, plan, today):
    today(DAY)
    samples(plan, DAY)
    return browse(executive, width=360)


def test_a_phone_has_the_answer_on_three_screens(page):
    for month in MONTHS:
        page.goto(f"{HERE}/board/{month}")
        assert page.locator(".minute .num").first.evaluate(TOP) < 200, month
        assert page.locator("#more").evaluate(TOP) <= 2400, month
        assert page.evaluate(WHOLE) <= 4000, month
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert page.wrong == []


def test_what_is_asked_leads_to_its_part_even_where_that_is_folded(page):
    page.goto(f"{HERE}/board/{MONTHS[1]}")
    assert not page.locator("#waiting").is_visible()
    page.locator(".minute a[href='#waiting']").first.click()
    assert page.locator("#waiting").is_visible()


def test_the_order_is_one_on_screen_on_paper_and_before_a_room(page):
    parts = [".minute", "#decisions", "#changes", "#money", "#more"]
    for query, media in (("", "screen"), ("", "print"), ("&projector=1", "screen")):
        page.goto(f"{HERE}/board/{MONTHS[0]}{query}")
        page.emulate_media(media=media)
        tops = [page.locator(part).evaluate(TOP) for part in parts]
        assert tops == sorted(tops), (query, media)
    page.emulate_media(media="screen")
    page.set_viewport_size({"width": 1920, "height": 1080})
    size = "each => parseFloat(getComputedStyle(each).fontSize)"
    room = page.locator(".minute dd").first.evaluate(size)
    assert not page.locator("header.top").is_visible()
    page.goto(f"{HERE}/board/{MONTHS[0]}")
    assert room >= 1.5 * page.locator(".minute dd").first.evaluate(size)
    # On a wide screen the answer and what it rests on stand on two screens at most.
    page.set_viewport_size({"width": 1280, "height": 800})
    assert page.locator("#more").evaluate(TOP) <= 1600
    unfold(page)
    assert page.evaluate(WHOLE) > 2400
