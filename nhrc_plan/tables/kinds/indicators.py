"""What tables of indicators share: how a line finds its indicator, and the measure it is of."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kpis.models import Indicator, Measure
from nhrc_plan.tables.cells import Unclear, plain_text
from nhrc_plan.tables.kinds.finding import Finder, Known
from nhrc_plan.tables.lines import Field, Line
from nhrc_plan.tables.rules import normal
from strategy.models import Plan

_UNKNOWN = gettext_lazy("The plan has no indicator “%(told)s”. Write its code, such as S3-1.1.")
NAME = Field(
    "name",
    gettext_lazy("indicator"),
    ("ตัวชี้วัด", "ชื่อตัวชี้วัด", "indicator name", "indicator", "kpi", "รายการ"),
)
MEASURE = Field(
    "measure", gettext_lazy("what is measured"), ("สิ่งที่วัด", "หน่วยนับ", "measure", "unit of measure")
)


def indicator_finder(plan: Plan) -> Finder[Indicator]:
    """Finds a plan's indicators, each with its measures, by code with or without the prefix."""
    rows = (
        Indicator.objects.filter(strategy__plan=plan)
        .select_related("strategy__plan", "unit")
        .prefetch_related("measures")
    )
    return Finder(
        (Known(row, (row.code, row.code.removeprefix(plan.code_prefix)), row.name) for row in rows),
        _UNKNOWN,
    )


def measure_of(indicator: Indicator, line: Line) -> Measure:
    """The measure that a line is of. Raises Unclear."""
    measures = list(indicator.measures.all())
    cell = line.cell("measure")
    text = plain_text(cell)
    if len(measures) == 1:
        return measures[0]
    hits = [
        each for each in measures
        if text and normal(text) in (normal(each.label), normal(each.unit_label))
    ]  # fmt: skip
    if len(hits) == 1:
        return hits[0]
    raise Unclear(
        cell,
        _("This indicator measures several things; write which: %(measures)s.")
        % {"measures": ", ".join(str(each) for each in measures)},
    )
