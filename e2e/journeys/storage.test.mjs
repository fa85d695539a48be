// What is kept is shared by all tabs, and may be refused or full: nothing is lost, and everything goes on.
import assert from "node:assert/strict";
import { limitStorage } from "../lib/browser.mjs";
import { withHub } from "../lib/hub.mjs";
import { journey } from "../lib/test_page.mjs";
import { add, names, photos, shows } from "../lib/photos.mjs";

const COLOURS = ["red", "blue", "green", "yellow", "white", "black"];
const REFUSED = `StorageManager.prototype.getDirectory = () => Promise.reject(new DOMException("refused", "SecurityError"));`;

/** As Chromium does where cookies are blocked. */
const NO_LOCKS = `LockManager.prototype.request = () => Promise.reject(new DOMException("refused", "SecurityError"));`;

/** Another tab of the same browser. */
async function tab(lab, path) {
  const page = await lab.page.context().newPage();
  await page.goto(lab.address + path);
  return page;
}

async function look(page, address) {
  await page.getByLabel("Name or address").fill(address);
  await page.getByRole("button", { name: "Details", exact: true }).click();
  await page.getByRole("heading", { name: address }).waitFor();
}

const download = (page) => page.locator(".card").getByRole("button", { name: /ownload/ }).click();

/** Waits until a checkpoint is active. */
const untilActive = (page, address) =>
  page.locator("#model summary").filter({ hasText: address }).filter({ hasText: "(" }).waitFor({ timeout: 60_000 });

journey(
  "two tabs have one album",
  async (lab) => {
    const first = lab.page;
    await lab.open("album");
    const second = await tab(lab, "album");
    const files = await photos(first, [...COLOURS, ...COLOURS]);
    await add(second, files.slice(0, 4));
    await shows(second, 4);
    await shows(first, 4);
    await add(first, files.slice(4, 5));
    await shows(first, 5);
    await shows(second, 5);
    await Promise.all([add(first, files.slice(5, 9)), add(second, files.slice(8, 12))]);
    await shows(first, 12);
    await shows(second, 12);
    const third = await tab(lab, "album");
    await shows(third, 12);
    assert.equal(new Set(await names(third)).size, 12);
    // Whoever is closed in the middle leaves whole photos behind.
    await first.getByRole("button", { name: "Delete all" }).click();
    await first.getByRole("button", { name: "Delete all photos of this album" }).click();
    await Promise.all([first, second, third].map((page) => shows(page, 0)));
    await add(third, files);
    await third.waitForFunction(() => document.querySelectorAll(".photos li").length > 0, null, { timeout: 60_000 });
    await third.close();
    await add(second, files);
    await shows(second, 12);
    await shows(first, 12);
  },
  ["no-adapter"],
);

journey(
  "two tabs download one checkpoint once, and deleting it silences nobody",
  (lab) =>
    withHub(async (hub) => {
      const first = lab.page;
      const address = hub.model("clip_gelu");
      let open;
      hub.gate = new Promise((done) => (open = done));
      await lab.open("models");
      const second = await tab(lab, "models");
      await look(first, address);
      await download(first);
      await first.locator(".card").getByRole("button", { name: "Stop", exact: true }).waitFor();
      await look(second, address);
      await download(second);
      await second.getByText("Another tab is downloading this model; this one goes on when that ends.").waitFor();
      await lab.screenshot("two-tabs");
      await second.getByRole("button", { name: "Stop", exact: true }).click();
      await download(second);
      await second.getByText("Another tab is downloading this model").waitFor();
      hub.gate = null;
      open();
      await Promise.all([untilActive(first, address), untilActive(second, address)]);
      const asked = hub.log.filter((line) => line === "model.safetensors 0");
      assert.ok(asked.length <= 3, `asked for its size by the look and by the download, and once for itself: ${hub.log}`);

      await second.getByRole("button", { name: `Delete ${address}` }).click();
      await second.getByRole("button", { name: /^Delete \d/ }).click();
      await first.getByRole("button", { name: `Delete ${address}` }).waitFor({ state: "detached" });
      await untilActive(first, address);
      await first.getByRole("button", { name: "Measure every step" }).click();
      await first.getByRole("application", { name: "use the arrow keys to read steps" }).waitFor({ timeout: 60_000 });
    }),
  ["no-adapter"],
);

