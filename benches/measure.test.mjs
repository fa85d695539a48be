// The comparison by itself: sides that tell made-up times.
import assert from "node:assert/strict";
import { test } from "node:test";
import { measure } from "./measure.mjs";
import { markdown, table } from "./report.mjs";

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
  const found = await measure({ ours: side([1, 2, 3]), ort: side([1]) });
  assert.equal(found.rounds, 41);
  assert.deepEqual(found.ours_ms_spread, [1, 3]);
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
  assert.match(table({ rows }), /easy .* yes .*\n.*hard .* no .*wasm 2 \/ wasm 2\n/);
  const machine = { cpu: "a", cores: 2, memory_bytes: 2 ** 30, system: "b", load: 0 };
  assert.match(markdown({ rows, date: "2026-01-02T03", machine, versions: { node: "4" } }), /2026-01-02.*[^]*\| hard \| 1\.50 \| 5\.00 \| no \|/);
});
