import { Browser } from "./browser.mjs";
import { copyFile } from "node:fs/promises";
const folder = process.argv[2];
for (const file of ["worker.mjs", "memory.mjs"]) await copyFile(new URL(file, import.meta.url), folder + "/web/" + file);
const browser = await Browser.start(folder);
const which = (process.argv[3] ?? "ours").split(",");
for (let rep = 0; rep < 2; rep++) for (const engine of which) {
  const side = await browser.side(engine, { folder: "blip-base", task: "write", backend: "wasm", engine });
  const ms = []; for (let i = 0; i < 64; i++) ms.push((await side.run()).ms);
  const late = ms.slice(48).sort((a, b) => a - b)[8], early = ms.slice(2, 18).sort((a, b) => a - b)[8];
  ms.sort((a, b) => a - b); console.log(engine, "min", ms[0].toFixed(1), "med", ms[32].toFixed(1), "early", early.toFixed(1), "late", late.toFixed(1));
  await side.end();
}
await browser.close();
