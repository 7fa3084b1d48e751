"""The sheets that make a board pack of a month, after its first page: summary, decisions, changes,
what is awaited, notes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from budgets.pages import rule_words as money_rules
from budgets.pages.sheets import carried_over, million, money_bars, money_table
from budgets.read.rows import MoneyYear, ProjectMoney
from integrity.measures import sheets as measure_sheets
from kpis.pages import rule_words as result_rules
from kpis.pages import sheets as result_sheets
from kpis.pages.sheets import (
    mean_head,
    mean_of,
    status_bars,
    status_table,
)
from kpis.read.report import YearRest
from kpis.read.rows import Cell, IndicatorRow
from nhrc_plan.meetings import rule_words
from nhrc_plan.meetings.change_lines import ChangeLine
from nhrc_plan.meetings.read import BoardReport
from nhrc_plan.value.rule_words import corners
from strategy.approval.after_lock import corrected_late
from strategy.standing.status import AT_RISK, CRITICAL
from strategy.standing.words import counts_in_words, status_label
from strategy.thai import format_date
from strategy.workbook.book import Book
from strategy.workbook.parts import Bars, colour_statuses
from strategy.workbook.sheet import Sheet


def summary(book: Book, report: BoardReport) -> tuple[Sheet, list[Bars]]:
    """The month by strategy: its summary in words, results, money, and both beside one another;
    with what charts can be drawn of it.

    What else there is to say in a few rows stands here too, and no page of its own.
    """
    words = counts_in_words(report.standing.roll_up.counts)
    sheet = book.page(_("summary"), [34, 9, 9, 10, *[9.5] * len(words)])
    sheet.title(_("Summary of %(month)s") % {"month": report.month_name}, *report.notes)
    for text in report.summary.split("\n"):
        if text.strip():
            sheet.paragraph(text.strip(), "text")
    if report.kept_at is not None:
        sheet.paragraph(_kept(report.kept_at, report.changed_at), "note")
    if report.has_money and report.integrity.year is None:
        sheet.paragraph(report.integrity.sentence, "note")
    if not has_awaiting(report):
        sheet.paragraph(_("Nothing is owed up to this month."), "note")
    sheet.section(_("Results by %(level)s") % {"level": report.plan.strategy_label})
    bars = [status_bars(sheet, words, status_table(sheet, report, words))]
    if report.has_money:
        sheet.section(_("Money by strategy, in million baht"))
        bars.append(money_bars(sheet, money_table(sheet, report)))
        _beside(sheet, report)
        if report.money.carried:
            carried_over(sheet, report)
    # Each table has its own head; nothing is repeated and nothing stands still.
    sheet.move_whole()
    return sheet, bars


def _kept(kept_at: datetime, changed_at: datetime | None) -> str:
    """When the text was written, and whether the figures beside it are newer."""
    words = _("Kept by the planners with this month, written %(when)s.") % {"when": _day(kept_at)}
    if changed_at is not None:
        words += " " + _(
            "Figures of this page have been entered or changed since that text was written, "
            "last on %(when)s."
        ) % {"when": _day(changed_at)}
    return words


def _day(moment: datetime) -> str:
    return format_date(timezone.localtime(moment).date())


#: What takes two columns of the summary's: status of results, of money, and both in words.
_TWO = [(4, 5), (10, 11), (12, 13)]


def _beside(sheet: Sheet, report: BoardReport) -> None:
    """Results and money of each strategy side by side."""
    sheet.section(_("Results beside money by strategy"))
    head = sheet.head(
        [
            report.plan.strategy_label, _("reported"), mean_head(report.plan),
            _("status of results"), None, _("disbursed (%)"), _("used (%)"), _("expected (%)"),
            _("projects reported"), _("status of money"), None, _("money beside results"), None,
        ],
        spans=_TWO,
    )  # fmt: skip
    money = report.money
    for column, rule in (
        (3, result_rules.mean_score() if report.plan.is_scorecard else result_rules.mean()),
        (6, money_rules.disbursed_percent()),
        (7, money_rules.used_percent()),
        (8, money_rules.money_expected(money.lines)),
        (12, corners(report.plan)),
    ):
        sheet.comment(head, column, rule)
    first = sheet.row + 1
    mean = "four" if report.plan.is_scorecard else "percent"
    for line in report.lines:
        results, total, standing = line.results, line.money, line.money.standing
        sheet.write(
            [
                f"{line.number} {line.name}" if line.number is not None else line.name,
                f"{results.reported}/{results.with_target}", mean_of(results),
                status_label(line.status) if line.status else "–", None,
                standing.disbursed_percent, standing.used_percent, standing.expected_percent,
                f"{total.reported}/{total.with_allocation}", status_label(standing.status), None,
                line.corner_label, None,
            ],
            [
                "text", "center", mean, "center", "center", "percent", "percent", "percent",
                "center", "center", "center", "text", "text",
            ],
            spans=_TWO,
        )  # fmt: skip
    colour_statuses(sheet, [4, 10], first, sheet.row)


def has_awaiting(report: BoardReport) -> bool:
    """Whether any report of indicators or money is awaited."""
    return bool(report.duties) or (report.has_money and bool(report.money.awaiting))


def has_decisions(report: BoardReport) -> bool:
    """Whether anything is at risk or critical, or left of the last year."""
    return bool(troubled_rows(report)) or report.rest is not None


def troubled_rows(report: BoardReport) -> list[IndicatorRow]:
    rows = [row for row in report.standing.rows if row.current.status in (CRITICAL, AT_RISK)]
    return sorted(rows, key=lambda row: row.current.status != CRITICAL)


def decisions(book: Book, report: BoardReport) -> Sheet:
    """What is at risk or critical, each with cause and remedy; what the last year has left."""
    troubled = troubled_rows(report)
    # Without the table of what is at risk, the other's columns take the paper's width.
    widths = [8, 30, 15, 9, 9, 9, 9, 9.5, 11, 22, 22] if troubled else [9, 66, 40, 20, 10]
    sheet = book.page(_("Needing a decision"), widths)
    sheet.title(_("Needing a decision"), *report.notes)
    if troubled:
        head = sheet.head(
            [
                _("code"), _("indicator"), _("responsible unit"), _("target"), _("result"),
                _("figure of"), _("expected"), _("of expected (%)"), _("status"), _("Problems"),
                _("next steps"),
            ],
        )  # fmt: skip
        first = sheet.row + 1
        for row in troubled:
            cell = row.current
            sheet.write(
                [
                    row.code, row.name, row.unit_name or _("no unit yet"), cell.target,
                    cell.result, _month(report, cell), cell.expected, cell.standing.of_expected,
                    cell.words, cell.problems or _("The unit has not said why."),
                    cell.next_steps or _("The unit has not said what it will do."),
                ],
                [
                    "center", "text", "text", "center", "center", "center", "center", "percent",
                    "center", "text", "text",
                ],
            )  # fmt: skip
        colour_statuses(sheet, [9], first, sheet.row)
        sheet.table(head)
    else:
        sheet.paragraph(_("No indicator is at risk or critical."), "note")
    slow = [row for row in report.money.office.rows if row.current.status in (CRITICAL, AT_RISK)]
    if troubled and slow:
        _slow_projects(sheet, report, slow)
    if report.rest is not None:
        _left(sheet, report.rest)
    return sheet


def _month(report: BoardReport, cell: Cell) -> str:
    """The month of a figure, marked where it is another than when that month was locked."""
    late = cell.result_id in report.after_lock
    return f"{cell.as_of_name} · {corrected_late()}" if late else cell.as_of_name


def _money_month(report: BoardReport, year: MoneyYear) -> str:
    """The same for money."""
    late = year.figure_id in report.money.after_lock.months
    return f"{year.as_of_name} · {corrected_late()}" if late else year.as_of_name


def _slow_projects(sheet: Sheet, report: BoardReport, rows: list[ProjectMoney]) -> None:
    """The projects that spend less than expected, beneath the indicators at risk."""
    sheet.section(_("Projects that spend less than expected"))
    sheet.write(
        [
            _("No."), _("project"), _("lead unit"), _("allocated (million baht)"),
            _("disbursed (million baht)"), _("figure of"), _("expected (%)"),
            money_rules.judged_head(report.money.lines), _("status"),
        ],
        "head",
    )  # fmt: skip
    first = sheet.row + 1
    for row in sorted(rows, key=lambda row: row.current.status != CRITICAL):
        year, lead = row.current, row.first_lead
        sheet.write(
            [
                row.code, row.name, lead.name if lead else _("no lead unit yet"),
                million(year.allocated), million(year.disbursed), _money_month(report, year),
                year.standing.expected_percent, year.standing.judged_percent, year.label,
            ],
            [
                "center", "text", "text", "percent", "percent", "center", "percent", "percent",
                "center",
            ],
        )  # fmt: skip
    colour_statuses(sheet, [9], first, sheet.row)


def _left(sheet: Sheet, rest: YearRest) -> None:
    """What the last year has left undone, an indicator to a row."""
    sheet.section(_("What fiscal year %(year)s has left") % {"year": rest.year})
    head = [_("code"), _("indicator"), _("responsible unit"), _("what"), None]
    sheet.write(head, "head", spans=[(4, 5)])
    parts = (
        (_("never reported"), rest.unreported),
        (_("closed critical"), rest.critical),
        (_("not yet approved"), rest.unapproved),
    )
    for words, rows in parts:
        for row in rows:
            sheet.write(
                [row.code, row.name, row.unit_name or _("no unit yet"), words, None],
                ["center", "text", "text", "center", "center"],
                spans=[(4, 5)],
            )


def changed(book: Book, report: BoardReport) -> Sheet:
    """What changed since last month's reporting deadline."""
    changes = report.changes
    sheet = book.page(_("what changed"), [13, 8, 34, 18, 18, 15, 15, 30])
    sheet.title(
        _("What changed since last month"),
        *report.notes,
        rule_words.changed(changes.deadline_name),
        *([report.turn] if report.turn else []),
    )
    head = sheet.head(
        [
            _("what"), _("code"), _("name"), _("then"), _("now"), _("status then"),
            _("status now"), _("remark"),
        ],
    )  # fmt: skip
    if changes.told:
        _change_rows(sheet, changes.told)
    else:
        words = _("Nothing turned better or worse, nothing was restated.")
        sheet.write([words, *[None] * 7], "group")
    if changes.folded:
        sheet.write([_("Late reports and new figures"), *[None] * 7], "group")
        _change_rows(sheet, changes.folded)
    sheet.table(head)
    return sheet


