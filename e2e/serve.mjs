// A static file server that answers as GitHub Pages does: gzip only, `a` by a.html or else by way of `a/`, and 404.html for
// unknown paths.
// Usage: node serve.mjs FOLDER PORT
import { createReadStream, existsSync, statSync } from "node:fs";
import { createServer } from "node:http";
import path from "node:path";
import { Transform, pipeline } from "node:stream";
import { fileURLToPath } from "node:url";
import { createGzip } from "node:zlib";

const TYPES = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".ico": "image/x-icon",
  ".jpg": "image/jpeg",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".mjs": "text/javascript; charset=utf-8",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".wasm": "application/wasm",
  ".webmanifest": "application/manifest+json",
  ".woff2": "font/woff2",
};
const COMPRESSED_ALREADY = new Set([".jpg", ".png", ".woff2", ".safetensors", ".onnx", ".f32"]);

/** The file that answers a path below `folder`, or null: outside of it, or not there. */
function fileFor(folder, pathname) {
  const file = path.join(folder, pathname);
  if (file !== folder && !file.startsWith(folder + path.sep)) return null;
  const isFile = (name) => existsSync(name) && statSync(name).isFile();
  return [file, `${file}.html`, path.join(file, "index.html")].find(isFile) ?? null;
}

/** Lets all answers of a server together have so many bytes a second. */
function paced(site) {
  return new Transform({
    transform(piece, _, passed) {
      const start = Math.max(Date.now(), site.free ?? 0);
      site.free = start + (1000 * piece.length) / site.bytesPerSecond;
      setTimeout(() => passed(null, piece), site.free - Date.now());
    },
  });
}

/**
 * Serves `folder` under the sub-path `base`, files to be kept for `maxAge` seconds; resolves to the server, its address and a
 * function that ends it. `site` is what may change while it serves: these, the `bytesPerSecond`, and `trouble`, which may
 * answer a path below the base in its own way and then returns true.
 */
export function serve(folder, { port = 0, base = "/", maxAge = 0 } = {}) {
  const site = { folder, maxAge, bytesPerSecond: Infinity, trouble: () => false };
  const server = createServer((request, response) => {
    const root = path.resolve(site.folder);
    const pathname = decodePath(request.url);
    const below = pathname?.startsWith(base) ? pathname.slice(base.length) : null;
    if (site.trouble(below, response, request)) return;
    const found = below === null ? null : fileFor(root, below);
    // Of a folder only its address with a slash at the end has the files below it.
    if (below && !below.endsWith("/") && found === path.join(root, below, "index.html")) {
      const { pathname, search } = new URL(request.url, "http://localhost");
      return response.writeHead(301, { location: `${pathname}/${search}` }).end();
    }
    const file = found ?? fileFor(root, "404.html");
    if (!file) return response.writeHead(404).end();
    const ending = path.extname(file);
    const headers = {
      "content-type": TYPES[ending] ?? "application/octet-stream",
      "cache-control": site.maxAge > 0 ? `max-age=${site.maxAge}` : "no-cache",
    };
    const zipped = !COMPRESSED_ALREADY.has(ending) && /\bgzip\b/.test(request.headers["accept-encoding"] ?? "");
    if (zipped) headers["content-encoding"] = "gzip";
    else headers["content-length"] = statSync(file).size;
    response.writeHead(found ? 200 : 404, headers);
    if (request.method === "HEAD") return response.end();
    const steps = [createReadStream(file), zipped && createGzip(), site.bytesPerSecond < Infinity && paced(site), response];
    pipeline(steps.filter(Boolean), () => {}); // A visitor who leaves in the middle is no error.
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      const address = `http://127.0.0.1:${server.address().port}${base}`;
      const close = () => {
        server.closeAllConnections();
        return new Promise((done) => server.close(done));
      };
      resolve({ address, close, site });
    });
  });
}

function decodePath(url) {
  try {
    return decodeURIComponent(new URL(url, "http://localhost").pathname);
  } catch {
    return null;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [folder, port] = process.argv.slice(2);
  try {
    const { address } = await serve(folder, { port: Number(port) });
    console.log(`Triptych is at ${address} (Ctrl-C ends it)`);
  } catch (error) {
    const taken = error.code === "EADDRINUSE";
    console.error(taken ? `port ${port} is taken; try: cargo xtask serve --port 0` : String(error));
    process.exitCode = 1;
  }
}
