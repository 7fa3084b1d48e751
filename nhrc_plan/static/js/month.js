// Comfort only: how each row would stand, while it is typed. The server judges, by the one rule
// there is; nothing is saved by it.
document.addEventListener("DOMContentLoaded", () => {
  const form = document.querySelector("form[data-judge]");
  if (!form) return;
  const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
  const latest = new WeakMap();

  const ask = async (row) => {
    const asked = {};
    latest.set(row, asked);
    const body = new FormData();
    body.set("csrfmiddlewaretoken", token);
    row.querySelectorAll("input, select, textarea").forEach((field) => {
      if ((field.type === "checkbox" || field.type === "radio") && !field.checked) return;
      body.append(field.name, field.value);
    });
    const shown = row.querySelector("[data-live]");
    try {
      const answer = await fetch(form.dataset.judge, { method: "POST", body });
      const said = await answer.json();
      // An answer that was overtaken by more typing says nothing.
      if (latest.get(row) !== asked) return;
      shown.textContent = said.text ? [said.shape, said.text, said.of_expected].filter(Boolean).join(" ") : "";
    } catch {
      shown.textContent = "";
    }
  };

  form.querySelectorAll("[data-row]").forEach((row) => {
    let waiting;
    row.addEventListener("input", (event) => {
      if (event.target.closest(".words")) return;
      clearTimeout(waiting);
      waiting = setTimeout(() => ask(row), 350);
    });
  });
});
