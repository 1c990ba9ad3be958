"""A model in 8-bit integers: about two and a half times as fast, and never quite the same.

Which layers are quantised, and over which range, is a small pinned file that `scripts.quantise` has
measured on the synthetic city, so that installing needs no picture. Each layer also adds back what
rounding its weights takes from its outputs on average; without that the joints drift.

Source: Jacob et al., Quantization and Training of Neural Networks for Efficient
Integer-Arithmetic-Only Inference, CVPR 2018, section 2; Nagel et al., Data-Free Quantization
Through Weight Equalization and Bias Correction, ICCV 2019, section 4.2.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper, numpy_helper

Floats = NDArray[np.float32]

STEPS = 255
"""Of an 8-bit integer."""


@dataclass(frozen=True, slots=True)
class Layer:
    """How a convolution is quantised.

    Args:
        low: Least value of its input that is told apart, at most 0.
        high: Greatest, above 0.
        shift: [channels] added to its output; empty for nothing.
    """

    low: float
    high: float
    shift: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Recipe:
    """The quantised layers of a model, by the name of their output."""

    layers: Mapping[str, Layer]

    @classmethod
    def read(cls, text: str) -> Self:
        """From JSON: `{"t4": {"low": …, "high": …, "shift": […]}, …}`."""
        layers = json.loads(text)
        return cls(
            {name: Layer(**{**row, "shift": tuple(row["shift"])}) for name, row in layers.items()}
        )

    def write(self) -> str:
        """The same, one line a layer."""
        rows = (
            f"{json.dumps(name)}: "
            + json.dumps({"low": row.low, "high": row.high, "shift": list(row.shift)})
            for name, row in self.layers.items()
        )
        return "{\n" + ",\n".join(rows) + "\n}\n"


def quantise(model: bytes, recipe: Recipe) -> bytes:
    """The model with the layers of a recipe in 8-bit integers, the others as they were.

    Args:
        model: A serialised ONNX model whose convolutions have constant weights.
        recipe: Its layers.

    Returns:
        A serialised ONNX model with the same inputs and outputs; the same bytes everywhere.

    Raises:
        ValueError: A layer of the recipe is no convolution of the model.
    """
    proto = onnx.load_model_from_string(model)
    graph = _Graph(proto.graph)
    for node in list(proto.graph.node):
        layer = recipe.layers.get(node.output[0])
        if layer is not None and node.op_type == "Conv":
            graph.quantise(node, layer)
    missing = recipe.layers.keys() - graph.done
    if missing:
        raise ValueError(f"the model has no convolution {min(missing)}")
    graph.replace()
    onnx.checker.check_model(proto)
    return bytes(proto.SerializeToString(deterministic=True))


class _Graph:
    """An ONNX graph whose nodes are being replaced."""

    def __init__(self, graph: onnx.GraphProto) -> None:
        self.done: set[str] = set()
        self._graph = graph
        self._constants = {each.name: each for each in graph.initializer}
        self._before: dict[str, list[onnx.NodeProto]] = {}
        self._rounded: dict[tuple[str, float, float], str] = {}

    def quantise(self, node: onnx.NodeProto, layer: Layer) -> None:
        """Round the input and the weights of a convolution."""
        name = node.output[0]
        before = self._before.setdefault(name, [])
        node.input[0] = self._round_input(node.input[0], layer, before)
        weights = self._array(node.input[1])
        node.input[1] = self._round_weights(name, weights, before)
        if layer.shift:
            bias = self._array(node.input[2]) if len(node.input) > 2 else np.float32(0)
            shifted = self._add(f"{name}_bias", (bias + np.array(layer.shift, np.float32)))
            del node.input[2:]
            node.input.append(shifted)
        self.done.add(name)

    def replace(self) -> None:
        """Put the new nodes before those that read them; drop the weights that none reads."""
        nodes = [
            each
            for node in self._graph.node
            for each in (*self._before.get(node.output[0], ()), node)
        ]
        del self._graph.node[:]
        self._graph.node.extend(nodes)
        read = {name for node in nodes for name in node.input}
        kept = [constant for name, constant in self._constants.items() if name in read]
        del self._graph.initializer[:]
        self._graph.initializer.extend(kept)

    def _round_input(self, name: str, layer: Layer, before: list[onnx.NodeProto]) -> str:
        """Layers that read the same values over the same range share their rounding."""
        key = (name, layer.low, layer.high)
        if key not in self._rounded:
            scale = (layer.high - layer.low) / STEPS
            steps = (
                self._add(f"{name}_{len(self._rounded)}_scale", np.float32(scale)),
                self._add(f"{name}_{len(self._rounded)}_zero", np.uint8(round(-layer.low / scale))),
            )
            rounded = f"{name}_{len(self._rounded)}_int8"
            before.append(helper.make_node("QuantizeLinear", [name, *steps], [rounded]))
            widened = f"{rounded}_wide"
            before.append(helper.make_node("DequantizeLinear", [rounded, *steps], [widened]))
            self._rounded[key] = widened
        return self._rounded[key]

    def _round_weights(self, name: str, weights: Floats, before: list[onnx.NodeProto]) -> str:
        """One scale a channel, symmetric, so that zero stays zero."""
        largest = np.abs(weights).reshape(len(weights), -1).max(axis=1)
        scales = np.maximum(largest, 1e-8).astype(np.float32) / np.float32(STEPS // 2)
        rounded = np.round(weights / scales.reshape(-1, *[1] * (weights.ndim - 1)))
        inputs = [
            self._add(f"{name}_weights", rounded.astype(np.int8)),
            self._add(f"{name}_scales", scales),
            self._add(f"{name}_zeros", np.zeros(len(scales), np.int8)),
        ]
        before.append(helper.make_node("DequantizeLinear", inputs, [f"{name}_wide"], axis=0))
        return f"{name}_wide"

    def _array(self, name: str) -> Floats:
        return np.asarray(numpy_helper.to_array(self._constants[name]), np.float32)

    def _add(self, name: str, value: Any) -> str:
        self._constants[name] = numpy_helper.from_array(np.asarray(value), name)
        return name
