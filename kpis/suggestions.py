"""What other parts of the system know about an indicator, shown beside its entry form.

A suggestion is never written by itself: whoever enters the result reads it and decides. Planners
choose for an indicator which source speaks of it; the parts that know something register their
sources when the system starts. This app knows none of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from kpis.models import Indicator


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A sentence with figures, and where they can be looked at."""

    text: str
    address: str


class Source(NamedTuple):
    """Where figures come from. ``label``: what planners choose; ``ask``: of the indicator that it
    speaks of; None says nothing."""

    label: Any
    ask: Callable[[Indicator], Suggestion | None]


_sources: dict[str, Source] = {}


def register(name: str, source: Source) -> None:
    """Offer a source to planners; ``name`` is what the indicator keeps."""
    _sources[name] = source


def source_choices() -> list[tuple[str, str]]:
    """The sources that there are: (name, label)."""
    return [(name, str(source.label)) for name, source in _sources.items()]


def suggestion_for(indicator: Indicator) -> Suggestion | None:
    """What the indicator's source says; costs nothing where it has none."""
    source = _sources.get(indicator.suggestion)
    return source.ask(indicator) if source is not None else None
