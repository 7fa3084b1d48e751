"""Sending mails: each claimed, handed to the mail server, its outcome kept before the next."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from smtplib import SMTPRecipientsRefused, SMTPResponseException
from urllib.parse import urlsplit

from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend

from nhrc_plan.reminders.choice import ONE_CLICK, off_address
from nhrc_plan.reminders.models import Reminder
from nhrc_plan.reminders.read import Letter
from nhrc_plan.reminders.rules import STOPPABLE
from nhrc_plan.reminders.words import body, subject
from nhrc_plan.reminders.write import (
    reminder_claim,
    reminder_failed,
    reminder_sent,
    reminders_release,
)
from strategy.language.choice import reading


@dataclass(slots=True)
class Outcome:
    """How a run went. ``lost``: the connection to the mail server broke, or there was none."""

    sent: int = 0
    failed: int = 0
    lost: bool = False


def send_all(letters: Iterable[Letter], day: date, site: str) -> Outcome:
    """Send what nobody has sent yet; what is sent stays sent whatever comes after it.

    After the connection is lost nothing more is tried: the rest is kept as not sent, for the next
    run. A mail that the server refuses keeps no other from going out.
    """
    reminders_release()
    outcome = Outcome()
    connection = get_connection()
    try:
        for letter in letters:
            _send(letter, day, site, connection, outcome)
    finally:
        if not outcome.lost:
            connection.close()
    return outcome


def leave_out(letters: Iterable[Letter], day: date) -> None:
    """Keep that these mails were not sent, since their readers switched reminders off."""
    for letter in letters:
        _claimed(letter, day, Reminder.State.OFF)


def _claimed(letter: Letter, day: date, state: Reminder.State) -> Reminder | None:
    return reminder_claim(
        recipient_id=letter.user_id,
        name=letter.name,
        day=day,
        kind=letter.kind,
        lines=len(letter.items),
        state=state,
    )


def _send(
    letter: Letter, day: date, site: str, connection: BaseEmailBackend, outcome: Outcome
) -> None:
    row = _claimed(letter, day, Reminder.State.CLAIMED)
    if row is None:
        return
    why = Reminder.Why.CONNECTION if outcome.lost else _handed_over(letter, row, site, connection)
    if why is None:
        reminder_sent(row)
        outcome.sent += 1
        return
    reminder_failed(row, why)
    outcome.failed += 1
    outcome.lost = why == Reminder.Why.CONNECTION


def _handed_over(
    letter: Letter, row: Reminder, site: str, connection: BaseEmailBackend
) -> Reminder.Why | None:
    """Hand a mail to the server; None where it took it, else why not."""
    try:
        connection.open()
    except OSError:  # whatever smtplib raises is one
        return Reminder.Why.CONNECTION
    try:
        connection.send_messages([message(letter, row, site)])
    except (SMTPResponseException, SMTPRecipientsRefused, ValueError):
        return Reminder.Why.REFUSED
    except OSError:
        return Reminder.Why.CONNECTION
    return None


def message(letter: Letter, row: Reminder, site: str) -> EmailMessage:
    """The mail. Sent once more after an interruption it has the same id, so that a mailbox which
    has it knows. What may be switched off can be so in the mailbox itself (RFC 8058)."""
    with reading(letter.language):
        head, text = subject(letter), body(letter, row.day, site)
    headers = {
        "Message-ID": f"<reminder-{row.pk}@{urlsplit(site).hostname}>",
        "Auto-Submitted": "auto-generated",
    }
    if letter.kind in STOPPABLE:
        headers["List-Unsubscribe"] = f"<{site}{off_address(letter.user_id)}>"
        headers["List-Unsubscribe-Post"] = ONE_CLICK
    return EmailMessage(
        head,
        text,
        to=[letter.email],
        headers=headers,
    )
