"""PyTorch's side of `cargo xtask bench --against torch`, as `benches/native.mjs` starts it.

    python python/bench_torch.py target/bench/models/vit BATCH THREADS

Answers every line of its input with a training step of the image tower: milliseconds, and the loss before the step. The
step is that of examples/bench/training.rs.
"""

import json
import sys
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

SHARPNESS = 10.0
OPTIMISER = {"lr": 1e-3, "betas": (0.9, 0.98), "eps": 1e-8}
DECAY = 0.05
CLIP = 1.0


def read_safetensors(path):
    data = path.read_bytes()
    end = 8 + int.from_bytes(data[:8], "little")
    tensors = {}
    for name, entry in json.loads(data[8:end]).items():
        first, last = entry["data_offsets"]
        values = np.frombuffer(data[end + first : end + last], np.float32).reshape(entry["shape"])
        tensors[name] = torch.nn.Parameter(torch.from_numpy(values.copy()))
    return tensors


class Tower:
    """CLIP's image tower by the names of transformers."""

    def __init__(self, folder):
        config = json.loads((folder / "config.json").read_text())["vision_config"]
        self.depth, self.heads = config["num_hidden_layers"], config["num_attention_heads"]
        self.patch = config["patch_size"]
        tensors = read_safetensors(folder / "model.safetensors")
        self.weights = {name: value for name, value in tensors.items() if name.startswith("vis")}

    def linear(self, x, name):
        return F.linear(x, self.weights[f"{name}.weight"], self.weights.get(f"{name}.bias"))

    def norm(self, x, name):
        return F.layer_norm(x, x.shape[-1:], self.weights[f"{name}.weight"], self.weights[f"{name}.bias"], 1e-5)

    def attention(self, x, path):
        def heads(name):
            return self.linear(x, f"{path}.{name}_proj").unflatten(-1, (self.heads, -1)).transpose(1, 2)

        mixed = F.scaled_dot_product_attention(heads("q"), heads("k"), heads("v"))
        return self.linear(mixed.transpose(1, 2).flatten(2), f"{path}.out_proj")

    def __call__(self, pixels):
        embeddings = "vision_model.embeddings"
        x = F.conv2d(pixels, self.weights[f"{embeddings}.patch_embedding.weight"], stride=self.patch)
        first = self.weights[f"{embeddings}.class_embedding"].expand(len(pixels), 1, -1)
        x = torch.cat([first, x.flatten(2).transpose(1, 2)], 1)
        x = x + self.weights[f"{embeddings}.position_embedding.weight"]
        x = self.norm(x, "vision_model.pre_layrnorm")
        for i in range(self.depth):
            path = f"vision_model.encoder.layers.{i}"
            x = x + self.attention(self.norm(x, f"{path}.layer_norm1"), f"{path}.self_attn")
            hidden = self.linear(self.norm(x, f"{path}.layer_norm2"), f"{path}.mlp.fc1")
            x = x + self.linear(hidden * torch.sigmoid(1.702 * hidden), f"{path}.mlp.fc2")
        x = self.norm(x[:, 0], "vision_model.post_layernorm")
        return F.normalize(self.linear(x, "visual_projection"), dim=-1)


def main():
    folder, batch, threads = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    torch.set_num_threads(threads)
    tower = Tower(folder)
    side = json.loads((folder / "config.json").read_text())["vision_config"]["image_size"]
    pixels = np.resize(np.fromfile(folder / "pixels.f32", np.float32), (batch, 3, side, side))
    pixels = torch.from_numpy(pixels)
    # As in src/train/update.rs: matrices decay, vectors do not.
    groups = [
        {"params": [w for w in tower.weights.values() if w.ndim >= 2], "weight_decay": DECAY},
        {"params": [w for w in tower.weights.values() if w.ndim < 2], "weight_decay": 0},
    ]
    optimiser = torch.optim.AdamW(groups, fused=True, **OPTIMISER)
    targets = None
    for _ in sys.stdin:
        start = time.perf_counter()
        optimiser.zero_grad()
        logits = SHARPNESS * tower(pixels)
        if targets is None:
            targets = torch.arange(batch) % logits.shape[1]
        loss = F.cross_entropy(logits, targets)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(tower.weights.values(), CLIP)
        optimiser.step()
        ms = 1e3 * (time.perf_counter() - start)
        print(json.dumps({"ms": ms, "loss": loss.item()}), flush=True)


if __name__ == "__main__":
    main()
