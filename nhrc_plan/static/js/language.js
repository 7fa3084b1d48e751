// On a page in another language the plan's own words stay Thai. Whatever shows them is marked so,
// that a screen reader reads them in a Thai voice and lines are broken between Thai words.
document.addEventListener("DOMContentLoaded", () => {
  if (document.documentElement.lang === "th") return;
  const THAI = /[\u0e00-\u0e7f]/;
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const holder = texts.currentNode.parentElement;
    if (THAI.test(texts.currentNode.data) && !holder.closest("[lang='th'], script")) holder.lang = "th";
  }
  document.querySelectorAll("input, textarea").forEach((field) => {
    if (THAI.test(field.value)) field.lang = "th";
  });
});
