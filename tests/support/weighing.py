"""How high, how heavy and how quick the reading pages are, in a real browser: ``make weigh``.

A fresh trial with samples is served as a system at work serves it (gunicorn, collected files,
compression), and every reading page is opened at each width, cold and again, and once more on a
phone with a processor four times slower and a line of 400 kbit/s with 400 ms of delay. What comes
out is the table of ``docs/pages.md``.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from playwright.sync_api import Browser, Page, sync_playwright

from tests.support.pictures import PATIENCE, PLAN, ROOT, free_port

TABLE = ROOT / "docs" / "pages.md"
AT = "?year=2569&month=12"
#: Name, account, address; an address that ends in * is the first such link of the page before it.
PAGES = (
    ("overview", "executive", f"{PLAN}/{AT}"),
    ("overview, first month", "executive", f"{PLAN}/?year=2570&month=1"),
    ("indicators", "executive", f"{PLAN}/indicators/{AT}"),
    ("indicator", "executive", f"{PLAN}/indicators/S3-1.1/{AT}"),
    ("strategy", "executive", f"{PLAN}/strategies/3/{AT}"),
    ("map", "executive", f"{PLAN}/map/{AT}"),
    ("board", "executive", f"{PLAN}/board/{AT}"),
    ("meetings", "executive", f"{PLAN}/meetings/{AT}"),
    ("resolutions", "executive", f"{PLAN}/resolutions/{AT}"),
    ("units", "executive", f"{PLAN}/units/{AT}"),
    ("unit", "executive", f"{PLAN}/units/*"),
    ("budgets", "executive", f"{PLAN}/budgets/{AT}"),
    ("project", "executive", f"{PLAN}/budgets/1-1/{AT}"),
    ("money by unit", "executive", f"{PLAN}/budgets/units/{AT}"),
    ("money beside results", "executive", f"{PLAN}/value/{AT}"),
    ("ITA by year", "executive", "/integrity/ita/"),
    ("ITA", "executive", "/integrity/ita/*"),
    ("measures by year", "executive", "/integrity/measures/"),
    ("measures", "executive", "/integrity/measures/2569/"),
    ("self-assessments", "executive", "/integrity/assessments/"),
    ("self-assessment", "executive", "/integrity/assessments/*"),
    ("rubric", "executive", "/integrity/assessments/rubrics/*"),
    ("my work", "reporter", "/my-work/"),
    ("quality", "planner", f"{PLAN}/quality/"),
    ("owners", "planner", f"{PLAN}/owners/"),
    ("plans", "executive", "/plans/"),
    ("about the plan", "executive", f"{PLAN}/about/"),
)
WIDTHS = (360, 1280, 1920, 2560)
HEIGHTS = {360: 740}
#: The slow line: bytes a second each way, milliseconds of delay, and how much slower the processor.
LINE, DELAY, SLOWER = 400_000 / 8, 400, 4
#: Whatever else the machine does makes a visit longer, never shorter: the quickest of so many counts.
VISITS = 3
FONTS = (".ttf", ".woff2")

WATCH = """
window.seen = {paint: 0, shift: 0};
new PerformanceObserver(list => list.getEntries().forEach(each => {
  seen.paint = each.startTime;
})).observe({type: 'largest-contentful-paint', buffered: true});
new PerformanceObserver(list => list.getEntries().forEach(each => {
  if (!each.hadRecentInput) seen.shift += each.value;
})).observe({type: 'layout-shift', buffered: true});
"""
FIRST_FIGURE = """() => {
  const walk = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const node = walk.currentNode, own = node.parentElement;
    if (!/[0-9]/.test(node.data) || own.closest('h1, .sub, .crumbs, .tools, select, nav, svg title')) continue;
    const range = document.createRange(); range.selectNodeContents(node);
    const box = range.getBoundingClientRect();
    if (box.width > 2 && box.height > 2 && own.checkVisibility()) return Math.round(box.top + scrollY);
  }
  return -1;
}"""


@dataclass(frozen=True, slots=True)
class Weight:
    """A page as it was measured: pixels, bytes over the wire, milliseconds, share of the screen."""

    name: str
    heights: dict[int, int]
    too_wide: dict[int, int]
    first_figure: int
    first: int
    fonts: int
    again: int
    paint: float
    paint_again: float
    shift: float


@contextmanager
def at_work(folder: Path) -> Iterator[tuple[str, str]]:
    """A system as at work, with samples, while it lasts: its address, the accounts' password."""
    port = free_port()
    shared = {
        **os.environ,
        "SECRET_KEY": "weighed-and-thrown-away-" * 3,
        "ALLOWED_HOSTS": "127.0.0.1",
        "DATABASE_URL": f"sqlite:///{folder / 'trial.sqlite3'}",
        "EVIDENCE_DIR": str(folder / "evidence"),
        "SECURE_SSL_REDIRECT": "0",
    }
    manage = [sys.executable, str(ROOT / "manage.py")]
    told = subprocess.run(
        [*manage, "bootstrap", "--sample"],
        env={**shared, "TRIAL": "1"}, cwd=ROOT, check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    if password := re.search(r": (\S+)\)\s*$", told, re.MULTILINE):
        (folder / "password").write_text(password[1], encoding="utf-8")
    subprocess.run(
        [*manage, "collectstatic", "--no-input", "--verbosity", "0"],
        env=shared, cwd=ROOT, check=True,
    )  # fmt: skip
    server = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "nhrc_plan.wsgi", "--threads", "4",
         "--bind", f"127.0.0.1:{port}"],
        env=shared, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(PATIENCE):
            try:
                urlopen(f"{address}/login/").close()
                break
            except OSError:
                time.sleep(1)
        yield address, (folder / "password").read_text(encoding="utf-8")
    finally:
        server.terminate()
        server.wait()


