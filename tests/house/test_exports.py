"""The admin's lists as files: readable, complete, and nothing in them runs (docs/trust.md, 8)."""

import codecs
import csv
import io
import json
import re
from datetime import date
from decimal import Decimal as D
from itertools import product
from urllib.parse import unquote

import openpyxl
import pytest
from django.contrib import admin
from django.db import connection, models, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver
from import_export.admin import ImportMixin

from budgets.models import Project, ProjectBudget, SpendingTarget
from kpis.models import Baseline, Indicator, Measure, Result, YearTarget
from nhrc_plan.api.models import ApiKey
from nhrc_plan.disclosure.models import Item, Publisher
from nhrc_plan.meetings.models import Meeting, MonthSummary
from nhrc_plan.meetings.resolutions.models import Escalation, Resolution
from strategy import access as roles
from strategy.models import (
    Agency,
    Holiday,
    Membership,
    MonthLock,
    Plan,
    ReportingYear,
    Strategy,
    Unit,
    Unlocking,
)
from strategy.records.model import Record
from strategy.records.write import record_save
from tests.support.addresses import names_of
from tests.support.assessing import begun
from tests.support.sweep import part
from tests.support.writing import (
    OTHER,
    OWN,
    TODAY,
    address,
    carry,
    commented,
    differences,
    enter,
    facts,
    indicator_of,
    led_by,
    measure_of,
    progress,
    signed_in,
    spend,
    transfer,
)

pytestmark = [pytest.mark.django_db, pytest.mark.same]


def imports_by_stock(listed: object) -> bool:
    """Whether a list of the admin takes files by django-import-export."""
    names = {pattern.name for pattern in listed.get_urls()}
    return isinstance(listed, ImportMixin) or any("import" in (name or "") for name in names)


def test_no_list_takes_files_by_the_stock_import():
    """It loses errors, overwrites newer data and reads whichever sheet is open (docs/trust.md)."""
    assert not [model for model, listed in admin.site._registry.items() if imports_by_stock(listed)]
    ours = {
        "imports", "one_import", "import_file", "table_match", "plan_import", "plan_import_file",
    }  # fmt: skip
    names = {name for name, _arguments in names_of(get_resolver())}
    assert {name for name in names if "import" in name} <= ours | {"import_undo"}

    class Listed(ImportMixin, admin.ModelAdmin):
        """Negative control."""

    assert imports_by_stock(Listed(Result, admin.site))


NUMBER = re.compile(r"-\d+(\.\d+)?")
FORMATS = {"xlsx": "0", "csv": "1", "tsv": "2", "json": "3"}
LISTS = sorted(
    (model for model in admin.site._registry if issubclass(model, Record)),
    key=lambda model: model._meta.label,
)

#: Texts that a spreadsheet could run, or that a file could not hold.
PAYLOADS = [
    "=1+1",
    "==1+1",
    "+1+1",
    "-1+1",
    "@SUM(1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "\x0b=1+1",
    '=HYPERLINK("http://x","y")',
    "=cmd|' /C calc'!A1",
    "#N/A",
    "#REF!",
    "'=1+1",
    '"=1+1',
    "a,b;c\td\n=e",
    "ก้ำกึ่ง ๒๕๖๙ =1+1",
]


def export(client, model, kind, query=""):
    return client.post(address(model, "export") + query, {"format": FORMATS[kind], "resource": "0"})


def table(answer, kind):
    """The rows of an export as lists of cells, the header first."""
    if kind == "xlsx":
        sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
        return [[cell.value for cell in row] for row in sheet.iter_rows()]
    text = answer.content.decode("utf-8-sig")
    if kind == "json":
        rows = json.loads(text)
        return [list(rows[0]), *[list(row.values()) for row in rows]] if rows else []
    return list(
        csv.reader(
            io.StringIO(text, newline=""), dialect={"csv": "excel", "tsv": "excel-tab"}[kind]
        )
    )


def cells_of(answer):
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    return [cell for row in sheet.iter_rows() for cell in row]


def rows_in_a_file(listed):
    """A row for each of the list; of what is entered by measure, one for each figure."""
    if listed.model not in (Result, YearTarget):
        return listed.count()
    return sum(max(1, row.values.count()) for row in listed)


def columns(answer, kind):
    """The rows of an export as dictionaries under their headings."""
    head, *rows = table(answer, kind)
    return [dict(zip(head, row, strict=True)) for row in rows]


def every_format(test):
    return pytest.mark.parametrize("kind", FORMATS)(test)


