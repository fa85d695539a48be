// A published checkpoint comes to this device, speaks, and stays; the page itself comes back without a network.
import assert from "node:assert/strict";
import { withHub } from "../lib/hub.mjs";
import { journey } from "../lib/test_page.mjs";

const chip = (lab) => lab.page.locator("#model summary");

async function look(lab, address) {
  await lab.page.getByLabel("Name or address").fill(address);
  await lab.page.getByRole("button", { name: "Details", exact: true }).click();
  await lab.page.getByRole("heading", { name: address }).waitFor();
}

/** Times every step of encoding a picture and holds bars, what is read of each, and the table to each other. */
async function timeSteps(lab) {
  const { page } = lab;
  await page.getByRole("button", { name: "Measure every step" }).click();
  const strip = page.getByRole("application", { name: "use the arrow keys to read steps" });
  await strip.waitFor({ timeout: 60_000 });
  const widths = await strip.locator("rect").evaluateAll((bars) => bars.map((bar) => parseFloat(bar.getAttribute("width"))));
  const read = new Map();
  await strip.focus();
  for (let step = 1; step <= widths.length; step++) {
    await strip.press("ArrowRight");
    const said = await page.locator("figure.plot .heading").innerText();
    const [, at, of, kernel, ms] = said.match(/^Step (\d+) of (\d+), (.+): ([\d.]+) ms$/);
    assert.deepEqual([Number(at), Number(of)], [step, widths.length], said);
    const { count, sum } = read.get(kernel) ?? { count: 0, sum: 0 };
    read.set(kernel, { count: count + 1, sum: sum + Number(ms) });
  }
  const near = (a, b, apart, what) => assert.ok(Math.abs(a - b) <= apart, `${what}: ${a} and ${b}`);
  near(widths.reduce((sum, width) => sum + width), 100, 0.1, "percent of the strip");
  const rows = (part) =>
    page.locator(`#steps ${part} tr`).evaluateAll((rows) => rows.map((row) => [...row.cells].map((cell) => cell.textContent.trim())));
  const kernels = await rows("tbody");
  assert.equal(kernels.length, read.size);
  for (const [kernel, count, ms] of kernels) {
    assert.equal(Number(count), read.get(kernel).count, kernel);
    near(Number(ms), read.get(kernel).sum, 0.0006 * (Number(count) + 1), kernel);
  }
  const [[, count, ms]] = await rows("tfoot");
  assert.equal(Number(count), widths.length);
  near(Number(ms), kernels.reduce((sum, row) => sum + Number(row[2]), 0), 0.0006 * (kernels.length + 1), "all kernels");
  return read;
}

journey(
  "every step of encoding a picture is timed, by kernel, whichever model speaks",
  (lab) =>
    withHub(async (hub) => {
      const { page } = lab;
      const address = hub.model("clip_gelu");
      await lab.open("models");
      await lab.encoded();
      const playroom = await timeSteps(lab);
      assert.equal(playroom.get("attention.forward").count, 4, "one in each block of the image encoder");
      await lab.screenshot("steps");
      await page.getByRole("button", { name: "Dark theme" }).click();
      await lab.screenshot("steps-dark");
      await page.setViewportSize({ width: 360, height: 800 });
      assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 360, "the page is as wide as the phone");
      await lab.screenshot("steps-360");
      await page.setViewportSize({ width: 1280, height: 720 });
      if (lab.mode === "webgpu") {
        const device = lab.engine().locator(":scope > summary");
        await device.click();
        await lab.engine().getByRole("button", { name: "WebGPU" }).click();
        await device.filter({ hasText: /^WebGPU$/ }).waitFor({ timeout: 240_000 });
        await device.click();
        assert.equal(await page.locator("#steps").count(), 0, "another device has times of its own");
        await timeSteps(lab);
        await lab.screenshot("steps-by-webgpu");
      }
      await look(lab, address);
      await page.getByRole("button", { name: /^Download/ }).click();
      await chip(lab).filter({ hasText: address }).filter({ hasText: "(" }).waitFor({ timeout: 60_000 });
      assert.equal(await page.locator("#steps").count(), 0, "another model has steps of its own");
      assert.notDeepEqual(await timeSteps(lab), playroom);
    }),
  ["no-adapter", "webgpu"],
);

journey(
  "a download that breaks off goes on, the model speaks, and is still there after a reload",
  (lab) =>
    withHub(async (hub) => {
      lab.forgive(/ERR_/);
      const address = hub.model("clip_gelu");
      await lab.open("models");
      await look(lab, address);
      await lab.page.getByText(/^CLIP, .*retrieval.* to download/).waitFor();
      // The download looks once more before it begins.
      hub.budget = hub.handed + 60_000;
      await lab.page.getByRole("button", { name: /^Download/ }).click();
      const failure = lab.page.locator(".card .failure");
      await failure.filter({ hasText: /broke off|cannot be reached/ }).waitFor();
      await lab.screenshot("models-broken");
      hub.budget = Infinity;
      hub.log = [];
      await failure.getByRole("button", { name: "Try again" }).click();
      await chip(lab).filter({ hasText: address }).filter({ hasText: "(" }).waitFor({ timeout: 60_000 });
      const resumed = hub.log.filter((line) => line.startsWith("model.safetensors")).map((line) => Number(line.split(" ")[1]));
      assert.ok(resumed.length > 0 && resumed.every((from) => from > 0), `resumed from ${resumed}`);
      await lab.screenshot("models");

      hub.log = [];
      hub.budget = 0;
      await lab.page.reload();
      await chip(lab).filter({ hasText: address }).filter({ hasText: "(" }).waitFor({ timeout: 60_000 });
      assert.deepEqual(hub.log, [], "what is kept needs no network");
      hub.budget = Infinity;

      await lab.page.getByRole("link", { name: "Caption" }).click();
      await lab.page.getByText("does not generate captions").waitFor();
      await lab.page.getByRole("button", { name: "Continue with Playroom" }).click();
      assert.match(await lab.caption(), /\w+ \w+/);

      await lab.page.getByRole("link", { name: "Models" }).click();
      await lab.page.getByRole("button", { name: `Delete ${address}` }).click();
      await lab.page.getByRole("button", { name: "Keep", exact: true }).click();
      await lab.page.getByRole("button", { name: `Delete ${address}` }).click();
      await lab.page.getByRole("button", { name: /^Delete \d/ }).click();
      await lab.page.getByRole("button", { name: `Delete ${address}` }).waitFor({ state: "detached" });
      await lab.page.goto(`${lab.address}caption?model=${encodeURIComponent(address)}`);
      await lab.page.getByText("which is not on this device").waitFor();
    }),
  ["no-adapter"],
);

