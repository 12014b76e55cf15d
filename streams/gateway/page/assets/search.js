// Actors whose names, and statements whose words, fit a query.

import { more } from "./actor.js";
import { ask } from "./api.js";
import { element } from "./dom.js";
import { actorLink, statementCard } from "./statement.js";
import { counted, language, say } from "./words.js";

export async function showSearch(main, q) {
  document.title = `${say("results", { q })} – ${say("tagline")}`;
  const [actors, statements] = await Promise.all([ask("/v1/actors", { q, limit: 12 }), ask("/v1/statements", { q, limit: 20 })]);
  const list = element("div", { class: "column" }, statements.items.map((s) => statementCard(s)));
  const nothing = () => element("p", { class: "empty" }, say("none"));
  main.replaceChildren(
    element(
      "div",
      { class: "found-list" },
      element("h1", { dir: "auto" }, say("results", { q })),
      element(
        "section",
        {},
        element("h2", {}, say("actors")),
        actors.items.length
          ? element(
              "ul",
              { class: "actors" },
              actors.items.map((a) =>
                element(
                  "li",
                  {},
                  element("a", { href: actorLink(a.id), dir: "auto" }, language() === "en" && a.name_latin ? a.name_latin : a.names.at(-1)),
                  a.roles.length > 0 && element("span", { class: "role", lang: "ar", dir: "auto" }, a.roles.at(-1).text),
                  element("small", {}, counted("statement", a.statement_count)),
                ),
              ),
            )
          : nothing(),
      ),
      element(
        "section",
        {},
        element("h2", {}, say("statements")),
        statements.items.length ? list : nothing(),
        more("/v1/statements", list, statements.next, { q }, (s) => statementCard(s)),
      ),
    ),
  );
}