@pytest.fixture
def root(django_user_model):
    """One who may export every list."""
    return signed_in(django_user_model.objects.create_superuser("root"))


@pytest.fixture
def filled_lists(plan, django_user_model):
    """At least one row in every list."""
    indicator = indicator_of(plan, "S3-1.1", OWN)
    user = django_user_model.objects.create_user("somebody")
    lock = MonthLock(agency=plan.agency, fiscal_year=2567, month=1)
    record_save(instance=lock, user=None)
    unit = Unit.objects.get(name=OWN)
    meeting = Meeting(plan=plan, number="7/2569", held_on=TODAY, fiscal_year=2569, month=6)
    record_save(instance=meeting, user=None)
    for row in (
        ReportingYear(agency=plan.agency, fiscal_year=2569),
        Holiday(agency=plan.agency, day=date(2026, 10, 13), name="วันหยุด"),
        Unlocking(lock=lock, reason="แก้ตัวเลข"),
        Membership(user=user, unit=Unit.objects.get(name=OWN)),
        Baseline(measure=indicator.measures.get(), value=1, source="x", fiscal_year=2566, month=1),
        SpendingTarget(agency=plan.agency, fiscal_year=2569),
        MonthSummary(plan=plan, fiscal_year=2569, month=6, text="สรุป"),
        Resolution(meeting=meeting, number="3.1", text="ให้เร่งรัด", unit=unit, first_due_on=TODAY),
        Escalation(plan=plan),
        ApiKey(name="x", begins_with="nhrc_x", secret_hash="a" * 64),
        Publisher(agency=plan.agency, contact="x"),
        Item(
            agency=plan.agency, fiscal_year=2569, number="1", title="x", kind="plan", of_year=2569
        ),
        transfer(led_by(OWN), 2569, "1000"),
    ):
        record_save(instance=row, user=None)
    begun(agency=plan.agency)
    commented(enter(indicator, 2569, 6, "57.25", narrative="ดำเนินการแล้ว"))
    spend(led_by(OWN), 2569, 6, "1234.50")
    carry(led_by(OWN), "50.25")
    progress(measure_of(2566, "2.2"), 2)


# --------------------------------------------------------------------------- every list, every form


def test_every_list_exports_in_every_format(filled_lists, root):
    before = facts()
    for model, kind in product(LISTS, FORMATS):
        answer = export(root, model, kind)
        assert answer.status_code == 200
        # It is saved under the list's name as people read it.
        where, name = unquote(answer["Content-Disposition"]).split("filename*=utf-8''")
        assert where == "attachment; " and name.startswith(str(model._meta.verbose_name_plural))
        assert name.endswith(f".{kind}")
        # Excel reads Thai rightly where a text file begins with its mark.
        assert answer.content.startswith(codecs.BOM_UTF8) is (kind in ("csv", "tsv"))
        rows = table(answer, kind)
        assert len(rows) == 1 + rows_in_a_file(model.objects.all()) > 1, (model, kind)
        assert {len(row) for row in rows} == {len(rows[0])}, (model, kind)
        # Columns stand under their labels.
        if kind == "csv":
            labels = {str(field.verbose_name) for field in model._meta.concrete_fields}
            kept_back = admin.site._registry[model].export_exclude
            hidden = {str(model._meta.get_field(name).verbose_name) for name in kept_back}
            assert labels - hidden <= set(rows[0]), model
            assert len(set(rows[0])) == len(rows[0]), model
    assert differences(before, facts()) == {}


@pytest.mark.parametrize(
    ("who", "status"),
    [("planner", 200), ("reporter", 200), ("auditor", 403), ("executive", 302), ("boss", 403)],
)
def test_only_who_may_export_does(request, filled_lists, person, who, status):
    user = person("boss", roles.ADMINISTRATOR) if who == "boss" else request.getfixturevalue(who)
    client = signed_in(user)
    assert client.get(address(Result, "export")).status_code == status
    for kind in FORMATS:
        assert export(client, Result, kind).status_code == status


def test_seeing_a_list_is_not_exporting_it(filled_lists, auditor):
    client = signed_in(auditor)
    for model in LISTS:
        page = client.get(address(model, "changelist"))
        assert page.status_code == 200, model
        assert address(model, "export") not in page.content.decode(), model
        assert export(client, model, "csv").status_code == 403, model


# ---------------------------------------------------------------------------------- nothing runs


def dangerous(text):
    """Whether a cell of a text file would be run as a formula."""
    return text.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))


def texts_of(model):
    return [
        field
        for field in model._meta.concrete_fields
        if isinstance(field, (models.CharField, models.TextField))
        and not field.choices
        and not isinstance(field, models.SlugField)
    ]


