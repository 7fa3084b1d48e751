"""What a page does wrong for those who use it otherwise than most: asked of a browser.

Rules: WCAG 2.2 level A and AA as axe knows them, and those of its recommendations that a screen
reader feels at once. Beside them: whatever the content policy blocks, errors of the console, and
whatever stands wider than the window.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

from axe_playwright_python.sync_playwright import Axe

#: Of a phone to a wall: CSS pixels.
WIDTHS = (360, 768, 1280, 2560)
_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_OPTIONS: dict[str, Any] = {
    "resultTypes": ["violations"],
    "preload": False,
    "runOnly": {"type": "tag", "values": _TAGS},
    "rules": {"target-size": {"enabled": True}},
}
#: The elements that stand out of the window; what scrolls within a box of its own does not.
_WIDE = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  const within = (each) => {
    for (let box = each.parentElement; box && box !== document.body; box = box.parentElement)
      if (/auto|scroll|hidden|clip/.test(getComputedStyle(box).overflowX)) return true;
    return false;
  };
  const name = (each) => each.tagName.toLowerCase() + (each.id ? "#" + each.id : "") +
    [...each.classList].map((word) => "." + word).join("");
  const out = [...document.body.querySelectorAll("*")].filter((each) => {
    const box = each.getBoundingClientRect();
    return box.width && box.right > width + 1 && !within(each);
  });
  const last = out.filter((each) => !out.some((other) => other !== each && each.contains(other)));
  return last.slice(0, 3).map(name).concat(out.length ? [] : ["something"])
    .map((found) => `${found} (${document.documentElement.scrollWidth} of ${width})`);
}"""


_RUN = "options => axe.run(document, options).then(found => found.violations)"


class Fault(NamedTuple):
    """``rule``: what is broken; ``where``: the element; ``what``: how it is written there."""

    rule: str
    where: str
    what: str = ""

    def __str__(self) -> str:
        return f"{self.rule}: {self.where} {self.what}".rstrip()


@cache
def _axe() -> str:
    return str(Axe().axe_script)


def broken_rules(page: Any, *rules: str, colours: bool = True) -> Iterator[Fault]:
    """What axe finds on a page as it stands; ``rules``: these alone; ``colours``: contrast as well,
    which takes as long as all else."""
    options: dict[str, Any] = dict(_OPTIONS)
    if rules:
        options["runOnly"] = {"type": "rule", "values": list(rules)}
    if not colours:
        options["rules"] = {**options["rules"], "color-contrast": {"enabled": False}}
    # Once for each page that is loaded: the script is half a megabyte.
    if not page.evaluate("'axe' in window"):
        page.evaluate(_axe())
    for found in page.evaluate(_RUN, options):
        for node in found["nodes"]:
            where = " ".join(str(part) for part in node["target"])
            yield Fault(found["id"], where, node["html"][:160])


def wider_than_the_window(page: Any, width: int) -> Iterator[Fault]:
    """What stands out of a window of so many pixels."""
    page.set_viewport_size({"width": width, "height": 900})
    for found in page.evaluate(_WIDE):
        yield Fault(f"overflow at {width}", found)


def listen(page: Any) -> list[Fault]:
    """A list that fills with what goes wrong while pages are looked at: errors of the console,
    of scripts, and what the content policy blocks."""
    wrong: list[Fault] = []

    def told(message: Any) -> None:
        if message.type == "error":
            rule = "content policy" if "Content Security Policy" in message.text else "console"
            wrong.append(Fault(rule, message.text[:200]))

    page.on("console", told)
    page.on("pageerror", lambda error: wrong.append(Fault("script", str(error)[:200])))
    return wrong
