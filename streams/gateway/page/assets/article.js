// An article with every speaker, verb and content marked, each linked with the statement it belongs to.

import { ask } from "./api.js";
import { element, outside } from "./dom.js";
import { statementCard } from "./statement.js";
import { clock, say } from "./words.js";

export async function showArticle(main, id, wanted) {
  const { article, body } = await ask(`/v1/articles/${encodeURIComponent(id)}`);
  document.title = `${article.title ?? say("article")} – ${say("tagline")}`;
  const gone = article.status !== "usable" && element("p", { class: "gone", role: "alert" }, say("gone"));
  const text = gone ? null : body === null ? element("p", { class: "empty" }, say("noBody")) : marked(body, article.statements);
  const cards = article.statements.map((s) => statementCard({ ...s, article: null, extracted_at: article.published_at ?? article.extracted_at }, { withArticle: false }));
  const view = element(
    "div",
    { class: "article" },
    element(
      "article",
      { class: "text", lang: "ar", dir: "rtl" },
      element("h1", { dir: "auto" }, article.title ?? say("article")),
      element(
        "p",
        { class: "facts" },
        article.source && element("span", { class: "chip", dir: "auto" }, article.source),
        article.published_at && element("time", { class: "chip", datetime: article.published_at }, clock(article.published_at)),
        article.url && outside(article.url, say("original")),
      ),
      gone,
      text,
    ),
    element(
      "aside",
      { class: "found", "aria-label": say("found") },
      element("h2", {}, say("found")),
      element("p", { class: "hint" }, say("hover")),
      element(
        "ul",
        { class: "legend" },
        ["speaker", "cue", "content"].map((part) => element("li", {}, element("span", { class: `swatch p-${part}` }), say(part))),
      ),
      element("div", { class: "column" }, cards),
    ),
  );
  link(view);
  main.replaceChildren(view);
  if (wanted) {
    light(view, [wanted]);
    view.querySelector(`.text [data-statements~="${CSS.escape(wanted)}"]`)?.scrollIntoView({ block: "center" });
  }
}

// Spans are code points; JavaScript counts UTF-16 units. Spans may overlap: a quotation holds the speaker of another.
function marked(body, statements) {
  const points = Array.from(body);
  const parts = [];
  for (const s of statements) {
    if (s.speaker) parts.push([...s.speaker.span, "speaker", s.statement_id]);
    parts.push([...s.cue.span, "cue", s.statement_id]);
    for (const span of s.content.spans) parts.push([...span, "content", s.statement_id]);
  }
  const cuts = new Set([0, points.length]);
  for (const [start, end] of parts) cuts.add(Math.min(start, points.length)).add(Math.min(end, points.length));
  points.forEach((c, n) => c === "\n" && cuts.add(n).add(n + 1));
  const ordered = [...cuts].sort((a, b) => a - b);
  const paragraphs = [element("p", {})];
  for (let n = 0; n + 1 < ordered.length; n += 1) {
    const [start, end] = [ordered[n], ordered[n + 1]];
    const text = points.slice(start, end).join("");
    if (text === "\n") {
      paragraphs.push(element("p", {}));
      continue;
    }
    const over = parts.filter(([a, b]) => a <= start && end <= b);
    const kinds = [...new Set(over.map((p) => p[2]))];
    const ids = [...new Set(over.map((p) => p[3]))];
    paragraphs
      .at(-1)
      .append(over.length ? element("span", { class: kinds.map((k) => `p-${k}`).join(" "), dataset: { statements: ids.join(" ") } }, text) : text);
  }
  return element("div", { class: "body" }, paragraphs.filter((p) => p.textContent.trim()));
}

function light(view, ids) {
  for (const node of view.querySelectorAll(".lit")) node.classList.remove("lit");
  for (const id of ids) {
    for (const node of view.querySelectorAll(`[data-statements~="${CSS.escape(id)}"], [data-id="${CSS.escape(id)}"]`)) node.classList.add("lit");
  }
}

function link(view) {
  const over = (event) => {
    const node = event.target.closest?.("[data-statements], .statement");
    if (node) light(view, node.dataset.statements?.split(" ") ?? [node.dataset.id]);
  };
  view.addEventListener("pointerover", over);
  view.addEventListener("focusin", over);
  view.addEventListener("click", (event) => {
    const part = event.target.closest(".text [data-statements]");
    const card = event.target.closest(".found .statement");
    if (part) view.querySelector(`.found [data-id="${CSS.escape(part.dataset.statements.split(" ").at(-1))}"]`)?.scrollIntoView({ block: "nearest" });
    else if (card && !event.target.closest("a")) {
      view.querySelector(`.text [data-statements~="${CSS.escape(card.dataset.id)}"]`)?.scrollIntoView({ block: "center" });
    }
  });
}
