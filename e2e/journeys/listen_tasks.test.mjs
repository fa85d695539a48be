// What networks hear and see of a clip in Listen, held to what is true of it.
import assert from "node:assert/strict";
import { journey } from "../lib/test_page.mjs";

const CPU = ["no-webgpu"];

/** The text of the panel's answer, once there is one. */
async function told(page, pattern) {
  const answer = page.locator(".writing .told").filter({ hasText: pattern });
  await answer.waitFor({ timeout: 60_000 });
  return answer.textContent();
}

journey(
  "the offset of the sound is found, and where nothing hits it cannot be told",
  async (lab) => {
    const { page } = lab;
    for (const [picture, offset] of [["1-2", 3], ["3-8", -4], ["5-5", 6]]) {
      await lab.open(`listen?picture=${picture}&task=sync&offset=${offset}`);
      const text = await told(page, /Found: .* True: /);
      const [, found, truth] = text.match(/Found: ([+-]?\d+) frames\. True: ([+-]?\d+) frames/) ?? [];
      assert.equal(Number(truth), offset, text);
      assert.ok(Math.abs(Number(found) - offset) <= 1, `${picture}: ${text}`);
    }
    const rows = page.locator("table.bars tbody tr");
    assert.equal(await rows.count(), 18);
    const shares = await rows.locator("data").allTextContents();
    const sum = shares.reduce((all, share) => all + Number(share.replace(" %", "")), 0);
    assert.ok(Math.abs(sum - 100) < 1.5, `${sum} %`);
    // By the slider: the truth follows.
    const slider = page.locator("label.slider").filter({ hasText: "Offset in frames" }).locator("input");
    await slider.focus();
    await page.keyboard.press("ArrowLeft");
    await told(page, /True: \+5 frames/);
    await page.waitForURL(/offset=5/);
    await lab.screenshot("listen-sync");
  },
  CPU,
);

journey(
  "without the video, without sound and in noise the networks answer, and say by what",
  async (lab) => {
    const { page } = lab;
    await lab.open("listen?picture=1-2&task=sync&offset=3");
    const confidence = async (by) => Number((await told(page, by)).match(/found: ([\d.]+) ?%/)[1]);
    const whole = await confidence(/by sound and video/);
    await page.getByRole("switch", { name: "Video is given to the network" }).uncheck();
    await page.waitForURL(/blind=1/);
    assert.match(await told(page, /by the sound alone: the video is grey/), /Found: cannot be told\. True: cannot be told/);
    await page.getByRole("switch", { name: "Sound track" }).uncheck();
    await page.waitForURL(/off=\d+/);
    await told(page, /neither sound nor video/);
    await page.getByRole("switch", { name: "Video is given to the network" }).check();
    await told(page, /by the video alone: the sound is silent/);
    assert.match(await told(page, /Found/), /Found: cannot be told\. True: cannot be told/, "nothing is heard");
    assert.ok(whole > 50, `${whole} %`);

    await page.getByRole("switch", { name: "Sound track" }).check();
    await told(page, /by sound and video/);
    const ratio = page.locator("label.slider").filter({ hasText: "Signal-to-noise ratio" }).locator("input");
    const clean = await page.locator(".wave svg").getAttribute("aria-label");
    await ratio.fill("-10");
    await page.waitForURL(/snr=-10/);
    await page.getByText("-10 dB", { exact: true }).waitFor();
    await page.waitForFunction((before) => document.querySelector(".wave svg").getAttribute("aria-label") !== before, clean);
    await told(page, /by sound and video/);
    await lab.open("listen?picture=1-2&snr=99&blind=7");
    await page.waitForURL(`${lab.address}listen?picture=1-2`);
  },
  CPU,
);

