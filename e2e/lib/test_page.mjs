// The page as a visitor meets it: a journey speaks to this object, not to selectors.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { serve } from "../serve.mjs";
import { collectErrors, openPage } from "./browser.mjs";

const SCREENSHOTS = fileURLToPath(new URL("../screenshots", import.meta.url));
// As on GitHub Pages: the page lies under a sub-path.
const BASE = "/triptych/";

export class TestPage {
  constructor(page, server, mode) {
    this.page = page;
    this.server = server;
    this.address = server.address;
    this.mode = mode;
    this.forgiven = [];
  }

  /** Errors of this kind were the journey's own doing. */
  forgive(pattern) {
    this.forgiven.push(pattern);
  }

  /** Has the page's worker run a script before the engine; by its server, because Chromium fails a worker's requests to other hosts where Playwright routes any. */
  inWorker(script) {
    const { site } = this.server;
    const other = site.trouble;
    site.trouble = (below, response, request) => {
      if (!below?.startsWith("worker_loader.js")) return other(below, response, request);
      const loader = readFileSync(path.join(site.folder, "worker_loader.js"), "utf8");
      response.writeHead(200, { "content-type": "text/javascript; charset=utf-8" }).end(`${script}\n${loader}`);
      return true;
    };
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
    const device = this.engine().locator(":scope > summary");
    await device.filter({ hasText: /^(CPU|WebGPU)$/ }).waitFor({ timeout: 120_000 });
    await this.page.waitForFunction(() => !document.querySelector(".loading"), null, { timeout: 240_000 });
  }

  /** Waits until the whole gallery is encoded and its figures stand. */
  async ranked() {
    await this.encoded();
    const recall = this.page.getByRole("region", { name: "Retrieval over the gallery" }).locator("tbody tr").first().locator("td").first();
    await recall.filter({ hasText: /^[01]\.\d/ }).waitFor({ timeout: 120_000 });
    await this.page.waitForFunction(() => !document.querySelector(".loading"));
  }

  /** Looks for words and waits until the pictures have taken their order. */
  async search(words) {
    await this.page.getByLabel("Query", { exact: true }).fill(words);
    await this.page.locator("p.truth").filter({ hasText: /relevant|No ground truth/ }).waitFor({ timeout: 30_000 });
    // An earlier search's order may still stand: wait until the order has rested.
    const order = () => this.page.locator("ol.found > li .thumbnail").evaluateAll((found) => found.map((one) => one.title).join());
    for (let last = null, now = await order(); now !== last; ) {
      await this.page.waitForTimeout(800);
      [last, now] = [now, await order()];
    }
  }

  /** Whether the query is true of the first pictures that were found. */
  async verdicts(count) {
    const verdicts = this.page.locator("ol.found > li .verdict");
    await verdicts.nth(count - 1).waitFor({ timeout: 60_000 });
    return (await verdicts.allTextContents()).slice(0, count).map((text) => text.trim());
  }

  /** The finished caption's words, each a button. */
  async words() {
    const words = this.page.locator(".text ol.words:not(.growing) button.word");
    await words.first().waitFor({ timeout: 120_000 });
    return words;
  }

  /** The caption of the picture on the stage as one string, without the mark of its end. */
  async caption() {
    const words = await (await this.words()).allTextContents();
    return words.map((word) => word.trim()).filter((word) => word !== "(end)").join(" ");
  }

  /** What stands in the inspector under a name. */
  figure(name) {
    return this.page.locator(".inspector dl.figures div").filter({ hasText: name }).locator("dd");
  }

  /** The full caption of the scene on the stage, as the page tells it to those who cannot see. */
  async scene() {
    const label = await this.page.locator("figure.picture canvas[role=img]").first().getAttribute("aria-label");
    return label.replace("A scene: ", "");
  }

  /**
   * Whether the strongest cell of the map over the picture touches the box of the outlined object, read from the
   * pixels of the attention overlay and the outline's own geometry; null where nothing is outlined.
   */
  peakIsInOutline() {
    return this.page.evaluate(() => {
      const outline = document.querySelector("figure.picture svg.marks path.outline");
      if (!outline) return null;
      const overlay = document.querySelector("figure.picture .veil canvas");
      const side = overlay.width;
      const bytes = overlay.getContext("2d").getImageData(0, 0, side, side).data;
      let peak = 0;
      for (let cell = 1; cell < side * side; cell++) if (bytes[4 * cell + 3] < bytes[4 * peak + 3]) peak = cell;
      const size = 64 / side;
      const [left, top] = [(peak % side) * size, Math.floor(peak / side) * size];
      const box = outline.getBBox();
      return left < box.x + box.width && left + size > box.x && top < box.y + box.height && top + size > box.y;
    });
  }

  /** Drops a file on the page. */
  drop(name, type, bytes) {
    return this.page.evaluate(
      ({ name, type, bytes }) => {
        const data = new DataTransfer();
        data.items.add(new File([new Uint8Array(bytes)], name, { type }));
        document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
      },
      { name, type, bytes: [...bytes] },
    );
  }

  /** A JPEG of this size, half red and half blue. */
  jpeg(width, height) {
    return this.page.evaluate(
      async ({ width, height }) => {
        const canvas = new OffscreenCanvas(width, height);
        const context = canvas.getContext("2d");
        context.fillStyle = "#c22";
        context.fillRect(0, 0, width, height);
        context.fillStyle = "#24c";
        context.fillRect(width / 2, 0, width / 2, height);
        const blob = await canvas.convertToBlob({ type: "image/jpeg", quality: 0.9 });
        return [...new Uint8Array(await blob.arrayBuffer())];
      },
      { width, height },
    );
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

  /** Waits until the page is kept for visits without a network: its service worker begins some seconds after it has loaded. */
  kept() {
    return this.page.evaluate(async () => {
      await navigator.serviceWorker.ready;
      while (navigator.serviceWorker.controller?.state !== "activated") await new Promise((later) => setTimeout(later, 200));
    });
  }

  /** Keeps a picture of the page for the eye, named by the mode too. */
  async screenshot(name) {
    await mkdir(SCREENSHOTS, { recursive: true });
    await this.page.screenshot({ path: `${SCREENSHOTS}/${name}-${this.mode}.png`, fullPage: true });
  }
}

/** Registers a journey once for each mode, in a browser with these options; any error that the page reports fails it. */
export function journey(name, walk, modes = ["webgpu", "no-webgpu"], browser = {}) {
  for (const mode of modes) {
    test(`${name} (${mode})`, async () => {
      const page = await openPage(mode, browser);
      const server = await serve(process.env.TRIPTYCH_DIST, { base: BASE });
      const errors = collectErrors(page);
      try {
        const lab = new TestPage(page, server, mode);
        if (mode === "no-webgpu") lab.inWorker("delete WorkerNavigator.prototype.gpu;");
        await walk(lab);
        const unforgiven = errors.filter((error) => !lab.forgiven.some((pattern) => pattern.test(error)));
        assert.deepEqual(unforgiven, []);
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
