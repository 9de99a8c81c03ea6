// The exchanges, the newest first, each with the reason for its response and a line that repeats it.
import { byId, element, pairs } from "./dom.js";

const MOST = 500;  // exchanges that are shown

const list = byId("journal");
const texts = new WeakMap();
let missing = 0;

export function add(entry) {
  byId("none").hidden = true;
  const item = made(entry);
  texts.set(item, searched(entry));
  item.hidden = !fits(item);
  list.prepend(item);
  if (list.childElementCount > MOST) list.lastElementChild.remove();
}

export function clear() {
  list.replaceChildren();
  byId("none").hidden = false;
  byId("skipped").hidden = true;
  missing = 0;
}

/** Say that so many more came than can be shown at a time. */
export function skipped(count) {
  const note = byId("skipped");
  missing += count;
  note.textContent = `${missing} more are not shown. /_mock/journal has them, as far as it reaches.`;
  note.hidden = false;
}

/** Say how many the mock remembers, if that explains why there is none. */
export function remembers(most) {
  if (most === 0) byId("none").textContent = "This mock remembers no exchanges: it was started with --journal 0.";
}

/** Show what is asked for, and nothing else. */
export function filter() {
  for (const item of list.children) item.hidden = !fits(item);
}

function fits(item) {
  const wanted = byId("contains").value.trim().toLowerCase();
  return texts.get(item).includes(wanted) && (!byId("refused").checked || item.classList.contains("refused"));
}

function searched({ request, status, reason, operation, tenant }) {
  return [request.method, request.path, request.query, status, reason, operation, tenant].join(" ").toLowerCase();
}

function made(entry) {
  const { request, status, reason } = entry;
  const inside = element("div", { className: "inside" });
  const details = element("details", {
    ontoggle: () => details.open && !inside.childElementCount && inside.append(...parts(entry)),
  },
  element("summary", {},
    element("time", { dateTime: entry.time }, new Date(entry.time).toLocaleTimeString("en-GB")), " ",
    element("span", { className: "method" }, request.method), " ",
    element("span", { className: "path" }, request.path + (request.query ? `?${request.query}` : "")), " ",
    element("span", { className: `status ${kind(entry)}` }, String(status)), " ",
    element("span", { className: "reason" }, shortly(entry))),
  inside);
  return element("li", { className: reason || status >= 400 ? "refused" : "" }, details);
}

const kind = ({ status, reason }) => (status >= 500 ? "bad" : status >= 400 || reason ? "odd" : "good");

function shortly({ reason, response }) {
  return [reason, response.delivery && `sent ${spaced(response.delivery)}`].filter(Boolean).join(", ");
}

const spaced = (name) => name.replaceAll("_", " ");

/** Say why an exchange was answered so. */
function why({ problem, reason, operation, response, status }) {
  const hint = response.headers.find(({ name }) => name === "mock-hint")?.value;
  const said = problem?.detail ?? (operation ? `The mock carried out ${operation}.` : "No operation was meant.");
  const answered = problem || status < 400 ? said : `The response was refused with ${status}.`;
  return [reason && !problem ? reason : answered, hint !== answered ? hint : null].filter(Boolean);
}

function parts(entry) {
  const { request, response, problem, repeat, tenant, operation, seconds } = entry;
  const known = Object.entries(problem ?? {}).filter(([name]) => name !== "detail");
  const facts = [
    ...(operation ? [["operation", operation]] : []),
    ...(tenant ? [["tenant", tenant]] : []),
    ["took", `${(seconds * 1000).toFixed(1)} ms`],
    ...(response.delivery ? [["sent", spaced(response.delivery)]] : []),
    ...known.map(([name, value]) => [name, typeof value === "string" ? value : JSON.stringify(value)]),
  ];
  return [
    ...why(entry).map((text) => element("p", { className: "why" }, text)),
    pairs(facts),
    element("h3", {}, "Repeat"),
    element("pre", { className: "curl", tabIndex: 0, "aria-label": "A curl line that repeats it", role: "group" }, repeat.command),
    repeat.note ? element("p", { className: "faint" }, repeat.note) : null,
    copying(repeat.command),
    element("h3", {}, "Request"), message(request),
    element("h3", {}, `Response ${entry.status}`), message(response),
  ].filter(Boolean);
}

function message({ headers, body }) {
  return element("div", {},
    pairs(headers.map(({ name, value }) => [name, value])),
    body ? element("pre", { tabIndex: 0, role: "group", "aria-label": "Body" }, pretty(body)) : null);
}

function pretty(body) {
  try {
    const value = JSON.parse(body);
    return typeof value === "object" && body.length < 20000 && !/\d{16}/.test(body) ? JSON.stringify(value, null, 2) : body;
  } catch {
    return body;
  }
}

function copying(text) {
  const button = element("button", { type: "button", onclick: copy }, "Copy the curl line");
  async function copy() {
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = "Copied";
    } catch {  // a page that came without TLS, from another machine, has no clipboard
      const range = document.createRange();
      range.selectNodeContents(button.parentElement.querySelector(".curl"));
      getSelection().removeAllRanges();
      getSelection().addRange(range);
      button.textContent = "Selected: press Ctrl+C";
    }
  }
  return button;
}
