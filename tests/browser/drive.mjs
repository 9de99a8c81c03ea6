// Works through the page of a mock as a developer does, and prints as JSON what was seen, what axe finds in each state
// of it, what it asked of other hosts and what the browser complained about.
// node drive.mjs CHROMIUM URL JOB [PICTURES HOST]: where pictures are to be saved, and which host they are to show.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { connect, createServer } from "node:net";
import { chromium } from "playwright-core";

const [executablePath, url, job, pictures, host = new URL(url).host] = process.argv.slice(2);
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const KEY = { "X-API-Key": "demo-key" };
const WAIT = 15000;  // ms

const asked = [], complaints = [];
// In a container Chromium's own sandbox has no rights; the page is ours.
const browser = await chromium.launch({
  executablePath, args: ["--no-sandbox", `--host-resolver-rules=MAP ${host} ${new URL(url).host}`],
});
const ours = `http://${host}`;

async function opened({ colorScheme = "light", at = ours, ...more } = {}) {
  const page = await browser.newPage({ colorScheme, viewport: { width: 1200, height: 900 }, ...more });
  page.setDefaultTimeout(WAIT);
  page.on("request", (request) => request.url().startsWith(`${at}/`) || request.url().startsWith("blob:") || asked.push(request.url()));
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("pageerror", (wrong) => complaints.push(String(wrong)));
  await page.goto(`${at}/_mock/ui`);
  return page;
}

const live = (page) => page.locator("#connection", { hasText: "Live" }).waitFor();
const summaries = (page) => page.locator("#journal summary");
const api = async (method, path, body) => {
  const headers = body === undefined ? {} : { "Content-Type": "application/json" };
  const answer = await fetch(url + path, { method, headers: { ...KEY, ...headers }, body: body && JSON.stringify(body) });
  return { status: answer.status, value: answer.status === 204 ? null : await answer.json().catch(() => null) };
};
const codesOf = async (fleet) => (await api("GET", `/emp/v1/fleets/${fleet}/invitation`)).value.map(({ code }) => code);

/** Return what axe finds; it adds to the page itself, which the policy of the page forbids. */
async function violations(page) {
  await page.evaluate(axe);
  const found = await page.evaluate(() => globalThis.axe.run());
  const seen = found.violations.map(({ id, impact, nodes }) => ({ id, impact, nodes: nodes.map(({ html }) => html) }));
  const width = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  return { violations: seen, passes: found.passes.length, wide: width };
}

/** Press Tab, or another key, until an element has the focus; fails where it never has. */
async function tabTo(page, selector, key = "Tab") {
  for (let presses = 0; presses < 250; presses += 1) {
    if (await page.evaluate((wanted) => document.activeElement?.matches(wanted) ?? false, selector)) return presses;
    await page.keyboard.press(key);
  }
  throw new Error(`No ${key} leads to ${selector}.`);
}

/** Pass connections on to the mock from a port of our own, so that they can be broken. */
function passing() {
  const sockets = new Set();
  const make = () => createServer((socket) => {
    const other = connect(Number(new URL(url).port), new URL(url).hostname);
    for (const [one, two] of [[socket, other], [other, socket]]) {
      sockets.add(one.on("error", () => two.destroy()));
      one.pipe(two);
    }
  });
  let server = make(), port = 0;
  const listen = () => new Promise((done) => {
    server.listen(port, "127.0.0.1", () => { port = server.address().port; done(`http://127.0.0.1:${port}`); });
  });
  const end = () => {
    server.close();
    sockets.forEach((each) => each.destroy());
    server = make();
  };
  return { listen, end };
}