def poison(model, payload):
    """Put ``payload`` into every text of one row, past every check. Gives row and texts."""
    row = model.objects.order_by("pk").first()
    texts = {field.name: payload[: field.max_length] for field in texts_of(model)}
    model.objects.filter(pk=row.pk).update(**texts)
    return row, set(texts.values())


POISONED = [model for model in LISTS if texts_of(model)]


#: In every list the worst of them; in one list all.
WORST = ["==1+1", "\t=1+1", "#N/A"]


@pytest.mark.parametrize("payload", PAYLOADS, ids=ascii)
def test_no_text_of_any_list_becomes_a_formula(filled_lists, root, payload):
    # Each list takes them in turn; in a sweep all of them.
    place = WORST.index(payload) if payload in WORST else 0
    for model in part(POISONED, 3, place) if payload in WORST else [Agency]:
        with transaction.atomic():
            row, texts = poison(model, payload)
            # The other rows of a list are the same with each payload: once with them all.
            query = "" if payload == WORST[0] else f"?id={row.pk}"
            assert _what_runs(root, model, query, texts) == [], model
            transaction.set_rollback(True)


def _what_runs(root, model, query, texts):
    """Cells of a list's files that would run, and texts that are not in them as they should be."""
    readable = {text.replace("\x0b", "") for text in texts}
    cells = cells_of(export(root, model, "xlsx", query))
    wrong = [cell.value for cell in cells if cell.data_type not in ("s", "n", "d")]
    held = {cell.value.replace("\r", "\n") for cell in cells if cell.data_type == "s"}
    wrong += {text.replace("\r", "\n") for text in readable} - held
    for kind in ("csv", "tsv"):
        rows = table(export(root, model, kind, query), kind)
        flat = [cell for row in rows for cell in row]
        # A number below 0 is a number, and stays one.
        wrong += [cell for cell in flat if dangerous(cell) and not NUMBER.fullmatch(cell)]
        wrong += {f"'{text}" if dangerous(text) else text for text in readable} - set(flat)
    held = [cell for row in table(export(root, model, "json", query), "json") for cell in row]
    return wrong + list(texts - {cell for cell in held if isinstance(cell, str)})


def test_a_formula_in_the_name_of_a_link_is_defused_too(filled_lists, root):
    """A unit's name in the list of indicators, a strategy's in that of projects."""
    Unit.objects.filter(name=OWN).update(name="=1+1")
    Strategy.objects.update(name="@x")
    for model in (Indicator, Project):
        assert not [c for c in cells_of(export(root, model, "xlsx")) if c.data_type == "f"]
        for kind in ("csv", "tsv"):
            flat = [cell for row in table(export(root, model, kind), kind) for cell in row]
            assert not [cell for cell in flat if dangerous(cell)]
    assert "'=1+1" in [c for row in table(export(root, Indicator, "csv"), "csv") for c in row]


def test_control_undefused_texts_are_found(filled_lists, root, monkeypatch):
    """NEGATIVE CONTROL: without the guard both probes above must see a formula."""
    poison(Agency, "=1+1")
    monkeypatch.setattr("strategy.records.export.starts_formula", lambda text: False)

    def naive(worksheet, row, column, text, look):
        worksheet.write_formula(row, column, text, look)

    monkeypatch.setattr("strategy.workbook.sheet.put_text", naive)
    rows = table(export(root, Agency, "csv"), "csv")
    assert [cell for row in rows for cell in row if dangerous(cell)]
    assert "f" in {cell.data_type for cell in cells_of(export(root, Agency, "xlsx"))}


@pytest.mark.parametrize("mark", ["\x01", "\x08", "\x0b", "\x0c", "\x1f"], ids=ascii)
def test_characters_that_no_workbook_holds_are_left_out(filled_lists, root, mark):
    Agency.objects.update(address=f"ก{mark}ข", name=f"{mark}=1+1")
    values = {cell.value for cell in cells_of(export(root, Agency, "xlsx"))}
    assert {"กข", "=1+1"} <= values
    flat = [cell for row in table(export(root, Agency, "csv"), "csv") for cell in row]
    assert {"กข", "'=1+1"} <= set(flat)


# ------------------------------------------------------------------------------ numbers and words


