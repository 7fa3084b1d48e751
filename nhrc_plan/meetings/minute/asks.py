"""What is asked of a meeting. Each kind of ask is a function in ``ASKS``; what else comes before
a meeting joins by one more.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from strategy.standing.status import AT_RISK, CRITICAL, WAITING_APPROVAL
from strategy.thai import month_name

if TYPE_CHECKING:
    from nhrc_plan.meetings.read import BoardReport


@dataclass(frozen=True)
class Ask:
    """One thing asked of a meeting: a code, of how many, and the same in words.

    ``place``: the part of the board page that shows them.
    """

    ask: str
    count: int
    text: str
    place: str


Asking = Callable[["BoardReport"], Ask | None]


def _ask(ask: str, count: int, words: str, place: str) -> Ask | None:
    return Ask(ask, count, words % {"count": count}, place) if count else None


def decide(report: BoardReport) -> Ask | None:
    """Indicators at risk or critical, with what their units propose."""
    count = sum(row.current.status in (AT_RISK, CRITICAL) for row in report.standing.rows)
    words = ngettext(
        "decide on %(count)s indicator at risk or critical",
        "decide on %(count)s indicators at risk or critical",
        count,
    )
    return _ask("decide", count, words, "decisions")


def overspent(report: BoardReport) -> Ask | None:
    """Projects that use more than is allocated to them."""
    count = len(report.money.overspent)
    words = ngettext(
        "consider %(count)s project above its allocation",
        "consider %(count)s projects above their allocation",
        count,
    )
    return _ask("overspent", count, words, "decisions")


def approve(report: BoardReport) -> Ask | None:
    """Figures of the year looked at that wait for approval."""
    count = sum(
        row.current.unapproved or row.current.status == WAITING_APPROVAL
        for row in report.standing.rows
    )
    words = ngettext("have %(count)s result approved", "have %(count)s results approved", count)
    return _ask("approve", count, words, "waiting")


def urge(report: BoardReport) -> Ask | None:
    """Reports that are overdue: of indicators, of money, of integrity measures."""
    count = (
        len(report.standing.awaiting)
        + (len(report.money.awaiting) if report.has_money else 0)
        + len(report.integrity.late)
    )
    words = ngettext("urge %(count)s overdue report", "urge %(count)s overdue reports", count)
    return _ask("urge", count, words, "awaiting")


def finish(report: BoardReport) -> Ask | None:
    """What the last year has left, until it is closed."""
    rest = report.rest
    if rest is None:
        return None
    words = ngettext(
        "finish %(year)s: %(count)s indicator is left",
        "finish %(year)s: %(count)s indicators are left",
        rest.count,
    )
    return Ask("finish", rest.count, words % {"year": rest.year, "count": rest.count}, "last-year")


def settle(report: BoardReport) -> Ask | None:
    """Resolutions of earlier meetings that are late, or due within the next weeks."""
    count = len(report.resolutions.urgent)
    words = ngettext(
        "follow %(count)s resolution late or soon due",
        "follow %(count)s resolutions late or soon due",
        count,
    )
    return _ask("settle", count, words, "resolutions")


def close(report: BoardReport) -> Ask | None:
    """Months of the year looked at whose reports were due and that nobody has locked."""
    months = report.open_months
    if not months:
        return None
    if len(months) == 1:
        text = _("close %(month)s") % {"month": month_name(months[0], short=True)}
    else:
        text = _("close %(count)s months, %(first)s to %(last)s") % {
            "count": len(months),
            "first": month_name(months[0], short=True),
            "last": month_name(months[-1], short=True),
        }
    return Ask("close", len(months), text, "waiting")


#: In the order in which a meeting is asked.
ASKS: tuple[Asking, ...] = (decide, overspent, settle, approve, urge, finish, close)


def asks(report: BoardReport) -> tuple[Ask, ...]:
    """Everything that is asked of the meeting that reads this report."""
    return tuple(ask for asking in ASKS if (ask := asking(report)) is not None)
