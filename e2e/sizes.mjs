// Prints what a first visit downloads, and fails where it is over budget.
// Usage: node sizes.mjs FOLDER
import { readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const MB = 1e6;
const WASM_BROTLI_BUDGET = 1.5 * MB;
const VISIT_GZIP_BUDGET = 12 * MB;

const folder = process.argv[2];
const files = readdirSync(folder, { recursive: true })
  .filter((name) => statSync(path.join(folder, name)).isFile() && name !== "404.html")
  .sort();

const rows = files.map((name) => {
  const bytes = readFileSync(path.join(folder, name));
  const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: name.endsWith(".wasm") ? 11 : 5 } };
  return {
    name,
    raw: bytes.length,
    gzip: Math.min(bytes.length, gzipSync(bytes, { level: 9 }).length),
    brotli: Math.min(bytes.length, brotliCompressSync(bytes, quality).length),
  };
});

const sum = (some, column) => some.reduce((total, row) => total + row[column], 0);
const wasm = rows.filter((row) => row.name.endsWith(".wasm"));
const total = (name, some) => ({ name, raw: sum(some, "raw"), gzip: sum(some, "gzip"), brotli: sum(some, "brotli") });
const totals = [total("all wasm", wasm), total("all files", rows)];

const cell = (bytes) => (bytes / 1e3).toFixed(1).padStart(10);
console.log(`${"file".padEnd(44)}${["raw kB", "gzip kB", "brotli kB"].map((title) => title.padStart(10)).join("")}`);
for (const row of [...rows, ...totals]) {
  console.log(`${row.name.padEnd(44)}${cell(row.raw)}${cell(row.gzip)}${cell(row.brotli)}`);
}

const [allWasm, allFiles] = totals;
for (const [what, bytes, budget] of [
  ["wasm after brotli", allWasm.brotli, WASM_BROTLI_BUDGET],
  ["a first visit after gzip", allFiles.gzip, VISIT_GZIP_BUDGET],
]) {
  const shown = `${what}: ${(bytes / MB).toFixed(2)} of ${(budget / MB).toFixed(1)} MB`;
  console.log(bytes > budget ? `OVER BUDGET ${shown}` : shown);
  if (bytes > budget) process.exitCode = 1;
}
