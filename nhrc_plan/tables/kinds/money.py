"""Money of projects: what is disbursed and committed by the end of a month, and yearly amounts."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from operator import attrgetter
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from budgets.models import Disbursement, Project, ProjectBudget
from budgets.write.budgets import BudgetEntries, BudgetEntry
from budgets.write.disbursements import DisbursementEntries, DisbursementEntry
from nhrc_plan.exchange.kinds import Sent
from nhrc_plan.exchange.packing import Unpacked
from nhrc_plan.tables.cells import Unclear, baht, month_of, plain_text, year_of
from nhrc_plan.tables.kinds.base import (
    CODE,
    MONTH,
    REASON,
    YEAR,
    Draft,
    Reading,
    TableKind,
)
from nhrc_plan.tables.kinds.finding import Finder, Found, Known
from nhrc_plan.tables.lines import Field, Line, Match
from strategy.approval.model import State
from strategy.calendar import FiscalMonth
from strategy.models import Plan
from strategy.thai import format_baht, month_name

_UNKNOWN = gettext_lazy("The plan has no project “%(told)s”. Write its code, such as 1-2, or its "
                        "name as the plan has it.")  # fmt: skip
_NAME = Field(
    "name", gettext_lazy("project"),
    ("โครงการ", "ชื่อโครงการ", "โครงการ/กิจกรรม", "แผนงาน/โครงการ", "รายการ", "project name",
     "project"),
)  # fmt: skip


def project_finder(plan: Plan) -> Finder[Project]:
    """Finds a plan's projects by the code that pages print, or by name."""
    rows = Project.objects.filter(strategy__plan=plan).select_related("strategy__plan")
    return Finder(
        (Known(row, (f"{row.strategy.number}-{row.number}",), row.name) for row in rows), _UNKNOWN
    )


def _baht(value: Decimal | None) -> str:
    return "" if value is None else format_baht(value)


def _named(project: Project) -> str:
    return f"{project.strategy.number}-{project.number} {project.name}"[:160]


class ProjectReading(Reading):
    """A line is a project's year or month; what has no column stays as it stands."""

    #: The fields of a stored row that tell when it is of.
    moment: ClassVar[tuple[str, ...]]

    def finder(self) -> Finder[Project]:
        return project_finder(self.plan)

    @abstractmethod
    def when(self, line: Line) -> tuple[int, ...]:
        """The values of ``moment`` for a line. Raises Unclear."""

    @abstractmethod
    def take(self, draft: Draft, project: Project, line: Line, kept: Any) -> None:
        """Say what a line changes of the row that is kept, None: of none. Raises Unclear."""

    def drafts(self, found: Sequence[tuple[Line, Found[Project]]]) -> list[Draft]:
        projects = {hit.thing.pk for _line, hit in found if hit.thing}
        rows = self.stored._default_manager.filter(**{"project__in": projects})
        own = attrgetter("project_id", *self.moment)
        kept = {own(row): row for row in rows}
        drafts = []
        for line, hit in found:
            assert hit.thing is not None
            draft = Draft(self.row(line, _named(hit.thing)), key=line.key)
            try:
                draft.key = (hit.thing.pk, *self.when(line))
                draft.kept = kept.get(draft.key)
                self.take(draft, hit.thing, line, draft.kept)
            except Unclear as unclear:
                self.unclear(draft, unclear)
            if hit.asked:
                draft.asked.append(hit.asked)
            drafts.append(draft)
        return drafts


class DisbursementsReading(ProjectReading):
    """A line is a project's month."""

    stored = Disbursement
    moment = ("fiscal_year", "month")

    def __init__(self, sent: Sent, decided: Mapping[str, str]) -> None:
        super().__init__(sent, decided)
        #: Of rows whose columns hold what each month alone brought, what they have come to; None
        #: from a month on that cannot be read.
        self.spent: dict[int, Decimal | None] = {}

    def when(self, line: Line) -> tuple[int, ...]:
        return month_of(line, self.match)

    def take(self, draft: Draft, project: Project, line: Line, kept: Disbursement | None) -> None:
        _project, year, month = draft.key
        draft.row.name = f"{draft.row.name} · {month_name(FiscalMonth(year, month), short=True)}"
        counted = kept is not None and not kept.is_unsent
        submits = self.submits or counted
        entry = DisbursementEntry(
            project, year, month,
            disbursed=kept.disbursed if kept else None,
            committed=kept.committed if kept else None,
            note=kept.note if kept else "",
            reason=kept.reason if kept else "",
            expected_version=kept.version if kept else None,
            approval=State.SUBMITTED if submits else State.DRAFT,
        )  # fmt: skip
        changes: dict[str, Any] = {}
        for name in ("disbursed", "committed"):
            adds = name == "disbursed" and self.match.series == "own"
            amount = self._added(line) if adds else baht(line.cell(name), self.match)
            if amount is not None:
                before = getattr(entry, name)
                draft.says(Disbursements().label(name), _baht(before), _baht(amount))
                changes[name] = amount
            draft.cells[name] = line.cell(name)
        for name in ("note", "reason"):
            text = plain_text(line.cell(name))
            if text:
                draft.says(Disbursements().label(name), getattr(entry, name)[:200], text[:200])
                changes[name] = text
            draft.cells[name] = line.cell(name)
        if submits and kept is not None and not counted:
            label = Disbursement._meta.get_field("approval").verbose_name
            draft.says(label, kept.get_approval_display(), str(State.SUBMITTED.label))
        draft.entry = replace(entry, **changes)

    def _added(self, line: Line) -> Decimal | None:
        """What a row has come to by a month: lines come in the order of their months, and what is
        kept are running totals. None where the month says nothing. Raises Unclear."""
        before = self.spent.get(line.number, Decimal(0))
        if before is None:
            raise Unclear(line.cell("disbursed"), _("An earlier month of this row is unclear."))
        self.spent[line.number] = None
        amount = baht(line.cell("disbursed"), self.match)
        self.spent[line.number] = before + (amount or 0)
        return None if amount is None else before + amount

    def refusals(self, drafts: Sequence[Draft]) -> Mapping[int, ValidationError]:
        return DisbursementEntries.problems([draft.entry for draft in drafts], self.today)


