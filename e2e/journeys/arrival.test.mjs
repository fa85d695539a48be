// The first load, when files do not come, come damaged, or slowly: never a blank page, never a wait without an end.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { filesOf } from "../complete.mjs";
import { journey } from "../lib/test_page.mjs";
import { serve } from "../serve.mjs";

const DIST = process.env.TRIPTYCH_DIST;
const NO_ADAPTER = ["no-adapter"];
const AT_ONCE = 4;

/** What the visitor is told where a file does not come: by the page before it starts, by its engine, or nothing. */
function told(name) {
  if (name === "start.js") return "late";
  if (/\.css$|^app-/.test(name)) return "page";
  if (/^worker_loader|^models\/.*(config|tokenizer)\.json$|\.safetensors$/.test(name)) return "engine";
  return "nothing";
}

/** Visits the page in a browser context of its own, from a server with this trouble, and looks at it. */
async function visit(lab, what, trouble, look, clock = false) {
  const server = await serve(DIST, { base: "/triptych/" });
  server.site.trouble = (name, response) => name !== null && trouble(name, response);
  const context = await lab.page.context().browser().newContext({ serviceWorkers: "block" });
  try {
    const page = await context.newPage();
    if (clock) await page.clock.install();
    page.goto(server.address + "ask").catch(() => {}); // Some of these pages never finish loading.
    await look(page);
  } catch (error) {
    assert.fail(`${what}: ${error.message}`);
  } finally {
    await context.close();
    await server.close();
  }
}

/** Does this for all, a few at a time. */
async function each(all, act) {
  const rest = [...all];
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    for (let one; (one = rest.shift()) !== undefined; ) await act(one);
  }));
}

/** The files of a first load, the page itself aside. Lessons are kept after it. */
const files = () =>
  Object.keys(filesOf(DIST).page)
    .filter((name) => name !== "" && !name.startsWith("lessons/"))
    .map((name) => name.split("?")[0]);

async function assertTold(page, name) {
  const alert = page.getByRole("alert");
  const kind = told(name);
  if (kind === "late") return page.getByText("The page has not come completely").waitFor({ timeout: 25_000 });
  if (kind === "nothing") {
    await page.locator("html[data-started=true]").waitFor({ timeout: 60_000 });
    return assert.equal(await alert.count(), 0, `${name}: ${(await alert.allTextContents()).join()}`);
  }
  const wayOn = kind === "page" ? /^Load the page again$/ : /^(Restart the engine|Try again)$/;
  await alert.getByRole("button", { name: wayOn }).first().waitFor({ timeout: 60_000 });
}

journey(
  "each file of the first load that does not come is told, if it is needed",
  (lab) =>
    each(files(), (name) =>
      visit(lab, name, (asked, response) => asked === name && Boolean(response.destroy()), (page) => assertTold(page, name)),
    ),
  NO_ADAPTER,
);

journey(
  "each file of the first load that hangs is told, if it is needed",
  (lab) =>
    each(files(), (name) => {
      // Time is skipped once all else has come; that of a worker and of a style sheet cannot be.
      const isSkipped = !name.startsWith("models/") && name !== "start.js";
      const look = async (page) => {
        if (isSkipped) {
          await page.locator("html[data-watched]").waitFor({ timeout: 30_000 });
          await page.waitForTimeout(2000);
          await page.clock.fastForward(16_000);
          await page.waitForTimeout(500);
          if (told(name) === "engine") await page.clock.fastForward(16_000);
        }
        await assertTold(page, name);
      };
      return visit(lab, name, (asked) => asked === name, look, isSkipped);
    }),
  NO_ADAPTER,
);

