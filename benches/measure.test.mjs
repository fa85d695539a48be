// The comparison by itself: sides that tell made-up times.
import assert from "node:assert/strict";
import { test } from "node:test";
import { measure, measureAlone, measureTraining } from "./measure.mjs";
import { HEAD, cells, cellsWriting, markdown, markdownOfTraining, table, writes } from "./report.mjs";

/** A side whose runs take these milliseconds in turn. */
function side(times, error = 0) {
  let run = 0;
  const memory = { wasm: 2 ** 21, gpu: 0 };
  return { run: async () => ({ ms: times[run++ % times.length], error, memory }) };
}

test("the ratio is that of the medians", async () => {
  const found = await measure({ ours: side([4000]), ort: side([6000]) });
  assert.deepEqual([found.ours_ms, found.ort_ms, found.ratio, found.rounds], [4000, 6000, 1.5, 3]);
  assert.deepEqual(found.ours_ms_spread, [4000, 4000]);
});

test("quick cases are repeated more often, up to a limit", async () => {
  const found = await measure({ ours: side([1, 2, 3, 5]), ort: side([1]) });
  assert.equal(found.rounds, 41);
  assert.deepEqual(found.ours_ms_spread, [1, 5]);
});

test("a side that is wrong is not measured", async () => {
  for (const error of [1e-3, NaN, null]) {
    await assert.rejects(measure({ ours: side([1]), ort: side([1], error) }), /expected the reference/);
    await assert.rejects(measure({ ours: side([1], error), ort: side([1]) }), /expected the reference/);
  }
});

test("a report says whether a goal is met, and leaves out memory that nobody told", async () => {
  const found = await measure({ ours: side([4000]), ort: side([6000]) });
  const rows = [{ case: "easy", goal: 1.3, ...found }, { case: "hard", goal: 5, ...found }];
  assert.match(table(HEAD, rows.map(cells)), /easy .* yes .*\n.*hard .* no .*wasm 2 \/ wasm 2\n/);
  const machine = { cpu: "a", cores: 2, memory_bytes: 2 ** 30, system: "b", load: 0 };
  const alone = [{ case: "quick", goal_ms: 5, ...(await measureAlone(side([4]))) }];
  const text = markdown({ rows, alone, date: "2026-01-02T03", machine, versions: { node: "4" } });
  assert.match(text, /2026-01-02.*[^]*\| hard \| 1\.50 \| 5\.00 \| no \|[^]*\| quick \| 5 \| yes \| 4\.00 /);
});

test("what a token costs late in a text is told beside what it costs early", async () => {
  const writer = (late) => {
    let token = 0;
    return { run: async () => (({ at }) => ({ ms: at < 48 ? 101 : late, at, error: 0, memory: {} }))({ at: (7 * token++) % 64 }) };
  };
  const found = await measure({ ours: writer(101), ort: writer(202) });
  assert.deepEqual([found.ours_growth, found.ort_growth], [1, 2]);
  const rows = [{ case: "text", ...found }, { case: "picture", ...(await measure({ ours: side([4000]), ort: side([6000]) })) }];
  assert.deepEqual(rows.filter(writes).map(cellsWriting), [["text", "9.9", "9.9", "1.00 / 2.00"]]);
});

test("training is compared where both sides learn the same", async () => {
  const learner = (ms, slope) => {
    let step = 0;
    return { run: async () => ({ ms, loss: 5 - slope * step++, memory: {} }) };
  };
  const found = await measureTraining({ ours: learner(20, 0.1), torch: learner(10, 0.1) });
  assert.deepEqual([found.ours_ms, found.torch_ms, found.ratio, found.max_error], [20, 10, 0.5, 0]);
  const machine = { cpu: "a", cores: 2, memory_bytes: 2 ** 30, system: "b", load: 0 };
  const rows = [{ case: "small", goal: 0.35, ...found }];
  assert.match(markdownOfTraining({ rows, date: "2026-01-02", machine, versions: {} }), /\| small \| 0\.50 \| 0\.35 \| yes \|/);
  await assert.rejects(measureTraining({ ours: learner(20, 0.1), torch: learner(10, 0.2) }), /expected losses within/);
});
