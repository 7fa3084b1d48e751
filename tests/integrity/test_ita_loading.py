"""The published ITA assessments: loaded as fixtures say, whole, and never over what staff did."""

from __future__ import annotations

import json
from typing import Any

import pytest

from integrity.ita.load import ita_load
from integrity.models import (
    ItaAssessment,
    ItaGrade,
    ItaIndicator,
    ItaInstrument,
    ItaItem,
    Recommendation,
)
from nhrc_plan.setup import fixtures
from strategy.models import Agency
from strategy.records.write import record_delete, record_save
from tests.support.writing import differences, facts

pytestmark = pytest.mark.django_db
MODELS = (ItaAssessment, ItaGrade, ItaInstrument, ItaIndicator, ItaItem, Recommendation)


@pytest.fixture
def tree() -> Any:
    path = fixtures.FOLDER / "integrity" / "ita.json"
    return json.loads(path.read_text(encoding="utf-8"))


def counts() -> list[int]:
    return [model.objects.count() for model in MODELS]


def test_everything_of_the_fixture_is_there(plan):
    # 11 items with 9 parts and 7 sub-indicators with one item, of 2563 two items with 3 parts
    assert counts() == [3, 21, 6, 20, 11 + 9 + 7 + 1 + 2 + 3, 23]


def test_every_row_has_its_first_history_row(plan):
    for model in MODELS:
        kinds = model.history.values_list("history_type", "history_user_id").order_by().distinct()
        assert list(kinds) == [("+", None)], model
        assert model.history.count() == model.objects.count()


def test_loading_again_changes_nothing(plan, tree):
    before = facts()
    assert ita_load(tree, reason="again") == []
    fixtures.integrity_load()
    assert differences(before, facts()) == {}


def test_what_staff_changed_below_an_assessment_stays(plan, tree):
    """Also what they took away: the assessment is left alone with all that hangs from it."""
    item = ItaItem.objects.get(code="i27")
    item.text = "ข้อความใหม่"
    record_save(instance=item, user=None)
    record_delete(instance=Recommendation.objects.get(number=7), user=None)
    record_delete(instance=ItaIndicator.objects.filter(number=10).last(), user=None)
    before = facts()
    ita_load(tree, reason="again")
    assert differences(before, facts()) == {}


def test_a_deleted_assessment_does_not_come_back(plan, tree):
    record_delete(instance=ItaAssessment.objects.get(agency__slug="rlpd"), user=None)
    assert ita_load(tree, reason="again") == []
    assert not ItaAssessment.objects.filter(agency__slug="rlpd").exists()


def test_an_assessment_that_staff_moved_to_another_year_is_not_loaded_beside_it(plan, tree):
    row = ItaAssessment.objects.get(agency__slug="nhrc", fiscal_year=2563)
    row.fiscal_year = 2562
    record_save(instance=row, user=None)
    assert ita_load(tree, reason="again") == []


def test_an_agency_keeps_what_staff_wrote(plan, tree):
    agency = Agency.objects.get(slug="rlpd")
    agency.phone = "02 000 0000"
    record_save(instance=agency, user=None)
    ita_load(tree, reason="again")
    agency.refresh_from_db()
    assert agency.phone == "02 000 0000"


def test_a_new_assessment_is_loaded_beside_the_others(plan, tree):
    """Negative control: loading does add what was never there."""
    source = {**tree["assessments"][1], "fiscal_year": 2571}
    made = ita_load({"agencies": [], "assessments": [source]}, reason="new")
    assert [row.fiscal_year for row in made] == [2571]
    assert made[0].recommendations.count() == 23
    assert made[0].recommendations.get(number=1).instrument.assessment_id == made[0].pk
