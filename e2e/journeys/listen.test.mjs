// The room Listen: what is seen, heard and told of a clip goes together.
import assert from "node:assert/strict";
import { journey } from "../lib/test_page.mjs";
import { taskTimes, whatBlocks } from "../lib/tasks.mjs";

const CPU = ["no-webgpu"];

/** The second at which the clip stands, as the slider tells it. */
const time = async (page) => Number((await page.locator("label.slider").filter({ hasText: "Time" }).locator("output").textContent()).replace(" s", ""));

/** The largest amplitude of the mixture. */
async function loudest(page) {
  const label = await page.locator(".wave svg").getAttribute("aria-label");
  return Number(label.match(/amplitude is (\d\.\d+)/)[1]);
}

/** The level under the spectrogram's cursor after so many arrow keys from the top left corner: seconds, Hz and dB. */
async function level(page, right, down) {
  const area = page.locator(".spectrogram .area");
  await area.blur();
  await area.focus();
  for (let i = 0; i < right; i++) await page.keyboard.press("ArrowRight");
  for (let i = 0; i < down; i++) await page.keyboard.press("ArrowDown");
  const told = await page.locator(".spectrogram .told").textContent();
  return told.match(/^([\d.]+) s, (\d+) Hz: (-?\d+) dB$/).slice(1).map(Number);
}

journey(
  "a clip is played, its hits are gone to, and what happens is told",
  async (lab) => {
    const { page } = lab;
    await lab.open("listen?picture=1-2");
    await lab.encoded();
    const hits = page.locator("ol.hits button");
    const count = await hits.count();
    assert.ok(count > 2, `${count} hits`);

    // A hit is gone to: the time is its own, what takes part is outlined.
    const third = hits.nth(2);
    await third.click();
    const own = Number((await third.locator("data").textContent()).replace(" s", ""));
    assert.ok(Math.abs((await time(page)) - own) < 0.011, `${await time(page)} s for the hit at ${own} s`);
    assert.equal(await third.getAttribute("aria-current"), "true");
    const sides = /hits the/.test(await third.textContent()) ? 2 : 1;
    assert.ok((await page.locator("figure.picture .marks path.outline").count()) >= sides);

    // Space plays and pauses; the end is the end.
    await page.getByRole("button", { name: "¼×" }).click();
    await page.locator(".spectrogram .area").focus();
    await page.keyboard.press("Space");
    await page.getByRole("button", { name: "Pause" }).waitFor();
    await page.waitForFunction((from) => Number(document.querySelector("label.slider output").textContent.replace(" s", "")) > from + 0.1, own);
    await page.keyboard.press("Space");
    await page.getByRole("button", { name: "Play" }).waitFor();
    const paused = await time(page);
    await page.waitForTimeout(300);
    assert.equal(await time(page), paused, "paused");
    const kept = Number(new URL(page.url()).searchParams.get("ms")) / 1000;
    assert.ok(Math.abs(kept - paused) < 0.006, `${kept} s in the link, ${paused} s in the room`);
    await page.getByRole("button", { name: "1×", exact: true }).click();
    await page.getByRole("button", { name: "Play" }).click();
    await page.getByRole("button", { name: "Play" }).waitFor({ timeout: 10_000 });
    assert.equal(await time(page), 2, "played to the end");

    // Sentences have the truth of the clip.
    const sentence = page.getByLabel("Sentence about the clip");
    const verdict = page.locator("ul.judged .verdict");
    for (const [text, truth] of [[`exactly ${count} hits`, "true"], ["no hits", "false"], ["the moon sounds first", "not understood"]]) {
      await sentence.fill(text);
      await verdict.filter({ hasText: truth }).waitFor({ timeout: 5_000 });
      assert.equal(await verdict.count(), 1);
    }
    await lab.screenshot("listen");

    // A picture of one's own has no clip.
    await lab.open("caption");
    await page.locator("input[type=file]").first().setInputFiles({ name: "own.jpg", mimeType: "image/jpeg", buffer: Buffer.from(await lab.jpeg(64, 48)) });
    await page.waitForURL(/picture=own/);
    await page.getByRole("link", { name: "Listen" }).click();
    await page.getByText("Your own image neither moves nor sounds.").waitFor({ timeout: 30_000 });
    await page.getByRole("button", { name: "Back to a Playroom scene" }).click();
    await page.locator(".wave svg").waitFor();
  },
  CPU,
);

journey(
  "sources are mixed, the spectrogram follows, and a link keeps both",
  async (lab) => {
    const { page } = lab;
    await lab.open("listen?picture=1-2");
    await lab.encoded();
    await page.waitForFunction(() => !document.querySelector(".spectrogram.stale") && document.querySelector(".spectrogram canvas").width === 128);
    const whole = await loudest(page);
    const first = Number((await page.locator("ol.hits data").first().textContent()).replace(" s", ""));
    // Two frames before the first hit and two after it, in a band of the middle: it is heard.
    const frame = Math.round(first * 64);
    const [before, after] = [await level(page, frame - 3, 45), await level(page, frame + 2, 45)];
    assert.ok(after[2] > before[2] + 6, `${before[2]} dB at ${before[0]} s, ${after[2]} dB at ${after[0]} s`);
    assert.ok(Math.abs(after[0] - first) < 0.06 && after[1] > 100 && after[1] < 8000, `${after}`);

    const sources = page.locator(".sources li").filter({ hasNotText: "Sound track" }).locator("input");
    const count = await sources.count();
    for (let i = 0; i < count; i++) await sources.nth(i).click();
    await page.waitForFunction(() => /amplitude is 0\.00/.test(document.querySelector(".wave svg").getAttribute("aria-label")));
    await page.waitForFunction(() => !document.querySelector(".spectrogram.stale"));
    assert.equal((await level(page, 64, 32))[2], -100, "silence");
    const address = page.url();
    assert.match(address, /off=\d+/);
    await page.reload();
    await lab.encoded();
    assert.equal(await loudest(page), 0);
    // One after the other comes back.
    await sources.nth(0).click();
    await page.waitForFunction(() => !/amplitude is 0\.00/.test(document.querySelector(".wave svg").getAttribute("aria-label")));
    const alone = await loudest(page);
    assert.ok(alone > 0.02 && alone <= whole + 0.2, `${alone} alone, ${whole} together`);
  },
  CPU,
);

journey(
  "playing and scrubbing leave the page free",
  async (lab) => {
    const { page } = lab;
    await lab.open("listen?picture=1-5");
    await lab.encoded();
    await page.waitForTimeout(1500);
    const begun = Date.now();
    const times = await taskTimes(page, async () => {
      await page.getByRole("switch", { name: "Loop" }).click();
      await page.getByRole("button", { name: "Play" }).click();
      await page.waitForTimeout(2500);
      const slider = page.locator("label.slider input").first();
      await slider.focus();
      for (let i = 0; i < 60; i++) await page.keyboard.press(i % 2 ? "ArrowRight" : "PageUp");
      await page.getByRole("button", { name: "Pause" }).click();
    });
    assert.equal(whatBlocks(times, (Date.now() - begun) / 1000), null);
  },
  CPU,
);
