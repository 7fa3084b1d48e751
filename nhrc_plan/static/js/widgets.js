// What the admin's own scripts make is named for screen readers, and boxes grow where the style
// sheet alone does not let them.
window.addEventListener("load", () => {
  // The admin's lists to choose from name a sign without saying that it is one.
  document.querySelectorAll(".selector .help-tooltip").forEach((sign) => sign.setAttribute("role", "img"));

  if (CSS.supports("field-sizing", "content")) return;
  const grow = (box) => {
    box.style.height = "auto";
    box.style.height = `${Math.min(box.scrollHeight + 4, window.innerHeight * 0.7)}px`;
  };
  document.querySelectorAll("#content textarea").forEach((box) => {
    grow(box);
    box.addEventListener("input", () => grow(box));
  });
});
