// What is passed on and taken away: link, QR code, embed code, citation, figures; the page as projected and within another.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { journey } from "../lib/test_page.mjs";

const CPU = ["no-adapter"];

/** Opens the window from the head. */
async function share(page) {
  await page.getByRole("button", { name: "Share", exact: true }).click();
  const window = page.getByRole("dialog", { name: "Share" });
  await window.getByRole("heading", { name: "Share" }).waitFor();
  return window;
}

/** The names of the files in a ZIP archive, by its directory. */
function namesIn(zip) {
  const end = zip.lastIndexOf("PK\x05\x06", undefined, "latin1");
  const names = [];
  for (let at = zip.readUInt32LE(end + 16); at < end; ) {
    const length = zip.readUInt16LE(at + 28);
    names.push(zip.toString("utf8", at + 46, at + 46 + length));
    at += 46 + length + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  assert.equal(names.length, zip.readUInt16LE(end + 10));
  return names;
}

journey(
  "link, embed code and citation name what is shown, and the QR code grows with the link",
  async (lab) => {
    const { page } = lab;
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await lab.open("caption?picture=1-3");
    await lab.encoded();
    let window = await share(page);
    const side = async () => Number((await window.getByRole("img", { name: "QR code of the link" }).getAttribute("viewBox")).split(" ")[2]);
    const short = await side();
    await window.getByRole("spinbutton", { name: "Width" }).fill("640");
    await window.getByRole("spinbutton", { name: "Width" }).press("Tab");
    await window.getByRole("button", { name: "Copy embed code" }).click();
    await window.getByRole("button", { name: "Copied" }).waitFor();
    const code = await page.evaluate(() => navigator.clipboard.readText());
    assert.ok(code.includes(`src="${lab.address}caption?embed=1&amp;picture=1-3"`), code);
    assert.match(code, /width="640" height="600"/);
    const entry = await window.getByRole("group", { name: "BibTeX" }).textContent();
    assert.ok(entry.includes(`url = {${lab.address}caption?picture=1-3}`), entry);
    assert.match(entry, /urldate = \{\d{4}-\d{2}-\d{2}\}/);
    await lab.screenshot("share");
    await page.keyboard.press("Escape");
    await window.waitFor({ state: "hidden" });

    await lab.open(`ask?question=${"is+it+red+".repeat(12)}`);
    await lab.encoded();
    window = await share(page);
    assert.ok((await side()) > short);
    await lab.open(`ask?question=${"is+it+red+".repeat(80)}&sentence=${"a+red+ring+".repeat(36)}`);
    await lab.encoded();
    window = await share(page);
    await window.getByText("This link is too long for a QR code").waitFor();
  },
  CPU,
);

journey(
  "all figures of a room come in one archive",
  async (lab) => {
    const { page } = lab;
    await lab.open("retrieve?q=a+star");
    await lab.ranked();
    const window = await share(page);
    const [download] = await Promise.all([page.waitForEvent("download"), window.getByRole("button", { name: "Download all figures of this room" }).click()]);
    assert.equal(download.suggestedFilename(), "triptych-retrieve.zip");
    const names = namesIn(await readFile(await download.path()));
    for (const name of ["retrieval-metrics.csv", "ranking.csv", "source.txt"]) assert.ok(names.includes(name), names.join());
    assert.equal(new Set(names).size, names.length);
    await window.getByText(/^triptych-retrieve\.zip: \d+ files/).waitFor();
    await page.keyboard.press("Escape");

    await lab.open("contrast?batch=8&width=16&steps=30&step=30");
    const state = page.locator(".run-bar output");
    await state.filter({ hasText: /^Step 30, the end of this run$/ }).waitFor({ timeout: 60_000 });
    const after = await share(page);
    const [charts] = await Promise.all([page.waitForEvent("download"), after.getByRole("button", { name: "Download all figures of this room" }).click()]);
    const kinds = new Set(namesIn(await readFile(await charts.path())).map((name) => name.split(".")[1]));
    assert.deepEqual([...kinds].sort(), ["csv", "png", "svg", "txt"]);
  },
  CPU,
);

journey(
  "embedded in the page of another site the stage stands alone, and opens in Triptych",
  async (lab) => {
    const { page } = lab;
    // A course page may have no icon.
    lab.forgive(/favicon/);
    const code = `<!doctype html><title>Course</title><iframe src="${lab.address}caption?embed=1&amp;picture=1-3" width="480" height="360"></iframe>`;
    const course = createServer((_, response) => response.writeHead(200, { "content-type": "text/html" }).end(code));
    await new Promise((ready) => course.listen(0, "127.0.0.1", ready));
    try {
      await page.setViewportSize({ width: 700, height: 500 });
      // Another site: the page itself is at 127.0.0.1.
      await page.goto(`http://localhost:${course.address().port}/`);
      const frame = page.frameLocator("iframe");
      await frame.locator(".text ol.words:not(.growing) button.word").first().waitFor({ timeout: 120_000 });
      for (const hidden of [".rail", ".shelf", ".inspector"]) assert.equal(await frame.locator(hidden).isVisible(), false, hidden);
      assert.equal(await frame.locator("details.badge").count(), 0);
      const wide = await frame.locator("html").evaluate((root) => root.scrollWidth - root.clientWidth);
      assert.ok(wide <= 0, "it scrolls in one direction only");
      await lab.screenshot("embed-480");
      const [opened] = await Promise.all([page.waitForEvent("popup"), frame.getByRole("link", { name: "Open in Triptych" }).click()]);
      await opened.waitForURL(`${lab.address}caption?picture=1-3`);
      await opened.getByRole("navigation", { name: "Rooms" }).waitFor({ timeout: 60_000 });
    } finally {
      course.close();
    }
  },
  CPU,
);

journey(
  "who presents walks a lesson's steps by the keyboard, and Escape ends it",
  async (lab) => {
    const { page } = lab;
    await page.setViewportSize({ width: 1280, height: 720 });
    const [{ id }] = (await (await page.request.get(`${lab.address}lessons/en/index.json`)).json()).lessons;
    await lab.open(`lessons?lesson=${id}.1&present=1`);
    const lesson = page.getByRole("complementary", { name: "Lesson" });
    const step = lesson.locator(".steps [aria-current=step]");
    await step.filter({ hasText: /^1$/ }).waitFor({ timeout: 60_000 });
    for (const hidden of [".rail", "details.badge"]) assert.equal(await page.locator(hidden).first().isVisible(), false, hidden);
    for (const [key, now] of [["ArrowRight", "2"], ["PageDown", "3"], ["PageUp", "2"], ["ArrowLeft", "1"], ["ArrowLeft", "1"]]) {
      await page.keyboard.press(key);
      await step.filter({ hasText: now }).waitFor();
    }
    await lab.screenshot("present-lesson");
    assert.equal(new URL(page.url()).searchParams.get("present"), "1");

    // What has arrow keys of its own keeps them.
    await lab.open(`caption?picture=1-3&lesson=${id}.1&present=1`);
    await step.filter({ hasText: /^1$/ }).waitFor({ timeout: 60_000 });
    const words = await lab.words();
    assert.equal(await page.locator(".inspector").isVisible(), false);
    await words.first().focus();
    await page.keyboard.press("ArrowRight");
    assert.equal(await page.evaluate(() => document.activeElement.textContent), await words.nth(1).textContent());
    assert.equal(await step.textContent(), "1");
    await page.getByRole("button", { name: "End presentation" }).focus();
    const size = () => page.locator("h1").evaluate((title) => title.getBoundingClientRect().height);
    const large = await size();
    await page.keyboard.press("Escape");
    await page.locator(".rail").waitFor();
    assert.ok(large > 1.2 * (await size()), "the type is larger while it is presented");
    assert.equal(new URL(page.url()).searchParams.get("present"), null);

    const window = await share(page);
    await window.getByRole("button", { name: "Present" }).click();
    await page.getByRole("button", { name: "End presentation" }).click();
    await page.locator("#share").waitFor();
  },
  CPU,
);

journey(
  "the page can be installed",
  async (lab) => {
    const { page } = lab;
    await lab.open("caption");
    const address = await page.evaluate(() => document.querySelector("link[rel=manifest]").href);
    const manifest = await (await page.request.get(address)).json();
    assert.equal(new URL(manifest.start_url, address).href, lab.address);
    for (const { src, sizes } of manifest.icons) {
      const bytes = await (await page.request.get(new URL(src, address).href)).body();
      // The width stands in the header of a PNG.
      assert.equal(`${bytes.readUInt32BE(16)}x${bytes.readUInt32BE(20)}`, sizes, src);
    }
    const session = await page.context().newCDPSession(page);
    const { errors } = await session.send("Page.getAppManifest");
    assert.deepEqual(errors, []);
  },
  CPU,
);

journey(
  "after one visit lessons are there without a network",
  async (lab) => {
    const { page } = lab;
    await lab.open();
    await page.locator("html[data-started=true]").waitFor({ timeout: 60_000 });
    await lab.kept();
    lab.server.site.trouble = (_, response) => Boolean(response.destroy());
    await lab.open("lessons");
    await page.getByRole("table").first().waitFor({ timeout: 60_000 });
    const first = page.locator("main [href*='lesson=']").first();
    const title = (await first.textContent()).trim();
    await first.click();
    await page.getByRole("complementary", { name: "Lesson" }).getByRole("heading", { name: title, exact: true }).waitFor({ timeout: 60_000 });
  },
  CPU,
  { serviceWorkers: "allow" },
);
