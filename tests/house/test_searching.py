"""Lists of the admin are searched by what people know: a code, a name, a part of a Thai word."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from kpis.models import Indicator, Result, YearTarget
from strategy.models import Agency, Unit
from strategy.records import lists
from strategy.records.lists import PRINTED, printed_code
from tests.support.pages import DAY, enter
from tests.support.writing import OWN, indicator_of

pytestmark = pytest.mark.django_db

LISTS = ["kpis_result", "kpis_indicator", "kpis_yeartarget"]


@pytest.fixture
def search(plan, planner, client, today):
    today(DAY)
    enter(plan, "S3-1.1", 2567, 12, "66")
    client.force_login(planner)

    def found(name: str, term: str) -> set[str]:
        page = client.get(reverse(f"admin:{name}_changelist"), {"q": term, "all": ""})
        assert page.status_code == 200
        return {row.code if hasattr(row, "code") else row.indicator.code
                for row in page.context["cl"].result_list}  # fmt: skip

    return found


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("term", ["S3-1.1", "s3-1.1", "3-1.1", "S3-1.1 "])
def test_by_code(search, name, term):
    assert "S3-1.1" in search(name, term)
    assert not search(name, "S3-9.9")


@pytest.mark.parametrize("name", LISTS)
def test_by_a_part_of_a_thai_word_and_by_unit(plan, search, name):
    indicator = indicator_of(plan, "S3-1.1")
    part = indicator.name[3:12]
    assert "S3-1.1" in search(name, part)
    assert "S3-1.1" in search(name, f"S3-1.1 {part}")
    assert not search(name, f"S1-1.1 {part}x")


def test_by_the_unit(plan, search):
    indicator_of(plan, "S3-1.1", OWN)
    for name in LISTS:
        assert "S3-1.1" in search(name, OWN[5:15])


def test_a_project_by_its_place_in_the_plan(plan, planner, client):
    client.force_login(planner)
    page = client.get(reverse("admin:budgets_project_changelist"), {"q": "1-2"})
    assert {(row.strategy.number, row.number) for row in page.context["cl"].result_list} == {(1, 2)}


def test_what_is_searched_is_what_pages_print(plan):
    rows = Indicator.objects.annotate(**{PRINTED: printed_code("")})
    rows = rows.select_related("strategy__plan")
    assert rows and all(row.code == getattr(row, PRINTED) for row in rows)


def test_with_columns_alone_the_code_would_not_be_found(search, monkeypatch):
    from django.contrib import admin

    for model in (Result, Indicator, YearTarget):
        monkeypatch.setattr(admin.site._registry[model], "code_of", None)
    assert not any(search(name, "S3-1.1") for name in LISTS)


# ------------------------------------------------------------------------------------- filters


def links(page):
    return re.findall(r'href="\?([^"]*indicator__unit__id__exact=\d+)"', page.content.decode())


@pytest.fixture
def many_units(plan):
    """Another agency with more units than anybody would look through."""
    other = Agency.objects.create(name="หน่วยงานอื่น", slug="other")
    Unit.objects.bulk_create(Unit(agency=other, name=f"หน่วย {n}") for n in range(lists.MOST))
    return Unit.objects.filter(agency=plan.agency).count()


def test_filters_link_to_ones_own_agency_where_there_are_many(many_units, planner, client):
    client.force_login(planner)
    address = reverse("admin:kpis_result_changelist")
    assert len(links(client.get(address))) == many_units
    # Whom it does not list can still be asked for.
    foreign = Unit.objects.latest("pk")
    asked = client.get(address, {"indicator__unit__id__exact": foreign.pk})
    assert asked.status_code == 200 and not asked.context["cl"].result_count


def test_without_a_limit_every_unit_would_be_a_link(many_units, planner, client, monkeypatch):
    monkeypatch.setattr(lists, "MOST", 10_000)
    client.force_login(planner)
    page = client.get(reverse("admin:kpis_result_changelist"))
    assert len(links(page)) == many_units + 60
