"""The sheets of money: flagship projects at the month, and over the plan's years."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Protocol

from django.utils.translation import gettext as _

from budgets.pages import rule_words
from budgets.read.after_lock import AfterLock
from budgets.read.carried import by_year
from budgets.read.rows import PlanMoney, ProjectMoney
from budgets.rules.calc import Total
from strategy.approval.after_lock import corrected_late
from strategy.calendar import FiscalMonth
from strategy.models import Plan
from strategy.standing.words import status_label
from strategy.thai import month_name
from strategy.workbook.book import Book
from strategy.workbook.parts import Bars, colour_statuses
from strategy.workbook.sheet import Sheet
from strategy.workbook.styles import COMMITTED, DISBURSED, LEFT

_MILLION = 1_000_000
#: A status takes two columns of the summary's.
_STATUS = [(10, 11)]


class MoneyReport(Protocol):
    """What these sheets speak of: a plan's money at a month, and what its reader has to know."""

    @property
    def plan(self) -> Plan: ...

    @property
    def at(self) -> FiscalMonth: ...

    @property
    def money(self) -> PlanMoney: ...

    @property
    def notes(self) -> list[str]: ...


def million(amount: Any) -> Any:
    """Baht as million baht, a number; None stays None."""
    return None if amount is None else amount / _MILLION


def money_table(sheet: Sheet, report: MoneyReport) -> tuple[int, int]:
    """Each strategy's money in million baht, with what is left; gives header and last row."""
    first = sheet.head(
        [
            report.plan.strategy_label, _("allocated"), _("reported"),
            rule_words.judged_head(report.money.lines),
            _("disbursed"), _("committed"), _("not yet used"), _("expected (%)"),
            _("of expected (%)"), _("status"), None,
        ],
        spans=_STATUS,
    )  # fmt: skip
    money = report.money
    for column, rule in (
        (2, rule_words.allocated()),
        (4, rule_words.judged_percent(money.lines)),
        (8, rule_words.money_expected(money.lines)),
        (9, rule_words.money_of_expected(money.lines)),
    ):
        sheet.comment(first, column, rule)
    for part in money.strategies:
        _total_row(sheet, f"{part.number} {part.name}", part.total, group=False)
    last = sheet.row
    _total_row(sheet, _("whole plan"), money.total, group=True)
    if money.action.rows:
        name = _("projects of the yearly action plan")
        _total_row(sheet, name, money.action.total, group=False)
        _total_row(sheet, _("all the office's money"), money.office.total, group=True)
    for summed in money.kinds:
        name = _("of it: %(kind)s") % {"kind": summed.label}
        _total_row(sheet, name, summed.total, group=False)
    colour_statuses(sheet, [10], first + 1, sheet.row)
    return first, last


def _total_row(sheet: Sheet, name: str, total: Total, *, group: bool) -> None:
    standing = total.standing
    left = max(total.allocated - total.used, Decimal(0))
    number = "group_number" if group else "percent"
    sheet.write(
        [
            name, million(total.allocated), f"{total.reported}/{total.with_allocation}",
            standing.judged_percent, million(total.shown_disbursed),
            million(total.shown_committed), million(left), standing.expected_percent,
            standing.of_expected, status_label(standing.status), None,
        ],
        [
            "group" if group else "text", number, "group_center" if group else "center", number,
            number, number, number, number, number, *["group_center" if group else "center"] * 2,
        ],
        spans=_STATUS,
    )  # fmt: skip


def money_bars(sheet: Sheet, rows: tuple[int, int]) -> Bars:
    """Each strategy's money split into disbursed, committed and not yet used."""
    title = _("Money of flagship projects (million baht)")
    parts = [(5, DISBURSED, ""), (6, COMMITTED, ""), (7, LEFT, "")]
    return Bars(sheet, title, parts, rows, "0.00")