journey(
  "a style sheet that is missing is told though it failed first, and stays told when the rest is late",
  (lab) => {
    let late;
    const trouble = (name, response) => {
      if (/^style-.*\.css$/.test(name)) return Boolean(response.destroy());
      const start = () => answer(response, readFileSync(path.join(DIST, name)), "text/javascript");
      if (name === "start.js") return Boolean(setTimeout(start, 1000));
      if (!/^app-.*\.wasm$/.test(name)) return false;
      late = () => answer(response, readFileSync(path.join(DIST, name)), "application/wasm");
      return true;
    };
    const look = async (page) => {
      const told = page.getByRole("alert").getByText("style could not be loaded");
      await told.waitFor({ timeout: 30_000 });
      // The sheet is given up after one silence; the next is the module's.
      for (let silence = 0; silence < 2; silence++) {
        await page.clock.fastForward(16_000);
        await page.waitForTimeout(500);
      }
      late();
      await page.locator("html[data-started=true]").waitFor({ timeout: 60_000 });
      await told.waitFor({ timeout: 1000 });
    };
    return visit(lab, "late", trouble, look, true);
  },
  NO_ADAPTER,
);

/** Answers with these bytes and this type. */
function answer(response, bytes, type) {
  response.writeHead(200, { "content-type": type, "content-length": bytes.length }).end(bytes);
  return true;
}

const DAMAGES = {
  "a module that is cut short": [/^app-.*\.wasm$/, (bytes) => bytes.subarray(0, bytes.length / 2), "application/wasm", "page"],
  "a module with a damaged header": [/^app-.*\.wasm$/, (bytes) => Buffer.concat([Buffer.from("<html>"), bytes.subarray(6)]), "application/wasm", "page"],
  "a script that is cut short": [/^app-.*\.js$/, (bytes) => bytes.subarray(0, bytes.length / 2), "text/javascript", "page"],
  "a script named as text": [/^app-.*\.js$/, (bytes) => bytes, "text/plain", "page"],
  "a style sheet named as text": [/^style-.*\.css$/, (bytes) => bytes, "text/plain", "page"],
  "a module named as anything": [/^app-.*\.wasm$/, (bytes) => bytes, "application/octet-stream", "nothing"],
};

journey(
  "files that come damaged or under a wrong name are told, if that matters",
  (lab) =>
    each(Object.entries(DAMAGES), ([what, [pattern, change, type, kind]]) => {
      const trouble = (name, response) => pattern.test(name) && answer(response, change(readFileSync(path.join(DIST, name))), type);
      const like = { page: "app-.js", nothing: "update.js" }[kind];
      return visit(lab, what, trouble, (page) => assertTold(page, like));
    }),
  NO_ADAPTER,
);

journey(
  "at 50 kB a second the page tells how many bytes have come",
  async (lab) => {
    lab.server.site.bytesPerSecond = 50_000;
    const { page } = lab;
    const seen = { page: new Set(), weights: new Set() };
    await page.addInitScript(() => {
      window.lines = [];
      new MutationObserver(() => {
        const line = document.querySelector(".loading > span:last-child")?.textContent;
        if (line && line !== window.lines.at(-1)) window.lines.push(line);
      }).observe(document, { childList: true, subtree: true, characterData: true });
    });
    await page.goto(lab.address + "ask", { waitUntil: "commit" });
    for (let waited = 0; waited < 90 && seen.weights.size < 3; waited++) {
      await page.waitForTimeout(1000);
      for (const line of await page.evaluate(() => window.lines ?? [])) {
        if (/^Loading the page: \d+\.\d of \d+\.\d MB$/.test(line)) seen.page.add(line);
        if (/^Weights: \d+\.\d MB of \d+\.\d MB$/.test(line)) seen.weights.add(line);
      }
      assert.equal(await page.getByRole("alert").count(), 0, "a slow connection is no failure");
    }
    assert.ok(seen.page.size >= 5, `the page's bytes: ${[...seen.page]}`);
    assert.ok(seen.weights.size >= 3, `the weights' bytes: ${[...seen.weights]}`);
  },
  NO_ADAPTER,
);
