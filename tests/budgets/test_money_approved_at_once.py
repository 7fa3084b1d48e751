"""Real threads that approve money: one of them does (docs/trust.md, 4)."""

import pytest

from strategy.approval import write as services
from strategy.approval.write import approve, give_back, reopen
from strategy.records.write import StaleVersion
from tests.support.racing import ROUNDS, blind_claim, rounds, split, together
from tests.support.writing import OWN, carry, led_by, spend

pytestmark = pytest.mark.django_db(transaction=True)

CROWD = 16


def month(led):
    return spend(led, 2569, 6, 100)


def paid(led):
    return carry(led, 100)


KINDS = pytest.mark.parametrize("enter", [month, paid], ids=["disbursement", "carried"])


@pytest.fixture
def led(plan):
    return led_by(OWN)


def crowd_approves(planner, row):
    """Sixteen who have the same version before them press the button at once."""
    version = row.version
    rows = [type(row).objects.get(pk=row.pk) for _ in range(CROWD)]
    return together(*[lambda r=r: approve(user=planner, shown={r: version}) for r in rows])


@KINDS
def test_of_many_who_approve_at_once_one_does(led, planner, enter):
    row = enter(led)
    for _ in range(rounds(4)):
        found = crowd_approves(planner, row)
        assert split(found, StaleVersion) == (1, CROWD - 1)
        row = type(row).objects.get(pk=row.pk)
        assert [each.approval for each in row.history.all()[:2]] == ["approved", "submitted"]
        assert row.history.count() == row.version
        [row] = reopen(user=planner, shown={row: row.version}, reason="x")


def claim_unseen(instances, expected, only=None, **changes):
    """The next version and state whatever stood there: what claim() is there to prevent."""
    blind_claim(instances, expected)
    model = type(instances[0])
    model.objects.filter(pk__in=[row.pk for row in instances]).update(**changes)


def test_control_without_the_condition_many_approve(led, planner, monkeypatch):
    row = month(led)
    monkeypatch.setattr(services, "claim", claim_unseen)
    assert split(crowd_approves(planner, row), StaleVersion)[0] > 1
    assert row.history.filter(approval="approved").count() > 1


@KINDS
def test_approving_returning_and_correcting_at_once_is_one_of_them(led, planner, reporter, enter):
    row = enter(led)
    for _ in range(ROUNDS):
        version = row.version
        correct = (
            (lambda v=version: spend(led, 2569, 6, 100 + v, user=reporter, expected_version=v))
            if enter is month
            else (lambda v=version: carry(led, 100 + v, user=reporter, expected_version=v))
        )
        found = together(
            lambda r=row, v=version: approve(user=planner, shown={r: v}),
            lambda r=row, v=version: give_back(user=planner, shown={r: v}, comment="ตรวจ"),
            correct,
        )
        assert split(found, services.ValidationError) == (1, 2)
        row = type(row).objects.get(pk=row.pk)
        assert row.version == row.history.count() == version + 1
        if row.approval == "approved":
            [row] = reopen(user=planner, shown={row: row.version}, reason="x")
        elif row.approval == "returned":
            row = enter_again(row, led, enter)


def enter_again(row, led, enter):
    """Hand in what was returned, with the amount that stands."""
    if enter is month:
        return spend(led, 2569, 6, row.disbursed, expected_version=row.version)
    return carry(led, row.paid, expected_version=row.version)
