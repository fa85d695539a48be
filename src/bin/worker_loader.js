// Starts the engine in a Web Worker. The query is the build's digest: it makes the browser fetch a new build's files.
importScripts("worker.js" + self.location.search);
wasm_bindgen({ module_or_path: "worker_bg.wasm" + self.location.search }).catch((error) => {
  // Thrown outside of the promise it reaches the page as the worker's error event; inside it would be lost.
  setTimeout(() => {
    throw error;
  });
});
