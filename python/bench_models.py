"""Vision towers of CLIP with random weights, once for each side of `cargo xtask bench --against ort`.

    pip install -r benches/requirements.txt
    python python/bench_models.py target/bench/models

Writes a folder per model: `config.json` and `model.safetensors` as transformers keeps a CLIP (with a text tower of almost
nothing), `model_<batch>.onnx` with the same weights as an exporter would write them, the pictures `pixels.f32`
[B, 3, S, S] and their unit vectors `embeds.f32` [B, E], computed here in f64. `cases.json` lists what is timed.
"""

import json
import sys
from pathlib import Path

import numpy as np
from onnx import save_model

from bench_graph import Graph, Reference, Weights, attention, heads

EPS = 1e-5
# Folder, name, side of the picture, of a patch, width, depth, heads, width of the embedding, batches.
MODELS = [
    ("clip-b32", "CLIP B/32 image", 224, 32, 768, 12, 12, 512, [1]),
    ("tinyclip-8m", "TinyCLIP 8M image", 224, 16, 256, 10, 4, 512, [1]),
    ("vit", "ViT 64x64/8", 64, 8, 128, 4, 4, 128, [1, 32]),
]
TEXT = {"vocab_size": 8, "hidden_size": 8, "intermediate_size": 8, "num_hidden_layers": 1,
        "num_attention_heads": 1, "max_position_embeddings": 8, "eos_token_id": 7}  # fmt: skip


