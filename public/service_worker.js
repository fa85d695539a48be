// Keeps the page for visits without a network, one build at a time: a build's files are fetched and checked into a cache of
// their own, and only a whole one takes over. What is taken from the cache is checked again, and fetched anew if damaged.
// The build (e2e/complete.mjs) writes here the SHA-256 of every file by its address below the scope.
const BUILD = { build: "", page: {}, onceUsed: {} };
/** One origin may have the page at several addresses. Spaces are in no address and in no build. */
const PREFIX = `triptych-page ${new URL(registration.scope).pathname} `;
const CACHE = PREFIX + BUILD.build;
const FILES = { ...BUILD.page, ...BUILD.onceUsed };
/** What a host may write anew beside the page: kept as it comes. */
const UNCHECKED = ["models.json"];
/** An address two folders down, from where the page finds none of its files. */
const TOO_DEEP = /^([^/?#]+)\/[^?#]*/;
const TELLS_ITS_CONTENT = /-[0-9a-f]{8,16}(_bg)?\.(js|wasm|css|svg)$|\?v=[0-9a-f]{8,16}$/;
/** How long the network may take to begin an answer that the cache has too; one that was silent gets no such time for a while. */
const PATIENCE_MS = 5000;
const DOUBT_MS = 30_000;
let doubtedUntil = 0;

const isTokenizer = (name) => name.startsWith("tokenizer");
const urlOf = (name) => new URL(name, registration.scope).href;

async function isWhole(response, name) {
  if (!response?.ok) return false;
  if (UNCHECKED.includes(name)) return true;
  const digest = await crypto.subtle.digest("SHA-256", await response.clone().arrayBuffer());
  const hex = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex === FILES[name];
}

/** The file as this build has it: from the cache of an older build, from the network, or past the browser's own cache. */
async function find(name) {
  const url = urlOf(name);
  const older = await caches.match(url, { ignoreSearch: true, ignoreVary: true });
  if (await isWhole(older, name)) return older;
  for (const cache of ["default", "reload"]) {
    const response = await fetch(url, { cache });
    if (await isWhole(response, name)) return response;
  }
  throw new Error(`${url} is another than this build's`);
}

async function keep(names) {
  const cache = await caches.open(CACHE);
  for (const name of names) {
    if (!(await kept(name))) await cache.put(urlOf(name), await find(name));
  }
}

/** The file in this build's cache; a damaged one goes. */
async function kept(name) {
  const cache = await caches.open(CACHE);
  const found = await cache.match(urlOf(name), { ignoreVary: true });
  if (!found || (await isWhole(found, name))) return found;
  await cache.delete(urlOf(name));
}

/** The names of what is kept. What is done without until it is used is kept of every later build too. */
async function wanted() {
  const isUsed = (name) => caches.match(urlOf(name), { ignoreSearch: true, ignoreVary: true });
  const names = Object.keys(BUILD.onceUsed);
  const used = await Promise.all(names.map(isUsed));
  return [...Object.keys(BUILD.page), ...names.filter((_, at) => used[at])];
}

/** Completes and repairs what is kept; what the host does not have as this build has it is left for a later visit. */
async function mend(names) {
  for (const name of names) await keep([name]).catch(() => {});
}

async function install() {
  await keep(await wanted());
  await mend(UNCHECKED);
}
// A lock by the name of the cache says that it is in use.
addEventListener("install", (event) => event.waitUntil(navigator.locks.request(CACHE, { mode: "shared" }, install)));

/** Deletes the caches of builds that no page shows any more. */
async function clear() {
  if (registration.waiting || registration.installing) return;
  const { held } = await navigator.locks.query();
  const inUse = new Set([CACHE, ...held.map((lock) => lock.name)]);
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith(PREFIX) && !inUse.has(name)).map((name) => caches.delete(name)));
}
addEventListener("activate", (event) => event.waitUntil(clients.claim().then(clear)));

addEventListener("message", (event) => {
  if (event.data === "build") event.ports[0].postMessage(BUILD.build);
  if (event.data === "visit") event.waitUntil(clear().then(wanted).then((names) => mend([...names, ...UNCHECKED])));
  if (event.data === "take over") event.waitUntil(skipWaiting());
  if (event.data === "tokenizers") event.waitUntil(keep(Object.keys(BUILD.onceUsed).filter(isTokenizer)));
});

addEventListener("fetch", (event) => {
  const { request } = event;
  const isOurs = request.method === "GET" && request.url.startsWith(registration.scope) && !request.headers.has("range");
  if (isOurs) event.respondWith(answer(event));
});

async function answer(event) {
  const { request } = event;
  // Every address below the scope is the page itself.
  const name = request.mode === "navigate" ? "" : request.url.slice(registration.scope.length);
  // A page of an older build that is still open has its own files in its own cache.
  if (UNCHECKED.includes(name)) return newest(event, name);
  if (!(name in FILES)) return (await caches.match(request)) ?? fetch(request);
  // A reload asks for the page past the browser's cache, and start.js for every file of a page that did not start.
  if (["reload", "no-store"].includes(request.cache) && request.mode !== "navigate") return renewed(event, name);
  if (!TELLS_ITS_CONTENT.test(name)) return newest(event, name);
  return (await kept(name)) ?? found(event, name);
}

/** A file whose name tells its content, and a copy into the cache. */
async function found(event, name) {
  const response = await find(name).catch(() => fetch(event.request));
  event.waitUntil(copy(name, response.clone()));
  return response;
}

/** What was asked for past the caches renews them. */
async function renewed(event, name) {
  try {
    const response = await fetch(event.request);
    event.waitUntil(copy(name, response.clone()));
    return response;
  } catch (error) {
    return (await kept(name)) ?? Promise.reject(error);
  }
}

async function copy(name, response) {
  if (await isWhole(response, name)) await (await caches.open(CACHE)).put(urlOf(name), response);
}

/** From the network while there is one that answers, else from the cache. */
async function newest(event, name) {
  const { request } = event;
  const patience = new Promise((late) => setTimeout(late, Date.now() < doubtedUntil ? 0 : PATIENCE_MS, "late"));
  const asked = fetch(request);
  const first = await Promise.race([asked, patience]).catch(() => undefined);
  doubtedUntil = first === "late" ? Date.now() + DOUBT_MS : 0;
  // An encoder is kept once it has been asked for.
  if (first?.ok && (UNCHECKED.includes(name) || name in BUILD.onceUsed)) event.waitUntil(copy(name, first.clone()));
  const address = request.url.slice(registration.scope.length);
  if (request.mode === "navigate" && !first?.ok && TOO_DEEP.test(address)) {
    return Response.redirect(urlOf(address.replace(TOO_DEEP, "$1")));
  }
  // A static host answers deep links with the page and status 404.
  // Hosts that know a room by its folder send the browser there.
  if (first?.type === "opaqueredirect") return first;
  const isThere = request.mode === "navigate" ? [200, 404].includes(first?.status) && (await hasProgram(first)) : first?.ok;
  if (isThere) return first;
  return (await kept(name)) ?? asked;
}

/** Whether the host has the program of the page that it sends; while it gets a new build, that may not be there yet. */
async function hasProgram(page) {
  const html = await page.clone().text();
  const [, program] = html.match(/name="?program"? content="([^"]*)"/) ?? [];
  if (!program || html.includes(BUILD.build)) return true;
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const asked = program.split(" ", 2).map((name) => fetch(urlOf(name), { method: "HEAD", signal }));
  return Promise.all(asked).then((answers) => answers.every((response) => response.ok), () => false);
}
