"""The main job in a real browser: enter a result, see it, download it; bad input; two editors."""

from __future__ import annotations

from decimal import Decimal
from io import BytesIO
from urllib.parse import urlencode

import pytest
from django.contrib import admin
from django.urls import reverse
from openpyxl import load_workbook

from budgets.models import Disbursement, Project
from kpis.models import Indicator, LevelCriterion, Measure
from kpis.rules.entry import Value
from kpis.rules.score import next_level, score
from kpis.write.results import ResultEntries, ResultEntry
from strategy.access import APPROVER
from strategy.clock import today
from strategy.models import Plan
from strategy.records.write import record_save
from strategy.thai import parse_number
from tests.support import files
from tests.support.browsing import follow, unfold
from tests.support.sweep import part
from tests.support.writing import OWN, REMEDY, SCORECARD, entered, indicator_of
from tests.support.writing import enter as stored

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PLAN = "/plans/nhrc-2566-2570"
AT = "?year=2569&month=12"


@pytest.fixture
def indicator(plan):
    """S3-1.1: a rate of 75 per cent in 2569."""
    return Indicator.objects.get(strategy__plan=plan, strategy__number=3, number="1.1")


@pytest.fixture
def measure(indicator):
    return indicator.measures.get()


def enter(page, indicator, **period):
    """Open the form for a result, as the list of what is due does."""
    page.goto(f"/admin/kpis/result/add/?{urlencode({'indicator': indicator.pk, **period})}")


def cell_of(page, code, year):
    """The overview's cell of an indicator and year, as text."""
    row = page.locator(f".five tr:has(a[href*='/{code}/'])")
    return " ".join(row.locator(f"td[data-label='{year}']").inner_text().split())


def test_a_result_goes_from_the_form_to_the_overview_and_the_workbook(
    browse, planner, indicator, measure
):
    page = browse(planner)
    page.goto(PLAN + "/" + AT)
    assert "76" not in cell_of(page, "S3-1.1", 2569)

    enter(page, indicator, year=2569, month=12)
    assert "75" in page.locator(".entry-panel").inner_text()
    page.fill(f"[name=value_{measure.pk}]", "๗๖")
    page.fill("[name=narrative]", "ตรวจสอบแล้วเสร็จตามระยะเวลา")
    follow(page, "[name=_save]")
    said = page.locator(".messagelist").inner_text()
    assert "101.33" in said and "●" in said

    page.goto(PLAN + "/" + AT)
    assert cell_of(page, "S3-1.1", 2569).endswith("76* / 75")
    with page.expect_download() as download:
        page.click("a[href*='report.xlsx']")
    sheet = load_workbook(BytesIO(download.value.path().read_bytes())).worksheets[1]
    row = next(row for row in sheet.iter_rows(values_only=True) if row[0] == "S3-1.1")
    assert row[3:5] == (75, 76) and row[6] == 101.33
    assert "ตรวจสอบแล้วเสร็จตามระยะเวลา" in row
    assert page.wrong == []


def test_what_is_due_is_offered_first(browse, reporter, indicator):
    Indicator.objects.filter(pk=indicator.pk).update(unit=reporter.memberships.get().unit)
    page = browse(reporter)
    page.goto("/admin/kpis/result/add/")
    follow(page, f".due a[href*='indicator={indicator.pk}&']")
    assert indicator.name in page.locator(".entry-panel").inner_text()
    assert page.locator("[name=_save]").count() == 1


BAD_FIGURES = {
    "120": "120",
    "-1": "",
    "1e2": "1e2",
    "nan": "nan",
    "1,23": "1,23",
    "": "",
    "57.123456": "",
}
PERIODS = [
    ({"year": "2023"}, "2566"),
    ({"year": "2575"}, "2570"),
    ({"year": "2570", "month": "12"}, ""),
]


def test_bad_figures_are_refused_beside_their_field_and_nothing_is_lost(
    browse, planner, indicator, measure
):
    page = browse(planner)
    for typed, said in BAD_FIGURES.items():
        # Each in a form of its own: what is refused once stays refused in the next.
        enter(page, indicator, year=2569, month=12)
        page.fill(f"[name=value_{measure.pk}]", typed)
        page.fill("[name=problems]", "ข้อความที่พิมพ์ไว้")
        follow(page, "[name=_save]")
        beside = page.locator(f".form-row:has([name=value_{measure.pk}]) .errorlist")
        assert said in beside.inner_text() and beside.inner_text().strip(), typed
        assert page.input_value(f"[name=value_{measure.pk}]") == typed
        assert page.input_value("[name=problems]") == "ข้อความที่พิมพ์ไว้", typed
    assert not entered().exists()
    assert page.wrong == []


