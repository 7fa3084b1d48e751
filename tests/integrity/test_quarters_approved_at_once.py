"""Real threads that approve a quarter: one of them does (docs/trust.md, 4)."""

import pytest
from django.core.exceptions import ValidationError

from integrity.models import QuarterProgress
from strategy.approval import write as services
from strategy.approval.write import approve, give_back, reopen
from strategy.records.write import StaleVersion
from tests.support.racing import blind_claim, rounds, split, together
from tests.support.writing import OWN, measure_of, progress

pytestmark = pytest.mark.django_db(transaction=True)

CROWD = 16


@pytest.fixture
def row(plan):
    return progress(measure_of(2566, "2.2", OWN), 2)


def crowd_approves(planner, row):
    """Sixteen who have the same version before them press the button at once."""
    version = row.version
    rows = [QuarterProgress.objects.get(pk=row.pk) for _ in range(CROWD)]
    return together(*[lambda r=r: approve(user=planner, shown={r: version}) for r in rows])


def test_of_many_who_approve_at_once_one_does(row, planner):
    for _ in range(rounds(4)):
        found = crowd_approves(planner, row)
        assert split(found, StaleVersion) == (1, CROWD - 1)
        row = QuarterProgress.objects.get(pk=row.pk)
        assert [each.approval for each in row.history.all()[:2]] == ["approved", "submitted"]
        assert row.history.count() == row.version
        [row] = reopen(user=planner, shown={row: row.version}, reason="ตรวจ")


def claim_unseen(instances, expected, only=None, **changes):
    """The next version and state whatever stood there: what claim() is there to prevent."""
    blind_claim(instances, expected)
    QuarterProgress.objects.filter(pk__in=[row.pk for row in instances]).update(**changes)


def test_control_without_the_condition_many_approve(row, planner, monkeypatch):
    monkeypatch.setattr(services, "claim", claim_unseen)
    assert split(crowd_approves(planner, row), StaleVersion)[0] > 1
    assert row.history.filter(approval="approved").count() > 1


def test_approving_returning_and_correcting_at_once_is_one_of_them(row, planner, reporter):
    for _ in range(rounds(4)):
        version = row.version
        found = together(
            lambda r=row, v=version: approve(user=planner, shown={r: v}),
            lambda r=row, v=version: give_back(user=planner, shown={r: v}, comment="ตรวจ"),
            lambda r=row, v=version: progress(
                r.measure, 2, "done", f"แก้ {v}", user=reporter, expected_version=v
            ),
        )
        assert split(found, ValidationError) == (1, 2)
        row = QuarterProgress.objects.get(pk=row.pk)
        assert row.version == row.history.count() == version + 1
        if row.approval == "approved":
            [row] = reopen(user=planner, shown={row: row.version}, reason="ตรวจ")
        elif row.approval == "returned":
            row = progress(row.measure, 2, expected_version=row.version)
