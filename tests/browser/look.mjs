// Opens a page in Chromium, in light and in dark, and prints as JSON what axe finds, what the page asked of a network,
// and what the browser complained about. With a third argument it saves a picture of each.
// node look.mjs CHROMIUM PAGE [PICTURES]
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const [executablePath, page, pictures] = process.argv.slice(2);
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
// In a container Chromium's own sandbox has no rights; the page is ours.
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
const seen = {};
try {
  for (const colorScheme of ["light", "dark"]) {
    const shown = await browser.newPage({ colorScheme, viewport: { width: 1200, height: 900 } });
    const asked = [], complaints = [];
    shown.on("request", (request) => request.url().startsWith("file:") || asked.push(request.url()));
    shown.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
    await shown.goto(pathToFileURL(page).href);
    if (pictures) await shown.screenshot({ path: `${pictures}-${colorScheme}.png` });
    const wide = await shown.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    // All that is folded is looked at too.
    await shown.evaluate(() => document.querySelectorAll("details").forEach((each) => { each.open = true; }));
    await shown.evaluate(axe);
    const { violations, passes } = await shown.evaluate(() => globalThis.axe.run());
    await shown.setViewportSize({ width: 360, height: 640 });
    const narrow = await shown.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    await shown.emulateMedia({ media: "print" });
    const printed = (await shown.pdf()).length;
    const found = violations.map(({ id, impact, nodes }) => ({ id, impact, nodes: nodes.map((each) => each.html) }));
    seen[colorScheme] = { violations: found, passes: passes.length, asked, complaints, wide, narrow, printed };
  }
} finally {
  await browser.close();
}
console.log(JSON.stringify(seen));
