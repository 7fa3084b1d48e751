"""Real threads against one row: one of them wins, the others are told (docs/trust.md, 2 and 4).

Each thread has a connection of its own, and all start at a barrier. Each guard has a control in
which it is broken, and the damage must show.
"""

import pytest
from django.core.exceptions import ValidationError

from kpis.models import Result, ResultValue
from kpis.write.results import result_approve, result_reopen, result_return, results_approve
from strategy.approval import write as services
from strategy.models import Agency
from strategy.records.write import StaleVersion, record_save
from tests.support.racing import ROUNDS, blind_claim, rounds, split, together
from tests.support.writing import (
    OWN,
    TODAY,
    address,
    enter,
    entered,
    figures,
    filled,
    indicator_of,
    signed_in,
)

pytestmark = pytest.mark.django_db(transaction=True)

CROWD = 16


@pytest.fixture
def rate(plan):
    return indicator_of(plan, "S3-1.1", OWN)


# ------------------------------------------------------------------------------------- approval


def crowd_approves(planner, result):
    """Sixteen who have the same version of a result before them press the button at once."""
    rows = [entered().get(pk=result.pk) for _ in range(CROWD)]
    version = rows[0].version
    return version, together(
        *[
            lambda r=r: result_approve(user=planner, result=r, expected_version=version)
            for r in rows
        ]
    )


def test_of_many_who_approve_at_once_one_does(rate, planner):
    result = enter(rate, 2569, 1, "50")
    for _ in range(rounds(12)):
        version, found = crowd_approves(planner, result)
        assert split(found, StaleVersion) == (1, CROWD - 1)
        result = entered().get(pk=result.pk)
        assert (result.state, result.version) == ("approved", version + 1)
        assert [row.state for row in result.history.all()[:2]] == ["approved", "submitted"]
        assert result.history.count() == result.version
        result = result_reopen(
            user=planner, result=result, expected_version=result.version, reason="x"
        )


def claim_unseen(instances, expected, only=None, **changes):
    """The next version and state whatever stood there: what claim() is there to prevent."""
    blind_claim(instances, expected)
    Result.objects.filter(pk__in=[row.pk for row in instances]).update(**changes)


def test_control_without_the_condition_many_approve(rate, planner, monkeypatch):
    result = enter(rate, 2569, 1, "50")
    monkeypatch.setattr(services, "claim", claim_unseen)
    _version, found = crowd_approves(planner, result)
    assert split(found, StaleVersion)[0] > 1
    assert result.history.filter(state="approved").count() > 1


def crowd_approves_many(rate, people):
    """Each approves a few months around a common one, all at once."""
    results = [enter(rate, 2569, month, "50") for month in range(1, 13)]
    sets = [{results[month]: 1, results[11]: 1} for month in range(11)]
    return results, together(
        *[
            lambda shown=shown, user=user: results_approve(user=user, shown=shown)
            for shown, user in zip(sets, people, strict=True)
        ]
    )


def test_of_many_who_approve_several_at_once_one_does_and_wholly(rate, planner):
    results, found = crowd_approves_many(rate, [planner] * 11)
    assert split(found, StaleVersion) == (1, 10)
    approved = entered().filter(state="approved")
    assert approved.count() == 2
    assert all(row.version == row.history.count() == 2 for row in approved)
    assert set(entered().exclude(state="approved").values_list("version")) == {(1,)}


def test_control_without_the_condition_many_approve_the_same_of_several(rate, planner, monkeypatch):
    monkeypatch.setattr(services, "claim", claim_unseen)
    results, found = crowd_approves_many(rate, [planner] * 11)
    assert split(found, StaleVersion)[0] > 1
    assert results[11].history.filter(state="approved").count() > 1


def test_approving_and_returning_at_once_is_one_of_them(rate, planner):
    for month in range(1, ROUNDS + 1):
        result = enter(rate, 2569, month, "50")
        found = together(
            lambda r=result: result_approve(user=planner, result=r, expected_version=1),
            lambda r=result: result_return(
                user=planner, result=r, expected_version=1, comment="ตรวจ"
            ),
        )
        assert split(found, StaleVersion) == (1, 1)
        assert entered().get(pk=result.pk).version == result.history.count() == 2


