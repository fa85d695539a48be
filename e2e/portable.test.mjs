// Runs the cases of tests/portable.rs in a worker, where the engine lives. `cargo xtask test wasm` builds them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { openPage } from "./lib/browser.mjs";
import { serve } from "./serve.mjs";

// The worker posts the names of its cases once, then for each name that it is sent, null or what went wrong.
const workerSource = (address) => `
  // The trap that follows a panic carries no message.
  self.reportPanic = (message) => postMessage(message);
  const portable = await import("${address}portable.js");
  await portable.default();
  self.onmessage = async ({ data: name }) => {
    try { await portable.run(name); postMessage(null); }
    catch (error) { postMessage(String(error)); }
  };
  postMessage(portable.names());
`;

/** In the page: starts a worker and resolves to its first message, or throws what stopped it. */
function startWorker(source) {
  self.worker?.terminate();
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  self.worker = new Worker(url, { type: "module" });
  return self.ask(null);
}

test("portable cases in the browser", async (suite) => {
  const { address, close } = await serve(process.env.TRIPTYCH_PORTABLE);
  const page = await openPage("webgpu");
  suite.after(() => page.context().browser().close().then(close));
  // Any document of the server's origin will do; only its worker counts.
  await page.goto(`${address}portable.js`);
  await page.evaluate(() => {
    self.ask = (name) =>
      new Promise((resolve, reject) => {
        self.worker.onmessage = ({ data }) => resolve(data);
        self.worker.onerror = (event) => reject(new Error(event.message || "the worker did not start"));
        if (name !== null) self.worker.postMessage(name);
      });
  });
  // A case that panics leaves its module unusable: the next one starts with a fresh worker.
  const start = () => page.evaluate(startWorker, workerSource(address));
  const names = await start();
  assert.ok(names.length > 0, "no cases");
  for (const name of names) {
    await suite.test(name, async () => {
      const failure = await page.evaluate((one) => self.ask(one), name);
      if (failure !== null) await start();
      assert.equal(failure, null);
    });
  }
});
