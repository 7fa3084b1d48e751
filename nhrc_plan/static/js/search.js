// Searching from anywhere, the keys for it, and tables to paste into a spreadsheet. Every page
// works without it: the links lead to the page of searching.
(() => {
  const box = document.getElementById("search-box");
  const keys = document.getElementById("keys-box");
  if (!box || !box.showModal) return;
  const field = box.querySelector("input[type=search]");
  const form = field.form;
  const list = box.querySelector("ul");
  const said = box.querySelector("[role=status]");
  let asked = "";
  let chosen = -1;

  const open = (event) => {
    if (event) event.preventDefault();
    if (!box.open) box.showModal();
    field.select();
  };

  const choose = (place) => {
    const rows = [...list.querySelectorAll("[role=option]")];
    chosen = rows.length ? (place + rows.length) % rows.length : -1;
    rows.forEach((row, at) => row.setAttribute("aria-selected", String(at === chosen)));
    if (chosen < 0) return field.removeAttribute("aria-activedescendant");
    field.setAttribute("aria-activedescendant", rows[chosen].id);
    rows[chosen].scrollIntoView({ block: "nearest" });
  };

  const show = ({ found }) => {
    let group = "";
    list.replaceChildren();
    found.forEach((hit, at) => {
      if (hit.group !== group) {
        group = hit.group;
        const head = document.createElement("li");
        head.className = "muted small";
        head.setAttribute("role", "presentation");
        head.textContent = hit.group_name;
        list.append(head);
      }
      const row = document.createElement("li");
      row.id = `found-${at}`;
      row.setAttribute("role", "option");
      const link = document.createElement("a");
      link.href = hit.url;
      link.tabIndex = -1;
      link.textContent = [hit.code, hit.name].filter(Boolean).join(" ");
      row.append(link);
      list.append(row);
    });
    field.setAttribute("aria-expanded", String(found.length > 0));
    said.textContent = found.length || !asked ? "" : said.dataset.none;
    choose(found.length ? 0 : -1);
  };

  let waits;
  field.addEventListener("input", () => {
    clearTimeout(waits);
    waits = setTimeout(async () => {
      asked = field.value.trim();
      if (!asked) return show({ found: [] });
      const query = new URLSearchParams(new FormData(form));
      const answer = await fetch(`${form.dataset.search}?${query}`).catch(() => null);
      if (answer && answer.ok && field.value.trim() === asked) show(await answer.json());
    }, 150);
  });

  field.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      choose(chosen + (event.key === "ArrowDown" ? 1 : -1));
    } else if (event.key === "Enter" && chosen >= 0 && field.value.trim() === asked) {
      event.preventDefault();
      list.querySelectorAll("[role=option]")[chosen].querySelector("a").click();
    }
  });

  document.querySelectorAll("a[data-opens]").forEach((link) =>
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      if (link.dataset.opens === "search") return open(event);
      event.preventDefault();
      keys.showModal();
    })
  );

  // Keys of one letter can be switched off (WCAG 2.1.4); they never work while one types.
  const kept = "keys-off";
  const read = () => {
    try { return localStorage.getItem(kept); } catch { return null; }
  };
  const tick = keys.querySelector("[data-keys-on]");
  tick.checked = read() === null;
  tick.addEventListener("change", () => {
    try {
      if (tick.checked) localStorage.removeItem(kept);
      else localStorage.setItem(kept, "1");
    } catch { /* The device keeps nothing; the keys stay as they are. */ }
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || read() !== null) return;
    if (event.target.closest("input, textarea, select, [contenteditable], dialog")) return;
    if (event.key === "/") open(event);
    else if (event.key === "?") keys.showModal();
    else if (event.key === "[" || event.key === "]") {
      const link = document.querySelector(`a[rel~=${event.key === "[" ? "prev" : "next"}]`);
      if (link) link.click();
    } else if (event.key === "<" || event.key === ">") {
      const link = document.querySelector(`a[data-month=${event.key === "<" ? "before" : "after"}]`);
      if (link) link.click();
    }
  });
})();