journey(
  "the map of a sound points at what hits, and hits are seen in the silent video",
  async (lab) => {
    const { page } = lab;
    await lab.open("listen?picture=1-2&task=source");
    await lab.encoded();
    const hits = page.locator("ol.hits button");
    const count = await hits.count();
    let right = 0;
    for (let i = 0; i < count; i++) {
      await hits.nth(i).click();
      const second = (await hits.nth(i).locator("data").textContent()).replace(" s", "");
      const text = await told(page, new RegExp(`At ${second.replace(".", "\\.")} s it points at the .*What hits: `));
      right += /\. right/.test(text) ? 1 : 0;
    }
    assert.ok(right > count / 2, `${right} of ${count}`);
    await lab.screenshot("listen-source");

    // By pointing: another moment is answered, and the one that was clicked comes back.
    const spectrogram = page.locator(".spectrogram .area");
    const answer = page.locator(".writing .told").filter({ hasText: /points at/ });
    const at = async () => Number((await answer.textContent()).match(/At ([\d.]+) s/)[1]);
    const near = (second) => page.waitForFunction((second) => {
      const text = document.querySelector(".writing .told.answer").textContent;
      return Math.abs(Number(text.match(/At ([\d.]+) s/)?.[1]) - second) < 0.03;
    }, second, { timeout: 60_000 });
    const place = (share, box) => [box.x + share * box.width, box.y + box.height / 2];
    await spectrogram.scrollIntoViewIfNeeded();
    const box = await spectrogram.boundingBox();
    await page.mouse.click(...place(0.27, box));
    await near(0.54);
    await page.waitForURL(/ms=5[34]\d/);
    const [pinned, url] = [await at(), page.url()];
    for (const share of [0.4, 0.6, 0.78]) await page.mouse.move(...place(share, box), { steps: 5 });
    await near(1.56);
    await page.getByText("Frame 13 of 16").waitFor();
    assert.deepEqual(await spectrogram.boundingBox(), box, "nothing moves under the pointer");
    assert.equal(page.url(), url, "pointing is not kept");
    await page.mouse.move(0, 0);
    await near(0.54);
    assert.equal(await at(), pinned);
    await page.getByText("Frame 5 of 16").waitFor();
    assert.deepEqual(await spectrogram.boundingBox(), box);

    await page.getByRole("button", { name: "Hits, silent" }).click();
    const figure = page.getByText(/F1 of this clip/);
    await figure.waitFor({ timeout: 60_000 });
    const f1 = Number((await figure.textContent()).match(/clip (\d\.\d+)/)[1]);
    assert.ok(f1 > 0.6, `F1 ${f1}`);
    // A hit that is seen is gone to.
    await page.locator(".wide-table tbody button").first().click();
    await page.waitForURL(/ms=\d+/);
    await lab.screenshot("listen-events");
  },
  CPU,
);

journey(
  "a sound is separated better with the image, and what is heard is shown",
  async (lab) => {
    const { page } = lab;
    await lab.open("listen?picture=1-2&task=separation&other=5");
    await lab.encoded();
    const values = page.locator("table.bars tbody data");
    await values.nth(1).waitFor({ timeout: 60_000 });
    const [seen, unseen] = (await values.allTextContents()).map((text) => Number(text.replace(" dB", "")));
    assert.ok(seen > unseen, `${seen} dB with the image, ${unseen} dB without it`);
    const shape = () => page.locator(".wave svg path").getAttribute("d");
    const shapes = [await shape()];
    for (const name of ["With the image", "Without it", "Target"]) {
      await page.getByRole("button", { name, exact: true }).click();
      await page.waitForFunction((before) => document.querySelector(".wave svg path").getAttribute("d") !== before, shapes.at(-1));
      shapes.push(await shape());
    }
    assert.equal(new Set(shapes).size, 4, "four waveforms");
    await page.waitForURL(/heard=truth/);
    await lab.screenshot("listen-separation");
  },
  CPU,
);

journey(
  "a network that does not come is told, and comes when it is asked again",
  async (lab) => {
    const { page } = lab;
    lab.forgive(/sync\.safetensors/);
    await page.route("**/sync.safetensors", (route) => route.abort());
    await lab.open("listen?picture=1-2&task=sync");
    await page.getByText("The network for synchronisation could not be downloaded.").waitFor({ timeout: 60_000 });
    await page.unroute("**/sync.safetensors");
    await page.route("**/sync.safetensors", async (route) => {
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      await route.continue();
    });
    await page.getByRole("button", { name: /again/i }).first().click();
    const download = page.getByText(/^Downloading the network for synchronisation: [\d.]+ MB/);
    await download.waitFor();
    await download.waitFor({ state: "detached", timeout: 60_000 });
    await told(page, /Found: /);
  },
  CPU,
);
