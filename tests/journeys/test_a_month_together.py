"""A month as an office lives it, in a real browser: five accounts, from the first figure to proof.

Entered, asked about, returned, mended, approved, locked; met about and frozen; corrected
afterwards, shown again as the meeting saw it, and verified.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from budgets.admin.disbursements import entry_address as money_address
from budgets.models import Disbursement
from integrity.measures.progress_admin import entry_address as quarter_address
from integrity.models import QuarterProgress
from kpis.models import Indicator
from nhrc_plan.meetings.models import Frozen, Meeting
from nhrc_plan.meetings.resolutions.models import Resolution
from strategy.access import APPROVER
from strategy.calendar import FiscalMonth
from strategy.models import Comment, MonthLock, Plan, Unit, Unlocking
from strategy.records.closed import close_history_tables, open_history_tables
from strategy.records.model import history_models
from tests.support.browsing import follow, unfold
from tests.support.pages import HERE
from tests.support.writing import OWN, REMEDY, entered, figures, indicator_of, led_by, measure_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

AT = FiscalMonth(2569, 12)  # September 2569
QUERY = "?year=2569&month=12"
REPORTED, LOCKED, MET = date(2026, 10, 8), date(2026, 10, 14), date(2026, 10, 20)
CORRECTED = date(2026, 10, 27)
#: What the plan holds was there before the year began.
LONG_AGO = datetime(2025, 9, 1, tzinfo=UTC)
#: The figure that is returned, mended, and corrected after the lock; two more; one never entered.
FIGURE, OTHERS, LATE = "S3-1.1", ("S3-1.2", "S3-3.1"), "S3-2.1"
WHY_RETURNED = "ตัวหารยังไม่รวมเรื่องที่ยุติแล้ว"
WHY_FROZEN = "ที่ประชุมใช้ข้อมูลเท่าที่มี"
WHY_OPENED = "พบว่านับเรื่องซ้ำ"
WHY_CORRECTED = "ตัดเรื่องที่นับซ้ำออก"
RESOLVED = "ให้สำนักทบทวนวิธีนับเรื่องร้องเรียน"


@contextmanager
def opened() -> Iterator[None]:
    """The closed tables as somebody finds them who reaches past the system into the database."""
    open_history_tables()
    yield
    close_history_tables()


@pytest.fixture
def on(today: Callable[[date], date], monkeypatch: pytest.MonkeyPatch) -> Callable[[date], None]:
    """Makes it ten in the morning of a day, from which time goes on."""

    def begin(day: date) -> None:
        morning = datetime(day.year, day.month, day.day, 3, tzinfo=UTC)
        began = time.monotonic()
        monkeypatch.setattr(
            timezone, "now", lambda: morning + timedelta(seconds=time.monotonic() - began)
        )
        today(day)

    return begin


@pytest.fixture
def office(plan: Plan, on: Callable[[date], None]) -> Plan:
    """The plan as it has long been, its unit with four indicators, a project and a measure."""
    for code in (FIGURE, *OTHERS, LATE):
        indicator_of(plan, code, OWN)
    measure_of(2566, "2.2", OWN)
    with opened():
        for model in history_models():
            model._base_manager.update(history_date=LONG_AGO)
    on(REPORTED)
    return plan


def field_of(indicator: Indicator) -> str:
    """The field of an indicator's figure on the screen of a month."""
    return f"[name=i{indicator.pk}-value_{indicator.measures.get().pk}]"


def month_address(unit: Unit) -> str:
    query = {"unit": unit.pk, "year": AT.year, "month": AT.month}
    return f"{reverse('admin:kpis_result_month')}?{urlencode(query)}"


def fill_in(page: Any, indicator: Indicator, figure: str) -> None:
    """A figure on the screen of a month, with cause and remedy in case it asks for them."""
    page.fill(field_of(indicator), figure)
    page.locator(f"#i{indicator.pk} details:not([open]) summary").click()
    for name, words in REMEDY.items():
        page.fill(f"[name=i{indicator.pk}-{name}]", words)


def ask(page: Any, text: str) -> None:
    """A question about what a page shows."""
    page.click(".asking summary")
    page.fill("#question-text", text)
    follow(page, ".asking button[type=submit]")


def answer(page: Any, text: str) -> None:
    """The answer to the question that stands on a page."""
    page.click(".question:not(.settled) summary")
    page.fill(".question:not(.settled) textarea", text)
    follow(page, ".question:not(.settled) details button[type=submit]")


def tick(page: Any, *codes: str) -> None:
    for code in codes:
        page.locator("tr", has_text=code).locator("[name=tick]").check()


def said(page: Any) -> str:
    return str(page.locator("main, #content").first.inner_text())


