"""A table that people have: sent, matched, looked at, taken over once or not at all."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from budgets.models import Disbursement, Project, ProjectBudget
from integrity.models import ItaAssessment, ItaItem
from kpis.models import Indicator, YearTarget
from nhrc_plan.exchange.models import Import
from nhrc_plan.exchange.rows import ASKED, CHANGED, CONFLICT, LEFT, NEW, REFUSED
from nhrc_plan.tables.kinds.every import KINDS
from nhrc_plan.tables.models import TableMatch
from strategy import access as roles
from strategy.models import Account, MonthLock
from strategy.records.write import record_save
from strategy.workbook import apart, upload
from tests.support.tables import (
    AT,
    PLAN,
    confirmed,
    decisions,
    gfmis,
    matched,
    saved,
    sent,
    workbook,
)
from tests.support.writing import (
    OTHER,
    OWN,
    TODAY,
    differences,
    enter,
    entered,
    facts,
    figures,
    indicator_of,
    signed_in,
    spend,
)

pytestmark = pytest.mark.django_db

OURS = ("session", "log", "exchange", "tables")


@pytest.fixture(autouse=True)
def read_here(monkeypatch: pytest.MonkeyPatch, plan: Any, today: Any) -> None:
    """The reader without its process, which test_files.py starts."""
    monkeypatch.setattr(upload, "_apart", apart.answered)
    today(TODAY)


@pytest.fixture
def client(planner: Any) -> Any:
    return signed_in(planner)


@pytest.fixture
def projects(plan: Any) -> list[Project]:
    return list(Project.objects.filter(strategy__plan=plan).order_by("pk")[:3])


def rows_of(page: Any) -> dict[int, str]:
    """The outcome of each row of a preview, by its number."""
    return {row.number: row.outcome for row in page.context["compared"].rows}


def told(page: Any) -> str:
    return " ".join(
        problem.text for row in page.context["compared"].rows for problem in row.problems
    )


def csv_of(*lines: str) -> bytes:
    return "\n".join(lines).encode("utf-8-sig")


# -------------------------------------------------------------------------------- the whole way


def test_a_table_of_the_finance_office_comes_in_by_one_press(client, planner, projects):
    spend(projects[2], 2569, 12, "10", reason="ตัวอย่าง")
    page = sent(client, "disbursements", gfmis(projects))
    look = page.context["look"]
    assert look.head == (3, 4) and look.grid.hidden == {"ทด"}
    assert "ทด (ซ่อนอยู่)" in " ".join(page.content.decode().split())
    assert (look.match.money, look.match.year, look.match.month) == (1000, 2569, 12)
    fields = {look.labels[place]: name for place, name in look.match.columns.items()}
    assert fields == {
        "แผนงาน / โครงการ": "name",
        "ผลการใช้จ่าย / ใบสั่งซื้อ (PO)": "committed",
        "ผลการใช้จ่าย / เบิกจ่าย": "disbursed",
    }
    before = facts(without=OURS)
    preview = matched(client, page, name="รายงาน GFMIS")
    assert differences(before, facts(without=OURS)) == {}
    # Over what is allocated: a reason is asked for; one row has one already.
    assert rows_of(preview) == {5: LEFT, 6: REFUSED, 7: REFUSED, 8: CHANGED, 9: LEFT, 11: LEFT}
    book = gfmis(projects, reason="โอนเพิ่มระหว่างปี")
    page = sent(client, "disbursements", book, name="งบ ก.ย.xlsx")
    assert page.context["look"].kept is not None
    preview = matched(client, page, column_8="reason")
    assert rows_of(preview) == {5: LEFT, 6: NEW, 7: NEW, 8: CHANGED, 9: LEFT, 11: LEFT}
    shown = {row.number: row for row in preview.context["compared"].rows}
    assert [list(change) for change in shown[8].differences][0][1:] == ["10", "99,234,500"]
    assert "ผลรวม" in shown[9].problems[0].text
    done = confirmed(client, preview, change_reason="ตามรายงานของสำนักงานคลัง")
    assert "บันทึกแล้ว 3 แถว" in done.content.decode()
    spent = Disbursement.objects.filter(fiscal_year=2569, month=12).order_by("pk")
    assert {(row.disbursed, row.approval) for row in spent} == {(Decimal(99_234_500), "submitted")}
    kept = Import.objects.latest("pk")
    acts = {row.history.latest("history_id").act for row in (*spent, kept)}
    assert len(acts) == 1 and (kept.state, kept.outcome["new"]) == ("applied", 2)
    match = TableMatch.objects.get()
    assert (match.money, match.version, match.name) == (1000, 2, "รายงาน GFMIS")
    assert client.get(preview.redirect_chain[-1][0] + "match/").status_code == 404
    file = client.get(reverse("import_file", args=[PLAN, kept.pk]))
    assert file.content == book


def test_one_bad_row_keeps_all_from_being_written_and_is_named(client, projects):
    text = csv_of(
        "รหัส;โครงการ;เบิกจ่าย;PO",
        f";{projects[0].name};1.000,50;0",
        f"{projects[1].strategy.number}-{projects[1].number};;100;0",
    )
    before = facts(without=OURS)
    preview = matched(client, sent(client, "disbursements", text, "ข.csv"), money="1")
    assert rows_of(preview) == {2: REFUSED, 3: NEW}
    (problem,) = preview.context["compared"].rows[0].problems
    assert (problem.cell, problem.read) == ("C2", "1.000,50") and "ไม่ใช่ตัวเลข" in problem.text
    confirmed(client, preview)
    assert differences(before, facts(without=OURS)) == {}
    # Left as it stands, the others may come.
    address = preview.redirect_chain[-1][0]
    looked = client.post(address, {"row_r2": "theirs", "_look": "1"})
    done = confirmed(client, looked, row_r2="theirs")
    assert "บันทึกแล้ว 1 แถว" in done.content.decode()


def test_what_is_not_said_is_asked_before_the_look(client, projects):
    page = sent(client, "disbursements", csv_of("โครงการ,ก,ข", f"{projects[0].name},1,2"), "a.csv")
    again = matched(client, page)
    (said,) = again.context["form"].non_field_errors()
    assert "เบิกจ่าย" in said
    twice = matched(client, page, column_1="disbursed", column_2="disbursed", money="1")
    assert twice.context["form"].errors["column_2"]
    assert not Import.objects.get().checks.exists()
    # The page of the import leads back to what is still to be said.
    address = reverse("one_import", args=[PLAN, Import.objects.get().pk])
    assert client.get(address).url.endswith("/match/")


def test_what_is_not_said_is_asked_at_its_question(client, projects):
    table = csv_of("โครงการ,ต.ค.,พ.ย.", f"{projects[0].name},1,2")
    form = matched(client, sent(client, "disbursements", table, "a.csv")).context["form"]
    assert set(form.errors) == {"money", "series"}


def test_other_headings_and_another_sheet_are_read_when_chosen(client, projects):
    book = workbook([["ก", "ข"], [1, 2]], title="หน้าแรก")
    second = book.create_sheet("ข้อมูล")
    for row in (["x", "y", "z"], ["โครงการ", "เบิกจ่าย", "PO"], [projects[0].name, 5, 0]):
        second.append(row)
    second.row_dimensions[3].hidden = True
    page = sent(client, "disbursements", saved(book))
    assert page.context["look"].grid.sheet == "หน้าแรก"
    address = page.redirect_chain[-1][0].split("?")[0]
    page = client.get(address, {"sheet": "ข้อมูล"})
    assert page.context["look"].head == (2, 2) and page.context["look"].hides_rows
    odd = client.get(address, {"sheet": "ไม่มี", "first": "9x", "last": "-1"})
    assert odd.context["look"].grid.sheet == "หน้าแรก"
    told_one = client.get(address, {"sheet": "ข้อมูล", "first": "1", "last": "2"})
    assert told_one.context["look"].labels == ("x / โครงการ", "y / เบิกจ่าย", "z / PO")
    again = matched(client, page, money="1")
    assert "ซ่อน" in " ".join(again.context["form"].errors["hidden"])
    left = matched(client, page, money="1", hidden="leave")
    assert left.status_code == 200
    taken = matched(client, page, money="1", hidden="take")
    assert rows_of(taken) == {3: NEW}


def test_as_many_queries_for_many_rows_as_for_few(client, plan, django_assert_max_num_queries):
    projects = list(Project.objects.filter(strategy__plan=plan).order_by("pk"))
    counts = []
    for some in (projects[:2], projects):
        with django_assert_max_num_queries(40):
            page = sent(client, "disbursements", gfmis(some))
        with CaptureQueriesContext(connection) as asked:
            matched(client, page)
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 60


# ------------------------------------------------------------------------------- what of others


def test_a_row_that_somebody_changed_after_it_was_sent_is_decided(client, person, projects):
    spend(projects[0], 2569, 12, "10", reason="ตัวอย่าง")
    page = sent(client, "disbursements",
                csv_of("โครงการ,เบิกจ่าย,PO", f"{projects[0].name},50,0"), "a.csv")  # fmt: skip
    other = person("other", roles.PLANNER)
    spend(projects[0], 2569, 12, "20", user=other, expected_version=1, reason="ตัวอย่าง")
    preview = matched(client, page, money="1")
    assert rows_of(preview) == {2: CONFLICT} and "other" in told(preview)
    address = preview.redirect_chain[-1][0]
    confirmed(client, preview)
    assert Disbursement.objects.get(fiscal_year=2569, month=12).disbursed == 20
    decision = decisions(preview, "mine")
    mine = client.post(address, decision)
    assert rows_of(mine) == {2: CHANGED}
    # What is decided holds for what stood there: once more it is changed, and asked about again.
    spend(projects[0], 2569, 12, "30", user=other, expected_version=2, reason="ตัวอย่าง")
    again = confirmed(client, mine, **decision)
    assert rows_of(again) == {2: CONFLICT}
    (row,) = again.context["compared"].shown
    assert [(each.before, each.after) for each in row.differences] == [("30", "50")]
    assert Disbursement.objects.get(fiscal_year=2569, month=12).disbursed == 30
    decision = decisions(again, "mine")
    confirmed(client, client.post(address, decision), **decision)
    assert Disbursement.objects.get(fiscal_year=2569, month=12).disbursed == 50


def test_a_preview_that_no_longer_holds_is_shown_afresh(client, planner, projects):
    page = sent(client, "disbursements",
                csv_of("โครงการ,เบิกจ่าย,PO", f"{projects[0].name},50,0"), "a.csv")  # fmt: skip
    preview = matched(client, page, money="1")
    assert rows_of(preview) == {2: NEW}
    spend(projects[0], 2569, 12, "20", user=planner)
    again = confirmed(client, preview)
    assert rows_of(again) == {2: CONFLICT}
    assert Disbursement.objects.get(fiscal_year=2569, month=12).disbursed == 20


def test_a_locked_month_and_an_approved_figure_are_refused(client, plan, projects, planner):
    spend(projects[1], 2569, 11, "10", reason="ตัวอย่าง", approval="approved")
    record_save(instance=MonthLock(agency=plan.agency, fiscal_year=2569, month=12), user=planner)
    lines = csv_of(
        "โครงการ,เดือน,เบิกจ่าย,PO",
        f"{projects[0].name},ก.ย. 2569,50,0",
        f"{projects[1].name},31/8/2569,60,0",
        f"{projects[1].name},สิงหาคม,10,0",
    )
    preview = matched(client, sent(client, "disbursements", lines, "a.csv"), money="1")
    assert rows_of(preview) == {2: REFUSED, 3: REFUSED, 4: REFUSED}
    assert "ปิด" in told(preview) and "อนุมัติ" in told(preview) and "แถวที่ 3" in told(preview)


@pytest.mark.parametrize("role", ["", roles.REPORTER, roles.EXECUTIVE, roles.AUDITOR])
def test_who_is_no_planner_and_no_administrator_brings_no_table(person, role, projects, planner):
    page = sent(signed_in(planner), "disbursements", gfmis(projects))
    match = page.redirect_chain[-1][0]
    who = signed_in(person("who", role))
    for address in (
        reverse("tables", args=[PLAN]),
        reverse("table_template", args=[PLAN, "results", "xlsx"]),
        match,
    ):
        assert who.get(address).status_code == 404
    before = facts()
    assert sent(who, "disbursements", gfmis(projects)).status_code == 404
    assert who.post(match, {}).status_code == 404
    assert differences(before, facts()) == {}


# ----------------------------------------------------------------------------------- every kind


@pytest.mark.parametrize("ending", ["xlsx", "csv"])
@pytest.mark.parametrize("code", list(KINDS))
def test_each_template_comes_back_with_its_columns_known(planner, person, ending, code):
    who = signed_in(person("admin", roles.ADMINISTRATOR) if code == "people" else planner)
    answer = who.get(reverse("table_template", args=[PLAN, code, ending]))
    assert answer.status_code == 200 and "attachment" in answer["Content-Disposition"]
    page = sent(who, code, answer.content, f"a.{ending}")
    look = page.context["look"]
    assert list(look.match.columns.values()) == [field.name for field in KINDS[code].fields]
    assert look.match.money == (1 if KINDS[code].counts_money else 0)
    again = matched(who, page)
    assert "หัวตาราง" in " ".join(again.context["form"].non_field_errors())


def test_results_of_many_units_come_in_with_their_measures(client, plan):
    rows = Indicator.objects.filter(strategy__plan=plan)
    several = next(row for row in rows if row.measures.count() > 1)
    own = indicator_of(plan, "S3-1.1", OWN)
    labels = [str(measure) for measure in several.measures.order_by("position")]
    enter(own, 2569, 11, "70")
    lines = [
        ["รหัส", "ตัวชี้วัด", "สิ่งที่วัด", "ผลการดำเนินงาน", "ปัญหาและอุปสรรค", "แนวทางแก้ไข"],
        [own.code, None, None, 7, "ก", "ข"],
        *([several.code, None, label, 3, "ก", "ข"] for label in labels),
        [several.code, None, labels[0], 4, None, None],
        [several.code, None, "อื่น", 4, None, None],
        [None, own.name.replace(" ", "") + "ๆ", None, 5, None, None],
        [None, "ไม่มีในแผน", None, 5, None, None],
    ]
    preview = matched(client, sent(client, "results", saved(workbook(lines))))
    assert rows_of(preview) == {2: ASKED, 3: NEW, 5: REFUSED, 6: REFUSED, 7: REFUSED, 8: REFUSED}
    leave = {f"row_r{number}": "theirs" for number in (5, 6, 7, 8)}
    address = preview.redirect_chain[-1][0]
    right = decisions(preview, "right") | leave
    looked = client.post(address, right)
    assert rows_of(looked)[2] == NEW
    confirmed(client, looked, **right)
    assert figures(entered().get(indicator=own, month=12)) == ["7"]
    assert figures(entered().get(indicator=several, month=12)) == ["3"] * len(labels)
    # The same table once more changes nothing; as a draft it hides nothing that counts.
    again = matched(client, sent(client, "results", saved(workbook(lines[:3]))), how="draft")
    assert again.context["compared"].news == 0


def test_a_table_with_a_column_for_each_month_comes_in(client, projects):
    lines = csv_of(
        "โครงการ,เบิกจ่าย,,,ผูกพัน,,",
        ",ต.ค. 68,พ.ย. 68,ธ.ค. 68,ต.ค. 68,พ.ย. 68,ธ.ค. 68",
        f"{projects[0].name},100,50,,20,10,",
        f"{projects[1].name},100,x,25,0,0,0",
        "รวม,200,50,25,20,10,0",
    )
    page = sent(client, "disbursements", lines, "a.csv")
    look = page.context["look"]
    assert look.match.year == 2569 and list(look.match.columns.values()) == [
        "name", "disbursed:m1", "disbursed:m2", "disbursed:m3", "committed:m1", "committed:m2",
        "committed:m3",
    ]  # fmt: skip
    asked = matched(client, page, money="1")
    assert "ยอดสะสม" in asked.content.decode() and not Disbursement.objects.exists()
    preview = matched(client, page, money="1", series="own")
    outcomes = {row.key: row.outcome for row in preview.context["compared"].rows}
    assert outcomes == {
        "r3-m1": NEW, "r3-m2": NEW, "r4-m1": NEW, "r4-m2": REFUSED, "r4-m3": REFUSED, "r5": LEFT
    }  # fmt: skip
    bad = next(row for row in preview.context["compared"].rows if row.key == "r4-m2")
    assert (bad.problems[0].cell, bad.problems[0].read) == ("C4", "x")
    right = lines.replace(b",x,", b",0,")
    preview = matched(
        client, sent(client, "disbursements", right, "a.csv"), money="1", series="own"
    )  # fmt: skip
    assert preview.context["compared"].news == 5
    confirmed(client, preview)
    spent = Disbursement.objects.filter(fiscal_year=2569).order_by("project", "month")
    assert [(row.month, row.disbursed, row.committed) for row in spent] == [
        (1, 100, 20), (2, 150, 10), (1, 100, 0), (2, 100, 0), (3, 125, 0)
    ]  # fmt: skip


def test_a_name_that_is_only_similar_is_asked_about(client, projects):
    lines = csv_of(
        "โครงการ,เบิกจ่าย,PO",
        f"{projects[0].name}ฯ,5,0",
        f"{projects[1].name.replace(' ', '')} ,5,0",
        "โครงการของหน่วยงานอื่น,5,0",
    )
    page = sent(client, "disbursements", lines, "a.csv")
    preview = matched(client, page, money="1", strangers="leave")
    assert rows_of(preview) == {2: ASKED, 3: NEW, 4: LEFT}
    address = preview.redirect_chain[-1][0]
    right = decisions(preview, "right")
    confirmed(client, client.post(address, right), **right)
    assert Disbursement.objects.filter(project__in=projects[:2], disbursed=5).count() == 2


def test_targets_of_many_years_come_in_with_a_reason(client, plan):
    own = indicator_of(plan, "S3-1.1")
    kept = YearTarget.objects.get(indicator=own, fiscal_year=2570)
    lines = [
        ["ตัวชี้วัด", "ค่าเป้าหมาย", None, None],
        [None, 2569, 2570, "ปี 2580"],
        [own.name, 75, 91.5, 1],
    ]
    book = workbook(lines, merged=("A1:A2", "B1:D1"))
    page = sent(client, "targets", saved(book))
    look = page.context["look"]
    assert look.match.columns == {0: "name", 1: "value:2569", 2: "value:2570"}
    preview = matched(client, page)
    changed = {row.name[-4:]: row for row in preview.context["compared"].rows}
    assert changed["2570"].outcome == CHANGED
    refused = confirmed(client, preview)
    assert "เหตุผล" in str([str(each) for each in refused.context["messages"]])
    confirmed(client, preview, change_reason="มติที่ประชุม")
    kept.refresh_from_db()
    assert [value.value for value in kept.values.all()] == [Decimal("91.5")]
    assert kept.history.latest("history_id").history_change_reason == "มติที่ประชุม"


def test_budgets_keep_what_is_used_and_name_the_reason(client, plan, projects):
    spend(projects[0], 2569, 12, "500000", reason="ตัวอย่าง")
    lines = csv_of(
        "หน่วย: ล้านบาท,,,",
        "โครงการ,งบประมาณ ปี 2569,งบประมาณ ปี 2570,เหตุผล",
        f"{projects[0].name},0.1,2.5,",
        f"{projects[1].name},-,3,",
    )
    page = sent(client, "budgets", lines, "a.csv")
    assert page.context["look"].match.money == 1_000_000
    preview = matched(client, page)
    rows = {row.key: row for row in preview.context["compared"].rows}
    assert rows["r3-2569"].outcome == REFUSED and rows["r4-2569"].outcome == REFUSED
    page = client.get(preview.redirect_chain[-1][0] + "match/")
    again = matched(client, page, dash="empty", column_1="")
    assert REFUSED not in rows_of(again).values()
    confirmed(client, again)
    amounts = ProjectBudget.objects.filter(project__in=projects[:2], fiscal_year=2570)
    assert {row.plan_amount for row in amounts} == {Decimal(2_500_000), Decimal(3_000_000)}


def test_scores_of_a_year_come_in(client, plan, planner):
    year = ItaAssessment.objects.filter(agency=plan.agency, approval="submitted").latest(
        "fiscal_year"
    )
    item = ItaItem.objects.filter(indicator__instrument__assessment=year).exclude(code="").first()
    lines = [["ข้อ", "คะแนน"], [f"Q{item.pk}", 55.5], ["ไม่มี", 3], ["คะแนนเฉลี่ย", None]]
    page = sent(client, "ita", saved(workbook(lines)))
    preview = matched(client, page, column_0="code", year=str(year.fiscal_year))
    assert rows_of(preview) == {2: CHANGED, 3: REFUSED, 4: LEFT}
    looked = client.post(preview.redirect_chain[-1][0], {"row_r3": "theirs"})
    confirmed(client, looked, row_r3="theirs")
    item.refresh_from_db()
    assert item.published == Decimal("55.5")
    page = sent(client, "ita", saved(workbook(lines)))
    missing = matched(client, page, column_0="code", year="")
    assert "ปีงบประมาณของคะแนน" in " ".join(missing.context["form"].errors["year"])


def test_accounts_come_in_by_administrators_alone_and_without_passwords(person, planner, plan):
    admin = person("admin", roles.ADMINISTRATOR)
    person("known", roles.REPORTER, OWN)
    who = signed_in(admin)
    reporter = roles.label(roles.REPORTER)
    lines = csv_of(
        "ชื่อผู้ใช้,ชื่อ,นามสกุล,อีเมล,บทบาท,หน่วยงาน",
        f"new,สมใจ,ดี,a@example.org,{reporter},{OTHER}",
        f'known,,,,,"{OWN}, {OTHER}"',
        f"norole,ก,ข,,{reporter},",
        "admin,ก,ข,,,",
        "odd,ก,ข,ไม่ใช่,หัวหน้า,",
        "KNOWN,ก,,,,",
    )
    preview = matched(who, sent(who, "people", lines, "a.csv"))
    assert rows_of(preview) == {2: NEW, 3: CHANGED, 4: REFUSED, 5: REFUSED, 6: REFUSED, 7: REFUSED}
    address = preview.redirect_chain[-1][0]
    # E-mail addresses are no planner's to see.
    assert signed_in(planner).get(address).status_code == 404
    leave = {f"row_r{number}": "theirs" for number in (4, 5, 6, 7)}
    confirmed(who, who.post(address, leave), **leave)
    made = Account.objects.get(user__username="new").user
    assert (made.email, made.has_usable_password(), made.is_staff) == ("a@example.org", False, True)
    assert [each.unit.name for each in made.memberships.all()] == [OTHER]
    known = Account.objects.get(user__username="known")
    assert known.user.memberships.count() == 2
    assert known.history.latest("history_id").history_user_name == "admin"
    assert signed_in(planner).get(reverse("tables", args=[PLAN]) + AT).status_code == 200
    refused = sent(signed_in(planner), "people", lines, "a.csv")
    assert refused.context["form"].errors["kind"]