def test_a_year_or_month_that_cannot_be_is_refused_beside_its_field(browse, planner, indicator):
    page = browse(planner)
    for period, said in PERIODS:
        enter(page, indicator, **period)
        refused = page.locator("form .errorlist")
        assert said in refused.inner_text() and refused.inner_text().strip(), period
        assert page.locator("[name=_save]").count() == 0


def test_two_measures_a_milestone_and_no_cases_get_their_fields(browse, planner, plan):
    def indicator_of(strategy, number):
        return Indicator.objects.get(strategy__plan=plan, strategy__number=strategy, number=number)

    page = browse(planner)
    two = indicator_of(1, "1.1")
    enter(page, two, year=2567, month=12)
    first, second = two.measures.all()
    page.fill(f"[name=value_{first.pk}]", "22")
    page.fill(f"[name=value_{second.pk}]", "12")
    follow(page, "[name=_save]")
    assert "80.00" in page.locator(".messagelist").inner_text()

    enter(page, two, year=2566, month=5)
    page.select_option("[name=progress]", "in_progress")
    page.fill("[name=progress_percent]", "40")
    follow(page, "[name=_save]")
    assert "40" in page.locator(".messagelist").inner_text()

    rate = indicator_of(3, "1.2")
    enter(page, rate, year=2569, month=3)
    page.fill(f"[name=numerator_{rate.measures.get().pk}]", "152")
    page.fill(f"[name=denominator_{rate.measures.get().pk}]", "200")
    follow(page, "[name=_save]")
    assert "76" in page.locator(".messagelist").inner_text()

    enter(page, rate, year=2569, month=4)
    page.check("[name=no_cases]")
    follow(page, "[name=_save]")
    assert entered().get(indicator=rate, month=4).no_cases
    assert page.wrong == []


def test_a_draft_counts_nowhere_until_it_is_submitted(browse, planner, indicator, measure):
    page = browse(planner)
    enter(page, indicator, year=2569, month=12)
    page.fill(f"[name=value_{measure.pk}]", "76")
    follow(page, "[name=_draft]")
    page.goto(PLAN + "/" + AT)
    assert "76" not in cell_of(page, "S3-1.1", 2569)
    page.goto(f"/admin/kpis/result/{entered().get().pk}/change/")
    follow(page, "[name=_save]")
    page.goto(PLAN + "/" + AT)
    assert "76" in cell_of(page, "S3-1.1", 2569)


def test_an_approver_settles_what_waits_on_a_phone(browse, person, plan):
    rate = indicator_of(plan, "S3-1.1", OWN)
    first, second, third = (stored(rate, 2569, month, "76") for month in (1, 2, 3))
    page = browse(person("approver", APPROVER, OWN), width=360)
    page.goto("/admin/kpis/result/")
    follow(page, ".object-tools a[href$='/waiting/']")
    page.check(f"#tick-{first.pk}")
    page.check(f"#tick-{second.pk}")
    follow(page, "[name=_return]")
    assert page.locator(".errornote").count() == 1
    assert page.is_checked(f"#tick-{first.pk}") and not page.is_checked(f"#tick-{third.pk}")
    follow(page, "[name=_approve]")
    states = entered().order_by("month").values_list("state", flat=True)
    assert list(states) == ["approved", "approved", "submitted"]
    assert page.locator("tbody tr").count() == 1
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert page.wrong == []


def test_the_second_of_two_editors_sees_what_the_first_changed_and_decides(
    browse, planner, person, indicator, measure
):
    result = ResultEntries.record(
        user=planner,
        entry=ResultEntry(indicator, 2569, 12, {measure.pk: Value(Decimal(70))}),
        today=today(),
    )
    colleague = person("colleague", "planner")
    one, two = browse(planner), browse(colleague)
    address = f"/admin/kpis/result/{result.pk}/change/"
    one.goto(address)
    two.goto(address)
    one.fill(f"[name=value_{measure.pk}]", "71")
    follow(one, "[name=_save]")
    two.fill(f"[name=value_{measure.pk}]", "72")
    follow(two, "[name=_save]")
    said = two.locator(".errorlist.nonfield").inner_text()
    assert "planner" in said and "70" in said and "71" in said
    assert two.input_value(f"[name=value_{measure.pk}]") == "72"
    assert entered().get().values.get().value == 71
    follow(two, "[name=_save]")
    assert entered().get().values.get().value == 72


