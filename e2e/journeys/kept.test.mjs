// What is kept of the page for visits without a network: checked, healed, and renewed all or not at all.
import assert from "node:assert/strict";
import { appendFileSync, cpSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { complete, filesOf } from "../complete.mjs";
import { journey } from "../lib/test_page.mjs";

const DIST = process.env.TRIPTYCH_DIST;
const NO_ADAPTER = ["no-adapter"];
const ALLOWED = { serviceWorkers: "allow" };

/** A later build of the page, whose program and style have other names; `act` is given its folder and its digest. */
async function withLaterBuild(act) {
  const folder = mkdtempSync(path.join(tmpdir(), "triptych-build-"));
  try {
    cpSync(DIST, folder, { recursive: true });
    const script = Object.keys(filesOf(DIST).page).find((name) => /^app-.*\.js$/.test(name));
    const stem = script.replace(".js", "");
    const later = "app-00000000000000ff";
    for (const ending of [".js", "_bg.wasm"]) renameSync(path.join(folder, stem + ending), path.join(folder, later + ending));
    appendFileSync(path.join(folder, `${later}.js`), "\n// A later build.\n");
    const html = readFileSync(path.join(folder, "index.html"), "utf8").replaceAll(stem, later).replace(/ integrity="?[^">]*"?/g, "");
    writeFileSync(path.join(folder, "index.html"), html);
    complete(folder);
    return await act(folder, filesOf(folder).build);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const started = (page) => page.locator("html[data-started=true]").waitFor({ timeout: 60_000 });
const build = (page) => page.evaluate(() => document.querySelector("meta[name=build]").content);

/** Changes what is kept of the file whose address has this ending. */
const damage = (page, ending) =>
  page.evaluate(async (ending) => {
    for (const name of await caches.keys()) {
      const cache = await caches.open(name);
      for (const request of await cache.keys()) {
        if (!request.url.endsWith(ending)) continue;
        const response = await cache.match(request);
        const bytes = await response.arrayBuffer();
        await cache.put(request, new Response(bytes.slice(0, bytes.byteLength / 2), { headers: response.headers }));
      }
    }
  }, ending);

/** The builds of which something is kept. */
const builds = async (page) => {
  const caches = await page.evaluate(() => self.caches.keys());
  return caches.filter((name) => name.startsWith("triptych-page ")).map((name) => name.split(" ")[2]);
};

/** What is kept of a build. */
const names = (page, build) =>
  page.evaluate(async (build) => {
    const kept = await (await caches.open(`triptych-page ${new URL(document.baseURI).pathname} ${build}`)).keys();
    return kept.map((request) => request.url.slice(document.baseURI.length));
  }, build);

/** Lengths of what is kept, by name. */
const lengths = (page) =>
  page.evaluate(async () => {
    const found = {};
    for (const name of await caches.keys()) {
      const cache = await caches.open(name);
      // What is damaged may go meanwhile.
      for (const request of await cache.keys()) found[request.url] = (await (await cache.match(request))?.arrayBuffer())?.byteLength;
    }
    return Object.entries(found).sort();
  });

/** Waits until what is kept has these lengths. */
async function mended(page, whole) {
  while (JSON.stringify(await lengths(page)) !== JSON.stringify(whole)) await page.waitForTimeout(100);
}

/** The page with its service worker, and the lengths of what that keeps. */
async function keeping(lab) {
  await lab.open();
  await started(lab.page);
  await lab.kept();
  return lengths(lab.page);
}

journey(
  "kept files that are damaged are fetched anew",
  async (lab) => {
    const { page } = lab;
    const whole = await keeping(lab);
    for (const pattern of [/^app-.*_bg\.wasm$/, /^app-.*\.js$/, /^style-/]) {
      const name = whole.map(([url]) => url.slice(lab.address.length)).find((name) => pattern.test(name));
      await damage(page, name);
      assert.notDeepEqual(await lengths(page), whole, `${name} is damaged`);
      await page.reload();
      await started(page);
      assert.equal(await page.getByRole("alert").count(), 0);
      await mended(page, whole);
    }
  },
  NO_ADAPTER,
  ALLOWED,
);

journey(
  "an address two folders down leads to the room that is kept",
  async (lab) => {
    const { page } = lab;
    await keeping(lab);
    const deep = () => page.goto(`${lab.address}caption/?decode=beam-3`, { waitUntil: "commit" });
    const arrived = () => page.waitForURL(`${lab.address}caption?decode=beam-3`).then(() => started(page));
    await deep();
    await arrived();
    lab.server.site.trouble = (_, response) => Boolean(response.destroy());
    await deep();
    await arrived();
    assert.equal(await page.getByRole("alert").count(), 0);
  },
  NO_ADAPTER,
  ALLOWED,
);

journey(
  "a network that never answers is not waited for",
  async (lab) => {
    await lab.open();
    await started(lab.page);
    await lab.kept();
    lab.server.site.trouble = () => true;
    await lab.page.reload({ waitUntil: "commit" });
    await lab.encoded();
    assert.equal(await lab.page.getByRole("alert").count(), 0);
  },
  NO_ADAPTER,
  ALLOWED,
);

journey(
  "a damaged file in the browser's own cache is healed by loading the page again",
  async (lab) => {
    const { page } = lab;
    lab.forgive(/CompileError|WebAssembly/);
    lab.server.site.maxAge = 600;
    lab.server.site.trouble = (name, response) => {
      if (!/^app-.*\.wasm$/.test(name)) return false;
      const bytes = readFileSync(path.join(DIST, name)).subarray(0, 10_000);
      const headers = { "content-type": "application/wasm", "content-length": bytes.length, "cache-control": "max-age=600" };
      response.writeHead(200, headers).end(bytes);
      return true;
    };
    await lab.open();
    const again = page.getByRole("alert").getByRole("button", { name: "Load the page again" });
    await again.waitFor({ timeout: 30_000 });
    lab.server.site.trouble = () => false;
    await again.click();
    await started(page);
    assert.equal(await page.getByRole("alert").count(), 0);
  },
  NO_ADAPTER,
  ALLOWED,
);

journey(
  "a newer build comes whole while an old page runs, and takes over when the visitor says so",
  (lab) =>
    withLaterBuild(async (folder, later) => {
      const { page } = lab;
      await lab.open("ask");
      await lab.encoded();
      await lab.kept();
      const earlier = await build(page);
      // As when a published checkpoint's tokenizer has been opened: the later build brings its own.
      await page.evaluate(() => new BroadcastChannel("triptych-tokenizers").postMessage("used"));
      const tokenizers = async (build) => (await names(page, build)).filter((name) => name.startsWith("tokenizer")).length;
      while ((await tokenizers(earlier)) < 2) await page.waitForTimeout(100);
      lab.server.site.folder = folder;
      await page.evaluate(async () => (await navigator.serviceWorker.getRegistration()).update());
      const load = page.getByRole("button", { name: "Load the new page" });
      await load.waitFor({ timeout: 60_000 });
      assert.equal(await build(page), earlier);
      assert.equal(await tokenizers(later), 2);

      // The old page's engine starts again from the files that are kept, which the host has no more.
      const [worker] = page.workers();
      lab.forgive(/killed by the test/);
      await worker.evaluate(() => setTimeout(() => { throw new Error("killed by the test"); }));
      await page.getByRole("button", { name: "Restart the engine" }).click({ timeout: 30_000 });
      await lab.encoded();

      await load.click();
      await page.waitForFunction((later) => document.querySelector("meta[name=build]")?.content === later, later, { timeout: 30_000 });
      await started(page);
      // Only the new build is kept then.
      while ((await builds(page)).join() !== later) await page.waitForTimeout(100);
      await lab.server.close();
      lab.forgive(/ERR_|Failed to fetch|Failed to load/);
      await page.reload();
      await started(page);
      assert.equal(await build(page), later);
    }),
  NO_ADAPTER,
  ALLOWED,
);

journey(
  "an update that breaks off leaves the page as it was",
  (lab) =>
    withLaterBuild(async (folder, later) => {
      const context = lab.page.context();
      lab.forgive(/ERR_|Failed to fetch|Failed to load/);
      await lab.open();
      await started(lab.page);
      await lab.kept();
      const earlier = await build(lab.page);
      // The new page comes, and of its files those that this page shows; then the visitor leaves and the network ends.
      lab.server.site.folder = folder;
      lab.server.site.trouble = (name) => name === "fonts/source-serif-greek-italic.woff2";
      const second = await context.newPage();
      await second.goto(lab.address);
      await started(second);
      assert.equal(await build(second), later);
      while (!(await builds(second)).includes(later)) await second.waitForTimeout(100);
      await second.close();
      await lab.server.close();
      await lab.page.reload();
      await started(lab.page);
      assert.equal(await build(lab.page), earlier, "the page that was whole");
      assert.equal(await lab.page.getByRole("alert").count(), 0);
    }),
  NO_ADAPTER,
  ALLOWED,
);

journey(
  "a page whose build the host has forgotten says that a newer one is there",
  (lab) =>
    withLaterBuild(async (folder, later) => {
      const { page } = lab;
      await lab.open("ask");
      await lab.encoded();
      lab.server.site.folder = folder;
      const [worker] = page.workers();
      lab.forgive(/killed by the test|worker_loader|404|dynamically imported|^exception: $/);
      await worker.evaluate(() => setTimeout(() => { throw new Error("killed by the test"); }));
      await page.getByRole("button", { name: "Load the new page" }).click({ timeout: 30_000 });
      await page.waitForFunction((later) => document.querySelector("meta[name=build]")?.content === later, later, { timeout: 30_000 });
      await started(page);
    }),
  NO_ADAPTER,
);

journey(
  "one visit heals whatever is damaged of what is kept, and leaves what belongs to another place of the origin",
  async (lab) => {
    const { page } = lab;
    const whole = await keeping(lab);
    const font = whole.map(([url]) => url).find((url) => url.endsWith(".woff2"));
    for (const ending of [lab.address, "start.js", "update.js", "models/playroom/config.json", "model.safetensors", font]) await damage(page, ending);
    const other = "triptych-page /elsewhere/ 0123456789abcdef";
    await page.evaluate((other) => caches.open(other), other);
    assert.notDeepEqual(await lengths(page), whole);
    await page.reload();
    await started(page);
    await mended(page, whole);
    assert.ok(await page.evaluate((other) => caches.has(other), other));
    await lab.server.close();
    await page.reload();
    await lab.encoded();
  },
  NO_ADAPTER,
  ALLOWED,
);

journey(
  "a list of models that the host has written anew is kept as it is",
  async (lab) => {
    const { page } = lab;
    const models = [{ title: "Our small CLIP", model: "./models/small/", does: "finds by words", megabytes: 1, licence: "CC0" }];
    lab.server.site.trouble = (name, response) => {
      if (name !== "models.json") return false;
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ models }));
      return true;
    };
    lab.forgive(/ERR_|Failed to fetch|Failed to load/);
    const suggested = page.getByRole("button", { name: /^Details of Our/ });
    await lab.open("models");
    await started(page);
    await lab.kept();
    await suggested.waitFor();
    // Written once more after the page was kept.
    models[0].title = "Our larger CLIP";
    await page.reload();
    await page.getByRole("button", { name: "Details of Our larger CLIP" }).waitFor({ timeout: 60_000 });
    await lab.server.close();
    await page.reload();
    await page.getByRole("button", { name: "Details of Our larger CLIP" }).waitFor({ timeout: 60_000 });
  },
  NO_ADAPTER,
  ALLOWED,
);

journey(
  "a build of which the host has only the page yet is not shown",
  (lab) =>
    withLaterBuild(async (folder) => {
      const { page } = lab;
      lab.forgive(/404/);
      await lab.open();
      await started(page);
      await lab.kept();
      const earlier = await build(page);
      lab.server.site.folder = folder;
      lab.server.site.trouble = (name, response) => /^app-/.test(name) && Boolean(response.writeHead(404).end());
      await page.reload();
      await started(page);
      assert.equal(await build(page), earlier);
    }),
  NO_ADAPTER,
  ALLOWED,
);