def _marked(name: str, *, sample: bool, unapproved: bool, late: bool) -> str:
    """A project's name, with the words for sample figures, for those not yet approved and for those
    corrected after their month was locked (``late``)."""
    if late:
        name = f"{name} ({corrected_late()})"
    if unapproved:
        name = f"{name} ({_('not yet approved')})"
    return f"{name} ({_('sample')})" if sample else name


def project_list(book: Book, report: MoneyReport) -> Sheet:
    """Every flagship project with its units and figures of the year."""
    sheet = book.page(_("project list"), [6, 38, 20, 10, 9.5, 9.5, 9.5, 9.5, 9.5, 9.5, 9.5, 13])
    sheet.title(
        _("Flagship projects at the end of %(month)s, in million baht")
        % {"month": month_name(report.at)},
        *report.notes,
    )
    head = sheet.head(
        [
            _("No."), _("project"), _("lead unit"), _("plan amount"), _("allocated"),
            _("disbursed"), _("committed"), _("disbursed (%)"), _("used (%)"),
            _("expected (%)"), _("figure of"), _("status"),
        ],
    )  # fmt: skip
    money = report.money
    for column, rule in (
        (5, rule_words.allocated()),
        (8, rule_words.disbursed_percent()),
        (9, rule_words.used_percent()),
        (10, rule_words.money_expected(money.lines)),
        (12, rule_words.money_of_expected(money.lines)),
    ):
        sheet.comment(head, column, rule)
    first = sheet.row + 1
    for part in money.strategies:
        _group_row(sheet, part.number, part.name, part.total)
        for row in part.rows:
            _project_row(sheet, row, money.after_lock)
    _group_row(sheet, None, _("whole plan"), money.total)
    for part in money.action_strategies:
        name = _("action plan: %(name)s") % {"name": part.name}
        _group_row(sheet, part.number, name, part.total)
        for row in part.rows:
            _project_row(sheet, row, money.after_lock)
    if money.action.rows:
        _group_row(sheet, None, _("all the office's money"), money.office.total)
    colour_statuses(sheet, [12], first, sheet.row)
    sheet.table(head)
    sheet.fit_page()
    return sheet


def _group_row(sheet: Sheet, number: int | None, name: str, total: Total) -> None:
    standing = total.standing
    line = sheet.write(
        [
            number, name, f"{_('reported')} {total.reported}/{total.with_allocation}", None,
            million(total.allocated), million(total.shown_disbursed),
            million(total.shown_committed), standing.disbursed_percent, standing.used_percent,
            standing.expected_percent, None, status_label(standing.status),
        ],
        ["group"] * 4 + ["group_number"] * 6 + ["group_center"] * 2,
    )  # fmt: skip
    sheet.comment(line, 8, rule_words.once())


def _project_row(sheet: Sheet, row: ProjectMoney, after_lock: AfterLock) -> None:
    shown = row.current
    late = shown.figure_id in after_lock.months
    standing, spent = shown.standing, shown.spent
    first = row.first_lead
    sheet.write(
        [
            row.code,
            _marked(row.name, sample=shown.sample, unapproved=shown.unapproved, late=late),
            first.name if first else _("no lead unit yet"),
            million(shown.budget.plan), million(shown.allocated),
            million(spent.disbursed) if spent else None,
            million(spent.committed) if spent else None,
            standing.disbursed_percent, standing.used_percent, standing.expected_percent,
            shown.as_of_short, shown.label,
        ],
        ["center", "text", "text"] + ["percent"] * 7 + ["center", "center"],
    )  # fmt: skip


