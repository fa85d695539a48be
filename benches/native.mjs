// Both sides as processes of this machine: each answers a line with a run.
import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const script = (name) => fileURLToPath(new URL(`../python/${name}`, import.meta.url));

export class Process {
  constructor(command, args, env) {
    this.child = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"], env: { ...process.env, ...env } });
    this.lines = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
    this.failed = new Promise((_, reject) => {
      this.child.once("error", reject);
      this.child.stdin.once("error", reject);
    });
    // Whoever waits for a line hears of it.
    this.failed.catch(() => {});
  }

  async run() {
    this.child.stdin.write("run\n");
    const { value, done } = await Promise.race([this.lines.next(), this.failed]);
    if (done) throw new Error(`${this.child.spawnargs.join(" ")} ended`);
    return { ...JSON.parse(value), memory: { resident: await this.resident() } };
  }

  /** The most bytes that the process has held, where the system tells. */
  async resident() {
    const status = await readFile(`/proc/${this.child.pid}/status`, "utf8").catch(() => "");
    const found = /^VmHWM:\s+(\d+) kB$/m.exec(status);
    return found ? 1024 * Number(found[1]) : null;
  }

  end() {
    this.child.stdin.end();
    return new Promise((done) => (this.child.exitCode === null ? this.child.once("exit", done) : done()));
  }
}

const known = (args) => args.filter((arg) => arg !== undefined);

/** Ours at `task`: embed, write or train. */
export function openOurs(task, { folder, batch }, threads, { models, program }) {
  return new Process(program, known([task, path.join(models, folder), batch]), { RAYON_NUM_THREADS: threads });
}

/** A script of `python/` on a case. */
export function openPython(name, { folder, batch }, threads, { models, python }) {
  return new Process(python, known([script(name), path.join(models, folder), batch, threads]), {});
}

const ORT_SCRIPTS = { embed: "bench_ort.py", write: "bench_ort_decoder.py" };

/** Both sides of a case with this number of threads. */
export function openNative(one, threads, native) {
  const { task = "embed" } = one;
  const [ours, ort] = [openOurs(task, one, threads, native), openPython(ORT_SCRIPTS[task], one, threads, native)];
  return { ours, ort, end: () => Promise.all([ours.end(), ort.end()]) };
}
