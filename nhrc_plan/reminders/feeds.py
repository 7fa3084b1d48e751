"""Due dates as a calendar to subscribe to: whose they are, and the file."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from icalendar import Calendar, Event, vText

from budgets.admin.disbursements import entry_address as money_address
from budgets.read.duties import due_list as money_due
from kpis.read.entry import reporting_plans
from nhrc_plan.desk.read import tasks_of
from nhrc_plan.desk.rows import KINDS, MONEY
from nhrc_plan.reminders.models import CalendarFeed
from nhrc_plan.reminders.write import secret_hash
from strategy.access import REPORTER, Viewer, viewer
from strategy.calendar import DEFAULT_REPORTING_DAY, latest_ended
from strategy.models import Unit
from strategy.read import deadline_days
from strategy.thai import month_name

#: So many days ahead: the rest of any fiscal year.
AHEAD = 366


class Feed(NamedTuple):
    """A calendar: its name, and for whom its dates are. ``key`` sets its events apart from those
    of other calendars."""

    key: str
    name: str
    who: Viewer


class DueDate(NamedTuple):
    """A day on which something is due; ``key`` is the same as long as the thing is."""

    key: str
    day: date
    summary: str
    about: str
    address: str


def feed_find(secret: str) -> Feed | None:
    """The calendar that a secret opens; None where it opens none, or the account is closed.

    A unit's calendar holds what its reporters have to report, and nothing else of theirs.
    """
    found = CalendarFeed.objects.select_related("user", "unit")
    row = found.filter(secret_hash=secret_hash(secret)).first()
    if row is None:
        return None
    if row.unit is not None:
        unit: Unit = row.unit
        who = Viewer(
            None,
            unit.name,
            frozenset({REPORTER}),
            ((unit.pk, unit.name),),
            frozenset({unit.agency_id}),
            True,
        )
        return Feed(f"u{unit.pk}", _("Due dates of %(unit)s") % {"unit": unit.name}, who)
    who = viewer(row.user)
    if not who.signed_in:
        return None
    return Feed(f"p{who.user_id}", _("Due dates of my work"), who)


def due_dates(who: Viewer, today: date) -> list[DueDate]:
    """What somebody still has to report, by its day, to the end of the fiscal year.

    A number of queries that does not grow with what is theirs.
    """
    if not who.enters:
        return []
    found = [
        DueDate(
            task.key,
            task.deadline,
            f"{task.code} {task.name}".strip() + f" ({task.period})",
            " · ".join(filter(None, [str(capfirst(task.kind_name)), task.unit])),
            task.address,
        )
        for task in tasks_of(who, today, soon=AHEAD)
        if task.deadline is not None
    ]
    found += _money_ahead(who, today)
    return sorted(found, key=lambda each: (each.day, each.key))


def _money_ahead(who: Viewer, today: date) -> Iterator[DueDate]:
    """The months of money to come, of units that owe such figures in the running year."""
    latest = latest_ended(today)
    for due in money_due(who, reporting_plans(who, latest.year - 1, latest.year), today):
        if not due.projects or (due.unit_id is not None and due.unit_id not in who.unit_ids):
            continue
        day = deadline_days(due.plan).get(due.at.year, DEFAULT_REPORTING_DAY)
        at = due.at.next
        while at.year == due.at.year:
            period = month_name(at, short=True)
            yield DueDate(
                f"{MONEY}-{due.plan.pk}-{due.unit_id or 0}-{at.year}-{at.month}",
                at.deadline(day),
                f"{capfirst(KINDS[MONEY])} ({period})",
                due.unit_name,
                money_address(due.plan, due.unit_id, at),
            )
            at = at.next


def calendar_text(feed: Feed, dates: list[DueDate], today: date, site: str) -> bytes:
    """The file: an all-day event for each date, as RFC 5545 writes it; ``site``: where the
    addresses begin."""
    calendar = Calendar()
    calendar.add("prodid", "-//NHRC plan tracker//TH")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    # The package knows no kind of this one, and so would not escape it.
    calendar["x-wr-calname"] = vText(feed.name)
    calendar.add("x-wr-timezone", "Asia/Bangkok")
    stamp = datetime.combine(today, time(), UTC)
    for each in dates:
        event = Event()
        event.add("uid", f"{feed.key}-{each.key}@nhrc-plan-tracker")
        event.add("dtstamp", stamp)
        event.add("dtstart", each.day)
        event.add("dtend", each.day + timedelta(days=1))
        event.add("summary", _("Due: %(what)s") % {"what": each.summary})
        event.add("description", f"{each.about}\n{site}{each.address}\n{site}{reverse('my_work')}")
        event.add("url", f"{site}{each.address}")
        event.add("transp", "TRANSPARENT")
        calendar.add_component(event)
    content: bytes = calendar.to_ical()
    return content
