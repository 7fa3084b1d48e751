"""Reading pages as of an earlier day: which day an address asks for, and what is said of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from strategy.clock import end_of_day
from strategy.known.reading import as_known, known_day
from strategy.known.words import known_words
from strategy.messages import said
from strategy.models import Agency, Plan
from strategy.thai import Refusal, address_date, format_date, parse_date

#: The parameter of an address that names the day.
NAME = "as_of"


_Found = TypeVar("_Found")


@dataclass(frozen=True)
class AsOf:
    """The end of an earlier day, as of which a page is read. ``now``: the same page as it is."""

    day: date
    now: str

    @property
    def moment(self) -> datetime:
        """What was written before it was known."""
        return end_of_day(self.day)

    @property
    def text(self) -> str:
        """The day as links carry it on."""
        return address_date(self.day)

    @property
    def words(self) -> str:
        """The band across the page."""
        return known_words(self.day)


def find_day(query: Mapping[str, str], today: date) -> date | None:
    """The day that an address asks for; None where it asks for none.

    Raises Http404 where it is no clear day, or has not come.
    """
    text = query.get(NAME, "").strip()
    if not text:
        return None
    try:
        day = parse_date(text)
    except Refusal as refusal:
        raise Http404(said(refusal, text=text[:40])) from None
    if day > today:
        raise Http404(
            _("%(day)s has not come yet: pages can be read as of today or an earlier day.")
            % {"day": format_date(day, short=False)}
        )
    return day


def as_of(request: HttpRequest) -> AsOf | None:
    """As of which earlier day this request is being read; None: as things are now."""
    day = known_day()
    return None if day is None else AsOf(day, address_now(request))


def address_now(request: HttpRequest) -> str:
    """The address of the same page without the day."""
    query = request.GET.copy()
    query.pop(NAME, None)
    text = query.urlencode()
    return f"{request.path}?{text}" if text else request.path


class NotYetKnown(Exception):
    """A plan or an agency of which nothing was known on the day asked for."""

    def __init__(self, asked: date, shown: Plan | Agency) -> None:
        first = (
            type(shown)
            .history.filter(id=shown.pk)
            .order_by("history_date")
            .values_list("history_date", flat=True)
            .first()
        )
        #: The first day on which something was.
        self.first = timezone.localtime(first).date() if first else None
        names = {"name": str(shown), "day": format_date(asked, short=False)}
        text = _("On %(day)s nothing of “%(name)s” was in this system yet.") % names
        if self.first is not None:
            text += " " + _("Its first record is of %(first)s.") % {
                "first": format_date(self.first, short=False)
            }
        super().__init__(text)


def known_or_why(find: Callable[[], _Found], whose: Callable[[_Found], Plan | Agency]) -> _Found:
    """What is found as of the day read; NotYetKnown where it is found as things are now alone."""
    asked = known_day()
    try:
        return find()
    except Http404:
        if asked is None:
            raise
        with as_known(None):
            reason = NotYetKnown(asked, whose(find()))
        if reason.first is not None and reason.first <= asked:
            # It was there, under another address.
            raise
        raise reason from None


def answer_not_yet(request: HttpRequest, reason: NotYetKnown) -> HttpResponse:
    """The page that says so calmly, and leads to the first day and to now."""
    query = request.GET.copy()
    first = ""
    if reason.first is not None:
        query[NAME] = address_date(reason.first)
        first = f"{request.path}?{query.urlencode()}"
    context = {"message": str(reason), "now": address_now(request), "first": first}
    return render(request, "not_yet_known.html", context, status=404)
