"""Wrong passwords that count, and until when they lock a user name or an address."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import Q, QuerySet

#: What wrong passwords are counted by, and how many of them lock it.
LIMITS = {
    "username": settings.AXES_FAILURE_LIMIT,
    "ip_address": settings.SIGN_IN_TRIES_OF_AN_ADDRESS,
}
#: After how long a wrong password no longer counts.
WAIT: timedelta = settings.AXES_COOLOFF_TIME

#: When the last of some tries was made, and how many they were.
Tries = tuple[datetime, int]


def end_of_lock(tries: Iterable[Tries], limit: int) -> datetime | None:
    """When so few of these tries count that they are below ``limit``; None: they are already."""
    counted = sorted(tries)
    left = sum(count for _at, count in counted)
    end = None
    for at, count in counted:
        if left < limit:
            break
        left -= count
        end = at + WAIT
    return end


def locked_until(name: str, address: str, now: datetime, *, more: int = 0) -> datetime | None:
    """Until when nobody signs in with a user name, or from an address; None: they may.

    ``more``: how many tries above the limits are borne. One query.
    """
    rows = counted(now).filter(Q(username=name) | Q(ip_address=address))
    names, addresses = _locks(rows, more)
    return later(names.get(name), addresses.get(address))


Ends = dict[str, datetime]


def locks(now: datetime) -> tuple[Ends, Ends]:
    """The user names that are locked, and the addresses, each with the end of it. One query."""
    return _locks(counted(now), 0)


def counted(now: datetime) -> QuerySet[AccessAttempt]:
    """The tries that still count, one row for a name from an address."""
    rows: QuerySet[AccessAttempt] = AccessAttempt.objects.filter(
        attempt_time__gt=now - WAIT, failures_since_start__gt=0
    )
    return rows


def later(*ends: datetime | None) -> datetime | None:
    return max((end for end in ends if end is not None), default=None)


def _locks(rows: QuerySet[AccessAttempt], more: int) -> tuple[Ends, Ends]:
    found: dict[str, dict[str, list[Tries]]] = {kind: {} for kind in LIMITS}
    for row in rows.order_by():
        for kind, tries in found.items():
            made = (row.attempt_time, row.failures_since_start)
            tries.setdefault(getattr(row, kind), []).append(made)
    names, addresses = (
        {
            key: end
            for key, tries in found[kind].items()
            if (end := end_of_lock(tries, limit + more)) is not None
        }
        for kind, limit in LIMITS.items()
    )
    return names, addresses
