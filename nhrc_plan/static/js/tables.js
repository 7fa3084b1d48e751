// A table is copied as it is seen, to be pasted into a spreadsheet. Comfort only.
(() => {
  const made = document.getElementById("copy-table");
  if (!made) return;
  const LEFT_OUT = "[aria-hidden=true], .more-cell, .no-print, details, svg, button, script, template";

  // What is to be seen of a node, in words: a shape is left out beside its word, and what stands in
  // lines of its own is set apart.
  const seen = (node) => {
    if (node.nodeType === Node.TEXT_NODE) return node.data;
    if (node.nodeType !== Node.ELEMENT_NODE || node.matches(LEFT_OUT)) return "";
    if (node.tagName === "BR") return " ";
    const how = getComputedStyle(node).display;
    if (how === "none") return "";
    const text = [...node.childNodes].map(seen).join("");
    return how.startsWith("inline") ? text : ` ${text} `;
  };

  const words = (cell) => {
    const text = seen(cell).replace(/\s+/g, " ").trim();
    // A number in Thai digits would be a text to a spreadsheet.
    const plain = text.replace(/[\u0e50-\u0e59]/g, (digit) => digit.charCodeAt(0) - 0x0e50);
    if (/^[+\u2212-]?[\d,]+(\.\d+)?%?$/.test(plain)) return plain.replace("\u2212", "-");
    // A spreadsheet takes these for the beginning of a formula; behind the mark they stay text.
    return /^[=+\-@]/.test(text) ? `'${text}` : text;
  };

  const lines = (table) => {
    const rows = [...table.rows].filter((row) => row.getClientRects().length);
    const grid = rows.map(() => []);
    rows.forEach((row, down) => {
      let across = 0;
      for (const cell of row.cells) {
        if (cell.matches(LEFT_OUT)) continue;
        while (grid[down][across] !== undefined) across += 1;
        for (let below = 0; below < cell.rowSpan && down + below < rows.length; below += 1) {
          for (let beside = 0; beside < cell.colSpan; beside += 1) {
            grid[down + below][across + beside] = below || beside ? "" : words(cell);
          }
        }
        across += cell.colSpan;
      }
    });
    return grid.map((row) => Array.from(row, (text) => text ?? "").join("\t")).join("\n");
  };

  const put = async (text) => {
    if (navigator.clipboard && isSecureContext) return navigator.clipboard.writeText(text);
    // Without https a browser gives pages no clipboard but this one.
    const field = document.createElement("textarea");
    field.value = text;
    field.className = "visually-hidden";
    document.body.append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    if (!done) throw new Error("not copied");
  };

  for (const table of document.querySelectorAll("main table")) {
    if (table.rows.length < 2 || table.closest("form")) continue;
    const bar = document.importNode(made.content, true).firstElementChild;
    const press = bar.querySelector("button");
    const said = bar.querySelector("[role=status]");
    if (!table.id) table.id = `table-${[...document.querySelectorAll("main table")].indexOf(table) + 1}`;
    press.setAttribute("aria-controls", table.id);
    press.addEventListener("click", async () => {
      try {
        await put(lines(table));
        said.textContent = said.dataset.done;
      } catch {
        said.textContent = said.dataset.failed;
      }
      press.focus();
      setTimeout(() => { said.textContent = ""; }, 6000);
    });
    (table.closest(".scroll") || table).after(bar);
  }
})();
