// Keeps the page for visits without a network. Files whose names or queries tell their content are taken from the cache
// first; everything else from the network while there is one.
const CACHE = "triptych-page";
const TELLS_ITS_CONTENT = /-[0-9a-f]{8,16}(_bg)?\.(js|wasm|css|svg)$|\?v=[0-9a-f]{8,16}$/;

addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));

// The page lists what it is made of: that is kept, and whatever an older build has left goes. What the page does without
// until it is used (worker_loader.js puts it here) is kept of every later build too.
addEventListener("message", (event) => event.waitUntil(keepOnly(event.data)));

async function keepOnly({ madeOf, onceUsed }) {
  const cache = await caches.open(CACHE);
  const path = (url) => new URL(url).pathname;
  const known = await cache.keys();
  const paths = new Set(known.map((request) => path(request.url)));
  const urls = [...madeOf, ...onceUsed.filter((url) => paths.has(path(url)))];
  const wanted = new Set(urls);
  const kept = new Set();
  for (const request of known) {
    if (wanted.has(request.url)) kept.add(request.url);
    else await cache.delete(request);
  }
  for (const url of urls) {
    if (kept.has(url)) continue;
    const response = await fetch(url).catch(() => null);
    if (response?.ok) await cache.put(url, response);
  }
}

addEventListener("fetch", (event) => {
  const { request } = event;
  const isOurs = request.method === "GET" && request.url.startsWith(registration.scope) && !request.headers.has("range");
  if (isOurs) event.respondWith(answer(request));
});

async function answer(request) {
  const cache = await caches.open(CACHE);
  if (TELLS_ITS_CONTENT.test(request.url)) {
    const known = await cache.match(request);
    if (known) return known;
  }
  try {
    const response = await fetch(request);
    // Only what the page has listed is kept.
    if (response.ok && (await cache.match(request))) await cache.put(request, response.clone());
    return response;
  } catch (error) {
    // Every address below the scope is the page itself.
    const known = await cache.match(request.mode === "navigate" ? registration.scope : request);
    if (known) return known;
    throw error;
  }
}
