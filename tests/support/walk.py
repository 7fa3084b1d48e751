"""``make walk``: a browser goes to every page and screen and says what is wrong there.

A trial with samples is served; as each account every link is followed, one of a kind: of an
address with its plan, one example or ``EXAMPLES``. Each page is looked at in both languages, at four
widths and in both colour schemes, as it comes and with everything open that a press opens; forms as
well after they were refused. What an account sees exactly as one before it is not looked at again.
``--as=planner --in=th --at=360 --only=admin --max=20`` walk a part of it; ``--server=http://…``
walks a trial that runs already.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections import Counter, defaultdict, deque
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
from tests.support.keyboard import for_everybody  # noqa: E402
from tests.support.pictures import served, signed_in  # noqa: E402

#: Accounts of the trial, and whoever has not signed in.
NOBODY = "nobody"
PEOPLE = ("planner", "reporter", "approver", "executive", "admin", NOBODY)
LANGUAGES = ("th", "en")
#: An address at which nothing stands, and what its page is an example of.
NOWHERE = "/not/there/"
MISSING = ("nowhere", "")
#: Rules that the dark may break where the light does not.
OF_COLOUR = ("color-contrast", "link-in-text-block")
#: Where a walk begins, beside the first page of whoever signs in.
STARTS = (
    "/", "/admin/", "/my-work/", "/help/", "/plans/", "/password/", "/styleguide/", "/search/?q=S1",
    "/signed-out/", "/login/", NOWHERE,
)  # fmt: skip
#: What no page stands behind: data, files, what ends the session.
_NO_PAGES = ("_data", "_export", "export", "workbook", "logout", "jsi18n", "file")
#: Pages that look different for different rows: how many of them.
EXAMPLES = {"indicator": 4, "project": 2, "unit": 2, "meeting": 2, "resolution": 2}
EXAMPLES |= {f"admin:kpis_result_{kind}": 4 for kind in ("add", "change")}
#: What a reader sees, without what differs from visit to visit.
_SEEN = """() => (document.querySelector("main") || document.body).outerHTML
  .replace(/value="[A-Za-z0-9]{64}"/g, "")"""
_OPEN = """open => {
  for (const each of document.querySelectorAll("details:not([open], .filter)"))
    each.dataset.shut = "";
  for (const each of document.querySelectorAll("[data-shut]")) each.open = open;
}"""
#: Presses that lay something over the page; how each is shut again.
_LAYERS = ("#search-box", "#keys-box", "#menu[popover]", "#tools[popover]", "details.filter")
_LAYER = """([layer, open]) => {
  const found = document.querySelector(layer);
  if (!found || (open && found.tagName !== "DETAILS" && getComputedStyle(found).display !== "none"))
    return false;
  if (found.tagName === "DETAILS") found.open = open;
  else if (found.popover) found[open ? "showPopover" : "hidePopover"]();
  else found[open ? "showModal" : "close"]();
  return true;
}"""
_EMPTY = """() => {
  const form = document.querySelector("main form:has([name=_save])");
  if (!form) return false;
  form.noValidate = true;
  for (const each of form.querySelectorAll("input[type=text], input[type=number], textarea"))
    if (!each.readOnly) each.value = each.type === "text" && each.inputMode ? "x" : "";
  return true;
}"""
#: Forms of the administration stay light.
_DARKENS = "html.reading-page"
_LINKS = "links => links.map(link => link.href)"


def kind_of(address: str) -> tuple[str, str] | None:
    """What an address is an example of: its name with the plan; None where no page stands."""
    path = urlsplit(address).path
    if path == NOWHERE:
        return MISSING
    try:
        found = resolve(path)
    except Resolver404:
        return None
    name = found.view_name or ""
    if not name or any(name.endswith(end) for end in _NO_PAGES):
        return None
    return name, str(found.kwargs.get("slug") or found.kwargs.get("plan") or "")


def alike(fault: Fault) -> tuple[str, str]:
    """What two faults have in common that are one."""
    return fault.rule, "".join(sign for sign in fault.where if not sign.isdigit())


class Walk:
    """One account's way: ``faults`` by page, ``seen`` kinds of pages."""

    def __init__(self, page: Page, wanted: argparse.Namespace, looked: set[int]) -> None:
        self.page, self.wanted, self.looked = page, wanted, looked
        self.seen: dict[tuple[str, str], list[str]] = defaultdict(list)
        self.faults: list[tuple[str, Fault]] = []
        self.heard = listen(page)
        self.examined = 0
        self.laid: set[tuple[str, int]] = set()

    def go(self) -> None:
        ahead = deque([self.page.url, *STARTS])
        while ahead and len(self.seen) < self.wanted.max:
            address = urljoin(self.page.url, ahead.popleft())
            kind = kind_of(address)
            if urlsplit(address).netloc != urlsplit(self.page.url).netloc or kind is None:
                continue
            places = self.seen[kind]
            path = urlsplit(address).path
            if path in places or len(places) >= EXAMPLES.get(kind[0], 1):
                continue
            places.append(path)
            self.heard.clear()
            try:
                answer = self.page.goto(address)
            except Error as wrong:
                if "ERR_ABORTED" not in str(wrong) and "Download" not in str(wrong):
                    self.wrong(address, Fault("not opened", str(wrong)[:120]))
                continue
            if answer is None or "html" not in answer.headers.get("content-type", ""):
                continue
            if kind == MISSING or (answer.status == 403 and urlsplit(address).path in STARTS):
                self.heard.clear()
            elif answer.status >= 400:
                self.wrong(address, Fault("status", str(answer.status)))
                continue
            here = urlsplit(self.page.url).path
            links = self.page.eval_on_selector_all("a[href]", _LINKS)
            ahead += [link for link in links if urlsplit(link).path != here]
            if self.wanted.only in address:
                self.wrong(address, *self.look())
                if kind[0].endswith(("_add", "_month")):
                    self.wrong(f"{address} refused", *self.refused())

    def wrong(self, place: str, *faults: Fault) -> None:
        """Keep what is wrong at a place, and say what was not wrong anywhere before."""
        for fault in faults:
            if alike(fault) not in {alike(other) for _place, other in self.faults}:
                print(f"  {urlsplit(place).path}: {fault}", file=sys.stderr, flush=True)
            self.faults.append((place, fault))

    def look(self) -> Iterator[Fault]:
        """What is wrong with the page that stands there."""
        seen = hash(self.page.evaluate(_SEEN))
        if seen in self.looked:
            yield from self._told()
            return
        self.looked.add(seen)
        self.examined += 1
        if self.wanted.keys:
            self.page.evaluate(_OPEN, True)
            yield from for_everybody(self.page)
            yield from self._told()
            return
        for width in self.wanted.at:
            yield from wider_than_the_window(self.page, width)
            self.page.evaluate(_OPEN, True)
            yield from wider_than_the_window(self.page, width)
            if width in (360, 1280):
                yield from broken_rules(self.page, colours=width == 1280)
            if width == 1280 and not self.wanted.light and self.page.locator(_DARKENS).count():
                self.page.emulate_media(color_scheme="dark")
                for fault in broken_rules(self.page, *OF_COLOUR):
                    yield fault._replace(rule=f"{fault.rule}, dark")
                self.page.emulate_media(color_scheme="light")
            self.page.evaluate(_OPEN, False)
            yield from self.layers(width)
        yield from self._told()

    def layers(self, width: int) -> Iterator[Fault]:
        """What is wrong with what can be laid over a page, the first time it can be."""
        for layer in _LAYERS:
            if (layer, width) in self.laid or not self.page.evaluate(_LAYER, [layer, True]):
                continue
            self.laid.add((layer, width))
            yield from wider_than_the_window(self.page, width)
            # What lies beneath is covered for as long; so its targets are small.
            yield from (fault for fault in broken_rules(self.page) if fault.rule != "target-size")
            self.page.evaluate(_LAYER, [layer, False])

    def refused(self) -> Iterator[Fault]:
        """What is wrong with a form that comes back because of what was typed."""
        self.heard.clear()
        if not self.page.evaluate(_EMPTY):
            return
        with self.page.expect_navigation():
            self.page.locator("main form [name=_save]").first.click()
        yield from self.look()

    def _told(self) -> Iterator[Fault]:
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


