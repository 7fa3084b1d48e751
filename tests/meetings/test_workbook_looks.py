"""Workbooks as files and on paper: whose they are, heads, charts, notes, samples, whole sheets."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from defusedxml import ElementTree
from django.conf import settings
from openpyxl import load_workbook

from budgets.models import Disbursement
from budgets.pages.rule_words import once
from kpis.pages.rule_words import achievement, bands_in_words
from strategy.models import Plan
from strategy.workbook.book import Book
from strategy.workbook.measure import row_height
from strategy.workbook.styles import COMMITTED, DISBURSED, FONT, LEFT, SIZE
from tests.support.pages import HERE, samples

pytestmark = pytest.mark.looks

DAY = date(2025, 5, 12)
AT = "?year=2568&month=7"
MARK = " (ตัวอย่าง)"


@pytest.fixture
def reader(client: Any, executive: Any, today: Callable[[date], date]) -> Any:
    today(DAY)
    client.force_login(executive)
    return client


@pytest.fixture
def full(plan: Plan) -> Plan:
    samples(plan, DAY)
    return plan


def opened(reader: Any, path: str) -> Any:
    response = reader.get(path)
    assert response.status_code == 200
    return load_workbook(BytesIO(response.content))


def pack(reader: Any) -> Any:
    return opened(reader, f"{HERE}/board.xlsx{AT}")


def heads(sheet: Any) -> list[Any]:
    row = int(re.match(r"\$?(\d+):", sheet.print_title_rows)[1])
    return list(sheet[row])


def notes_of(sheet: Any) -> dict[str, str]:
    return {c.coordinate: c.comment.text for row in sheet.iter_rows() for c in row if c.comment}


# --------------------------------------------------------------------------------- properties


@pytest.mark.parametrize(
    ("path", "said"),
    [
        (f"{HERE}/board.xlsx{AT}", ("แผนยุทธศาสตร์ กสม.", "เมษายน 2568")),
        (f"{HERE}/report.xlsx{AT}", ("แผนยุทธศาสตร์ กสม.", "เมษายน 2568")),
        ("/integrity/ita/2564.xlsx", ("2564",)),
        ("/integrity/measures/2566.xlsx", ("๒๕๖๖",)),
    ],
)
def test_a_file_says_what_it_is_and_whose(plan, reader, path, said):
    properties = opened(reader, path).properties
    assert properties.creator == plan.agency.name
    for words in said:
        assert words in properties.title


def test_no_workbook_goes_without_title_and_creator():
    """They cannot be left out, and nothing that a file cannot hold gets into them."""
    with pytest.raises(TypeError):
        Book()  # type: ignore[call-arg]
    book = Book(title="ก\x0bข", creator="ค\x1fง")
    book.sheet("แผ่น", [10, 10])
    properties = load_workbook(BytesIO(book.save())).properties
    assert (properties.title, properties.creator) == ("กข", "คง")


# ------------------------------------------------------------------------------- whole on A4


def test_no_sheet_has_a_single_wide_column(plan, reader):
    """Programs fit a sheet to its paper by parting columns: a single one wider than an A4 page is
    cut off on both sides when it is centred."""
    for sheet in pack(reader).worksheets:
        widths = [
            dimension.width * (dimension.max - dimension.min + 1)
            for dimension in sheet.column_dimensions.values()
        ]
        assert len(widths) > 1 or sum(widths) <= 80, sheet.title


def test_the_sheet_of_a_year_without_measures_breaks_its_lines(plan, reader):
    sheet = pack(reader)["สรุป"]
    (cell,) = [row[0] for row in sheet.iter_rows() if "ยังไม่มีการบันทึกมาตรการ" in str(row[0].value)]
    assert cell.alignment.wrap_text
    assert f"A{cell.row}:M{cell.row}" in sheet.merged_cells


def test_a_long_sheet_takes_as_many_pages_as_it_needs():
    for rows, tall in ((15, 1), (200, 0)):
        sheet = Book(title="ก", creator="ข").sheet("แผ่น", [10, 10])
        for _row in range(rows):
            sheet.write(["ก", "ข"], "text")
        sheet.fit_page()
        assert sheet.pages_tall == tall


# -------------------------------------------------------------------------------------- heads


def test_brackets_in_narrow_heads_have_a_line_of_their_own(full, reader):
    book = pack(reader)
    broken = 0
    for sheet in book.worksheets:
        if not sheet.print_title_rows or sheet.title == "มาตรการคุณธรรมฯ":
            continue
        for cell in heads(sheet):
            text = cell.value or ""
            width = sheet.column_dimensions[cell.column_letter].width
            if "(" in text and len(text) > width:
                assert "\n(" in text, (sheet.title, text)
                broken += 1
    assert broken > 2


def test_a_head_is_high_enough_for_its_lines():
    sheet = Book(title="ก", creator="ข").sheet("แผ่น", [12, 40])
    sheet.head(["เบิกจ่ายแล้ว (ร้อยละ)", "เบิกจ่ายแล้ว (ร้อยละ)"])
    assert "\n(" in sheet.value(1, 1) and "\n" not in sheet.value(1, 2)
    assert sheet.heights[1] >= row_height(2, SIZE)


# ------------------------------------------------------------------------------------ comments


def test_computed_columns_of_five_years_say_how(full, reader):
    sheet = pack(reader)["ห้าปี"]
    (noted,) = [cell for cell in heads(sheet) if cell.comment]
    assert noted.comment.text == "\n".join([achievement(), bands_in_words(full)])


def test_totals_of_money_by_year_say_how(full, reader):
    sheet = pack(reader)["งบประมาณรายปี"]
    noted = notes_of(sheet)
    assert len(noted) == 2
    (last,) = [cell for cell in heads(sheet) if cell.comment]
    assert last.value == "แผนรวม"
    assert noted[f"B{sheet.max_row}"] == once()


# ------------------------------------------------------------------------------------- samples


@pytest.mark.parametrize("name", ["รายโครงการ", "งบประมาณรายปี"])
def test_a_sample_stands_out_among_real_figures(full, reader, name):
    Disbursement.objects.exclude(project__number=2, project__strategy__number=1).update(
        is_sample=False
    )
    marked = {
        row[0].value: str(row[1].value).endswith(MARK)
        for row in pack(reader)[name].iter_rows()
        if "-" in str(row[0].value)
    }
    assert len(marked) == 17
    assert [code for code, sample in marked.items() if sample] == ["1-2"]


def test_the_page_marks_the_same_rows(full, reader):
    Disbursement.objects.exclude(project__number=2, project__strategy__number=1).update(
        is_sample=False
    )
    page = reader.get(f"{HERE}/budgets/{AT}").content.decode()
    page = page.split("กันเหลื่อมปี")[0]
    rows = re.findall(r'<td class="no nowrap">(\S+)</td>.*?</tr>', page, re.DOTALL)
    assert len(rows) == 17
    marked = [
        row for row in page.split("<tr>") if '<td class="no nowrap">' in row and "sample" in row
    ]
    assert len(marked) == 1 and ">1-2<" in marked[0] and "ตัวอย่าง" in marked[0]


# -------------------------------------------------------------------------------------- charts


def test_the_parts_of_money_have_the_page_s_colours(full, reader):
    css = Path(settings.BASE_DIR, "nhrc_plan/static/css")
    # The light page's: a token's first value is that of daylight, and of paper.
    found = re.findall(r"--([\w-]+): #(\w{6});", (css / "tokens.css").read_text())
    tokens = dict(reversed(found))
    drawn = dict(
        re.findall(
            r"\.stack-(\w+) rect { fill: var\(--([\w-]+)\)", (css / "charts.css").read_text()
        )
    )
    page = [tokens[drawn[part]].upper() for part in ("disbursed", "committed", "left")]
    assert page == [colour.removeprefix("#") for colour in (DISBURSED, COMMITTED, LEFT)]
    _results, chart = pack(reader)["หน้าแรก"]._charts
    assert [s.graphicalProperties.solidFill.srgbClr for s in chart.series] == page


def test_charts_are_in_the_house_s_font(full, reader):
    """Thai is set in the font for complex scripts; where a text names none, the theme's counts."""
    book = pack(reader)
    theme = ElementTree.fromstring(book.loaded_theme)
    minor = theme.find(".//{*}minorFont")
    assert [minor.find(f"{{*}}{script}").get("typeface") for script in ("latin", "cs")] == [
        FONT
    ] * 2
    for chart in book["หน้าแรก"]._charts:
        texts = [chart.x_axis.txPr, chart.y_axis.txPr, chart.legend.txPr]
        texts += [series.dLbls.txPr for series in chart.series]
        letters = [paragraph.pPr.defRPr for text in texts for paragraph in text.p]
        letters += [run.rPr for paragraph in chart.title.tx.rich.p for run in paragraph.r]
        for each in letters:
            assert (each.latin.typeface, each.cs) == (FONT, None)
