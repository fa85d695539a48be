// Runs before the page: the theme without a flash, what may become a script or markup, the program with its progress, and a
// sentence where the page cannot start.
(() => {
  const root = document.documentElement;
  // From now on words come from here; until then index.html has its own.
  root.dataset.watched = "true";
  let theme = null;
  try {
    theme = localStorage.getItem("theme");
  } catch {
    // Storage is denied: the system's theme it is.
  }
  theme ??= matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  root.dataset.theme = theme;
  // Nor is a rail to be seen first where there will be none.
  const asked = new URLSearchParams(location.search);
  for (const mode of ["present", "embed"]) root.toggleAttribute(`data-${mode}`, asked.get(mode) === "1");

  const ours = (name) => new URL(name, document.baseURI).href;
  const hasStarted = () => root.dataset.started === "true";

  // Trusted Types, where the browser has them: every string that is to become a script's address, markup or code passes
  // here. The page starts two scripts by their address. Its components parse their fixed parts as markup, which holds no
  // script, no handler and no address but links. No string becomes code.
  const STARTED = ["worker_loader.js", "service_worker.js"];
  const ATTRIBUTE = /\s+(?:href="(?:https:[^"<>]*|[^":&<>]*)"|(?!on|src|href|xlink|action|formaction|data[\s=])[a-z][\w:.-]*(?:="[^"<>]*")?)/.source;
  const ELEMENT = `<(?!(?:script|style|iframe|frame|object|embed|link|meta|base|form|template|animate|set|use)\\b)[a-z][\\w-]*(?:${ATTRIBUTE})*\\s*/?>`;
  const MARKUP = new RegExp(`^(?:[^<]|</[a-z][\\w-]*>|${ELEMENT})*$`, "i");
  globalThis.trustedTypes?.createPolicy("default", {
    createScriptURL: (url) => (STARTED.some((name) => ours(url).split("?")[0] === ours(name)) ? url : null),
    createHTML: (html) => (MARKUP.test(html) ? html : null),
  });

  let place = null;
  /** Says what is wrong above the page. A sentence of waiting takes no other's place: what came before it is still wrong. */
  function tell(sentence, { canReload = true, detail = "", isWaiting = false } = {}) {
    place = document.getElementById("trouble");
    // The page is parsed while this script runs.
    if (!place) return setTimeout(tell, 50, sentence, { canReload, detail, isWaiting });
    if (isWaiting && place.firstChild) return;
    const note = document.createElement("p");
    note.className = "failure";
    note.setAttribute("role", "alert");
    note.textContent = sentence + " ";
    if (canReload) {
      const again = document.createElement("button");
      again.className = "button";
      again.textContent = "Load the page again";
      again.addEventListener("click", () => {
        again.disabled = true;
        again.textContent = "Loading";
        renew();
      });
      note.append(again);
    }
    if (detail) {
      const code = document.createElement("code");
      code.textContent = detail;
      note.append(code);
    }
    place.replaceChildren(note);
    place.dataset.isWaiting = isWaiting;
  }

  /** Fetches what the page is made of past every cache, so that none keeps a damaged file, and loads the page again. */
  async function renew() {
    const linked = [...document.querySelectorAll("script[src], link[href]")].map((element) => element.src ?? element.href);
    const unlinked = ["./", "update.js", ...["config.json", "tokenizer.json", "model.safetensors"].map((name) => `models/playroom/${name}`)];
    const urls = [...linked, ...program().slice(0, 2), ours(document.querySelector("meta[name=worker]").content), ...unlinked.map(ours)];
    const fetched = urls.map((url) => fetch(url, { cache: "reload" }).then((response) => response.arrayBuffer()));
    await Promise.race([Promise.allSettled(fetched), new Promise((enough) => setTimeout(enough, 20_000))]);
    location.reload();
  }

  // A function that returns a vector of 16 bytes: valid only with SIMD.
  const simd = [0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11];
  const canRun = typeof WebAssembly === "object" && WebAssembly.validate(new Uint8Array(simd));

  let violation = "";
  addEventListener("securitypolicyviolation", (event) => {
    if (event.disposition === "enforce") violation = `Stopped by the page's policy: ${event.effectiveDirective} ${event.blockedURI}`;
  });

  let hasTold = false;
  function fail(error) {
    // Afterwards only a page that has stopped altogether is worth a word.
    if (hasTold || !canRun || (hasStarted() && !(error instanceof WebAssembly.RuntimeError))) return;
    hasTold = true;
    root.dataset.unstyled = "true";
    const detail = [error?.message, violation].filter(Boolean).join(". ");
    tell(hasStarted() ? "The page has stopped. Your place is kept in its address." : "The page could not be loaded completely.", { detail });
  }
  /** A page without its style runs, but may not look like one. */
  function missStyle(detail) {
    if (hasTold) return;
    root.dataset.unstyled = "true";
    tell("The page’s style could not be loaded: what you see may look wrong.", { detail });
  }
  /** The style sheets that have not come, came under a wrong type or are empty. Whose fetch has failed may not be read. */
  function lostSheets() {
    return [...document.querySelectorAll("link[rel=stylesheet]")].filter((link) => {
      try {
        return !link.sheet?.cssRules.length;
      } catch {
        return true;
      }
    });
  }
  addEventListener(
    "error",
    (event) => {
      const isFile = event.target instanceof Element;
      // A font, an icon or a picture is none that the page cannot do without.
      if (!isFile) fail(event.error);
      else if (event.target.matches("script")) fail(new Error(event.target.src));
      else if (event.target.matches("link[rel=stylesheet]")) missStyle(event.target.href);
    },
    true,
  );
  addEventListener("unhandledrejection", (event) => fail(event.reason));

  // A connection that is silent for so long is told, and what it keeps waiting for is done without where that can be.
  const SILENCE_MS = 15_000;
  let heard = performance.now();
  function hear() {
    heard = performance.now();
    if (place?.dataset.isWaiting === "true" && !hasTold) place.replaceChildren();
  }
  addEventListener("load", hear, true);
  const watch = setInterval(() => {
    const isWhole = hasStarted() && document.readyState !== "loading";
    if (isWhole || hasTold) clearInterval(watch);
    if (isWhole || hasTold || performance.now() - heard < SILENCE_MS) return;
    // A style sheet that does not come keeps the rest of the page from being parsed.
    const late = lostSheets();
    late.forEach((link) => link.remove());
    if (late.length > 0) {
      heard = performance.now();
      missStyle(late[0].href);
    } else {
      root.dataset.unstyled = "true";
      tell("Nothing has come for 15 seconds: the connection is slow or was interrupted.", { isWaiting: true });
    }
  }, 1000);

  /** The program's script, its module, and the module's size in bytes. */
  function program() {
    const [script, module, size] = document.querySelector("meta[name=program]").content.split(" ");
    return [ours(script), ours(module), Number(size)];
  }

  function show(bytes, size) {
    hear();
    const bar = document.querySelector("#page > .loading");
    if (!bar || hasStarted()) return;
    const megabytes = (bytes) => (bytes / 1e6).toFixed(1);
    const words = `Loading the page: ${megabytes(bytes)} of ${megabytes(size)} MB`;
    const line = bar.querySelector(":scope > span");
    if (line.textContent !== words) line.textContent = words;
    bar.querySelector("i").style.width = `${(100 * bytes) / size}%`;
  }

  async function count(body, size) {
    const reader = body.getReader();
    for (let bytes = 0, piece; !(piece = await reader.read()).done; ) show((bytes += piece.value.length), size);
  }

  async function compile(url, size) {
    const response = await fetch(url);
    if (!response.ok) throw new Error(`${url}: the server answered ${response.status}`);
    // What breaks off here breaks off below too.
    count(response.clone().body, size).catch(() => {});
    const isNamed = response.headers.get("content-type") === "application/wasm";
    return isNamed ? WebAssembly.compileStreaming(response) : WebAssembly.compile(await response.arrayBuffer());
  }

  const parsed = new Promise((parsed) => {
    if (document.readyState !== "loading") parsed();
    else addEventListener("DOMContentLoaded", parsed);
  });

  // A style sheet may have failed before this script came to hear of it.
  addEventListener("load", () => lostSheets().slice(0, 1).forEach((link) => missStyle(link.href)));

  async function start() {
    const [script, url, size] = program();
    const [bindings, module] = await Promise.all([import(script).finally(hear), compile(url, size), parsed]);
    await bindings.default({ module_or_path: module });
    // Only for visits without a network, and for newer builds.
    import(ours("update.js")).catch(() => {});
  }
  if (canRun) start().catch(fail);
  else {
    tell("Triptych computes with WebAssembly SIMD, which this browser does not have. Any Chrome, Edge, Firefox or Safari since the middle of 2023 runs it.", {
      canReload: false,
    });
  }
})();
