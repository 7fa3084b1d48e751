// The total of an assessment while it is filled in. Comfort only: saving works it out as well.
// The same rule as integrity/rubric.py, in exact fractions of whole numbers: of alternatives the
// first that is answered counts, and a part's points are taken out of its full ones before they are weighed.
(() => {
  const form = document.querySelector("form[data-assessment]");
  if (!form) return;

  const gcd = (a, b) => (b ? gcd(b, a % b) : a < 0n ? -a : a);
  const fraction = (n, d) => {
    const by = gcd(n, d) || 1n;
    return [n / by, d / by];
  };
  const add = ([a, b], [c, d]) => fraction(a * d + c * b, b * d);
  const times = ([a, b], [c, d]) => fraction(a * c, b * d);
  const ZERO = [0n, 1n];

  // "2.5", "๒.๕" or "1,234" as a fraction; null where it is no number.
  const decimal = (text) => {
    const plain = text.trim().replace(/[๐-๙]/g, (c) => c.charCodeAt(0) - 0x0e50).replaceAll(",", "");
    const match = /^(\d+)(?:\.(\d+))?$/.exec(plain);
    if (!match) return null;
    const places = match[2] || "";
    return fraction(BigInt(match[1] + places), 10n ** BigInt(places.length));
  };

  // Half up to two decimals.
  const shown = ([n, d]) => {
    const cents = ((n * 200n + d) / (d * 2n)).toString().padStart(3, "0");
    return `${cents.slice(0, -2)}.${cents.slice(-2)}`;
  };

  // What a criterion's answer earns; null while there is none.
  const earned = (criterion) => {
    const points = criterion.querySelector("[data-points]");
    if (points) return decimal(points.value);
    const chosen = criterion.querySelector("input[data-share]:checked");
    if (!chosen) return null;
    const [of, among] = chosen.dataset.share.split("/");
    return times(decimal(criterion.dataset.full) || ZERO, fraction(BigInt(of), BigInt(among)));
  };

  const write = (selector, text) =>
    document.querySelectorAll(selector).forEach((place) => { place.textContent = text; });

  const count = () => {
    let total = ZERO, answered = 0;
    form.querySelectorAll("[data-part]").forEach((part) => {
      const slots = new Map();
      part.querySelectorAll("[data-criterion]").forEach((criterion) => {
        const slot = criterion.dataset.slot;
        slots.set(slot, slots.get(slot) || earned(criterion));
      });
      if (!slots.size) return; // only read here
      let points = ZERO;
      for (const held of slots.values()) points = add(points, held || ZERO);
      write(`[data-part-points="${CSS.escape(part.dataset.part)}"]`, shown(points));
      const weight = decimal(part.dataset.weight);
      if (weight === null) return;
      answered += [...slots.values()].filter((held) => held !== null).length;
      const full = decimal(part.dataset.full) || ZERO;
      if (full[0]) total = add(total, times(times(points, [full[1], full[0]]), weight));
    });
    write("[data-total]", shown(total));
    write("[data-answered]", String(answered));
  };

  document.querySelectorAll(".assessment .live").forEach((place) => { place.hidden = false; });
  form.addEventListener("change", count);
  form.addEventListener("input", count);
  count();
})();
