"""What a figure is made of, as one page shows it for every figure there is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Input:
    """Something that a figure was computed from.

    ``note``: its month, its weight, or why it does not count. ``leads``: kind and name of the
    figure that it is itself, where that can be explained in turn. ``stored``: its model and the
    key of its row, whose history tells who entered it.
    """

    name: str
    value: str
    note: str = ""
    leads: tuple[str, str] | None = None
    stored: tuple[Any, int] | None = None


@dataclass(frozen=True, slots=True)
class Hand:
    """Who entered a figure as it stands, and who approved it; names as the history keeps them.

    ``approval``: its state of approval in words; "" where nobody approves such a thing.
    """

    entered_by: str
    entered_at: datetime
    approved_by: str = ""
    approved_at: datetime | None = None
    approval: str = ""


@dataclass(frozen=True, slots=True)
class Explanation:
    """A figure taken apart.

    ``figures``: what is explained, each with its name. ``rule``: in words; ``steps``: the rule with
    the figures put in; ``rounding``: where it was rounded. ``evidence``: pieces as pages list them;
    None where such a figure rests on none of its own. ``page``: the address where it stands.
    """

    title: str
    figures: Sequence[tuple[str, str]]
    rule: Sequence[str]
    steps: Sequence[str]
    inputs: Sequence[Input]
    page: str
    rounding: str = ""
    evidence: Sequence[Any] | None = None
    sample: bool = False
    #: What the values of the inputs are, where they are not plain figures of one kind.
    values_are: str = ""
