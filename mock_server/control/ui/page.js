// The page of a running mock: what was sent to a world, what it holds, how it behaves.
import { Problem, call, choose, follow, forgetToken, hasToken, world } from "./api.js";
import { filterQuestions, readDialect, readMisbehaviours, readRules } from "./behaviour.js";
import { ask, byId, element } from "./dom.js";
import { read as readFleets } from "./fleets.js";
import * as journal from "./journal.js";

const REST = 300;  // ms between two readings, since several changes come at once

/** Do what somebody asked for, and show what is wrong with it, or what has changed. */
async function attempt(deed, { changes = true } = {}) {
  try {
    byId("problem").replaceChildren();
    await deed();
  } catch (wrong) {
    say(wrong);
  }
  if (changes) await readAll();
}

function say(wrong) {
  if (!(wrong instanceof Problem)) throw wrong;
  byId("problem").replaceChildren(element("p", { className: "problem" }, wrong.message));
}

// --- what the world holds and how it behaves ---

let reading = null;
let isStale = false;

/** Read all but the exchanges anew; whoever asks meanwhile gets what is read after that. */
function readAll() {
  isStale = true;
  reading ??= readWhileStale().finally(() => { reading = null; });
  return reading;
}

async function readWhileStale() {
  while (isStale) {
    isStale = false;
    try {
      await Promise.all([readWorlds(), readFleets(attempt), readMisbehaviours(attempt), readRules(attempt), readDialect(attempt)]);
    } catch (wrong) {
      say(wrong);
    }
  }
}

let soon = null;

/** Read all anew in a moment; a page that nobody sees waits until somebody does. */
function readSoon() {
  soon ??= setTimeout(async () => {
    if (document.hidden) await new Promise((seen) => { document.addEventListener("visibilitychange", seen, { once: true }); });
    soon = null;
    readAll();
  }, REST);
}

async function readWorlds() {
  const names = (await call("GET", "/worlds")).worlds.map(({ name }) => name);
  if (!names.includes(world.name)) names.push(world.name);
  const select = byId("world");
  const shown = [...select.options].map(({ value }) => value);
  if (shown.join("\n") !== names.join("\n")) select.replaceChildren(...names.map((name) => element("option", {}, name)));
  select.value = world.name;
  byId("drop-world").hidden = world.name === "main";
  document.title = world.name === "main" ? "fleet-mock" : `${world.name} – fleet-mock`;
}

// --- the exchanges ---

let following = null;
let journalId = null;
let isPaused = false;

const EVENTS = {
  open: ({ journal: id, most }) => {
    journal.remembers(most);
    if (id !== journalId) journal.clear();
    journalId = id;
    readSoon();
  },
  exchange: (entry) => {
    journal.add(entry);
    if (entry.request.method !== "GET" || entry.reason) readSoon();
  },
  skipped: ({ count }) => journal.skipped(count),
  cleared: () => { journal.clear(); readSoon(); },
  changed: readSoon,
};

function followWorld() {
  following?.abort();
  following = new AbortController();
  journalId = null;
  const { signal } = following;
  follow(signal, (name, value) => EVENTS[name]?.(value), (text) => { byId("connection").textContent = text; }).catch(say);
}

function pause() {
  isPaused = !isPaused;
  byId("pause").setAttribute("aria-pressed", String(isPaused));
  if (!isPaused) return followWorld();
  following?.abort();
  byId("connection").textContent = "Paused";
}

async function save() {
  const archive = new Blob([JSON.stringify(await call("GET", "/journal.har"))], { type: "application/json" });
  const link = element("a", { href: URL.createObjectURL(archive), download: "exchanges.har" });
  link.click();
  URL.revokeObjectURL(link.href);
}

// --- worlds ---

function lookAt(name) {
  choose(name);
  if (!isPaused) followWorld();
  journal.clear();
  return readAll();
}

async function makeWorld() {
  const name = await ask(byId("ask-name"));
  if (name === null) return;
  await attempt(() => call("PUT", `/worlds/${encodeURIComponent(name)}`, {}), { changes: false });
  if (!byId("problem").childElementCount) await lookAt(name);
}

async function dropWorld() {
  const { name } = world;
  const text = "All that it holds is lost.";
  if (await ask(byId("ask-yes"), { title: `Drop the world ${name}?`, text, yes: "Drop" }) === null) return;
  await lookAt("main");
  await attempt(() => call("DELETE", `/worlds/${encodeURIComponent(name)}`));
}

async function reset() {
  const text = "State, API keys, dialect, misbehaviours and rules become what they were at the start; exchanges are forgotten.";
  if (await ask(byId("ask-yes"), { title: `Reset the world ${world.name}?`, text, yes: "Reset" }) === null) return;
  await attempt(() => call("POST", "/reset"));
}

// --- the start ---

// Others make worlds, too: whoever is about to choose one sees those that there are.
for (const before of ["focus", "pointerenter"]) byId("world").addEventListener(before, () => readWorlds().catch(say));
byId("world").onchange = (event) => lookAt(event.target.value);
byId("make-world").onclick = makeWorld;
byId("drop-world").onclick = dropWorld;
byId("reset").onclick = reset;
byId("forget-token").onclick = forgetToken;
byId("forget-token").hidden = !hasToken();
byId("contains").oninput = journal.filter;
byId("refused").onchange = journal.filter;
byId("pause").onclick = pause;
byId("clear").onclick = () => attempt(() => call("DELETE", "/journal"), { changes: false });
byId("save").onclick = () => attempt(save, { changes: false });
byId("fleet-contains").oninput = readSoon;
byId("question-contains").oninput = filterQuestions;

await attempt(async () => { byId("version").textContent = (await call("GET", "")).version; });
followWorld();
