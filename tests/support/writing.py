"""What the tests of the writing side share: entries, and forms filled in as a browser would."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from html.parser import HTMLParser
from typing import Any

from django.db.models import QuerySet
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from budgets.models import BudgetTransfer, CarriedPayment, Disbursement, Project, ProjectBudget
from budgets.write.carried import CarriedEntries, CarriedEntry
from budgets.write.disbursements import DisbursementEntries, DisbursementEntry
from integrity.measures.write import ProgressEntries, ProgressEntry
from integrity.models import ItaMeasure, QuarterProgress
from kpis.models import Indicator, Result
from kpis.rules.entry import Value
from kpis.write.results import ResultEntries, ResultEntry
from strategy.evidence.entry import EvidenceEntry
from strategy.models import Comment, Plan, Unit
from strategy.records.model import Record
from strategy.records.write import record_save
from tests.support.database import rows_of_every_table, rows_written

#: The day of these tests, in fiscal year 2570, month 1: the last month that has ended is 2569/12.
TODAY = date(2026, 10, 11)
OWN = "สำนักคุ้มครองสิทธิมนุษยชน"  # the unit of the ``reporter``
OTHER = "สำนักกฎหมาย"  # the unit of the ``outsider``
SCORECARD = "rlpd-hr-2563"  # the plan that is loaded beside the strategic one


#: What a figure at risk or critical is submitted with.
REMEDY = {"problems": "เจ้าหน้าที่ไม่พอ", "next_steps": "ขอคนเพิ่ม"}


def indicator_of(plan: Plan, code: str, unit: str = "") -> Indicator:
    """An indicator by its code such as S3-1.1, given to ``unit`` where one is named."""
    strategy, number = code.removeprefix(plan.code_prefix).split("-")
    indicator = Indicator.objects.select_related("strategy__plan").get(
        strategy__plan=plan, strategy__number=strategy, number=number
    )
    if unit:
        indicator.unit = Unit.objects.get(name=unit)
        record_save(instance=indicator, user=None)
    return indicator


def value(text: Any) -> Value:
    """A figure: "57", or "57/60" for numerator and denominator."""
    if isinstance(text, Value):
        return text
    top, slash, bottom = str(text).partition("/")
    if not slash:
        return Value(Decimal(top))
    return Value(None, Decimal(top) if top else None, Decimal(bottom) if bottom else None)


def entry_of(
    indicator: Indicator, year: int, month: int, *figures: Any, **more: Any
) -> ResultEntry:
    """An entry with a figure for each measure in their order; None leaves one out."""
    measures = indicator.measures.order_by("position")
    values = {
        measure.pk: value(figure)
        for measure, figure in zip(measures, figures, strict=False)
        if figure is not None
    }
    return ResultEntry(
        indicator=indicator, fiscal_year=year, month=month, **{"values": values, **REMEDY, **more}
    )


def enter(indicator: Indicator, year: int, month: int, *figures: Any, **more: Any) -> Result:
    """A result as the system enters it."""
    user = more.pop("user", None)
    reason = more.pop("reason", "")
    entry = entry_of(indicator, year, month, *figures, **more)
    return ResultEntries.record(user=user, entry=entry, today=TODAY, reason=reason)


def led_by(unit: str) -> Project:
    """The plan's first project whose first-named lead is a unit."""
    return Project.objects.filter(leads__unit__name=unit, leads__position=1).order_by("pk")[0]


def spend(
    project: Project, year: int, month: int, disbursed: Any, committed: Any = 0, **more: Any
) -> Disbursement:
    """A month's running totals of a project, as the system enters them."""
    user, why = more.pop("user", None), more.pop("why", "")
    entry = DisbursementEntry(project, year, month, Decimal(disbursed), Decimal(committed), **more)
    return DisbursementEntries.record(user=user, entry=entry, today=TODAY, reason=why)


def carry(project: Project, paid: Any, **more: Any) -> CarriedPayment:
    """What is paid by December 2568 of the money that a project carried over from 2568."""
    user, why = more.pop("user", None), more.pop("why", "")
    if not project.disbursements.filter(fiscal_year=2568, month=12).exists():
        spend(project, 2568, 12, 0, 400_000, why="ตัวอย่าง")
    entry = CarriedEntry(project, 2568, 3, Decimal(paid), **more)
    return CarriedEntries.record(user=user, entry=entry, today=TODAY, reason=why)


def transfer(project: Project, year: int, amount: Any) -> BudgetTransfer:
    """Money moved to or from a project's year in its January; not yet in the database."""
    return BudgetTransfer(
        budget=ProjectBudget.objects.get(project=project, fiscal_year=year),
        amount=Decimal(amount),
        document_number="กค 0401/1",
        document_date=date(year - 543, 1, 15),
        reason="ตัวอย่าง",
    )


def commented(figure: Any, text: str = "ทำไม") -> Comment:
    """A question about a figure, as one stands whose author's account is gone."""
    question = Comment(
        figure_type=figure._meta.label,
        figure_id=figure.pk,
        figure_name=figure.figure_name,
        text=text,
        author_id=0,
        author_name="ผู้ถาม",
        written_at=timezone.now(),
    )
    return record_save(instance=question, user=None)


