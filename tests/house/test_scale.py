"""The database of realistic size that scale is measured on: copies equal what they are made of."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client

from benchmarks.scale.compared import Compared
from benchmarks.scale.size import APART, copied
from kpis.models import Indicator, Measure, YearTarget
from proof.rows import Broken
from proof.scale.growth import judged
from strategy.models import Agency, Plan


def test_a_copied_agency_has_pages_and_history_of_its_own(plan, planner):
    counts = {model: model._base_manager.count() for model in (Agency, Indicator, YearTarget)}
    copied(3)
    for model, count in counts.items():
        assert model._base_manager.count() == 3 * count
        assert model.history.count() % 3 == 0
    connection.check_constraints()
    reader = Client()
    reader.force_login(planner)
    copy = Plan.objects.get(slug=f"{plan.slug}-2")
    own, others = (
        reader.get(f"/plans/{each.slug}/indicators.json").json()["indicators"]
        for each in (plan, copy)
    )
    assert [row["code"] for row in own] == [row["code"] for row in others] and own
    target = YearTarget.objects.filter(indicator__strategy__plan=copy, values__isnull=False)[0]
    told = target.history.latest().details["values"][0]["measure"]
    assert told > 2 * APART and Measure.objects.get(pk=told).indicator == target.indicator
    Agency.objects.create(slug="next", name="next")


def asked(what="/", queries=(5, 5), seconds=(0.1, 0.1), lists_all=False):
    few, many = ({"queries": each, "whole": {}, "rows": 1, "status": 200} for each in queries)
    return Compared(what, few, many, seconds, lists_all)


@pytest.mark.parametrize("grown", [{"queries": (5, 6)}, {"seconds": (0.1, 0.13)}])
def test_a_page_that_grows_is_told(grown):
    assert "0 grow" in judged([asked(), asked(seconds=(0.001, 0.003))], 1000)
    with pytest.raises(Broken, match="1 grow \\(/slow/\\)"):
        judged([asked(), asked("/slow/", **grown)], 1000)
    assert "1 that list all" in judged([asked(), asked("/slow/", lists_all=True, **grown)], 1000)
