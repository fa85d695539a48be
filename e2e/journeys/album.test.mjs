// The visitor's photos: encoded once, found by words, sorted by labels, there again on the next visit.
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { journey } from "../lib/test_page.mjs";
import { add, names, photos, shows } from "../lib/photos.mjs";

/** A file of these bytes beside `file`. */
async function beside(file, name, bytes) {
  const other = path.join(path.dirname(file), name);
  await writeFile(other, bytes);
  return other;
}

journey(
  "an album is encoded, searched, sorted, exported and found again",
  async (lab) => {
    await lab.open("album");
    const files = await photos(lab.page, ["red", "blue", "green", "yellow", "red", "blue"]);
    await add(lab.page, [...files, await beside(files[0], "broken.jpg", "no picture")]);
    await lab.page.getByText(/broken.jpg could not be read as a picture/).waitFor({ timeout: 60_000 });
    await shows(lab.page, 6);

    await lab.page.getByLabel("Query").fill("a blue circle");
    await lab.page.locator(".photos li:first-child span").filter({ hasText: "blue" }).first().waitFor();
    const found = (await names(lab.page)).slice(0, 2);
    assert.deepEqual(found.sort(), ["1-blue.jpg", "5-blue.jpg"]);
    await lab.page.getByLabel("Query").fill("a circle -a red circle");
    await lab.page.locator(".photos li:last-child span").filter({ hasText: "red" }).first().waitFor();

    await lab.page.getByLabel("Query").fill("");
    await lab.page.locator(".photos li").filter({ hasText: "0-red" }).getByRole("button").click();
    await lab.page.getByRole("button", { name: /^similar to 0-red.jpg/ }).waitFor();
    await lab.page.waitForFunction(() => [...document.querySelectorAll(".photos li")].slice(0, 2).every((photo) => photo.textContent.includes("-red.jpg")));

    await lab.page.getByLabel("Zero-shot classification").fill("red circle, blue circle");
    await lab.page.getByLabel("Prompt template").fill("a {}");
    const label = lab.page.getByRole("button", { name: /^blue circle/ });
    await label.filter({ hasText: /[1-6]/ }).waitFor();
    await lab.screenshot("album");
    const download = lab.page.waitForEvent("download");
    await lab.page.getByRole("button", { name: "CSV" }).click();
    const csv = await readFile(await (await download).path(), "utf8");
    assert.equal(csv.split("\r\n")[0], "file,cosine,label,probability");
    assert.match(csv, /^1-blue.jpg,-?0?\.?\d+.*,blue circle,[01]/m);
    await label.click();
    await lab.page.waitForFunction(() => [...document.querySelectorAll(".photos li")].every((photo) => photo.textContent.includes("blue circle")));

    await lab.page.reload();
    await shows(lab.page, 6);
    await add(lab.page, files.slice(0, 2));
    await lab.page.getByText("2 of these photos are in the album already.").waitFor();
    assert.equal((await names(lab.page)).length, 6, "a photo that is there is not taken twice");
    await forget(lab.page);
    await add(lab.page, files.slice(3, 4));
    await shows(lab.page, 1);
  },
  ["no-webgpu"],
);

journey(
  "an empty album offers drawings to try, and they are searched and deleted as photos are",
  async (lab) => {
    const { page } = lab;
    await lab.open("album");
    await page.getByRole("button", { name: "Add 12 sample drawings" }).click();
    await shows(page, 12);
    assert.ok((await names(page)).every((name) => /^sample drawing \d+, .+\.bmp$/.test(name)), "each is named as a drawing");
    assert.equal(await page.getByRole("button", { name: "Add 12 sample drawings" }).count(), 0);
    await page.getByLabel("Query").fill("a red circle");
    await page.locator(".photos li").first().filter({ hasText: /0\.\d{3}/ }).waitFor();
    await page.locator('.photos[aria-busy="false"]').waitFor();
    await page.getByLabel("Query").fill(Array(60).fill("red circle").join(" ").slice(0, 400));
    await page.getByText(/This text is too long/).waitFor({ timeout: 30_000 });
    await page.waitForFunction(() => [...document.querySelectorAll(".photos li")].every((photo) => !/\d\.\d{3}/.test(photo.textContent)));
    await lab.screenshot("album-sample");
    await forget(page);
    await page.getByRole("button", { name: "Add 12 sample drawings" }).waitFor();
  },
  ["no-webgpu"],
);

