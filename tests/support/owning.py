"""Who answers for what, as tests set it up."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from strategy.models import Account
from strategy.owners.model import Owned
from strategy.people.write import people_recorded
from strategy.records.model import acting
from strategy.records.write import record_save


def account(user: Any) -> Account:
    """The account of somebody whom a test has made."""
    people_recorded()
    return Account.objects.get(user=user)


def answers(row: Owned, user: Any, *, deputy: Any = None, since: date | None = None) -> Any:
    """Name somebody for a thing, as the system does; ``since``: the day that history tells."""
    row = type(row)._base_manager.get(pk=row.pk)
    row.accountable = None if user is None else account(user)
    row.deputy = None if deputy is None else account(deputy)
    moment = datetime(since.year, since.month, since.day, 5, tzinfo=UTC) if since else None
    with acting(user=None, reason="", when=(lambda _row: moment) if moment else None):
        return record_save(instance=row, user=None)


def on_day(day: date) -> Any:
    """What is written inside was written on this day."""
    moment = datetime(day.year, day.month, day.day, 5, tzinfo=UTC)
    return acting(user=None, reason="", when=lambda row: moment)