class Tower:
    """Sizes and weights of a model, by the names of transformers."""

    def __init__(self, side, patch, width, depth, heads, embed):
        self.side, self.patch, self.width, self.depth = side, patch, width, depth
        self.heads, self.embed = heads, embed
        self.patches = (side // patch) ** 2
        self.weights = Weights(5)
        self.vision()
        self.text()

    def layers(self, path, depth, width, hidden):
        for i in range(depth):
            layer = f"{path}.encoder.layers.{i}"
            for name in "qkv":
                self.weights.linear(f"{layer}.self_attn.{name}_proj", width, width)
            self.weights.linear(f"{layer}.self_attn.out_proj", width, width)
            self.weights.linear(f"{layer}.mlp.fc1", width, hidden)
            self.weights.linear(f"{layer}.mlp.fc2", hidden, width)
            self.weights.norm(f"{layer}.layer_norm1", width)
            self.weights.norm(f"{layer}.layer_norm2", width)

    def vision(self):
        width, embeddings, draw = self.width, "vision_model.embeddings", self.weights.draw
        inner = 3 * self.patch**2
        draw(f"{embeddings}.class_embedding", (width,), 1)
        draw(f"{embeddings}.patch_embedding.weight", (width, 3, self.patch, self.patch), inner**-0.5)
        draw(f"{embeddings}.position_embedding.weight", (self.patches + 1, width), 1)
        self.weights.norm("vision_model.pre_layrnorm", width)
        self.layers("vision_model", self.depth, width, 4 * width)
        self.weights.norm("vision_model.post_layernorm", width)
        draw("visual_projection.weight", (self.embed, width), width**-0.5)

    def text(self):
        width, draw = TEXT["hidden_size"], self.weights.draw
        for table, rows in [("token", TEXT["vocab_size"]), ("position", TEXT["max_position_embeddings"])]:
            draw(f"text_model.embeddings.{table}_embedding.weight", (rows, width), 1)
        self.layers("text_model", TEXT["num_hidden_layers"], width, TEXT["intermediate_size"])
        self.weights.norm("text_model.final_layer_norm", width)
        draw("text_projection.weight", (self.embed, width), 1)
        draw("logit_scale", (), 1)

    def config(self):
        vision = {"hidden_size": self.width, "intermediate_size": 4 * self.width, "num_hidden_layers": self.depth,
                  "num_attention_heads": self.heads, "image_size": self.side, "patch_size": self.patch}  # fmt: skip
        return {"model_type": "clip", "architectures": ["CLIPModel"], "projection_dim": self.embed,
                "vision_config": vision, "text_config": TEXT}  # fmt: skip


def reference(tower, pixels):
    """Unit vectors [B, E] of `pixels` [B, 3, S, S], in f64."""
    exact = Reference(tower.weights, EPS)
    weights, linear, norm = exact.weights, exact.linear, exact.norm
    batch, patch, across = len(pixels), tower.patch, tower.side // tower.patch
    x = pixels.astype(np.float64).reshape(batch, 3, across, patch, across, patch)
    x = x.transpose(0, 2, 4, 1, 3, 5).reshape(batch, across * across, -1)
    x = x @ weights["vision_model.embeddings.patch_embedding.weight"].reshape(tower.width, -1).T
    start = np.broadcast_to(weights["vision_model.embeddings.class_embedding"], (batch, 1, tower.width))
    x = np.concatenate([start, x], 1) + weights["vision_model.embeddings.position_embedding.weight"]
    x = norm(x, "vision_model.pre_layrnorm")
    for i in range(tower.depth):
        layer = f"vision_model.encoder.layers.{i}"
        h = norm(x, f"{layer}.layer_norm1")
        h = attention(*(heads(linear(h, f"{layer}.self_attn.{name}_proj"), tower.heads) for name in "qkv"))
        x = x + linear(h, f"{layer}.self_attn.out_proj")
        h = linear(norm(x, f"{layer}.layer_norm2"), f"{layer}.mlp.fc1")
        x = x + linear(h / (1 + np.exp(-1.702 * h)), f"{layer}.mlp.fc2")
    x = norm(x[:, 0], "vision_model.post_layernorm") @ weights["visual_projection.weight"].T
    return x / np.linalg.norm(x, axis=-1, keepdims=True)


class Image(Graph):
    """A tower for one batch size."""

    def __init__(self, tower, batch):
        super().__init__(tower.weights, EPS)
        self.tower, self.batch = tower, batch

    def attend(self, x, path):
        count = self.tower.heads
        q, k, v = (self.linear(x, f"{path}.{name}_proj") for name in "qkv")
        q = self.heads(q, f"{path}/q", count, [0, 2, 1, 3])
        k = self.heads(k, f"{path}/k", count, [0, 2, 3, 1])
        v = self.heads(v, f"{path}/v", count, [0, 2, 1, 3])
        return self.linear(self.attention(q, k, v, self.tower.width // count, path), f"{path}.out_proj")

    def layer(self, x, path):
        h = self.attend(self.norm(x, f"{path}.layer_norm1"), f"{path}.self_attn")
        x = self.node("Add", f"{path}/Add", x, h)
        h = self.linear(self.norm(x, f"{path}.layer_norm2"), f"{path}.mlp.fc1")
        slope = self.constant(f"{path}.mlp.slope", np.float32(1.702))
        gate = self.node("Sigmoid", f"{path}/gate", self.node("Mul", f"{path}/sloped", h, slope))
        h = self.linear(self.node("Mul", f"{path}/act", h, gate), f"{path}.mlp.fc2")
        return self.node("Add", f"{path}/Add_1", x, h)

    def build(self):
        tower, embeddings = self.tower, "vision_model.embeddings"
        strides = {"kernel_shape": [tower.patch] * 2, "strides": [tower.patch] * 2}
        x = self.node("Conv", "patches", "pixels", self.weight(f"{embeddings}.patch_embedding.weight"), **strides)
        x = self.shape(x, "flat", self.batch, tower.width, tower.patches)
        x = self.node("Transpose", "rows", x, perm=[0, 2, 1])
        start = np.tile(tower.weights[f"{embeddings}.class_embedding"], (self.batch, 1, 1))
        x = self.node("Concat", "tokens", self.constant("class", start), x, axis=1)
        x = self.node("Add", "placed", x, self.weight(f"{embeddings}.position_embedding.weight"))
        x = self.norm(x, "vision_model.pre_layrnorm")
        for i in range(tower.depth):
            x = self.layer(x, f"vision_model.encoder.layers.{i}")
        x = self.node("Gather", "pooled", x, self.constant("first", np.int64(0)), axis=1)
        x = self.norm(x, "vision_model.post_layernorm")
        projection = self.constant("projection", tower.weights["visual_projection.weight"].T)
        x = self.node("MatMul", "projected", x, projection)
        length = self.node("ReduceL2", "length", x, axes=[-1], keepdims=1)
        self.node("Div", "embeds", x, length)
        pixels = [self.batch, 3, tower.side, tower.side]
        return self.model("clip", {"pixels": pixels}, {"embeds": [self.batch, tower.embed]})


def main():
    root, cases = Path(sys.argv[1]), []
    for folder, name, *sizes, batches in MODELS:
        path = root / folder
        path.mkdir(parents=True, exist_ok=True)
        tower = Tower(*sizes)
        (path / "config.json").write_text(json.dumps(tower.config()))
        tower.weights.save(path / "model.safetensors")
        pixels = tower.weights.rng.standard_normal((max(batches), 3, tower.side, tower.side)).astype(np.float32)
        pixels.tofile(path / "pixels.f32")
        reference(tower, pixels).astype(np.float32).tofile(path / "embeds.f32")
        for batch in batches:
            save_model(Image(tower, batch).build(), path / f"model_{batch}.onnx")
            cases.append({"name": f"{name}, batch {batch}", "folder": folder, "batch": batch, "side": tower.side})
    # Last: its presence says that all is there.
    (root / "cases.json").write_text(json.dumps(cases))


if __name__ == "__main__":
    main()
