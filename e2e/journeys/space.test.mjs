// The room Space: all modalities on one map, how far apart they lie, and arithmetic with words.
import assert from "node:assert/strict";
import { journey } from "../lib/test_page.mjs";
import { taskTimes, whatBlocks } from "../lib/tasks.mjs";

const CPU = ["no-webgpu"];

/** Answers 404 for the encoders of sound and video, whose galleries take long. */
function withoutEvents(lab) {
  const { site } = lab.server;
  const other = site.trouble;
  lab.forgive(/404|(sound|motion)\.safetensors/);
  site.trouble = (below, response, request) => {
    if (!/(sound|motion)\.safetensors$/.test(below ?? "")) return other(below, response, request);
    response.writeHead(404).end();
    return true;
  };
}

const legend = (page) => page.locator(".plot .keys .name").allTextContents();

journey(
  "a point has neighbours in every other modality, whichever space is shown",
  async (lab) => {
    const { page } = lab;
    withoutEvents(lab);
    await lab.open("space?picture=1-3&point=3-table");
    await lab.encoded();
    await page.waitForFunction(() => document.querySelectorAll(".plot .keys li").length === 4, null, { timeout: 60_000 });
    assert.deepEqual(await legend(page), ["Image", "Text", "Table", "Graph"]);
    await page.getByRole("alert").filter({ hasText: "The encoder of sounds could not be downloaded." }).waitFor();

    const rows = page.locator("table.nearest tbody tr");
    assert.deepEqual(await rows.locator("th").allTextContents(), ["Image", "Text", "Graph"]);
    for (const rank of await rows.locator("td:nth-child(2)").allTextContents()) assert.ok(Number(rank) <= 40, `rank ${rank} of 256`);
    const cosines = (await rows.first().locator("data").allTextContents()).map(Number);
    assert.ok(cosines.length === 5 && cosines.every((cosine, i) => i === 0 || cosine <= cosines[i - 1]), `${cosines}`);

    // The gap is that of the joint space, and symmetric.
    const gaps = await page.locator("table.numbers").filter({ hasText: "Modality gap" }).locator("tbody tr").evaluateAll((rows) => rows.map((row) => [...row.querySelectorAll("td")].map((cell) => cell.textContent)));
    assert.equal(gaps.length, 4);
    gaps.forEach((row, a) => row.forEach((gap, b) => assert.equal(gap, gaps[b][a])));
    assert.ok(gaps.flat().filter((gap) => gap !== "–").every((gap) => Number(gap) > 0 && Number(gap) < 2));
    await lab.screenshot("space");

    await page.getByRole("button", { name: "Coordinated", exact: true }).click();
    await page.waitForURL(/space=coordinated/);
    await page.getByText("The gap is gone").waitFor();
    const centred = (await rows.first().locator("data").allTextContents()).map(Number);
    assert.notDeepEqual(centred, cosines);

    // By keyboard: the next clip, pinned; then another modality of it.
    await page.locator(".plot .area").focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Enter");
    await page.waitForURL(/point=4-table/);
    await page.getByRole("group", { name: "Modality of the point" }).getByRole("button", { name: "Graph" }).click();
    await page.waitForURL(/point=4-graph/);
    assert.deepEqual(await rows.locator("th").allTextContents(), ["Image", "Text", "Table"]);

    // A click at a point of the map chooses it.
    const before = page.url();
    await page.locator(".plot .area").scrollIntoViewIfNeeded();
    const at = await page.locator(".plot path.points").first().evaluate((points) => {
      const [{ x, y }, matrix] = [points.getPointAtLength(0), points.getScreenCTM()];
      return [x * matrix.a + matrix.e + 3, y * matrix.d + matrix.f];
    });
    await page.mouse.click(...at);
    await page.waitForURL((url) => url.href !== before && /point=\d+-(image|text|table|graph)/.test(url.search));
    await page.goBack();
    await page.waitForURL(/point=4-graph/);
  },
  CPU,
);

