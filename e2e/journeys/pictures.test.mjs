// Picture files that are cut, broken or of another kind: what browsers show is used and marked, the rest is refused by name.
// The verdicts are those of the command line in tests/cli/pictures.rs.
import assert from "node:assert/strict";
import { journey } from "../lib/test_page.mjs";

const CPU = ["no-webgpu"];
const MARK = "The end of this file is missing: the part that is there is shown.";

/** The bytes of a picture of this size, cleanly encoded. */
const encoded = (lab, type, width, height) =>
  lab.page.evaluate(
    async ([type, width, height]) => {
      const canvas = new OffscreenCanvas(width, height);
      const context = canvas.getContext("2d");
      const colours = context.createLinearGradient(0, 0, width, height);
      [["#d22", 0], ["#2d2", 0.5], ["#22d", 1]].forEach(([colour, at]) => colours.addColorStop(at, colour));
      context.fillStyle = colours;
      context.fillRect(0, 0, width, height);
      const blob = await canvas.convertToBlob({ type });
      return [...new Uint8Array(await blob.arrayBuffer())];
    },
    [type, width, height],
  );

/** The bytes of the last row of the picture on the stage. */
const lastRow = (lab) =>
  lab.page.evaluate(() => {
    const canvas = document.querySelector("figure.picture canvas[role=img]");
    return [...canvas.getContext("2d").getImageData(32, canvas.height - 1, 1, 1).data].slice(0, 3);
  });

journey(
  "a picture whose end is missing is shown and marked, and what cannot be shown is refused",
  async (lab) => {
    await lab.open("caption");
    await lab.words();
    const jpeg = await encoded(lab, "image/jpeg", 640, 640);
    const mark = lab.page.getByText(MARK);
    await lab.drop("whole.jpg", "image/jpeg", jpeg);
    await lab.page.getByText("Playroom was trained on drawn scenes only").waitFor({ timeout: 60_000 });
    assert.equal(await mark.count(), 0);
    const whole = await lastRow(lab);

    await lab.drop("ended.jpg", "image/jpeg", jpeg.slice(0, -2));
    await mark.waitFor({ timeout: 60_000 });
    assert.deepEqual(await lastRow(lab), whole, "nothing of the picture is missing");
    await lab.drop("again.jpg", "image/jpeg", jpeg);
    await mark.waitFor({ state: "detached", timeout: 60_000 });
    await lab.drop("third.jpg", "image/jpeg", jpeg.slice(0, jpeg.length / 3));
    await mark.waitFor({ timeout: 60_000 });
    assert.deepEqual(await lastRow(lab), [128, 128, 128], "missing rows are grey");

    const png = await encoded(lab, "image/png", 192, 128);
    const hairline = [...png.slice(0, 16), 0, 0, 0, 1, 0, 0, 0xea, 0x60, ...png.slice(24)];
    const heic = [0, 0, 0, 24, ...new TextEncoder().encode("ftypheic\0\0\0\0mif1heic")];
    const svg = [...new TextEncoder().encode("<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>")];
    for (const [name, bytes, reason] of [
      ["half.png", png.slice(0, png.length / 2), "ends before its picture does"],
      ["hairline.png", hairline, "too long and narrow: 1 x 60000 pixels"],
      ["phone.HEIC", heic, "of the kind HEIC"],
      ["drawing.svg", svg, "of the kind SVG"],
      ["page.jpg", [...new TextEncoder().encode("<!doctype html>")], "could not be read as a picture"],
      ["empty.jpg", [], "is empty"],
    ]) {
      await lab.drop(name, "", bytes);
      const alert = lab.page.getByRole("alert").filter({ hasText: name });
      await alert.filter({ hasText: reason }).waitFor({ timeout: 30_000 });
    }
    // Of two that come at once the second is shown, though the first takes longer.
    const large = await encoded(lab, "image/jpeg", 2400, 1800);
    await lab.drop("large.jpg", "image/jpeg", large.slice(0, -2));
    await lab.drop("second.jpg", "image/jpeg", jpeg);
    await lab.page.waitForFunction(() => !document.querySelector("[role=alert]"), null, { timeout: 60_000 });
    await lab.page.waitForTimeout(4000);
    assert.equal(await mark.count(), 0);
    assert.deepEqual(await lastRow(lab), whole);
  },
  CPU,
);

journey(
  "a photo of the album whose end is missing is marked, on the next visit too",
  async (lab) => {
    await lab.open("album");
    const jpeg = await encoded(lab, "image/jpeg", 400, 300);
    const files = [["whole.jpg", jpeg], ["third.jpg", jpeg.slice(0, jpeg.length / 3)]];
    const chosen = files.map(([name, bytes]) => ({ name, mimeType: "image/jpeg", buffer: Buffer.from(bytes) }));
    await lab.page.locator("input[type=file]").first().setInputFiles(chosen);
    const marked = lab.page.locator(".photos li").filter({ hasText: "The end of this file is missing." });
    for (const visit of ["first", "next"]) {
      await lab.page.waitForFunction(() => document.querySelectorAll(".photos img[src^='blob:']").length === 2, null, { timeout: 60_000 });
      assert.equal(await marked.count(), 1, visit);
      assert.match(await marked.textContent(), /third.jpg/, visit);
      await lab.page.reload();
    }
  },
  CPU,
);
