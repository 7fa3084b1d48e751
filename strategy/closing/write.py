"""Locking a month, and ending what was opened of one. Planners."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied

from strategy import clock
from strategy.access import viewer
from strategy.calendar import FiscalMonth
from strategy.models import Agency, MonthLock, Unlocking
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


def _require(user: Any) -> None:
    if not viewer(user).is_planner:
        raise PermissionDenied
