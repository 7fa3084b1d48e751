"""The sheets there are: results, money, integrity measures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from django import forms
from django.db.models import QuerySet, prefetch_related_objects
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from budgets.admin.forms import MonthScreen, RowForm
from budgets.read.duties import BareRow, bare_month, unit_month
from budgets.write.disbursements import DisbursementEntries, DisbursementEntry
from integrity.measures.duties import unit_quarter
from integrity.measures.forms.quarter import QuarterScreen
from integrity.measures.models import ItaMeasure, QuarterProgress
from integrity.measures.read import measure_year
from integrity.measures.rows import UnitName
from integrity.measures.write import ProgressEntries, ProgressEntry
from kpis.admin.forms import confirmed_field, has_percent
from kpis.admin.month_forms import WORDS, MonthResults, ResultRowForm
from kpis.models import Indicator, Measure, Result
from kpis.read.entry import EntryPanel
from kpis.read.month import BareResults, MonthRow, bare_results, unit_results
from kpis.rules.entry import Value
from kpis.rules.facts import MeasureFacts
from kpis.write.checks import ResultEntry, value_field
from kpis.write.results import ResultEntries
from nhrc_plan.exchange import parts
from nhrc_plan.exchange.parts import Column, Line, Part, Wanted, bind_again, in_chunks
from nhrc_plan.exchange.typed import Cells, shares_fields
from strategy.evidence.entry import EvidenceEntry, entry_of
from strategy.models import Unit
from strategy.records.forms import ThaiDateField, ThaiDecimalField, WordsField
from strategy.thai import format_number


def _letter() -> list[Column]:
    """Evidence by an official letter: its number and its date."""
    return [
        Column(_("letter number"), 18, kind="text", longest=100),
        Column(_("dated"), 14, kind="date"),
    ]


def _same(shown: Any) -> Any:
    """What a screen shows, where it was read already."""
    return shown


def _choices(choices: Sequence[tuple[str, Any]]) -> dict[str, str]:
    return {str(label): value for value, label in choices}


# ------------------------------------------------------------------------------------- results


#: The fields of figures and words, of which a workbook shows no label: each kind once.
_FIGURE, _SHARE = ThaiDecimalField(required=False), ThaiDecimalField(required=False, percent=True)
_HIDDEN = forms.CharField(required=False, widget=forms.HiddenInput)
_CASES, _SAID = forms.BooleanField(required=False), WordsField(required=False)


@shares_fields
class LetterRow(Cells, ResultRowForm):
    """A result's row that takes an official letter as well; it joins the evidence there is."""

    letter_number = forms.CharField(required=False, max_length=100)
    letter_dated = ThaiDateField(required=False, letter=True)

    def own_fields(self) -> dict[str, forms.Field]:
        panel = self.row.panel
        if panel.is_milestone or panel.ladder is not None:
            return super().own_fields()
        fields: dict[str, forms.Field] = {}
        for measure in panel.row.facts.measures:
            is_share = measure.kind in (Measure.Kind.PERCENT, Measure.Kind.GROWTH)
            fields[value_field(measure.id)] = _SHARE if is_share else _FIGURE
            fields[confirmed_field(measure.id)] = _HIDDEN
            if measure.kind == Measure.Kind.PERCENT:
                fields[value_field(measure.id, "numerator")] = _FIGURE
                fields[value_field(measure.id, "denominator")] = _FIGURE
        if has_percent(panel):
            fields["no_cases"] = _CASES
        words = WORDS if panel.may_fall else WORDS[:-1]
        return fields | dict.fromkeys(words, _SAID)

    @property
    def _brings_letter(self) -> bool:
        return bool(self.cleaned_data.get("letter_number", "").strip())

    @property
    def is_changed(self) -> bool:
        return super().is_changed or (not self.follows and self._brings_letter)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("letter_dated") and not cleaned.get("letter_number", "").strip():
            self.add_error("letter_number", _("Write the number of the letter of that day."))
        return cleaned

    def entry(self) -> ResultEntry:
        entry = super().entry()
        if not self._brings_letter:
            return entry
        kept = self.row.kept
        pieces = [entry_of(piece) for piece in kept.evidence.all()] if kept else []
        letter = EvidenceEntry(
            number=self.cleaned_data["letter_number"].strip(),
            dated=self.cleaned_data.get("letter_dated"),
        )
        known = {(piece.number, piece.dated) for piece in pieces}
        if (letter.number, letter.dated) not in known:
            pieces.append(letter)
        return replace(entry, evidence=tuple(pieces))


