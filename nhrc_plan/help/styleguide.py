"""What the page of all components shows: each in every state, from figures made up for it.

For whoever works on the pages; a trial alone has it. The components themselves are those of the
pages: the same tags, partials and drawings.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

from django.conf import settings
from django.utils.translation import gettext as _

from strategy.calendar import FiscalMonth
from strategy.drawing import geometry, geometry_corners, geometry_ita, geometry_money
from strategy.drawing.drawing import Drawing, Table
from strategy.drawing.geometry_corners import CornerPoint
from strategy.drawing.geometry_small import Sparkline, progress, segments, sparkline
from strategy.standing.status import HUNDRED, STATUSES
from strategy.standing.words import STATUS_LABELS, counts_in_words
from strategy.thai import month_name

TOKENS = Path(settings.BASE_DIR, "nhrc_plan", "static", "css", "tokens.css")
#: The month that it stands at.
MONTH = FiscalMonth(2569, 12)
YEARS = (2566, 2567, 2568, 2569, 2570)
_RESULTS = tuple(map(Decimal, (57, 63, 71, 76)))
_TARGETS = tuple(map(Decimal, (60, 65, 70, 75, 80)))
_OTHERS = ("no_cases", "no_budget", "on_plan", "near", "not_due")
_PARTS = tuple(map(Decimal, (12, 5, 2)))


class Token(NamedTuple):
    """A name of the tokens' sheet with its value in the light."""

    name: str
    value: str

    @property
    def is_colour(self) -> bool:
        return self.value.startswith(("#", "rgba("))


def tokens() -> list[Token]:
    """The tokens as their sheet has them, so that none can be forgotten here."""
    first = TOKENS.read_text(encoding="utf-8").split(":root {", 1)[1].split("}", 1)[0]
    return [Token(*found) for found in re.findall(r"(--[\w-]+):\s*([^;]+);", first)]


@dataclass(frozen=True)
class ShownCell:
    """A year of a made-up indicator, as the rows of the overview ask for it."""

    year: int
    status: str
    result: str | None = None
    target: str | None = None
    unapproved: bool = False
    is_milestone: bool = False
    carried: bool = False
    as_of_short: str = ""
    outstanding: str | None = None
    hurries: bool = False
    stale: bool = False
    #: Nobody can be told what a made-up figure is made of.
    figure: None = None

    @property
    def owed(self) -> bool:
        return self.outstanding is not None


@dataclass(frozen=True)
class ShownRow:
    """A made-up indicator."""

    number: str
    name: str
    cells: tuple[ShownCell, ...]
    unit_text: str = ""
    code: str = "S1-1.1"
    current: Any = field(default_factory=lambda: SimpleNamespace(score=None))


class Drawn(NamedTuple):
    """A made-up indicator and the line of its years."""

    row: ShownRow
    spark: Sparkline | None


def five_years() -> list[Drawn]:
    """Rows with every state that a cell can be in."""
    plain = tuple(
        ShownCell(year, status, result, target)
        for year, status, result, target in zip(
            YEARS, STATUSES[:4] + STATUSES[6:7], ("57", "63", "71", "76", None),
            ("60", "65", "70", "75", "80"), strict=False,
        )
    )  # fmt: skip
    marked = (
        ShownCell(2566, "on_plan", _("done"), _("work"), is_milestone=True),
        ShownCell(2567, "waiting_approval", "12", "10", unapproved=True),
        ShownCell(2568, "on_plan", "8", "8", outstanding="2/3 (2567)"),
        ShownCell(2569, "awaiting", "61", "70", stale=True, carried=True, as_of_short="มี.ค."),
        ShownCell(2570, "no_target"),
    )
    others = tuple(
        ShownCell(year, status, hurries=status == "on_plan")
        for year, status in zip(YEARS, _OTHERS, strict=True)
    )
    spark = sparkline([*_RESULTS, None], _TARGETS)
    return [
        Drawn(ShownRow("1.1", _("indicator") + " (ก)" * 30, plain, "ร้อยละ"), spark),
        Drawn(ShownRow("1.2", _("indicator"), marked), sparkline([Decimal(1)], [])),
        Drawn(ShownRow("2.1", _("indicator"), others), None),
    ]


