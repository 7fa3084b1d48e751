// Lists of the admin. Comfort only: every list works without it.
document.addEventListener("DOMContentLoaded", () => {
  // One filter is open at a time; Escape and a press elsewhere close it.
  const filters = [...document.querySelectorAll("details.filter")];
  filters.forEach((filter) => {
    filter.addEventListener("toggle", () => {
      if (!filter.open) return;
      filters.filter((other) => other !== filter).forEach((other) => (other.open = false));
      filter.querySelector(".narrow")?.focus();
    });
    filter.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !filter.open) return;
      filter.open = false;
      filter.querySelector("summary").focus();
    });
  });
  document.addEventListener("click", (event) => {
    filters.filter((filter) => !filter.contains(event.target)).forEach((filter) => (filter.open = false));
  });

  // Among many choices one searches.
  document.querySelectorAll(".filter .narrow").forEach((field) => {
    const choices = [...field.parentElement.querySelectorAll("li")];
    field.hidden = false;
    field.addEventListener("input", () => {
      const wanted = field.value.trim().toLowerCase();
      choices.forEach((choice) => (choice.hidden = !choice.textContent.toLowerCase().includes(wanted)));
    });
  });

  // On a phone a row becomes a list, each value under the name of its column.
  const heads = [...document.querySelectorAll("#result_list thead th")];
  document.querySelectorAll("#result_list tbody tr").forEach((row) =>
    [...row.children].forEach((cell, place) => {
      const head = heads[place]?.querySelector(".text")?.textContent.trim();
      if (head) cell.dataset.label = head;
    }),
  );
});
