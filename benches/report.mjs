// The document of a comparison for people.

const MIB = 2 ** 20;

const milliseconds = (value) => value.toFixed(value < 100 ? 2 : 0);
const times = (median, [least, most]) => `${milliseconds(median)} (${milliseconds(least)} to ${milliseconds(most)})`;

/** Mebibytes by kind, such as `wasm 12 + gpu 340`; what was not told or is nothing is left out. */
function memory(bytes) {
  const kinds = Object.entries(bytes).filter(([, count]) => count);
  return kinds.map(([kind, count]) => `${kind} ${Math.round(count / MIB)}`).join(" + ");
}

function cells(row) {
  return [
    row.case,
    row.ratio.toFixed(2),
    row.goal.toFixed(2),
    row.ratio >= row.goal ? "yes" : "no",
    times(row.ours_ms, row.ours_ms_spread),
    times(row.ort_ms, row.ort_ms_spread),
    String(row.rounds),
    `${row.max_error.toExponential(1)} / ${row.ort_max_error.toExponential(1)}`,
    `${memory(row.ours_peak_bytes)} / ${memory(row.ort_peak_bytes)}`,
  ];
}

const HEAD = ["case", "ratio", "goal", "met", "ours, ms", "ORT, ms", "rounds", "error, ours / ORT", "peak MiB, ours / ORT"];

/** Columns for a terminal. */
export function table({ rows }) {
  const lines = [HEAD, ...rows.map(cells)];
  const widths = HEAD.map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  return lines.map((line) => `${line.map((cell, column) => cell.padEnd(widths[column])).join("  ").trimEnd()}\n`).join("");
}

/** `benches/RESULTS.md`. */
export function markdown({ rows, date, machine, versions }) {
  const line = (cells) => `| ${cells.join(" | ")} |`;
  return `# Beside ONNX Runtime

Written by \`cargo xtask bench --against ort --write\` on ${date.slice(0, 10)}.

Both sides run the same weights and pictures in turn, warm, in the same session; times are medians with least and most,
from pictures in host memory to unit vectors there. The ratio is ONNX Runtime's median over ours, the error the largest
of a value against a reference in f64. Peak memory is that of WebAssembly memories and of GPU buffers, natively what the
process held at most.

- machine: ${machine.cpu}, ${machine.cores} cores, ${Math.round(machine.memory_bytes / MIB)} MiB, ${machine.system}; load at the start ${machine.load.toFixed(1)}
- versions: ${Object.entries(versions).map(([name, version]) => `${name} ${version}`).join(", ")}

${[HEAD, HEAD.map(() => "---"), ...rows.map(cells)].map(line).join("\n")}
`;
}
