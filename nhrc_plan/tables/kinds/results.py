"""Results of many units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kpis.models import Indicator, Measure, Result
from kpis.rules.entry import Value
from kpis.write.checks import ResultEntry, value_field
from kpis.write.results import ResultEntries
from nhrc_plan.exchange.packing import Unpacked
from nhrc_plan.tables.cells import Unclear, figure, month_of, plain_text
from nhrc_plan.tables.kinds.base import (
    CODE,
    MONTH,
    YEAR,
    Draft,
    Reading,
    TableKind,
)
from nhrc_plan.tables.kinds.finding import Finder, Found
from nhrc_plan.tables.kinds.indicators import MEASURE, NAME, indicator_finder, measure_of
from nhrc_plan.tables.lines import Field, Line
from nhrc_plan.tables.rules import normal
from strategy.calendar import FiscalMonth
from strategy.thai import format_exact, month_name


def _said(value: Value | None) -> str:
    """A figure as people read it."""
    if value is None:
        return ""
    if value.is_ratio:
        return " ÷ ".join("?" if part is None else format_exact(part)
                          for part in (value.numerator, value.denominator))  # fmt: skip
    return "" if value.value is None else format_exact(value.value)


_WORDS = ("narrative", "problems", "next_steps", "fall_reason")


class ResultsReading(Reading):
    """Lines of one indicator and month are one result; what has no column stays as it stands."""

    stored = Result

    def finder(self) -> Finder[Indicator]:
        return indicator_finder(self.plan)

    def drafts(self, found: Sequence[tuple[Line, Found[Indicator]]]) -> list[Draft]:
        kept = self._kept({hit.thing.pk for _line, hit in found if hit.thing})
        drafts: dict[Any, Draft] = {}
        seen: set[tuple[Any, int]] = set()
        for line, hit in found:
            indicator = hit.thing
            assert indicator is not None
            draft = Draft(self.row(line, f"{indicator.code} {indicator.name}"[:160]), key=line.key)
            try:
                year, month = month_of(line, self.match)
                key = (indicator.pk, year, month)
                if key in drafts and not self._repeats(indicator, line, key, seen):
                    draft = drafts[key]
                else:
                    # What stands in the list already is named beside its own row.
                    draft.key = key
                    self._begin(draft, indicator, year, month, kept.get(key))
                    drafts[key if key not in drafts else line.key] = draft
                self._take(draft, indicator, line, seen)
            except Unclear as unclear:
                self.unclear(draft, unclear)
                drafts.setdefault(draft.key, draft)
            if hit.asked:
                draft.asked.append(hit.asked)
        return list(drafts.values())

    def _repeats(self, indicator: Indicator, line: Line, key: Any, seen: set[Any]) -> bool:
        if not any(line.text(name) for name in ("value", "numerator", "denominator")):
            return len(indicator.measures.all()) == 1
        return (key, measure_of(indicator, line).pk) in seen

    def _kept(self, ids: set[int]) -> dict[tuple[int, int, int], Result]:
        rows = Result.objects.filter(indicator__in=ids).prefetch_related("values")
        return {(row.indicator_id, row.fiscal_year, row.month): row for row in rows}

    def _begin(
        self, draft: Draft, indicator: Indicator, year: int, month: int, kept: Result | None
    ) -> None:
        """An entry that says what stands."""
        draft.kept = kept
        draft.row.name = f"{draft.row.name} · {month_name(FiscalMonth(year, month), short=True)}"
        counted = kept is not None and kept.state not in Result.UNSENT
        stands: dict[str, Any] = {}
        if kept is not None:
            stands = {
                name: getattr(kept, name)
                for name in ("progress", "progress_percent", "no_cases", "outcome", *_WORDS)
            } | {
                "values": {row.measure_id: Value(row.value, row.numerator, row.denominator)
                           for row in kept.values.all()},
                "steps_done": tuple(kept.steps_done),
                "expected_version": kept.version,
            }  # fmt: skip
        submits = self.submits or counted
        draft.entry = ResultEntry(
            indicator=indicator,
            fiscal_year=year,
            month=month,
            state=Result.State.SUBMITTED if submits else Result.State.DRAFT,
            **stands,
        )
        if submits and kept is not None and not counted:
            label = Result._meta.get_field("state").verbose_name
            draft.says(label, kept.get_state_display(), str(Result.State.SUBMITTED.label))

    def _take(self, draft: Draft, indicator: Indicator, line: Line, seen: set[Any]) -> None:
        changes: dict[str, Any] = {}
        parts = {name: figure(line.cell(name), self.match, percent=True)
                 for name in ("value", "numerator", "denominator")}  # fmt: skip
        if any(part is not None for part in parts.values()):
            measure = measure_of(indicator, line)
            if "%" in line.text("value") and measure.kind == Measure.Kind.NUMBER:
                text = _("This counts things; write a number without %.")
                raise Unclear(line.cell("value"), text)
            seen.add((draft.key, measure.pk))
            new = Value(**parts)
            stood = draft.entry.values.get(measure.pk)
            label = str(measure) if len(indicator.measures.all()) > 1 else _("result")
            draft.says(label, _said(stood), _said(new))
            changes["values"] = {**draft.entry.values, measure.pk: new}
            for name in parts:
                draft.cells[value_field(measure.pk, name)] = line.cell(name)
        percent = figure(line.cell("progress_percent"), self.match, percent=True)
        if percent is not None:
            changes["progress_percent"] = percent
            before = draft.entry.progress_percent
            draft.says(_("progress (%)"), "" if before is None else format_exact(before),
                       format_exact(percent))  # fmt: skip
            draft.cells["progress_percent"] = line.cell("progress_percent")
        progress = plain_text(line.cell("progress"))
        if progress:
            chosen = {normal(str(label)): value for value, label in Result.Progress.choices}
            value = chosen.get(normal(progress), "")
            if not value:
                labels = ", ".join(str(label) for _value, label in Result.Progress.choices)
                raise Unclear(line.cell("progress"),
                              _("Choose one of: %(choices)s.") % {"choices": labels})  # fmt: skip
            stands = dict(Result.Progress.choices).get(draft.entry.progress, "")
            draft.says(_("progress"), str(stands), str(dict(Result.Progress.choices)[value]))
            changes["progress"] = value
            draft.cells["progress"] = line.cell("progress")
        for name in _WORDS:
            text = plain_text(line.cell(name))
            if text:
                changes[name] = text
                before_text = getattr(draft.entry, name)
                draft.says(Results().label(name), before_text[:200], text[:200])
                draft.cells[name] = line.cell(name)
        draft.entry = replace(draft.entry, **changes)

    def confirm(self, draft: Draft) -> None:
        super().confirm(draft)
        amounts = {pk: value.amount for pk, value in draft.entry.values.items()}
        confirmed = {pk: amount for pk, amount in amounts.items() if amount is not None}
        draft.entry = replace(draft.entry, confirmed=confirmed)

    def refusals(self, drafts: Sequence[Draft]) -> Mapping[int, ValidationError]:
        return ResultEntries.problems([draft.entry for draft in drafts], self.today)


class Results(TableKind):
    code = "results"
    name = gettext_lazy("results of many units")
    drafts = True
    fields = (
        CODE,
        NAME,
        MEASURE,
        Field("value", gettext_lazy("result"),
              ("ผลการดำเนินงาน", "ผลงาน", "ผล", "ผลที่ได้", "ค่าจริง", "result", "actual"), "number",
              True, share=True, monthly=True),
        Field("numerator", gettext_lazy("or: how many"), ("ตัวตั้ง", "จำนวนที่ได้", "numerator"),
              "number", True),
        Field("denominator", gettext_lazy("of how many"), ("ตัวหาร", "จำนวนทั้งหมด", "denominator"),
              "number", True),
        Field("progress", gettext_lazy("progress"), ("ความก้าวหน้า", "สถานะ", "progress"),
              figure=True),
        Field("progress_percent", gettext_lazy("progress (%)"),
              ("ร้อยละความก้าวหน้า", "progress percent"), "number", True, share=True),
        Field("narrative", gettext_lazy("what was done"), ("รายละเอียดผลการดำเนินงาน", "narrative")),
        Field("problems", gettext_lazy("problems and obstacles"),
              ("ปัญหา", "ปัญหาอุปสรรค", "problems")),
        Field("next_steps", gettext_lazy("next steps"), ("แนวทางแก้ไข", "next steps")),
        Field("fall_reason", gettext_lazy("reason for a lower cumulative figure"),
              ("เหตุผลที่ค่าลดลง",)),
        YEAR,
        MONTH,
    )  # fmt: skip
    reading = ResultsReading

    def write(self, user: Any, entries: Sequence[Any], reason: str, today: date) -> None:
        rows = {"kpis.indicator": Indicator.objects.select_related("strategy__plan", "unit")}
        read = Unpacked(entries, (ResultEntry, Value), rows)
        ResultEntries.record_many(user=user, entries=read.values, today=today, reason=reason)
