"""Many who save scores of one assessment at once: one of them wins, the others are told."""

from decimal import Decimal as D

import pytest

from integrity.ita import write as ita_services
from integrity.ita.scores import ScoreEntry
from integrity.ita.write import ScoreEntries
from integrity.models import ItaAssessment, ItaItem
from strategy.records.write import StaleVersion
from tests.support.racing import blind_claim, split, together

pytestmark = pytest.mark.django_db(transaction=True)

CODES = ("i25", "i27", "i29", "e11", "e12", "e13", "e14", "e15")


def saved_at_once(plan, planner, after):
    """Each writes another question's score, all having read the same version."""
    assessment = ItaAssessment.objects.get(agency=plan.agency, fiscal_year=2564)
    items = [
        ItaItem.objects.get(code=code, indicator__instrument__assessment=assessment)
        for code in CODES
    ]
    version = assessment.version
    found = together(
        *[
            lambda row=row: ScoreEntries.record_many(
                user=planner,
                assessment=assessment,
                entries=[ScoreEntry(f"Q{row.pk}", row.published, after)],
                expected_version=version,
            )
            for row in items
        ]
    )
    assessment.refresh_from_db()
    return assessment, found


def written(after):
    return ItaItem.objects.filter(published=after, code__in=CODES).count()


def test_of_many_who_save_the_same_sheet_at_once_one_does(plan, planner):
    for number in range(1, 4):
        assessment, found = saved_at_once(plan, planner, D(number))
        assert split(found, StaleVersion) == (1, len(CODES) - 1)
        assert assessment.version == assessment.history.count() == number + 1
        assert written(D(number)) == 1


def test_control_without_the_claim_many_do(plan, planner, monkeypatch):
    monkeypatch.setattr(ita_services, "claim", blind_claim)
    _assessment, found = saved_at_once(plan, planner, D(1))
    assert split(found, StaleVersion)[0] == written(D(1)) > 1
