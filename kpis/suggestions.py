"""What other parts of the system know about an indicator, shown beside its entry form.

A suggestion is never written by itself: whoever enters the result reads it and decides. The parts
that know something register a provider when the system starts; this app knows none of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from kpis.models import Indicator


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A sentence with figures, and where they can be looked at."""

    text: str
    address: str


Provider = Callable[[], Suggestion | None]

_providers: dict[tuple[str, str], Provider] = {}


def register(plan: str, code: str, provider: Provider) -> None:
    """Ask ``provider`` whenever a result of this indicator is entered: a plan's slug, a code."""
    _providers[plan, code] = provider


def suggestion_for(indicator: Indicator) -> Suggestion | None:
    """What is known of an indicator; costs nothing where nobody has registered."""
    provider = _providers.get((indicator.strategy.plan.slug, indicator.code))
    return provider() if provider is not None else None
