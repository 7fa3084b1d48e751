// A page for a room, one panel a screen: keys, and the buttons of a clicker, go on and back.
addEventListener("DOMContentLoaded", () => {
  const bar = document.querySelector(".projector-keys");
  const parts = (panel) => {
    const groups = panel.querySelectorAll(".five tbody");
    return groups.length > 1 ? [...groups] : [panel];
  };
  const stops = [...document.querySelectorAll("main .panel")].flatMap(parts);
  if (!bar || !stops.length) return;
  let at = 0;

  const show = (place) => {
    at = Math.min(Math.max(place, 0), stops.length - 1);
    const stop = stops[at];
    // What is folded is opened for the room when its turn comes.
    for (const each of stop.querySelectorAll(":scope > details")) each.open = true;
    if (at === 0) scrollTo({ top: 0 });
    else stop.scrollIntoView({ block: "start" });
    stop.tabIndex = -1;
    stop.focus({ preventScroll: true });
    bar.querySelector("b").textContent = `${at + 1} / ${stops.length}`;
  };
  // What is higher than the screen is read to its end before the next comes.
  const goOn = () => {
    const rest = stops[at].getBoundingClientRect().bottom - bar.getBoundingClientRect().top;
    if (rest > 8) scrollBy({ top: Math.min(rest, innerHeight * 0.8) });
    else show(at + 1);
  };
  const goBack = () => {
    if (stops[at].getBoundingClientRect().top < -8) scrollBy({ top: -innerHeight * 0.8 });
    else show(at - 1);
  };
  const keys = {
    ArrowRight: goOn, PageDown: goOn, " ": goOn, ArrowDown: goOn,
    ArrowLeft: goBack, PageUp: goBack, ArrowUp: goBack,
    Home: () => show(0), End: () => show(stops.length - 1),
    Escape: () => bar.querySelector("a").click(),
  };
  addEventListener("keydown", (event) => {
    const meant = event.target.closest("select, input, textarea, button, a, summary");
    if (event.defaultPrevented || !keys[event.key] || event.ctrlKey || event.altKey || event.metaKey) return;
    if (meant && event.key !== "Escape" && !event.key.startsWith("Page")) return;
    event.preventDefault();
    keys[event.key]();
  });
  bar.querySelector("b").textContent = `1 / ${stops.length}`;
});
