// A figure opens what it is made of, in place. Without this its link leads to a page that says it.
(() => {
  const box = document.getElementById("why-box");
  // On the page of a figure itself links lead on as they are.
  if (!box || !box.showModal || document.getElementById("figure")) return;
  const inside = box.querySelector("[data-figure]");
  const back = box.querySelector("[data-back]");
  const seen = [];
  let asked;

  const show = async (address) => {
    const own = (asked = {});
    box.setAttribute("aria-busy", "true");
    document.dispatchEvent(new Event("waits"));
    try {
      const answer = await fetch(address, { headers: { Accept: "text/html" } });
      const told = new DOMParser().parseFromString(await answer.text(), "text/html");
      const figure = told.getElementById("figure");
      if (own !== asked) return;
      // What is no figure (a sign-in, a day that is refused) is shown where it belongs.
      if (!figure) return void location.assign(address);
      inside.replaceChildren(document.importNode(figure, true));
      figure.removeAttribute("id");
      inside.firstElementChild.removeAttribute("id");
      back.hidden = seen.length < 2;
      if (!box.open) box.showModal();
      box.scrollTop = 0;
      inside.querySelector("h1").focus();
    } catch {
      location.assign(address);
    } finally {
      if (own === asked) {
        box.removeAttribute("aria-busy");
        document.dispatchEvent(new Event("waited"));
      }
    }
  };

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a.why");
    if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    if (!box.open) seen.length = 0;
    seen.push(link.href);
    show(link.href);
  });

  back.addEventListener("click", () => {
    seen.pop();
    show(seen[seen.length - 1]);
  });

  // Another day is asked for, and shown, in place as well.
  inside.addEventListener("submit", (event) => {
    event.preventDefault();
    const form = event.target;
    const address = `${form.action.split("?")[0]}?${new URLSearchParams(new FormData(form))}`;
    seen[seen.length - 1] = address;
    show(address);
  });

  box.addEventListener("click", (event) => {
    if (event.target === box) box.close();
  });
})();
