"""People who enter at the same time, and what the database holds of it afterwards."""

from __future__ import annotations

import threading
import time
from collections import Counter
from typing import Self

from proof.browser import Answer, Browser
from proof.ground import Ground
from proof.rows import Broken

#: A record as any other: a row, its version and its history, in one transaction.
ADDRESS = "/admin/strategy/unit/add/"
SAVED = 302


class Writers:
    """Each fills in the form of a unit again and again until told to stop. A name is acknowledged
    when the service has said that it is saved."""

    def __init__(self, port: int, count: int) -> None:
        self.port = port
        first = Browser(port)
        first.sign_in()
        self.cookies, self.fields = first.cookies, first.form(ADDRESS)
        self.acknowledged: list[str] = []
        self.answers: Counter[str] = Counter()
        self._marked = 0
        self._stop, self._lock = threading.Event(), threading.Lock()
        self._threads = [threading.Thread(target=self._write, args=[n]) for n in range(count)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(timeout=120)

    def _write(self, place: int) -> None:
        browser, sent = Browser(self.port), 0
        browser.cookies = dict(self.cookies)
        while not self._stop.is_set():
            name = f"proof {place} {sent}"
            sent += 1
            answer = browser.ask("POST", ADDRESS, self.fields | {"name": name})
            with self._lock:
                self.answers[told(answer)] += 1
                if answer.status == SAVED:
                    self.acknowledged.append(name)
            if answer.status != SAVED:
                time.sleep(0.05)

    def count(self) -> int:
        with self._lock:
            return len(self.acknowledged)

    def mark(self) -> None:
        """Remember how far they are, for ``went_on``."""
        self._marked = self.count()

    def went_on(self) -> bool:
        """Whether anything was saved since the mark."""
        return self.count() > self._marked

    def reached(self, count: int, seconds: float = 300) -> None:
        """Wait until so many are acknowledged. Raises Broken where it takes too long."""
        began = time.monotonic()
        while self.count() < count:
            if time.monotonic() - began > seconds:
                said = dict(self.answers)
                raise Broken(f"{self.count()} of {count} writes in {seconds} s: {said}")
            time.sleep(0.02)


def told(answer: Answer) -> str:
    if answer.status == 0:
        return "no answer"
    if answer.status == 503:
        return "calm page" if answer.calm else "503 of another make"
    return {SAVED: "saved"}.get(answer.status, str(answer.status))


def kept(of: Ground, acknowledged: list[str]) -> str:
    """A figure where each acknowledged name is there once with one history row, and whatever is
    there is whole. Raises Broken with what is lost, doubled or half."""
    names = [name for (name,) in of.rows("SELECT name FROM strategy_unit")]
    past = [name for (name,) in of.rows("SELECT name FROM strategy_historicalunit")]
    ours = [name for name in names if name.startswith("proof ")]
    traced = Counter(name for name in past if name.startswith("proof "))
    lost = set(acknowledged) - set(ours)
    doubled = len(ours) - len(set(ours))
    half = sum(traced[name] != 1 for name in ours) + len(traced.keys() - set(ours))
    figure = (
        f"{len(acknowledged)} acknowledged: {len(lost)} lost, {doubled} doubled, {half} half saved"
    )
    if lost or doubled or half:
        raise Broken(figure)
    return figure
