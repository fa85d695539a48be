"""BLIP's caption decoder with random weights, once for each side of `cargo xtask bench --against ort`.

    pip install -r benches/requirements.txt
    python python/bench_decoder.py target/bench/models/blip-base

Writes `config.json` and `model.safetensors` as transformers keeps a `BlipForConditionalGeneration` whose decoder is that of
BLIP base and whose vision tower hands its patches on (one layer that adds nothing); `decoder.onnx`, a step of the decoder
with its cache, with the same weights as an exporter would write them; a picture, `pixels.f32` [1, 3, S, S]; the tokens of
a text, `ids.json`; and the logits that follow each of them, `logits.f32` [T, V], computed here in f64.
"""

import json
import sys
from math import erf
from pathlib import Path

import numpy as np
from onnx import save_model

from bench_graph import Graph, Reference, Weights, attention, heads

WIDTH, DEPTH, HEADS, HIDDEN, VOCABULARY, POSITIONS, TOKENS = 768, 12, 12, 3072, 30524, 512, 64
SIDE, PATCH = 384, 16
VISION_EPS, TEXT_EPS = 1e-5, 1e-12
TEXT = {"vocab_size": VOCABULARY, "hidden_size": WIDTH, "intermediate_size": HIDDEN, "num_hidden_layers": DEPTH,
        "num_attention_heads": HEADS, "max_position_embeddings": POSITIONS}  # fmt: skip
VISION = {"hidden_size": WIDTH, "intermediate_size": 1, "num_hidden_layers": 1, "num_attention_heads": HEADS,
          "image_size": SIDE, "patch_size": PATCH}  # fmt: skip
BERT, HEAD = "text_decoder.bert", "text_decoder.cls.predictions"


