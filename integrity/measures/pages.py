"""The reading pages of integrity measures: the years, and one year by quarter."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from integrity.measures import data, sheets
from integrity.measures.figures import quarter_figures
from integrity.measures.models import ItaMeasure
from integrity.measures.read import measure_years, with_after_lock, year_row
from integrity.measures.rows import YearRow
from integrity.measures.rules import QUARTERS, has_begun, latest_quarter
from strategy.comments.read import Talk, talk_about
from strategy.drawing.geometry_small import segments
from strategy.owners.read import owners_shown
from strategy.pages.beside import panels_beside
from strategy.pages.neighbours import Near, neighbours
from strategy.pages.page import Page, agency_page, as_json, xlsx
from strategy.thai import to_arabic


@agency_page
def measures(request: HttpRequest, page: Page) -> HttpResponse:
    """The fiscal years that have measures."""
    years = measure_years(page.agency.pk)
    if page.as_data:
        return as_json(data.years(page.agency, years))
    context = {
        "page": page,
        "nav": "integrity",
        "here": "measures",
        "years": years,
        "has_sample": any(year.is_sample for year in years),
    }
    return render(request, "integrity/measures/measures.html", context)


@agency_page
def measure_year(request: HttpRequest, page: Page, year: int) -> HttpResponse:
    """One year's measures at a quarter."""
    years, shown, quarter = _found(request, page, year)
    if page.as_data:
        return as_json(data.year(shown, quarter))
    context = {
        "page": page,
        "nav": "integrity",
        "here": "measures",
        "years": [each.fiscal_year for each in years],
        "near": neighbours(
            sorted(each.fiscal_year for each in years),
            year,
            lambda each: Near(reverse("measure_year", args=[each]), str(each)),
        ),
        "shown": shown,
        "quarter": quarter,
        "quarters": QUARTERS,
        "counts": shown.counts(quarter),
        "bar": segments([(each.colour, each.label, each.count) for each in shown.counts(quarter)]),
        "late": shown.late(quarter),
        "figures": [(row, figure) for row in shown.measures for figure in row.figures],
        "answered": [(row, answer) for row in shown.measures for answer in row.answers],
        "talk": _talk(page, shown, quarter),
        "owners": owners_shown(page.viewer, ItaMeasure, [row.id for row in shown.measures]),
        "beside": panels_beside(page, "measure", [row.id for row in shown.measures]),
        "writes_results": has_begun(shown.fiscal_year, 4, page.today),
    }
    return render(request, "integrity/measures/measure_year.html", context)


def _talk(page: Page, shown: YearRow, quarter: int) -> Talk | None:
    """Questions about the year's quarters, for whom they concern."""
    if not page.viewer.signed_in:
        return None
    figures = quarter_figures(shown.id)
    chosen = next((place for place in figures if place[1] == quarter), None)
    return talk_about(page.viewer, figures, chosen)


@agency_page
def measure_workbook(request: HttpRequest, page: Page, year: int) -> HttpResponse:
    """The same as a workbook."""
    _years, shown, quarter = _found(request, page, year)
    content = sheets.workbook(shown, quarter)
    return xlsx(content, _("integrity measures"), shown.fiscal_year, page.agency.name)


def _found(request: HttpRequest, page: Page, year: int) -> tuple[list[Any], YearRow, int]:
    """The agency's years, the one asked for with its rows, and the quarter asked for."""
    years = measure_years(page.agency.pk)
    asked = next((each for each in years if each.fiscal_year == year), None)
    if asked is None:
        raise Http404(_no_such_year(page, year, [each.fiscal_year for each in years]))
    quarter = _quarter(request.GET.get("quarter", ""))
    signed_in = page.viewer.signed_in
    found = year_row(asked, page.today, page.viewer, evidence=signed_in, answers=True)
    shown = with_after_lock(found)
    return years, shown, quarter or latest_quarter(year, page.today)


def _no_such_year(page: Page, year: int, known: list[int]) -> str:
    if not known:
        return _("%(agency)s has no integrity measures yet.") % {"agency": page.agency.name}
    return _(
        "There are no integrity measures of fiscal year %(year)s. There are those of %(known)s."
    ) % {"year": str(year)[:40], "known": ", ".join(map(str, known))}


def _quarter(text: str) -> int | None:
    """The quarter that an address asks for; None where it asks for none."""
    digits = to_arabic(text.strip())
    if not digits:
        return None
    if digits not in {str(quarter) for quarter in QUARTERS}:
        raise Http404(
            _("There is no quarter “%(text)s”. Quarters are 1 to 4.") % {"text": text[:40]}
        )
    return int(digits)
