"""Exports of lists whose rows hold a figure for each measure: a row for each figure."""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy

from kpis.rules.facts import percentage
from strategy.pages.data import rounded
from strategy.records.admin import RecordAdmin
from strategy.thai import plain


def _number(value: Decimal | None) -> Decimal | None:
    """A number exact as entered, without the zeros that its column adds."""
    text = plain(value)
    return None if text is None else Decimal(text)


class ByMeasure(RecordAdmin):
    """A list of records with ``values``, one for each measure of their indicator.

    An export has a row for each of them, so that label, unit and every number stand in columns of
    their own; a record without any keeps its one row.
    """

    def export_rows(self, row: Any) -> Iterator[Any]:
        values = sorted(row.values.all(), key=lambda value: value.measure.position)
        for value in values or [None]:
            part = copy(row)
            part.measured = value
            yield part

    def number(self, row: Any, name: str) -> Decimal | None:
        """A number of the row's measure; None where it has none."""
        return _number(getattr(row.measured, name)) if row.measured else None

    @admin.display(description=gettext_lazy("what is measured"))
    def measure_label(self, row: Any) -> str:
        return row.measured.measure.label if row.measured else ""

    @admin.display(description=gettext_lazy("unit of measure"))
    def measure_unit(self, row: Any) -> str:
        return row.measured.measure.unit_label if row.measured else ""

    @admin.display(description=gettext_lazy("value"))
    def value(self, row: Any) -> Decimal | None:
        return self.number(row, "value")


class ResultsByMeasure(ByMeasure):
    """A percentage with how many of how many it was counted from."""

    export_columns = (
        "code", "shown", "measure_label", "measure_unit", "numerator", "denominator", "value",
        "evidence_shown",
    )  # fmt: skip

    @admin.display(description=gettext_lazy("numerator"))
    def numerator(self, row: Any) -> Decimal | None:
        return self.number(row, "numerator")

    @admin.display(description=gettext_lazy("denominator"))
    def denominator(self, row: Any) -> Decimal | None:
        return self.number(row, "denominator")

    @admin.display(description=gettext_lazy("value"))
    def value(self, row: Any) -> Decimal | None:
        """The figure; of a percentage that was counted, rounded as in the pages' data."""
        counted = row.measured
        if counted is None or counted.value is not None:
            return super().value(row)
        return _number(rounded(percentage(counted.numerator, counted.denominator)))


class TargetsByMeasure(ByMeasure):
    """What is promised, with what is planned for the quarters."""

    export_columns = ("code", "shown", "measure_label", "measure_unit", "value", "q1", "q2", "q3")

    @admin.display(description=gettext_lazy("planned by quarter 1"))
    def q1(self, row: Any) -> Decimal | None:
        return self.number(row, "q1")

    @admin.display(description=gettext_lazy("planned by quarter 2"))
    def q2(self, row: Any) -> Decimal | None:
        return self.number(row, "q2")

    @admin.display(description=gettext_lazy("planned by quarter 3"))
    def q3(self, row: Any) -> Decimal | None:
        return self.number(row, "q3")
