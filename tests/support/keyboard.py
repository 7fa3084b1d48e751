"""What a page does wrong for those who come by keyboard, who read larger, and who are read to.

Asked of a browser: whether Tab reaches every control, shows where it stands and lets go again;
whether what is read one after the other stands one after the other; whether anything is cut off or
stands out of the window when a page or its letters are twice as large; whether anything still moves
for somebody who asked for less of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from tests.support.access import Fault, wider_than_the_window

#: A window of 1280 pixels at 200 %, and one at 400 % (WCAG 1.4.4 and 1.4.10).
ZOOMED = (640, 320)
#: Controls that Tab should come to, and what they look like while it is elsewhere.
_CONTROLS = """() => {
  const look = each => { const css = getComputedStyle(each);
    return [css.outlineStyle === "none" ? "" : css.outlineWidth + css.outlineColor, css.boxShadow,
      css.borderColor, css.backgroundColor, css.textDecoration, css.stroke, css.strokeWidth,
      css.fill, css.opacity].join(); };
  const name = each => each.tagName.toLowerCase() + (each.id ? "#" + each.id : "") +
    (each.name ? `[name=${each.name}]` : "") + " " +
    (each.getAttribute("aria-label") || each.textContent || "").trim().slice(0, 40);
  document.activeElement.blur();
  const groups = new Set();
  const wanted = [...document.querySelectorAll(
    "a[href], button, input, select, textarea, summary, [tabindex]")].filter(each => {
      const box = each.getBoundingClientRect();
      if (each.tabIndex < 0 || each.disabled || each.type === "hidden" || each.closest("[inert]")) return false;
      if (!each.checkVisibility({visibilityProperty: true}) || !box.width || !box.height) return false;
      if (each.type !== "radio") return true;
      const group = each.form?.id + each.name;
      const chosen = document.querySelector(`input[type=radio][name="${CSS.escape(each.name)}"]:checked`);
      if (groups.has(group) || (chosen && chosen !== each)) return false;
      groups.add(group);
      return true;
    });
  const before = new Map(wanted.map(each => [each, look(each)]));
  window.walked = {reached: new Set(), wrong: []};
  document.addEventListener("focusin", ({target: each}) => {
    const {reached, wrong} = window.walked;
    if (each === document.body || reached.has(each)) return;
    reached.add(each);
    if (before.has(each) && look(each) === before.get(each)) wrong.push(["focus not visible", name(each)]);
    const box = [...each.getClientRects()].find(box => box.width && box.height);
    if (!box) return;
    const [x, y] = [box.left + Math.min(box.width / 2, 40), box.top + box.height / 2];
    const top = document.elementFromPoint(x, y);
    if (x < 0 || x > innerWidth || y < 0 || y > innerHeight) wrong.push(["focus out of sight", name(each)]);
    else if (top && !each.contains(top) && !top.contains(each) && !top.closest("label"))
      wrong.push(["focus covered", name(each) + " by " + name(top)]);
  });
  window.unreached = () => wanted.filter(each => !window.walked.reached.has(each)).map(name);
  document.body.tabIndex = -1;
  document.body.focus();
  document.body.removeAttribute("tabindex");
  scrollTo(0, 0);
  return wanted.length;
}"""
_MOVING = """() => {
  const name = each => each.tagName.toLowerCase() + [...each.classList].map(word => "." + word).join("");
  const found = new Set();
  for (const each of document.querySelectorAll("*")) {
    const css = getComputedStyle(each);
    const long = text => text.split(",").some(part => parseFloat(part) > 0.01);
    if (long(css.transitionDuration) || (css.animationName !== "none" && long(css.animationDuration)))
      found.add(name(each));
  }
  if (getComputedStyle(document.documentElement).scrollBehavior === "smooth") found.add("html scrolls");
  return [...found].slice(0, 5);
}"""
#: Words cut off: a box that hides what does not fit and does not say so by intent.
_CUT = """() => {
  const found = [];
  for (const each of document.querySelectorAll("main *")) {
    const css = getComputedStyle(each);
    if (!/hidden|clip/.test(css.overflowX + css.overflowY) || css.textOverflow === "ellipsis") continue;
    if (css.clipPath !== "none" || css.webkitLineClamp !== "none" || each.closest("svg")) continue;
    if (!each.innerText?.trim() || !each.checkVisibility()) continue;
    if (each.scrollWidth > each.clientWidth + 2 || each.scrollHeight > each.clientHeight + 4)
      found.push(each.tagName.toLowerCase() + [...each.classList].map(word => "." + word).join(""));
  }
  return found.slice(0, 3);
}"""
#: What the accessibility tree says that a screen reader stops at.
_STOPS = {"heading", "link", "button", "textbox", "searchbox", "combobox", "checkbox", "radio"}


def by_tab(page: Any) -> Iterator[Fault]:
    """What Tab does not come to, where it does not show, and where it does not get away from."""
    wanted = page.evaluate(_CONTROLS)
    # A date has several places of its own.
    for _ in range(wanted + 3 * page.locator("input[type=date]").count() + 5):
        page.keyboard.press("Tab")
    for what, where in page.evaluate("window.walked.wrong"):
        yield Fault(what, where)
    for where in page.evaluate("window.unreached()"):
        yield Fault("not reached by Tab", where)


class Stop(NamedTuple):
    """Something a screen reader comes to, and where it stands."""

    role: str
    name: str
    left: float
    top: float
    bottom: float


def stops(page: Any) -> list[Stop]:
    """What the accessibility tree holds of headings and controls, in its order, with boxes."""
    session = page.context.new_cdp_session(page)
    found = []
    for node in _in_order(session.send("Accessibility.getFullAXTree")["nodes"]):
        role = node.get("role", {}).get("value")
        if node.get("ignored") or role not in _STOPS:
            continue
        try:
            model = session.send("DOM.getBoxModel", {"backendNodeId": node["backendDOMNodeId"]})
        except Exception:  # noqa: BLE001 - what has no box is nowhere to be seen
            continue
        box = model["model"]["border"]
        xs, ys = box[0::2], box[1::2]
        if max(xs) - min(xs) > 2 and max(ys) - min(ys) > 2:
            name = str(node.get("name", {}).get("value", ""))
            found.append(Stop(role, name, min(xs), min(ys), max(ys)))
    session.detach()
    return found


def _in_order(nodes: list[Any]) -> Iterator[Any]:
    known = {node["nodeId"]: node for node in nodes}
    ahead = [nodes[0]["nodeId"]]
    while ahead:
        node = known.get(ahead.pop())
        if node is not None:
            yield node
            ahead += reversed(node.get("childIds", []))


def out_of_order(read: list[Stop]) -> Iterator[Fault]:
    """What is read after something that it stands above, and not to the right of.

    >>> first, second = Stop("link", "a", 0, 100, 120), Stop("link", "b", 0, 10, 30)
    >>> [fault.rule for fault in out_of_order([first, second])]
    ['read after what stands below']
    >>> list(out_of_order([second, first]))
    []
    """
    for before, after in zip(read, read[1:], strict=False):
        if after.bottom <= before.top and after.left <= before.left + 2:
            yield Fault(
                "read after what stands below",
                f"{after.role} {after.name[:40]!r} after {before.role} {before.name[:40]!r}",
            )


def read_aloud(page: Any) -> Iterator[Fault]:
    """What is wrong with the order in which a screen reader reads, and with what it calls things."""
    read = stops(page)
    for stop in read:
        if not stop.name.strip():
            yield Fault("without a name", f"{stop.role} at {stop.left:.0f}, {stop.top:.0f}")
    yield from out_of_order(read)


def enlarged(page: Any) -> Iterator[Fault]:
    """What stands out of the window, or is cut off, at 200 and 400 %."""
    for width in ZOOMED:
        yield from wider_than_the_window(page, width)
        for found in page.evaluate(_CUT):
            yield Fault(f"cut off at {width}", found)


def moving(page: Any) -> Iterator[Fault]:
    """What moves although its reader asked for less."""
    page.emulate_media(reduced_motion="reduce")
    for found in page.evaluate(_MOVING):
        yield Fault("moves", found)
    page.emulate_media(reduced_motion="no-preference")


def for_everybody(page: Any) -> Iterator[Fault]:
    """All of it, on a wide screen and on a phone; the page is to be loaded anew afterwards."""
    yield from enlarged(page)
    yield from moving(page)
    for width in (360, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        for fault in read_aloud(page):
            yield fault._replace(rule=f"{fault.rule} ({width})")
    yield from by_tab(page)
