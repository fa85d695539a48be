// The models that the page suggests: its own list, and that of a school that hosts page and model itself.
import assert from "node:assert/strict";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { journey } from "../lib/test_page.mjs";
import { serve } from "../serve.mjs";

const CPU = ["no-adapter"];
/** What `triptych convert` has made of a small checkpoint: an index, and tensors in parts. */
const CONVERTED = fileURLToPath(new URL("../../tests/goldens/converted/clip_gelu", import.meta.url));

journey(
  "the suggestions lead with a small and able model, each with what it does, its size, licence and source",
  async (lab) => {
    const outside = [];
    lab.page.on("request", (request) => {
      if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(lab.address)) outside.push(request.url());
    });
    await lab.open("models");
    const rows = lab.page.getByRole("table", { name: "Known to run here" }).locator("tbody tr");
    await rows.nth(6).waitFor();
    const first = await rows.first().innerText();
    for (const part of [/TinyCLIP ViT-39M\/16/, /finds by words/, /about 334 MB/, /MIT/, /63\.5 % of ImageNet/]) assert.match(first, part);
    assert.match(await rows.first().getByRole("link", { name: "source" }).getAttribute("href"), /^https:\/\/huggingface\.co\/wkcn/);
    await lab.screenshot("models-suggested");
    await lab.page.setViewportSize({ width: 360, height: 800 });
    assert.ok((await lab.page.evaluate(() => document.documentElement.scrollWidth)) <= 360, "the page is as wide as the phone");
    assert.deepEqual(outside, []);
  },
  CPU,
);

journey(
  "a school hosts the page, a converted model and its own list on one plain server",
  async (lab) => {
    const folder = mkdtempSync(path.join(tmpdir(), "triptych-school-"));
    let school;
    try {
      cpSync(process.env.TRIPTYCH_DIST, folder, { recursive: true });
      cpSync(CONVERTED, path.join(folder, "models/small"), { recursive: true });
      const models = [
        { title: "Our small CLIP", model: "./models/small/", does: "finds by words", megabytes: 1, licence: "CC0" },
        { title: "Broken" },
      ];
      writeFileSync(path.join(folder, "models.json"), JSON.stringify({ models }));
      school = await serve(folder, { base: "/triptych/" });
      const outside = [];
      lab.page.on("request", (request) => {
        if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(school.address)) outside.push(request.url());
      });
      lab.forgive(/404/);
      await lab.page.goto(`${school.address}models`);
      await lab.page.getByText("Left out of models.json: model 2: missing field").waitFor({ timeout: 60_000 });
      await lab.page.getByRole("button", { name: "Look at Our small CLIP" }).click();
      await lab.page.getByRole("button", { name: /^Download/ }).click();
      const chip = lab.page.locator("#model summary").filter({ hasText: `${school.address}models/small` });
      await chip.filter({ hasText: "(" }).waitFor({ timeout: 60_000 });
      assert.deepEqual(outside, []);
    } finally {
      await school?.close();
      rmSync(folder, { recursive: true });
    }
  },
  CPU,
);
