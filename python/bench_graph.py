"""What the models of `cargo xtask bench --against ort` have in common: ONNX graphs and safetensors of random weights."""

import json

import numpy as np
from onnx import TensorProto, checker, helper, numpy_helper


class Weights(dict):
    """Tensors by the names of transformers, drawn from a seed."""

    def __init__(self, seed):
        super().__init__()
        self.rng = np.random.default_rng(seed)

    def draw(self, name, shape, scale):
        self[name] = (scale * self.rng.standard_normal(shape)).astype(np.float32)

    def linear(self, name, inner, outer):
        self.draw(f"{name}.weight", (outer, inner), inner**-0.5)
        self.draw(f"{name}.bias", (outer,), 0.1)

    def norm(self, name, width):
        self.draw(f"{name}.weight", (width,), 0.1)
        self[f"{name}.weight"] += 1
        self.draw(f"{name}.bias", (width,), 0.1)

    def save(self, path):
        header, end = {}, 0
        for name, value in self.items():
            header[name] = {"dtype": "F32", "shape": value.shape, "data_offsets": [end, end + value.nbytes]}
            end += value.nbytes
        header = json.dumps(header).encode()
        with path.open("wb") as file:
            file.write(len(header).to_bytes(8, "little") + header)
            file.writelines(value.tobytes() for value in self.values())


class Reference:
    """The same layers in f64."""

    def __init__(self, weights, eps):
        self.weights = {name: value.astype(np.float64) for name, value in weights.items()}
        self.eps = eps

    def linear(self, x, name):
        return x @ self.weights[f"{name}.weight"].T + self.weights[f"{name}.bias"]

    def norm(self, x, name):
        x = x - x.mean(-1, keepdims=True)
        x = x / np.sqrt((x * x).mean(-1, keepdims=True) + self.eps)
        return x * self.weights[f"{name}.weight"] + self.weights[f"{name}.bias"]


def heads(x, count):
    """[B, T, D] to [B, H, T, D / H]."""
    return x.reshape(*x.shape[:2], count, -1).transpose(0, 2, 1, 3)


def attention(q, k, v, mask=0):
    """Of [B, H, T, D / H], to [B, T, D]."""
    scores = q @ k.transpose(0, 1, 3, 2) / np.sqrt(q.shape[-1]) + mask
    probs = np.exp(scores - scores.max(-1, keepdims=True))
    mixed = (probs / probs.sum(-1, keepdims=True) @ v).transpose(0, 2, 1, 3)
    return mixed.reshape(*mixed.shape[:2], -1)


class Graph:
    """Nodes named after the modules they come from, as an exporter would write them."""

    def __init__(self, weights, eps):
        self.weights, self.eps = weights, eps
        self.nodes, self.initializers = [], []

    def constant(self, name, value):
        self.initializers.append(numpy_helper.from_array(np.asarray(value, order="C"), name))
        return name

    def weight(self, name):
        return self.constant(name, self.weights[name])

    def node(self, op, name, *inputs, **attributes):
        self.nodes.append(helper.make_node(op, list(inputs), [name], name=name, **attributes))
        return name

    def linear(self, x, name):
        weight = self.constant(f"{name}.weight", self.weights[f"{name}.weight"].T)
        product = self.node("MatMul", f"{name}/MatMul", x, weight)
        return self.node("Add", f"{name}/Add", self.weight(f"{name}.bias"), product)

    def norm(self, x, name):
        scale, bias = self.weight(f"{name}.weight"), self.weight(f"{name}.bias")
        return self.node("LayerNormalization", f"{name}/out", x, scale, bias, axis=-1, epsilon=self.eps)

    def shape(self, x, name, *extents):
        return self.node("Reshape", name, x, self.constant(f"{name}.shape", np.array(extents, np.int64)))

    def heads(self, x, name, count, axes):
        """[B, T, D] by its heads, in the order `axes` of [B, T, H, D / H]."""
        split = self.shape(x, f"{name}/Reshape", 0, 0, count, -1)
        return self.node("Transpose", f"{name}/Transpose", split, perm=axes)

    def attention(self, q, k, v, head_dim, path):
        """Of `q` and `v` [B, H, T, D / H] and `k` [B, H, D / H, T], to [B, T, D]."""
        scores = self.node("MatMul", f"{path}/scores", q, k)
        scores = self.node("Mul", f"{path}/scaled", scores, self.constant(f"{path}.scale", np.float32(head_dim**-0.5)))
        probs = self.node("Softmax", f"{path}/probs", scores, axis=-1)
        mixed = self.node("MatMul", f"{path}/mixed", probs, v)
        mixed = self.node("Transpose", f"{path}/joined", mixed, perm=[0, 2, 1, 3])
        return self.shape(mixed, f"{path}/out", 0, 0, -1)

    def model(self, name, inputs, outputs):
        """`inputs` and `outputs` are names of f32 (or, after a colon, of another type) with their extents."""
        values = [[value(*one) for one in some.items()] for some in (inputs, outputs)]
        graph = helper.make_graph(self.nodes, name, *values, self.initializers)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
        checker.check_model(model)
        return model


def value(name, extents):
    name, _, dtype = name.partition(":")
    return helper.make_tensor_value_info(name, TensorProto.DataType.Value(dtype or "FLOAT"), extents)
