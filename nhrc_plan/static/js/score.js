// Comfort only: the score and what the next level needs, while a figure is typed. The rule is that
// of kpis/score.py, in whole numbers, so that both round alike; saving computes it anew.
document.addEventListener("DOMContentLoaded", () => {
  const shown = document.querySelector("[data-score]");
  if (!shown) return;
  const said = shown.dataset;
  const field = (part) => document.getElementById(`id_${part}_${said.measure}`);
  const [UNIT, CENT] = [10000n, 100n];

  // A number in Arabic or Thai digits, ten-thousandfold; null where it is not clear.
  const read = (input) => {
    const text = (input?.value || "").trim().replace(/[๐-๙]/g, (digit) => "๐๑๒๓๔๕๖๗๘๙".indexOf(digit));
    const match = /^(\d{1,3}(?:,\d{3})+|\d{1,13})(?:\.(\d{1,4}))?$/.exec(text);
    if (!match) return null;
    return BigInt(match[1].replaceAll(",", "")) * UNIT + BigInt((match[2] || "").padEnd(4, "0"));
  };
  // The figure as a fraction: what is typed, or how many of how many in per cent.
  const figure = () => {
    const typed = read(field("value"));
    const counts = [field("numerator"), field("denominator")];
    if (typed !== null) {
      // What saving will refuse has no score: a percentage beside counts, or above 100.
      const refused = counts[0] && (counts.some((input) => input.value.trim()) || typed > 100n * UNIT);
      return refused ? null : [typed, 1n];
    }
    const [part, whole] = counts.map(read);
    if (part === null || !whole || part > whole) return null;
    return [part * 100n * UNIT, whole];
  };
  const fill = (words, values) => words.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const hundredths = (cents) => `${cents / 100n}.${String(cents % 100n).padStart(2, "0")}`;
  const say = (score, needed) => {
    shown.textContent = [fill(said.score, { score }), needed].filter(Boolean).join(" · ");
  };

  // What reaching each level is worth, ten-thousandfold as well.
  const worths = said.worths.split(" ").map((text) => read({ value: text }));

  const byThresholds = () => {
    const reached = figure();
    if (!reached) return (shown.textContent = said.empty);
    const texts = said.thresholds.split(" ");
    const sign = Number(texts[0]) < Number(texts.at(-1)) ? 1n : -1n;
    const edges = texts.map((text) => read({ value: text }) * sign);
    const [top, bottom] = [reached[0] * sign, reached[1]];
    const next = edges.findIndex((edge) => top < edge * bottom);
    const needed = next < 0 ? said.highest : fill(said.next, { level: next + 1, figure: texts[next] });
    if (next <= 0) return say(hundredths(worths.at(next) / CENT), needed);
    const [low, high] = [edges[next - 1], edges[next]];
    const [from, to] = [worths[next - 1], worths[next]];
    const span = (high - low) * bottom;
    const score = from * span + (top - low * bottom) * (to - from);
    say(hundredths((2n * score + span * CENT) / (2n * span * CENT)), needed);
  };
  const byLevel = () => {
    const levels = [...document.querySelectorAll(`input[name="value_${said.measure}"]`)];
    const chosen = levels.findIndex((level) => level.checked);
    if (chosen < 0) return (shown.textContent = said.empty);
    const above = levels[chosen + 1]?.closest("label")?.textContent.trim();
    const worth = worths[Number(levels[chosen].value) - 1] ?? 0n;
    say(hundredths(worth / CENT), above ? fill(said.step, { step: above }) : said.highest);
  };

  const update = said.thresholds ? byThresholds : byLevel;
  shown.closest("form, #content")?.addEventListener("input", update);
  document.addEventListener("change", update);
  shown.hidden = false;
  update();
});
