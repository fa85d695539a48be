// Keeps the page for visits without a network (service_worker.js), and says when a newer one is there.
const BUILD = document.querySelector("meta[name=build]").content;
/** The engine's files come first. */
const PAUSE_MS = 5000;

// Held as long as this page is open: its build's files are kept until then. Where cookies are blocked nothing is kept.
const PLACE = new URL("./", document.baseURI).pathname;
navigator.locks?.request(`triptych-page ${PLACE} ${BUILD}`, { mode: "shared" }, () => new Promise(() => {})).catch(() => {});

/** Which build a service worker keeps. */
function buildOf(worker) {
  const { port1, port2 } = new MessageChannel();
  worker.postMessage("build", [port2]);
  return new Promise((answered) => (port1.onmessage = ({ data }) => answered(data)));
}

function offer(load) {
  const note = document.createElement("p");
  note.className = "note";
  note.setAttribute("role", "status");
  const words = document.createElement("span");
  words.textContent = "A newer version of this page is there. Your place is kept in the address.";
  const button = document.createElement("button");
  button.className = "button";
  button.textContent = "Load the new page";
  button.addEventListener("click", load);
  note.append(words, button);
  document.getElementById("newer").replaceChildren(note);
}

const reload = () => location.reload();

/** A build that is kept whole and waits: this page's own takes over, a newer one when the visitor says so. */
async function consider(worker) {
  if ((await buildOf(worker)) === BUILD) return worker.postMessage("take over");
  offer(() => {
    navigator.serviceWorker.addEventListener("controllerchange", reload);
    worker.postMessage("take over");
  });
}

async function keep() {
  const registration = await navigator.serviceWorker.register("service_worker.js");
  const follow = (worker) =>
    worker?.addEventListener("statechange", () => {
      if (worker.state === "installed" && registration.active) consider(worker);
    });
  follow(registration.installing);
  registration.addEventListener("updatefound", () => follow(registration.installing));
  // Another page has let a newer build take over.
  navigator.serviceWorker.addEventListener("controllerchange", async () => {
    const { controller } = navigator.serviceWorker;
    if (controller && (await buildOf(controller)) !== BUILD) offer(reload);
  });
  // worker_loader.js says when a checkpoint's tokenizer has been opened, which needs no network from then on.
  await navigator.serviceWorker.ready;
  registration.active.postMessage("visit");
  tokenizers.then(() => registration.active.postMessage("tokenizers"));
}
const tokenizers = new Promise((used) => new BroadcastChannel("triptych-tokenizers").addEventListener("message", used));

/** Considers a build that waits already; whether there is one. */
async function considerWaiting() {
  const registration = await navigator.serviceWorker?.getRegistration();
  if (registration?.waiting && registration.active) consider(registration.waiting);
  return Boolean(registration?.waiting);
}

// Without the service worker the host may have forgotten the files of this build when the engine is started again.
addEventListener("enginefailed", async () => {
  if (await considerWaiting()) return;
  const response = await fetch(new URL("./", document.baseURI), { cache: "no-store" });
  const [, newest] = (await response.text()).match(/name="?build"? content="?([0-9a-f]+)/) ?? [];
  if (newest && newest !== BUILD) offer(reload);
});

// Denied in private windows, and on pages that did not come by https.
if (navigator.serviceWorker) {
  considerWaiting().catch(() => {});
  setTimeout(() => keep().catch(() => {}), PAUSE_MS);
}
