"""ONNX Runtime's side of `cargo xtask bench --against ort`, as `benches/native.mjs` starts it.

    python python/bench_ort.py target/bench/models/vit BATCH THREADS

Answers every line of its input with a run: milliseconds, and the largest error of a value.
"""

import json
import sys
import time
from pathlib import Path

import numpy as np
import onnxruntime


def main():
    folder, batch, threads = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    model = str(folder / f"model_{batch}.onnx")
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    shape = session.get_inputs()[0].shape
    pixels = np.fromfile(folder / "pixels.f32", np.float32, np.prod(shape)).reshape(shape)
    expected = np.fromfile(folder / "embeds.f32", np.float32).reshape(-1, session.get_outputs()[0].shape[1])[:batch]
    for _ in sys.stdin:
        start = time.perf_counter()
        (embeds,) = session.run(["embeds"], {"pixels": pixels})
        ms = 1e3 * (time.perf_counter() - start)
        print(json.dumps({"ms": ms, "error": float(np.abs(embeds - expected).max())}), flush=True)


if __name__ == "__main__":
    main()
