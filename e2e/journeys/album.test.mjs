// The visitor's photos: encoded once, found by words, sorted by labels, there again on the next visit.
import assert from "node:assert/strict";
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { journey } from "../lib/lab.mjs";

/** Pictures of one colour each and a file that is no picture, on the disk: a photo is known by its date too. */
async function photos(lab, colours) {
  const folder = await mkdtemp(path.join(tmpdir(), "album-"));
  const all = await lab.page.evaluate(async (colours) => {
    const files = [];
    for (const [at, colour] of colours.entries()) {
      const canvas = new OffscreenCanvas(400, 300);
      const context = canvas.getContext("2d");
      context.fillStyle = "#bbb";
      context.fillRect(0, 0, 400, 300);
      context.fillStyle = colour;
      context.arc(200, 150, 90, 0, 7);
      context.fill();
      const blob = await canvas.convertToBlob({ type: "image/jpeg" });
      files.push([`${at}-${colour}.jpg`, [...new Uint8Array(await blob.arrayBuffer())]]);
    }
    return files;
  }, colours);
  all.push(["broken.jpg", Buffer.from("no picture")]);
  for (const [name, bytes] of all) await writeFile(path.join(folder, name), Buffer.from(bytes));
  return all.map(([name]) => path.join(folder, name));
}

const names = (lab) => lab.page.locator(".photos li span:first-of-type").allTextContents();

journey(
  "an album is encoded, searched, sorted, exported and found again",
  async (lab) => {
    await lab.open("album");
    const files = await photos(lab, ["red", "blue", "green", "yellow", "red", "blue"]);
    await lab.page.locator("input[type=file]").first().setInputFiles(files);
    await lab.page.getByText(/broken.jpg could not be read as a picture/).waitFor({ timeout: 60_000 });
    await lab.page.waitForFunction(() => document.querySelectorAll(".photos img[src^='blob:']").length === 6);

    await lab.page.getByLabel("Look for").fill("a blue circle");
    await lab.page.locator(".photos li:first-child span").filter({ hasText: "blue" }).first().waitFor();
    const found = (await names(lab)).slice(0, 2);
    assert.deepEqual(found.sort(), ["1-blue.jpg", "5-blue.jpg"]);
    await lab.page.getByLabel("Look for").fill("a circle -a red circle");
    await lab.page.locator(".photos li:last-child span").filter({ hasText: "red" }).first().waitFor();

    await lab.page.getByLabel("Look for").fill("");
    await lab.page.locator(".photos li").filter({ hasText: "0-red" }).getByRole("button").click();
    await lab.page.getByRole("button", { name: /^like 0-red.jpg/ }).waitFor();
    await lab.page.waitForFunction(() => [...document.querySelectorAll(".photos li")].slice(0, 2).every((photo) => photo.textContent.includes("-red.jpg")));

    await lab.page.getByLabel("Sort by labels").fill("red circle, blue circle");
    await lab.page.getByLabel("Each as").fill("a {}");
    const label = lab.page.getByRole("button", { name: /^blue circle/ });
    await label.filter({ hasText: /[1-6]/ }).waitFor();
    await lab.screenshot("album");
    const download = lab.page.waitForEvent("download");
    await lab.page.getByRole("button", { name: "CSV" }).click();
    const csv = await readFile(await (await download).path(), "utf8");
    assert.equal(csv.split("\r\n")[0], "file,cosine,label,probability");
    assert.match(csv, /"1-blue.jpg",-?0?\.?\d+.*,"blue circle",[01]/);
    await label.click();
    await lab.page.waitForFunction(() => [...document.querySelectorAll(".photos li")].every((photo) => photo.textContent.includes("blue circle")));

    await lab.page.reload();
    await lab.page.waitForFunction(() => document.querySelectorAll(".photos img[src^='blob:']").length === 6, null, { timeout: 60_000 });
    await lab.page.locator("input[type=file]").first().setInputFiles(files.slice(0, 2));
    await lab.page.waitForTimeout(1000);
    assert.equal((await names(lab)).length, 6, "a photo that is there is not taken twice");
    await lab.page.getByRole("button", { name: "Forget all" }).click();
    await lab.page.waitForFunction(() => document.querySelectorAll(".photos li").length === 0);
  },
  ["no-webgpu"],
);
