// Both sides in one session of headless Chromium, each in a worker.
import { openPage } from "../e2e/lib/browser.mjs";
import { serve } from "../e2e/serve.mjs";

/** In the page: starts a worker and makes it known by `name`. */
function start({ root, name }) {
  self.sides ??= {};
  self.sides[name] = new Worker(`${root}/web/worker.mjs`, { type: "module" });
}

/** In the page: the worker's reply to a message. */
function ask({ name, message }) {
  const worker = self.sides[name];
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => (data.failure ? reject(new Error(data.failure)) : resolve(data));
    worker.onerror = (event) => reject(new Error(event.message || "the worker did not start"));
    worker.postMessage(message);
  });
}

class Side {
  constructor(page, name) {
    this.page = page;
    this.name = name;
  }

  async open(settings) {
    await this.page.evaluate(start, { root: settings.root, name: this.name });
    await this.page.evaluate(ask, { name: this.name, message: settings });
    return this;
  }

  run() {
    return this.page.evaluate(ask, { name: this.name, message: "run" });
  }

  end() {
    return this.page.evaluate((name) => self.sides[name].terminate(), this.name);
  }
}

export class Browser {
  /** Serves a folder with `models`, `web` and `node_modules` and opens a page there. */
  static async start(folder) {
    const browser = new Browser();
    browser.server = await serve(folder);
    browser.root = browser.server.address.replace(/\/$/, "");
    browser.page = await openPage("webgpu");
    // Any document of the server's origin will do; only its workers count.
    await browser.page.goto(`${browser.root}/models/cases.json`);
    return browser;
  }

  /** Both sides of a case on a backend, `webgpu` or `wasm`. */
  async open(one, backend) {
    const open = (engine) => this.side(engine, { task: "embed", ...one, backend, engine });
    const [ours, ort] = [await open("ours"), await open("ort")];
    return { ours, ort, end: () => Promise.all([ours.end(), ort.end()]) };
  }

  /** A worker at one of the tasks of `worker.mjs`. */
  side(name, settings) {
    return new Side(this.page, name).open({ root: this.root, ...settings });
  }

  version() {
    return this.page.context().browser().version();
  }

  /** What the browser tells of its WebGPU adapter. */
  adapter() {
    return this.page.evaluate(async () => {
      const info = (await navigator.gpu.requestAdapter())?.info;
      return [info?.vendor, info?.architecture, info?.device].filter(Boolean).join(" ");
    });
  }

  async close() {
    await this.page.context().browser().close();
    await this.server.close();
  }
}
