"""Real threads that approve an assessment: one of them does (docs/trust.md, 4)."""

import pytest
from django.core.exceptions import ValidationError

from integrity.models import SelfAssessment
from strategy.approval import write as services
from strategy.approval.write import approve, reopen
from strategy.records.write import StaleVersion
from tests.support.assessing import answer, begun
from tests.support.racing import blind_claim, rounds, split, together

pytestmark = pytest.mark.django_db(transaction=True)

CROWD = 16


@pytest.fixture
def row(plan):
    made = begun()
    answer(made, {"A 1.1": 2})
    return now(made)


def now(row):
    return SelfAssessment.objects.get(pk=row.pk)


def crowd_approves(planner, row):
    """Sixteen who have the same version before them press the button at once."""
    version = row.version
    rows = [now(row) for _ in range(CROWD)]
    return together(*[lambda r=r: approve(user=planner, shown={r: version}) for r in rows])


def test_of_many_who_approve_at_once_one_does(row, planner):
    for _ in range(rounds(2)):
        found = crowd_approves(planner, row)
        assert split(found, StaleVersion) == (1, CROWD - 1)
        row = now(row)
        assert [each.approval for each in row.history.all()[:2]] == ["approved", "submitted"]
        assert row.history.count() == row.version
        [row] = reopen(user=planner, shown={row: row.version}, reason="ตรวจ")


def claim_unseen(instances, expected, only=None, **changes):
    """The next version and state whatever stood there: what claim() is there to prevent."""
    blind_claim(instances, expected)
    SelfAssessment.objects.filter(pk__in=[row.pk for row in instances]).update(**changes)


def test_control_without_the_condition_many_approve(row, planner, monkeypatch):
    monkeypatch.setattr(services, "claim", claim_unseen)
    assert split(crowd_approves(planner, row), StaleVersion)[0] > 1
    assert row.history.filter(approval="approved").count() > 1


def test_an_answer_comes_before_it_is_approved_or_not_at_all(row, person, planner):
    """Who approves while another answers: they had seen the answer, or one of the two is refused."""
    writer = person("writer", "planner")
    for level in range(rounds(3)):
        version = row.version
        found = together(
            lambda r=row, v=version: approve(user=planner, shown={r: v}),
            lambda r=row, n=level: answer(r, {"A 1.1": n % 3 + 1}, writer),
        )
        assert split(found, ValidationError) == (1, 1)
        row = now(row)
        assert row.version == row.history.count() == version + 1
        if row.approval == "approved":
            [row] = reopen(user=planner, shown={row: row.version}, reason="ตรวจ")
