// Elements made from values: text stays text, whatever it holds. Nothing here ever parses HTML.

// element("p", {class: "x", onclick: f}, "text", child, null): attributes, then children; null and false are left out.
export function element(name, attributes = {}, ...children) {
  return filled(document.createElement(name), attributes, children);
}

export function drawing(name, attributes = {}, ...children) {
  return filled(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, children);
}

function filled(node, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (key === "dataset") Object.assign(node.dataset, value);
    else node.setAttribute(key, value === true ? "" : value);
  }
  for (const child of children.flat(Infinity)) {
    if (child !== null && child !== undefined && child !== false) node.append(child);
  }
  return node;
}

// A link to a place in the network only where it is one: an article's url may be anything.
export function outside(url, ...children) {
  if (!/^https?:\/\//i.test(url ?? "")) return element("span", {}, ...children);
  return element("a", { href: url, rel: "noopener noreferrer nofollow", target: "_blank" }, ...children);
}
