"""``make walk``: a browser goes to every page and screen and says what is wrong there.

A trial with samples is served; as each account every link is followed, one of a kind: of an
address with its plan, one example. Each page is looked at in both languages, at four widths and in
both colour schemes. ``--as=planner --in=th --at=360 --only=admin --max=20`` walk a part of it;
``--server=http://…`` walks a trial that runs already.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nhrc_plan.settings")
os.environ.setdefault("SECRET_KEY", "for-resolving-addresses-only")
os.environ.setdefault("DEBUG", "1")

import django  # noqa: E402 - the environment stands before it

django.setup()

from django.urls import Resolver404, get_resolver, resolve  # noqa: E402
from playwright.sync_api import Browser, Error, Page, sync_playwright  # noqa: E402

from tests.support.access import (  # noqa: E402
    WIDTHS,
    Fault,
    broken_rules,
    listen,
    wider_than_the_window,
)
from tests.support.pictures import served, signed_in  # noqa: E402

PEOPLE = ("planner", "reporter", "approver", "executive", "admin")
LANGUAGES = ("th", "en")
#: Where a walk begins, beside the first page of whoever signs in.
STARTS = ("/", "/admin/", "/my-work/", "/help/", "/plans/", "/password/")
#: What no page stands behind: data, files, what ends the session.
_NO_PAGES = ("_data", "_export", "export", "workbook", "logout", "calendar", "jsi18n", "file")
_LINKS = "links => links.map(link => link.href)"


def kind_of(address: str) -> tuple[str, str] | None:
    """What an address is an example of: its name with the plan; None where no page stands."""
    try:
        found = resolve(urlsplit(address).path)
    except Resolver404:
        return None
    name = found.view_name or ""
    if not name or any(name.endswith(end) for end in _NO_PAGES):
        return None
    return name, str(found.kwargs.get("slug") or found.kwargs.get("plan") or "")


class Walk:
    """One account's way: ``faults`` by page, ``seen`` kinds of pages."""

    def __init__(self, page: Page, wanted: argparse.Namespace) -> None:
        self.page, self.wanted = page, wanted
        self.seen: dict[tuple[str, str], str] = {}
        self.faults: list[tuple[str, Fault]] = []
        self.heard = listen(page)

    def go(self) -> None:
        ahead = [self.page.url, *STARTS]
        while ahead and len(self.seen) < self.wanted.max:
            address = urljoin(self.page.url, ahead.pop(0))
            kind = kind_of(address)
            if urlsplit(address).netloc != urlsplit(self.page.url).netloc or kind is None:
                continue
            if kind in self.seen:
                continue
            self.seen[kind] = address
            self.heard.clear()
            try:
                answer = self.page.goto(address)
            except Error as wrong:
                if "ERR_ABORTED" not in str(wrong) and "Download" not in str(wrong):
                    self.faults.append((address, Fault("not opened", str(wrong)[:120])))
                continue
            if answer is None or "html" not in answer.headers.get("content-type", ""):
                continue
            if answer.status >= 400:
                self.faults.append((address, Fault("status", str(answer.status))))
                continue
            ahead += self.page.eval_on_selector_all("a[href]", _LINKS)
            if self.wanted.only in address:
                self.faults += [(address, fault) for fault in self.look()]

    def look(self) -> Iterator[Fault]:
        """What is wrong with the page that stands there."""
        for width in self.wanted.at:
            yield from wider_than_the_window(self.page, width)
            if width in (360, 1280):
                yield from broken_rules(self.page)
            if width == 1280 and not self.wanted.light:
                self.page.emulate_media(color_scheme="dark")
                for fault in broken_rules(self.page, "color-contrast"):
                    yield fault._replace(rule="color-contrast, dark")
                self.page.emulate_media(color_scheme="light")
        yield from self.heard
        self.heard.clear()


@contextmanager
def trial(server: str) -> Iterator[tuple[str, str]]:
    """The address of a trial and the password of its accounts."""
    if server:
        yield server, os.environ.get("TRIAL_PASSWORD", "nhrc-trial-2566")
        return
    with tempfile.TemporaryDirectory() as folder, served(Path(folder)) as found:
        yield found


def walk(browser: Browser, address: str, password: str, wanted: argparse.Namespace) -> int:
    """Walk as everybody in every language; gives how many faults there are, and prints them."""
    where: dict[tuple[str, str], list[str]] = defaultdict(list)
    example: dict[tuple[str, str], Fault] = {}
    counts: Counter[str] = Counter()
    reached: set[str] = set()
    pages = 0
    for account in wanted.people:
        for language in wanted.languages:
            begun = time.monotonic()
            page = signed_in(browser, address, account, password)
            page.context.add_cookies([
                {"name": "django_language", "value": language, "url": address}
            ])  # fmt: skip
            found = Walk(page, wanted)
            found.go()
            page.context.close()
            pages += len(found.seen)
            reached |= {name for name, _plan in found.seen}
            for place, fault in found.faults:
                counts[fault.rule] += 1
                key = (fault.rule, "".join(c for c in fault.where if not c.isdigit()))
                where[key].append(f"{account}/{language} {urlsplit(place).path}")
                example[key] = fault
            print(
                f"{account} in {language}: {len(found.seen)} pages, {len(found.faults)} faults, "
                f"{time.monotonic() - begun:.0f} s", flush=True,
            )  # fmt: skip
    for key, places in sorted(where.items(), key=lambda item: (item[0][0], -len(item[1]))):
        print(f"\n{example[key]}\n    {len(places)} times: {', '.join(sorted(set(places))[:4])}")
    if wanted.max > 10_000 and not wanted.only:
        missed = sorted(every_name() - reached)
        print(f"\nNever reached ({len(missed)}): {', '.join(missed)}")
    print(f"\n{pages} pages, {sum(counts.values())} faults: {dict(counts)}")
    return sum(counts.values())


def every_name() -> set[str]:
    """The names of the addresses behind which a page stands."""
    from tests.support.addresses import names_of

    names = {name for name, _arguments in names_of(get_resolver())}
    return {name for name in names if not any(name.endswith(end) for end in _NO_PAGES)}


def arguments(given: list[str]) -> Any:
    known = argparse.ArgumentParser(description=__doc__)
    known.add_argument("--as", dest="people", type=lambda text: text.split(","), default=PEOPLE)
    known.add_argument(
        "--in", dest="languages", type=lambda text: text.split(","), default=LANGUAGES
    )
    known.add_argument(
        "--at", type=lambda text: [int(width) for width in text.split(",")], default=WIDTHS
    )
    known.add_argument("--only", default="", help="look at addresses that hold this")
    known.add_argument("--max", type=int, default=100_000, help="pages of each account")
    known.add_argument("--light", action="store_true", help="the light colours alone")
    known.add_argument("--server", default="", help="a trial that runs already")
    return known.parse_args(given)


def main(given: list[str]) -> int:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    wanted = arguments(given)
    with trial(wanted.server) as (address, password), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        faults = walk(browser, address, password, wanted)
        browser.close()
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
