// Runs both sides of a case in turn, so that what else the machine does meets both.
import { setTimeout as sleep } from "node:timers/promises";

/** A case is repeated for about so many milliseconds, within these bounds. */
const BUDGET_MS = 20_000;
const ROUNDS = { least: 3, most: 41 };
/** Each side runs at least once and so many milliseconds before it counts. */
const WARM_MS = 1_000;
/** Threads of a side may spin for a while after a run. */
const REST_MS = 50;
/** A processor that has rested is slow at first, and its second core slower: quick runs come in bursts of so many milliseconds. */
const BURST_MS = 100;
/** Largest error of a value of a unit vector or of a logit; both sides compute in f32. */
const TOLERANCE = 1e-4;
/** Tokens before and from these places are early and late in a text. */
const [EARLY, LATE] = [16, 48];
/** Steps of training whose losses are compared, in nats; they warm the sides up too. */
const COMPARED = 8;
const LOSS_TOLERANCE = 1e-3;
/** Steps of training that are timed. */
const STEPS = 25;

/** Figures of `{ ours, ort }`: medians and extremes in milliseconds, ORT's over ours, errors, memory in bytes. */
export async function measure({ ours, ort }) {
  const first = [await warm(ours), await warm(ort)];
  const once = first[0].ms + first[1].ms;
  const rounds = Math.min(ROUNDS.most, Math.max(ROUNDS.least, Math.round(BUDGET_MS / once)));
  const runs = { ours: [], ort: [] };
  for (let round = 0; round < rounds; round++) {
    runs.ours.push(...(await burst(ours)));
    runs.ort.push(...(await burst(ort)));
  }
  const [mine, theirs] = [figures(runs.ours), figures(runs.ort)];
  return {
    ours_ms: mine.median,
    ort_ms: theirs.median,
    ratio: theirs.median / mine.median,
    max_error: mine.error,
    ort_max_error: theirs.error,
    rounds,
    ours_ms_spread: mine.spread,
    ort_ms_spread: theirs.spread,
    ours_peak_bytes: mine.memory,
    ort_peak_bytes: theirs.memory,
    ...(runs.ours[0].at === undefined ? {} : { ours_growth: growth(runs.ours), ort_growth: growth(runs.ort) }),
  };
}

/** The median of late tokens over that of early ones; null where there are none of either. */
function growth(runs) {
  const [early, late] = [runs.filter(({ at }) => at < EARLY), runs.filter(({ at }) => at >= LATE)];
  return early.length && late.length ? figures(late).median / figures(early).median : null;
}

/** Figures of a side by itself. */
export async function measureAlone(side) {
  await warm(side);
  const runs = [];
  for (let round = 0; round < ROUNDS.most; round++) runs.push(...(await burst(side)));
  const { median, spread, error, memory } = figures(runs);
  return { ours_ms: median, ours_ms_spread: spread, max_error: error, ours_peak_bytes: memory, rounds: ROUNDS.most };
}

/** Figures of `{ ours, torch }` in training: both take the same steps, and the losses of the first ones are compared. */
export async function measureTraining({ ours, torch }) {
  const runs = { ours: [], torch: [] };
  const step = async () => {
    runs.ours.push(await rested(ours));
    runs.torch.push(await rested(torch));
  };
  for (let warm = 0; warm < COMPARED; warm++) await step();
  const apart = runs.ours.map(({ loss }, i) => Math.abs(loss - runs.torch[i].loss));
  const error = Math.max(...apart);
  if (!(error <= LOSS_TOLERANCE)) throw new Error(`expected losses within ${LOSS_TOLERANCE}, found ${error}`);
  for (let round = 0; round < STEPS; round++) await step();
  const [mine, theirs] = [runs.ours, runs.torch].map((all) => figures(all.slice(COMPARED)));
  return {
    ours_ms: mine.median,
    torch_ms: theirs.median,
    ratio: theirs.median / mine.median,
    max_error: error,
    rounds: STEPS,
    ours_ms_spread: mine.spread,
    torch_ms_spread: theirs.spread,
    ours_peak_bytes: mine.memory,
    torch_peak_bytes: theirs.memory,
  };
}

async function warm(side) {
  const end = performance.now() + WARM_MS;
  let last;
  do last = (await burst(side)).at(-1);
  while (performance.now() < end);
  return last;
}

async function rested(side) {
  await sleep(REST_MS);
  return side.run();
}

/** Runs of a side one after the other for a while, all of them right; the second half counts. */
async function burst(side) {
  const runs = [await rested(side)];
  for (let spent = runs[0].ms; spent < BURST_MS; spent += runs.at(-1).ms) runs.push(await side.run());
  for (const { error } of runs) {
    if (!(Number.isFinite(error) && error <= TOLERANCE)) {
      throw new Error(`expected the reference within ${TOLERANCE}, found an error of ${error}`);
    }
  }
  return runs.slice(runs.length >> 1);
}

function figures(runs) {
  const times = runs.map((run) => run.ms).sort((a, b) => a - b);
  const middle = times.length / 2;
  const median = (times[Math.floor(middle)] + times[Math.ceil(middle) - 1]) / 2;
  const error = Math.max(...runs.map((run) => run.error));
  return { median, spread: [times[0], times.at(-1)], error, memory: runs.at(-1).memory };
}
