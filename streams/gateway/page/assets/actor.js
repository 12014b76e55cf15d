// An actor's page: names, roles, statements over time, whom and what they mention, their newest statements.

import { ask } from "./api.js";
import { activityChart } from "./chart.js";
import { element } from "./dom.js";
import { actorLink, statementCard } from "./statement.js";
import { ago, clock, counted, language, number, say } from "./words.js";

export async function showActor(main, id) {
  const at = `/v1/actors/${encodeURIComponent(id)}`;
  const [actor, activity, mentions, newest] = await Promise.all([
    ask(at),
    ask(`${at}/activity`),
    ask(`${at}/mentions`, { limit: 15 }),
    ask(`${at}/statements`, { limit: 20 }),
  ]);
  const name = actor.names.at(-1);
  const swapped = language() === "en" && actor.name_latin;
  document.title = `${swapped ? actor.name_latin : name} – ${say("tagline")}`;
  const others = actor.names.filter((n) => n !== name);
  const list = element("div", { class: "column" }, newest.items.map((s) => statementCard(s, { withActor: false })));
  main.replaceChildren(
    element(
      "div",
      { class: "actor" },
      element(
        "header",
        { class: "actor-head" },
        element("h1", {}, element("bdi", { lang: swapped ? "en" : "ar" }, swapped ? actor.name_latin : name)),
        (swapped || actor.name_latin) && element("p", { class: "latin" }, element("bdi", { lang: swapped ? "ar" : "en" }, swapped ? name : actor.name_latin)),
        element(
          "p",
          { class: "facts" },
          element("span", { class: "chip" }, say(actor.kind)),
          element("span", { class: "chip" }, counted("statement", actor.statement_count)),
          element("span", { class: "chip" }, counted("article", actor.article_count)),
          element("span", { class: "chip", title: clock(actor.last_seen) }, say("lastSeen", { x: ago(actor.last_seen) })),
        ),
      ),
      section("overTime", activityChart(activity.hours, Math.max(280, main.clientWidth - 70))),
      element(
        "div",
        { class: "pair" },
        actor.roles.length > 0 &&
          section(
            "roles",
            element("ul", { class: "roles" }, [...actor.roles].reverse().map((r) => element("li", { title: clock(r.last_seen) }, element("span", { lang: "ar", dir: "auto" }, r.text), " ", element("small", {}, ago(r.last_seen))))),
          ),
        (actor.aliases.length > 0 || others.length > 0) &&
          section(
            "aliases",
            element(
              "ul",
              { class: "chips", lang: "ar" },
              others.map((n) => element("li", { class: "chip", dir: "auto" }, n)),
              actor.aliases.map((a) => element("li", { class: "chip", dir: "auto" }, a.text, " ", element("small", {}, number(a.count)))),
            ),
          ),
        mentions.items.length > 0 && section("mentions", mentionList(mentions.items)),
      ),
      section("newest", element("div", {}, list, more(at, list, newest.next))),
    ),
  );
}

function section(title, ...children) {
  return element("section", {}, element("h2", {}, say(title)), ...children);
}

function mentionList(items) {
  const most = items[0].statements;
  return element(
    "ol",
    { class: "mentions" },
    items.map((item) =>
      element(
        "li",
        {},
        item.actor_id ? element("a", { href: actorLink(item.actor_id), lang: "ar", dir: "auto" }, item.text) : element("span", { lang: "ar", dir: "auto" }, item.text),
        element("meter", { min: "0", max: `${most}`, value: `${item.statements}`, "aria-label": `${item.statements}` }),
        element("small", {}, number(item.statements)),
      ),
    ),
  );
}

export function more(path, list, next, parameters = {}, card = (s) => statementCard(s, { withActor: false })) {
  if (!next) return null;
  const button = element("button", { type: "button", class: "more" }, say("more"));
  let cursor = next;
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      const page = await ask(path, { ...parameters, limit: 20, cursor });
      list.append(...page.items.map(card));
      cursor = page.next;
      if (!cursor) button.remove();
    } catch (error) {
      button.textContent = say("failed", { x: error.message });
    }
    button.disabled = false;
  });
  return button;
}
