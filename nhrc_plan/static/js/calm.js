// The page that says to wait: what was typed was not saved, so its draft in this browser stays,
// until it is sent again from here.
document.addEventListener("DOMContentLoaded", () => {
  const SENT = "draft-sent";
  const sent = sessionStorage.getItem(SENT);
  if (!sent) return;
  sessionStorage.removeItem(SENT);
  document.querySelector("form[data-kept]")?.addEventListener("submit", () => sessionStorage.setItem(SENT, sent));
});