def entered() -> QuerySet[Result]:
    """Every result but those published of the scorecard, which are there from the beginning."""
    return Result.objects.exclude(indicator__strategy__plan__slug=SCORECARD)


def measure_of(year: int, number: str, *units: str) -> ItaMeasure:
    """An integrity measure by its year and printed number, given to ``units`` where named."""
    measure = ItaMeasure.objects.select_related("issue__year").get(
        issue__year__fiscal_year=year, number=number
    )
    if units:
        named = [Unit.objects.get(name=name) for name in units]
        record_save(instance=measure, user=None, links={"units": named})
    return measure


def progress(
    measure: ItaMeasure,
    quarter: int,
    state: str = "in_progress",
    text: str = "ดำเนินการ",
    **more: Any,
) -> QuarterProgress:
    """A quarter of a measure, as the system reports it; ``evidence`` as pieces."""
    user, why = more.pop("user", None), more.pop("why", "")
    pieces: tuple[EvidenceEntry, ...] = tuple(more.pop("evidence", ()))
    entry = ProgressEntry(measure, quarter, state, text, pieces, **more)
    return ProgressEntries.record(user=user, entry=entry, today=TODAY, reason=why)


def figures(result: Result) -> list[str]:
    """The stored figures of a result, in the order of its measures."""
    return [row.short() for row in result.values.order_by("measure__position")]


class _Controls(HTMLParser):
    """The forms of a page: for each the names and values that a browser would send."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: list[dict[str, list[str]]] = []
        self._inside = False
        self._select = self._text = ""
        self._options: list[tuple[str, bool]] = []
        self._many = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = dict(attrs)
        if tag == "form":
            self._inside = True
            self.forms.append({})
        name = names.get("name") or ""
        if tag == "option" and self._select:
            self._options.append((names.get("value") or "", "selected" in names))
        if not self._inside or not name or "disabled" in names:
            return
        if tag == "input":
            kind = names.get("type") or "text"
            if kind in ("submit", "button", "image", "file", "reset"):
                return
            if kind in ("radio", "checkbox") and "checked" not in names:
                return
            default = "on" if kind in ("radio", "checkbox") else ""
            self._send(name, names.get("value", default) or "")
        elif tag == "textarea":
            self._text = name
            self._send(name, "")
        elif tag == "select":
            self._select, self._many, self._options = name, "multiple" in names, []

    def handle_data(self, data: str) -> None:
        if self._text:
            self.forms[-1][self._text][-1] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False
        elif tag == "textarea" and self._text:
            sent = self.forms[-1][self._text]
            # The first line end belongs to the tag; the others are sent as the web has it.
            sent[-1] = sent[-1].removeprefix("\n").replace("\r\n", "\n").replace("\n", "\r\n")
            self._text = ""
        elif tag == "select" and self._select:
            chosen = [value for value, selected in self._options if selected]
            if not chosen and not self._many:
                chosen = [value for value, _selected in self._options[:1]]
            for value in chosen:
                self._send(self._select, value)
            self._select = ""

    def _send(self, name: str, value: str) -> None:
        self.forms[-1].setdefault(name, []).append(value)


def shown(response: Any) -> dict[str, Any]:
    """What a browser would post from a page's largest form as it stands, line ends and all."""
    largest = max(_Controls(response.content.decode()).forms, key=len)
    return {
        name: values[0] if len(values) == 1 else values
        for name, values in largest.items()
        if name != "csrfmiddlewaretoken"
    }


def filled(response: Any, **typed: Any) -> dict[str, Any]:
    """What a browser would post from the form of ``response``, with ``typed`` over it."""
    return {**shown(response), **typed}


def rows(response: Any, **typed: Any) -> dict[str, Any]:
    """What a browser posts of a result's form, its rows of evidence included."""
    data = filled(response)
    formset = response.context["adminform"].form.evidence
    for form in [formset.management_form, *formset.forms]:
        for field in form:
            data[field.html_name] = "" if field.value() is None else field.value()
    return {**data, **typed}


def address(row: Record | type[Record], action: str) -> str:
    """The admin's address of a list ("changelist", "add", "export") or of a row."""
    args = [row.pk] if isinstance(row, Record) else []
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_{action}", args=args)


def form_errors(response: Any) -> dict[str, list[str]]:
    """The refusals that a form shows, by field, those of its inline rows included."""
    context = response.context
    found = dict(context["adminform"].form.errors)
    for inline in context["inline_admin_formsets"]:
        for form in inline.formset.forms:
            found |= {form.add_prefix(name): errors for name, errors in form.errors.items()}
    return found


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def facts(*, without: Iterable[str] = ("session", "log")) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of the database by table, but for what signing in leaves behind.

    Read again only where something was written since the last time.
    """
    now, (mark, found) = rows_written(), _READ
    if now is None or mark is None or not mark.holds(now):
        found = rows_of_every_table()
        _READ[:] = now, found
    return {
        table: rows
        for table, rows in found.items()
        if not any(part in table for part in without) and table != "auth_user"
    }


#: What :func:`facts` read last, and what had been written by then.
_READ: list[Any] = [None, {}]


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """The tables that changed, with their rows before and after: short failures."""
    return {
        table: (
            [row for row in before[table] if row not in after[table]],
            [row for row in after[table] if row not in before[table]],
        )
        for table in before
        if before[table] != after[table]
    }


Person = Callable[..., Any]
