"""docs/cells.md, "Months as columns", row by row."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from nhrc_plan.tables.kinds.base import TableKind
from nhrc_plan.tables.kinds.money import Disbursements
from nhrc_plan.tables.kinds.results import Results
from nhrc_plan.tables.lines import Cell, Line, Match, by_period
from nhrc_plan.tables.months import months_headed
from nhrc_plan.tables.rules import find_columns
from strategy.workbook.upload import Found
from tests.support.tables import told_in

YEARS = range(2566, 2571)


def read(*heads: tuple[str, ...] | str) -> tuple[list[str], int | None]:
    """The fields of the columns after the first, and the fiscal year that they say."""
    parts = [("โครงการ",), *((head,) if isinstance(head, str) else head for head in heads)]
    months = months_headed(parts, YEARS)
    fields = {each.name: each.headed for each in Disbursements().fields}
    found = find_columns(parts, fields, YEARS, months)
    assert found.pop(0) == "name"
    (year,) = {each.year for each in months.values()} or {None}
    return list(found.values()), year


def asked(kind: TableKind, series: str, *names: str, year: int | None = 2569) -> str:
    columns = dict(enumerate(("name", *names)))
    told = kind.missing(Match(columns=columns, money=1, series=series, year=year))
    return " ".join(each.text for each in told)


def of_each_month(**texts: str) -> list[tuple[str, str]]:
    cells = {f"disbursed:{name}": Cell("B2", Found(text)) for name, text in texts.items()}
    line = Line(2, {"name": Cell("A2", Found("ก")), **cells}, ("ก",))
    kept = Disbursements()._with_periods([line])
    assert [each.part for each in by_period([line])] == [f"-{name}" for name in texts]
    return [(each.text("month"), each.text("disbursed")) for each in kept]


BOTH = (["disbursed:m1", "disbursed:m4"], 2569)
TAKEN: dict[str, tuple[Callable[[], Any], Any]] = {
    "ต.ค., ม.ค., of the year chosen": (lambda: read("ต.ค.", "ม.ค."), (BOTH[0], None)),
    "ต.ค. 68, ม.ค. 69": (lambda: read("ต.ค. 68", "ม.ค. 69"), BOTH),
    "ตุลาคม 2568, มกราคม ๒๕๖๙": (lambda: read("ตุลาคม 2568", "มกราคม ๒๕๖๙"), BOTH),
    "สิ้นเดือนตุลาคม, สิ้นเดือนมกราคม": (
        lambda: read("สิ้นเดือนตุลาคม", "สิ้นเดือนมกราคม"), (BOTH[0], None)),
    "ปีงบประมาณ 2569 above ต.ค. and ม.ค.": (
        lambda: read(("ปีงบประมาณ 2569", "ต.ค."), ("ปีงบประมาณ 2569", "ม.ค.")), BOTH),
    "ปี 2568 above ต.ค., ปี 2569 above ม.ค.": (
        lambda: read(("ปี 2568", "ต.ค."), ("ปี 2569", "ม.ค.")), BOTH),
    "ผลการเบิกจ่าย and ผูกพัน, each above ต.ค. and ม.ค.": (
        lambda: read(("ผลการเบิกจ่าย", "ต.ค."), ("ผลการเบิกจ่าย", "ม.ค."), ("ผูกพัน", "ต.ค."),
                     ("ผูกพัน", "ม.ค.")),
        ([*BOTH[0], "committed:m1", "committed:m4"], None)),
    "months of two fiscal years": (lambda: read("ก.ย. 68", "ต.ค. 68", "ม.ค. 69"), BOTH),
    "running totals": (lambda: asked(Results(), "total", "value:m1", "value:m4"), ""),
    "disbursed month by month, from October on": (
        lambda: asked(Disbursements(), "own", "disbursed:m2", "disbursed:m1"), ""),
    "committed beside what was disbursed month by month": (
        lambda: asked(Disbursements(), "own", "disbursed:m1", "committed:m1", "committed:m5"), ""),
}  # fmt: skip
LEFT_OUT: dict[str, tuple[Callable[[], Any], Any]] = {
    "months of a year that is not the plan's": (lambda: read("ต.ค. 60", "ม.ค. 61"), ([], None)),
    "one month alone": (lambda: read("ม.ค. 69"), ([], None)),
    "an empty month": (
        lambda: of_each_month(m1="", m4="5", m12="-"), [("มกราคม", "5"), ("กันยายน", "-")]),
}  # fmt: skip
#: What is answered holds these words.
ASKED: dict[str, tuple[Callable[[], str], str]] = {
    "no year said or chosen": (
        lambda: asked(Results(), "total", "value:m1", year=None), "ปีงบประมาณ"),
    "nothing said of what stands below the months": (
        lambda: asked(Disbursements(), "", "disbursed:m1"), "ยอดสะสม"),
}  # fmt: skip
REFUSED: dict[str, tuple[Callable[[], str], str]] = {
    "disbursed month by month, one missing": (
        lambda: asked(Disbursements(), "own", "disbursed:m1", "disbursed:m3"), "ตุลาคม"),
    "results month by month": (lambda: asked(Results(), "own", "value:m1"), "สิ้นเดือน"),
}  # fmt: skip


@pytest.mark.parametrize("words", TAKEN | LEFT_OUT)
def test_columns_of_months_are_known_by_their_headings(words):
    reads, expected = (TAKEN | LEFT_OUT)[words]
    assert reads() == expected


@pytest.mark.parametrize("words", ASKED | REFUSED)
def test_what_could_mean_two_things_is_asked_or_refused(words):
    answers, held = (ASKED | REFUSED)[words]
    assert held in answers()


def test_every_row_of_the_document_is_a_case():
    kinds = {"taken": TAKEN, "left out": LEFT_OUT, "asked about": ASKED, "refused": REFUSED}
    expected = {words: outcome for outcome, cases in kinds.items() for words in cases}
    assert told_in("Months as columns") == expected