journey(
  "every file that is dropped is taken or named",
  async (lab) => {
    const { page } = lab;
    await lab.open("album");
    await lab.encoded();
    const bytes = await lab.jpeg(300, 200);
    await page.evaluate((bytes) => {
      const photo = new Uint8Array(bytes);
      const file = (name, type, content) => new File([content], name, { type, lastModified: 1_700_000_000_000 });
      const drop = (files) => {
        const data = new DataTransfer();
        files.forEach((file) => data.items.add(file));
        document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
      };
      drop([
        file("a.jpg", "image/jpeg", photo),
        file("phone.HEIC", "", new Uint8Array(40)),
        file("camera.JFIF", "", photo),
        file("letter.txt", "text/plain", "words"),
        file("empty.jpg", "image/jpeg", ""),
      ]);
      // Twice in a moment.
      drop([file("a.jpg", "image/jpeg", photo)]);
    }, bytes);
    await shows(page, 2);
    assert.deepEqual((await names(page)).sort(), ["a.jpg", "camera.JFIF"]);
    await page.getByText("One of these photos is in the album already.").waitFor();
    await page.getByRole("alert").filter({ hasText: /2 more were not added\.$/ }).waitFor();
    await page.getByText("Files that were not added").click();
    const list = page.locator(".left-out li");
    for (const name of ["phone.HEIC", "letter.txt", "empty.jpg", "a.jpg"]) {
      await list.filter({ hasText: name }).waitFor();
    }
    assert.equal(await list.count(), 4);
    await lab.screenshot("album-left-out");
  },
  ["no-adapter"],
);

const forget = async (page) => {
  await page.getByRole("button", { name: "Delete all" }).click();
  await page.getByRole("button", { name: "Delete all photos of this album" }).click();
  await shows(page, 0);
};

journey(
  "what was forgotten comes again, under its own name, and the keyboard keeps its photo",
  async (lab) => {
    const { page } = lab;
    await lab.open("album");
    const files = await photos(page, ["red", "blue", "green"]);
    for (let time = 0; time < 2; time++) {
      // The same files once more are no change to the field; pressing the button empties it.
      await add(page, []);
      await add(page, files.slice(0, 1));
      await shows(page, 1);
      await forget(page);
    }
    await add(page, files.slice(1, 2));
    await shows(page, 1);
    assert.deepEqual(await names(page), ["1-blue.jpg"], "another photo in the same place");

    const like = page.getByRole("button", { name: /^similar to / });
    await page.locator(".photos button").click();
    await like.filter({ hasText: "1-blue.jpg" }).waitFor();
    await forget(page);
    await add(page, files);
    await shows(page, 3);
    assert.equal(await like.count(), 0, "a photo that was forgotten is looked for no longer");

    const last = page.locator(".photos li").last().getByRole("button");
    const title = await last.getAttribute("title");
    await last.focus();
    await page.keyboard.press("Enter");
    await page.waitForFunction((title) => document.querySelector(".photos button").title === title, title);
    assert.equal(await page.evaluate(() => document.activeElement.title), title);
  },
  ["no-adapter"],
);

journey(
  "a photo that ends the engine is named, and the others come all the same",
  async (lab) => {
    const { page } = lab;
    // As a decoder that ends the worker in the midst of this file.
    lab.inWorker(`
      const decode = self.createImageBitmap.bind(self);
      self.createImageBitmap = (file, ...rest) => {
        if (file.size < 54_000) return decode(file, ...rest);
        self.close();
        return new Promise(() => {});
      };`);
    await lab.open("album");
    await lab.encoded();
    const files = await photos(page, ["red", "blue"]);
    const bomb = Buffer.concat([await readFile(files[1]), Buffer.alloc(54_000)]);
    await add(page, [files[0], await beside(files[0], "bomb.jpg", bomb), files[1]]);
    await page.getByText("The engine stopped at the file bomb.jpg.").waitFor({ timeout: 60_000 });
    await page.getByRole("button", { name: "Restart the engine" }).click();
    await shows(page, 2);
    await page.getByText("The engine stopped at the file bomb.jpg.").waitFor();
    await forget(page);
    await add(page, files);
    await shows(page, 2);
  },
  ["no-adapter"],
);
