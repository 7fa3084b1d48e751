"""How far the work on a large file has come: told where it is done, shown to whoever waits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

#: Takes the step ("read", "check", "write"), how much is done, and of how much (0: unknown).
Teller = Callable[[str, int, int], None]
_teller: ContextVar[Teller | None] = ContextVar("teller", default=None)


def tell(step: str, done: int = 0, of: int = 0) -> None:
    """Say how far it has come, to whoever waits."""
    teller = _teller.get()
    if teller is not None:
        teller(step, done, of)


@contextmanager
def told_to(teller: Teller) -> Iterator[None]:
    """What is told inside goes to ``teller``."""
    token = _teller.set(teller)
    try:
        yield
    finally:
        _teller.reset(token)