class SheetResults(MonthResults):
    """The month of results, each row with a letter."""

    def rows(self) -> list[ResultRowForm]:
        return [LetterRow(row, self.data, submits=self.submits) for row in self.shown.rows]

    def about(self) -> dict[str, Any]:
        """The facts by which the rows were read are those by which they are asked about."""
        return {"ground": self.shown.ground} if isinstance(self.shown, BareResults) else {}

    def entries(self, news: Sequence[ResultRowForm]) -> list[tuple[ResultRowForm, ResultEntry]]:
        kept = [form.row.kept for form in news if form.row.kept]
        prefetch_related_objects(kept, "evidence")
        return super().entries(news)


@shares_fields
class SheetRow(Cells, RowForm):
    """A project's row."""


class SheetMoney(MonthScreen):
    """The month of money."""

    def rows(self) -> list[RowForm]:
        at = self.shown.at
        return [
            SheetRow(row, at.year, at.month, self.data, drafts=self.drafts)
            for row in self.shown.rows
        ]


class Results(Part):
    """A line for each measure; words and letter stand in the first of an indicator."""

    title = gettext_lazy("Results to report")
    writes = ResultEntries
    made_of = (ResultEntry, Value, EvidenceEntry)
    bind = staticmethod(bind_again)

    def rows(self) -> dict[str, QuerySet]:
        return {"kpis.indicator": Indicator.objects.prefetch_related("strategy__plan", "unit")}

    def closed(self) -> list[Column]:
        return [
            Column(_("code"), 10, "center"),
            Column(_("indicator"), 52),
            Column(_("what is measured"), 24),
            Column(_("unit of measure"), 12, "center"),
            Column(_("target"), 14, "center"),
            Column(_("last figure"), 22, "center"),
            Column(_("expected"), 14, "center"),
        ]

    def open(self) -> list[Column]:
        return [
            Column(_("result"), 14, kind="number"),
            Column(_("or: how many"), 12, kind="number"),
            Column(_("of how many"), 12, kind="number"),
            Column(_("no cases"), 10, kind="yes"),
            Column(_("progress"), 16, kind="choice", choices=_choices(Result.Progress.choices)),
            Column(_("progress (%)"), 12, kind="number"),
            Column(_("what was done"), 44, kind="text"),
            Column(_("problems and obstacles"), 34, kind="text"),
            Column(_("next steps"), 34, kind="text"),
            Column(_("reason for a lower cumulative figure"), 26, kind="text"),
            *_letter(),
        ]

    def screens(self, wanted: Wanted) -> Iterator[SheetResults]:
        for pk, name in wanted.units:
            whole = unit_results(wanted.plan, pk, name, wanted.at, wanted.today)
            for chunk in in_chunks(whole):
                yield SheetResults(partial(_same, chunk), None, today=wanted.today)

    def bare_screens(self, wanted: Wanted) -> Iterator[SheetResults]:
        units = [pk for pk, _name in wanted.units]
        for chunk in bare_results(wanted.plan, units, wanted.at, parts.CHUNK):
            yield SheetResults(partial(_same, chunk), None, today=wanted.today)

    def lines(self, form: LetterRow) -> Iterator[Line]:
        row: MonthRow = form.row
        panel = row.panel
        if row.is_closed:
            return
        measures = panel.row.facts.measures if not panel.is_milestone else ()
        whole = ("no_cases", "progress", "progress_percent", "narrative", "problems",
                 "next_steps", "fall_reason", "letter_number", "letter_dated")  # fmt: skip
        for place, measure in enumerate(measures or (None,)):
            first = place == 0
            names = ["", "", ""]
            if measure is not None:
                names = [
                    value_field(measure.id, part) for part in ("value", "numerator", "denominator")
                ]
            fields = [*names, *(whole if first else [""] * len(whole))]
            yield Line(
                f"{form.prefix}-{measure.id if measure else 0}",
                (panel.row.code, panel.row.name, *_beside(panel, measure, first=first)),
                tuple(form.add_prefix(name) if name in form.fields else "" for name in fields),
            )


def _beside(panel: Any, measure: MeasureFacts | None, *, first: bool) -> tuple[Any, ...]:
    """What stands beside a measure's cells; ``first``: it is the first of its indicator."""
    if not isinstance(panel, EntryPanel):
        return ()
    target = panel.target
    if measure is not None:
        point = panel.promise.values.get(measure.id)
        target = None if point is None else format_number(point.value)
    last = f"{panel.last} ({panel.last_name})" if panel.last else None
    return (
        measure.label if measure else None,
        measure.unit_label if measure else None,
        target,
        last if first else None,
        panel.expected if first else None,
    )


