// Our engine beside ONNX Runtime on the same models; `cargo xtask bench --against ort` prepares what this needs.
// Usage: node compare.mjs FOLDER [--json] [--write]
// FOLDER holds models, web, node_modules and venv; the environment names CHROMIUM and TRIPTYCH_BENCH, our native side.
import { copyFile, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { Browser } from "./browser.mjs";
import { machine, pythonOf, versions } from "./machine.mjs";
import { measure, measureAlone } from "./measure.mjs";
import { Process, openNative } from "./native.mjs";
import { HEAD, HEAD_ALONE, HEAD_WRITING, cells, cellsAlone, cellsWriting, markdown, table, writes } from "./report.mjs";

const HERE = fileURLToPath(new URL(".", import.meta.url));
/** What is compared, and how many times as fast as ONNX Runtime ours is to be. */
const PAIRS = [
  { name: "WebGPU", goal: 5, open: ({ browser, one }) => browser.open(one, "webgpu") },
  { name: "WebAssembly, 1 thread", goal: 1.3, open: ({ browser, one }) => browser.open(one, "wasm") },
  { name: "native, 1 thread", goal: 1 / 1.5, open: ({ native, one }) => openNative(one, 1, native) },
  { name: "native, 2 threads", goal: 1 / 1.5, open: ({ native, one }) => openNative(one, 2, native) },
];

/** Beside the pictures of cases.json. */
const WRITING = { name: "BLIP base caption, a token", folder: "blip-base", task: "write" };

/** The rows of every pair and case; what is under way is told on standard error. */
async function compare(cases, browser, native) {
  const rows = [];
  for (const { name, goal, open } of PAIRS) {
    for (const one of cases) {
      const title = `${one.name}, ${name}`;
      process.stderr.write(`bench: ${title} ... `);
      const sides = await open({ browser, native, one });
      try {
        const found = await measure(sides);
        rows.push({ case: title, goal, ...found });
        process.stderr.write(`${found.ours_ms.toFixed(2)} ms, ORT ${found.ort_ms.toFixed(2)} ms\n`);
      } finally {
        await sides.end();
      }
    }
  }
  return rows;
}

/** What is measured by itself, and in how many milliseconds it is to be done. */
const SEARCH = "search, 100,000 x 512 values, best 10";
const ALONE = [
  { name: `${SEARCH}, WebAssembly, 1 thread`, goal_ms: 15, open: ({ browser }) => browser.side("alone", { task: "search" }) },
  { name: `${SEARCH}, native, 1 thread`, goal_ms: 15, open: ({ native }) => new Process(native.program, ["search"], {}) },
];

async function alone(browser, native) {
  const rows = [];
  for (const { name, goal_ms, open } of ALONE) {
    process.stderr.write(`bench: ${name} ... `);
    const side = await open({ browser, native });
    try {
      const found = await measureAlone(side);
      rows.push({ case: name, goal_ms, ...found });
      process.stderr.write(`${found.ours_ms.toFixed(2)} ms\n`);
    } finally {
      await side.end();
    }
  }
  return rows;
}

async function main([folder, ...options]) {
  const models = path.join(folder, "models");
  const python = pythonOf(folder, "venv");
  for (const file of ["worker.mjs", "memory.mjs"]) await copyFile(path.join(HERE, file), path.join(folder, "web", file));
  const cases = [...JSON.parse(await readFile(path.join(models, "cases.json"), "utf8")), WRITING];
  const browser = await Browser.start(folder);
  try {
    const about = { date: new Date().toISOString(), machine: machine(), versions: await versions(folder, browser, python) };
    const native = { models, python, program: process.env.TRIPTYCH_BENCH };
    const found = { rows: await compare(cases, browser, native), alone: await alone(browser, native), ...about };
    if (options.includes("--write")) await writeFile(path.join(HERE, "RESULTS.md"), markdown(found));
    const tables = () =>
      [
        table(HEAD, found.rows.map(cells)),
        table(HEAD_WRITING, found.rows.filter(writes).map(cellsWriting)),
        table(HEAD_ALONE, found.alone.map(cellsAlone)),
      ].join("\n");
    process.stdout.write(options.includes("--json") ? `${JSON.stringify(found)}\n` : tables());
  } finally {
    await browser.close();
  }
}

await main(process.argv.slice(2));