def standing(browser: Browser, address: str, account: str, password: str) -> Page:
    """A page before somebody who has signed in, or before nobody."""
    if account != NOBODY:
        return signed_in(browser, address, account, password)
    page = browser.new_context(base_url=address).new_page()
    page.goto("/login/")
    return page


def walk(browser: Browser, address: str, password: str, wanted: argparse.Namespace) -> int:
    """Walk as everybody in every language; gives how many faults there are, and prints them."""
    where: dict[tuple[str, str], list[str]] = defaultdict(list)
    example: dict[tuple[str, str], Fault] = {}
    counts: Counter[str] = Counter()
    reached: set[str] = set()
    pages = examined = 0
    looked: set[int] = set()
    for account in wanted.people:
        for language in wanted.languages:
            begun = time.monotonic()
            page = standing(browser, address, account, password)
            page.context.add_cookies([
                {"name": "django_language", "value": language, "url": address}
            ])  # fmt: skip
            found = Walk(page, wanted, looked)
            found.go()
            page.context.close()
            own = sum(map(len, found.seen.values()))
            pages += own
            examined += found.examined
            reached |= {name for name, _plan in found.seen}
            for place, fault in found.faults:
                counts[fault.rule] += 1
                key = alike(fault)
                where[key].append(f"{account}/{language} {urlsplit(place).path}")
                example[key] = fault
            print(
                f"{account} in {language}: {own} pages, {found.examined} of them unlike those before, "
                f"{len(found.faults)} faults, {time.monotonic() - begun:.0f} s", flush=True,
            )  # fmt: skip
    for key, places in sorted(where.items(), key=lambda item: (item[0][0], -len(item[1]))):
        print(f"\n{example[key]}\n    {len(places)} times: {', '.join(sorted(set(places))[:4])}")
    if wanted.max > 10_000 and not wanted.only:
        missed = sorted(every_name() - reached)
        print(f"\nNever reached ({len(missed)}): {', '.join(missed)}")
    print(
        f"\n{pages} pages, {examined} of them unlike each other, {len(reached)} names, "
        f"{sum(counts.values())} faults: {dict(counts)}"
    )
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
    known.add_argument(
        "--keys", action="store_true",
        help="instead: by keyboard, in the order of the accessibility tree, at 200 %, without motion",
    )  # fmt: skip
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
