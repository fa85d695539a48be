// One side of a comparison in a worker of its own: what the first message names is opened, and run by each later one.
// The reply is milliseconds up to the result in host memory, the largest error of a value or the loss, of a token its place in
// the text, and memory in bytes.
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

async function engine(root) {
  const ours = await import(`${root}/web/bench.js`);
  await ours.default({ module_or_path: `${root}/web/bench_bg.wasm` });
  return ours;
}

async function files({ root, folder }) {
  const files = ["config.json", "model.safetensors"].map((name) => bytes(`${root}/models/${folder}/${name}`));
  return (await Promise.all(files)).map((file) => new Uint8Array(file));
}

/** Ours: a function from pictures to unit vectors. */
async function openOurs(settings) {
  const { root, batch, backend } = settings;
  const { Bench } = await engine(root);
  const bench = await Bench.open(backend === "webgpu", ...(await files(settings)));
  return (pixels) => bench.embed(batch, pixels);
}

/** By the entry that its documentation names for the backend. */
async function onnxRuntime(root, backend) {
  const dist = `${root}/node_modules/onnxruntime-web/dist/`;
  const ort = await import(`${dist}ort.${backend}.bundle.min.mjs`);
  ort.env.wasm.wasmPaths = dist;
  ort.env.wasm.numThreads = 1;
  return ort;
}

async function openSession(ort, url, options) {
  return ort.InferenceSession.create(new Uint8Array(await bytes(url)), options);
}

/** ONNX Runtime's. */
async function openOrt({ root, folder, batch, side, backend }) {
  const ort = await onnxRuntime(root, backend);
  const session = await openSession(ort, `${root}/models/${folder}/model_${batch}.onnx`, { executionProviders: [backend] });
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

/** Milliseconds of `work`, and what it returned. */
async function timed(work) {
  const start = performance.now();
  const found = await work();
  return { ms: performance.now() - start, found };
}

/** Pictures to unit vectors, by either side. */
async function openEmbed(settings) {
  const { root, folder, batch, side, engine } = settings;
  const embed = await (engine === "ours" ? openOurs : openOrt)(settings);
  const pixels = await values(`${root}/models/${folder}/pixels.f32`, batch * 3 * side * side);
  const { projection_dim } = JSON.parse(new TextDecoder().decode(await bytes(`${root}/models/${folder}/config.json`)));
  const expected = await values(`${root}/models/${folder}/embeds.f32`, batch * projection_dim);
  return async () => {
    const { ms, found } = await timed(() => embed(pixels));
    return { ms, error: largestError(found, expected) };
  };
}

/** Ours: a function from a place in the text to the logits that follow its token. */
async function openOurWriting(settings, pixels, ids) {
  const { DecoderBench } = await engine(settings.root);
  const bench = await DecoderBench.open(settings.backend === "webgpu", ...(await files(settings)), pixels, Uint32Array.from(ids));
  return (at) => bench.after(at);
}

/** Of BLIP base's decoder. */
const [LAYERS, HEADS, HEAD_DIM] = [12, 12, 64];

/** ONNX Runtime's; what its decoder keeps stays where the backend computes. */
async function openOrtWriting({ root, folder, backend }, _, ids) {
  const ort = await onnxRuntime(root, backend);
  const names = Array.from({ length: LAYERS }, (_, i) => [`${i}.key`, `${i}.value`]).flat();
  const location = backend === "webgpu" ? "gpu-buffer" : "cpu";
  const preferredOutputLocation = Object.fromEntries(names.map((name) => [`present.${name}`, location]));
  const options = { executionProviders: [backend], preferredOutputLocation };
  const session = await openSession(ort, `${root}/models/${folder}/decoder.onnx`, options);
  const empty = () => new ort.Tensor("float32", new Float32Array(0), [1, HEADS, 0, HEAD_DIM]);
  const int64 = (value, dims) => new ort.Tensor("int64", [BigInt(value)], dims);
  let past = [];
  return async (at) => {
    const kept = at === 0 ? names.map(empty) : past;
    const feeds = { ids: int64(ids[at], [1, 1]), at: int64(at, [1]) };
    names.forEach((name, i) => (feeds[`past.${name}`] = kept[i]));
    const found = await session.run(feeds);
    past.forEach((tensor) => tensor.dispose());
    past = names.map((name) => found[`present.${name}`]);
    return found.logits.getData();
  };
}

/** The tokens of a text, one at a time and again from the first. */
async function openWrite(settings) {
  const { root, folder, engine } = settings;
  const [ids, pixels] = ["ids.json", "pixels.f32"].map((name) => bytes(`${root}/models/${folder}/${name}`));
  const text = JSON.parse(new TextDecoder().decode(await ids));
  const open = engine === "ours" ? openOurWriting : openOrtWriting;
  const after = await open(settings, new Float32Array(await pixels), text);
  const expected = new Float32Array(await bytes(`${root}/models/${folder}/logits.f32`));
  const width = expected.length / text.length;
  let next = 0;
  return async () => {
    const at = next;
    next = (at + 1) % text.length;
    const { ms, found } = await timed(() => after(at));
    return { ms, at, error: largestError(found, expected.subarray(at * width, (at + 1) * width)) };
  };
}

/** Steps of training on the pictures of the folder, taken again from the first where there are fewer. */
async function openTrain(settings) {
  const { root, folder, batch, side } = settings;
  const { Learner } = await engine(root);
  const known = new Float32Array(await bytes(`${root}/models/${folder}/pixels.f32`));
  const pixels = Float32Array.from({ length: batch * 3 * side * side }, (_, i) => known[i % known.length]);
  const learner = await Learner.open(...(await files(settings)), batch, pixels);
  return async () => {
    const { ms, found } = await timed(() => learner.step());
    return { ms, loss: found };
  };
}

async function openSearch({ root }) {
  const { Seeker } = await engine(root);
  const seeker = Seeker.open();
  return async () => {
    const { ms } = await timed(() => seeker.find());
    return { ms, error: seeker.error() };
  };
}

const TASKS = { embed: openEmbed, write: openWrite, train: openTrain, search: openSearch };

let run = null;
self.onmessage = async ({ data }) => {
  try {
    if (run === null) {
      run = await TASKS[data.task](data);
      postMessage({});
    } else {
      postMessage({ ...(await run()), memory: memory() });
    }
  } catch (error) {
    postMessage({ failure: panic || String(error?.stack ?? error) });
  }
};
