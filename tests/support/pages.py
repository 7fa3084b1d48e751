"""What tests of pages share: the plan with samples, entries made, tables read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from html.parser import HTMLParser
from typing import Any, NamedTuple

from django.urls import URLPattern, get_resolver
from django.utils import timezone

from kpis.models import Indicator, Result, YearTarget
from kpis.rules.entry import Value
from kpis.write.results import ResultEntries, ResultEntry
from kpis.write.targets import TargetEntry, target_change
from strategy.models import Plan, Unit
from tests.support.database import samples_load

SLUG = "nhrc-2566-2570"


HERE = f"/plans/{SLUG}"


AT = "?year=2567&month=12"


#: 20 October 2567: fiscal year 2567 is over and its last deadline past.
DAY = date(2024, 10, 20)


THAI = re.compile("[ก-๙]{3}")


#: Pages with readers of their own, or of rows that no plan brings along, held to them by
#: tests/integrity/test_self_assessment_pages.py, tests/meetings/test_frozen.py,
#: tests/meetings/test_resolution_pages.py and those of tests/watch, tests/reminders,
#: tests/exchange, tests/drafts, tests/search, tests/api and tests/overview/test_explained.py.
OF_THEIR_OWN = (
    "integrity/assessments", "plans/<slug:slug>/meetings/<", "history", "plans/<slug:slug>/quality",
    "reminders", "my-work/count", "plans/<slug:slug>/owners", "plans/<slug:slug>/resolutions/<",
    "plans/<slug:slug>/entry", "plans/<slug:slug>/units/<int:unit_id>/entry",
    "plans/<slug:slug>/imports", "plans/<slug:slug>/tables", "drafts/", "search", "api/",
    "plans/<slug:slug>/figures/", "figures/",
)  # fmt: skip


#: Addresses that show no rows: there is nothing to have as data.
WITHOUT_ROWS = {
    "", "login/", "logout/", "signed-out/", "password/", "evidence/<str:key>/",
    "my-work/calendar/", "my-work/calendar/new/", "units/<int:unit_id>/calendar/",
    "units/<int:unit_id>/calendar/new/", "calendar/<str:secret>.ics",
    "comments/", "comments/<int:comment_id>/", "login/code/", "login/set-up/", "password/codes/",
    "password/codes/set-up/", "password/codes/backup/", "password/codes/off/",
    "login/passkey/", "login/passkey/new/", "login/passkey/alone/", "password/passkeys/",
    "password/passkeys/new/", "password/passkeys/<int:passkey_id>/remove/",
    "login/sso/", "login/sso/callback/",
    "my-work/reminders/", "my-work/reminders/choose/", "help/", "help/<slug:chapter>/", "language/",
    "healthz", "readyz", "styleguide/",
}  # fmt: skip


class Route(NamedTuple):
    """An address of the resolver; ``path`` with examples in the place of its parameters."""

    name: str
    route: str
    path: str

    @property
    def is_page(self) -> bool:
        return self.route.endswith("/")

    @property
    def is_data(self) -> bool:
        return self.route.endswith(".json")

    @property
    def has_month(self) -> bool:
        """It speaks of one plan at the end of one month."""
        return "<slug:slug>" in self.route


def _outside_admin(patterns: list[Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield pattern.name or "", route
        elif not route.startswith("admin/"):
            yield from _outside_admin(pattern.url_patterns, route)


def reading_routes(plan: Plan) -> list[Route]:
    """Every address outside the admin that shows rows.

    A new parameter needs an example here.
    """
    unit = Unit.objects.filter(agency=plan.agency_id).earliest("pk")
    examples = {
        "slug": plan.slug,
        "chapter": "reporter",
        "number": 1,
        "code": "S3-1.1",
        "unit_id": unit.pk,
        "place": "1-2",
    }
    years = {"ita": 2564, "measures": 2566}

    def address(route: str) -> str:
        subject = route.split("/")[1] if route.startswith("integrity/") else ""
        known = {**examples, "year": years.get(subject, 2567)}
        return "/" + re.sub(r"<\w+:(\w+)>", lambda m: str(known[m[1]]), route)

    return [
        Route(name, route, address(route))
        for name, route in _outside_admin(get_resolver().url_patterns)
        if route not in WITHOUT_ROWS and not route.startswith(OF_THEIR_OWN)
    ]


def indicator_of(plan: Plan, code: str) -> Indicator:
    strategy, number = code.removeprefix(plan.code_prefix).split("-")
    return Indicator.objects.get(strategy__plan=plan, strategy__number=strategy, number=number)


def enter(plan: Plan, code: str, year: int, month: int, *figures: Any, **fields: Any) -> Result:
    """Enter a result as the system: one figure for each measure, ("152", "200") for a ratio.

    Approved unless another state is given.
    """
    indicator = indicator_of(plan, code)
    values = {}
    for measure, figure in zip(indicator.measures.order_by("position"), figures, strict=False):
        parts = figure if isinstance(figure, tuple) else (figure,)
        numbers = [Decimal(part) for part in parts]
        values[measure.pk] = Value(*numbers) if len(numbers) == 1 else Value(None, *numbers)
    entry = ResultEntry(
        indicator=indicator,
        fiscal_year=year,
        month=month,
        values=values,
        **{"state": Result.State.APPROVED, **fields},
    )
    return ResultEntries.record(user=None, entry=entry, today=date(2030, 1, 1))


def retarget(user: Any, plan: Plan, code: str, year: int, entry: TargetEntry) -> YearTarget:
    target = YearTarget.objects.get(indicator=indicator_of(plan, code), fiscal_year=year)
    return target_change(user=user, target=target, entry=entry, reason="ปรับตามมติ")


def flat(html: str) -> str:
    """A page's source without the white space that a browser does not show: around tags."""
    html = re.sub(r"\s+>", ">", " ".join(html.split()))
    return re.sub(r"\s*(</?[a-z][^<>]*>)\s*", r"\1", html)


def samples(plan: Plan, day: date = DAY) -> Plan:
    """The sample results and assignments of fixtures/sample, of the months that are over."""
    samples_load(day, timezone.localdate())
    return plan


class Rows(HTMLParser):
    """The table rows of a page: their text, and the addresses they link to."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.rows: list[tuple[str, list[str]]] = []
        self._text: list[str] | None = None
        self._links: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self._text, self._links = [], []
        elif tag == "a" and self._text is not None:
            self._links.append(dict(attrs).get("href") or "")

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self._text.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "tr" and self._text is not None:
            self.rows.append((" ".join(" ".join(self._text).split()), self._links))
            self._text = None