def test_numbers_stay_numbers(filled_lists, root):
    budget = ProjectBudget.objects.order_by("pk").first()
    ProjectBudget.objects.filter(pk=budget.pk).update(plan_amount=D("1234567.89"))
    head, *rows = table(export(root, ProjectBudget, "xlsx"), "xlsx")
    amount = head.index(str(ProjectBudget._meta.get_field("plan_amount").verbose_name))
    year = head.index(str(ProjectBudget._meta.get_field("fiscal_year").verbose_name))
    assert {type(row[amount]) for row in rows} <= {int, float}
    assert {type(row[year]) for row in rows} == {int}
    assert 1234567.89 in [row[amount] for row in rows]
    flat = [cell for row in table(export(root, ProjectBudget, "csv"), "csv") for cell in row]
    assert "1234567.89" in flat


def test_a_text_of_digits_stays_a_text(filled_lists, root):
    Agency.objects.update(phone="02141")
    assert "02141" in {cell.value for cell in cells_of(export(root, Agency, "xlsx"))}


@every_format
def test_thai_is_readable(filled_lists, root, kind):
    answer = export(root, Unit, kind)
    assert OWN in [cell for row in table(answer, kind) for cell in row]
    if kind == "csv":
        assert answer.content.startswith(b"\xef\xbb\xbf")
        assert answer.content.count(b"\xef\xbb\xbf") == 1


def test_links_and_choices_are_in_words(filled_lists, root):
    head, *rows = table(export(root, Indicator, "csv"), "csv")
    row = next(row for row in rows if OWN in row)
    assert str(Indicator.Accrual.RATE.label) in row
    assert str(Indicator.Frequency.YEAR.label) in row
    assert not [name for name in head if name.endswith("_id")]
    plan = Plan.objects.get(slug="nhrc-2566-2570")
    rows = table(export(root, Plan, "csv"), "csv")
    assert str(plan.agency) in next(row for row in rows if plan.name in row)


@every_format
def test_an_export_holds_the_figures_that_the_list_shows(filled_lists, root, kind):
    for model, shown in ((Result, "57.25"), (YearTarget, "20/15")):
        flat = [str(cell) for row in table(export(root, model, kind), kind) for cell in row]
        assert [cell for cell in flat if shown in cell], model.__name__


CODE, LABEL, UNIT = "รหัส", "ชื่อสิ่งที่วัด", "หน่วยนับ"
NUMERATOR, DENOMINATOR, VALUE = "ตัวตั้ง", "ตัวหาร", "ค่า"


@every_format
def test_each_figure_of_a_result_has_its_row_and_each_number_its_column(
    filled_lists, plan, root, kind
):
    """Two measures, a percentage as counted, a milestone and no cases: what a planner sums up."""
    enter(indicator_of(plan, "S1-1.1", OWN), 2567, 6, "22", "12")
    enter(indicator_of(plan, "S3-1.2", OWN), 2569, 6, "45/60")
    enter(indicator_of(plan, "S3-2.1", OWN), 2569, 6, "1/3")
    enter(indicator_of(plan, "S3-3.1", OWN), 2567, 6, "0")
    enter(indicator_of(plan, "S1-2.1", OWN), 2566, 6, progress="done")
    found = [
        tuple(row[name] for name in (CODE, LABEL, UNIT, NUMERATOR, DENOMINATOR, VALUE))
        for row in columns(export(root, Result, kind), kind)
        if row[CODE].startswith("S")
    ]
    none = None if kind in ("xlsx", "json") else ""

    def number(text):
        return {"xlsx": float, "json": str}.get(kind, str)(text) if text else none

    assert sorted(
        ((code, label or "", unit or "", *numbers) for code, label, unit, *numbers in found),
        key=lambda row: row[:3],
    ) == [
        ("S1-1.1", "จังหวัด", "จังหวัด", none, none, number("12")),
        ("S1-1.1", "หน่วย", "หน่วย", none, none, number("22")),
        ("S1-2.1", "", "", none, none, none),
        ("S3-1.1", "", "ร้อยละ", none, none, number("57.25")),
        ("S3-1.2", "", "ร้อยละ", number("45"), number("60"), number("75")),
        ("S3-2.1", "", "ร้อยละ", number("1"), number("3"), number("33.33")),
        ("S3-3.1", "", "เรื่อง", none, none, number("0")),
    ]


@every_format
def test_each_number_of_a_target_has_its_column(filled_lists, root, kind):
    rows = columns(export(root, YearTarget, kind, "?fiscal_year=2567"), kind)
    own = {row[LABEL]: row for row in rows if row[CODE] == "S1-1.1"}
    assert {label: D(str(row[VALUE])) for label, row in own.items()} == {
        "หน่วย": D(20), "จังหวัด": D(15),
    }  # fmt: skip
    assert {row["แผนถึงไตรมาส 1"] for row in rows} <= {None, ""}