def scorecard_measure(number, indicator):
    """The measure of an indicator of the scorecard, by dimension and number."""
    return Measure.objects.get(
        indicator__strategy__plan__slug=SCORECARD,
        indicator__strategy__number=number,
        indicator__number=indicator,
    )


def test_the_score_shows_while_a_figure_is_typed_and_is_that_of_the_rule(browse, planner):
    """Thai digits, counts, half a cent rounded up, and what the next level needs."""
    measure = scorecard_measure(1, "2")
    thresholds = [Decimal(text) for text in ("75", "80", "85", "90", "100")]
    page = browse(planner)
    page.goto(f"/admin/kpis/result/add/?indicator={measure.indicator_id}&year=2563&month=11")
    shown = page.locator("[data-score]")
    assert "คะแนนจะแสดงที่นี่" in shown.inner_text()
    for typed in ("84.21", "๘๔.๒๑", "77.525", "0", "75", "99.99", "100", "89.9999", "80.0249"):
        page.fill(f"[name=value_{measure.pk}]", typed)
        figure = parse_number(typed)
        assert f": {score(figure, thresholds)}" in shown.inner_text(), typed
        needed = next_level(figure, thresholds)
        assert ("ระดับสูงสุด" if needed is None else f"ระดับ {needed[0]} ต้องได้") in shown.inner_text()
    page.fill(f"[name=value_{measure.pk}]", "8x")
    assert "คะแนนจะแสดงที่นี่" in shown.inner_text()
    page.fill(f"[name=value_{measure.pk}]", "")
    page.fill(f"[name=numerator_{measure.pk}]", "16")
    page.fill(f"[name=denominator_{measure.pk}]", "19")
    assert ": 2.84" in shown.inner_text() and "ระดับ 3 ต้องได้ 85" in shown.inner_text()
    # 56.80 of what level 5 promises is at risk, so it is asked why.
    page.fill("[name=problems]", "ยังไม่ครบทุกข้อ")
    page.fill("[name=next_steps]", "เร่งรัดที่เหลือ")
    follow(page, "[name=_save]")
    assert "2.84 คะแนน" in page.locator(".messagelist").inner_text()
    assert page.wrong == []


def test_the_score_while_typing_follows_the_plans_scale(browse, planner):
    """Three steps of 50, 75 and 100, by thresholds and by steps of work."""
    plan = Plan.objects.get(slug=SCORECARD)
    LevelCriterion.objects.filter(indicator__strategy__plan=plan).delete()
    plan.scale = "50/75/100"
    record_save(instance=plan, user=None)
    edges = [Decimal(70), Decimal(80), Decimal(90)]
    measure, steps = scorecard_measure(1, "2"), scorecard_measure(1, "1")
    for owner, known in ((measure, edges), (steps, [None] * 3)):
        for level, edge in enumerate(known, start=1):
            row = LevelCriterion(indicator=owner.indicator, level=level, text=f"ข้อ {level}")
            row.threshold = edge
            record_save(instance=row, user=None)
    page = browse(planner)
    where = "/admin/kpis/result/add/?indicator={}&year=2563&month=11"
    page.goto(where.format(measure.indicator_id))
    shown = page.locator("[data-score]")
    for typed in ("60", "70", "85", "๘๔.๒๑", "70.0049", "89.999", "90", "95"):
        page.fill(f"[name=value_{measure.pk}]", typed)
        told = score(parse_number(typed), edges, plan.worths)
        assert f": {told}" in shown.inner_text(), typed
    page.goto(where.format(steps.indicator_id))
    page.get_by_label("2 (75) – ข้อ 2").check()
    assert ": 75.00" in page.locator("[data-score]").inner_text()
    page.get_by_label("0 –").check()
    assert ": 0.00" in page.locator("[data-score]").inner_text()
    assert page.wrong == []


def test_a_level_is_chosen_from_its_texts_and_its_evidence_kept(browse, planner):
    measure = scorecard_measure(1, "1")
    page = browse(planner, width=360)
    page.goto(f"/admin/kpis/result/add/?indicator={measure.indicator_id}&year=2563&month=11")
    page.get_by_label("3 – นำแผนกลยุทธ์ฯ").check()
    said = page.locator("[data-score]").inner_text()
    assert ": 3.00" in said and "4 – แจกเวียน" in said
    page.fill("[name=evidence-0-number]", "ยธ ๐๔๐๑/๓๙๕")
    page.fill("[name=evidence-0-dated]", "๒๗ ก.พ. ๖๓")
    for name, words in REMEDY.items():
        page.fill(f"[name={name}]", words)
    follow(page, "[name=_save]")
    assert "3.00 คะแนน" in page.locator(".messagelist").inner_text()
    page.goto(f"/plans/{SCORECARD}/indicators/D1-1/?year=2563&month=11")
    assert "ลงวันที่ 27 ก.พ. 2563" in page.locator(".evidence-list").inner_text()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert page.wrong == []


