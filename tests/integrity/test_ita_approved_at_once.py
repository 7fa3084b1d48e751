"""Real threads that approve a year of ITA: one of them does (docs/trust.md, 4)."""

from decimal import Decimal as D

import pytest
from django.core.exceptions import ValidationError

from integrity.models import ItaAssessment, ItaItem
from strategy.approval import write as services
from strategy.approval.whole import approved_sentence
from strategy.approval.write import approve, reopen
from strategy.records.write import StaleVersion, record_save
from tests.support.racing import ROUNDS, blind_claim, rounds, split, together

pytestmark = pytest.mark.django_db(transaction=True)

CROWD = 16


@pytest.fixture
def year(plan):
    return ItaAssessment.objects.get(agency__slug="nhrc", fiscal_year=2564)


def crowd_approves(planner, year):
    """Sixteen who have the same version before them press the button at once."""
    version = year.version
    rows = [ItaAssessment.objects.get(pk=year.pk) for _ in range(CROWD)]
    return together(*[lambda r=r: approve(user=planner, shown={r: version}) for r in rows])


def test_of_many_who_approve_at_once_one_does(year, planner):
    for _ in range(rounds(2)):
        found = crowd_approves(planner, year)
        assert split(found, StaleVersion) == (1, CROWD - 1)
        year = ItaAssessment.objects.get(pk=year.pk)
        assert [each.approval for each in year.history.all()[:2]] == ["approved", "submitted"]
        assert year.history.count() == year.version
        [year] = reopen(user=planner, shown={year: year.version}, reason="x")


def claim_unseen(instances, expected, only=None, **changes):
    """The next version and state whatever stood there: what claim() is there to prevent."""
    blind_claim(instances, expected)
    model = type(instances[0])
    model.objects.filter(pk__in=[row.pk for row in instances]).update(**changes)


def test_control_without_the_condition_many_approve(year, planner, monkeypatch):
    monkeypatch.setattr(services, "claim", claim_unseen)
    assert split(crowd_approves(planner, year), StaleVersion)[0] > 1
    assert year.history.filter(approval="approved").count() > 1


def test_a_score_is_written_before_the_year_is_approved_or_not_at_all(year, person, planner):
    """Who approves while another writes below: the score came first, or it is refused."""
    writer = person("writer", "planner")
    item = ItaItem.objects.filter(
        indicator__instrument__assessment=year, published__isnull=False
    ).earliest("pk")

    def write(value):
        row = ItaItem.objects.get(pk=item.pk)
        row.published = value
        return record_save(instance=row, user=writer)

    for value in range(ROUNDS):
        year = ItaAssessment.objects.get(pk=year.pk)
        approved, written = together(
            lambda r=year: approve(user=planner, shown={r: r.version}),
            lambda v=value: write(D(v)),
        )
        assert not isinstance(approved, Exception)
        year = ItaAssessment.objects.get(pk=year.pk)
        kept = year.history.get(version=year.version).history_date
        last = item.history.first()
        if isinstance(written, Exception):
            assert isinstance(written, ValidationError)
            assert approved_sentence(year) in written.messages
        else:
            assert last.history_date <= kept
        reopen(user=planner, shown={year: year.version}, reason="x")
