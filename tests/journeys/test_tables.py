"""A table of the finance office in a browser: sent, matched, looked at, taken over."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from budgets.models import Disbursement, Project
from nhrc_plan.exchange.models import Import
from nhrc_plan.tables.models import TableMatch
from tests.support.browsing import follow
from tests.support.tables import AT, PLAN, gfmis
from tests.support.writing import TODAY

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_table_goes_from_its_own_headings_to_the_figures_of_the_plan(
    browse: Any, planner: Any, plan: Any, today: Any
) -> None:
    today(TODAY)
    projects = list(Project.objects.filter(strategy__plan=plan).order_by("pk")[:3])
    page = browse(planner)
    page.goto(reverse("tables", args=[PLAN]) + AT)
    page.check("[name=kind][value=disbursements]")
    table = {"name": "งบ.xlsx", "mimeType": "application/octet-stream", "buffer": gfmis(projects)}
    page.set_input_files("[name=table]", table)
    follow(page, ".upload-form button[type=submit]")

    # Headings in two storeys, the unit of money and the month are known by themselves.
    head = " ".join(page.locator("table.columns thead").inner_text().split())
    assert "ผลการใช้จ่าย / เบิกจ่าย" in head
    assert page.input_value("[name=column_5]") == "disbursed"
    assert page.is_checked("[name=money][value='1000']")
    assert (page.input_value("[name=year]"), page.input_value("[name=month]")) == ("2569", "12")
    page.fill("[name=name]", "รายงาน GFMIS")
    follow(page, ".match-form button[type=submit]")

    # Each is more than what is allocated, and says so; sums and headings are left out and named.
    said = " ".join(page.locator(".rows").inner_text().split())
    assert "99,234,500" in said and "แถวผลรวม" in said and "รับไม่ได้" in said
    follow(page, "a[href$='/match/']")
    page.select_option("[name=column_7]", "note")
    page.check("[name=money][value='1']")
    follow(page, ".match-form button[type=submit]")
    assert not Disbursement.objects.exists()
    page.fill("[name=change_reason]", "ตามรายงานของฝ่ายการคลัง")
    follow(page, "[name=_confirm]")

    assert "บันทึกแล้ว" in page.locator("body").inner_text()
    stored = Disbursement.objects.filter(fiscal_year=2569, month=12)
    assert {row.disbursed for row in stored} == {Decimal("99234.50")}
    kept = Import.objects.get()
    assert (kept.state, kept.outcome["new"]) == ("applied", 3)
    assert TableMatch.objects.get().name == "รายงาน GFMIS"
    assert page.wrong == []
