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

const output = async (command, ...args) => (await promisify(execFile)(command, args, { cwd: ROOT })).stdout.trim();

/** Python of an environment in the folder. */
export function pythonOf(folder, name) {
  return path.join(folder, name, process.platform === "win32" ? "Scripts/python.exe" : "bin/python");
}

async function ours(browser) {
  return {
    triptych: await output("git", "describe", "--always", "--dirty").catch(() => "unknown"),
    rustc: (await output("rustc", "--version")).replace(/^rustc /, ""),
    chromium: browser.version(),
  };
}

const versionOf = (python, module) => output(python, "-c", `import ${module}; print(${module}.__version__)`);

export async function versions(folder, browser, python) {
  const web = JSON.parse(await readFile(path.join(folder, "node_modules/onnxruntime-web/package.json"), "utf8"));
  return {
    ...(await ours(browser)),
    adapter: await browser.adapter(),
    onnxruntime: await versionOf(python, "onnxruntime"),
    "onnxruntime-web": web.version,
  };
}

export async function versionsOfTraining(browser, python) {
  return { ...(await ours(browser)), torch: await versionOf(python, "torch") };
}
