// Runs before the page: the theme without a flash, and a sentence where the page cannot start.
(() => {
  let theme = null;
  try {
    theme = localStorage.getItem("theme");
  } catch {
    // Storage is denied: the system's theme it is.
  }
  theme ??= matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  document.documentElement.dataset.theme = theme;

  function tell(sentence, canReload) {
    const note = document.createElement("p");
    note.className = "failure";
    note.setAttribute("role", "alert");
    note.textContent = sentence + " ";
    if (canReload) {
      const again = document.createElement("a");
      again.href = "";
      again.textContent = "Load the page again";
      note.append(again);
    }
    document.getElementById("trouble")?.replaceChildren(note);
  }

  // A function that returns a vector of 16 bytes: valid only with SIMD.
  const simd = [0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11];
  addEventListener("DOMContentLoaded", () => {
    if (typeof WebAssembly !== "object" || !WebAssembly.validate(new Uint8Array(simd))) {
      tell("Triptych computes with WebAssembly SIMD, which this browser does not have. Any Chrome, Edge, Firefox or Safari since the middle of 2023 runs it.", false);
    }
  });

  let hasTold = false;
  function fail(error) {
    const hasStarted = document.documentElement.dataset.started === "true";
    // Afterwards only a page that has stopped altogether is worth a word.
    if (hasTold || (hasStarted && !(error instanceof WebAssembly.RuntimeError))) return;
    hasTold = true;
    tell(hasStarted ? "The page has stopped. Your place is kept in its address." : "The page could not be loaded completely.", true);
  }
  // What the page is made of, for visits without a network; told when the page has settled.
  const PLAYROOM = ["config.json", "tokenizer.json", "eval.json", "model.safetensors"];
  function madeOf() {
    const loader = document.querySelector("meta[name=worker]").content;
    const query = loader.slice(loader.indexOf("?"));
    const names = ["", "start.js", "baked.json", "models.json", loader];
    names.push(...PLAYROOM.map((name) => `models/playroom/${name}`));
    const urls = (names) => names.map((name) => new URL(name, document.baseURI).href);
    const loaded = performance.getEntriesByType("resource").map((entry) => entry.name);
    return {
      madeOf: [...new Set([...urls(names), ...loaded.filter((url) => url.startsWith(document.baseURI))])],
      onceUsed: urls([`tokenizer.js${query}`, `tokenizer_bg.wasm${query}`]),
    };
  }
  addEventListener("load", () => {
    // Denied in private windows, and on pages that did not come by https.
    const registered = navigator.serviceWorker?.register("service_worker.js").then(() => navigator.serviceWorker.ready);
    registered?.then((registration) => setTimeout(() => registration.active.postMessage(madeOf()), 5000), () => {});
  });

  addEventListener("error", (event) => fail(event.error), true);
  addEventListener("unhandledrejection", (event) => fail(event.reason));
})();
