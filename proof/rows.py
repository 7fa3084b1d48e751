"""What a proof is: a row of docs/trust.md, how it is shown, and what came of it."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field


class NotShown(Exception):
    """Why a row cannot be shown on this machine, in a few words."""


class Broken(Exception):
    """What was promised and not kept, with the figure that says so."""


@dataclass(frozen=True)
class Size:
    """How much is played: everything, or the short part that fits into the ordinary tests."""

    rounds: int = 20
    writes: int = 1000
    writers: int = 16
    #: Of the rows of scale: how long people are at work, how many read and how many enter, requests
    #: that one process answers, agencies.
    seconds: int = 300
    readers: int = 50
    enterers: int = 20
    requests: int = 10_000
    agencies: int = 1000


SHORT = Size(
    rounds=1, writes=24, writers=4, seconds=3, readers=4, enterers=2, requests=100, agencies=3
)


@dataclass(frozen=True)
class Row:
    """``name`` as in docs/trust.md; ``show`` gives the figure, or raises NotShown or Broken."""

    name: str
    show: Callable[[Size], str]
    group: str


@dataclass(frozen=True)
class Outcome:
    row: Row
    verdict: str
    figure: str
    seconds: float = field(default=0)


ROWS: list[Row] = []
KEPT, BROKEN, NOT_SHOWN = "kept", "BROKEN", "not shown here"


def proof(name: str, *, group: str) -> Callable[[Callable[[Size], str]], Callable[[Size], str]]:
    """Register a function as the proof of a row."""

    def register(show: Callable[[Size], str]) -> Callable[[Size], str]:
        ROWS.append(Row(name, show, group))
        return show

    return register


def shown(row: Row, size: Size) -> Outcome:
    """Play one row; whatever goes wrong is its outcome, and the others go on."""
    began = time.monotonic()
    try:
        verdict, figure = KEPT, row.show(size)
    except NotShown as why:
        verdict, figure = NOT_SHOWN, str(why)
    except Broken as what:
        verdict, figure = BROKEN, str(what)
    except Exception as error:
        traceback.print_exc()
        verdict, figure = BROKEN, f"{type(error).__name__}: {error}"
    return Outcome(row, verdict, figure.replace("|", "/"), round(time.monotonic() - began, 1))


def table(outcomes: list[Outcome]) -> str:
    """The report: a row each, with figure and verdict."""
    lines = ["| row | figure | verdict | s |", "|---|---|---|---|"]
    lines += [
        f"| {each.row.name} | {each.figure} | {each.verdict} | {each.seconds} |"
        for each in outcomes
    ]
    return "\n".join(lines) + "\n"