def test_approving_and_correcting_at_once_leaves_one_of_them(rate, reporter, planner):
    """An approved figure is the one that was looked at (docs/trust.md, 4)."""
    for month in range(1, ROUNDS + 1):
        result = enter(rate, 2569, month, "50")
        found = together(
            lambda r=result: result_approve(user=planner, result=r, expected_version=1),
            lambda m=month: enter(rate, 2569, m, "99", user=reporter, expected_version=1),
        )
        assert split(found, ValidationError) == (1, 1)
        stored = entered().get(pk=result.pk)
        assert (stored.state, figures(stored)) in [("approved", ["50"]), ("submitted", ["99"])]
        assert stored.version == stored.history.count() == 2


def test_reopening_at_once_is_one_reopening(rate, planner):
    result = enter(rate, 2569, 1, "50", state="approved")
    rows = [entered().get(pk=result.pk) for _ in range(8)]
    found = together(
        *[
            lambda r=r: result_reopen(user=planner, result=r, expected_version=1, reason="x")
            for r in rows
        ]
    )
    assert split(found, StaleVersion) == (1, 7)
    assert result.history.count() == 2


# ------------------------------------------------------------------------------------ new result


def test_of_two_who_enter_the_same_result_one_stands_and_the_other_is_told(rate, reporter, planner):
    for month in range(1, ROUNDS + 1):
        found = together(
            lambda m=month: enter(rate, 2569, m, "50", user=reporter),
            lambda m=month: enter(rate, 2569, m, "60", user=planner),
        )
        assert split(found, ValidationError) == (1, 1)
        result = entered().get(month=month)
        winner = ["50", "60"][isinstance(found[0], Exception)]
        assert figures(result) == [winner]
        assert result.history.count() == 1
    assert ResultValue.objects.filter(result__in=entered()).count() == ROUNDS


def test_of_two_browsers_that_enter_the_same_result_none_sees_an_error_page(
    rate, reporter, planner, today
):
    today(TODAY)
    clients = [signed_in(reporter), signed_in(planner)]
    for client in clients:
        client.raise_request_exception = False
    field = f"value_{rate.measures.get().pk}"
    for month in range(1, ROUNDS + 1):
        path = f"{address(Result, 'add')}?indicator={rate.pk}&year=2569&month={month}"
        posts = [
            filled(client.get(path), **{field: figure, "_save": "1"})
            for client, figure in zip(clients, ["50", "60"], strict=True)
        ]
        found = together(
            *[
                lambda c=client, p=path, d=data: c.post(p, d).status_code
                for client, data in zip(clients, posts, strict=True)
            ]
        )
        assert set(found) <= {200, 302}
        assert entered().get(month=month).history.count() == 1


# --------------------------------------------------------------------------------- one row edited


def edit_at_once(planner, number):
    rows = [Agency.objects.get(slug="nhrc") for _ in range(2)]
    for place, row in enumerate(rows):
        row.phone = f"{number} by {place}"
    return rows, together(*[lambda r=r: record_save(instance=r, user=planner) for r in rows])


def test_of_two_who_edit_the_same_version_one_wins(planner):
    for number in range(ROUNDS):
        rows, found = edit_at_once(planner, number)
        assert split(found, StaleVersion) == (1, 1)
        winner = rows[isinstance(found[0], StaleVersion)]
        stored = Agency.objects.get(slug="nhrc")
        assert (stored.phone, stored.version) == (winner.phone, winner.version)
        assert stored.history.count() == stored.version


def test_of_two_who_correct_the_same_result_one_wins(rate, reporter, planner):
    enter(rate, 2569, 1, "50")
    for number in range(1, ROUNDS + 1):
        found = together(
            lambda v=number: enter(rate, 2569, 1, f"{50 + v}", user=reporter, expected_version=v),
            lambda v=number: enter(rate, 2569, 1, f"{70 + v}", user=planner, expected_version=v),
        )
        assert split(found, StaleVersion) == (1, 1)
        stored = entered().get()
        assert figures(stored) == [f"{[50, 70][isinstance(found[0], StaleVersion)] + number}"]
        assert stored.version == stored.history.count() == number + 1
    assert ResultValue.objects.filter(result__in=entered()).count() == 1


def test_control_without_claim_one_edit_is_lost(planner, monkeypatch):
    monkeypatch.setattr("strategy.records.write.claim", blind_claim)
    _rows, found = edit_at_once(planner, 1)
    assert split(found, StaleVersion) == (2, 0)
    stored = Agency.objects.get(slug="nhrc")
    assert {row.phone for row in stored.history.all()[:2]} == {"1 by 0", "1 by 1"}
