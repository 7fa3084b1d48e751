"""Locking a month, ending what was opened of one, adding holidays. Planners."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from strategy import clock
from strategy.access import viewer
from strategy.calendar import FiscalMonth
from strategy.models import Agency, Holiday, MonthLock, Unlocking
from strategy.records.model import one_act
from strategy.records.write import record_save


def month_lock(*, user: Any, agency: Agency, at: FiscalMonth, note: str = "") -> MonthLock:
    """Close a month that is over to every write. Raises ValidationError, PermissionDenied.

    Whoever is writing to it just now is waited for.
    """
    _require(user)
    row = MonthLock(agency=agency, fiscal_year=at.year, month=at.month, note=note)
    return record_save(instance=row, user=user)


def opening_end(*, user: Any, opening: Unlocking, expected_version: int) -> Unlocking:
    """Lock again what was opened, from now on. Raises StaleVersion, PermissionDenied."""
    _require(user)
    opening.until = clock.now()
    return record_save(instance=opening, user=user, expected_version=expected_version)


@transaction.atomic
def holidays_add(
    *, user: Any, agency: Agency, days: Mapping[date, str], reason: str = ""
) -> list[Holiday]:
    """Add days, each with its name, to an agency's calendar: all or none, as one act.

    Raises ValidationError where one is there already, or moves a deadline that has passed and no
    reason is given; PermissionDenied.
    """
    _require(user)
    with one_act():
        return [
            record_save(
                instance=Holiday(agency=agency, day=day, name=name), user=user, reason=reason
            )
            for day, name in sorted(days.items())
        ]


def _require(user: Any) -> None:
    if not viewer(user).is_planner:
        raise PermissionDenied