journey(
  "a model's weights are kept in fewer bits, by choice and with the effect measured here",
  (lab) =>
    withHub(async (hub) => {
      const address = hub.model("clip_gelu");
      await lab.open("models");
      await look(lab, address);
      await lab.page.getByRole("button", { name: /^Download/ }).click();
      await chip(lab).filter({ hasText: address }).filter({ hasText: "(" }).waitFor({ timeout: 60_000 });
      await lab.page.getByRole("button", { name: "Measure all three here" }).click();
      const row = (name) => lab.page.locator("#precisions tr").filter({ has: lab.page.getByRole("rowheader", { name, exact: true }) });
      await row("int8").waitFor({ timeout: 60_000 });
      const kilobytes = async (name) => Number((await row(name).innerText()).match(/(\d+) kB/)[1]);
      const sizes = [await kilobytes("f32"), await kilobytes("f16"), await kilobytes("int8")];
      assert.ok(sizes[0] > sizes[1] && sizes[1] > sizes[2], `kilobytes: ${sizes}`);
      assert.match(await row("int8").innerText(), /cosine 0\.9\d+ at worst, same nearest sentence for/);
      await lab.page.getByRole("group", { name: "Weights" }).getByRole("button", { name: "int8" }).click();
      await chip(lab).filter({ hasText: ", int8)" }).waitFor({ timeout: 60_000 });
      await lab.page.waitForURL(/weights=int8/);
      await row("int8").waitFor();
      await lab.screenshot("precisions");
      const size = lab.page.viewportSize();
      await lab.page.setViewportSize({ width: 360, height: 800 });
      assert.ok((await lab.page.evaluate(() => document.documentElement.scrollWidth)) <= 360, "the page is as wide as the phone");
      await lab.screenshot("precisions-360");
      await lab.page.setViewportSize(size);
      await lab.page.reload();
      await chip(lab).filter({ hasText: ", int8)" }).waitFor({ timeout: 60_000 });
      await lab.page.getByRole("link", { name: "Retrieve" }).click();
      await lab.page.locator("#model summary").filter({ hasText: "int8" }).waitFor();
    }),
  ["no-adapter"],
);

journey(
  "what is no model is told by name",
  (lab) =>
    withHub(async (hub) => {
      lab.forgive(/404/);
      await lab.open("models");
      await lab.page.getByLabel("Name or address").fill("clip");
      await lab.page.getByRole("button", { name: "Details", exact: true }).click();
      await lab.page.getByText('"clip" is not the name of a model').waitFor();
      await lab.page.getByLabel("Name or address").fill(hub.model("nothing"));
      await lab.page.getByRole("button", { name: "Details", exact: true }).click();
      await lab.page.getByText("config.json is not there (404)").waitFor();
    }),
  ["no-adapter"],
);

journey(
  "a checkpoint that is kept comes back without a network, words and all",
  (lab) =>
    withHub(async (hub) => {
      lab.forgive(/ERR_|Failed to fetch|Failed to load/);
      const { page } = lab;
      const address = hub.model("blip_caption");
      await lab.open("models");
      const tokenizers = () =>
        page.evaluate(async () => {
          const names = (await caches.keys()).filter((name) => name.startsWith("triptych-page "));
          const kept = (await Promise.all(names.map(async (name) => (await caches.open(name)).keys()))).flat();
          return kept.map((request) => request.url).filter((url) => /\/tokenizer(_bg\.wasm|\.js)\?v=/.test(url)).sort();
        });
      await lab.kept();
      assert.deepEqual(await tokenizers(), [], "Playroom needs no library of tokenizers");
      await look(lab, address);
      await page.getByRole("button", { name: /^Download/ }).click();
      await chip(lab).filter({ hasText: address }).filter({ hasText: "(" }).waitFor({ timeout: 60_000 });
      await page.getByRole("link", { name: "Caption", exact: true }).first().click();
      const caption = await lab.caption();
      assert.match(caption, /\w/);
      let used = [];
      for (; used.length < 2; used = await tokenizers()) await page.waitForTimeout(200);
      await lab.server.close();
      await page.reload();
      assert.equal(await lab.caption(), caption);
      await chip(lab).filter({ hasText: address }).waitFor();
    }),
  ["no-adapter"],
  { serviceWorkers: "allow" },
);

journey(
  "the page and Playroom come back without a network",
  async (lab) => {
    lab.forgive(/ERR_|Failed to fetch|Failed to load/);
    await lab.open("caption");
    const caption = await lab.caption();
    await lab.kept();
    await lab.server.close();
    await lab.page.reload();
    assert.equal(await lab.caption(), caption);
    await lab.screenshot("offline");
  },
  ["no-adapter"],
  { serviceWorkers: "allow" },
);
