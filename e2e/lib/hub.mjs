// A server of checkpoints on another origin, with the troubles of real ones.
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const MODELS = fileURLToPath(new URL("../../tests/goldens/checkpoints", import.meta.url));

/** Serves the small checkpoints of the tests; `budget` is how many bytes it hands out before every connection breaks. */
export class Hub {
  constructor() {
    this.budget = Infinity;
    /** Weights are sent to the half; the rest comes when this resolves. */
    this.gate = null;
    this.log = [];
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
    if (this.budget <= 0) return request.socket.destroy();
    const file = path.join(MODELS, request.url);
    const headers = { "access-control-allow-origin": "*", "access-control-expose-headers": "content-range, etag" };
    if (!file.startsWith(MODELS) || !existsSync(file)) return response.writeHead(404, headers).end();
    const bytes = readFileSync(file);
    const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0);
    this.log.push(`${path.basename(file)} ${from}`);
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
    if (from + piece.length === bytes.length) return response.end(piece);
    response.write(piece, () => setTimeout(() => request.socket.destroy(), 50));
  }

  close() {
    this.server.closeAllConnections();
    return new Promise((done) => this.server.close(done));
  }
}