def signed_in(browser: Browser, address: str, account: str, password: str) -> list[Any]:
    """The cookies of somebody who is signed in."""
    context = browser.new_context(base_url=address)
    page = context.new_page()
    page.goto("/login/")
    page.fill("#id_username", account)
    page.fill("#id_password", password)
    with page.expect_navigation():
        page.press("#id_password", "Enter")
    cookies = context.cookies()
    context.close()
    assert any(cookie["name"] == "sessionid" for cookie in cookies), f"{account} is not let in"
    return cookies


class Wire:
    """What goes over the line for a page: all of it, and the fonts among it."""

    def __init__(self, page: Page) -> None:
        self.of: dict[str, str] = {}
        self.bytes = self.fonts = 0
        self.session = page.context.new_cdp_session(page)
        self.session.send("Network.enable")
        self.session.on("Network.responseReceived", self._begun)
        self.session.on("Network.loadingFinished", self._ended)

    def _begun(self, event: dict[str, Any]) -> None:
        self.of[event["requestId"]] = event["response"]["url"]

    def _ended(self, event: dict[str, Any]) -> None:
        length = int(event["encodedDataLength"])
        if self.of.get(event["requestId"], "").endswith(FONTS):
            self.fonts += length
        else:
            self.bytes += length

    def taken(self) -> tuple[int, int]:
        found, self.bytes, self.fonts = (self.bytes, self.fonts), 0, 0
        return found


def opened(browser: Browser, address: str, cookies: list[Any], width: int) -> Page:
    context = browser.new_context(
        base_url=address, viewport={"width": width, "height": HEIGHTS.get(width, 900)}
    )
    context.add_cookies(cookies)
    page = context.new_page()
    page.set_default_timeout(PATIENCE * 1000)
    page.add_init_script(WATCH)
    return page


def painted(browser: Browser, address: str, cookies: list[Any], place: str) -> list[Any]:
    """On a slow phone, for a visit with an empty cache and one after it: milliseconds until the
    largest element stood, and how much moved."""
    page = opened(browser, address, cookies, WIDTHS[0])
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    session.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": DELAY, "downloadThroughput": LINE, "uploadThroughput": LINE},
    )
    visits = []
    for _ in range(2):
        page.goto(place, wait_until="networkidle")
        for _ in range(20):
            if page.evaluate("seen.paint"):
                break
            page.wait_for_timeout(250)
        visits.append(page.evaluate("seen"))
        page.goto("about:blank")
    page.context.close()
    return visits