const inMemory = (title, refused = "") =>
  journey(
    title,
    (lab) =>
      withHub(async (hub) => {
        const { page } = lab;
        const address = hub.model("clip_gelu");
        lab.inWorker(REFUSED + refused);
        await page.addInitScript(refused);
        await lab.open("models");
        await look(page, address);
        await page.getByText("the model is held in memory and is gone when the page is closed").waitFor();
        await download(page);
        await untilActive(page, address);
        await page.getByText("in memory for this visit").waitFor();
        await page.getByRole("link", { name: "Album", exact: true }).first().click();
        await page.getByText("The album is held in memory").waitFor();
        await add(page, await photos(page, COLOURS.slice(0, 2)));
        await shows(page, 2);
        await lab.screenshot("album-in-memory");
        await page.reload();
        await page.getByText("which is not on this device").waitFor();
      }),
    ["no-adapter"],
  );
inMemory("where the browser keeps no files a checkpoint and an album are held in memory");
inMemory("where it refuses locks too, as with cookies blocked, nothing waits for them", NO_LOCKS);

journey(
  "where there is no room the figures are told, and memory is a way on",
  (lab) =>
    withHub(async (hub) => {
      const { page } = lab;
      await lab.open("album");
      const files = await photos(page, COLOURS);
      await add(page, files.slice(0, 2));
      await shows(page, 2);
      await limitStorage(page, 1);
      await add(page, files.slice(2, 4));
      // Browsers that hide how much is free, as Chromium does, refuse all the same.
      const full = (what) => page.locator(".failure").filter({ hasText: new RegExp(`^There is no room for ${what}(: it needs [\\d.]+ kB, and [\\d.]+ k?B(ytes)? are free|, [\\d.]+ kB)\\.`) });
      const failure = full("2-green.jpg");
      await failure.waitFor({ timeout: 60_000 });
      await lab.screenshot("album-full");
      await failure.getByRole("button", { name: "Continue in memory" }).click();
      await shows(page, 4);
      await page.getByText("The album is held in memory").waitFor();
      await page.reload();
      await shows(page, 2);

      const address = hub.model("clip_gelu");
      const usage = await page.evaluate(async () => (await navigator.storage.estimate()).usage);
      await limitStorage(page, usage + 50_000);
      await page.getByRole("link", { name: "Models", exact: true }).first().click();
      await look(page, address);
      await download(page);
      await full("what is missing of it").waitFor({ timeout: 60_000 });
      await lab.screenshot("models-full");
      await full("what is missing of it").getByRole("button", { name: "Continue in memory" }).click();
      await untilActive(page, address);
      await page.getByText("in memory for this visit").waitFor();
    }),
  ["no-adapter"],
);

journey(
  "where not even a folder can be made a model can be looked at, and an album opened, in memory",
  (lab) =>
    withHub(async (hub) => {
      const { page } = lab;
      const address = hub.model("clip_gelu");
      lab.inWorker(`
        const made = FileSystemDirectoryHandle.prototype.getDirectoryHandle;
        FileSystemDirectoryHandle.prototype.getDirectoryHandle = function (name, options) {
          return name === "triptych" ? made.call(this, name, options) : Promise.reject(new DOMException("full", "QuotaExceededError"));
        };`);
      await lab.open("models");
      await look(page, address);
      await download(page);
      await untilActive(page, address);
      await page.getByRole("link", { name: "Album", exact: true }).first().click();
      await page.getByText("The album is held in memory").waitFor();
    }),
  ["no-adapter"],
);
