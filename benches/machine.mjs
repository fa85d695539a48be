// Where and with what was measured.
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

export function machine() {
  const cpus = os.cpus();
  return {
    cpu: cpus[0]?.model.trim(),
    cores: cpus.length,
    memory_bytes: os.totalmem(),
    system: `${os.type()} ${os.release()}`,
    // What else the machine does when the measurement begins.
    load: os.loadavg()[0],
  };
}

export async function versions(folder, browser, python) {
  const output = async (command, ...args) => (await promisify(execFile)(command, args, { cwd: ROOT })).stdout.trim();
  const web = JSON.parse(await readFile(path.join(folder, "node_modules/onnxruntime-web/package.json"), "utf8"));
  return {
    triptych: await output("git", "describe", "--always", "--dirty").catch(() => "unknown"),
    rustc: await output("rustc", "--version"),
    onnxruntime: await output(python, "-c", "import onnxruntime; print(onnxruntime.__version__)"),
    "onnxruntime-web": web.version,
    chromium: browser.version(),
    adapter: await browser.adapter(),
  };
}
