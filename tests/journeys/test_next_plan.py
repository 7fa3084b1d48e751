"""The next plan in a browser: fetched, two cells changed, sent, looked at, compared, put to work."""

from __future__ import annotations

from datetime import date

import pytest

from strategy.models import Plan
from tests.support.browsing import follow, unfold
from tests.support.plans import Filling
from tests.support.writing import OWN, enter, indicator_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SLUG = "nhrc-2571-2575"


def test_a_plan_is_prepared_and_put_to_work(browse, planner, plan, today, tmp_path):
    today(date(2026, 11, 20))
    for year, figure in ((2568, "65"), (2569, "70")):
        enter(indicator_of(plan, "S3-1.1", OWN), year, 12, figure)
    page = browse(planner)
    # A whole plan is played row by row: seconds, and more where much else runs.
    page.set_default_timeout(180_000)
    page.goto("/plans/")
    follow(page, "a[href='/drafts/']")
    assert page.input_value("[name=first_year]") == "2571"
    with page.expect_download() as download:
        page.click("text=สมุดงานของแผนฉบับต่อไป")
    filling = Filling(download.value.path().read_bytes())
    row = filling.row_of("indicators", code="S3-1.1")
    filling.set("indicators", "definition", row, "นับเรื่องที่ตรวจสอบเสร็จตามกำหนด")
    row = filling.row_of("targets", code="S3-1.1", fiscal_year="2571")
    filling.set("targets", "target", row, "๗๖")
    file = tmp_path / "แผน.xlsx"
    file.write_bytes(filling.bytes())

    page.set_input_files("[name=workbook]", file)
    follow(page, "text=ดูรายการที่จะเปลี่ยน")
    unfold(page)
    assert "S3-1.1" in page.inner_text("main") and not Plan.every.filter(slug=SLUG).exists()
    follow(page, "[name=_confirm]")
    assert page.url.endswith(f"/drafts/{SLUG}/")
    unfold(page)
    missing = page.inner_text("main")
    assert "ตัวชี้วัดที่ไม่มีคำอธิบาย" in missing and "S1-1.1" in missing
    # 76 in 2571 after 70 in 2569 asks for 3 a year; the one step before was 5.
    assert "+3.00 ต่อปี เคยทำได้ 1/1 ครั้ง" in " ".join(missing.split())

    follow(page, f"a[href='/drafts/{SLUG}/beside/']")
    shown = page.inner_text("main")
    assert "นับเรื่องที่ตรวจสอบเสร็จตามกำหนด" in shown and "2571: 76" in shown
    assert page.goto(f"/plans/{SLUG}/").status == 404
    page.wrong.clear()

    page.goto(f"/drafts/{SLUG}/activate/")
    page.check("[name=confirm]")
    page.check("[name=current]")
    follow(page, "main button.primary")
    assert page.url.split("?")[0].endswith(f"/plans/{SLUG}/")
    page.goto(f"/plans/{SLUG}/indicators/S3-1.1/")
    years = page.inner_text("main")
    assert "2569" in years and plan.name in years
    page.set_viewport_size({"width": 360, "height": 800})
    for address in ("/drafts/", f"/drafts/{SLUG}/", f"/drafts/{SLUG}/beside/",
                    f"/plans/{SLUG}/indicators/S3-1.1/"):  # fmt: skip
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, address
    assert page.wrong == []
