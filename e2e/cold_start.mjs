// Prints how long a visitor waits in the room Retrieve for the first pictures in their order: from the start of the page's
// first script, with everything in the browser's cache, on the CPU.
// Usage: CHROMIUM=... node cold_start.mjs FOLDER [VISITS]
import { loadavg } from "node:os";
import { openPage } from "./lib/browser.mjs";
import { serve } from "./serve.mjs";

const ROOM = "retrieve?q=a+red+circle";
/** A selector and what its text begins with. */
const MARKS = {
  "page drawn": ["#engine > summary", ""],
  "device chosen": ["#engine > summary", "CPU"],
  "first order": ["ol.found > li .verdict", ""],
};

/** In the page: when each mark was first there, in milliseconds since its first script began. */
function watch(marks) {
  const began = performance.now();
  self.seen = {};
  const look = () => {
    for (const [name, [selector, text]] of Object.entries(marks)) {
      const isThere = document.querySelector(selector)?.textContent.startsWith(text);
      if (!(name in self.seen) && isThere) self.seen[name] = performance.now() - began;
    }
  };
  new MutationObserver(look).observe(document, { childList: true, subtree: true, characterData: true });
}

const [folder, visits = "7"] = process.argv.slice(2);
const { address, close } = await serve(folder, { maxAge: 600 });
const page = await openPage("no-adapter") /* Routes, which the mode without WebGPU needs, would end the cache. */;
await page.addInitScript(watch, MARKS);
const rows = [];
for (let visit = 0; visit <= Number(visits); visit++) {
  // The last visit's worker has ended.
  await page.goto("about:blank");
  await page.waitForTimeout(500);
  await page.goto(address + ROOM);
  await page.locator(MARKS["first order"][0]).first().waitFor({ timeout: 120_000 });
  const seen = await page.evaluate(() => self.seen);
  console.log(visit === 0 ? "cold cache" : `visit ${visit}`, Object.entries(seen).map(([name, ms]) => `${name} ${Math.round(ms)}`).join(", "));
  if (visit > 0) rows.push(seen["first order"]);
}
rows.sort((a, b) => a - b);
console.log(`first order, median of ${rows.length}: ${Math.round(rows[rows.length >> 1])} ms; load ${loadavg()[0].toFixed(1)}`);
await page.context().browser().close();
await close();
