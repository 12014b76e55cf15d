// Statements over time as stacked bars, and the same as a table for those who do not see bars.

import { drawing, element } from "./dom.js";
import { CLASSES, clock, day, number, say } from "./words.js";

const HEIGHT = 180;
const BELOW = 22;
const HOUR = 3600_000;
const MOST_BARS = 72;

// hours: [{hour, classes: {class: count}}] in order; width in pixels.
export function activityChart(hours, width) {
  if (!hours.length) return element("p", { class: "empty" }, say("none"));
  const first = new Date(hours[0].hour).getTime();
  const last = new Date(hours.at(-1).hour).getTime();
  const size = (last - first) / HOUR < MOST_BARS ? HOUR : 24 * HOUR;
  const begin = Math.floor(first / size) * size;
  const bars = new Map();
  for (const { hour, classes } of hours) {
    const at = begin + Math.floor((new Date(hour).getTime() - begin) / size) * size;
    const bar = bars.get(at) ?? {};
    for (const [name, count] of Object.entries(classes)) bar[name] = (bar[name] ?? 0) + count;
    bars.set(at, bar);
  }
  const sum = (bar) => Object.values(bar).reduce((a, b) => a + b, 0);
  const most = Math.max(...[...bars.values()].map(sum));
  const count = Math.floor((last - begin) / size) + 1;
  const step = Math.min(width / count, 60);
  const tell = (at) => `\u2068${(size === HOUR ? clock : day)(at)}\u2069`; // isolated: a date is read in its own direction
  const drawn = [];
  for (const [at, bar] of bars) {
    let y = HEIGHT;
    const parts = [];
    for (const name of CLASSES) {
      if (!bar[name]) continue;
      const tall = (bar[name] / most) * (HEIGHT - 14);
      y -= tall;
      parts.push(drawing("rect", { class: `part c-${name}`, x: ((at - begin) / size) * step + 1, y, width: Math.max(step - 2, 1), height: tall }));
    }
    parts.push(drawing("title", {}, `${tell(at)}: ${number(sum(bar))}`));
    drawn.push(drawing("g", {}, parts));
  }
  const marks = [begin, ...(count * step > width / 2 ? [begin + (count - 1) * size] : [])].map((at, n) =>
    drawing("text", { class: "mark", x: n ? width : 0, y: HEIGHT + 16, "text-anchor": n ? "end" : "start" }, tell(at)),
  );
  const axis = drawing("line", { class: "axis", x1: 0, x2: width, y1: HEIGHT, y2: HEIGHT });
  const top = drawing("text", { class: "mark", x: 0, y: 10 }, number(most));
  const label = `${say("overTime")}: ${tell(begin)} – ${tell(last)}`;
  const svg = drawing("svg", { class: "chart", dir: "ltr", width, height: HEIGHT + BELOW, viewBox: `0 0 ${width} ${HEIGHT + BELOW}`, role: "img", "aria-label": label }, drawn, axis, marks, top);
  const used = CLASSES.filter((name) => [...bars.values()].some((bar) => bar[name]));
  const legend = element(
    "ul",
    { class: "legend" },
    used.map((name) => element("li", {}, element("span", { class: `swatch c-${name}` }), say(name))),
  );
  const rows = [...bars].map(([at, bar]) =>
    element("tr", {}, element("th", { scope: "row" }, tell(at)), used.map((name) => element("td", {}, number(bar[name] ?? 0)))),
  );
  const table = element(
    "details",
    { class: "as-table" },
    element("summary", {}, say("asTable")),
    element(
      "div",
      { class: "wide" },
      element(
        "table",
        {},
        element("thead", {}, element("tr", {}, element("th", { scope: "col" }, say(size === HOUR ? "hour" : "day")), used.map((n) => element("th", { scope: "col" }, say(n))))),
        element("tbody", {}, rows),
      ),
    ),
  );
  return element("figure", {}, svg, legend, table);
}
