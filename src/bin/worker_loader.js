// Runs the page's program once more, as the engine. The page sends its script's URL and its compiled module.
self.onmessage = async ({ data }) => {
  self.onmessage = null;
  try {
    const [script, module] = data;
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

// The engine calls this before it opens a published checkpoint's tokenizer; nothing else needs the module. The query is the
// build's digest: it makes the browser fetch a new build's files.
self.loadTokenizers = async () => {
  const [script, program] = ["tokenizer.js", "tokenizer_bg.wasm"].map((name) => new URL(name + self.location.search, self.location));
  const module = await import(script);
  await module.default({ module_or_path: program });
  // The checkpoint is used without a network from now on; the cache is that of service_worker.js, and may be denied.
  self.caches?.open("triptych-page").then((cache) => cache.addAll([script, program])).catch(() => {});
  return module;
};
