// The filters of the live column: those of the stream, kept in the address so that a view can be passed on.

import { ask } from "./api.js";
import { element } from "./dom.js";
import { CLASSES, KINDS, TYPES, number, say } from "./words.js";

export const NAMES = ["actor", "kind", "type", "class", "source", "q", "min_confidence"];
const SHARES = [0.5, 0.7, 0.8, 0.9];

export function fromAddress(search) {
  const chosen = {};
  for (const name of NAMES) {
    const values = search.getAll(name);
    if (values.length) chosen[name] = values;
  }
  return chosen;
}

export const isEmpty = (chosen) => Object.keys(chosen).length === 0;

// A form that calls onchange(chosen) when something is chosen.
export function filterForm(chosen, onchange) {
  const told = () => {
    const found = {};
    const data = new FormData(form);
    for (const name of NAMES) {
      const values = data.getAll(name).map((v) => v.trim()).filter(Boolean);
      if (values.length) found[name] = values;
    }
    onchange(found);
  };
  const select = (name, options) =>
    element(
      "label",
      {},
      element("span", {}, say(name === "min_confidence" ? "confidence" : name)),
      element("select", { name }, element("option", { value: "" }, say("any")), options),
    );
  const option = (name) => (value) =>
    element("option", { value, selected: (chosen[name] ?? []).includes(value) }, say(value));
  const text = (name, label) =>
    element(
      "label",
      {},
      element("span", {}, say(label)),
      element("input", { name, type: "search", maxlength: "200", dir: "auto", autocomplete: "off", value: (chosen[name] ?? []).join(" ") }),
    );
  const sources = select("source", (chosen.source ?? []).map((s) => element("option", { value: s, selected: true }, s)));
  const form = element(
    "form",
    {
      class: "filters",
      "aria-label": say("filters"),
      onchange: told,
      onsubmit: (event) => {
        event.preventDefault();
        told();
      },
    },
    select("kind", KINDS.map(option("kind"))),
    select("class", CLASSES.map(option("class"))),
    select("type", TYPES.map(option("type"))),
    sources,
    select(
      "min_confidence",
      SHARES.map((s) =>
        element("option", { value: `${s}`, selected: Number(chosen.min_confidence?.[0]) === s }, say("atLeast", { n: number(s * 100) })),
      ),
    ),
    text("actor", "actor"),
    text("q", "words"),
    isEmpty(chosen) ? null : element("button", { type: "button", class: "clear", onclick: () => onchange({}) }, say("clear")),
  );
  ask("/v1/sources")
    .then(({ items }) => {
      const known = new Set(chosen.source ?? []);
      sources.querySelector("select").append(
        ...items.filter((i) => !known.has(i.source)).map((i) => element("option", { value: i.source }, `${i.source} (${number(i.statements)})`)),
      );
    })
    .catch(() => {}); // the filter lacks its choices; the column says what is wrong
  return form;
}
