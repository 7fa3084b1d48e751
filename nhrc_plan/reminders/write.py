"""Every write of reminders: a mail claimed, then its outcome; who wants none; a calendar's secret
renewed."""

from __future__ import annotations

from datetime import date, timedelta
from hashlib import sha256
from secrets import token_urlsafe
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from nhrc_plan.reminders.models import CalendarFeed, MailChoice, Reminder
from strategy import clock
from strategy.access import viewer
from strategy.models import Unit
from strategy.records.write import StaleVersion, record_save

#: After so long a mail that is still being sent counts as interrupted.
INTERRUPTED_AFTER = timedelta(minutes=30)


def reminder_claim(
    *,
    recipient_id: int,
    name: str,
    day: date,
    kind: str,
    lines: int,
    state: str = Reminder.State.CLAIMED,
) -> Reminder | None:
    """Take a mail for oneself to send; None where it was sent, or somebody else is sending it.

    Of several at once one gets it: a new row by the constraint, one that failed by its version.
    ``state`` OFF: it is kept from whoever switched reminders off, and nothing more comes of it.
    """
    stored = Reminder.objects.filter(recipient_id=recipient_id, day=day, kind=kind)
    row = stored.first()
    if row is None:
        row = Reminder(recipient_id=recipient_id, recipient_name=name[:200], day=day, kind=kind)
    elif row.state != Reminder.State.FAILED:
        return None
    row.lines, row.state, row.why, row.moment = lines, state, "", clock.now()
    try:
        return record_save(instance=row, user=None)
    except StaleVersion:
        return None
    except (IntegrityError, ValidationError):
        if stored.exists():
            return None
        raise


def reminder_sent(row: Reminder) -> None:
    """It went out."""
    _ended(row, Reminder.State.SENT)


def reminder_failed(row: Reminder, why: str) -> None:
    """It did not; the next run tries again."""
    _ended(row, Reminder.State.FAILED, why)


def reminders_release() -> int:
    """Let go of mails whose sending was interrupted, so that they are sent; how many.

    Whether they went out is not known: better twice than not at all.
    """
    before = clock.now() - INTERRUPTED_AFTER
    rows = list(Reminder.objects.filter(state=Reminder.State.CLAIMED, moment__lt=before))
    for row in rows:
        reminder_failed(row, Reminder.Why.INTERRUPTED)
    return len(rows)


def _ended(row: Reminder, state: str, why: str = "") -> None:
    row.state, row.why, row.moment = state, why, clock.now()
    try:
        record_save(instance=row, user=None)
    except StaleVersion:
        # It took so long that another run took it for interrupted; that one says how it ended.
        return


def mail_choice_set(
    *, person: Any, off: bool, user: Any, expected_version: int | None = None
) -> MailChoice:
    """Keep whether somebody wants reminders. ``user`` None: by the address in a mail, whoever had
    it; the history says so.

    ``expected_version``: that which the page knew, 0 where nothing was chosen yet; None takes it
    as it is. Raises PermissionDenied for another's choice, and StaleVersion.
    """
    if user is not None and user.pk != person.pk:
        raise PermissionDenied
    row = MailChoice.objects.filter(user=person).first() or MailChoice(user=person)
    adding = row._state.adding
    if expected_version not in (None, 0 if adding else row.version):
        raise StaleVersion(row)
    if row.off == off:
        return row
    row.off = off
    try:
        with transaction.atomic():
            return record_save(
                instance=row,
                user=user,
                reason="" if user is not None else _("by the address in a mail"),
                expected_version=None if adding else expected_version,
            )
    except (IntegrityError, ValidationError) as error:
        if adding and MailChoice.objects.filter(user=person).exists():
            raise StaleVersion(row) from error
        raise


def secret_hash(secret: str) -> str:
    """What is kept of a secret: it is long and random, so one round without salt is enough."""
    return sha256(secret.encode()).hexdigest()


def feed_renew(*, user: Any, unit: Unit | None = None, expected_version: int = 0) -> str:
    """Make a new secret for one's own calendar, or for a unit's; the one before opens nothing.

    Gives the secret, which is told this once. Of a unit: its people and planners.
    ``expected_version``: that of the secret which the page knew, 0 where there was none. Raises
    PermissionDenied, and StaleVersion where somebody else has renewed it since.
    """
    who = viewer(user)
    if not (who.enters if unit is None else who.is_planner or unit.pk in who.unit_ids):
        raise PermissionDenied
    whose = {"user": user} if unit is None else {"unit": unit}
    secret = token_urlsafe(32)
    row = CalendarFeed.objects.filter(**whose).first()
    if row is None and expected_version or row is not None and not expected_version:
        raise StaleVersion(row or CalendarFeed(**whose))
    row = row or CalendarFeed(**whose)
    row.secret_hash = secret_hash(secret)
    adding = row._state.adding
    try:
        with transaction.atomic():
            record_save(
                instance=row,
                user=user,
                reason="" if adding else _("new address"),
                expected_version=None if adding else expected_version,
            )
    except StaleVersion:
        raise
    except (IntegrityError, ValidationError) as error:
        if adding and CalendarFeed.objects.filter(**whose).exists():
            raise StaleVersion(row) from error
        raise
    return secret