def weigh(
    browser: Browser, address: str, cookies: list[Any], name: str, place: str, shots: Path | None
) -> Weight:
    heights, too_wide = {}, {}
    page = opened(browser, address, cookies, WIDTHS[0])
    wire = Wire(page)
    page.goto(place, wait_until="networkidle")
    first, fonts = wire.taken()
    figure = page.evaluate(FIRST_FIGURE)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": HEIGHTS.get(width, 900)})
        heights[width] = page.evaluate("document.documentElement.scrollHeight")
        too_wide[width] = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        if shots is not None:
            page.screenshot(path=shots / f"{name.replace(' ', '-')}-{width}.png", full_page=True)
    page.goto("about:blank")
    page.set_viewport_size({"width": WIDTHS[0], "height": HEIGHTS[WIDTHS[0]]})
    page.goto(place, wait_until="networkidle")
    again, _ = wire.taken()
    page.context.close()
    paints = [painted(browser, address, cookies, place) for _ in range(VISITS)]
    paint, paint_again = (min(seen["paint"] for seen in of) for of in zip(*paints, strict=True))
    shift = max(seen["shift"] for visits in paints for seen in visits)
    return Weight(
        name, heights, too_wide, figure, first, fonts, again, paint, paint_again, shift
    )  # fmt: skip


def found(browser: Browser, address: str, cookies: list[Any], place: str) -> str:
    """An address; for one with * the first link that begins so and goes on by a number."""
    if not place.endswith("*"):
        return place
    page = opened(browser, address, cookies, 1280)
    begins = place.removesuffix("*")
    page.goto(begins.removesuffix("rubrics/"))
    hrefs = page.eval_on_selector_all("main a", "all => all.map(each => each.getAttribute('href'))")
    page.context.close()
    pattern = re.compile(rf"{re.escape(begins)}\d+/")
    return next(href for href in hrefs if href and pattern.match(href))


def line(weight: Weight) -> str:
    wide = "".join(f" {width}: +{by}" for width, by in weight.too_wide.items() if by > 0)
    cells = (
        weight.name,
        *(f"{height:,}" for height in weight.heights.values()),
        wide.strip() or "0",
        weight.first_figure,
        f"{weight.first / 1000:.1f}",
        f"{weight.again / 1000:.1f}",
        f"{weight.fonts / 1000:.1f}",
        f"{weight.paint / 1000:.2f}",
        f"{weight.paint_again / 1000:.2f}",
        f"{weight.shift:.3f}",
    )
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


HEAD = (
    "| page | " + " | ".join(f"{width} px" for width in WIDTHS)
    + " | too wide | first figure | first visit kB | again kB | fonts kB | paint s | paint again s | shift |"
)  # fmt: skip


def main(asked: list[str]) -> None:
    """Weigh the pages called ``asked``, without any all of them and keep the table.

    ``--shots=FOLDER`` keeps a picture of each; ``--trial=FOLDER`` keeps the trial for the next
    time, which takes half a minute less.
    """
    options = dict(each[2:].split("=", 1) for each in asked if each.startswith("--"))
    wanted = [each for each in asked if not each.startswith("--")]
    shots = Path(options["shots"]) if "shots" in options else None
    if shots is not None:
        shots.mkdir(parents=True, exist_ok=True)
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    rule = "|---" + "|--:" * (HEAD.count("|") - 2) + "|"
    lines = [HEAD, rule]
    print(HEAD, rule, sep="\n")
    with (
        tempfile.TemporaryDirectory() as name,
        at_work(Path(options.get("trial", name))) as (address, password),
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        people: dict[str, list[Any]] = {}
        for title, account, place in PAGES:
            if wanted and title not in wanted:
                continue
            if account not in people:
                people[account] = signed_in(browser, address, account, password)
            cookies = people[account]
            where = found(browser, address, cookies, place)
            weight = weigh(browser, address, cookies, title, where, shots)
            lines.append(line(weight))
            print(lines[-1], flush=True)
        browser.close()
    if not wanted:
        text = TABLE.read_text(encoding="utf-8")
        start = text.index("| page |")
        before, after = text[:start], text[text.index("\n\n", start) + 1 :]
        TABLE.write_text(before + "\n".join(lines) + "\n" + after, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
