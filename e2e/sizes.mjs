// Prints what a first visit downloads, and fails where it is over budget.
// Usage: node sizes.mjs FOLDER
import { readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { ON_DEMAND } from "./complete.mjs";

const MB = 1e6;
// Of the totals below, in their order.
const GZIP_BUDGETS = [1.62 * MB, 0.66 * MB, 6.9 * MB, 10 * MB];

const folder = process.argv[2];
// A visit loads one of the pages, which differ in a few words, and neither the preview nor the icons of an installed page.
const files = readdirSync(folder, { recursive: true })
  .filter((name) => statSync(path.join(folder, name)).isFile() && (name === "index.html" || !name.endsWith(".html")) && !/^(preview\.png$|icons\/)/.test(name))
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
const total = (name, some) => ({ name, raw: sum(some, "raw"), gzip: sum(some, "gzip"), brotli: sum(some, "brotli") });
// Only whoever loads a published checkpoint fetches the tokenizers.
const isTokenizer = (row) => row.name.startsWith("tokenizer");
// And whoever compares other modalities, their encoders.
const isEncoder = (row) => ON_DEMAND.test(row.name);
// What lies beside the weights to be read by whoever trains on is fetched by nobody's visit.
const isPaper = (row) => /\.(csv|md|txt)$/.test(row.name);
const visit = rows.filter((row) => !isTokenizer(row) && !isEncoder(row) && !isPaper(row));
const totals = [
  total("wasm of page and worker", visit.filter((row) => row.name.endsWith(".wasm"))),
  total("the tokenizers", rows.filter(isTokenizer)),
  total("all files but the tokenizers and the encoders", visit),
  total("the encoders of other modalities", rows.filter(isEncoder)),
];

const cell = (bytes) => (bytes / 1e3).toFixed(1).padStart(10);
console.log(`${"file".padEnd(44)}${["raw kB", "gzip kB", "brotli kB"].map((title) => title.padStart(10)).join("")}`);
for (const row of [...rows, ...totals]) {
  console.log(`${row.name.padEnd(44)}${cell(row.raw)}${cell(row.gzip)}${cell(row.brotli)}`);
}

// As GitHub Pages sends them.
for (const [index, { name, gzip }] of totals.entries()) {
  const budget = GZIP_BUDGETS[index];
  const shown = `${name} after gzip: ${(gzip / MB).toFixed(3)} of ${(budget / MB).toFixed(3)} MB`;
  console.log(gzip > budget ? `OVER BUDGET ${shown}` : shown);
  if (gzip > budget) process.exitCode = 1;
}
