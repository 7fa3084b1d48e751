"""Thai digits by choice: in texts, on pages, in workbooks; names and what is typed keep theirs."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from openpyxl import load_workbook

from strategy.models import LanguageChoice
from strategy.thai import parse_number, to_thai_digits
from strategy.thai.digits import in_thai_digits, page_in_thai_digits
from strategy.workbook.book import Book
from tests.support.pages import AT, DAY, HERE, enter


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("ผล 1,234.50 จาก 2569", "ผล ๑,๒๓๔.๕๐ จาก ๒๕๖๙"),
        ("12 ต.ค. 2569 10:24", "๑๒ ต.ค. ๒๕๖๙ ๑๐:๒๔"),
        ("ITA 2564 (93.28%)", "ITA ๒๕๖๔ (๙๓.๒๘%)"),
        ("S3-1.1 และ SHA-256", "S3-1.1 และ SHA-256"),
        ("https://plan.example.org/2569 a1@example.org", "https://plan.example.org/2569 a1@example.org"),
    ],
)  # fmt: skip
def test_numbers_are_written_and_names_kept(text, written):
    assert in_thai_digits(text) == written


@pytest.mark.parametrize(
    ("html", "written"),
    [
        ('<a href="/a/2569/?b=1">2569</a>', '<a href="/a/2569/?b=1">๒๕๖๙</a>'),
        ('<td data-label="2567" title="12">5</td>', '<td data-label="๒๕๖๗" title="๑๒">๕</td>'),
        ('<input value="12" placeholder="15">', '<input value="12" placeholder="๑๕">'),
        ("&#39;7&#x27;&nbsp;8", "&#39;๗&#x27;&nbsp;๘"),
        ("<script>1 < 2</script>3<!-- 4 -->", "<script>1 < 2</script>๓<!-- 4 -->"),
        ("<textarea>12</textarea>", "<textarea>12</textarea>"),
        ('<text x="12.5">66</text>', '<text x="12.5">๖๖</text>'),
    ],
)
def test_a_page_is_written_where_it_is_read(html, written):
    assert page_in_thai_digits(html) == written


def test_what_is_written_is_understood():
    assert parse_number(to_thai_digits("1,234.50")) == Decimal("1234.5")


def test_a_workbook_shows_them_and_keeps_its_numbers():
    book = Book(title="x", creator="y", thai_digits=True)
    sheet = book.sheet("ก", [20, 20, 20, 20])
    sheet.write(["ปี 2569 S3-1.1", Decimal("12.50"), 76, date(2026, 1, 5)],
                ["note", "percent", "note", "date"])  # fmt: skip
    row = load_workbook(BytesIO(book.save())).worksheets[0][1]
    assert [cell.value for cell in row[:3]] == ["ปี ๒๕๖๙ S3-1.1", 12.5, 76]
    assert [cell.number_format for cell in row] == [
        "[$-D00041E]0", "[$-D00041E]#,##0.00", "[$-D00041E]0", "[$-D07041E]d mmm yyyy",
    ]  # fmt: skip


@pytest.mark.django_db
@pytest.mark.same
def test_the_choice_is_kept_and_english_has_none(plan, planner, client, today):
    today(DAY)
    enter(plan, "S3-1.1", 2567, 12, "66")
    address = f"{HERE}/figures/indicator/S3-1.1/{AT}"

    def seen(query=""):
        return client.get(address + query).content.decode()

    client.force_login(planner)
    assert "101.54" in seen() and "๑๐๑.๕๔" not in seen()
    # For once, by the address; a word that is none of the two asks for nothing.
    assert "๑๐๑.๕๔" in seen("&digits=thai") and "101.54" in seen("&digits=x")

    client.post("/language/", {"digits": "thai", "next": address})
    assert LanguageChoice.objects.get(user=planner).digits == "thai"
    assert "๑๐๑.๕๔" in seen() and "101.54" not in seen() and "S3-1.1" in seen()
    assert "101.54" in seen("&digits=arabic")
    # Data entry and data stay as they are compared and sent back.
    assert client.get(f"{HERE}/indicators.json{AT}").json()["plan"] == plan.slug
    assert "๒๕๖๗" not in client.get("/admin/kpis/result/").content.decode()

    client.post("/language/", {"language": "en", "next": address})
    kept = LanguageChoice.objects.get(user=planner)
    assert (kept.language, kept.digits) == ("en", "thai")
    assert "101.54" in seen() and "๑๐๑.๕๔" not in seen()