const JOBS = {
  // By the mouse: a misbehaviour, an exchange with its reason, a code, a reset.
  async work() {
    const page = await opened();
    await live(page);
    await page.getByText("Choose").first().click();
    await page.getByLabel("every-third-call-fails").check();
    await page.getByText("In force: every-third-call-fails.").waitFor();
    const statuses = [];
    for (let call = 0; call < 3; call += 1) statuses.push((await api("GET", "/emp/v1/fleets/acme-corp-001/invitation")).status);
    await summaries(page).nth(2).waitFor();
    await summaries(page).first().click();
    const failed = await page.locator("#journal li").first().innerText();
    const why = await page.locator("#journal li").first().locator(".why").allInnerTexts();
    const curl = await page.locator("#journal li").first().locator(".curl").innerText();
    await page.locator("#fleets summary", { hasText: "acme-corp-001" }).click();
    await page.locator("#fleets details[open] form input").fill("FLEET2024NEW");
    await page.locator("#fleets details[open] form button").click();
    await page.locator("#fleets code", { hasText: "FLEET2024NEW" }).waitFor();
    await page.locator("#misbehaviours").getByLabel("every-third-call-fails").uncheck();
    await page.getByText("None is in force.").waitFor();
    const codes = await codesOf("acme-corp-001");
    await page.getByRole("button", { name: "Revoke FLEET2024NEW" }).click();
    await page.getByRole("button", { name: "Activate FLEET2024NEW" }).waitFor();
    const revoked = await codesOf("acme-corp-001");
    await page.locator("#reset").click();
    await page.locator("#ask-yes [type=submit]").click();
    await page.locator("#none").waitFor();
    await page.locator("#fleets code", { hasText: "FLEET2024NEW" }).waitFor({ state: "detached" });
    return { statuses, failed, why, curl, codes, revoked, left: await summaries(page).count(), after: await codesOf("acme-corp-001") };
  },

  // By the keyboard alone.
  async keyboard() {
    const page = await opened();
    await live(page);
    await page.keyboard.press("Tab");
    const first = await page.evaluate(() => document.activeElement.textContent);
    await page.keyboard.press("Enter");
    const skipped = await page.evaluate(() => document.activeElement.id || location.hash);
    await tabTo(page, "#fleets summary");
    await page.keyboard.press("Enter");
    await tabTo(page, "#fleets form input");
    await page.keyboard.type("TYPED-1");
    await page.keyboard.press("Enter");
    await page.locator("#fleets code", { hasText: "TYPED-1" }).waitFor();
    const kept = await page.evaluate(() => document.activeElement.dataset.key ?? null);
    await tabTo(page, "section[aria-labelledby=misbehaviours-title] summary");
    await page.keyboard.press("Enter");
    await tabTo(page, "[data-key=every-third-call-fails]");
    await page.keyboard.press("Space");
    await page.getByText("In force: every-third-call-fails.").waitFor();
    const focused = await page.evaluate(() => document.activeElement.dataset.key ?? null);
    for (let call = 0; call < 3; call += 1) await api("GET", "/emp/v1/fleets/acme-corp-001/invitation");
    await summaries(page).nth(2).waitFor();
    await tabTo(page, "#journal li:first-child summary", "Shift+Tab");
    await page.keyboard.press("Enter");
    const why = await page.locator("#journal .why").allInnerTexts();
    await tabTo(page, "#reset", "Shift+Tab");
    await page.keyboard.press("Enter");
    await tabTo(page, "#ask-yes [type=submit]");
    await page.keyboard.press("Enter");
    await page.locator("#none").waitFor();
    const back = await page.evaluate(() => document.activeElement.id);
    return { first, skipped, kept, focused, why, back, codes: await codesOf("acme-corp-001") };
  },

  // A world of its own: chosen, made, dropped; its rules and its dialect.
  async worlds() {
    const page = await opened();
    await live(page);
    await page.locator("#make-world").click();
    await page.locator("#ask-name input").fill("mine");
    await page.locator("#ask-name [type=submit]").click();
    await page.waitForURL(/\/_mock\/worlds\/mine\/_mock\/ui$/);
    await live(page);
    await page.getByText("Add a rule").click();
    await page.locator("#rule [name=operation]").selectOption("create_fleet");
    await page.locator("#rule [name=times]").fill("1");
    await page.locator("#rule [name=status]").fill("429");
    await page.locator("#rule [type=submit]").click();
    await page.locator("#rules", { hasText: "create_fleet; 1 more times" }).waitFor();
    await page.locator("section[aria-labelledby=dialect-title] summary").click();
    await page.locator("[data-key='create.status']").selectOption("200");
    await page.locator("#speaking", { hasText: "create.status = 200" }).waitFor();
    await api("POST", "/emp/v1/fleets", { fleetId: "elsewhere" });
    const statuses = [];
    for (const fleetId of ["one", "two"]) {
      statuses.push((await api("POST", "/_mock/worlds/mine/emp/v1/fleets", { fleetId })).status);
    }
    await summaries(page).nth(1).waitFor();
    const shown = await page.locator("#journal").innerText();
    await page.locator("#rules", { hasText: "No rule is in force." }).waitFor();
    await page.locator("#fleets summary", { hasText: "two" }).waitFor();
    await page.locator("#rule [name=seconds]").fill("1");
    await page.locator("#rule [name=deliver]").selectOption("reset");
    await page.locator("#rule [name=operation]").selectOption("");
    await page.locator("#drop-world").click();
    await page.locator("#ask-yes [type=submit]").click();
    await page.waitForURL(/\/_mock\/ui$/);
    await page.locator("#journal", { hasText: "POST" }).waitFor();
    await page.locator("#world option", { hasText: "mine" }).waitFor({ state: "detached" });
    const names = (await api("GET", "/_mock/worlds")).value.worlds.map(({ name }) => name);
    return { statuses, shown, names, main: await page.locator("#journal").innerText() };
  },

  // A bad input is told, and nothing is markup.
  async odd() {
    const page = await opened();
    await live(page);
    const fleetId = "<img src=x onerror=alert(1)>";
    await api("POST", "/emp/v1/fleets", { fleetId, fleetName: "<b>bold</b>" });
    await api("GET", `/emp/v1/fleets/${encodeURIComponent("<script>")}/invitation?<b>=1`);
    await summaries(page).nth(1).waitFor();
    await page.locator("#fleets summary", { hasText: fleetId }).waitFor();
    const markup = await page.locator("#fleets b, #fleets img, #journal b, #journal script").count();
    await page.getByText("Add a rule").click();
    await page.locator("#rule [name=times]").fill("1");
    await page.locator("#rule [type=submit]").click();
    const problem = await page.locator("#problem p").innerText();
    await page.locator("#contains").fill("no such fleet");
    const found = await page.locator("#journal li:visible").count();
    await page.locator("#pause").click();
    await page.locator("#connection", { hasText: "Paused" }).waitFor();
    await api("POST", "/emp/v1/fleets", { fleetId: "unseen" });
    await page.locator("#contains").fill("");
    const paused = await summaries(page).count();
    await page.locator("#pause").click();
    await summaries(page).nth(2).waitFor();
    const download = page.waitForEvent("download");
    await page.locator("#save").click();
    const har = JSON.parse(readFileSync(await (await download).path(), "utf8"));
    return { markup, problem, found, paused, saved: har.log.entries.length };
  },

  // A connection that breaks: told, mended, and nothing is shown twice or lost.
  async lost() {
    const road = passing();
    const page = await opened({ at: await road.listen() });
    await live(page);
    await api("POST", "/emp/v1/fleets", { fleetId: "before" });
    await summaries(page).first().waitFor();
    road.end();
    await page.locator("#connection", { hasText: "Trying again" }).waitFor();
    await api("POST", "/emp/v1/fleets", { fleetId: "meanwhile" });
    await road.listen();
    await live(page);
    await summaries(page).nth(1).waitFor();
    await page.locator("#fleets summary", { hasText: "meanwhile" }).waitFor();
    await api("POST", "/_mock/worlds/theirs/emp/v1/fleets", { fleetId: "theirs" });
    await page.locator("#world").focus();
    await page.locator("#world option", { hasText: "theirs" }).waitFor({ state: "attached" });
    complaints.splice(0);  // the browser reports what it could not load
    const shown = await summaries(page).count();
    await page.close();
    road.end();
    return { shown };
  },

  // What axe finds, with all open, in both schemes, and what of it is too wide.
  async look() {
    const seen = {};
    for (const colorScheme of ["light", "dark"]) {
      const page = await opened({ colorScheme, bypassCSP: true });
      await live(page);
      await summaries(page).first().waitFor();
      await page.locator("#fleets summary").first().waitFor();
      await page.locator("[data-key='create.status']").waitFor({ state: "attached" });
      if (pictures) {
        await summaries(page).first().click();
        await page.locator("#fleets summary").first().click();
        await page.evaluate(() => document.activeElement.blur());
        await page.mouse.move(600, 5);
        await page.waitForTimeout(600);
        await page.screenshot({ path: `${pictures}-${colorScheme}.png` });
      }
      await page.evaluate(() => document.querySelectorAll("details").forEach((each) => { each.open = true; }));
      await page.waitForTimeout(1000);
      const all = await violations(page);
      await page.locator("#reset").click();
      const asking = await violations(page);
      await page.keyboard.press("Escape");
      await page.setViewportSize({ width: 360, height: 640 });
      const narrow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      seen[colorScheme] = { all, asking, narrow };
    }
    return seen;
  },

  // A token: asked for, refused, taken, kept in this tab alone.
  async token() {
    const page = await opened();
    const dialog = page.locator("#ask-token");
    await dialog.waitFor();
    await dialog.locator("input").fill("wrong-token");
    await page.keyboard.press("Enter");
    await dialog.getByText("not the one of --control-token").waitFor();
    await dialog.locator("input").fill("right-token");
    await page.keyboard.press("Enter");
    await live(page);
    await page.locator("#fleets summary").first().waitFor();
    const kept = await page.evaluate(() => [Object.values(sessionStorage), { ...localStorage }, document.cookie]);
    const shown = await page.content();
    await page.reload();
    await live(page);
    await page.locator("#forget-token").click();
    await dialog.waitFor();
    complaints.splice(0);  // the browser reports each 401
    return { kept, isShown: shown.includes("right-token"), left: await page.evaluate(() => sessionStorage.length) };
  },
};

try {
  console.log(JSON.stringify({ ...(await JOBS[job]()), asked, complaints }));
} finally {
  await browser.close();
}
