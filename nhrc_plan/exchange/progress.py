"""How far the work on a large file has come: told where it is done, shown to whoever waits.

The work is done in a thread of its own while the page is sent piece by piece, each step in the
place of the one before; it needs no script. Who goes away meanwhile stops nothing: what was begun
is done as a whole, or not at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from queue import Queue
from threading import Thread
from typing import Any, NamedTuple

from django.db import connections
from django.http import HttpRequest, StreamingHttpResponse
from django.template.loader import render_to_string
from django.utils import translation

#: Takes the step ("read", "check", "write"), how much is done, and of how much (0: unknown).
Teller = Callable[[str, int, int], None]
_teller: ContextVar[Teller | None] = ContextVar("teller", default=None)
#: In the page's template, the place where the steps come.
_HERE = "<!--steps-->"
#: Bytes from which a file is worth the wait.
LARGE = 100_000


class Outcome(NamedTuple):
    """What came of it: where it leads, and what is to be read before that."""

    address: str
    said: str = ""


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


def answer_with_progress(
    request: HttpRequest, context: dict[str, Any], work: Callable[[], Outcome]
) -> StreamingHttpResponse:
    """A page that shows how far ``work`` has come, and leads on when it is done."""
    head, foot = render_to_string("exchange/progress.html", context, request).split(_HERE)
    steps: Queue[tuple[str, int, int] | None] = Queue()
    found: list[Outcome | BaseException] = []
    language = translation.get_language()

    def run() -> None:
        with translation.override(language), told_to(lambda *step: steps.put(step)):
            try:
                found.append(work())
            except BaseException as failed:  # raised again where the page is made
                found.append(failed)
            finally:
                connections.close_all()
                steps.put(None)

    def pages() -> Iterator[str]:
        yield head
        worker = Thread(target=run)
        worker.start()
        with translation.override(language):
            while (step := steps.get()) is not None:
                name, done, of = step
                told = {"step": name, "done": done, "of": of}
                yield render_to_string("exchange/_step.html", told)
            worker.join()
            outcome = found[0]
            if isinstance(outcome, BaseException):
                yield render_to_string("exchange/_step.html", {"step": "failed"})
                yield foot
                raise outcome
            yield render_to_string("exchange/_step.html", {"step": "done", "outcome": outcome})
            yield foot

    answer = StreamingHttpResponse(pages())
    # Neither compressed nor kept back on the way: each piece is to be seen when it is sent.
    answer["Content-Encoding"] = "identity"
    answer["X-Accel-Buffering"] = "no"
    return answer
