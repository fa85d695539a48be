// The page as a visitor meets it: a journey speaks to this object, not to selectors.
import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { serve } from "../serve.mjs";
import { collectErrors, openPage } from "./browser.mjs";

const SCREENSHOTS = fileURLToPath(new URL("../screenshots", import.meta.url));
// As on GitHub Pages: the page lies under a sub-path.
const BASE = "/triptych/";

export class Lab {
  constructor(page, address, mode) {
    this.page = page;
    this.address = address;
    this.mode = mode;
  }

  /** Opens a path below the page's address. */
  open(path = "") {
    return this.page.goto(this.address + path);
  }

  heading() {
    return this.page.getByRole("heading", { level: 1 });
  }

  /** The line that says how the engine is. */
  engine() {
    return this.page.locator("#engine");
  }

  /** Waits until the model is loaded and nothing is being encoded. */
  async encoded() {
    const device = this.engine().locator("summary");
    await device.filter({ hasText: /^(CPU|WebGPU)$/ }).waitFor({ timeout: 120_000 });
    await this.page.waitForFunction(() => !document.querySelector(".loading"), null, { timeout: 240_000 });
  }

  /** What the world says of the first pictures that were found. */
  async verdicts(count) {
    const verdicts = this.page.locator("ol.found > li .verdict");
    await verdicts.nth(count - 1).waitFor({ timeout: 60_000 });
    return (await verdicts.allTextContents()).slice(0, count).map((text) => text.trim());
  }

  /** What the page and its worker know of WebGPU: "adapter", "no adapter" or "unknown". */
  async webGpu() {
    const probe = async () => {
      if (!("gpu" in navigator)) return "unknown";
      return (await navigator.gpu.requestAdapter()) ? "adapter" : "no adapter";
    };
    const [worker] = this.page.workers();
    return { page: await this.page.evaluate(probe), worker: await worker.evaluate(probe) };
  }

  /** Keeps a picture of the page for the eye, named by the mode too. */
  async screenshot(name) {
    await mkdir(SCREENSHOTS, { recursive: true });
    await this.page.screenshot({ path: `${SCREENSHOTS}/${name}-${this.mode}.png`, fullPage: true });
  }
}

/** Registers a journey once for each mode; any error that the page reports fails it. */
export function journey(name, walk, modes = ["webgpu", "no-webgpu"]) {
  for (const mode of modes) {
    test(`${name} (${mode})`, async () => {
      const server = await serve(process.env.TRIPTYCH_DIST, { base: BASE });
      const page = await openPage(mode);
      const errors = collectErrors(page);
      try {
        await walk(new Lab(page, server.address, mode));
        assert.deepEqual(errors, []);
      } catch (error) {
        if (errors.length > 0) error.message += `\nthe page reported:\n${errors.join("\n")}`;
        throw error;
      } finally {
        await page.context().browser().close();
        await server.close();
      }
    });
  }
}
