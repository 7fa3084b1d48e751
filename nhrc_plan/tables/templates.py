"""A table to fill in for each kind, with what the plan has already: its headings are known."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from io import StringIO
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from budgets.models import Project
from integrity.ita.models import ItaAssessment
from integrity.ita.scores import ScoreTree
from kpis.models import Indicator
from nhrc_plan.tables.kinds.base import TableKind
from strategy.models import Plan
from strategy.workbook.book import Book
from strategy.workbook.texts import clean_text, starts_formula

_WIDTHS = {"code": 14.0, "name": 60.0, "measure": 30.0, "year": 12.0, "month": 14.0}
_WORDS = 24.0


def _heads(kind: TableKind) -> list[str]:
    """A heading for each field; amounts say their unit."""
    unit = f" ({_('baht')})"
    return [
        capfirst(str(each.label)) + (unit if each.kind == "baht" else "") for each in kind.fields
    ]


def _rows(kind: TableKind, plan: Plan) -> Iterator[dict[str, Any]]:
    """What the plan has, by field."""
    if kind.code in ("results", "targets"):
        rows = Indicator.objects.filter(strategy__plan=plan).select_related("strategy__plan")
        for row in rows.order_by("strategy__number", "position").prefetch_related("measures"):
            measures = list(row.measures.all())
            for measure in measures:
                own = str(measure) if len(measures) > 1 else measure.unit_label
                yield {"code": row.code, "name": row.name, "measure": own}
    elif kind.code in ("disbursements", "budgets"):
        projects = Project.objects.filter(strategy__plan=plan).select_related("strategy")
        for project in projects.order_by("strategy__number", "number"):
            code = f"{project.strategy.number}-{project.number}"
            yield {"code": code, "name": project.name}
    elif kind.code == "ita":
        last = ItaAssessment.objects.filter(agency=plan.agency_id).order_by("-fiscal_year").first()
        for place in ScoreTree(last) if last else ():
            yield {"code": place.key, "instrument": place.instrument, "name": place.name}


def template_xlsx(kind: TableKind, plan: Plan) -> bytes:
    """The table as a workbook."""
    title = capfirst(str(kind.name))
    book = Book(title=title, creator=plan.agency.name)
    sheet = book.sheet(title, [_WIDTHS.get(each.name, _WORDS) for each in kind.fields])
    head = sheet.head(_heads(kind))
    for row in _rows(kind, plan):
        sheet.write([row.get(each.name) for each in kind.fields], "text")
    sheet.table(head)
    return book.save()


def template_csv(kind: TableKind, plan: Plan) -> bytes:
    """The table as text that Thai Excel opens rightly."""
    stream = StringIO()
    writer = csv.writer(stream)
    writer.writerow(_heads(kind))
    for row in _rows(kind, plan):
        writer.writerow([_safe(row.get(each.name, "")) for each in kind.fields])
    return ("\ufeff" + stream.getvalue()).encode()


def _safe(value: Any) -> str:
    text = clean_text(value)
    return f"'{text}" if starts_formula(text) else text
