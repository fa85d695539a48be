// The visitor's own sound or video in Listen: from a file, dropped, by microphone and camera, and what cannot be used.
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

const choose = (page, name, buffer) => page.locator("input[accept='audio/*']").setInputFiles({ name, mimeType: "audio/wav", buffer });
const chooseVideo = (page, name, buffer) => page.locator("input[accept='video/*']").setInputFiles({ name, mimeType: "video/webm", buffer });
/** A WebM of a red disc that bounces off the right border after 0.9 s and of a blue one at rest, as long as `seconds` says. */
async function webm(page, { seconds, width = 64, height = 64, beeps = false }) {
  const bytes = await page.evaluate(
    async ({ seconds, width, height, beeps }) => {
      const canvas = Object.assign(document.createElement("canvas"), { width, height });
      const context = canvas.getContext("2d");
      const begun = performance.now();
      const draw = () => {
        const t = (performance.now() - begun) / 1000;
        const disc = (x, y, colour) => {
          context.fillStyle = colour;
          context.beginPath();
          context.arc(x, y, 8, 0, 2 * Math.PI);
          context.fill();
        };
        context.fillStyle = "#808080";
        context.fillRect(0, 0, width, height);
        disc(56 - 50 * Math.abs(t - 0.9), 20, "#d02020");
        disc(20, 48, "#2040d0");
      };
      draw();
      const stream = canvas.captureStream(30);
      const audio = beeps ? new AudioContext() : null;
      if (audio) {
        await audio.resume();
        const [tone, out] = [audio.createOscillator(), audio.createMediaStreamDestination()];
        tone.connect(out);
        tone.start();
        stream.addTrack(out.stream.getAudioTracks()[0]);
      }
      const recorder = new MediaRecorder(stream, { mimeType: `video/webm;codecs=vp8${beeps ? ",opus" : ""}` });
      const done = new Promise((resolve) => (recorder.ondataavailable = (event) => resolve(event.data)));
      recorder.start();
      const timer = setInterval(draw, 20);
      await new Promise((resolve) => setTimeout(resolve, 1000 * seconds));
      recorder.stop();
      clearInterval(timer);
      const file = await done;
      await audio?.close();
      return [...new Uint8Array(await file.arrayBuffer())];
    },
    { seconds, width, height, beeps },
  );
  return Buffer.from(bytes);
}

/** Where the red of the frame is that is shown, in pixels from the left; none where there is none. */
function red(page) {
  return page.locator("figure.picture canvas").evaluate((canvas) => {
    const { data, width } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    const columns = [...Array(data.length / 4).keys()].filter((at) => data[4 * at] > 150 && data[4 * at + 2] < 100).map((at) => at % width);
    return columns.reduce((sum, x) => sum + x, 0) / columns.length;
  });
}

/** Shows the frame at these seconds. */
const seek = (page, seconds) => page.getByRole("slider", { name: "Time" }).fill(String(seconds));

/** Counts object URLs that are open, and keeps streams that were opened. */
const watch = (page) =>
  page.addInitScript(() => {
    window.urls = 0;
    const [make, revoke] = [URL.createObjectURL, URL.revokeObjectURL];
    URL.createObjectURL = (blob) => ((window.urls += 1), make.call(URL, blob));
    URL.revokeObjectURL = (url) => ((window.urls -= 1), revoke.call(URL, url));
    const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    window.streams = [];
    navigator.mediaDevices.getUserMedia = async (wish) => {
      const stream = await open(wish);
      window.streams.push(stream);
      return stream;
    };
  });

/** Streams that still give something. */
const live = (page) => page.evaluate(() => window.streams.filter((stream) => stream.getTracks().some((track) => track.readyState === "live")).length);

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
    await page.getByText("The model knows only Playroom: synthetic sounds").waitFor();
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
      const input = page.locator("input[accept='audio/*']");
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
    await watch(page);
    await lab.open(LISTEN);
    await lab.encoded();
    await page.getByRole("button", { name: "Record 2 s", exact: true }).dblclick();
    await told(page, "recording two seconds");
    await told(page, /Your recording: \d\.\d\d s/);
    // The false microphone beeps.
    assert.ok((await loudest(page)) > 0.01, `${await loudest(page)}`);
    await nearest(page);
    assert.equal(await live(page), 0, "every stream has ended");
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
    await page.getByRole("button", { name: "Record 2 s", exact: true }).click();
    await page.getByText("No microphone could be opened: none is there, or it is not allowed.").waitFor({ timeout: 30_000 });
  },
  CPU,
);

