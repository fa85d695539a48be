// A server of checkpoints on another origin, with the troubles of real ones.
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const MODELS = fileURLToPath(new URL("../../tests/goldens/checkpoints", import.meta.url));

const PAGE = "<!doctype html>\n<html><body>Our models</body></html>";

/**
 * Serves the small checkpoints of the tests; `budget` is how many bytes it hands out before every connection breaks, `handed`
 * how many it has handed out. By the name of a file: other bytes in its place (`replaced`), the tag that is told (`tags`),
 * silence (`silent`). `hasPage` sends a page for what is not there; `asked` lists every request, `log` those that were answered
 * by a file.
 */
export class Hub {
  constructor() {
    this.budget = Infinity;
    this.handed = 0;
    /** Weights are sent to the half; the rest comes when this resolves. */
    this.gate = null;
    this.log = [];
    this.asked = [];
    // Bytes in the place of those of the tests, by a file's name or by its path: "/clip_gelu/config.json".
    this.replaced = new Map();
    this.tags = new Map();
    this.silent = new Set();
    /** Addresses to which requests for files are sent on. */
    this.redirects = new Map();
    this.hasPage = false;
    this.server = createServer((request, response) => this.answer(request, response));
  }

  static async start() {
    const hub = new Hub();
    await new Promise((done) => hub.server.listen(0, "127.0.0.1", done));
    return hub;
  }

  /** The address of a checkpoint's folder. */
  model(name) {
    return `http://127.0.0.1:${this.server.address().port}/${name}`;
  }

  answer(request, response) {
    // A browser whose requests Playwright routes asks before each whether it may ask for a range.
    if (request.method === "OPTIONS") {
      return response.writeHead(204, { "access-control-allow-origin": "*", "access-control-allow-headers": "range" }).end();
    }
    this.asked.push(request.url);
    if (this.budget <= 0) return request.socket.destroy();
    const file = path.join(MODELS, request.url);
    const name = path.basename(file);
    if (this.silent.has(name)) return;
    if (this.redirects.has(name)) {
      return response.writeHead(302, { location: this.redirects.get(name), "access-control-allow-origin": "*" }).end();
    }
    const headers = { "access-control-allow-origin": "*", "access-control-expose-headers": "content-range, etag" };
    if (this.tags.has(name)) headers.etag = `"${this.tags.get(name)}"`;
    const replaced = this.replaced.get(request.url) ?? this.replaced.get(name);
    if (replaced === undefined && (!file.startsWith(MODELS) || !existsSync(file))) {
      return this.hasPage ? response.writeHead(200, headers).end(PAGE) : response.writeHead(404, headers).end();
    }
    const bytes = replaced !== undefined ? Buffer.from(replaced) : readFileSync(file);
    const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0);
    this.log.push(`${name} ${from}`);
    if (from >= bytes.length) return response.writeHead(416, headers).end();
    response.writeHead(206, {
      ...headers,
      "content-length": bytes.length - from,
      "content-range": `bytes ${from}-${bytes.length - 1}/${bytes.length}`,
    });
    if (this.gate && file.endsWith(".safetensors")) {
      response.write(bytes.subarray(from, Math.max(from, bytes.length / 2)));
      return this.gate.then(() => response.end(bytes.subarray(Math.max(from, bytes.length / 2))));
    }
    const piece = bytes.subarray(from, from + Math.min(bytes.length, this.budget));
    this.budget -= piece.length;
    this.handed += piece.length;
    if (from + piece.length === bytes.length) return response.end(piece);
    response.write(piece, () => setTimeout(() => request.socket.destroy(), 50));
  }

  /** Sends this page in the place of a file. */
  spoil(name) {
    this.replaced.set(name, PAGE);
  }

  close() {
    this.server.closeAllConnections();
    return new Promise((done) => this.server.close(done));
  }
}

/** Runs `walk` beside a hub. */
export async function withHub(walk) {
  const hub = await Hub.start();
  try {
    return await walk(hub);
  } finally {
    await hub.close();
  }
}
