// The page: which view the address names, and what stands around all views.

import { showActor } from "./actor.js";
import { Refused, query } from "./api.js";
import { showArticle } from "./article.js";
import { element } from "./dom.js";
import { fromAddress } from "./filters.js";
import { showLive } from "./live.js";
import { showSearch } from "./search.js";
import { language, say, setLanguage } from "./words.js";

const THEMES = ["auto", "light", "dark"];
const NOTICE_MS = 6000;
const find = (id) => document.getElementById(id);
let live = null;

const shell = {
  connection(state, error) {
    const node = find("connection");
    node.className = `connection ${state ?? "none"}`;
    node.textContent = state === null ? "" : say({ open: "live", connecting: "connecting", cut: "cut", refused: "cut" }[state]);
    if (state === "cut") this.notice(say("cutLong"), true);
    if (state === "refused") failed(error);
  },
  paused(yes) {
    const node = find("connection");
    node.classList.toggle("paused", yes);
  },
  notice(text, stays = false) {
    const node = find("banner");
    node.textContent = text;
    node.classList.toggle("bad", stays);
    node.hidden = false;
    clearTimeout(this.timer);
    if (!stays) this.timer = setTimeout(() => (node.hidden = true), NOTICE_MS);
  },
};

function go(path, parameters = {}) {
  const address = path + query(parameters);
  if (location.hash === address || (address === "#/" && !location.hash)) show();
  else location.hash = address;
}

async function show() {
  live?.stop();
  live = null;
  shell.connection(null);
  find("banner").hidden = true;
  const main = find("main");
  const [path, search = ""] = (location.hash || "#/").slice(1).split("?");
  const [, view, ...rest] = path.split("/");
  const parameters = new URLSearchParams(search);
  // The address changes a moment before this runs: letters typed into the box meanwhile stay.
  if (document.activeElement !== find("q")) find("q").value = view === "search" ? parameters.get("q") : "";
  document.title = `قول – ${say("tagline")}`;
  if (!view) {
    live = showLive(main, fromAddress(parameters), { go, shell });
    return;
  }
  main.replaceChildren(element("p", { class: "empty" }, say("loading")));
  try {
    const id = decodeURIComponent(rest.join("/"));
    if (view === "actor") await showActor(main, id);
    else if (view === "article") await showArticle(main, id, parameters.get("statement"));
    else if (view === "search") await showSearch(main, parameters.get("q") ?? "");
    else throw new Refused(404, "");
    if (!parameters.get("statement")) window.scrollTo({ top: 0 });
  } catch (error) {
    failed(error);
  }
}

function failed(error) {
  if (error instanceof Refused && error.status === 401) {
    askForToken();
    return;
  }
  const text = error instanceof Refused && error.status === 404 ? say("notFound") : say("failed", { x: error.message });
  find("main").replaceChildren(element("p", { class: "empty", role: "alert" }, text));
}

function askForToken() {
  const dialog = find("token-dialog");
  const input = element("input", { type: "password", name: "token", autocomplete: "off", required: true, dir: "ltr" });
  const form = element(
    "form",
    { method: "dialog", onsubmit: () => (sessionStorage.setItem("token", input.value.trim()), show()) },
    element("h2", { id: "token-title" }, say("tokenTitle")),
    element("label", {}, element("span", {}, say("tokenHint")), input),
    element("button", { type: "submit" }, say("enter")),
  );
  dialog.replaceChildren(form);
  if (!dialog.open) dialog.showModal();
}

function dress() {
  document.documentElement.lang = language();
  document.documentElement.dir = language() === "ar" ? "rtl" : "ltr";
  const theme = localStorage.getItem("theme") ?? "auto";
  document.documentElement.dataset.theme = theme;
  for (const node of document.querySelectorAll("[data-text]")) node.textContent = say(node.dataset.text);
  for (const node of document.querySelectorAll("[data-placeholder]")) node.placeholder = say(node.dataset.placeholder);
  for (const node of document.querySelectorAll("[data-label]")) node.setAttribute("aria-label", say(node.dataset.label));
  find("language").textContent = say("language");
  find("language").lang = language() === "ar" ? "en" : "ar";
  find("language").setAttribute("aria-label", say("languageLabel"));
  find("theme").textContent = say("theme", { x: say(theme) });
}

const KEYS = [["j", "keyNext"], ["k", "keyPrevious"], ["Enter", "keyOpen"], ["n", "keyNew"], ["p", "keyPause"], ["/", "keySearch"], ["?", "keys"]];

function showKeys() {
  const dialog = find("keys-dialog");
  dialog.replaceChildren(
    element("h2", { id: "keys-title" }, say("keysTitle")),
    element("dl", {}, KEYS.map(([key, text]) => [element("dt", {}, element("kbd", {}, key)), element("dd", {}, say(text))])),
    element("form", { method: "dialog" }, element("button", { type: "submit" }, say("close"))),
  );
  dialog.showModal();
}

function step(by) {
  const cards = [...document.querySelectorAll(".statement")];
  const at = cards.indexOf(document.activeElement?.closest(".statement"));
  const next = cards[Math.max(0, Math.min(cards.length - 1, at < 0 ? 0 : at + by))];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea, dialog")) return;
  const card = document.activeElement?.classList.contains("statement") ? document.activeElement : null;
  const actions = {
    j: () => step(1),
    k: () => step(-1),
    p: () => live?.toggle(),
    n: () => live?.release(),
    "/": () => find("q").focus(),
    "?": showKeys,
    Enter: card && (() => card.querySelector(".to-article")?.click()),
  };
  const action = actions[event.key];
  if (action) {
    event.preventDefault();
    action();
  }
});

document.querySelector(".search").addEventListener("submit", (event) => {
  event.preventDefault();
  const q = find("q").value.trim();
  if (q) go("#/search", { q });
});
find("language").addEventListener("click", () => {
  setLanguage(language() === "ar" ? "en" : "ar");
  dress();
  show();
});
find("theme").addEventListener("click", () => {
  const now = localStorage.getItem("theme") ?? "auto";
  localStorage.setItem("theme", THEMES[(THEMES.indexOf(now) + 1) % THEMES.length]);
  dress();
});
find("help").addEventListener("click", showKeys);
window.addEventListener("hashchange", show);
dress();
show();
