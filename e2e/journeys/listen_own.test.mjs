// The visitor's own recording in Listen: from a file, dropped, by the microphone, and what cannot be used.
import assert from "node:assert/strict";
import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { journey } from "../lib/test_page.mjs";

const CPU = ["no-webgpu"];
const LISTEN = "listen?picture=1-2&task=own";

/** The header of a WAV file with so many bytes of samples; `tag` 1 is integers, 3 floats. */
function header({ rate, channels, bits, tag, bytes }) {
  const head = Buffer.alloc(44);
  const frame = (channels * bits) / 8;
  head.write("RIFF", 0), head.writeUInt32LE(36 + bytes, 4), head.write("WAVEfmt ", 8), head.writeUInt32LE(16, 16);
  head.writeUInt16LE(tag, 20), head.writeUInt16LE(channels, 22), head.writeUInt32LE(rate, 24), head.writeUInt32LE(rate * frame, 28);
  head.writeUInt16LE(frame, 32), head.writeUInt16LE(bits, 34), head.write("data", 36), head.writeUInt32LE(bytes, 40);
  return head;
}

/** A WAV file of 32-bit floats, channel by channel at each moment. */
function wav(samples, { rate = 16_000, channels = 1 } = {}) {
  const bytes = Buffer.from(Float32Array.from(samples).buffer);
  return Buffer.concat([header({ rate, channels, bits: 32, tag: 3, bytes: bytes.length }), bytes]);
}

/** Decaying tones that begin at these seconds. */
function hits(rate, seconds, begins, hertz = 440) {
  return Array.from({ length: rate * seconds }, (_, at) => {
    const since = begins.map((begin) => at / rate - begin).filter((t) => t >= 0);
    return since.reduce((sum, t) => sum + 0.8 * Math.exp(-12 * t) * Math.cos(2 * Math.PI * hertz * t), 0);
  });
}

const choose = (page, name, buffer) => page.locator("input[type=file]").setInputFiles({ name, mimeType: "audio/wav", buffer });
const told = (page, text) => page.locator(".screen .told").filter({ hasText: text }).waitFor({ timeout: 30_000 });

/** What is found, best first, once there are five. */
async function nearest(page) {
  const found = page.locator("ol.found[aria-busy=false] .thumbnail");
  await found.nth(4).waitFor({ timeout: 240_000 });
  return found.evaluateAll((all) => all.slice(0, 5).map((one) => one.title));
}

/** The largest amplitude of what is played. */
async function loudest(page) {
  const label = await page.locator(".wave svg").getAttribute("aria-label");
  return Number(label.match(/amplitude is (\d\.\d+)/)[1]);
}

journey(
  "a WAV of one's own is answered, as the sound of a clip is in Retrieve",
  async (lab) => {
    const { page } = lab;
    await page.addInitScript(() => {
      const copy = AudioBuffer.prototype.copyToChannel;
      AudioBuffer.prototype.copyToChannel = function (samples, ...rest) {
        window.played = [...samples];
        return copy.call(this, samples, ...rest);
      };
    });
    await lab.open("listen?picture=1-2");
    await lab.encoded();
    await page.getByRole("button", { name: "Play" }).click();
    const clip = await page.waitForFunction(() => window.played).then((played) => played.jsonValue());
    assert.equal(clip.length, 32_000);

    await page.getByRole("button", { name: "Own recording" }).click();
    await page.waitForURL(/task=own/);
    await page.getByText("The model knows only the synthetic sounds of Playroom.").waitFor();
    assert.equal(await page.locator(".wave, .spectrogram, figure.picture, ol.hits").count(), 0, "nothing of the clip");
    await choose(page, "clip.wav", wav(clip));
    await told(page, "clip.wav: 2.00 s");
    const found = await nearest(page);
    await page.getByText("chance is 1 of 256, 0.4 %").waitFor();
    const peak = clip.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
    assert.ok(Math.abs((await loudest(page)) - peak) < 0.006, `${await loudest(page)} for ${peak}`);
    await page.waitForFunction(() => !document.querySelector(".spectrogram.stale"));
    const score = await page.locator("ol.found li").first().locator("data").allTextContents();
    assert.match(score.join(), /^-?0\.\d{3},(< )?[\d.]+ %$/);
    await lab.screenshot("listen-own");

    // Another room and back: it is there still. Retrieve draws the clip itself and finds the same.
    await page.getByRole("link", { name: "Retrieve" }).click();
    await page.getByRole("group", { name: "From" }).getByRole("button", { name: "Sound" }).click();
    await page.getByRole("group", { name: "To", exact: true }).getByRole("button", { name: "Image" }).click();
    await page.waitForURL(/from=sound/);
    await lab.encoded();
    assert.deepEqual(await nearest(page), found);
    await page.getByRole("link", { name: "Listen" }).click();
    await told(page, "clip.wav: 2.00 s");
    assert.deepEqual(await nearest(page), found);

    // Two channels at 96 kHz, of which one is silent: half as loud in mono, and its end is not heard.
    const left = hits(96_000, 3, [0.5, 1.25]);
    await choose(page, "stereo.wav", wav(left.flatMap((sample) => [sample, 0]), { rate: 96_000, channels: 2 }));
    await told(page, "stereo.wav: 3.00 s, of which the first two are heard");
    await page.waitForFunction(() => /amplitude is 0\.(3[5-9]|4[0-3])/.test(document.querySelector(".wave svg").getAttribute("aria-label")));
    assert.notDeepEqual(await nearest(page), found);

    // What is dropped on the page is opened, and a short sound is filled up.
    await lab.drop("short.wav", "audio/wav", wav(hits(16_000, 0.5, [0.1])));
    await told(page, "short.wav: 0.50 s");
    await nearest(page);
    await page.getByRole("button", { name: "Play" }).click();
    await page.waitForFunction(() => window.played.length === 32_000 && window.played.slice(8_000).every((sample) => sample === 0));
  },
  CPU,
);

