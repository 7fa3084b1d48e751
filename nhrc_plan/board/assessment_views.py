"""The pages of assessments by rubric. They are staff's alone, whatever PUBLIC_READING opens."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from integrity.assessment_filters import AssessmentFilter
from integrity.rubric_access import may_fill_in, readable_assessments
from integrity.rubric_checks import structure_problems
from integrity.rubric_rows import AssessmentPage
from integrity.rubric_selectors import (
    assessment_page,
    assessment_rows,
    blank_parts,
    editions,
    find_assessment,
    find_rubric,
    policy_counts,
    rubric_tree,
)
from nhrc_plan.board import data_assessments, geometry, sheets_assessments
from nhrc_plan.board.geometry import Progress
from nhrc_plan.board.integrity_page import IntegrityPage, integrity_page
from nhrc_plan.board.views import as_json, ask_to_sign_in, xlsx
from strategy.status import HUNDRED

#: Organisations on one page of the list.
PER_PAGE = 50


def staff_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """An integrity page that asks for sign-in always."""

    @integrity_page
    @wraps(view)
    def wrapped(request: HttpRequest, page: IntegrityPage, **found: Any) -> HttpResponse:
        if not page.viewer.signed_in:
            return ask_to_sign_in(request, page.as_data)
        return view(request, page, **found)

    return wrapped


@staff_page
def assessments(request: HttpRequest, page: IntegrityPage) -> HttpResponse:
    """The organisations that have assessed themselves, as far as the reader may see them."""
    found = readable_assessments(page.viewer)
    known = editions()
    filters = AssessmentFilter(request.GET, queryset=found, editions=known)
    ordered = filters.qs.select_related("agency").order_by(
        "-rubric__fiscal_year", "organisation", "pk"
    )
    listed = Paginator(ordered, PER_PAGE).get_page(request.GET.get("page"))
    rows = assessment_rows(list(listed.object_list), known)
    policies = policy_counts()
    if page.as_data:
        return as_json(data_assessments.assessments(listed, rows, policies))
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "page": page,
        "here": "assessments",
        "filters": filters,
        "listed": listed,
        "rows": rows,
        "policies": policies,
        "editions": known.values(),
        "query": query.urlencode(),
        "data_query": request.GET.urlencode(),
    }
    return render(request, "pages/assessments.html", context)


@staff_page
def rubric(request: HttpRequest, page: IntegrityPage, rubric_id: int) -> HttpResponse:
    """The instrument itself; with ?print=1 the empty form on paper."""
    shown = rubric_tree(find_rubric(rubric_id))
    if page.as_data:
        return as_json(data_assessments.rubric(shown))
    paper = request.GET.get("print") == "1"
    template = "pages/assessment_form.html" if paper else "pages/rubric.html"
    context = {
        "page": page,
        "here": "assessments",
        "rubric": shown,
        "forms": blank_parts(shown),
        "problems": structure_problems(shown),
    }
    return render(request, template, context)


@staff_page
def assessment(request: HttpRequest, page: IntegrityPage, assessment_id: int) -> HttpResponse:
    """One organisation's assessment; with ?print=1 the form on paper as it is filled in."""
    shown = assessment_page(find_assessment(page.viewer, assessment_id))
    if page.as_data:
        return as_json(data_assessments.assessment(shown))
    paper = request.GET.get("print") == "1"
    context = {
        "page": page,
        "here": "assessments",
        "shown": shown,
        "rubric": shown.rubric,
        "problems": structure_problems(shown.rubric),
        "forms": shown.parts,
        "bars": bars(shown),
        "may_fill_in": request.user.is_staff and may_fill_in(page.viewer, shown.facts.agency_id),
    }
    template = "pages/assessment_form.html" if paper else "pages/assessment.html"
    return render(request, template, context)


@staff_page
def workbook(request: HttpRequest, page: IntegrityPage, assessment_id: int) -> HttpResponse:
    """The same assessment as a workbook: the result, and the form."""
    shown = assessment_page(find_assessment(page.viewer, assessment_id))
    name = f"assessment-{shown.rubric.fiscal_year}-{shown.facts.id}.xlsx"
    return xlsx(sheets_assessments.workbook(shown), name)


def bars(shown: AssessmentPage) -> list[tuple[Any, Progress]]:
    """Each part with a bar of its points out of its full points."""
    return [(row, geometry.progress(row.points, None, row.full or HUNDRED)) for row in shown.parts]
