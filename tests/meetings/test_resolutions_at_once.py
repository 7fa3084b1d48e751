"""Several who decide about one resolution at once: one does, the others are told."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.db.models import F

from nhrc_plan.meetings.resolutions import rules, write
from nhrc_plan.meetings.resolutions.models import Resolution, ResolutionStep
from strategy import access as roles
from tests.support.racing import ROUNDS, split, together
from tests.support.resolutions import meeting_of, resolved, take

pytestmark = pytest.mark.django_db(transaction=True)


def answered(plan, person):
    """A resolution that was answered, and two planners who read it so."""
    reporter = person("reporter", roles.REPORTER, "สำนักคุ้มครองสิทธิมนุษยชน")
    planners = [person(name, roles.PLANNER) for name in ("first", "second")]
    meeting = meeting_of(plan)
    rows = [resolved(meeting, f"3.{number}") for number in range(ROUNDS)]
    for row in rows:
        take(row, rules.ANSWER, reporter)
    return rows, planners


def closings(row, planners):
    def closing(user):
        read = Resolution.objects.select_related("meeting").get(pk=row.pk)
        return lambda: write.resolution_close(user=user, resolution=read, expected_version=2)

    return together(*map(closing, planners))


def test_of_two_who_close_at_once_one_does(plan, person):
    rows, planners = answered(plan, person)
    for row in rows:
        assert split(closings(row, planners), ValidationError) == (1, 1)
        assert row.steps.filter(kind=rules.CLOSING).count() == 1
        assert row.history.count() == 3
        row.refresh_from_db()
        assert (row.state, row.version) == (rules.CLOSED, 3)


def test_one_who_closes_and_one_who_asks_again(plan, person):
    rows, (first, second) = answered(plan, person)
    for row in rows:
        read = [Resolution.objects.select_related("meeting").get(pk=row.pk) for _each in "12"]
        found = together(
            lambda r=read[0]: write.resolution_close(user=first, resolution=r, expected_version=2),
            lambda r=read[1]: write.resolution_ask_again(
                user=second, resolution=r, expected_version=2, text="ขอรายละเอียด"
            ),
        )
        assert split(found, ValidationError) == (1, 1)
        (last,) = row.steps.exclude(kind=rules.ANSWER)
        row.refresh_from_db()
        assert row.state == rules.MOVES[last.kind].to


def test_control_with_the_guard_broken_both_close(plan, person, monkeypatch):
    """NEGATIVE CONTROL: the version and the state not asked, the same resolution closes twice."""

    def blind(instances, expected, only=None, **changes):
        for instance in instances:
            rows = Resolution.objects.filter(pk=instance.pk)
            rows.update(version=F("version") + 1, **changes)
            instance.version = rows.values_list("version", flat=True).get()

    rows, planners = answered(plan, person)
    monkeypatch.setattr(write, "claim", blind)
    assert split(closings(rows[0], planners), ValidationError) == (2, 0)
    assert ResolutionStep.objects.filter(resolution=rows[0], kind=rules.CLOSING).count() == 2