def project_years(book: Book, report: MoneyReport) -> Sheet:
    """What the plan sets aside for each project, and what was disbursed, year by year."""
    years = list(report.plan.years)
    sheet = book.page(_("money by year"), [6, 38, *[9.5, 10] * len(years), 10])
    sheet.title(_("Plan amounts and disbursement by fiscal year, in million baht"), *report.notes)
    head = [_("No."), _("project")]
    for year in years:
        head += [_("plan %(year)s") % {"year": year}, _("disbursed %(year)s") % {"year": year}]
    line = sheet.head([*head, _("plan in all")])
    sheet.comment(line, 3 + 2 * len(years), rule_words.plan_in_all())
    first = sheet.row + 1
    for part in report.money.strategies:
        amounts = _year_amounts(part.plan_amounts, part.rows)
        sheet.write(
            [part.number, part.name, *amounts, million(part.plan_total)],
            ["group", "group", *["group_number"] * (2 * len(years) + 1)],
        )
        for row in part.rows:
            sample = any(shown.sample for shown in row.years)
            unapproved = any(shown.unapproved for shown in row.years)
            late = any(shown.figure_id in report.money.after_lock.months for shown in row.years)
            name = _marked(row.name, sample=sample, unapproved=unapproved, late=late)
            values: list[Any] = [row.code, name]
            for shown in row.years:
                values += [
                    million(shown.budget.plan),
                    million(shown.spent.disbursed) if shown.spent else None,
                ]
            sheet.write(
                [*values, million(row.plan_total)],
                ["center", "text", *["percent"] * (2 * len(years)), "total"],
            )
    money = report.money
    whole = sheet.write(
        [None, _("whole plan"), *_year_amounts(money.plan_amounts, money.rows),
         million(money.plan_total)],
        ["group", "group", *["group_number"] * (2 * len(years) + 1)],
    )  # fmt: skip
    sheet.comment(whole, 2, rule_words.once())
    sheet.table(line)
    sheet.freeze(first, 3)
    sheet.fit_page()
    return sheet


def carried_over(sheet: Sheet, report: MoneyReport) -> None:
    """Money carried over with its own year, and what was paid of it; beneath what stands there."""
    sheet.section(
        _("Money carried over at the end of %(month)s, in million baht")
        % {"month": month_name(report.at)},
        rule_words.carried(),
    )
    # A name takes five columns of the summary's, every figure two.
    spans = [(1, 5), (6, 7), (8, 9), (10, 11), (12, 13)]
    labels = [_("carried over"), _("paid so far"), _("left"), _("as at")]
    name = [None] * 4
    sheet.write([_("project"), *name, *_each_twice(labels)], "head", spans=spans)
    for summed in by_year(report.money.carried):
        words = _("Money of %(year)s carried over, paid in %(next)s")
        words %= {"year": summed.year, "next": summed.next_year}
        amounts = [million(summed.carried), million(summed.paid), million(summed.left), None]
        sheet.write(
            [words, *name, *_each_twice(amounts)],
            [*["group"] * 5, *["group_number"] * 6, *["group_center"] * 2],
            spans=spans,
        )
        for row in summed.rows:
            late = report.money.after_lock.has(row)
            words = _marked(row.name, sample=row.sample, unapproved=row.unapproved, late=late)
            values = [
                million(row.carried), million(row.paid), million(row.left),
                row.last.month_name if row.last else None,
            ]  # fmt: skip
            sheet.write(
                [f"{row.code} {words}", *name, *_each_twice(values)],
                [*["text"] * 5, *["percent"] * 6, *["center"] * 2],
                spans=spans,
            )


def _each_twice(values: Sequence[Any]) -> list[Any]:
    """Every value with an empty cell behind it, for cells of two columns."""
    return [each for value in values for each in (value, None)]


def _year_amounts(amounts: Sequence[tuple[int, Any]], rows: Sequence[ProjectMoney]) -> list[Any]:
    """Plan amount and disbursed of each year; nothing where no figure stands."""
    found: list[Any] = []
    for place, (_year, amount) in enumerate(amounts):
        spent = [row.years[place].disbursed for row in rows]
        figures = [value for value in spent if value is not None]
        found += [million(amount), million(sum(figures)) if figures else None]
    return found