def _change_rows(sheet: Sheet, lines: Iterable[ChangeLine]) -> None:
    for line in lines:
        sheet.write(
            [
                line.kind, line.code, line.name, line.before, line.after, line.status_before,
                line.status_after, line.note,
            ],
            ["text", "center", "text", "center", "center", "center", "center", "text"],
        )  # fmt: skip


def integrity(book: Book, report: BoardReport) -> Sheet:
    """Integrity measures of the month's year by quarter, where it has any."""
    found = report.integrity
    assert found.year is not None
    return measure_sheets.by_quarter(book, found.year, found.quarter)


def notes(book: Book, report: BoardReport) -> Sheet:
    """The rules behind the figures."""
    sheet = book.page(_("notes"), [7, 130])
    sheet.title(_("Notes and rules of computation"), *report.notes)
    sheet.head([_("No."), _("rule")])
    for number, line in enumerate(rule_words.all_rules(report), start=1):
        sheet.write([number, line], ["center", "text"])
    return sheet


def awaiting(book: Book, report: BoardReport) -> Sheet:
    """Awaited reports of indicators, and beneath them the awaited figures of money."""
    sheet = result_sheets.awaiting(book, report)
    sheet.section(_("Money figures to come"))
    if not report.money.awaiting:
        sheet.paragraph(_("Nothing is owed up to this month."), "note")
        return sheet
    sheet.write(
        [
            _("No."), _("project"), _("lead unit"), _("last figure of"), None, _("state"),
            _("disbursed (million baht)"),
        ],
        "head",
    )  # fmt: skip
    for row in report.money.awaiting:
        shown, first = row.current, row.first_lead
        sheet.write(
            [
                row.code, row.name, first.name if first else _("no lead unit yet"),
                shown.as_of_short or "–", None, shown.label,
                million(shown.spent.disbursed) if shown.spent else None,
            ],
            ["center", "text", "text", "center", "center", "center", "percent"],
        )  # fmt: skip
    return sheet