def drawings() -> list[Drawing]:
    """Every drawing with figures, and those of years and months without any."""
    years = [
        geometry.YearPoint(str(year), result, goal, str(result or ""), str(goal), "◌")
        for year, result, goal in zip(YEARS, (*_RESULTS, None), _TARGETS, strict=True)
    ]
    names = [month_name(FiscalMonth(2569, m), short=True, year=False) for m in range(1, 13)]
    months = [
        geometry.MonthPoint(name, Decimal(70 + place % 7), str(70 + place % 7))
        for place, name in enumerate(names)
    ]
    stack = [
        geometry_money.StackRow(
            _("%(label)s %(number)s") % {"label": _("strategy"), "number": number},
            str(sum(_PARTS)),
            tuple(
                geometry_money.Part(code, value / number, str(value))
                for code, value in zip(("disbursed", "committed", "left"), _PARTS, strict=True)
            ),
            mark=Decimal(15) if number == 2 else None,
        )
        for number in (1, 2, 3)
    ]
    axes = [
        geometry_ita.RadarAxis(str(place), Decimal(80 + place), Decimal(92 - place))
        for place in range(1, 8)
    ]
    spots = [
        CornerPoint(str(place), Decimal(45 * place), Decimal(50 + 12 * place), kind)
        for place, kind in enumerate(("strategy", "objective") * 2, 1)
    ]
    words = geometry_corners.CornerWords("↖", "↗", "↙", "↘", "→", "↑")
    drawn: list[tuple[str, str, Any, Any]] = [
        ("years", "year_bars", lambda width: geometry.year_bars(years, width), "charts/_key.html"),
        ("years-empty", "year_bars", lambda width: geometry.year_bars([], width), ""),
        (
            "months", "month_line",
            lambda width: geometry.month_line(
                months, [Decimal(75)] * 12, _("expected"), False, width
            ),
            "",
        ),
        ("months-empty", "month_line", lambda width: geometry.month_line([], width=width), ""),
        (
            "stack", "stacked_bars",
            lambda width: geometry_money.stacked_bars(stack, width), "charts/_stack_key.html",
        ),
        ("radar", "radar", lambda width: geometry_ita.radar(axes, width), ""),
        (
            "corners", "corners",
            lambda width: geometry_corners.corners(spots, Decimal(75), words, width), "",
        ),
    ]  # fmt: skip
    table = Table(_("Result and target"), [_("fiscal year"), _("result")], [["2569", "76"]])
    return [
        Drawing(
            f"guide-{name}", name, name, f"charts/_{template}.html",
            draw(geometry.WIDE), draw(geometry.NARROW), table, key,
        )
        for name, template, draw, key in drawn
    ]  # fmt: skip


def styleguide() -> dict[str, Any]:
    """The context of the page."""
    found = tokens()
    change = SimpleNamespace(field=_("result"), before="74", after="76")
    entry = SimpleNamespace(
        when=datetime(2026, 10, 12, 3, 24, tzinfo=UTC), who=_("unit"), title="ก.ย. 2569",
        action=_("changed"), reason=_("reason"), changes=(change,), sample=True,
    )  # fmt: skip
    counts = dict.fromkeys(STATUSES, 2)
    return {
        "colours": [token for token in found if token.is_colour],
        "measures": [token for token in found if not token.is_colour],
        "statuses": list(STATUS_LABELS),
        "hurried": SimpleNamespace(
            status="on_plan", shape="●", label=STATUS_LABELS["on_plan"], hurries=True
        ),
        "rows": five_years(),
        "years": YEARS,
        "drawings": drawings(),
        "bar": segments([(c, label, n) for c, _shape, label, n in counts_in_words(counts)]),
        "no_bar": segments([]),
        "full": progress(Decimal(96), HUNDRED, HUNDRED),
        "bare": progress(None, None, None),
        "entries": [entry] * 6,
    }