journey(
  "a video of one's own is seen frame by frame, and answered by its video, its sound or the one that it has",
  async (lab) => {
    const { page } = lab;
    await watch(page);
    await lab.open(LISTEN);
    await lab.encoded();
    const silent = await webm(page, { seconds: 2.5 });
    await chooseVideo(page, "discs.webm", silent);
    await told(page, /discs\.webm: 2\.\d\d s, of which the first two are seen$/);
    await page.getByText("This video has no sound that this browser decodes.").waitFor();
    await page.getByText("The answer is by the video alone.").waitFor();
    await page.getByRole("heading", { name: "Which images does it look like?" }).waitFor();
    await page.getByText("Frame 1 of 16, 8 frames per second").waitFor();
    for (const [seconds, x] of [[0, 11], [0.5, 36], [0.875, 54], [1.5, 26]]) {
      await seek(page, seconds);
      await page.getByText(`Frame ${8 * seconds + 1} of 16`).waitFor();
      const at = await red(page);
      assert.ok(Math.abs(at - x) < 7, `at ${seconds} s the disc is at ${at}, expected about ${x}`);
    }
    const seen = page.getByRole("region", { name: "Hits that are seen" }).locator("tbody tr");
    await page.getByText(/^(\d+ hits are|1 hit is) seen\.$/).waitFor({ timeout: 120_000 });
    const [time, place, probability] = (await seen.first().locator("th, td").allTextContents()).map((text) => text.trim());
    assert.match(`${time} ${place} ${probability}`, /^\d\.\d\d s \d+, \d+ [\d.]+ %$/);
    await seen.first().getByRole("button").click();
    await page.getByText(`Frame ${Math.round(8 * Number.parseFloat(time)) + 1} of 16`).waitFor();
    const found = await nearest(page);
    assert.equal(await page.locator(".failure").count(), 0);
    await lab.screenshot("listen-own-video");

    // With a tone: both, one after the other; the video is what was there before, as it is.
    await chooseVideo(page, "tone.webm", await webm(page, { seconds: 2.5, beeps: true }));
    await told(page, /tone\.webm: 2\.\d\d s, of which the first two are seen and heard$/);
    await nearest(page);
    assert.ok((await loudest(page)) > 0.1, "the tone is heard");
    await page.getByRole("button", { name: "By sound" }).click();
    await page.getByRole("heading", { name: "Which images does it sound like?" }).waitFor();
    const heard = await nearest(page);
    await page.getByRole("button", { name: "By video" }).click();
    await page.getByRole("heading", { name: "Which images does it look like?" }).waitFor();
    assert.notDeepEqual(await nearest(page), heard);

    // A sound of one's own has no video, and what is dropped goes where it belongs.
    await choose(page, "hits.wav", wav(hits(16_000, 1, [0.1, 0.6])));
    await page.getByText("The answer is by the sound alone.").waitFor();
    assert.equal(await page.locator("figure.picture").count(), 0);
    await lab.drop("discs.webm", "video/webm", silent);
    await page.getByText("The answer is by the video alone.").waitFor({ timeout: 30_000 });
    assert.deepEqual(await nearest(page), found);
    assert.equal(await page.evaluate(() => window.urls), 0, "every object URL is revoked");
  },
  CPU,
);

