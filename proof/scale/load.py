"""Many people at once: how long they wait, whether anything fails, what a process holds."""

from __future__ import annotations

import os
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

from proof.browser import Browser
from proof.ground import Service, ground
from proof.rows import Broken, NotShown, Size, proof
from proof.writers import ADDRESS, SAVED, Writers, kept

PLAN = "/plans/nhrc-2566-2570/"
#: What people read, by account; what more of them read stands more often.
READ = (
    *((name, PLAN) for name in ("executive", "planner", "reporter")),
    ("executive", f"{PLAN}board/"), ("executive", f"{PLAN}strategies/1/"),
    ("planner", f"{PLAN}indicators/"), ("planner", f"{PLAN}indicators/S3-1.1/"),
    ("reporter", "/my-work/"), ("approver", "/my-work/"), ("approver", "/admin/"),
    ("planner", f"{PLAN}budgets/"), ("executive", f"{PLAN}value/"),
    ("planner", "/admin/kpis/result/"), ("reporter", "/search/?q=S1"),
    ("executive", f"{PLAN}units/"), ("planner", f"{PLAN}board.xlsx"),
)  # fmt: skip
#: Seconds between two pages of one person, from to.
THINK = (1.0, 5.0)
#: Seconds in which 95 of 100 pages have to be there.
MOST = 1.0


class People(Writers):
    """Some who read and some who enter, each waiting a little between two pages."""

    def __init__(self, port: int, readers: int, enterers: int) -> None:
        super().__init__(port, 0)
        self.waited: list[float] = []
        self.floor: list[float] = []
        self.signed: dict[str, dict[str, str]] = {}
        for name in sorted({name for name, _path in READ}):
            browser = Browser(port)
            browser.sign_in(name)
            self.signed[name] = browser.cookies
        works: list[Any] = [(self._read, number) for number in range(readers)]
        works += [(self._enter, number) for number in range(enterers)]
        works.append((self._nothing, 0))
        self._threads = [threading.Thread(target=work, args=[n]) for work, n in works]

    def _pauses(self, seed: int) -> Iterator[Random]:
        chance = Random(seed)
        while not self._stop.wait(chance.uniform(*THINK)):
            yield chance

    def _asked(self, browser: Browser, method: str, path: str, fields: Any = None) -> Any:
        began = time.monotonic()
        answer = browser.ask(method, path, fields)
        with self._lock:
            self.waited.append(time.monotonic() - began)
            good = answer.status in (200, 302) and (method == "GET" or answer.status == SAVED)
            self.answers["good" if good else f"{answer.status} {path}"] += 1
        return answer

    def _read(self, place: int) -> None:
        browser = Browser(self.port)
        for chance in self._pauses(place):
            name, path = chance.choice(READ)
            browser.cookies = dict(self.signed[name])
            self._asked(browser, "GET", path)

    def _enter(self, place: int) -> None:
        browser = Browser(self.port)
        browser.cookies = dict(self.cookies)
        for sent, _ in enumerate(self._pauses(1000 + place)):
            self._asked(browser, "GET", ADDRESS)
            name = f"proof {place} {sent}"
            if self._asked(browser, "POST", ADDRESS, self.fields | {"name": name}).status == SAVED:
                with self._lock:
                    self.acknowledged.append(name)

    def _nothing(self, place: int) -> None:
        """What an answer takes that asks for nothing: the floor of this machine at this hour."""
        browser = Browser(self.port)
        while not self._stop.wait(1):
            began = time.monotonic()
            browser.ask("GET", "/healthz")
            self.floor.append(time.monotonic() - began)


def part(values: list[float], of: float) -> float:
    """The value below which that part of all lies."""
    return sorted(values)[min(int(len(values) * of), len(values) - 1)] if values else 0.0


def load_average() -> str:
    return f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"


@proof("50 people reading and 20 entering at once: PostgreSQL, gunicorn", group="scale")
def people(size: Size) -> str:
    with ground("postgresql") as of, Service(of) as service:
        with People(service.port, size.readers, size.enterers) as at_work:
            time.sleep(size.seconds)
            machine = load_average()
        saved = kept(of, at_work.acknowledged)
        waited = at_work.waited
        good = at_work.answers.pop("good", 0)
        figure = (
            f"{size.readers} and {size.enterers} for {size.seconds} s: {good} answers, "
            f"{sum(at_work.answers.values())} errors {dict(at_work.answers) or ''}; half within "
            f"{part(waited, 0.5) * 1000:.0f} ms, 95 % within {part(waited, 0.95) * 1000:.0f} ms "
            f"(an empty answer {part(at_work.floor, 0.95) * 1000:.0f} ms); {saved}; {machine}"
        )
        if at_work.answers or not good or part(waited, 0.95) >= MOST:
            raise Broken(figure)
        return figure


def fifty_writers(vendor: str, size: Size) -> str:
    """As many acknowledged writes as asked, by that many people who never pause."""
    count = 50 if size.writers >= Size.writers else size.writers
    with ground(vendor) as of, Service(of) as service:
        with Writers(service.port, count) as writers:
            writers.reached(size.writes)
        saved = kept(of, writers.acknowledged)
        answers = dict(writers.answers)
        figure = f"{count} at once: {saved}; answers: {answers}; {load_average()}"
        if set(answers) != {"saved"}:
            raise Broken(figure)
        return figure


@proof("50 writers at once, none refused: SQLite", group="scale")
def writers_on_sqlite(size: Size) -> str:
    return fifty_writers("sqlite", size)


@proof("50 writers at once, none refused: PostgreSQL", group="scale")
def writers_on_postgresql(size: Size) -> str:
    return fifty_writers("postgresql", size)


#: How much larger a process may be at the end than after the first tenth of its requests.
GROWTH = 1.1


def resident(process: int) -> float:
    """Megabytes that a process holds."""
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


@contextmanager
def one_worker() -> Iterator[tuple[Service, int]]:
    if not Path("/proc/self/status").exists():
        raise NotShown("there is no /proc to ask what a process holds")
    with ground("sqlite") as of, Service(of, workers=1) as service:
        yield service, service.children()[0]


@proof("a worker's memory over 10,000 requests", group="scale")
def memory(size: Size) -> str:
    with one_worker() as (service, worker):
        answers: Counter[int] = Counter()
        signed: dict[str, Browser] = {}
        for name, _path in READ:
            if name not in signed:
                signed[name] = Browser(service.port)
                signed[name].sign_in(name)
        seen = []
        for number in range(size.requests):
            name, path = READ[number % len(READ)]
            answers[signed[name].ask("GET", path).status] += 1
            if number % max(size.requests // 10, 1) == 0 and number:
                seen.append(resident(worker))
        seen.append(resident(worker))
        held = service.children() == [worker]
        told = ", ".join(f"{each:.0f}" for each in seen)
        figure = f"{size.requests} requests: {dict(answers)}; megabytes by tenths: {told}"
        if set(answers) != {200} or not held or seen[-1] > GROWTH * seen[0]:
            raise Broken(figure)
        return figure
