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
from onnx import TensorProto, checker, helper, numpy_helper, save_model

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
        self.rng = np.random.default_rng(5)
        self.weights = {}
        self.vision()
        self.text()

    def draw(self, name, shape, scale):
        self.weights[name] = (scale * self.rng.standard_normal(shape)).astype(np.float32)

    def linear(self, name, inner, outer):
        self.draw(f"{name}.weight", (outer, inner), inner**-0.5)
        self.draw(f"{name}.bias", (outer,), 0.1)

    def norm(self, name, width):
        self.draw(f"{name}.weight", (width,), 0.1)
        self.weights[f"{name}.weight"] += 1
        self.draw(f"{name}.bias", (width,), 0.1)

    def layers(self, path, depth, width, hidden):
        for i in range(depth):
            layer = f"{path}.encoder.layers.{i}"
            for name in "qkv":
                self.linear(f"{layer}.self_attn.{name}_proj", width, width)
            self.linear(f"{layer}.self_attn.out_proj", width, width)
            self.linear(f"{layer}.mlp.fc1", width, hidden)
            self.linear(f"{layer}.mlp.fc2", hidden, width)
            self.norm(f"{layer}.layer_norm1", width)
            self.norm(f"{layer}.layer_norm2", width)

    def vision(self):
        width, embeddings = self.width, "vision_model.embeddings"
        inner = 3 * self.patch**2
        self.draw(f"{embeddings}.class_embedding", (width,), 1)
        self.draw(f"{embeddings}.patch_embedding.weight", (width, 3, self.patch, self.patch), inner**-0.5)
        self.draw(f"{embeddings}.position_embedding.weight", (self.patches + 1, width), 1)
        self.norm("vision_model.pre_layrnorm", width)
        self.layers("vision_model", self.depth, width, 4 * width)
        self.norm("vision_model.post_layernorm", width)
        self.draw("visual_projection.weight", (self.embed, width), width**-0.5)

    def text(self):
        width = TEXT["hidden_size"]
        for table, rows in [("token", TEXT["vocab_size"]), ("position", TEXT["max_position_embeddings"])]:
            self.draw(f"text_model.embeddings.{table}_embedding.weight", (rows, width), 1)
        self.layers("text_model", TEXT["num_hidden_layers"], width, TEXT["intermediate_size"])
        self.norm("text_model.final_layer_norm", width)
        self.draw("text_projection.weight", (self.embed, width), 1)
        self.draw("logit_scale", (), 1)

    def config(self):
        vision = {"hidden_size": self.width, "intermediate_size": 4 * self.width, "num_hidden_layers": self.depth,
                  "num_attention_heads": self.heads, "image_size": self.side, "patch_size": self.patch}  # fmt: skip
        return {"model_type": "clip", "architectures": ["CLIPModel"], "projection_dim": self.embed,
                "vision_config": vision, "text_config": TEXT}  # fmt: skip