@pytest.mark.parametrize("width", [1280, 360])
def test_files_go_with_a_result_and_come_back_as_they_were(
    browse, planner, indicator, measure, evidence_store, tmp_path, width
):
    page = browse(planner, width=width)
    sent = {"รายงานผล.pdf": files.PDF, "ภาพ.png": files.png(), "หน้าเว็บ.pdf": files.HTML}
    for name, content in sent.items():
        tmp_path.joinpath(name).write_bytes(content)
    enter(page, indicator, year=2569, month=12)
    page.fill(f"[name=value_{measure.pk}]", "76")
    page.set_input_files("[name=evidence-0-upload]", tmp_path / "รายงานผล.pdf")
    page.set_input_files("[name=evidence-1-upload]", tmp_path / "หน้าเว็บ.pdf")
    follow(page, "[name=_save]")
    # The bad one is refused beside its field, the good one need not be chosen again.
    assert page.locator(".part-upload .errorlist").count() == 1
    assert "รายงานผล.pdf" in page.locator(".part-upload").first.inner_text()
    page.set_input_files("[name=evidence-1-upload]", tmp_path / "ภาพ.png")
    follow(page, "[name=_save]")
    page.goto(f"{PLAN}/indicators/S3-1.1/{AT}")
    unfold(page)
    shown = page.locator(".evidence-list").first
    assert "รายงานผล.pdf" in shown.inner_text() and "ภาพ.png" in shown.inner_text()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for name in ("รายงานผล.pdf", "ภาพ.png"):
        with page.expect_download() as download:
            shown.get_by_text(name).click()
        assert download.value.suggested_filename == name
        assert download.value.path().read_bytes() == sent[name]
    assert page.wrong == []


def test_no_page_breaks_the_content_policy_or_the_width(browse, planner, plan):
    unit, screens = plan.agency.units.first(), []
    pages = [
        f"{PLAN}/{AT}",
        f"{PLAN}/strategies/1/{AT}",
        f"{PLAN}/indicators/{AT}",
        f"{PLAN}/indicators/S1-1.1/?year=2567&month=12",
        f"{PLAN}/indicators/S1-1.1/?year=2566&month=12",
        f"{PLAN}/units/{AT}",
        f"{PLAN}/units/{unit.pk}/{AT}",
        f"{PLAN}/map/{AT}",
        f"{PLAN}/budgets/{AT}",
        f"{PLAN}/budgets/units/{AT}",
        f"{PLAN}/budgets/3-1/{AT}",
        f"{PLAN}/value/{AT}",
        f"{PLAN}/board/{AT}",
    ]
    for model in admin.site._registry:
        if model._meta.app_label in ("strategy", "kpis", "budgets", "board"):
            name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
            if model._meta.model_name != "membership":
                screens.append(reverse(f"{name}_changelist"))
            # Memberships are not the planner's; transfers are entered with their budget, questions
            # are asked where their figure stands.
            if model._meta.model_name not in ("membership", "budgettransfer", "comment"):
                screens.append(reverse(f"{name}_add"))
    # Screens by both widths in a sweep; usually every fourth, each by one of them.
    for place, width in enumerate((1280, 360)):
        page = browse(planner, width=width)
        for address in [*pages, *part(screens, 4, 2 * place)]:
            response = page.goto(address)
            assert response.status == 200, address
            too_wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            if not address.startswith("/admin"):
                assert too_wide <= 0, (address, width)
        assert page.wrong == []


def test_the_keyboard_alone_reaches_the_report(browse, planner):
    page = browse(planner)
    page.goto(PLAN + "/" + AT)
    for _ in range(40):
        page.keyboard.press("Tab")
        if "report.xlsx" in (page.evaluate("document.activeElement.getAttribute('href')") or ""):
            break
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert load_workbook(BytesIO(download.value.path().read_bytes())).sheetnames


