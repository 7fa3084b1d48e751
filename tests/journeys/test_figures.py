"""In a real browser: a figure opens what it is made of in place, and a table is copied as seen."""

from __future__ import annotations

import pytest

from tests.support.writing import enter, indicator_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PLAN = "/plans/nhrc-2566-2570"
AT = "?year=2569&month=12"


@pytest.fixture
def page(plan, planner, browse):
    enter(indicator_of(plan, "S3-1.1"), 2569, 12, "76")
    page = browse(planner)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    return page


def test_a_figure_is_taken_apart_in_place_and_left_by_the_keyboard(page):
    page.goto(f"{PLAN}/{AT}")
    figure = page.locator(".big a.why").first
    figure.focus()
    page.keyboard.press("Enter")
    box = page.locator("#why-box[open]")
    box.wait_for()
    assert page.evaluate("document.activeElement.tagName") == "H1"
    assert "S3-1.1" in box.inner_text() and page.url.endswith(f"{PLAN}/{AT}")

    # What it is made of is taken apart in turn, and back again.
    box.locator("a.why").filter(has_text="100.00").first.click()
    box.get_by_text("76 ÷ 75 × 100 = 101.33").first.wait_for()
    box.locator("[data-back]").click()
    box.locator("a.why").first.wait_for()
    assert not box.locator("[data-back]").is_visible()

    page.keyboard.press("Escape")
    assert not page.locator("#why-box[open]").count()
    assert figure.evaluate("each => each === document.activeElement")
    assert page.wrong == []


def test_a_day_that_is_refused_is_told(page):
    page.goto(f"{PLAN}/indicators/S3-1.1/{AT}")
    page.locator(".big a.why").first.click()
    box = page.locator("#why-box[open]")
    box.locator("[name=as_of]").fill("1 ม.ค. 2560")
    box.locator(".choose-day button").click()
    page.wait_for_url("**/figures/indicator/S3-1.1/**as_of=**")
    assert "2560" in page.locator("main").inner_text()


def test_a_table_is_copied_as_it_is_seen_and_holds_no_formula(page):
    page.goto(f"{PLAN}/indicators/{AT}")
    # What somebody might have typed as a name.
    page.locator("td.name a").first.evaluate("each => { each.textContent = '=1+1\\t\\nสอง' }")
    press = page.locator(".table-tools button").first
    press.focus()
    page.keyboard.press("Enter")
    page.locator(".table-tools [role=status]:not(:empty)").first.wait_for()
    assert press.evaluate("each => each === document.activeElement")
    rows = [row.split("\t") for row in page.evaluate("navigator.clipboard.readText()").split("\n")]
    assert len({len(row) for row in rows}) == 1
    assert len(rows) == page.locator("table.data").first.locator("tr").count()
    assert rows[1][1] == "'=1+1 สอง"
    found = next(row for row in rows if row[0] == "S3-1.1")
    assert found[1].startswith("ร้อยละของการดำเนินการ") and found[4:6] == ["75", "76*"]
    assert found[-1] == "เป็นไปตามแผน" and "101.33" in found
    assert not any(cell[:1] in "=@" for row in rows for cell in row if cell)
    assert page.wrong == []
