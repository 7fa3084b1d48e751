// Whatever takes longer than a second shows that it is under way. Comfort only.
(() => {
  const bar = document.getElementById("under-way");
  if (!bar) return;
  let due;
  const end = () => {
    clearTimeout(due);
    bar.hidden = true;
  };
  const begin = () => {
    clearTimeout(due);
    due = setTimeout(() => {
      bar.hidden = false;
      // A file that is saved ends no page: nothing tells that it has come.
      due = setTimeout(end, 20000);
    }, 1000);
  };
  addEventListener("beforeunload", begin);
  addEventListener("pageshow", end);
  document.addEventListener("waits", begin);
  document.addEventListener("waited", end);
})();
