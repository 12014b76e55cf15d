// One statement as people read it.

import { element, outside } from "./dom.js";
import { ago, clock, language, say } from "./words.js";

export const actorLink = (id) => `#/actor/${encodeURIComponent(id)}`;
export const articleLink = (id, statement) => `#/article/${encodeURIComponent(id)}${statement ? `?statement=${statement}` : ""}`;

export function nameOf(actor) {
  return language() === "en" && actor.name_latin ? actor.name_latin : actor.name;
}

function speaker(actor) {
  const latin = language() === "en" && actor.name_latin;
  const name = element("a", { class: "name", href: actorLink(actor.id), lang: latin ? "en" : "ar", dir: "auto" }, nameOf(actor));
  const role = actor.role && actor.role !== actor.name ? element("span", { class: "role", lang: "ar", dir: "auto" }, actor.role) : null;
  return [name, role];
}

export function verb(cue) {
  return element("span", { class: `verb c-${cue.class}`, title: say(cue.class) }, element("span", { lang: "ar" }, cue.text));
}

export function statementCard(statement, { withActor = true, withArticle = true } = {}) {
  const { actor, article, content, cue, type } = statement;
  const told = article?.published_at ?? statement.extracted_at;
  const level = statement.confidence >= 0.8 ? "high" : statement.confidence >= 0.5 ? "middle" : "low";
  const share = `${Math.round(statement.confidence * 100)}%`;
  return element(
    "article",
    { class: `statement ${type}`, tabindex: "0", dataset: { id: statement.statement_id, article: article?.article_id ?? "" } },
    element(
      "header",
      {},
      withActor && speaker(actor),
      verb(cue),
      element("span", { class: `type t-${type}` }, say(type)),
    ),
    element(type === "indirect" ? "p" : "blockquote", { class: "content", lang: "ar", dir: "rtl" }, content.text),
    element(
      "footer",
      {},
      statement.via && element("span", { class: "via" }, say("via", { x: statement.via })),
      withArticle && article?.source && element("span", { class: "source", dir: "auto" }, article.source),
      element("time", { datetime: told, title: clock(told) }, ago(told)),
      withArticle &&
        element("a", { class: "to-article", href: articleLink(article.article_id, statement.statement_id), dir: "auto" }, article.title ?? say("article")),
      withArticle && article?.url && outside(article.url, say("original")),
      element("span", { class: `confidence ${level}`, title: `${say("confidence")} ${share}` }, share),
    ),
  );
}

// Marks a card as taken back; what is told again later gets a card of its own.
export function takenBack(card, retraction) {
  card.classList.add("taken-back");
  delete card.dataset.id;
  card.querySelector("footer").prepend(element("strong", { class: "why" }, say(retraction.reason)));
}