def draw():
    weights = Weights(7)
    embeddings = "vision_model.embeddings"
    weights.draw(f"{embeddings}.class_embedding", (1, 1, WIDTH), 1)
    weights.draw(f"{embeddings}.patch_embedding.weight", (WIDTH, 3, PATCH, PATCH), (3 * PATCH**2) ** -0.5)
    weights.draw(f"{embeddings}.patch_embedding.bias", (WIDTH,), 0.1)
    weights.draw(f"{embeddings}.position_embedding", (1, (SIDE // PATCH) ** 2 + 1, WIDTH), 1)
    layer = "vision_model.encoder.layers.0"
    for name in ["layer_norm1", "layer_norm2"]:
        weights.norm(f"{layer}.{name}", WIDTH)
    for name, inner, outer in [("self_attn.qkv", WIDTH, 3 * WIDTH), ("self_attn.projection", WIDTH, WIDTH),
                               ("mlp.fc1", WIDTH, 1), ("mlp.fc2", 1, WIDTH)]:  # fmt: skip
        scale = 0 if name in ("self_attn.projection", "mlp.fc2") else 1
        weights.draw(f"{layer}.{name}.weight", (outer, inner), scale * inner**-0.5)
        weights.draw(f"{layer}.{name}.bias", (outer,), scale)
    weights.norm("vision_model.post_layernorm", WIDTH)

    # Small, because the table also makes the logits.
    weights.draw(f"{BERT}.embeddings.word_embeddings.weight", (VOCABULARY, WIDTH), WIDTH**-0.5)
    weights.draw(f"{BERT}.embeddings.position_embeddings.weight", (POSITIONS, WIDTH), WIDTH**-0.5)
    weights.norm(f"{BERT}.embeddings.LayerNorm", WIDTH)
    for i in range(DEPTH):
        layer = f"{BERT}.encoder.layer.{i}"
        for part in ["attention", "crossattention"]:
            for name in ["query", "key", "value"]:
                weights.linear(f"{layer}.{part}.self.{name}", WIDTH, WIDTH)
            weights.linear(f"{layer}.{part}.output.dense", WIDTH, WIDTH)
            weights.norm(f"{layer}.{part}.output.LayerNorm", WIDTH)
        weights.linear(f"{layer}.intermediate.dense", WIDTH, HIDDEN)
        weights.linear(f"{layer}.output.dense", HIDDEN, WIDTH)
        weights.norm(f"{layer}.output.LayerNorm", WIDTH)
    weights.linear(f"{HEAD}.transform.dense", WIDTH, WIDTH)
    weights.norm(f"{HEAD}.transform.LayerNorm", WIDTH)
    weights.draw(f"{HEAD}.bias", (VOCABULARY,), 0.1)
    return weights


def states(weights, pixels):
    """What the vision tower hands to the decoder, [1, P + 1, D], in f64."""
    exact, embeddings = Reference(weights, VISION_EPS), "vision_model.embeddings"
    across = SIDE // PATCH
    x = pixels.astype(np.float64).reshape(1, 3, across, PATCH, across, PATCH)
    x = x.transpose(0, 2, 4, 1, 3, 5).reshape(1, across * across, -1)
    x = x @ exact.weights[f"{embeddings}.patch_embedding.weight"].reshape(WIDTH, -1).T
    x = x + exact.weights[f"{embeddings}.patch_embedding.bias"]
    x = np.concatenate([exact.weights[f"{embeddings}.class_embedding"], x], 1)
    return exact.norm(x + exact.weights[f"{embeddings}.position_embedding"], "vision_model.post_layernorm")


def memory(weights, source):
    """Keys and values by which each layer reads `source`, [1, H, S, D / H] each, in f64."""
    exact = Reference(weights, TEXT_EPS)
    path = f"{BERT}.encoder.layer.%d.crossattention.self.%s"
    return [[heads(exact.linear(source, path % (i, name)), HEADS) for name in ["key", "value"]] for i in range(DEPTH)]


def reference(weights, ids, memory):
    """Logits [T, V] after each of `ids`, in f64."""
    exact = Reference(weights, TEXT_EPS)
    linear, norm = exact.linear, exact.norm
    gelu = np.vectorize(lambda x: 0.5 * x * (1 + erf(x / 2**0.5)))
    mask = np.triu(np.full((len(ids), len(ids)), -np.inf), 1)
    words = exact.weights[f"{BERT}.embeddings.word_embeddings.weight"]
    x = words[ids][None] + exact.weights[f"{BERT}.embeddings.position_embeddings.weight"][: len(ids)]
    x = norm(x, f"{BERT}.embeddings.LayerNorm")
    for i in range(DEPTH):
        layer = f"{BERT}.encoder.layer.{i}"
        h = attention(*(heads(linear(x, f"{layer}.attention.self.{name}"), HEADS) for name in ["query", "key", "value"]), mask)
        x = norm(linear(h, f"{layer}.attention.output.dense") + x, f"{layer}.attention.output.LayerNorm")
        h = attention(heads(linear(x, f"{layer}.crossattention.self.query"), HEADS), *memory[i])
        x = norm(linear(h, f"{layer}.crossattention.output.dense") + x, f"{layer}.crossattention.output.LayerNorm")
        h = linear(gelu(linear(x, f"{layer}.intermediate.dense")), f"{layer}.output.dense")
        x = norm(h + x, f"{layer}.output.LayerNorm")
    x = norm(gelu(linear(x[0], f"{HEAD}.transform.dense")), f"{HEAD}.transform.LayerNorm")
    return x @ words.T + exact.weights[f"{HEAD}.bias"]


class Step(Graph):
    """One token `ids` [1, 1] at the place `at` [1]. What it reads of its own text comes and goes as `past.0.key` and
    `present.0.key`, [1, H, T, D / H]; what it reads of the picture is part of the graph, which spares a copy."""

    def __init__(self, weights, memory):
        super().__init__(weights, TEXT_EPS)
        self.memory = memory

    def gelu(self, x):
        h = self.node("Erf", f"{x}/Erf", self.node("Div", f"{x}/Div", x, self.root))
        h = self.node("Mul", f"{x}/Mul", x, self.node("Add", f"{x}/Add_1", h, self.one))
        return self.node("Mul", f"{x}/gelu", h, self.half)

    def close(self, h, x, path):
        return self.norm(self.node("Add", f"{path}/Add", self.linear(h, f"{path}.dense"), x), f"{path}.LayerNorm")

    def head(self, x, path):
        return self.heads(self.linear(x, path), path, HEADS, [0, 2, 1, 3])

    def layer(self, x, i):
        layer = f"{BERT}.encoder.layer.{i}"
        own = f"{layer}.attention.self"
        q = self.head(x, f"{own}.query")
        k, v = (
            self.node("Concat", f"present.{i}.{name}", f"past.{i}.{name}", self.head(x, f"{own}.{name}"), axis=2)
            for name in ["key", "value"]
        )
        k = self.node("Transpose", f"{own}/k", k, perm=[0, 1, 3, 2])
        x = self.close(self.attention(q, k, v, WIDTH // HEADS, own), x, f"{layer}.attention.output")
        read = f"{layer}.crossattention.self"
        k, v = (value.astype(np.float32) for value in self.memory[i])
        k, v = self.constant(f"{read}.keys", k.transpose(0, 1, 3, 2)), self.constant(f"{read}.values", v)
        h = self.attention(self.head(x, f"{read}.query"), k, v, WIDTH // HEADS, read)
        x = self.close(h, x, f"{layer}.crossattention.output")
        return self.close(self.gelu(self.linear(x, f"{layer}.intermediate.dense")), x, f"{layer}.output")

    def build(self):
        words = f"{BERT}.embeddings.word_embeddings.weight"
        self.root = self.constant("root", np.float32(2**0.5))
        self.one, self.half = self.constant("one", np.float32(1)), self.constant("half", np.float32(0.5))
        positions = self.weight(f"{BERT}.embeddings.position_embeddings.weight")
        x = self.node("Gather", "words", self.weight(words), "ids")
        x = self.node("Add", "placed", x, self.node("Gather", "positions", positions, "at"))
        x = self.norm(x, f"{BERT}.embeddings.LayerNorm")
        for i in range(DEPTH):
            x = self.layer(x, i)
        x = self.norm(self.gelu(self.linear(x, f"{HEAD}.transform.dense")), f"{HEAD}.transform.LayerNorm")
        product = self.node("MatMul", "product", x, self.constant("decoder", self.weights[words].T))
        self.node("Add", "logits", product, self.weight(f"{HEAD}.bias"))
        names = [f"{i}.{name}" for i in range(DEPTH) for name in ["key", "value"]]
        cache = [{f"{when}.{name}": [1, HEADS, when, WIDTH // HEADS] for name in names} for when in ("past", "present")]
        inputs = {"ids:INT64": [1, 1], "at:INT64": [1]} | cache[0]
        return self.model("blip", inputs, {"logits": [1, 1, VOCABULARY]} | cache[1])


def main():
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    weights = draw()
    config = {"model_type": "blip", "architectures": ["BlipForConditionalGeneration"], "text_config": TEXT, "vision_config": VISION}
    (folder / "config.json").write_text(json.dumps(config))
    weights.save(folder / "model.safetensors")
    pixels = weights.rng.standard_normal((1, 3, SIDE, SIDE)).astype(np.float32)
    pixels.tofile(folder / "pixels.f32")
    ids = weights.rng.integers(0, VOCABULARY, TOKENS)
    known = memory(weights, states(weights, pixels))
    reference(weights, ids, known).astype(np.float32).tofile(folder / "logits.f32")
    save_model(Step(weights, known).build(), folder / "decoder.onnx")
    # Last: its presence says that all is there.
    (folder / "ids.json").write_text(json.dumps(ids.tolist()))


if __name__ == "__main__":
    main()
