"""A plan in preparation: imported, changed, seen by planners alone, put to work, taken back."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from integrity.models import MeasureYear
from kpis.models import Indicator, Measure
from kpis.read.entry import reportable
from kpis.write.results import ResultEntries
from nhrc_plan.drafts import write as services
from nhrc_plan.drafts.models import PlanImport, PlanImportFile
from nhrc_plan.drafts.next_lines import next_lines
from nhrc_plan.drafts.preview import Preview
from nhrc_plan.drafts.sheets import empty_lines, plan_lines, plan_workbook
from nhrc_plan.drafts.write import (
    draft_along,
    plan_activate,
    plan_import_apply,
    plan_import_keep,
    plan_preview,
    plan_take_back,
)
from nhrc_plan.exchange.rows import CHANGED, CONFLICT, MINE, NEW, THEIRS, UNCHANGED
from nhrc_plan.exchange.write import Overtaken
from strategy.access import viewer
from strategy.models import Agency, Plan, Strategy, Unit
from strategy.records.write import StaleVersion, record_save
from strategy.workbook import apart, upload
from tests.support.owning import account
from tests.support.plans import Filling
from tests.support.racing import blind_claim, split, together
from tests.support.writing import OWN, differences, enter, entry_of, facts, indicator_of, signed_in

pytestmark = pytest.mark.django_db

#: 20 November 2026: fiscal year 2570 has begun, the plan 2566–2570 is in its last year.
DAY = date(2026, 11, 20)
SLUG = "nhrc-2571-2575"


@pytest.fixture(autouse=True)
def read_here(monkeypatch: pytest.MonkeyPatch, today: Any) -> None:
    """The reader without its process, which tests/integrity/test_ita_upload.py starts."""
    monkeypatch.setattr(upload, "_apart", apart.answered)
    today(DAY)


def applied(user: Any, content: bytes, decided: Any = None) -> Plan:
    found = plan_preview(user, content, decided or {})
    assert found.may_apply, [(row.sheet, row.name, row.problems) for row in found.open_rows][:5]
    kept = plan_import_keep(user=user, slug=SLUG, name="แผน.xlsx", content=content)
    return plan_import_apply(
        user=user, row=kept, expected_version=kept.version, decided=decided or {},
        digest=found.digest,
    )  # fmt: skip


#: What of the plan is carried on here: a row is written in milliseconds, hundreds in seconds.
FEW = {"S1-1.1", "S1-2.1", "S2-1.1", "S3-1.1"}


def started(plan: Plan) -> Filling:
    """The workbook with which the next plan begins, cut down to a few indicators and projects."""
    lines = dict(next_lines(plan, 2571, DAY))
    for code in ("indicators", "measures", "baselines", "targets"):
        lines[code] = [line for line in lines[code] if line.values["code"] in FEW]
    for code in ("projects", "budgets"):
        lines[code] = [line for line in lines[code] if line.values["code"] in ("S1-1", "S1-2")]
    lines["approaches"] = lines["approaches"][:3]
    lines["ita_measures"] = lines["ita_measures"][:2]
    return Filling(plan_workbook(lines))


@pytest.fixture
def draft(plan: Plan, planner: Any) -> Plan:
    for year, figure in ((2567, "64"), (2568, "65"), (2569, "70")):
        enter(indicator_of(plan, "S3-1.1", OWN), year, 12, figure)
    return applied(planner, started(plan).bytes())


def outcomes(found: Preview) -> dict[str, str]:
    return {row.name: row.outcome for row in found.rows if row.outcome != UNCHANGED}


# ---------------------------------------------------------------------------------- importing


def test_looking_at_a_workbook_writes_nothing_and_names_every_bad_cell(plan, planner):
    """Sheet, cell, what was read, what would be right; with one bad row nothing is taken over."""
    filling = started(plan)
    two = filling.row_of("targets", code="S1-1.1", fiscal_year="2572")
    bad = {
        ("indicators", "weight", 3): ("หนัก", "ตัวเลข"),
        ("indicators", "accrual", 3): ("บางที", "สะสม"),
        ("indicators", "unit", 2): ("ไม่มีจริง", "ไม่มีจริง"),
        ("projects", "accountable", 2): ("nobody-known", "nobody-known"),
        ("indicators", "continues", 4): ("nhrc-2566-2570 S9-9", "S9-9"),
        ("measures", "code", 3): ("รหัส", "S3-1.1"),
        ("targets", "target", two): ("1", "2"),
        ("targets", "fiscal_year", two + 1): (2023, "2566"),
        ("targets", "due_month", two + 2): ("สมัย", "ตุลาคม"),
        ("strategies", "goals", 4): ("1; หนึ่ง", "หนึ่ง"),
        ("projects", "leads", 1): ("ไม่มีหน่วยนี้", "ไม่มีหน่วยนี้"),
        ("budgets", "plan_amount", 2): ("1,23", "1,23"),
        ("objectives", "issue", filling.row_of("objectives", strategy="2")): ("9.9", "9.9"),
    }
    for (code, column, number), (text, _told) in bad.items():
        filling.set(code, column, number, text)
    filling.set("agency", "phone", 1, "02 000 0000")
    filling.set("statements", "number", 2, filling.cell("statements", "number", 1).value)
    before = facts()
    found = plan_preview(planner, filling.bytes(), {})
    assert differences(before, facts()) == {}
    for (code, column, number), (text, told) in bad.items():
        sheet = filling.table(code)[0].name
        place = filling.cell(code, column, number).coordinate
        problems = [
            each
            for row in found.open_rows
            if row.sheet == sheet
            for each in row.problems
            if each.cell == place
        ]
        assert problems, (code, column)
        assert problems[0].read == str(text) and told in problems[0].text, problems
    rows = {row.sheet: row for row in reversed(found.open_rows)}
    assert "หน่วยงาน" in rows[filling.table("agency")[0].name].problems[0].text
    assert "แถว" in rows[filling.table("statements")[0].name].problems[0].text
    assert not found.may_apply
    kept = plan_import_keep(user=planner, slug=SLUG, name="a.xlsx", content=filling.bytes())
    before = facts()
    with pytest.raises(Overtaken):
        plan_import_apply(
            user=planner, row=kept, expected_version=1, decided={}, digest=found.digest
        )
    assert differences(before, facts()) == {}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda f: f.set("plan", "slug", 1, "nhrc-2566-2570"), "nhrc-2566-2570"),
        (lambda f: f.set("plan", "last_year", 1, 2570), "ปี"),
        (lambda f: f.cell("measures", "kind", 1).parent.delete_rows(3), "หัวตาราง"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_a_sentence(plan, planner, change, told):
    """Of a plan with nothing in it, or of one at work."""
    filling = Filling(plan_workbook({**empty_lines(), "plan": next_lines(plan, 2571, DAY)["plan"]}))
    for name, text in {"slug": "sample", "name": "หน่วยงานตัวอย่าง"}.items():
        filling.set("agency", name, 1, text)
    change(filling)
    found = plan_preview(planner, filling.bytes(), {})
    assert not found.may_apply
    texts = " ".join(each.text for row in found.open_rows for each in row.problems)
    assert told in texts, texts


def test_the_workbook_of_a_draft_changes_the_draft(plan, planner, draft):
    """Old → new; rows that are not in it stay; one is taken away; a row that somebody changed
    meanwhile is a conflict until it is decided."""
    filling = Filling(plan_workbook(plan_lines(draft)))
    filling.set("indicators", "name", filling.row_of("indicators", code="S1-1.1"), "ชื่อใหม่")
    filling.set("indicators", "definition", filling.row_of("indicators", code="S1-2.1"), "นิยาม")
    filling.take_away("projects", filling.row_of("projects", code="S1-1"))
    for number in range(filling.cell("budgets", "code", 1).parent.max_row - 3, 0, -1):
        if filling.cell("budgets", "code", number).value == "S1-1":
            filling.take_away("budgets", number)
    filling.table("approaches")[1].delete_rows(4)
    filling.add("issues", strategy=1, number="1.9", position=9, name="ประเด็นที่เพิ่ม")
    changed = indicator_of(draft, "S1-2.1")
    changed.definition = "ของผู้อื่น"
    record_save(instance=changed, user=planner)

    found = plan_preview(planner, filling.bytes(), {})
    told = {row.name.split()[0]: row for row in found.shown}
    assert found.stays == 1
    assert told["S1-1.1"].outcome == CHANGED
    assert told["S1-1.1"].differences[0].after == "ชื่อใหม่"
    conflict = told["S1-2.1"]
    assert (conflict.outcome, conflict.differences[0].before) == (CONFLICT, "ของผู้อื่น")
    assert [row.name for row in found.added] == ["1 1.9 ประเด็นที่เพิ่ม"]

    left = plan_preview(planner, filling.bytes(), {conflict.key: THEIRS})
    assert left.may_apply and left.news == found.news
    # A decision holds for what was shown beside it.
    asked = plan_preview(planner, filling.bytes(), {conflict.key: MINE})
    assert [row.key for row in asked.open_rows] == [conflict.key]
    applied(planner, filling.bytes(), {conflict.key: conflict.posts(MINE)})
    assert indicator_of(draft, "S1-1.1").name == "ชื่อใหม่"
    assert indicator_of(draft, "S1-2.1").definition == "นิยาม"
    strategy = Strategy.objects.get(plan=draft, number=1)
    assert not strategy.projects.filter(number=1).exists()
    assert strategy.issues.filter(number="1.9").exists()
    assert strategy.issues.get(number="1.1").approaches.filter(number=1).exists()
    act = strategy.issues.get(number="1.9").history.latest().act
    assert indicator_of(draft, "S1-1.1").history.latest().act == act
    assert "แผน.xlsx" in indicator_of(draft, "S1-1.1").history.latest().history_change_reason


def test_a_preview_that_holds_no_longer_is_not_taken_over(plan, planner, draft):
    filling = Filling(plan_workbook(plan_lines(draft)))
    filling.set("indicators", "name", 1, "ชื่อใหม่")
    seen = plan_preview(planner, filling.bytes(), {})
    kept = plan_import_keep(user=planner, slug=SLUG, name="a.xlsx", content=filling.bytes())
    indicator = Indicator.objects.filter(strategy__plan=draft).earliest("position")
    indicator.name = "ของผู้อื่น"
    record_save(instance=indicator, user=planner)
    with pytest.raises(Overtaken):
        plan_import_apply(
            user=planner, row=kept, expected_version=1, decided={}, digest=seen.digest
        )
    assert CONFLICT in plan_preview(planner, filling.bytes(), {}).counts
    assert PlanImport.objects.get(pk=kept.pk).state == "checked"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("guarded", [True, False])
def test_of_two_who_confirm_at_once_one_does(plan, planner, monkeypatch, guarded):
    filling = Filling(plan_workbook(empty_lines()))
    for name, text in {"slug": "sample", "name": "หน่วยงานตัวอย่าง"}.items():
        filling.set("agency", name, 1, text)
    for name, text in {
        "slug": "sample-plan", "name": "แผนตัวอย่าง", "first_year": 2571, "last_year": 2572,
    }.items():  # fmt: skip
        filling.set("plan", name, 1, text)
    digest = plan_preview(planner, filling.bytes(), {}).digest
    kept = plan_import_keep(user=planner, slug="x", name="a.xlsx", content=filling.bytes())
    if not guarded:
        monkeypatch.setattr(
            services, "claim", lambda rows, wanted, *a, **k: blind_claim(rows, wanted)
        )
        monkeypatch.setattr(Preview, "digest", property(lambda self: digest))
        monkeypatch.setattr(Preview, "may_apply", property(lambda self: True))

    def take() -> Plan:
        return plan_import_apply(
            user=planner, row=PlanImport.objects.get(pk=kept.pk), expected_version=kept.version,
            decided={}, digest=digest,
        )  # fmt: skip

    if guarded:
        found = together(take, take)
        assert split(found, (StaleVersion, Overtaken)) == (1, 1)
    else:
        take()
        take()
    taken = PlanImport.history.filter(history_change_reason="บันทึกแล้ว").count()
    assert (taken == 1) is guarded


# -------------------------------------------------------------------------------- who sees what


def test_a_draft_is_seen_by_planners_alone_and_counted_nowhere(
    plan, planner, reporter, auditor, executive, draft, settings
):
    """Pages, data, choices, lists of the admin, lists of work; and figures are refused."""
    settings.PUBLIC_READING = True
    indicator = indicator_of(draft, "S3-1.1", OWN)
    indicator.accountable = account(reporter)
    record_save(instance=indicator, user=planner)
    lists = {
        None: ("/plans/", "/plans.json"),
        reporter: ("/my-work/", "/admin/kpis/result/"),
        executive: ("/integrity/measures/",),
        auditor: ("/plans/", "/admin/strategy/plan/", "/admin/kpis/indicator/?q=S3-1.1",
                  "/admin/kpis/yeartarget/", "/admin/integrity/measureyear/"),
    }  # fmt: skip
    for user, addresses in lists.items():
        client = Client() if user is None else signed_in(user)
        for address in (f"/plans/{SLUG}/indicators.json", f"/drafts/{SLUG}/plan.xlsx", "/drafts/"):
            assert client.get(address).status_code in (302, 404), (user, address)
        for address in addresses:
            text = client.get(address, follow=True).content.decode()
            assert "2571" not in text, (user, address)
    assert signed_in(planner).get(f"/plans/{SLUG}/").status_code == 404
    assert SLUG in signed_in(planner).get("/drafts/").content.decode()
    assert draft.name in signed_in(planner).get("/admin/strategy/plan/").content.decode()
    assert not reportable(viewer(planner)).filter(strategy__plan=draft).exists()
    assert MeasureYear.every.filter(came_with=draft).exists()
    assert not MeasureYear.objects.filter(came_with=draft).exists()
    with pytest.raises(ValidationError) as refused:
        enter(indicator, 2571, 1, "50")
    assert draft.name in " ".join(refused.value.messages)
    # The control: once it is at work, all of them see it.
    plan_activate(user=planner, plan=draft, expected_version=draft.version, current=False)
    assert signed_in(auditor).get(f"/plans/{SLUG}/").status_code == 200
    assert "2571" in Client().get("/plans/").content.decode()


def test_only_planners_write_drafts(plan, planner, reporter):
    content = started(plan).bytes()
    for call in (
        lambda: plan_preview(reporter, content, {}),
        lambda: plan_import_keep(user=reporter, slug="x", name="x", content=content),
        lambda: plan_activate(user=reporter, plan=plan, expected_version=1, current=True),
        lambda: plan_take_back(user=reporter, plan=plan, expected_version=1),
    ):
        with pytest.raises(PermissionDenied):
            call()
    assert not PlanImportFile.objects.exists()


# ----------------------------------------------------------------------- missing, past, beside


def test_a_drafts_page_lists_what_is_missing_and_holds_targets_against_the_past(
    plan, planner, draft, django_assert_max_num_queries
):
    indicator = indicator_of(draft, "S3-1.1")
    client = signed_in(planner)
    client.get(f"/drafts/{SLUG}/")
    with django_assert_max_num_queries(54):
        page = client.get(f"/drafts/{SLUG}/").content.decode()
    assert f"/admin/kpis/indicator/{indicator.pk}/change/" in page
    bare = Measure.objects.filter(indicator__strategy__plan=draft, baselines__isnull=True).first()
    assert f"/admin/kpis/baseline/add/?measure={bare.pk}" in page
    assert client.get(f"/admin/kpis/indicator/{indicator.pk}/change/").status_code == 200
    # 2567–2569 closed at 64, 65, 70: the first target of the draft is held against 70.
    (past,) = [row for row in client.get(f"/drafts/{SLUG}/").context["ambitions"]
               if row.code == "S3-1.1"]  # fmt: skip
    assert past.past == ((2567, "64"), (2568, "65"), (2569, "70"))
    first = past.proposed[0]
    assert (first.ambition.steps, first.year) == (2, 2571)
    assert first.ambition.step == ((first.target - 70) / 2).quantize(D("0.01"))
    baseline = indicator.measures.get().baselines.get()
    assert (baseline.value, baseline.fiscal_year, baseline.month) == (70, 2571, 1)


def test_two_plans_side_by_side(plan, planner, draft, django_assert_max_num_queries):
    def save(code: str, **fields: Any) -> None:
        indicator = indicator_of(draft, code)
        for name, value in fields.items():
            setattr(indicator, name, value)
        record_save(instance=indicator, user=planner, reason="ตัวอย่าง")

    save("S1-2.1", definition="นับใหม่")
    save("S2-1.1", continues=None, name="ของใหม่")
    goal = draft.statements.get(kind="goal", number=2)
    goal.text = "เป้าหมายใหม่"
    record_save(instance=goal, user=planner)
    client = signed_in(planner)
    client.get(f"/drafts/{SLUG}/beside/")
    with django_assert_max_num_queries(26):
        pair = client.get(f"/drafts/{SLUG}/beside/").context["pair"]
    assert pair.former == plan
    by_code = {(each.before, each.after): each for each in pair.indicators}
    told = {change.label: change.after for change in by_code["S1-2.1", "S1-2.1"].changes}
    assert "นับใหม่" in told.values()
    assert by_code["", "S2-1.1"].outcome == "new"
    assert by_code["S2-1.1", ""].outcome == "dropped"
    assert [each.outcome for each in pair.goals] == ["same", "changed", "same", "same"]


# ------------------------------------------------------------------------------- put to work


def test_put_to_work_an_indicator_keeps_its_years_and_can_be_taken_back_until_something_is_entered(
    plan, planner, draft
):
    client = signed_in(planner)
    asked = client.post(f"/drafts/{SLUG}/activate/", {"expected_version": draft.version})
    assert asked.status_code == 200 and Plan.every.get(pk=draft.pk).is_draft
    answer = client.post(
        f"/drafts/{SLUG}/activate/",
        {"expected_version": draft.version, "confirm": "on", "current": "on"},
    )
    assert answer.status_code == 302
    at_work = Plan.objects.get(slug=SLUG)
    assert at_work.is_current and not Plan.objects.get(pk=plan.pk).is_current

    shown = client.get(f"/plans/{SLUG}/indicators/S3-1.1.json").json()
    years = {each["year"]: each for each in shown["former_years"]}
    assert years[2569]["plan"] == plan.slug and years[2569]["code"] == "S3-1.1"
    (figure,) = years[2569]["measures"]
    assert figure["result"] == "70"
    page = client.get(f"/plans/{SLUG}/indicators/S3-1.1/").content.decode()
    assert f"/plans/{plan.slug}/indicators/S3-1.1/" in page
    # The years before make the estimate for the new plan's end; without the link there is none.
    assert shown["trend_estimates"]
    alone = indicator_of(at_work, "S3-1.1")
    alone.continues = None
    record_save(instance=alone, user=planner)
    cut = client.get(f"/plans/{SLUG}/indicators/S3-1.1.json").json()
    assert not cut["trend_estimates"] and not cut["former_years"]

    at_work = Plan.objects.get(slug=SLUG)
    plan_take_back(user=planner, plan=at_work, expected_version=at_work.version)
    back = Plan.every.get(slug=SLUG)
    assert back.is_draft and not back.is_current
    plan_activate(user=planner, plan=back, expected_version=back.version, current=False)
    entry = entry_of(indicator_of(back, "S3-1.1"), 2571, 1, "50")
    ResultEntries.record(user=None, entry=entry, today=date(2028, 1, 20))
    with pytest.raises(ValidationError):
        plan_take_back(user=planner, plan=back, expected_version=back.version)
    assert Plan.objects.filter(slug=SLUG).exists()


def test_a_draft_is_thrown_away_whole_and_its_history_stays(plan, planner, draft):
    pk, before = draft.pk, Plan.history.filter(id=draft.pk).count()
    client = signed_in(planner)
    refused = client.post(f"/drafts/{SLUG}/", {"expected_version": draft.version, "reason": ""})
    assert refused.status_code == 200 and Plan.every.filter(pk=pk).exists()
    sent = {"expected_version": draft.version, "reason": "เริ่มใหม่"}
    # What somebody else changed of it meanwhile is not lost unseen.
    client.post(f"/drafts/{SLUG}/", {**sent, "along": "0" * 16})
    assert Plan.every.filter(pk=draft.pk).exists()
    client.post(f"/drafts/{SLUG}/", {**sent, "along": draft_along(draft)})
    assert not Plan.every.filter(pk=pk).exists()
    assert not Indicator.objects.filter(strategy__plan=pk).exists()
    assert Plan.history.filter(id=pk).count() == before + 1
    assert Indicator.objects.filter(strategy__plan=plan).count() == 19


# ------------------------------------------------------------------------- another agency


def test_another_agency_is_set_up_from_a_workbook_alone(plan, planner):
    """Sent as a file through the page, looked at, confirmed, put to work; its pages speak its own
    words and know nothing of the other agency's. Everything in it is made up."""
    filling = Filling(plan_workbook(empty_lines()))
    for name, value in {
        "slug": "sample-office",
        "name": "สำนักงานตัวอย่าง (สมมติ)",
        "short_name": "สตย.",
    }.items():
        filling.set("agency", name, 1, value)
    for name, value in {
        "slug": "sample-2570-2572",
        "name": "แผนตัวอย่าง (สมมติ) 2570–2572",
        "first_year": "๒๕๗๐",
        "last_year": 2572,
        "code_prefix": "G",
        "strategy_label": "เสาหลัก",
        "issue_label": "แนวรุก",
        "objective_label": "ผลลัพธ์",
        "approach_label": "วิธีการ",
        "vision": "ตัวอย่าง",
    }.items():
        filling.set("plan", name, 1, value)
    filling.add("units", name="กองหนึ่ง (สมมติ)")
    filling.add("units", name="กองสอง (สมมติ)")
    filling.add("statements", kind="เป้าหมาย", number=1, text="เป้าหมายสมมติ")
    filling.add("strategies", number=1, name="เสาหลักที่หนึ่ง", goals="1")
    filling.add("issues", strategy=1, number="1.1", position=1, name="แนวรุกที่หนึ่ง")
    filling.add("approaches", strategy=1, issue="1.1", number=1, text="วิธีการหนึ่ง")
    filling.add("objectives", strategy=1, number=1, issue="1.1", name="ผลลัพธ์ที่หนึ่ง")
    filling.add(
        "indicators", code="G1-1", objective=1, position=1, name="ร้อยละตัวอย่าง",
        accrual="rate", unit="กองหนึ่ง (สมมติ)", weight=40,
    )  # fmt: skip
    filling.add("measures", code="G1-1", position=1, kind="percent", unit_label="ร้อยละ")
    for year, target in ((2570, 60), (2571, 70), (2572, "๘๐")):
        filling.add("targets", code="G1-1", fiscal_year=year, kind="numeric", target=target)
    filling.add("projects", code="G1-1", name="โครงการตัวอย่าง", leads="กองสอง (สมมติ)")
    filling.add("budgets", code="G1-1", fiscal_year=2570, plan_amount="1,000,000")

    client = signed_in(planner)
    file = SimpleUploadedFile("office.xlsx", filling.bytes())
    sent = client.post("/drafts/", {"workbook": file})
    preview = client.get(sent.url)
    found = preview.context["found"]
    assert found.may_apply, [(row.name, row.problems) for row in found.open_rows]
    assert set(outcomes(found).values()) == {NEW} and found.news == 16
    assert not Agency.objects.filter(slug="sample-office").exists()
    done = client.post(sent.url, {"digest": found.digest, "_confirm": "1"})
    assert done.url == "/drafts/sample-2570-2572/"
    draft = Plan.every.get(slug="sample-2570-2572")
    step = {"expected_version": draft.version, "confirm": "on", "current": "on"}
    assert client.post(f"{done.url}activate/", step).url == "/plans/sample-2570-2572/"
    here = "/plans/sample-2570-2572/"
    pages = ["", "indicators/", "indicators/G1-1/", "strategies/1/", "map/", "budgets/",
             "budgets/1-1/", "units/", "about/", "board/", "value/", "report.xlsx", "board.xlsx",
             f"units/{Unit.objects.get(name='กองหนึ่ง (สมมติ)').pk}/"]  # fmt: skip
    for name in pages:
        answer = client.get(here + name)
        assert answer.status_code == 200, name
        if not name.endswith("xlsx"):
            text = answer.content.decode()
            assert "ประเด็นยุทธศาสตร์" not in text and plan.agency.name not in text, name
    assert "เสาหลัก" in client.get(here).content.decode()
    assert Plan.objects.get(slug=plan.slug).is_current == plan.is_current
