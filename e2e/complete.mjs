// Completes the page that Trunk has written: names the program and the worker by their content, writes the page's policy,
// the files that answer the rooms' addresses, the lists of lessons, and the list of files that public/service_worker.js keeps. Run again, it does
// the same of what has changed since.
// Usage: node complete.mjs FOLDER
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

/** Files whose names Trunk does not hash; the loader fetches the others by the query of its own URL. */
const UNHASHED = ["worker_loader.js", "tokenizer.js", "tokenizer_bg.wasm"];
/** The encoders of other modalities and the networks of tasks: all weights beside the model's own. */
export const ON_DEMAND = /playroom\/(?!model\.)\w+\.safetensors$/;
/** What only they need who load a published checkpoint or compare other modalities; kept once it has been used. */
const isOnceUsed = (name) => UNHASHED.slice(1).includes(name) || ON_DEMAND.test(name);
/**
 * Not part of the page: who answers for rooms and for unknown paths, what robots, previews and installation read, papers beside
 * the files, and the list of models, which whoever hosts the page may write anew.
 */
const LEFT_OUT = /\.html$|^(service_worker\.js|robots\.txt|models\.json|preview\.png|manifest\.webmanifest|icons\/.*)$|\.(txt|md|csv)$|eval-compose\.json$|senses(-2)?\.json$/;
/** The rooms, as src/ui/view/rooms.rs has them: a test there holds the two to each other. */
export const ROOMS = JSON.parse(readFileSync(new URL("../src/ui/view/rooms.json", import.meta.url), "utf8"));

const digest = (bytes, encoding = "hex") => createHash("sha256").update(bytes).digest(encoding);

/** Replaces exactly one place: none or several are a page that this script does not know. */
export function replaceOne(text, pattern, replacement) {
  const places = text.match(new RegExp(pattern.source, `${pattern.flags}g`)) ?? [];
  if (places.length !== 1) throw new Error(`expected one place like ${pattern}, found ${places.length}`);
  return text.replace(pattern, () => replacement);
}

/** The page without Trunk's inline script, which the policy forbids: public/start.js takes the program by the link to it. */
export function withoutInlineScript(html) {
  return html.replace(/<script type="?module"?[^>]*>[^<]*TrunkApplicationStarted[^<]*<\/script>/, "");
}

/** Browsers do not check the integrity of what `fetch` takes from a preload, and warn. */
export function withoutIntegrityOfPreloads(html) {
  return html.replace(/<link rel="?preload"?[^>]*>/g, (link) => link.replace(/ integrity="?[^"\s>]*"?/, ""));
}

const SHEET = /<link [^>]*rel="?stylesheet"?[^>]*>/g;

/** One style sheet of all that the page links, in their order: a request for each would put off the first text. */
export function withOneStyleSheet(html, read, write) {
  const links = html.match(SHEET);
  const names = links.map((link) => link.match(/href="?(?:\.\/)?([^"\s>]+)/)[1]);
  if (names.length === 1) return [html, []];
  const css = names.map((name) => read(name)).join("\n");
  const name = `style-${digest(css).slice(0, 16)}.css`;
  write(name, css);
  const rest = links.slice(1).reduce((text, link) => text.replace(link, ""), html);
  return [rest.replace(links[0], `<link rel="stylesheet" href="${name}" integrity="sha256-${digest(css, "base64")}">`), names];
}

/** The style that stands in the page is allowed by its digest. */
export function withStyleInPolicy(html) {
  const [, style] = html.match(/<style>([\s\S]*?)<\/style>/);
  return replaceOne(html, /style-src 'self'[^;]*;/, `style-src 'self' 'sha256-${digest(style, "base64")}';`);
}

/**
 * Who answers for unknown paths sends the page from two folders down too, where it finds none of its files by their relative
 * addresses. It goes one step up then: from `caption/` to `caption`, from `a/b` to `a`.
 */
const STEP_UP = `addEventListener("error", async ({ target }) => {
  if (target.src !== new URL("start.js", document.baseURI).href) return;
  const { status } = await fetch(target.src, { method: "HEAD" });
  if (status === 404) location.replace(location.pathname.replace(/\\/[^/]*$/, "") + location.search + location.hash);
}, true);`;

/** The page for unknown paths: with one script of its own, which the policy allows by its digest. */
export function forUnknownPaths(html) {
  const allowed = replaceOne(html, /script-src 'self'/, `script-src 'self' 'sha256-${digest(STEP_UP, "base64")}'`);
  const loader = html.match(/<script [^>]*start\.js[^>]*>/)[0];
  return replaceOne(allowed, /<script [^>]*start\.js[^>]*>/, `<script>${STEP_UP}</script>${loader}`);
}

/** The page for a room's address: with the room's own title and description for those who only read its head, and its own heading and
 * sentence until the room is there. */
export function forRoom(html, { title, subtitle, about, has_stage }) {
  const texts = [
    [/<h1>[^<]*</, `<h1>${title}<`],
    [/(?<=<\/h1>\s*)<p class="quiet">[^<]*</, `<p class="quiet">${subtitle}<`],
    [/<div class="shelf"><\/div>/, has_stage ? '<div class="shelf"></div>' : ""],
    [/<section class="stage home">[\s\S]*?(?=<noscript>)/, `<section class="stage"><p class="prose">${about}</p>`],
    [/<title>[^<]*</, `<title>${title} · Triptych<`],
    [/name="description" content="[^"]*"/, `name="description" content="${about}"`],
    [/property="og:title" content="[^"]*"/, `property="og:title" content="${title} · Triptych"`],
    [/property="og:description" content="[^"]*"/, `property="og:description" content="${about}"`],
  ];
  return texts.reduce((text, [pattern, replacement]) => replaceOne(text, pattern, replacement), html);
}

