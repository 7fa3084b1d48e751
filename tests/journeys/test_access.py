"""The pages that are used most, as a screen reader and a keyboard meet them; all: ``make walk``."""

from __future__ import annotations

from datetime import date

import pytest

from kpis.models import Result
from strategy.models import Plan
from tests.support.access import WIDTHS, Fault, broken_rules, listen, wider_than_the_window
from tests.support.keyboard import Stop, by_tab, enlarged, for_everybody, moving, out_of_order
from tests.support.pages import HERE, samples
from tests.support.sweep import part

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

READ = (
    f"{HERE}/?year=2569&month=12", f"{HERE}/indicators/S3-1.1/?year=2569&month=12",
    f"{HERE}/board/?year=2569&month=12", f"{HERE}/budgets/?year=2569&month=12", "/my-work/",
)  # fmt: skip
SCREENS = (
    "/admin/kpis/result/",
    "/admin/strategy/plan/{plan}/change/",
    "/admin/kpis/result/{result}/change/",
)


@pytest.fixture
def page(browse, planner, plan, today):
    today(date(2026, 12, 15))
    samples(plan, date(2026, 12, 15))
    page = browse(planner)
    page.goto("/my-work/")
    return page


def test_the_pages_used_most_break_no_rule_of_access_in_either_language(page):
    heard = listen(page)
    rows = {
        "plan": Plan.objects.get(slug=HERE.split("/")[-1]).pk,
        "result": Result.objects.latest("pk").pk,
    }
    found: dict[str, list[str]] = {}
    asked = (("th", part(READ + SCREENS, 2)), ("en", part(READ[:1] + SCREENS[1:], 2, 1)))
    for language, places in asked:
        cookie = {
            "name": "django_language",
            "value": language,
            "url": page.evaluate("location.origin"),
        }
        page.context.add_cookies([cookie])
        for place in places:
            address = place.format(**rows)
            page.goto(address)
            assert page.locator("html").get_attribute("lang") == language
            faults = [*broken_rules(page), *wider_than_the_window(page, 1280), *heard]
            heard.clear()
            if faults:
                found[f"{language} {address}"] = [str(fault) for fault in faults]
    assert found == {}

    # In order, by keyboard, twice as large, without motion; from a phone to a wall.
    for place in (READ[0], SCREENS[2]):
        page.goto(place.format(**rows))
        assert [fault for width in WIDTHS for fault in wider_than_the_window(page, width)] == []
        assert list(for_everybody(page)) == []

    # What finds nothing has to be able to find something.
    page.goto(READ[0])
    page.evaluate("""() => {
        const sheet = new CSSStyleSheet();
        sheet.replaceSync("#bad { position: fixed; left: 2000px; outline: none; transition: all 2s; "
            + "border: 0; background: none; box-shadow: none; text-decoration: none }"
            + "main { width: 900px; overflow: hidden }");
        document.adoptedStyleSheets = [sheet];
        document.querySelector("main").insertAdjacentHTML("afterbegin", '<a id="bad" href="#">bad</a>');
        const stuck = document.querySelector("main").appendChild(document.createElement("button"));
        stuck.textContent = "stuck";
        stuck.addEventListener("keydown", event => event.preventDefault());
        document.querySelector("main").append(Object.assign(document.createElement("button"), {textContent: "behind"}));
    }""")
    rules = {fault.rule for fault in (*moving(page), *enlarged(page), *by_tab(page))}
    assert {"moves", "focus out of sight", "focus not visible", "not reached by Tab"} <= rules
    assert any(rule.startswith("overflow") for rule in rules)
    first, second = Stop("link", "a", 0, 100, 120), Stop("link", "b", 0, 10, 30)
    assert [*out_of_order([first, second])] and not [*out_of_order([second, first])]
    page.goto(SCREENS[2].format(**rows))
    page.evaluate(
        "document.querySelector('#content-main').insertAdjacentHTML('afterbegin', '<input>')"
    )
    assert Fault("label", "#content-main > input", "<input>") in list(broken_rules(page, "label"))

    # A filter is opened, searched in and left by keyboard alone, and says how many rows it leaves.
    page.goto(SCREENS[0])
    summary = page.locator("details.filter summary").nth(1)
    summary.focus()
    page.keyboard.press("Enter")
    assert "(" in page.locator("details.filter[open] li a").nth(1).inner_text()
    page.keyboard.press("Escape")
    assert page.locator("details.filter[open]").count() == 0
    assert summary.evaluate("each => each === document.activeElement")
