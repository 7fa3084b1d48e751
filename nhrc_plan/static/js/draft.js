// What somebody has typed into a form is not lost: leaving the page warns, and what was typed is
// kept in this browser until it has been saved. The server knows nothing of it; the version that
// was read is kept with it, so that what somebody else saved meanwhile is still told.
document.addEventListener("DOMContentLoaded", () => {
  const words = document.getElementById("draft-words");
  const user = words?.dataset.user;
  const key = `draft:${user}:${location.pathname}${location.search}`;
  const SENT = "draft-sent";

  // Whoever signs out leaves nothing behind.
  document.querySelectorAll("form[action*='logout']").forEach((form) =>
    form.addEventListener("submit", () => {
      Object.keys(localStorage).filter((name) => name.startsWith("draft:")).forEach((name) => localStorage.removeItem(name));
    }),
  );

  const sent = sessionStorage.getItem(SENT);
  if (sent && !document.querySelector(".errornote, .errorlist")) localStorage.removeItem(sent);
  sessionStorage.removeItem(SENT);

  const form = document.querySelector("#content-main form[method='post']:not(#changelist-form)");
  if (!words || !form || !form.querySelector("textarea, input[type='text'], select")) return;

  const KEPT = "input:not([type='hidden']):not([type='password']):not([type='file']):not([type='submit']), textarea, select";
  const VERSIONS = "input[type='hidden'][name$='version'], input[type='hidden'][name$='shown']";
  const fields = () => [...form.querySelectorAll(`${KEPT}, ${VERSIONS}`)].filter((field) => field.name);
  const ticks = (field) => field.type === "checkbox" || field.type === "radio";
  const name = (field) => (ticks(field) ? `${field.name}=${field.value}` : field.name);
  const read = (field) => (ticks(field) ? field.checked : field.value);
  const state = () => JSON.stringify(Object.fromEntries(fields().map((field) => [name(field), read(field)])));

  const shown = state();
  let changed = false;
  let leaving = false;
  let waiting;
  const keep = () => {
    try {
      localStorage.setItem(key, state());
    } catch {
      // A full or closed store: the warning still stands.
    }
  };
  form.addEventListener("input", () => {
    changed = true;
    clearTimeout(waiting);
    waiting = setTimeout(keep, 300);
  });
  form.addEventListener("submit", () => {
    leaving = true;
    if (!changed) return;
    clearTimeout(waiting);
    keep();
    sessionStorage.setItem(SENT, key);
  });
  window.addEventListener("beforeunload", (event) => {
    if (changed && !leaving && state() !== shown) event.preventDefault();
  });

  const kept = localStorage.getItem(key);
  if (!kept || kept === shown || document.querySelector(".errornote, .errorlist")) return;
  const notice = document.createElement("p");
  notice.className = "draft-notice";
  notice.setAttribute("role", "status");
  const button = (text, press) => {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = text;
    made.addEventListener("click", () => {
      press();
      notice.remove();
    });
    return made;
  };
  notice.append(
    words.dataset.found, " ",
    button(words.dataset.restore, () => {
      const typed = JSON.parse(kept);
      fields().forEach((field) => {
        if (!(name(field) in typed)) return;
        if (ticks(field)) field.checked = typed[name(field)];
        else field.value = typed[name(field)];
      });
      changed = true;
      form.dispatchEvent(new Event("input", { bubbles: true }));
    }), " ",
    button(words.dataset.discard, () => localStorage.removeItem(key)),
  );
  form.before(notice);
});
