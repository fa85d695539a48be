"""Goldens of the operations and of a small transformer, compared with both CPU forms by tests/goldens.rs.

    pip install torch==2.13.0 numpy safetensors
    python python/goldens.py

Writes tests/goldens/ops.safetensors and tests/goldens/transformer.safetensors. Inputs are f32 numbers; PyTorch computes in
f64 and the results are rounded to f32 once, so that what the test measures is the engine's own error.
"""

from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import save_file

FOLDER = Path(__file__).parent.parent / "tests" / "goldens"
generator = torch.Generator().manual_seed(7)


def randn(*shape, scale=1.0, offset=0.0):
    """Normal numbers that f32 holds exactly, as f64."""
    values = torch.randn(*shape, generator=generator, dtype=torch.float64) * scale + offset
    return values.float().double()


def ids(below, *shape):
    return torch.randint(below, shape, generator=generator)


def stored(tensor):
    tensor = tensor.detach()
    return (tensor.float() if tensor.is_floating_point() else tensor.int()).contiguous().clone()


ops = {}


def case(name, function, *inputs):
    """Stores inputs, result, a gradient of the result and the gradients of all f32 inputs that it gives."""
    leaves = [x.clone().requires_grad_() if x.is_floating_point() else x for x in inputs]
    out = function(*leaves)
    upstream = randn(*out.shape)
    out.backward(upstream)
    for i, leaf in enumerate(leaves):
        ops[f"{name}/in.{i}"] = stored(leaf)
        if leaf.is_floating_point() and leaf.grad is not None:
            ops[f"{name}/grad.{i}"] = stored(leaf.grad)
    ops[f"{name}/out"] = stored(out)
    ops[f"{name}/upstream"] = stored(upstream)