def test_what_a_measure_is_called_becomes_no_formula(filled_lists, plan, root):
    """A label and a unit stand in cells of their own now, and are defused like any text."""
    Measure.objects.update(label="=1+1", unit_label="@SUM(1)")
    for model in (Result, YearTarget):
        cells = cells_of(export(root, model, "xlsx"))
        assert {"=1+1", "@SUM(1)"} <= {cell.value for cell in cells if cell.data_type == "s"}
        assert not [cell for cell in cells if cell.data_type == "f"]
        for kind in ("csv", "tsv"):
            flat = [cell for row in table(export(root, model, kind), kind) for cell in row]
            assert {"'=1+1", "'@SUM(1)"} <= set(flat)
            assert not [cell for cell in flat if dangerous(cell)]


# -------------------------------------------------------------------------- what a person may see


def test_an_export_obeys_units(filled_lists, plan, root, reporter, outsider, planner):
    other = indicator_of(plan, "S3-1.2", OTHER)
    enter(other, 2569, 6, "77", narrative="ของหน่วยอื่น", state="draft")
    for user, own, foreign in (
        (reporter, True, False),
        (outsider, False, True),
        (planner, True, True),
    ):
        for kind in FORMATS:
            flat = [
                cell for row in table(export(signed_in(user), Result, kind), kind) for cell in row
            ]
            assert ("ดำเนินการแล้ว" in flat) == own
            assert ("ของหน่วยอื่น" in flat) == foreign


@pytest.mark.filterwarnings("ignore:The 'get_valid_export_item_pks")
def test_naming_a_foreign_row_does_not_export_it(filled_lists, plan, reporter):
    row = enter(indicator_of(plan, "S3-1.2", OTHER), 2569, 6, "77", narrative="ของหน่วยอื่น")
    data = {"format": "1", "resource": "0", "export_items": [row.pk]}
    answer = signed_in(reporter).post(address(Result, "export"), data)
    assert "ของหน่วยอื่น" not in answer.content.decode()
    for query in (f"?id={row.pk}", f"?indicator__unit__id__exact={row.indicator.unit_id}", "?q=S3"):
        assert "ของหน่วยอื่น" not in export(signed_in(reporter), Result, "csv", query).content.decode()


@pytest.mark.parametrize(
    ("model", "query", "count"),
    [
        (YearTarget, "?fiscal_year=2569", 19),
        (YearTarget, "?kind__exact=none", None),
        (Indicator, "?accrual__exact=rate", 8 + 3),
        (Unit, "?q=กฎหมาย", 1),
        (Unit, "?is_group__exact=1", 5),
        (Result, "?state__exact=draft", 0),
    ],
)
def test_an_export_obeys_the_lists_filters(filled_lists, root, model, query, count):
    shown = root.get(address(model, "changelist") + query).context["cl"]
    rows = table(export(root, model, "csv", query), "csv")
    assert len(rows) == 1 + rows_in_a_file(shown.queryset)
    assert count in (None, shown.result_count)
    assert shown.result_count < model.objects.count()


def test_the_lists_button_keeps_its_filters(filled_lists, planner):
    page = signed_in(planner).get(address(YearTarget, "changelist") + "?fiscal_year=2569")
    assert f"{address(YearTarget, 'export')}?fiscal_year=2569" in page.content.decode()


@pytest.mark.parametrize(
    "data", [{}, {"format": ""}, {"format": "9"}, {"format": "x"}, {"format": "-1"}]
)
def test_an_odd_format_is_asked_again(filled_lists, root, data):
    assert root.post(address(Result, "export"), {"resource": "0", **data}).status_code == 200
    assert "Content-Disposition" not in root.post(address(Result, "export"), data)


def test_an_export_takes_as_many_queries_for_all_rows_as_for_one(
    filled_lists, plan, root, django_assert_max_num_queries
):
    for code in ("S3-1.2", "S3-2.1", "S4-1.2"):
        enter(indicator_of(plan, code, OTHER), 2569, 6, "50")
    for model in LISTS:
        rows = model.objects.order_by("-pk")
        if model is YearTarget:
            rows = rows.filter(values__isnull=False)  # with all that hangs from a row
        last = rows.values_list("pk", flat=True)[0]
        with CaptureQueriesContext(connection) as one:
            assert len(table(export(root, model, "csv", f"?id={last}"), "csv")) == 2, model
        with django_assert_max_num_queries(len(one), info=model.__name__):
            export(root, model, "csv")
