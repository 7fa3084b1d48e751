// Comfort only: every page works without it.
document.documentElement.classList.add("script");

// What a phone folds stands open where there is room: the style shows it, this says so as well.
document.addEventListener("DOMContentLoaded", () => {
  const wide = matchMedia("(min-width: 761px)");
  const unfold = () => {
    for (const each of document.querySelectorAll("details.fold")) {
      each.open = wide.matches;
      each.firstElementChild.tabIndex = wide.matches ? -1 : 0;
    }
  };
  unfold();
  wide.addEventListener("change", unfold);
});

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
