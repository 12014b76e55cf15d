// The live column: the newest statements, and each new one as it comes.

import { Stream, ask } from "./api.js";
import { element } from "./dom.js";
import { filterForm, isEmpty } from "./filters.js";
import { statementCard, takenBack } from "./statement.js";
import { number, say } from "./words.js";

const MOST_SHOWN = 300;
const FIRST = 50;

// Draws into `main`; returns what ends it. `shell` shows the connection and what happened to it.
export function showLive(main, chosen, { go, shell }) {
  const seen = new Set();
  let waiting = []; // newest last; while paused or scrolled away
  let paused = false;
  let wasCut = false;
  let shown = 0;

  const column = element("div", { class: "column", role: "feed", "aria-label": say("statements") });
  const fresh = element("button", { class: "fresh", type: "button", hidden: true, onclick: () => release(true) });
  const pause = element("button", { id: "pause", class: "pause", type: "button", "aria-pressed": "false", onclick: () => toggle() });
  const empty = element("p", { class: "empty" }, say("loading"));
  const details = element(
    "details",
    { class: "filter-box", open: !isEmpty(chosen) || window.innerWidth > 900 },
    element("summary", {}, say("filters")),
    filterForm(chosen, (found) => go("#/", found)),
  );
  main.replaceChildren(
    element("div", { class: "live" }, element("aside", {}, details), element("section", {}, element("div", { class: "bar" }, fresh, pause), empty, column)),
  );

  const isAway = () => window.scrollY > 200;

  function draw() {
    pause.textContent = paused ? say("resume") : say("pause");
    pause.setAttribute("aria-pressed", `${paused}`);
    fresh.hidden = waiting.length === 0;
    fresh.textContent = say("newOnes", { n: number(waiting.length) });
    empty.hidden = shown > 0;
  }

  function toggle() {
    paused = !paused;
    if (!paused) release(false);
    shell.paused(paused);
    draw();
  }

  function release(upwards) {
    for (const statement of waiting) insert(statement);
    waiting = [];
    if (upwards) window.scrollTo({ top: 0 });
    draw();
  }

  function insert(statement) {
    column.prepend(statementCard(statement));
    shown += 1;
    while (column.childElementCount > MOST_SHOWN) column.lastElementChild.remove();
  }

  function take(statement) {
    if (seen.has(statement.statement_id)) return;
    seen.add(statement.statement_id);
    if (paused || isAway()) {
      waiting.push(statement);
      if (waiting.length > MOST_SHOWN) waiting.shift();
    } else insert(statement);
    draw();
  }

  // It is struck through where it is shown: an editor who read it must see that it no longer holds.
  function takeBack(retraction) {
    seen.delete(retraction.statement_id);
    waiting = waiting.filter((s) => s.statement_id !== retraction.statement_id);
    for (const card of column.querySelectorAll(`[data-id="${CSS.escape(retraction.statement_id)}"]`)) takenBack(card, retraction);
    draw();
  }

  // What comes while the newest ones are being asked for waits for them.
  let early = [];
  const stream = new Stream(chosen, {
    onstatement: (statement) => (early ? early.push(() => take(statement)) : take(statement)),
    onretraction: (retraction) => (early ? early.push(() => takeBack(retraction)) : takeBack(retraction)),
    onstate(state, error) {
      if (state === "cut") wasCut = true;
      shell.connection(state, error);
      if (state === "open" && wasCut) {
        wasCut = false;
        shell.notice(say("resumed"));
      }
      if (state === "open" && early) begin();
    },
    ongap: (count) => shell.notice(say("gap", { n: number(count) })),
  });

  let begun = false;
  async function begin() {
    if (begun) return;
    begun = true;
    try {
      const { items } = await ask("/v1/statements", { ...chosen, limit: FIRST });
      for (const statement of items.reverse()) take(statement);
      empty.textContent = say(isEmpty(chosen) ? "nothing" : "nothingFits");
    } catch (error) {
      begun = false;
      empty.textContent = say("failed", { x: error.message });
    }
    const came = early ?? [];
    early = null;
    came.forEach((happened) => happened());
    draw();
  }

  const scrolled = () => {
    if (!paused && waiting.length && !isAway()) release(false);
  };
  window.addEventListener("scroll", scrolled, { passive: true });
  draw();
  return {
    stop() {
      stream.stop();
      window.removeEventListener("scroll", scrolled);
      shell.connection(null);
    },
    toggle,
    release: () => release(true),
  };
}
