// The control API of the world that is looked at, and the token that it may need.
import { ask, byId } from "./dom.js";

// The page stands at /_mock/ui below the base path, or there below the path of a world.
const [, base, named] = /^(.*?)(?:\/_mock\/worlds\/([^/]+))?\/_mock\/ui$/.exec(location.pathname);
const TOKEN = `token of ${base}/_mock`;
const LONGEST_PAUSE = 5000;  // ms
const SILENCE = 15000;  // ms, thrice the mock's own sign of life

export const world = { name: named ? decodeURIComponent(named) : "main" };

/** A refusal of the mock, or no answer at all; its message is for people. */
export class Problem extends Error {}

/** Look at a world from now on. */
export function choose(name) {
  world.name = name;
  const path = name === "main" ? "" : `/_mock/worlds/${encodeURIComponent(name)}`;
  history.replaceState(null, "", `${base}${path}/_mock/ui`);
}

/** Call the API, and return the value that it answers; raises Problem. */
export async function call(method, path, body) {
  const headers = body === undefined ? {} : { "Content-Type": "application/json" };
  const answer = await sent(path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
  return answer.status === 204 ? null : answer.json();
}

async function sent(path, how) {
  const token = sessionStorage.getItem(TOKEN);
  const headers = { ...how.headers, "Mock-World": world.name, ...(token ? { Authorization: `Bearer ${token}` } : {}) };
  let answer;
  try {
    answer = await fetch(`${base}/_mock${path}`, { ...how, headers });
  } catch (wrong) {
    if (wrong.name === "AbortError") throw wrong;
    throw new Problem("The mock does not answer. Does it still run?");
  }
  if (answer.status === 401) {
    await askForToken(token);
    return sent(path, how);
  }
  if (!answer.ok) throw new Problem(await reasonOf(answer));
  return answer;
}

async function reasonOf(answer) {
  try {
    const { detail, pointer } = await answer.json();
    return pointer ? `${detail} (${pointer})` : detail;
  } catch {
    return `The mock answered ${answer.status}.`;
  }
}

// --- the token ---

let asking = null;

/** Ask for the token once, however many calls wait for it; `refused` is one that was wrong. */
function askForToken(refused) {
  if (sessionStorage.getItem(TOKEN) !== refused) return Promise.resolve();
  asking ??= askUntilGiven(refused).finally(() => { asking = null; });
  return asking;
}

async function askUntilGiven(refused) {
  const text = refused ? "This token is not the one of --control-token. Try another." : undefined;
  let token = null;
  while (!token) token = await ask(byId("ask-token"), { text });
  sessionStorage.setItem(TOKEN, token.trim());
  byId("forget-token").hidden = false;
}

export const hasToken = () => sessionStorage.getItem(TOKEN) !== null;

/** Forget the token, and begin anew. */
export function forgetToken() {
  sessionStorage.removeItem(TOKEN);
  location.reload();
}

// --- events ---

/** Follow the exchanges of the world until `signal` says otherwise; each event is given by name and value. */
export async function follow(signal, told, status) {
  let last = "";
  for (let pause = 500; !signal.aborted; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
    let reason = "The connection is lost.";
    try {
      const headers = last ? { "Last-Event-ID": last } : {};
      const answer = await sent("/journal/events?limit=200", { headers, signal });
      status("Live");
      pause = 250;
      for await (const { name, id, value } of events(answer.body.getReader())) {
        if (signal.aborted) return;
        last = id || last;
        told(name, value);
      }
    } catch (wrong) {
      if (signal.aborted) return;
      if (wrong instanceof Problem) reason = wrong.message;
      else if (!(wrong instanceof TypeError)) throw wrong;  // which is how fetch says that a connection broke
    }
    if (signal.aborted) return;
    status(`${reason} Trying again…`);
    await new Promise((resolve) => { setTimeout(resolve, pause); });
  }
}

/** Yield the events of a stream (HTML Standard, 9.2.6, as far as this mock uses it). */
async function* events(reader) {
  const decoder = new TextDecoder();
  let text = "";
  for (;;) {
    const { done, value } = await withinTime(reader);
    if (done) return;
    const parts = (text + decoder.decode(value, { stream: true })).split("\n\n");
    text = parts.pop();
    for (const part of parts) {
      const fields = Object.fromEntries(part.split("\n").map((line) => /^(\w*): ?(.*)$/s.exec(line)?.slice(1) ?? ["", ""]));
      if (fields.event) yield { name: fields.event, id: fields.id, value: JSON.parse(fields.data) };
    }
  }
}

async function withinTime(reader) {
  const late = setTimeout(() => reader.cancel(), SILENCE);
  try {
    return await reader.read();
  } finally {
    clearTimeout(late);
  }
}