def test_a_month_of_money_moves_what_it_should_and_nothing_else(browse, reporter, plan):
    """The unit's own sheet, Thai digits; then every project's row before and after."""
    own = Project.objects.get(strategy__plan=plan, strategy__number=3, number=1)
    page = browse(reporter)

    def rows():
        found = page.request.get(f"{PLAN}/budgets.json{AT}").json()
        return found, {row["code"]: row for part in found["strategies"] for row in part["projects"]}

    before, projects_before = rows()
    unit = own.leads.get(position=1).unit_id
    page.goto(f"/admin/budgets/disbursement/add/?unit={unit}&year=2569&month=12")
    page.fill(f"[name=p{own.pk}-disbursed]", "๙๐๐,๐๐๐.๕๐")
    page.fill(f"[name=p{own.pk}-committed]", "many")
    follow(page, "[name=_save]")
    assert not Disbursement.objects.exists()
    assert page.input_value(f"[name=p{own.pk}-disbursed]") == "๙๐๐,๐๐๐.๕๐"
    page.fill(f"[name=p{own.pk}-committed]", "50,000")
    follow(page, "[name=_save]")
    kept = Disbursement.objects.get()
    assert (kept.disbursed, kept.committed) == (Decimal("900000.50"), Decimal(50000))
    after, projects_after = rows()
    changed = {code for code, row in projects_after.items() if row != projects_before[code]}
    assert changed == {"3-1"}
    assert projects_after["3-1"]["disbursed"] == "900000.5"
    assert projects_after["3-1"]["disbursed_percent"] == "90.00"
    assert after["disbursed"] == "900000.5"
    moved = {
        p["number"]
        for p, q in zip(after["strategies"], before["strategies"], strict=True)
        if p != q
    }
    assert moved == {3}
    assert after["plan_total"] == before["plan_total"] == "200500000"
    page.goto(f"{PLAN}/board/{AT}")
    unfold(page)
    assert "0.90" in page.locator("tfoot").first.inner_text()
    book = load_workbook(BytesIO(page.request.get(f"{PLAN}/board.xlsx{AT}").body()))
    (row,) = [r for r in book["รายโครงการ"].iter_rows(values_only=True) if r[0] == "3-1"]
    assert round(row[5], 4) == 0.9


def test_thai_letters_are_whole_in_every_choice(browse, planner, plan):
    """The stock height cuts off vowels below a letter."""
    page = browse(planner)
    page.goto(reverse("admin:budgets_project_change", args=[Project.objects.first().pk]))
    heights = page.locator("select:not([multiple]):visible").evaluate_all(
        "all => all.map(each => each.offsetHeight)"
    )
    assert len(heights) > 1 and min(heights) >= 38


def test_no_figure_on_a_phone_leaves_its_half_of_the_row(browse, planner, plan):
    own = Project.objects.get(strategy__number=3, number=1)
    Disbursement.objects.bulk_create(
        [Disbursement(project=own, fiscal_year=2569, month=12, disbursed=1_000_000, committed=0)]
    )
    page = browse(planner, width=360)
    for address in (f"{PLAN}/budgets/3-1/{AT}", f"{PLAN}/budgets/{AT}"):
        page.goto(address)
        beyond = page.locator("table.money td:visible").evaluate_all(
            "all => all.filter(each => each.scrollWidth > each.clientWidth).length"
        )
        assert beyond == 0, address


def test_the_boards_chart_fills_its_panel(browse, planner, plan):
    page = browse(planner)
    page.goto(f"{PLAN}/board/{AT}")
    unfold(page)
    panel = page.locator(".chart-figure").bounding_box()["width"]
    (drawn,) = page.locator(".chart-figure > svg:visible").all()
    assert drawn.bounding_box()["width"] > 0.98 * panel > 900
    page.set_viewport_size({"width": 360, "height": 800})
    (drawn,) = page.locator(".chart-figure > svg:visible").all()
    assert "chart-narrow" in drawn.get_attribute("class")


def test_paper_holds_what_a_click_opens_and_parts_nothing_from_its_heading(browse, planner, plan):
    page = browse(planner)
    page.goto(f"{PLAN}/board/{AT}")
    rules = page.locator("details.printed ol").last
    assert not rules.is_visible()
    page.emulate_media(media="print")
    assert rules.is_visible()
    assert rules.bounding_box()["height"] > 100
    for place in ("tfoot tr", ".key"):
        style = page.locator(place).first.evaluate("each => getComputedStyle(each).breakBefore")
        assert style == "avoid", place
    for place in ("h2", "h3", "thead"):
        style = page.locator(place).first.evaluate("each => getComputedStyle(each).breakAfter")
        assert style == "avoid", place
    # Rows are kept with a sum below them, never with the panel that comes after their table.
    last = "tbody:last-of-type > tr:last-child"
    for table, glued in (("table:has(tfoot)", "avoid"), (".chart-data table", "auto")):
        row = page.locator(f"{table} {last}").first
        assert row.evaluate("each => getComputedStyle(each).breakAfter") == glued, table
    # A bar as wide as the page would be as high as a paragraph.
    assert page.locator("#status-bar").bounding_box()["height"] < 60
