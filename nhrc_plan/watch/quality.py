"""What there is to look at in a plan's data, read afresh: nothing of it is stored."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, time
from decimal import Decimal
from itertools import chain

from django.utils import timezone
from django.utils.translation import gettext as _

from budgets.admin.disbursements import entry_address as money_screen
from budgets.models import Disbursement
from budgets.read.money import plan_money
from budgets.read.rows import ProjectMoney
from budgets.rules.calc import ZERO
from integrity.measures.access import unit_key
from integrity.measures.progress_admin import entry_address as quarter_screen
from integrity.measures.read import measure_years, year_rows
from integrity.measures.rows import MeasureRow, YearRow
from nhrc_plan.watch import findings as kinds
from nhrc_plan.watch import rules
from nhrc_plan.watch.findings import LABELS, Finding, Group, Quality, change, day
from nhrc_plan.watch.indicators import Found, indicator_findings, last_change
from strategy.approval.model import HANDED_IN
from strategy.calendar import FiscalMonth
from strategy.models import Plan
from strategy.standing.timeline import Month
from strategy.thai import format_baht, month_name


def quality(plan: Plan, at: FiscalMonth, today: date) -> Quality:
    """Everything there is to look at in a plan, as known on ``today``; its money at ``at``.

    Integrity measures are those of the plan's agency, of the plan's years. Fifteen queries,
    whatever the plan's size.
    """
    groups = {kind: Group(kind) for kind in LABELS}
    now = timezone.make_aware(datetime.combine(today, time.max))
    found = chain(indicator_findings(plan, now), _money(plan, at, today), _integrity(plan, today))
    for kind, finding in found:
        groups[kind].findings.append(finding)
    return Quality(tuple(groups.values()))


def _money(plan: Plan, at: FiscalMonth, today: date) -> Found:
    money = plan_money(plan, at, today)
    projects = {row.id: row for row in money.office.rows}
    for row in projects.values():
        if row.first_lead is None:
            what = _("no unit enters its money, so planners do")
            yield (
                kinds.NO_LEAD,
                Finding(_project(row), what, None, "", change("budgets_project", row.id)),
            )
    for row in money.overspent:
        spent, allocated = row.current.spent, row.current.allocated
        what = _("%(used)s baht used of %(allocated)s allocated in %(year)s") % {
            "used": format_baht(spent.used if spent else ZERO),
            "allocated": format_baht(allocated or ZERO),
            "year": row.current.year,
        }
        since = row.current.as_of.last_day if row.current.as_of else None
        finding = Finding(_project(row), what, since, _lead(row), _entry(plan, row, at))
        yield kinds.OVERSPENT, finding
    yield from _falls(plan, projects)


def _falls(plan: Plan, projects: dict[int, ProjectMoney]) -> Found:
    """Totals of money that fell within their fiscal year: paid; and paid and bound together."""
    paid: dict[tuple[int, int], dict[Month, Decimal]] = defaultdict(dict)
    used: dict[tuple[int, int], dict[Month, Decimal]] = defaultdict(dict)
    rows = {}
    for row in (
        Disbursement.objects.filter(project__strategy__plan=plan, approval__in=HANDED_IN)
        .order_by("project__strategy__number", "project__number", "fiscal_year", "month")
        .annotate(touched=last_change(Disbursement))
        .values_list(
            "project_id", "fiscal_year", "month", "disbursed", "committed", "reason", "touched",
            named=True,
        )
    ):  # fmt: skip
        month = (row.fiscal_year, row.month)
        paid[row.project_id, row.fiscal_year][month] = row.disbursed
        used[row.project_id, row.fiscal_year][month] = row.disbursed + row.committed
        rows[row.project_id, month] = row
    for (project, year), totals in paid.items():
        steps = {step.later: step for step in rules.falls(used[project, year])}
        steps |= {step.later: step for step in rules.falls(totals)}
        for month, step in steps.items():
            row, shown, at = rows[project, month], projects[project], FiscalMonth(*month)
            what = _("%(earlier)s in %(before)s, %(later)s in %(after)s") % {
                "earlier": format_baht(step.earlier_value),
                "before": month_name(FiscalMonth(*step.earlier), short=True),
                "later": format_baht(step.later_value),
                "after": month_name(at, short=True),
            }
            reason = row.reason.strip() or _("no reason was given")
            finding = Finding(
                _project(shown), f"{what} – {reason}", day(row.touched), _lead(shown),
                _entry(plan, shown, at),
            )  # fmt: skip
            yield kinds.MONEY_FALL, finding


def _project(row: ProjectMoney) -> str:
    return f"{row.code} {row.name}"


def _lead(row: ProjectMoney) -> str:
    return row.first_lead.name if row.first_lead else ""


def _entry(plan: Plan, row: ProjectMoney, at: FiscalMonth) -> str:
    """The screen on which the money of a project's first lead is entered for a month."""
    return money_screen(plan, row.first_lead.id if row.first_lead else None, at)


def _integrity(plan: Plan, today: date) -> Found:
    years = [year for year in measure_years(plan.agency_id) if year.fiscal_year in plan.years]
    for year in year_rows(years, today):
        for measure in year.measures:
            if not measure.units:
                what = measure.responsible_text or _("no unit is named")
                address = change("integrity_itameasure", measure.id)
                finding = Finding(_measure(year, measure), what, None, "", address)
                yield kinds.MEASURE_WITHOUT_UNIT, finding
        for late in year.late():
            units = late.measure.units
            unit = unit_key(units[0].id if units else None, year.agency_id)
            what = _("quarter %(quarter)s was due on %(day)s") % {
                "quarter": late.quarter.quarter, "day": late.quarter.deadline_name,
            }  # fmt: skip
            finding = Finding(
                _measure(year, late.measure),
                what,
                late.quarter.deadline,
                ", ".join(each.name for each in units),
                quarter_screen(unit, year.fiscal_year, late.quarter.quarter),
            )  # fmt: skip
            yield kinds.LATE_QUARTER, finding


def _measure(year: YearRow, measure: MeasureRow) -> str:
    return f"{year.fiscal_year}: {measure.title}"