journey(
  "the image that one vector tells is drawn beside the truth, and a network that does not come is told",
  async (lab) => {
    const { page } = lab;
    withoutEvents(lab);
    const { site } = lab.server;
    const other = site.trouble;
    lab.forgive(/503|reconstruction\.safetensors/);
    site.trouble = (below, response, request) => {
      if (!below?.endsWith("reconstruction.safetensors")) return other(below, response, request);
      response.writeHead(503).end();
      return true;
    };
    await lab.open("space?picture=1-3&point=3-image");
    const failure = page.getByRole("alert").filter({ hasText: "The network for reconstruction could not be downloaded." });
    await failure.waitFor({ timeout: 60_000 });
    assert.equal(await page.getByText("PSNR", { exact: true }).count(), 0, "no half of a figure");
    site.trouble = other;
    await failure.getByRole("button", { name: "Try again" }).click();
    const told = page.locator(".told").filter({ hasText: "dB against" });
    const ratios = async () => (await told.textContent()).match(/[\d.]+(?= dB)/g).map(Number);
    await told.waitFor({ timeout: 60_000 });
    const drawn = () => page.locator(".drawings canvas").first().evaluate((canvas) => canvas.toDataURL());
    const [own, another] = await ratios();
    assert.ok(own > another + 1, `${own} dB, of another clip ${another} dB`);
    const ofImage = await drawn();
    assert.equal(await page.locator(".drawings canvas").first().evaluate((canvas) => canvas.width), 64);
    await page.getByRole("group", { name: "Modality of the point" }).getByRole("button", { name: "Table" }).click();
    await page.waitForFunction((before) => (document.querySelector(".drawings canvas")?.toDataURL() ?? before) !== before, ofImage, { timeout: 60_000 });
    await told.waitFor({ timeout: 60_000 });
    await lab.screenshot("space-reconstruction");
  },
  CPU,
);

journey(
  "a picture less one word and plus another finds what the scene graph says",
  async (lab) => {
    const { page } = lab;
    withoutEvents(lab);
    await lab.open("space?picture=1-3");
    await lab.encoded();
    const told = page.locator("p.truth").filter({ hasText: "show it; by chance" });
    await told.waitFor({ timeout: 60_000 });
    const [minus, plus] = [page.getByLabel("minus"), page.getByLabel("plus")];
    const of = await minus.inputValue();
    assert.match(await lab.page.locator(".shelf [aria-pressed=true]").getAttribute("aria-label"), new RegExp(of), "what is taken is in the scene");
    // Over all that can be added in its place.
    let [right, shown, chance] = [0, 0, 0];
    for (const word of await plus.locator("option").allTextContents()) {
      await plus.selectOption(word);
      await page.waitForURL(new RegExp(`plus=${word}`));
      await page.waitForTimeout(300);
      const verdicts = await page.locator("ol.found > li .verdict").allTextContents();
      const [, , base] = (await told.textContent()).match(/^(\d+) of the first 8 show it; by chance ([<\d. ]+)%/);
      right += verdicts.filter((verdict) => verdict.trim() === "true").length;
      shown += verdicts.length;
      chance += (parseFloat(base.replace("<", "")) / 100) * verdicts.length;
    }
    assert.equal(shown, 56);
    assert.ok(right > chance, `${right} of ${shown} right, by chance ${chance.toFixed(1)}`);
    await lab.screenshot("space-arithmetic");
  },
  CPU,
);

journey(
  "the map leaves the page free",
  async (lab) => {
    const { page } = lab;
    withoutEvents(lab);
    await lab.open("space?picture=1-3&point=3-table");
    await lab.encoded();
    await page.waitForFunction(() => document.querySelectorAll(".plot .keys li").length === 4, null, { timeout: 60_000 });
    const begun = Date.now();
    const times = await taskTimes(page, async () => {
      await page.locator(".plot .area").focus();
      for (let i = 0; i < 30; i++) await page.keyboard.press("ArrowRight");
      for (const name of ["Coordinated", "Joint"]) {
        await page.getByRole("button", { name, exact: true }).click();
        await page.waitForTimeout(1500);
      }
    });
    assert.equal(whatBlocks(times, (Date.now() - begun) / 1000), null);
  },
  CPU,
);
