// Memory of an engine, whichever it is: counted at the browser's own interfaces.

/** Begins to count; returns a function that tells `{ wasm, gpu }`, the most bytes there have been of either. */
export function watchMemory() {
  const gpu = watchBuffers();
  const memories = watchModules();
  // A WebAssembly memory never shrinks.
  const wasm = () => [...memories].reduce((sum, memory) => sum + memory.buffer.byteLength, 0);
  return () => ({ wasm: wasm(), gpu: gpu.peak });
}

/** Bytes of the GPU buffers that have been created and not destroyed. */
function watchBuffers() {
  const count = { now: 0, peak: 0 };
  if (!("GPUDevice" in self)) return count;
  const alive = new WeakSet();
  const { createBuffer } = GPUDevice.prototype;
  GPUDevice.prototype.createBuffer = function (descriptor) {
    const buffer = createBuffer.call(this, descriptor);
    alive.add(buffer);
    count.now += buffer.size;
    count.peak = Math.max(count.peak, count.now);
    return buffer;
  };
  const { destroy } = GPUBuffer.prototype;
  GPUBuffer.prototype.destroy = function () {
    if (alive.delete(this)) count.now -= this.size;
    return destroy.call(this);
  };
  return count;
}

/** The memories that modules import or export. */
function watchModules() {
  const memories = new Set();
  const keep = (object) => {
    for (const value of Object.values(object)) if (value instanceof WebAssembly.Memory) memories.add(value);
  };
  for (const name of ["instantiate", "instantiateStreaming"]) {
    const instantiate = WebAssembly[name];
    WebAssembly[name] = async (source, imports) => {
      const result = await instantiate.call(WebAssembly, source, imports);
      Object.values(imports ?? {}).forEach(keep);
      // A module gives an instance, bytes give both.
      keep((result.instance ?? result).exports);
      return result;
    };
  }
  return memories;
}
