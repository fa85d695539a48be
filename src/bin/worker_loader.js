// Runs the page's program once more, as the engine. The page sends its script's URL, its compiled module and the name of a lock.
self.onmessage = async ({ data }) => {
  self.onmessage = null;
  try {
    const [script, module, lock] = data;
    await holdForever(lock);
    const program = await import(script);
    await program.default({ module_or_path: module });
  } catch (error) {
    // Thrown outside of the promise it reaches the page as the worker's error event; inside it would be lost.
    setTimeout(() => {
      throw error;
    });
  }
};
self.onmessageerror = () => {
  throw new Error("the browser could not hand over the program");
};

// Holds a lock as long as this worker lives: no event tells the page of a worker that ends without an error, but the lock comes free.
// Resolves when it is held, or where there is none: on a page without https, or in a browser that denies it.
const holdForever = (lock) =>
  new Promise((held) => {
    if (!navigator.locks) return held();
    const hold = () => {
      held();
      return new Promise(() => {});
    };
    navigator.locks.request(lock, hold).catch(held);
  });

// The engine calls this before it opens a published checkpoint's tokenizer, and again after a module has stopped; nothing else needs
// it. The query is the build's digest: it makes the browser fetch a new build's files. A script of another fragment is a module of its
// own, with memory of its own, and the same file.
let loads = 0;
self.loadTokenizers = async () => {
  const [script, program] = ["tokenizer.js", "tokenizer_bg.wasm"].map((name) => new URL(name + self.location.search, self.location));
  const module = await import(`${script}#${loads++}`);
  await module.default({ module_or_path: program });
  // The checkpoint is used without a network from now on: update.js has the files kept.
  const used = new BroadcastChannel("triptych-tokenizers");
  used.postMessage("used");
  used.close();
  return module;
};
