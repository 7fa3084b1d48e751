// Comfort only: every page works without it.

// What a phone folds stands open where there is room: the style shows it, this says so as well.
const wide = matchMedia("(min-width: 761px)");
const unfold = () => {
  for (const each of document.querySelectorAll("details.fold")) {
    each.open = wide.matches;
    each.firstElementChild.tabIndex = wide.matches ? -1 : 0;
  }
};
unfold();
wide.addEventListener("change", unfold);

// A drawing is one stop of the Tab key; arrows go from figure to figure in it.
for (const chart of document.querySelectorAll(".chart")) {
  const spots = [...chart.querySelectorAll(".chart-spot")];
  spots.forEach((spot, place) => { spot.tabIndex = place ? -1 : 0; });
  chart.addEventListener("keydown", (event) => {
    const at = spots.indexOf(document.activeElement);
    const to = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1,
      Home: 0, End: spots.length - 1 }[event.key];
    if (at < 0 || !spots[to]) return;
    event.preventDefault();
    spots[at].tabIndex = -1;
    spots[to].tabIndex = 0;
    spots[to].focus();
  });
}

// What is wider than its box is drawn aside by the arrows as well, where nothing in it takes the focus.
const boxes = new ResizeObserver((seen) => seen.forEach(({ target: box }) => {
  const wide = box.scrollWidth > box.clientWidth && !box.querySelector("a[href], button, input, select");
  if (!wide) return box.removeAttribute("tabindex");
  const part = box.querySelector("caption") || box.closest("details, section")?.querySelector("summary, h2, h3");
  box.tabIndex = 0;
  box.setAttribute("role", "group");
  if (part) box.setAttribute("aria-label", part.textContent.trim());
}));
document.querySelectorAll(".scroll").forEach((box) => boxes.observe(box));

document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-submit-on-change]");
  if (form) form.requestSubmit();
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});

// How much of one's work cannot wait, beside its place in the menu; said once, politely.
window.addEventListener("load", async () => {
  const link = document.querySelector("a[data-count]");
  if (!link) return;
  const said = document.createElement("span");
  said.className = "visually-hidden";
  said.setAttribute("role", "status");
  link.append(said);
  const answer = await fetch(link.dataset.count).catch(() => null);
  if (!answer || !answer.ok) return;
  const { pressing, text } = await answer.json();
  if (!pressing) return;
  const number = document.createElement("span");
  number.className = "pressing";
  number.setAttribute("aria-hidden", "true");
  number.textContent = pressing;
  said.before(" ", number);
  said.textContent = `(${text.label})`;
});