journey(
  "a recording that is silent, empty, broken, too long or too large is told",
  async (lab) => {
    const { page } = lab;
    const folder = await mkdtemp(path.join(tmpdir(), "triptych-sound-"));
    // A file that is no more than its header and a hole.
    const hollow = async (name, bytes) => {
      const file = await open(path.join(folder, name), "w");
      await file.write(header({ rate: 8_000, channels: 1, bits: 8, tag: 1, bytes }));
      await file.truncate(44 + bytes);
      await file.close();
      return path.join(folder, name);
    };
    const refused = (sentence) => page.locator(".screen .failure p").filter({ hasText: sentence }).waitFor({ timeout: 30_000 });
    try {
      await lab.open(LISTEN);
      await lab.encoded();
      await choose(page, "empty.wav", Buffer.alloc(0));
      await refused("The file empty.wav is empty.");
      await choose(page, "broken.wav", Buffer.from("Dear diary, today it rained."));
      await refused("The file broken.wav could not be read as a sound.");
      const input = page.locator("input[type=file]");
      await input.setInputFiles(await hollow("hours.wav", 2 * 3600 * 8_000));
      await refused("The recording hours.wav is too long: it takes 120 min, and at most 10 min are decoded.");
      await input.setInputFiles(await hollow("large.wav", 100 << 20));
      await refused("The recording large.wav is too large: at most 67.1 MB are read of a sound.");
      assert.equal(await page.locator("ol.found").count(), 0);

      await choose(page, "silent.wav", wav(new Float32Array(32_000)));
      await page.getByText("This recording is silent in the two seconds that are heard").waitFor();
      await nearest(page);
      assert.equal(await page.locator(".failure").count(), 0);
      await choose(page, "broken.wav", wav(hits(16_000, 1, [0])).subarray(0, 30));
      await refused("The file broken.wav could not be read as a sound.");
      await told(page, "silent.wav");
      await lab.screenshot("listen-own-refused");
    } finally {
      await rm(folder, { recursive: true });
    }
  },
  CPU,
);

journey(
  "two seconds of the microphone are heard, and it is let go",
  async (lab) => {
    const { page } = lab;
    await page.addInitScript(() => {
      const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
      window.streams = [];
      navigator.mediaDevices.getUserMedia = async (wish) => {
        const stream = await open(wish);
        window.streams.push(stream);
        return stream;
      };
    });
    await lab.open(LISTEN);
    await lab.encoded();
    await page.getByRole("button", { name: "Record 2 s" }).dblclick();
    await told(page, "recording two seconds");
    await told(page, /Your recording: \d\.\d\d s/);
    // The false microphone beeps.
    assert.ok((await loudest(page)) > 0.01, `${await loudest(page)}`);
    await nearest(page);
    const live = () => window.streams.filter((stream) => stream.getTracks().some((track) => track.readyState === "live")).length;
    assert.equal(await page.evaluate(live), 0, "every stream has ended");
    assert.equal(await page.evaluate(() => window.streams.length), 1, "a second press begins nothing");
  },
  CPU,
  { flags: ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"] },
);

journey(
  "a microphone that is not there or not allowed is told",
  async (lab) => {
    const { page } = lab;
    await lab.open(LISTEN);
    await page.getByRole("button", { name: "Record 2 s" }).click();
    await page.getByText("No microphone could be opened: none is there, or it is not allowed.").waitFor({ timeout: 30_000 });
  },
  CPU,
);
