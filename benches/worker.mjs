// One side of a comparison in a worker of its own: a model is opened by the first message and run by each later one.
// The reply is milliseconds up to the result in host memory, the largest error of a value, and memory in bytes.
import { watchMemory } from "./memory.mjs";

const memory = watchMemory();
let panic = "";
self.reportPanic = (message) => {
  panic = message;
};

async function bytes(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: status ${response.status}`);
  return response.arrayBuffer();
}

const values = async (url, count) => new Float32Array(await bytes(url), 0, count);

/** Ours: a function from pictures to unit vectors. */
async function openOurs({ root, folder, batch, backend }) {
  const engine = await import(`${root}/web/bench.js`);
  await engine.default({ module_or_path: `${root}/web/bench_bg.wasm` });
  const files = ["config.json", "model.safetensors"].map((name) => bytes(`${root}/models/${folder}/${name}`));
  const [config, weights] = (await Promise.all(files)).map((file) => new Uint8Array(file));
  const bench = await engine.Bench.open(backend === "webgpu", config, weights);
  return (pixels) => bench.embed(batch, pixels);
}

/** ONNX Runtime's, by the entry that its documentation names for the backend. */
async function openOrt({ root, folder, batch, side, backend }) {
  const dist = `${root}/node_modules/onnxruntime-web/dist/`;
  const ort = await import(`${dist}ort.${backend}.bundle.min.mjs`);
  ort.env.wasm.wasmPaths = dist;
  ort.env.wasm.numThreads = 1;
  const model = new Uint8Array(await bytes(`${root}/models/${folder}/model_${batch}.onnx`));
  const session = await ort.InferenceSession.create(model, { executionProviders: [backend] });
  return async (pixels) => {
    const input = new ort.Tensor("float32", pixels, [batch, 3, side, side]);
    const { embeds } = await session.run({ pixels: input });
    return embeds.getData();
  };
}

/** NaN where any value is. */
function largestError(found, expected) {
  if (found.length !== expected.length) throw new Error(`expected ${expected.length} values, found ${found.length}`);
  return found.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i])), 0);
}

async function open(settings) {
  const { root, folder, batch, side, engine } = settings;
  const embed = await (engine === "ours" ? openOurs : openOrt)(settings);
  const pixels = await values(`${root}/models/${folder}/pixels.f32`, batch * 3 * side * side);
  const { projection_dim } = JSON.parse(new TextDecoder().decode(await bytes(`${root}/models/${folder}/config.json`)));
  const expected = await values(`${root}/models/${folder}/embeds.f32`, batch * projection_dim);
  return async () => {
    const start = performance.now();
    const found = await embed(pixels);
    const ms = performance.now() - start;
    return { ms, error: largestError(found, expected), memory: memory() };
  };
}

let run = null;
self.onmessage = async ({ data }) => {
  try {
    if (run === null) {
      run = await open(data);
      postMessage({});
    } else {
      postMessage(await run());
    }
  } catch (error) {
    postMessage({ failure: panic || String(error?.stack ?? error) });
  }
};
