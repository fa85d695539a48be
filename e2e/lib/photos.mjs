// Photos on the disk, as a visitor has them.
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

/** Pictures of one colour each, on the disk: a photo is known by its date too. Their paths. */
export async function photos(page, colours) {
  const folder = await mkdtemp(path.join(tmpdir(), "album-"));
  const all = await page.evaluate(async (colours) => {
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
  for (const [name, bytes] of all) await writeFile(path.join(folder, name), Buffer.from(bytes));
  return all.map(([name]) => path.join(folder, name));
}

/** Hands photos to the album of a page. */
export function add(page, files) {
  return page.locator("input[type=file]").first().setInputFiles(files);
}

/** Waits until the album of a page shows so many photos, each with its thumbnail. */
export function shows(page, count) {
  return page.waitForFunction(
    (count) => {
      const photos = [...document.querySelectorAll(".photos li")];
      return photos.length === count && photos.every((photo) => photo.querySelector("img[src^='blob:']"));
    },
    count,
    { timeout: 60_000 },
  );
}

/** The names of the photos that the album of a page shows. */
export const names = (page) => page.locator(".photos li span:first-of-type").allTextContents();