/** The same page from one folder down: addresses that are relative begin one folder up. Previews do not know of a base. */
export function oneFolderDown(html) {
  const [, base] = html.match(/<base href="([^"]*)"/);
  const isRelative = !/^(\/|[a-z]+:)/.test(base);
  const page = replaceOne(html, /content="preview\.png"/, 'content="../preview.png"');
  return isRelative ? replaceOne(page, /<base href="[^"]*"/, `<base href="../${base.replace(/^\.\//, "")}"`) : page;
}

/** What lessons there are in a folder of one language, by their first section: as src/ui/lessons/index.rs reads it. */
export function lessonsOf(folder) {
  const read = (name) => JSON.parse(readFileSync(path.join(folder, name), "utf8"));
  const names = readdirSync(folder).filter((name) => name.endsWith(".json") && !["index.json", "courses.json"].includes(name));
  const lessons = names.map((name) => {
    const { title, goal, section, minutes, steps } = read(name);
    const rooms = new Set(steps.flatMap(({ state }) => (state ? [state.split("?")[0]] : [])));
    return { id: name.replace(".json", ""), title, goal, section, minutes, steps: steps.length, rooms: [...rooms] };
  });
  const first = ({ section }) => parseFloat(section);
  return { lessons: lessons.sort((a, b) => first(a) - first(b)), courses: read("courses.json") };
}

/** What is downloaded, in the order in which a visit needs it: as src/ui/rooms/teachers/downloads.rs reads it. */
const DOWNLOADS = "downloads.json";

/** The bytes of files, as they are and as a server sends them that compresses. */
function downloadsOf(folder, files) {
  const read = (name) => readFileSync(path.join(folder, name));
  const group = (group, names) => ({
    group,
    bytes: names.reduce((sum, name) => sum + read(name).length, 0),
    gzip: names.reduce((sum, name) => sum + Math.min(read(name).length, gzipSync(read(name)).length), 0),
  });
  const isTokenizer = (name) => UNHASHED.slice(1).includes(name);
  return [
    group("page", files.filter((name) => !isOnceUsed(name))),
    group("modalities", files.filter((name) => ON_DEMAND.test(name))),
    group("tokenizers", files.filter(isTokenizer)),
  ];
}

const LIST = /^const BUILD = (.*);$/m;

/** The completed page's build, as its service worker has it: the SHA-256 of each file by its address below the page's. */
export function filesOf(folder) {
  return JSON.parse(readFileSync(path.join(folder, "service_worker.js"), "utf8").match(LIST)[1]);
}

/** Completes the page in this folder. */
export function complete(folder) {
  const read = (name) => readFileSync(path.join(folder, name));
  const text = (name) => read(name).toString();
  const write = (name, content) => writeFileSync(path.join(folder, name), content);

  const loader = digest(Buffer.concat(UNHASHED.map(read))).slice(0, 16);
  const wasm = readdirSync(folder).find((name) => /^app-.*_bg\.wasm$/.test(name));
  if (!wasm) throw new Error(`expected the program's module in ${folder}`);
  const [page, sheets] = withOneStyleSheet(withoutIntegrityOfPreloads(withoutInlineScript(text("index.html"))), text, write);
  sheets.forEach((name) => rmSync(path.join(folder, name)));
  let html = withStyleInPolicy(page);
  html = replaceOne(html, /worker_loader\.js(\?v=[0-9a-f]+)?/, `worker_loader.js?v=${loader}`);
  const program = [wasm.replace("_bg.wasm", ".js"), wasm, statSync(path.join(folder, wasm)).size].join(" ");
  html = replaceOne(html, /name="program" content="[^"]*"/, `name="program" content="${program}"`);

  for (const language of readdirSync(path.join(folder, "lessons"), { withFileTypes: true }).filter((entry) => entry.isDirectory())) {
    const lessons = `lessons/${language.name}`;
    write(`${lessons}/index.json`, JSON.stringify(lessonsOf(path.join(folder, lessons))));
  }

  const names = readdirSync(folder, { recursive: true }).map((name) => name.replaceAll(path.sep, "/"));
  const measured = names.filter((name) => name !== DOWNLOADS && statSync(path.join(folder, name)).isFile() && !LEFT_OUT.test(name));
  write(DOWNLOADS, JSON.stringify(downloadsOf(folder, measured)));
  const files = [...measured, DOWNLOADS].sort();
  const address = (name) => (UNHASHED.includes(name) ? `${name}?v=${loader}` : name);
  const list = (names) => Object.fromEntries(names.map((name) => [address(name), digest(read(name))]));
  const kept = list(files.filter((name) => !isOnceUsed(name)));
  const onceUsed = list(files.filter(isOnceUsed));

  html = replaceOne(html, /name="build" content="[^"]*"/, `name="build" content=""`);
  const build = digest(JSON.stringify([html, kept, onceUsed])).slice(0, 16);
  html = replaceOne(html, /name="build" content=""/, `name="build" content="${build}"`);
  // The address of the page itself is that of its folder.
  kept[""] = digest(html);
  write("index.html", html);
  write("404.html", forUnknownPaths(html));
  // Some hosts answer `retrieve` by the one, others by the other.
  for (const room of ROOMS) {
    const page = forRoom(html, room);
    write(`${room.room}.html`, page);
    mkdirSync(path.join(folder, room.room), { recursive: true });
    write(`${room.room}/index.html`, oneFolderDown(page));
  }
  write("service_worker.js", replaceOne(text("service_worker.js"), LIST, `const BUILD = ${JSON.stringify({ build, page: kept, onceUsed })};`));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) complete(process.argv[2]);
