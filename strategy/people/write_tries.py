"""Counting wrong passwords and codes: by name and by address, before each is looked at."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from axes.handlers.proxy import AxesProxyHandler
from axes.models import AccessAttempt
from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import F, Q
from django.http import HttpRequest
from django.utils.translation import gettext as _

from strategy.people.tries import WAIT, locked_until
from strategy.people.write import person_note

logger = logging.getLogger(__name__)


class TryCounter(AxesDatabaseHandler):
    """Counts every try first and takes it back when the password was right.

    Where a try is counted only after it has failed, as the package does it, a hundred that come
    at once are all let through. What it keeps of a try is name, address and time: a password is
    typed into the field for the name often enough.
    """

    def is_allowed(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> bool:
        name, address, now = _facts(request, credentials)
        if locked_until(name, address, now) is None:
            _count(name, address, now)
            if locked_until(name, address, now, more=1) is None:
                return True
        # While it lasts, further tries are not counted: they would make it longer.
        request.axes_locked_out = True  # type: ignore[attr-defined]
        return False

    def user_login_failed(
        self, sender: Any, credentials: dict[str, Any], request: Any = None, **kwargs: Any
    ) -> None:
        if request is None:
            return
        name, address, now = _facts(request, credentials)
        if locked_until(name, address, now) is not None:
            request.axes_locked_out, request.axes_credentials = True, credentials
            logger.warning("Sign-in is locked after wrong passwords from %s.", address)

    def user_logged_in(self, sender: Any, request: Any, user: Any, **kwargs: Any) -> None:
        """Whoever knows the password starts anew; the address does not.

        Else somebody with an account of their own could guess another's password, and set the
        count back by signing in in between.
        """
        AccessAttempt.objects.filter(username=user.get_username()).delete()

    def user_logged_out(self, sender: Any, request: Any, user: Any, **kwargs: Any) -> None:
        """Nothing is kept of it."""


def counted_try(request: HttpRequest, name: str, look: Callable[[], bool]) -> bool:
    """Whether ``look`` finds that something is right, counted for a name as a password is.

    While it is locked nothing is looked at, and the answer to the request is that it is locked.
    """
    asked: Any = request
    credentials = {"username": name}
    right = AxesProxyHandler.is_allowed(request, credentials) and look()
    if right:
        try_take_back(request, name)
        return True
    asked.axes_credentials = credentials
    AxesProxyHandler.user_login_failed(TryCounter, credentials, request)
    return False


def try_take_back(request: HttpRequest, name: str) -> None:
    """What was counted a moment ago was right, though nobody is signed in by it alone.

    The wrong ones before it stay: else whoever knows a password could guess codes for ever. The
    row stays as well, for another process may be about to count in it.
    """
    name, address, _now = _facts(request, {"username": name})
    AccessAttempt.objects.filter(
        username=name, ip_address=address, user_agent="", failures_since_start__gt=0
    ).update(failures_since_start=F("failures_since_start") - 1)


def _facts(request: Any, credentials: dict[str, Any] | None) -> tuple[str, str, Any]:
    name = (credentials or {}).get("username") or ""
    return name[:255], request.axes_ip_address, request.axes_attempt_time


def _count(name: str, address: str, now: Any) -> None:
    """One try more, seen by every other process from now on."""
    AccessAttempt.objects.filter(attempt_time__lte=now - WAIT).delete()
    row, _made = AccessAttempt.objects.get_or_create(
        username=name, ip_address=address, user_agent="", defaults={"failures_since_start": 0}
    )
    AccessAttempt.objects.filter(pk=row.pk).update(
        failures_since_start=F("failures_since_start") + 1, attempt_time=now
    )


@transaction.atomic
def sign_ins_unlock(*, names: Collection[str], addresses: Collection[str], user: Any) -> None:
    """Let people sign in again with these user names, and from these addresses.

    Of names that are accounts the history says who did it.
    """
    AccessAttempt.objects.filter(Q(username__in=names) | Q(ip_address__in=addresses)).delete()
    for person in get_user_model().objects.filter(username__in=names).order_by("pk"):
        person_note(person=person, user=user, reason=_("The sign-in was unlocked."))
