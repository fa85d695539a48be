// The document of a comparison for people.

const MIB = 2 ** 20;

const milliseconds = (value) => value.toFixed(value < 100 ? 2 : 0);
const times = (median, [least, most]) => `${milliseconds(median)} (${milliseconds(least)} to ${milliseconds(most)})`;

/** Mebibytes by kind, such as `wasm 12 + gpu 340`; what was not told or is nothing is left out. */
function memory(bytes) {
  const kinds = Object.entries(bytes).filter(([, count]) => count);
  return kinds.map(([kind, count]) => `${kind} ${Math.round(count / MIB)}`).join(" + ");
}

export const HEAD = ["case", "ratio", "goal", "met", "ours, ms", "ORT, ms", "rounds", "error, ours / ORT", "peak MiB, ours / ORT"];

/** Ours beside a peer; `errors` is how far either is from the truth, or both are from each other. */
function compared(row, peer, errors) {
  return [
    row.case,
    row.ratio.toFixed(2),
    row.goal.toFixed(2),
    row.ratio >= row.goal ? "yes" : "no",
    times(row.ours_ms, row.ours_ms_spread),
    times(row[`${peer}_ms`], row[`${peer}_ms_spread`]),
    String(row.rounds),
    errors.map((error) => error.toExponential(1)).join(" / "),
    `${memory(row.ours_peak_bytes)} / ${memory(row[`${peer}_peak_bytes`])}`,
  ];
}

export const cells = (row) => compared(row, "ort", [row.max_error, row.ort_max_error]);

export const HEAD_WRITING = ["case", "tokens/s, ours", "tokens/s, ORT", "a late token over an early one, ours / ORT"];

/** Of the rows that write; the others have none. */
export function cellsWriting(row) {
  const growth = [row.ours_growth, row.ort_growth].map((ratio) => ratio?.toFixed(2) ?? "-");
  return [row.case, ...[row.ours_ms, row.ort_ms].map((ms) => (1000 / ms).toFixed(1)), growth.join(" / ")];
}

export const writes = (row) => row.ours_growth !== undefined;

export const HEAD_ALONE = ["case", "goal, ms", "met", "ours, ms", "rounds", "error", "peak MiB"];

export function cellsAlone(row) {
  return [
    row.case,
    row.goal_ms.toFixed(0),
    row.ours_ms <= row.goal_ms ? "yes" : "no",
    times(row.ours_ms, row.ours_ms_spread),
    String(row.rounds),
    row.max_error.toExponential(1),
    memory(row.ours_peak_bytes),
  ];
}

export const HEAD_TRAINING = ["case", "ratio", "goal", "met", "ours, ms a step", "PyTorch, ms a step", "steps", "losses apart", "peak MiB, ours / PyTorch"];

export const cellsTraining = (row) => compared(row, "torch", [row.max_error]);

/** Columns for a terminal. */
export function table(head, rows) {
  const lines = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  return lines.map((line) => `${line.map((cell, column) => cell.padEnd(widths[column])).join("  ").trimEnd()}\n`).join("");
}

function tableOfMarkdown(head, rows) {
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function about({ machine, versions }) {
  return `- machine: ${machine.cpu}, ${machine.cores} cores, ${Math.round(machine.memory_bytes / MIB)} MiB, ${machine.system}; load at the start ${machine.load.toFixed(1)}
- versions: ${Object.entries(versions).map(([name, version]) => `${name} ${version}`).join(", ")}`;
}

/** `benches/RESULTS.md`. */
export function markdown({ rows, alone, date, ...where }) {
  return `# Beside ONNX Runtime

Written by \`cargo xtask bench --against ort --write\` on ${date.slice(0, 10)}.

Both sides run the same weights and pictures in turn, warm, in the same session; times are medians with least and most,
from pictures in host memory to unit vectors there, or from a token of a caption to the logits of what follows it, with what
the decoder keeps of the tokens before; what it reads of its picture is part of ONNX Runtime's graph, which spares that side
a copy. Quick runs come in bursts of a tenth of a second, of which the second half counts. The ratio is ONNX Runtime's median
over ours, the error the largest of a value against a reference in f64. Peak memory is that of WebAssembly memories and of
GPU buffers, natively what the process held at most.

${about(where)}

${tableOfMarkdown(HEAD, rows.map(cells))}

In writing, the same rows by tokens; early are those before the 17th, late those from the 49th of a text of 64:

${tableOfMarkdown(HEAD_WRITING, rows.filter(writes).map(cellsWriting))}

By itself; the error is the largest difference from a full scan in f32, which must find the same rows:

${tableOfMarkdown(HEAD_ALONE, alone.map(cellsAlone))}
`;
}

/** `benches/TRAINING.md`. */
export function markdownOfTraining({ rows, date, ...where }) {
  return `# Training beside PyTorch

Written by \`cargo xtask bench --against torch --write\` on ${date.slice(0, 10)}.

Both sides train the image tower of the same CLIP from the same weights on the same batch: gradients of every weight, their
norm clipped, AdamW. They step in turn; times are medians with least and most. The ratio is PyTorch's median over ours. The
losses of the first steps are compared, in nats.

${about(where)}

${tableOfMarkdown(HEAD_TRAINING, rows.map(cellsTraining))}
`;
}
