"""ONNX Runtime's side of `cargo xtask bench --against ort` in writing, as `benches/native.mjs` starts it.

    python python/bench_ort_decoder.py target/bench/models/blip-base THREADS

Answers every line of its input with a token of the text: milliseconds, the token's place, and the largest error of a
logit.
"""

import json
import sys
import time
from itertools import cycle
from pathlib import Path

import numpy as np
import onnxruntime


def main():
    folder, threads = Path(sys.argv[1]), int(sys.argv[2])
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(folder / "decoder.onnx"), options, providers=["CPUExecutionProvider"])
    ids = json.loads((folder / "ids.json").read_text())
    expected = np.fromfile(folder / "logits.f32", np.float32).reshape(len(ids), -1)
    inputs = {given.name: given.shape for given in session.get_inputs() if given.name.startswith("past.")}
    outputs = ["logits", *(name.replace("past", "present") for name in inputs)]
    for at, _ in zip(cycle(range(len(ids))), sys.stdin, strict=False):
        if at == 0:
            past = [np.zeros((1, heads, 0, dim), np.float32) for _, heads, _, dim in inputs.values()]
        start = time.perf_counter()
        feeds = {"ids": np.array([[ids[at]]]), "at": np.array([at]), **dict(zip(inputs, past, strict=True))}
        logits, *past = session.run(outputs, feeds)
        ms = 1e3 * (time.perf_counter() - start)
        error = float(np.abs(logits[0, 0] - expected[at]).max())
        print(json.dumps({"ms": ms, "at": at, "error": error}), flush=True)


if __name__ == "__main__":
    main()