def test_a_month_from_the_first_figure_to_the_proof(
    browse, on, office, person, reporter, planner, executive, auditor, tmp_path
):
    plan = office
    unit, project = Unit.objects.get(name=OWN), led_by(OWN)
    first, *others = (indicator_of(plan, code) for code in (FIGURE, *OTHERS))
    late = indicator_of(plan, LATE)
    page_of_figure = f"{HERE}/indicators/{FIGURE}/{QUERY}"
    approver = person("approver", APPROVER, OWN)

    # The reporter enters results, money and a quarter.
    reports = browse(reporter, typed=True)
    reports.goto(month_address(unit))
    fill_in(reports, first, "60")
    fill_in(reports, others[0], "97")
    fill_in(reports, others[1], "6")
    follow(reports, "[name=_submit]")
    assert set(entered().values_list("state", flat=True)) == {"submitted"}, said(reports)
    reports.goto(money_address(plan, unit.pk, AT))
    reports.fill(f"[name=p{project.pk}-disbursed]", "๙๐๐,๐๐๐")
    reports.fill(f"[name=p{project.pk}-committed]", "50,000")
    follow(reports, ".submit-row .default")
    assert Disbursement.objects.get().disbursed == 900_000
    reports.goto(quarter_address(unit.pk, 2566, 3))
    reports.locator(".measure-card select").first.select_option("in_progress")
    reports.locator(".measure-card textarea").first.fill("จัดอบรมแล้วสองรุ่น")
    follow(reports, ".submit-row .default")
    assert QuarterProgress.objects.get().quarter == 3

    # The approver asks beside one of the figures, and returns it with a comment.
    approves = browse(approver)
    approves.goto(page_of_figure)
    ask(approves, "นับเรื่องที่ยุติแล้วด้วยหรือไม่")
    approves.goto(reverse("admin:kpis_result_waiting"))
    tick(approves, FIGURE)
    approves.fill("[name=comment]", WHY_RETURNED)
    follow(approves, "[name=_return]")

    # The reporter finds both in their work, answers, and mends the figure.
    reports.goto("/my-work/")
    assert WHY_RETURNED in said(reports)
    follow(reports, ".panel a[href*='#question-']")
    answer(reports, "นับด้วย จะรวมให้ครบ")
    reports.goto("/my-work/")
    follow(reports, f"tr:has-text('{WHY_RETURNED}') a.button")
    reports.fill(f"[name=value_{first.measures.get().pk}]", "80")
    reports.fill("[name=change_reason]", "รวมเรื่องที่ยุติแล้ว")
    follow(reports, "[name=_save]")

    # The approver settles the question, and approves all but one at once.
    approves.goto("/my-work/")
    follow(approves, ".panel a[href*='#question-']")
    assert "จะรวมให้ครบ" in said(approves)
    follow(approves, "button[name=do][value=settle]")
    assert not Comment.objects.get(parent=None).is_open
    approves.goto(reverse("admin:kpis_result_waiting"))
    assert "80" in said(approves)
    tick(approves, FIGURE, OTHERS[0])
    follow(approves, "[name=_approve]")
    states = entered().order_by("indicator__number").values_list("indicator__number", "state")
    assert dict(states) == {"1.1": "approved", "1.2": "approved", "3.1": "submitted"}
    assert approves.wrong == []

    # The planner locks the month; who has a form open since before is refused in Thai.
    on(LOCKED)
    plans, reports = browse(planner), browse(reporter)
    reports.goto(month_address(unit))
    fill_in(reports, late, "95")
    plans.goto(f"{reverse('admin:strategy_monthlock_calendar')}?year={AT.year}")
    follow(plans, f"button[name=lock][value='{AT.month}']")
    lock = MonthLock.objects.get()
    follow(reports, "[name=_submit]")
    assert "ปิดแล้วตั้งแต่วันที่ 14 ต.ค. 2569" in reports.locator(".errorlist").first.inner_text()
    assert not late.results.exists()

    # The planner enters the meeting, resolves, and freezes it with a reason.
    on(MET)
    plans = browse(planner)
    plans.goto(reverse("admin:board_meeting_add"))
    plans.select_option("[name=plan]", str(plan.pk))
    for name, text in {
        "number": "10/2569", "held_on": "20/10/2569", "fiscal_year": "2569", "agenda": "3.1",
    }.items():  # fmt: skip
        plans.fill(f"[name={name}]", text)
    plans.select_option("[name=month]", str(AT.month))
    follow(plans, "[name=_save]")
    meeting = Meeting.objects.get()
    plans.goto(f"{reverse('admin:board_resolution_add')}?meeting={meeting.pk}")
    plans.fill("[name=number]", "3.1")
    plans.fill("[name=text]", RESOLVED)
    plans.select_option("[name=unit]", str(unit.pk))
    plans.fill("[name=first_due_on]", "30/11/2569")
    follow(plans, "[name=_save]")
    assert Resolution.objects.get().text == RESOLVED
    plans.goto(reverse("admin:board_meeting_freeze", args=[meeting.pk]))
    assert OTHERS[1] in plans.locator(".errornote").inner_text()
    follow(plans, ".submit-row .default")
    assert plans.locator(".errorlist").count() == 1 and not Frozen.objects.exists()
    plans.fill("[name=reason]", WHY_FROZEN)
    follow(plans, ".submit-row .default")
    seen = reverse("meeting", args=[plan.slug, meeting.pk])
    unfold(plans)
    assert WHY_FROZEN in said(plans) and RESOLVED in said(plans)
    pack = plans.request.get(f"{seen}pack.xlsx").body()
    assert plans.wrong == []

    # With a reason the month is opened for one unit, and the reporter corrects the figure.
    on(CORRECTED)
    plans, reports = browse(planner), browse(reporter)
    plans.goto(f"{reverse('admin:strategy_unlocking_add')}?lock={lock.pk}")
    plans.select_option("[name=unit]", str(unit.pk))
    plans.fill("[name=reason]", WHY_OPENED)
    follow(plans, "[name=_save]")
    assert Unlocking.objects.get().unit == unit
    result = first.results.get()
    plans.goto(reverse("admin:kpis_result_change", args=[result.pk]))
    plans.fill("form[action*=reopen] [name=reason]", WHY_OPENED)
    follow(plans, "form[action*=reopen] [type=submit]")
    reports.goto(reverse("admin:kpis_result_change", args=[result.pk]))
    reports.fill(f"[name=value_{first.measures.get().pk}]", "70")
    reports.fill("[name=change_reason]", WHY_CORRECTED)
    follow(reports, "[name=_save]")
    assert figures(first.results.get()) == ["70"]
    assert reports.wrong == []

    # The frozen meeting shows what it saw, and what was restated since.
    plans.goto(seen)
    unfold(plans)
    restated = plans.locator("section", has_text=WHY_CORRECTED).locator("tr", has_text=FIGURE)
    told = restated.first.inner_text()
    assert "80" in told and "70" in told and reporter.username in told and WHY_CORRECTED in told
    plans.goto(f"{HERE}/board/{QUERY}")
    unfold(plans)
    assert "แก้ไขหลังปิดเดือน" in said(plans)
    assert plans.wrong == []

    # The executive reads the answer, the same page as of the meeting's day, and asks.
    reads = browse(executive)
    reads.goto(f"{HERE}/board/{QUERY}")
    assert reads.locator(".minute dt").count() == 3
    known_now = reads.request.get(f"{HERE}/indicators/{FIGURE}.json{QUERY}").json()
    known_then = reads.request.get(
        f"{HERE}/indicators/{FIGURE}.json{QUERY}&as_of=2569-10-20"
    ).json()
    assert (known_now["text"]["result"], known_then["text"]["result"]) == ("70", "80")
    reads.goto(page_of_figure)
    ask(reads, "เหตุใดจึงลดลงหลังปิดเดือน")
    assert "เหตุใดจึงลดลงหลังปิดเดือน" in said(reads)
    reads.goto(f"{page_of_figure}&as_of=2569-10-20")
    assert "20 ตุลาคม 2569" in reads.locator("body").inner_text()
    assert reads.wrong == []
    reports.goto("/my-work/")
    assert "เหตุใดจึงลดลงหลังปิดเดือน" in said(reports)

    # The auditor finds the acts in the log.
    audits = browse(auditor)
    for why in (WHY_CORRECTED, WHY_OPENED, WHY_RETURNED, WHY_FROZEN):
        audits.goto(f"/history/?{urlencode({'text': why})}")
        assert why in audits.locator("table").inner_text()
    assert audits.wrong == []

    # The pack is byte for byte the same and stands; one bit more, and its row is named.
    assert audits.request.get(f"{seen}pack.xlsx").body() == pack
    kept = tmp_path / "pack.xlsx"
    kept.write_bytes(pack)
    call_command("verify_pack", str(meeting.pk), str(kept), stdout=StringIO())
    content = bytearray(bytes(Frozen.objects.get().figures))
    content[content.index(b'"result":"80"') + len(b'"result":"')] ^= 1
    with opened():
        Frozen.objects.update(figures=bytes(content))
    out = StringIO()
    with pytest.raises(CommandError):
        call_command("verify_pack", str(meeting.pk), stdout=out)
    assert FIGURE in out.getvalue()
    audits.goto(seen)
    assert FIGURE in audits.locator(".since + ul").inner_text()