# --------------------------------------------------------------------------------------- money


class Money(Part):
    """A line for each project that the unit leads first."""

    title = gettext_lazy("Money to report")
    writes = DisbursementEntries
    made_of = (DisbursementEntry,)
    bind = staticmethod(bind_again)

    def closed(self) -> list[Column]:
        return [
            Column(_("code"), 10, "center"),
            Column(_("project"), 60),
            Column(_("allocated (baht)"), 18, "percent"),
            Column(_("disbursed before (baht)"), 18, "percent"),
            Column(_("as of"), 14, "center"),
        ]

    def open(self) -> list[Column]:
        return [
            Column(_("disbursed (baht)"), 18, kind="baht"),
            Column(_("committed, not yet paid (baht)"), 18, kind="baht"),
            Column(_("note"), 40, kind="text"),
            Column(
                _("reason for a fall or for more than is allocated"), 34, kind="text", longest=500
            ),
        ]

    def screens(self, wanted: Wanted) -> Iterator[MonthScreen]:
        for pk, name in wanted.units:
            whole = unit_month(wanted.plan, pk, name, wanted.at, wanted.today)
            for chunk in in_chunks(whole):
                yield SheetMoney(partial(_same, chunk), None, today=wanted.today)

    def bare_screens(self, wanted: Wanted) -> Iterator[MonthScreen]:
        units = [pk for pk, _name in wanted.units]
        for chunk in in_chunks(bare_month(wanted.plan, units, wanted.at)):
            yield SheetMoney(partial(_same, chunk), None, today=wanted.today)

    def lines(self, form: Any) -> Iterator[Line]:
        row = form.row
        if row.is_closed:
            return
        shown: tuple[Any, ...] = ()
        if isinstance(row, BareRow):
            shown = (row.code, row.name)
        else:
            money = row.money
            shown = (
                money.code,
                money.name,
                money.current.budget.allocated,
                row.earlier.disbursed if row.earlier else None,
                row.earlier_name or None,
            )
        yield Line(
            form.prefix,
            shown,
            tuple(form.add_prefix(name) for name in ("disbursed", "committed", "note", "reason")),
        )


# ------------------------------------------------------------------------------------ measures


class Measures(Part):
    """A line for each integrity measure, in the months in which a quarter ends."""

    title = gettext_lazy("Measures to report")
    writes = ProgressEntries
    made_of = (ProgressEntry, EvidenceEntry)

    def rows(self) -> dict[str, QuerySet]:
        return {"integrity.itameasure": ItaMeasure.objects.select_related("issue__year")}

    def closed(self) -> list[Column]:
        return [
            Column(_("No."), 10, "center"),
            Column(_("integrity measure"), 70),
            Column(_("quarter before"), 40),
        ]

    def open(self) -> list[Column]:
        states = _choices(QuarterProgress.State.choices)
        return [
            Column(_("progress"), 18, kind="choice", choices=states),
            Column(_("what was done in this quarter"), 60, kind="text"),
            *_letter(),
        ]

    def screens(self, wanted: Wanted) -> Iterator[QuarterScreen]:
        at = wanted.at
        year = measure_year(wanted.plan.agency_id, at.year) if at.month % 3 == 0 else None
        if year is None:
            return
        named = {
            unit.pk: UnitName(unit.pk, unit.name, unit.is_group, unit.agency_id)
            for unit in Unit.objects.filter(pk__in=[pk for pk, _name in wanted.units])
        }
        for pk, _name in wanted.units:
            unit = None if pk is None else named[pk]
            whole = unit_quarter(year, unit, at.quarter, wanted.today, wanted.who)
            if not whole.year.rules.as_a_whole:
                for chunk in in_chunks(whole):
                    yield QuarterScreen(partial(_same, chunk), None, today=wanted.today)

    def lines(self, form: Any) -> Iterator[Line]:
        row = form.row
        if row.is_closed:
            return
        earlier = row.earlier
        empty = form.pieces[len(form.stored[2])]
        yield Line(
            form.prefix,
            (
                row.measure.number,
                row.measure.text,
                f"{earlier.label}: {earlier.text}" if earlier else None,
            ),
            (
                form.add_prefix("state"),
                form.add_prefix("text"),
                empty.add_prefix("number"),
                empty.add_prefix("dated"),
            ),
        )


PARTS: tuple[Part, ...] = (Results(), Money(), Measures())