class Disbursements(TableKind):
    code = "disbursements"
    name = gettext_lazy("disbursements by project")
    drafts = True
    fields = (
        CODE,
        _NAME,
        Field("disbursed", gettext_lazy("disbursed"),
              ("เบิกจ่าย", "เบิกจ่ายแล้ว", "ผลการเบิกจ่าย", "เบิกจ่ายสะสม", "เบิกจ่ายจริง", "จ่ายจริง",
               "disbursed", "disbursement", "expenditure"), "baht", True, monthly=True),
        Field("committed", gettext_lazy("committed, not yet paid"),
              ("PO", "ก่อหนี้", "ก่อหนี้ผูกพัน", "ผูกพัน", "สัญญา", "ใบสั่งซื้อ", "PO คงเหลือ",
               "commitment", "committed"), "baht", True, monthly=True),
        Field("note", gettext_lazy("note"), ("หมายเหตุ", "note", "remark")),
        Field("reason", gettext_lazy("reason for a fall or for more than is allocated"),
              ("เหตุผล", "reason")),
        YEAR,
        MONTH,
    )  # fmt: skip
    reading = DisbursementsReading

    def months_alone(self, match: Match) -> list[str]:
        """What was paid month by month is added up, from October on; what is committed is no sum
        of months and stands as it is."""
        months = {name.partition(":m")[2] for name in match.columns.values()
                  if name.startswith("disbursed:")}  # fmt: skip
        numbers = sorted(map(int, months))
        if numbers and numbers != list(range(1, len(numbers) + 1)):
            return [_("Months are added up from October on, and none may be missing between them.")]
        return []

    def write(self, user: Any, entries: Sequence[Any], reason: str, today: date) -> None:
        read = Unpacked(entries, (DisbursementEntry,), {})
        DisbursementEntries.record_many(user=user, entries=read.values, today=today, reason=reason)


# --------------------------------------------------------------------------------------- budgets

_AMOUNTS = ("plan_amount", "approved_amount")


class BudgetsReading(ProjectReading):
    """A line is a project's year."""

    stored = ProjectBudget
    moment = ("fiscal_year",)

    def when(self, line: Line) -> tuple[int, ...]:
        return (year_of(line, self.match),)

    def take(self, draft: Draft, project: Project, line: Line, kept: ProjectBudget | None) -> None:
        _project, year = draft.key
        draft.row.name = f"{draft.row.name} · {year}"
        entry = BudgetEntry(
            project,
            year,
            plan_amount=kept.plan_amount if kept else None,
            approved_amount=kept.approved_amount if kept else None,
            reason=plain_text(line.cell("reason")),
            expected_version=kept.version if kept else None,
        )
        changes: dict[str, Any] = {}
        for name in _AMOUNTS:
            amount = baht(line.cell(name), self.match)
            if amount is not None:
                draft.says(Budgets().label(name), _baht(getattr(entry, name)), _baht(amount))
                changes[name] = amount
            draft.cells[name] = line.cell(name)
        draft.cells["fiscal_year"] = line.cell("year")
        draft.entry = replace(entry, **changes)

    def refusals(self, drafts: Sequence[Draft]) -> Mapping[int, ValidationError]:
        return BudgetEntries.problems([draft.entry for draft in drafts], self.today)


class Budgets(TableKind):
    code = "budgets"
    name = gettext_lazy("budgets by project")
    goes_back = False
    period = "year"
    fields = (
        CODE,
        _NAME,
        Field("plan_amount", gettext_lazy("plan amount"),
              ("งบประมาณ", "วงเงิน", "งบประมาณตามแผน", "วงเงินงบประมาณ", "plan amount", "budget",
               "amount"),
              "baht", True, True),
        Field("approved_amount", gettext_lazy("approved amount"),
              ("งบจัดสรร", "ได้รับจัดสรร", "จัดสรร", "งบประมาณที่ได้รับ", "อนุมัติ", "approved",
               "allocated"), "baht", True, True),
        YEAR,
        REASON,
    )  # fmt: skip
    reading = BudgetsReading

    def write(self, user: Any, entries: Sequence[Any], reason: str, today: date) -> None:
        read = Unpacked(entries, (BudgetEntry,), {})
        BudgetEntries.record_many(user=user, entries=read.values, today=today, reason=reason)
