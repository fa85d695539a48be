// Our engine beside PyTorch in training; `cargo xtask bench --against torch` prepares what this needs.
// Usage: node train.mjs FOLDER [--json] [--write]
// FOLDER is as for compare.mjs, with PyTorch in venv-torch.
import { copyFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { Browser } from "./browser.mjs";
import { machine, pythonOf, versionsOfTraining } from "./machine.mjs";
import { measureTraining } from "./measure.mjs";
import { openOurs, openPython } from "./native.mjs";
import { HEAD_TRAINING, cellsTraining, markdownOfTraining, table } from "./report.mjs";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const MODEL = { folder: "vit", batch: 64, side: 64 };
const NAME = "ViT 64x64/8, 0.8 M weights, batch 64";
/** With the threads that PyTorch has. */
const CASES = [
  { name: "native, 1 thread", goal: 0.7, threads: 1, open: ({ native }) => openOurs("train", MODEL, 1, native) },
  { name: "native, 2 threads", goal: 0.7, threads: 2, open: ({ native }) => openOurs("train", MODEL, 2, native) },
  { name: "WebAssembly, 1 thread", goal: 0.35, threads: 1, open: ({ browser }) => browser.side("ours", { ...MODEL, task: "train" }) },
];

async function compare(browser, native) {
  const rows = [];
  for (const { name, goal, threads, open } of CASES) {
    process.stderr.write(`bench: ${NAME}, ${name} ... `);
    const ours = await open({ browser, native });
    const torch = openPython("bench_torch.py", MODEL, threads, native);
    try {
      const found = await measureTraining({ ours, torch });
      rows.push({ case: `${NAME}, ${name}`, goal, ...found });
      process.stderr.write(`${found.ours_ms.toFixed(0)} ms, PyTorch ${found.torch_ms.toFixed(0)} ms\n`);
    } finally {
      await Promise.all([ours.end(), torch.end()]);
    }
  }
  return rows;
}

async function main([folder, ...options]) {
  const python = pythonOf(folder, "venv-torch");
  for (const file of ["worker.mjs", "memory.mjs"]) await copyFile(path.join(HERE, file), path.join(folder, "web", file));
  const browser = await Browser.start(folder);
  try {
    const about = { date: new Date().toISOString(), machine: machine(), versions: await versionsOfTraining(browser, python) };
    const native = { models: path.join(folder, "models"), python, program: process.env.TRIPTYCH_BENCH };
    const found = { rows: await compare(browser, native), ...about };
    if (options.includes("--write")) await writeFile(path.join(HERE, "TRAINING.md"), markdownOfTraining(found));
    const text = options.includes("--json") ? `${JSON.stringify(found)}\n` : table(HEAD_TRAINING, found.rows.map(cellsTraining));
    process.stdout.write(text);
  } finally {
    await browser.close();
  }
}

await main(process.argv.slice(2));
