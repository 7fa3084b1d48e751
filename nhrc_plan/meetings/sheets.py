"""The sheets that make a board pack of a month: cover, summary, strategies, changes, notes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from budgets.pages import rule_words as money_rules
from budgets.pages.sheets import (
    million,
    money_chart,
    money_table,
)
from budgets.read.rows import MoneyYear, ProjectMoney
from integrity.measures import sheets as measure_sheets
from kpis.pages import rule_words as result_rules
from kpis.pages import sheets as result_sheets
from kpis.pages.sheets import (
    mean_head,
    mean_of,
    status_chart,
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
from strategy.workbook.book import Area, Book, Sheet
from strategy.workbook.parts import colour_statuses


def cover(book: Book, report: BoardReport) -> Sheet:
    """Title, month, the three lines, who prepared it, and what the pack holds."""
    sheet = book.sheet(_("cover"), [30, 90])
    sheet.row = 3
    sheet.paragraph(report.plan.agency.name, "note", centred=True)
    sheet.row += 1
    sheet.paragraph(_("Report to the board on the plan's progress"), "title", centred=True)
    sheet.paragraph(report.plan.name, "title", centred=True)
    sheet.row += 1
    sheet.paragraph(
        _("For the month of %(month)s") % {"month": report.month_name}, "title", centred=True
    )
    sheet.row += 2
    for line in report.minute.lines:
        sheet.write([line.question, line.answer], ["group", "text"])
    sheet.row += 1
    lines = [
        (_("Figures"), report.notes[0]),
        (_("prepared by"), _prepared_by(report)),
        (_("as known on"), format_date(report.today, short=False)),
    ]
    for label, text in lines:
        sheet.write([label, text], ["group", "text"])
    for note in report.notes[1:]:
        sheet.row += 1
        sheet.paragraph(note, "title", centred=True)
    return sheet


def _prepared_by(report: BoardReport) -> str:
    """The unit that planners named with the summary; else the agency."""
    if report.kept is not None and report.kept.unit is not None:
        return report.kept.unit.name
    return report.plan.agency.name


def contents(sheet: Sheet, titles: list[str]) -> None:
    """The list of sheets on the cover, once they are all there."""
    sheet.row += 2
    sheet.write([_("Contents"), None], "group")
    for number, title in enumerate(titles, start=1):
        sheet.write([number, title], ["center", "text"])
    sheet.fit_page()


def one_page(book: Book, report: BoardReport) -> Sheet:
    """The month on one page: the summary in words, results and money by strategy, charts."""
    words = counts_in_words(report.standing.roll_up.counts)
    sheet = book.sheet(_("summary"), [46, *[14.5] * (3 + len(words))])
    sheet.title(report.plan.name, *report.notes)
    for text in report.summary.split("\n"):
        if text.strip():
            sheet.paragraph(text.strip(), "text")
    if report.kept_at is not None:
        sheet.paragraph(_kept(report.kept_at, report.changed_at), "note")
    sheet.row += 1
    result_rows = status_table(sheet, report, words)
    money_rows = None
    if report.has_money:
        sheet.row += 1
        money_rows = money_table(sheet, report)
    results = Area(sheet.row + 2, sheet.row + 18, 1, 5 if report.has_money else 10)
    status_chart(sheet, words, result_rows, results)
    if money_rows is not None:
        last = len(sheet.widths)
        money_chart(sheet, money_rows, results._replace(first_column=6, last_column=last))
    sheet.row += 19
    # Every table of the page is whole on it; nothing is repeated and nothing stands still.
    sheet.move_whole()
    sheet.pages_tall = 1
    return sheet


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


def strategies(book: Book, report: BoardReport) -> Sheet:
    """Results and money of each strategy side by side."""
    sheet = book.sheet(_("strategies"), [7, 50, 11, 12, 16, 13, 13, 12, 12, 12, 11, 16, 32])
    sheet.title(_("Results beside money by strategy"), *report.notes)
    head = sheet.head(
        [
            _("No."), report.plan.strategy_label, _("reported"), mean_head(report.plan),
            _("status of results"), _("allocated (million baht)"),
            _("disbursed (million baht)"), _("disbursed (%)"), _("used (%)"),
            _("expected (%)"), _("projects reported"), _("status of money"),
            _("money beside results"),
        ],
        66,
    )  # fmt: skip
    money = report.money
    for column, rule in (
        (4, result_rules.mean_score() if report.plan.is_scorecard else result_rules.mean()),
        (6, money_rules.allocated()),
        (8, money_rules.disbursed_percent()),
        (9, money_rules.used_percent()),
        (10, money_rules.money_expected(money.lines)),
        (13, corners(report.plan)),
    ):
        sheet.comment(head, column, rule)
    first = sheet.row + 1
    mean = "four" if report.plan.is_scorecard else "percent"
    for line in report.lines:
        results, total, standing = line.results, line.money, line.money.standing
        sheet.write(
            [
                line.number, line.name, f"{results.reported}/{results.with_target}",
                mean_of(results), status_label(line.status) if line.status else "–",
                million(total.allocated), million(total.shown_disbursed),
                standing.disbursed_percent, standing.used_percent, standing.expected_percent,
                f"{total.reported}/{total.with_allocation}", status_label(standing.status),
                line.corner_label,
            ],
            [
                "center", "text", "center", mean, "center", "percent", "percent",
                "percent", "percent", "percent", "center", "center", "text",
            ],
        )  # fmt: skip
    colour_statuses(sheet, [5, 12], first, sheet.row)
    return sheet


def has_decisions(report: BoardReport) -> bool:
    """Whether anything is at risk or critical, or left of the last year."""
    return bool(_troubled(report)) or report.rest is not None


def _troubled(report: BoardReport) -> list[IndicatorRow]:
    rows = [row for row in report.standing.rows if row.current.status in (CRITICAL, AT_RISK)]
    return sorted(rows, key=lambda row: row.current.status != CRITICAL)


def decisions(book: Book, report: BoardReport) -> Sheet:
    """What is at risk or critical, each with cause and remedy; what the last year has left."""
    troubled = _troubled(report)
    # Without the table of what is at risk, the other's columns take the paper's width.
    widths = [9, 46, 30, 13, 13, 12, 11, 12, 16, 42, 42] if troubled else [9, 70, 46, 20, 10]
    sheet = book.sheet(_("Needing a decision"), widths)
    sheet.title(_("Needing a decision"), *report.notes)
    if troubled:
        sheet.head(
            [
                _("code"), _("indicator"), _("responsible unit"), _("target"), _("result"),
                _("figure of"), _("expected"), _("of expected (%)"), _("status"), _("Problems"),
                _("next steps"),
            ],
            48,
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
    else:
        sheet.write([_("No indicator is at risk or critical.")], "note")
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
    sheet.row += 1
    sheet.write([_("Projects that spend less than expected")], "title", 28)
    sheet.write(
        [
            _("No."), _("project"), _("lead unit"), _("allocated (million baht)"),
            _("disbursed (million baht)"), _("figure of"), _("expected (%)"),
            money_rules.judged_head(report.money.lines), _("status"),
        ],
        "head",
        48,
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
    sheet.row += 1
    words = _("What fiscal year %(year)s has left") % {"year": rest.year}
    sheet.write([words], "title", 28)
    head = [_("code"), _("indicator"), _("responsible unit"), _("what"), None]
    sheet.write(head, "head")
    sheet.merge((sheet.row, sheet.row), (4, 5))
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
            )
            sheet.merge((sheet.row, sheet.row), (4, 5))


def changed(book: Book, report: BoardReport) -> Sheet:
    """What changed since last month's reporting deadline."""
    changes = report.changes
    sheet = book.sheet(_("what changed"), [16, 9, 50, 24, 24, 19, 19, 48])
    sheet.title(
        _("What changed since last month"),
        *report.notes,
        rule_words.changed(changes.deadline_name),
        *([report.turn] if report.turn else []),
    )
    sheet.head(
        [
            _("what"), _("code"), _("name"), _("then"), _("now"), _("status then"),
            _("status now"), _("remark"),
        ],
        32,
    )  # fmt: skip
    if changes.told:
        _change_rows(sheet, changes.told)
    else:
        words = _("Nothing turned better or worse, nothing was restated.")
        sheet.write([words, *[None] * 7], "group")
    if changes.folded:
        sheet.write([_("Late reports and new figures"), *[None] * 7], "group")
        _change_rows(sheet, changes.folded)
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
    """Integrity measures of the month's year by quarter."""
    found = report.integrity
    if found.year is not None:
        return measure_sheets.by_quarter(book, found.year, found.quarter)
    # Two columns: a program that fits a sheet to its paper parts it between columns, and shrinks
    # no single one that is wider than the page.
    sheet = book.sheet(_("integrity measures"), [30, 90])
    sheet.paragraph(
        _("Integrity measures of fiscal year %(year)s") % {"year": found.asked}, "title"
    )
    for text in report.notes:
        sheet.paragraph(text, "note")
    sheet.row += 1
    sheet.paragraph(found.sentence, "note")
    return sheet


def notes(book: Book, report: BoardReport) -> Sheet:
    """The rules behind the figures."""
    sheet = book.sheet(_("notes"), [7, 130])
    sheet.title(_("Notes and rules of computation"), *report.notes)
    sheet.head([_("No."), _("rule")])
    for number, line in enumerate(rule_words.all_rules(report), start=1):
        sheet.write([number, line], ["center", "text"])
    return sheet


def awaiting(book: Book, report: BoardReport) -> Sheet:
    """Awaited reports of indicators, and beneath them the awaited figures of money."""
    sheet = result_sheets.awaiting(book, report)
    sheet.row += 1
    sheet.write([_("Money figures to come")], "title", 28)
    sheet.write(
        [
            _("No."), _("project"), _("lead unit"), _("last figure of"), None, _("state"),
            _("disbursed (million baht)"),
        ],
        "head",
        44,
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
    if not report.money.awaiting:
        sheet.write([_("Nothing is owed up to this month.")], "note")
    return sheet