def reference(tower, pixels):
    """Unit vectors [B, E] of `pixels` [B, 3, S, S], in f64."""
    weights = {name: value.astype(np.float64) for name, value in tower.weights.items()}
    batch, patch, across = len(pixels), tower.patch, tower.side // tower.patch

    def affine(x, name):
        return x @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]

    def norm(x, name):
        x = x - x.mean(-1, keepdims=True)
        return x / np.sqrt((x * x).mean(-1, keepdims=True) + EPS) * weights[f"{name}.weight"] + weights[f"{name}.bias"]

    def heads(x):
        return x.reshape(batch, -1, tower.heads, tower.width // tower.heads).transpose(0, 2, 1, 3)

    x = pixels.astype(np.float64).reshape(batch, 3, across, patch, across, patch)
    x = x.transpose(0, 2, 4, 1, 3, 5).reshape(batch, across * across, -1)
    x = x @ weights["vision_model.embeddings.patch_embedding.weight"].reshape(tower.width, -1).T
    start = np.broadcast_to(weights["vision_model.embeddings.class_embedding"], (batch, 1, tower.width))
    x = np.concatenate([start, x], 1) + weights["vision_model.embeddings.position_embedding.weight"]
    x = norm(x, "vision_model.pre_layrnorm")
    for i in range(tower.depth):
        layer = f"vision_model.encoder.layers.{i}"
        h = norm(x, f"{layer}.layer_norm1")
        q, k, v = (heads(affine(h, f"{layer}.self_attn.{name}_proj")) for name in "qkv")
        scores = q @ k.transpose(0, 1, 3, 2) / np.sqrt(q.shape[-1])
        probs = np.exp(scores - scores.max(-1, keepdims=True))
        h = (probs / probs.sum(-1, keepdims=True) @ v).transpose(0, 2, 1, 3).reshape(x.shape)
        x = x + affine(h, f"{layer}.self_attn.out_proj")
        h = affine(norm(x, f"{layer}.layer_norm2"), f"{layer}.mlp.fc1")
        x = x + affine(h / (1 + np.exp(-1.702 * h)), f"{layer}.mlp.fc2")
    x = norm(x[:, 0], "vision_model.post_layernorm") @ weights["visual_projection.weight"].T
    return x / np.linalg.norm(x, axis=-1, keepdims=True)


class Graph:
    """The nodes of a tower for one batch size, named after the modules they come from."""

    def __init__(self, tower, batch):
        self.tower, self.batch = tower, batch
        self.nodes, self.initializers = [], []

    def constant(self, name, value):
        self.initializers.append(numpy_helper.from_array(np.asarray(value, order="C"), name))
        return name

    def weight(self, name):
        return self.constant(name, self.tower.weights[name])

    def node(self, op, name, *inputs, **attributes):
        self.nodes.append(helper.make_node(op, list(inputs), [name], name=name, **attributes))
        return name

    def linear(self, x, name):
        weight = self.constant(f"{name}.weight", self.tower.weights[f"{name}.weight"].T)
        product = self.node("MatMul", f"{name}/MatMul", x, weight)
        return self.node("Add", f"{name}/Add", self.weight(f"{name}.bias"), product)

    def norm(self, x, name):
        scale, bias = self.weight(f"{name}.weight"), self.weight(f"{name}.bias")
        return self.node("LayerNormalization", f"{name}/out", x, scale, bias, axis=-1, epsilon=EPS)

    def shape(self, x, name, *extents):
        return self.node("Reshape", name, x, self.constant(f"{name}.shape", np.array(extents, np.int64)))

    def heads(self, x, name, axes):
        split = self.shape(x, f"{name}/Reshape", self.batch, -1, self.tower.heads, self.tower.width // self.tower.heads)
        return self.node("Transpose", f"{name}/Transpose", split, perm=axes)

    def attention(self, x, path):
        q, k, v = (self.linear(x, f"{path}.{name}_proj") for name in "qkv")
        scale = np.float32((self.tower.width // self.tower.heads) ** -0.5)
        q = self.heads(q, f"{path}/q", [0, 2, 1, 3])
        k = self.heads(k, f"{path}/k", [0, 2, 3, 1])
        v = self.heads(v, f"{path}/v", [0, 2, 1, 3])
        scores = self.node("MatMul", f"{path}/scores", q, k)
        scores = self.node("Mul", f"{path}/scaled", scores, self.constant(f"{path}.scale", scale))
        probs = self.node("Softmax", f"{path}/probs", scores, axis=-1)
        mixed = self.node("MatMul", f"{path}/mixed", probs, v)
        mixed = self.node("Transpose", f"{path}/joined", mixed, perm=[0, 2, 1, 3])
        return self.linear(self.shape(mixed, f"{path}/out", self.batch, -1, self.tower.width), f"{path}.out_proj")

    def layer(self, x, path):
        h = self.attention(self.norm(x, f"{path}.layer_norm1"), f"{path}.self_attn")
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
        graph = helper.make_graph(
            self.nodes,
            "clip",
            [helper.make_tensor_value_info("pixels", TensorProto.FLOAT, pixels)],
            [helper.make_tensor_value_info("embeds", TensorProto.FLOAT, [self.batch, tower.embed])],
            self.initializers,
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
        checker.check_model(model)
        return model


def save_safetensors(path, tensors):
    header, end = {}, 0
    for name, value in tensors.items():
        header[name] = {"dtype": "F32", "shape": value.shape, "data_offsets": [end, end + value.nbytes]}
        end += value.nbytes
    header = json.dumps(header).encode()
    with path.open("wb") as file:
        file.write(len(header).to_bytes(8, "little") + header)
        file.writelines(value.tobytes() for value in tensors.values())


def main():
    root, cases = Path(sys.argv[1]), []
    for folder, name, *sizes, batches in MODELS:
        path = root / folder
        path.mkdir(parents=True, exist_ok=True)
        tower = Tower(*sizes)
        (path / "config.json").write_text(json.dumps(tower.config()))
        save_safetensors(path / "model.safetensors", tower.weights)
        pixels = tower.rng.standard_normal((max(batches), 3, tower.side, tower.side)).astype(np.float32)
        pixels.tofile(path / "pixels.f32")
        reference(tower, pixels).astype(np.float32).tofile(path / "embeds.f32")
        for batch in batches:
            save_model(Graph(tower, batch).build(), path / f"model_{batch}.onnx")
            cases.append({"name": f"{name}, batch {batch}", "folder": folder, "batch": batch, "side": tower.side})
    # Last: its presence says that all is there.
    (root / "cases.json").write_text(json.dumps(cases))


if __name__ == "__main__":
    main()