def heads_of(x, heads):
    """[B, T, H*dh] -> [B, H, T, dh]"""
    batch, length, width = x.shape
    return x.view(batch, length, heads, width // heads).transpose(1, 2)


def attention(heads, causal=False):
    def run(q, k, v, lengths=None, bias=None):
        mask = bias
        if lengths is not None:
            mask = (torch.arange(k.shape[1]) < lengths[:, None])[:, None, None, :]
        split = [heads_of(x, heads) for x in (q, k, v)]
        out = F.scaled_dot_product_attention(*split, attn_mask=mask, is_causal=causal)
        return out.transpose(1, 2).reshape(q.shape)

    return run


def cross_entropy(logits, targets, weights):
    nll = F.cross_entropy(logits, targets, reduction="none")
    return ((nll * weights).sum() / weights.sum()).reshape(1)


def info_nce(logits, negatives=None):
    if negatives is not None:
        left_out = (negatives == 0) & ~torch.eye(len(logits), dtype=torch.bool)
        logits = logits.masked_fill(left_out, float("-inf"))
    right = torch.arange(len(logits))
    return ((F.cross_entropy(logits, right) + F.cross_entropy(logits.T, right)) / 2).reshape(1)


def op_cases():
    case("linear", F.linear, randn(3, 5, 7), randn(11, 7), randn(11))
    case("linear_gelu", lambda *a: F.gelu(F.linear(*a)), randn(4, 9), randn(33, 9), randn(33))
    case("matmul", torch.matmul, randn(2, 3, 5, 7), randn(2, 3, 7, 4))
    case("matmul_transposed", lambda x, y: x.mT @ y.mT, randn(2, 7, 5), randn(2, 4, 7))
    case("conv2d", lambda *a: F.conv2d(*a, stride=2, padding=1), randn(2, 3, 9, 8), randn(4, 3, 3, 3), randn(4))
    case("patches", lambda *a: F.conv2d(*a, stride=4), randn(1, 3, 8, 12), randn(5, 3, 4, 4), randn(5))
    case("layer_norm", lambda x, w, b: F.layer_norm(x, (33,), w, b, 1e-5), randn(6, 33, offset=50), randn(33), randn(33))
    case("softmax", lambda x: F.softmax(x, -1), randn(5, 37, scale=10))
    case("l2_normalize", lambda x: F.normalize(x, dim=-1), randn(4, 19))
    for name, function in [
        ("gelu", F.gelu),
        ("gelu_tanh", lambda x: F.gelu(x, approximate="tanh")),
        ("quick_gelu", lambda x: x * torch.sigmoid(1.702 * x)),
        ("silu", F.silu),
        ("sigmoid", torch.sigmoid),
        ("tanh", torch.tanh),
    ]:
        case(name, function, randn(3, 43, scale=3))
    case("attention", attention(3), randn(2, 5, 12), randn(2, 7, 12), randn(2, 7, 12))
    case("attention_causal", attention(2, causal=True), randn(2, 9, 8), randn(2, 9, 8), randn(2, 9, 8))
    keyed = (randn(2, 5, 12, scale=3), randn(2, 7, 12, scale=3), randn(2, 7, 12), torch.tensor([4, 7]))
    case("attention_key_lengths", attention(2), *keyed)
    case("embedding", lambda table, i: F.embedding(i, table), randn(10, 6), ids(10, 3, 7))
    case("cross_entropy", cross_entropy, randn(9, 13, scale=4), ids(13, 9), torch.tensor([1, 0, 1, 1, 0.5, 0, 1, 2, 1]).double())
    case("info_nce", info_nce, randn(6, 6, scale=3))
    case("info_nce_negatives", info_nce, randn(6, 6, scale=3), (torch.rand(6, 6, generator=generator) > 0.3).double())
    biased = (randn(2, 5, 12), randn(2, 7, 12), randn(2, 7, 12), randn(2, 3, 5, 7, scale=2))
    case("attention_biased", lambda q, k, v, bias: attention(3)(q, k, v, bias=bias), *biased)


def adamw_case(steps=4, clip=1.0):
    """Four steps over two weights, the first decayed; the first gradients are beyond the clip norm, the last within."""
    weights = [randn(3, 5).requires_grad_(), randn(7).requires_grad_()]
    groups = [{"params": weights[:1], "weight_decay": 0.1}, {"params": weights[1:], "weight_decay": 0.0}]
    optimiser = torch.optim.AdamW(groups, lr=0.01, betas=(0.9, 0.98), eps=1e-6)
    for i, weight in enumerate(weights):
        ops[f"adamw/weight.{i}"] = stored(weight)
    for step in range(steps):
        for i, weight in enumerate(weights):
            weight.grad = randn(*weight.shape, scale=[2.0, 1.0, 0.5, 0.05][step])
            ops[f"adamw/step.{step}/grad.{i}"] = stored(weight.grad)
        norm = torch.nn.utils.clip_grad_norm_(weights, clip)
        ops[f"adamw/step.{step}/norm"] = stored(norm.reshape(1))
        optimiser.step()
        for i, weight in enumerate(weights):
            ops[f"adamw/step.{step}/weight.{i}"] = stored(weight)


class Attention(torch.nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.q, self.k, self.v, self.out = (torch.nn.Linear(width, width) for _ in range(4))
        self.heads = heads

    def forward(self, x):
        return self.out(attention(self.heads, causal=True)(self.q(x), self.k(x), self.v(x)))


class Mlp(torch.nn.Module):
    def __init__(self, width):
        super().__init__()
        self.up, self.down = torch.nn.Linear(width, 4 * width), torch.nn.Linear(4 * width, width)

    def forward(self, x):
        return self.down(F.gelu(self.up(x)))


class Block(torch.nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.norm1, self.norm2 = torch.nn.LayerNorm(width), torch.nn.LayerNorm(width)
        self.attention, self.mlp = Attention(width, heads), Mlp(width)

    def forward(self, x):
        x = x + self.attention(self.norm1(x))
        return x + self.mlp(self.norm2(x))


class Transformer(torch.nn.Module):
    """A causal pre-norm transformer of two layers."""

    def __init__(self, vocabulary=17, length=8, width=16, heads=2):
        super().__init__()
        self.tokens = torch.nn.Embedding(vocabulary, width)
        self.positions = torch.nn.Parameter(torch.zeros(length, width))
        self.blocks = torch.nn.ModuleList(Block(width, heads) for _ in range(2))
        self.norm = torch.nn.LayerNorm(width)
        self.head = torch.nn.Linear(width, vocabulary, bias=False)

    def forward(self, ids):
        x = self.tokens(ids) + self.positions
        for block in self.blocks:
            x = block(x)
        return self.head(self.norm(x))


def transformer_case(steps=10):
    model = Transformer().double()
    with torch.no_grad():
        for name, weight in model.named_parameters():
            is_scale = "norm" in name and name.endswith("weight")
            weight.copy_(randn(*weight.shape, scale=0.3, offset=1.0 if is_scale else 0.0))
    inputs, targets = ids(17, 3, 8), ids(17, 24)
    weights = torch.ones(24).double()
    weights[[6, 7, 15]] = 0
    golden = {f"init/{name}": stored(weight) for name, weight in model.named_parameters()}
    golden |= {"ids": stored(inputs), "targets": stored(targets), "weights": stored(weights)}

    decayed = [w for w in model.parameters() if w.dim() > 1]
    others = [w for w in model.parameters() if w.dim() == 1]
    groups = [{"params": decayed, "weight_decay": 0.1}, {"params": others, "weight_decay": 0.0}]
    optimiser = torch.optim.AdamW(groups, lr=0.02, betas=(0.9, 0.95), eps=1e-8)
    losses = []
    for step in range(steps):
        optimiser.zero_grad()
        logits = model(inputs)
        loss = cross_entropy(logits.reshape(24, 17), targets, weights)
        loss.backward()
        if step == 0:
            golden["logits"] = stored(logits)
            golden |= {f"grad/{name}": stored(weight.grad) for name, weight in model.named_parameters()}
        torch.nn.utils.clip_grad_norm_(model.parameters(), 0.5)
        optimiser.step()
        losses.append(loss.item())
    golden["losses"] = torch.tensor(losses)
    return golden


op_cases()
adamw_case()
FOLDER.mkdir(parents=True, exist_ok=True)
save_file(ops, FOLDER / "ops.safetensors")
save_file(transformer_case(), FOLDER / "transformer.safetensors")
