"""The tests' own helpers: what they rest on has to hold as well."""

from __future__ import annotations

from django.db import transaction

from strategy.models import Agency
from tests.support.writing import differences, facts


def test_facts_are_read_again_once_something_was_written(plan):
    before = facts()
    assert facts() is before or differences(before, facts()) == {}
    Agency.objects.filter(pk=plan.agency_id).update(phone="1")
    after = facts()
    assert set(differences(before, after)) == {"strategy_agency"}
    with transaction.atomic():
        assert facts()["strategy_agency"] is after["strategy_agency"]
        Agency.objects.filter(pk=plan.agency_id).update(phone="2")
        within = facts()
        transaction.set_rollback(True)
    assert set(differences(after, within)) == {"strategy_agency"}
    assert differences(after, facts()) == {}
