"""Targets of indicators, by year."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kpis.models import Indicator, Measure, YearTarget
from kpis.write.checks import value_field
from kpis.write.targets import (
    EnteredPoint,
    TargetChange,
    TargetEntry,
    target_problems,
    targets_change,
)
from nhrc_plan.exchange.packing import Unpacked
from nhrc_plan.tables.cells import Unclear, figure, plain_text, year_of
from nhrc_plan.tables.kinds.base import (
    CODE,
    REASON,
    YEAR,
    Draft,
    Reading,
    TableKind,
)
from nhrc_plan.tables.kinds.finding import Finder, Found
from nhrc_plan.tables.kinds.indicators import MEASURE, NAME, indicator_finder, measure_of
from nhrc_plan.tables.lines import Field, Line
from strategy.thai import format_exact

_POINTS = ("value", "q1", "q2", "q3")


class TargetsReading(Reading):
    """Lines of one indicator and year are one target."""

    stored = YearTarget

    def finder(self) -> Finder[Indicator]:
        return indicator_finder(self.plan)

    def drafts(self, found: Sequence[tuple[Line, Found[Indicator]]]) -> list[Draft]:
        ids = {hit.thing.pk for _line, hit in found if hit.thing}
        rows = YearTarget.objects.filter(indicator__in=ids).prefetch_related("values")
        kept = {(row.indicator_id, row.fiscal_year): row for row in rows}
        drafts: dict[Any, Draft] = {}
        seen: dict[Any, set[int]] = defaultdict(set)
        for line, hit in found:
            indicator = hit.thing
            assert indicator is not None
            draft = Draft(self.row(line, f"{indicator.code} {indicator.name}"[:160]), key=line.key)
            try:
                year = self._year(line)
                key = (indicator.pk, year)
                words = plain_text(line.cell("milestone"))
                measure = None if words else measure_of(indicator, line)
                repeats = key in drafts and (measure is None or measure.pk in seen[key])
                if key in drafts and not repeats:
                    draft = drafts[key]
                else:
                    draft.key = key
                    self._begin(draft, indicator, year, kept.get(key))
                    drafts[line.key if repeats else key] = draft
                if measure is not None:
                    seen[key].add(measure.pk)
                self._take(draft, indicator, line, measure, words)
            except Unclear as unclear:
                self.unclear(draft, unclear)
                drafts.setdefault(draft.key, draft)
            if hit.asked:
                draft.asked.append(hit.asked)
        return list(drafts.values())

    def _year(self, line: Line) -> int:
        year = year_of(line, self.match)
        plan = self.plan
        if year not in plan.years:
            raise Unclear(
                line.cell("year"),
                _("This plan runs from fiscal year %(first)s to %(last)s.")
                % {"first": plan.first_year, "last": plan.last_year},
            )
        return year

    def _begin(
        self, draft: Draft, indicator: Indicator, year: int, kept: YearTarget | None
    ) -> None:
        draft.kept = kept
        draft.row.name = f"{draft.row.name} · {year}"
        values: dict[int, EnteredPoint] = {}
        if kept is not None:
            values = {
                row.measure_id: EnteredPoint(row.value, row.q1, row.q2, row.q3)
                for row in kept.values.all()
            }
        row = kept or YearTarget(indicator=indicator, fiscal_year=year)
        target = TargetEntry(row.kind, values, row.milestone, row.due_month)
        draft.entry = TargetChange(
            indicator, year, target, expected_version=kept.version if kept else None
        )

    def _take(
        self, draft: Draft, indicator: Indicator, line: Line, measure: Measure | None, words: str
    ) -> None:
        entry = draft.entry.target
        reason = plain_text(line.cell("reason")) or draft.entry.reason
        kinds = dict(YearTarget.Kind.choices)
        before_kind = str(kinds[entry.kind]) if draft.kept is not None else ""
        if measure is None:
            draft.says(_("milestone"), entry.milestone, words)
            entry = replace(entry, kind=YearTarget.Kind.MILESTONE, milestone=words, values={})
            draft.cells["milestone"] = line.cell("milestone")
        else:
            points = {name: figure(line.cell(name), self.match, percent=True) for name in _POINTS}
            stood = entry.values.get(measure.pk, EnteredPoint(None))
            new = EnteredPoint(*(
                getattr(stood, name) if point is None else point for name, point in points.items()
            ))  # fmt: skip
            several = f" ({measure})" if len(indicator.measures.all()) > 1 else ""
            for name in _POINTS:
                if points[name] is not None:
                    label = f"{Targets().label(name)}{several}"
                    draft.says(label, _number(getattr(stood, name)), _number(getattr(new, name)))
                draft.cells[value_field(measure.pk, name)] = line.cell(name)
            entry = replace(entry, kind=YearTarget.Kind.NUMERIC, milestone="", due_month=None,
                            values={**entry.values, measure.pk: new})  # fmt: skip
        draft.says(_("kind"), before_kind, str(kinds[entry.kind]))
        draft.entry = replace(draft.entry, target=entry, reason=reason)

    def refusals(self, drafts: Sequence[Draft]) -> Mapping[int, ValidationError]:
        found = {}
        for place, draft in enumerate(drafts):
            errors = target_problems(draft.entry.indicator, draft.entry.target)
            if errors:
                found[place] = ValidationError(dict(errors))
        return found


def _number(value: Decimal | None) -> str:
    return "" if value is None else format_exact(value)


class Targets(TableKind):
    code = "targets"
    name = gettext_lazy("targets")
    goes_back = False
    period = "year"
    asks_reason = True
    fields = (
        CODE,
        NAME,
        MEASURE,
        Field("value", gettext_lazy("target"), ("ค่าเป้าหมาย", "เป้าหมาย", "target", "goal"),
              "number", True, True, share=True),
        Field("q1", gettext_lazy("planned by quarter 1"), ("ไตรมาส 1", "q1"), "number", True,
              share=True),
        Field("q2", gettext_lazy("planned by quarter 2"), ("ไตรมาส 2", "q2"), "number", True,
              share=True),
        Field("q3", gettext_lazy("planned by quarter 3"), ("ไตรมาส 3", "q3"), "number", True,
              share=True),
        Field("milestone", gettext_lazy("milestone"), ("เป้าหมายเชิงคุณภาพ", "หลักหมาย", "milestone"),
              figure=True),
        YEAR,
        REASON,
    )  # fmt: skip
    reading = TargetsReading

    def write(self, user: Any, entries: Sequence[Any], reason: str, today: date) -> None:
        rows = {
            "kpis.indicator": Indicator.objects.select_related("strategy__plan")
            .prefetch_related("measures")
        }  # fmt: skip
        read = Unpacked(entries, (TargetChange, TargetEntry), rows)
        targets_change(user=user, changes=read.values, reason=reason)
