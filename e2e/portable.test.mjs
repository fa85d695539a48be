// Runs the cases of tests/portable.rs in a worker, where the engine lives. `cargo xtask test wasm` builds them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { openPage } from "./lib/browser.mjs";
import { serve } from "./serve.mjs";

// The worker posts the names of its cases once, then for each name that it is sent, null or what went wrong.
const workerSource = (address, before = "") => `
  ${before}
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

/** A page that starts such workers and asks them; `end` closes it. */
async function openPortable() {
  const { address, close } = await serve(process.env.TRIPTYCH_PORTABLE);
  const page = await openPage("webgpu");
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
  return {
    /** The names of the cases, in a fresh worker that does `before` first. */
    start: (before) => page.evaluate(startWorker, workerSource(address, before)),
    run: (name) => page.evaluate((one) => self.ask(one), name),
    end: () => page.context().browser().close().then(close),
  };
}

test("portable cases in the browser", async (suite) => {
  const { start, run, end } = await openPortable();
  suite.after(end);
  const names = await start();
  assert.ok(names.length > 0, "no cases");
  for (const name of names) {
    await suite.test(name, async () => {
      const failure = await run(name);
      // A case that panics leaves its module unusable: the next one starts with a fresh worker.
      if (failure !== null) await start();
      assert.equal(failure, null);
    });
  }
});

// What multiplies matrices depends on the browser (engine/src/ops/gemm/wasm/fused.rs): both ways are tested in this one.
const PRODUCTS = /^fast forms agree .*: (attention|conv2d|linear|matmul)$/;

test("products with and without relaxed SIMD", async (suite) => {
  const { start, run, end } = await openPortable();
  suite.after(end);
  // A function is put into a table only by whoever loads the fused products.
  const told = `
    const { set } = WebAssembly.Table.prototype;
    WebAssembly.Table.prototype.set = function (index, value) {
      set.call(this, index, value);
      if (typeof value === "function") postMessage("fused");
    };`;
  const names = (await start(told)).filter((name) => PRODUCTS.test(name));
  assert.equal(names.length, 4);
  assert.equal(await run(names.find((name) => name.endsWith("linear"))), "fused");
  await start(`${told} WebAssembly.validate = () => false;`);
  for (const name of names) await suite.test(`${name}, without`, async () => assert.equal(await run(name), null));
});