journey(
  "a video that is short, narrow, empty or none is told, and the later of two files stays",
  async (lab) => {
    const { page } = lab;
    await watch(page);
    const refused = (sentence) => page.locator(".screen .failure p").filter({ hasText: sentence }).waitFor({ timeout: 30_000 });
    await lab.open(LISTEN);
    await lab.encoded();
    await chooseVideo(page, "empty.mp4", Buffer.alloc(0));
    await refused("The file empty.mp4 is empty.");
    await chooseVideo(page, "diary.mp4", Buffer.from("Dear diary, today it rained."));
    await refused("The file diary.mp4 could not be read as a video. WebM, MP4");
    await chooseVideo(page, "narrow.webm", await webm(page, { seconds: 0.5, width: 4, height: 1000 }));
    await refused("The video narrow.webm is too long and narrow: 4 x 1000 pixels.");
    assert.equal(await page.locator("figure.picture, ol.found").count(), 0);

    const short = await webm(page, { seconds: 1 });
    await chooseVideo(page, "cut.webm", short.subarray(0, 60));
    await refused("The file cut.webm could not be read as a video.");
    await chooseVideo(page, "short.webm", short);
    await told(page, /short\.webm: [01]\.\d\d s$/);
    await page.getByText("its last frame stands still until then").waitFor();
    await seek(page, 1.25);
    const still = await red(page);
    await seek(page, 1.9);
    assert.equal(await red(page), still, "nothing moves any more");

    // Lengths that are dear to make: an element that tells another one stands in for such a file.
    const duration = await page.evaluateHandle(() => Object.getOwnPropertyDescriptor(HTMLMediaElement.prototype, "duration"));
    const claims = (seconds) => page.evaluate((seconds) => Object.defineProperty(HTMLMediaElement.prototype, "duration", { get: () => seconds, configurable: true }), seconds);
    await claims(7200);
    await chooseVideo(page, "hours.webm", short);
    await told(page, "hours.webm: 7200.00 s, of which the first two are seen");
    await page.getByText("it takes 120 min, and at most 10 min are decoded. The sound of this video is not read.").waitFor();
    await claims(0);
    await chooseVideo(page, "nothing.webm", short);
    await refused("The video nothing.webm has no length.");
    await duration.evaluate((own) => Object.defineProperty(HTMLMediaElement.prototype, "duration", own));

    // A sound with nothing to be seen.
    await chooseVideo(page, "hits.wav", wav(hits(16_000, 1, [0.1])));
    await page.getByText("This browser sees no picture in this file.").waitFor({ timeout: 30_000 });
    await page.getByText("The answer is by the sound alone.").waitFor();

    await chooseVideo(page, "first.webm", short);
    await choose(page, "second.wav", wav(hits(16_000, 1, [0.2])));
    await told(page, "second.wav: 1.00 s");
    await page.waitForFunction(() => window.urls === 0);
    await told(page, "second.wav: 1.00 s");
    assert.equal(await page.locator("figure.picture").count(), 0);
  },
  CPU,
);

journey(
  "two seconds of the camera are seen and heard, and it is let go",
  async (lab) => {
    const { page } = lab;
    await watch(page);
    await lab.open(LISTEN);
    await lab.encoded();
    await page.getByRole("button", { name: "Record 2 s of video" }).dblclick();
    await told(page, "Waiting for the camera");
    await told(page, /Your recording: \d\.\d\d s/);
    await page.getByText("Frame 1 of 16").waitFor();
    // The false camera shows a green ground, the false microphone beeps.
    const green = await page.locator("figure.picture canvas").evaluate((canvas) => {
      const { data } = canvas.getContext("2d").getImageData(0, 0, 64, 64);
      return [...Array(64 * 64).keys()].filter((at) => data[4 * at + 1] > data[4 * at] + 30).length;
    });
    assert.ok(green > 1000, `${green} green pixels`);
    assert.ok((await loudest(page)) > 0.01, `${await loudest(page)}`);
    await nearest(page);
    assert.equal(await live(page), 0, "every stream has ended");
    assert.equal(await page.evaluate(() => window.streams.length), 1, "a second press begins nothing");
    assert.equal(await page.evaluate(() => window.urls), 0, "every object URL is revoked");
    await lab.screenshot("listen-own-camera");
  },
  CPU,
  { flags: ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"] },
);

journey(
  "a camera that is not there or not allowed is told",
  async (lab) => {
    const { page } = lab;
    await lab.open(LISTEN);
    await page.getByRole("button", { name: "Record 2 s of video" }).click();
    await page.getByText("No camera could be opened: none is there, or it is not allowed.").waitFor({ timeout: 30_000 });
  },
  CPU,
);
