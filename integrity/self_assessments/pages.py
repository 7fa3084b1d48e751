"""The pages of assessments by rubric. They are staff's alone, whatever PUBLIC_READING opens."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import django_filters
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from integrity.self_assessments import data, sheets
from integrity.self_assessments.access import may_fill_in, readable_assessments
from integrity.self_assessments.checks import structure_problems
from integrity.self_assessments.listing import Edition, assessment_rows, editions, policy_counts
from integrity.self_assessments.models import SelfAssessment
from integrity.self_assessments.read import (
    answer_figures,
    assessment_page,
    blank_parts,
    figure_names,
    find_assessment,
    find_rubric,
    rubric_tree,
)
from integrity.self_assessments.rows import AssessmentPage
from strategy.comments.read import talk_about
from strategy.drawing.geometry_small import Progress, progress
from strategy.pages.page import Page, as_json, staff_page, xlsx
from strategy.standing.status import HUNDRED
from strategy.thai import sort_key


class AssessmentFilter(django_filters.FilterSet):
    """Edition, level, province and part of a name. One query for the provinces to choose from."""

    text = django_filters.CharFilter(label=_("name"), method="filter_text")
    rubric = django_filters.ChoiceFilter(label=_("edition"), empty_label=_("all"))
    level = django_filters.ChoiceFilter(
        label=_("level of the organisation"),
        choices=SelfAssessment.Level.choices,
        empty_label=_("all"),
    )
    province = django_filters.ChoiceFilter(label=_("province"), empty_label=_("all"))

    class Meta:
        model = SelfAssessment
        fields: list[str] = []

    def __init__(
        self, data: Any, *, queryset: QuerySet[SelfAssessment], editions: Mapping[int, Edition]
    ) -> None:
        super().__init__(data, queryset=queryset)
        self.filters["rubric"].extra["choices"] = [
            (pk, edition.name) for pk, edition in editions.items()
        ]
        names = queryset.order_by().values_list("province", flat=True).distinct()
        self.filters["province"].extra["choices"] = [
            (name, name) for name in sorted(filter(None, names), key=sort_key)
        ]

    def filter_text(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return queryset.filter(Q(organisation__icontains=value) | Q(province__icontains=value))


#: Organisations on one page of the list.
PER_PAGE = 50

#: The printable form, empty or as it was filled in.
_FORM = "integrity/self_assessments/assessment_form.html"


@staff_page
def assessments(request: HttpRequest, page: Page) -> HttpResponse:
    """The organisations that have assessed themselves, as far as the reader may see them."""
    found = readable_assessments(page.viewer)
    known = editions()
    filters = AssessmentFilter(request.GET, queryset=found, editions=known)
    ordered = filters.qs.select_related("agency").order_by(
        "-rubric__fiscal_year", "organisation", "pk"
    )
    listed = Paginator(ordered, PER_PAGE).get_page(request.GET.get("page"))
    rows = assessment_rows(list(listed.object_list), known)
    policies = policy_counts(approved_only=bool(page.plan and page.plan.approved_only))
    if page.as_data:
        return as_json(data.assessments(listed, rows, policies))
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
    return render(request, "integrity/self_assessments/assessments.html", context)


@staff_page
def rubric(request: HttpRequest, page: Page, rubric_id: int) -> HttpResponse:
    """The instrument itself; with ?print=1 the empty form on paper."""
    shown = rubric_tree(find_rubric(rubric_id))
    if page.as_data:
        return as_json(data.rubric(shown))
    paper = request.GET.get("print") == "1"
    template = (
        "integrity/self_assessments/assessment_form.html"
        if paper
        else "integrity/self_assessments/rubric.html"
    )
    context = {
        "page": page,
        "here": "assessments",
        "rubric": shown,
        "forms": blank_parts(shown),
        "problems": structure_problems(shown),
    }
    return render(request, template, context)


@staff_page
def assessment(request: HttpRequest, page: Page, assessment_id: int) -> HttpResponse:
    """One organisation's assessment; with ?print=1 the form on paper as it is filled in."""
    shown = assessment_page(find_assessment(page.viewer, assessment_id))
    if page.as_data:
        return as_json(data.assessment(shown))
    paper = request.GET.get("print") == "1"
    figures = {} if paper else answer_figures(shown.facts.id)
    context = {
        "page": page,
        "here": "assessments",
        "shown": shown,
        "rubric": shown.rubric,
        "problems": structure_problems(shown.rubric),
        "forms": shown.parts,
        "bars": bars(shown),
        "talk": talk_about(page.viewer, figures, names=figure_names(figures)),
        "may_fill_in": request.user.is_staff
        and not shown.facts.is_approved
        and may_fill_in(page.viewer, shown.facts.agency_id),
    }
    template = (
        "integrity/self_assessments/assessment_form.html"
        if paper
        else "integrity/self_assessments/assessment.html"
    )
    return render(request, template, context)


@staff_page
def workbook(request: HttpRequest, page: Page, assessment_id: int) -> HttpResponse:
    """The same assessment as a workbook: the result, and the form."""
    shown = assessment_page(find_assessment(page.viewer, assessment_id))
    what, year = _("Result of the assessment"), shown.rubric.fiscal_year
    return xlsx(sheets.workbook(shown), what, shown.facts.organisation, year)


def bars(shown: AssessmentPage) -> list[tuple[Any, Progress]]:
    """Each part with a bar of its points out of its full points."""
    return [(row, progress(row.points, None, row.full or HUNDRED)) for row in shown.parts]
