"""The few TensorFlow operations of the default models, each rewritten as ONNX.

TensorFlow keeps images as NHWC and ONNX convolves NCHW. No transposition is ever emitted: a
:class:`Value` remembers where each TensorFlow axis lies in the ONNX tensor, so that a TensorFlow
`Transpose` only renames axes and every picture stays NCHW from the first layer to the heads.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.generic]
Attribute = list[str] | list[int] | list[float]

NHWC = (0, 2, 3, 1)
"""Axes of a TensorFlow picture that lies as NCHW in ONNX."""


@dataclass(frozen=True, slots=True)
class Node:
    """One node of a TensorFlow graph, its attributes as lists of plain Python values."""

    name: str
    op: str
    inputs: tuple[str, ...]
    attributes: dict[str, Attribute]

    def ints(self, key: str) -> list[int]:
        """The attribute `key` as whole numbers; flags are 0 or 1."""
        return [int(item) for item in self.attributes.get(key, [])]

    def texts(self, key: str) -> list[str]:
        """The attribute `key` as texts."""
        return [str(item) for item in self.attributes.get(key, [])]


@dataclass(frozen=True, slots=True)
class Value:
    """An ONNX tensor and the ONNX axis on which each TensorFlow axis lies."""

    name: str
    axes: tuple[int, ...]


class Graph(Protocol):
    """What an operation may ask of the conversion under way."""

    def value(self, name: str) -> Value:
        """The ONNX tensor of a TensorFlow node, converted on first use."""

    def constant(self, name: str) -> Array:
        """The content of a TensorFlow constant."""

    def is_constant(self, name: str) -> bool:
        """Whether `name` is a TensorFlow constant."""

    def node(self, name: str) -> Node:
        """A TensorFlow node."""

    def emit(self, op: str, inputs: Sequence[str | Array], **attributes: object) -> str:
        """Append an ONNX node; arrays become initialisers. Returns the name of its output."""


def _same_pads(kernel: int, stride: int) -> tuple[int, int]:
    """Padding of TensorFlow's SAME when the stride divides the size: the odd cell comes last."""
    total = max(kernel - stride, 0)
    return total // 2, total - total // 2


def _window(node: Node, kernel: Sequence[int]) -> dict[str, object]:
    _, *strides, _ = node.ints("strides")
    pads = [(0, 0), (0, 0)]
    if node.texts("padding") == ["SAME"]:
        pads = [_same_pads(k, s) for k, s in zip(kernel, strides, strict=True)]
    (top, bottom), (left, right) = pads
    return {
        "kernel_shape": list(kernel),
        "strides": strides,
        "pads": [top, left, bottom, right],
    }


def _picture(graph: Graph, name: str) -> Value:
    value = graph.value(name)
    if value.axes != NHWC:
        raise ValueError(f"{name}: expected a picture, found axes {value.axes}")
    return value


_ACTIVATIONS: dict[str, tuple[str, list[Array]]] = {
    "Relu": ("Relu", []),
    "Relu6": ("Clip", [np.array(0, np.float32), np.array(6, np.float32)]),
}


def _convolution(graph: Graph, node: Node) -> Value:
    """Conv2D, depthwise or not, with its bias and activation where TensorFlow fused them."""
    weights = graph.constant(node.inputs[1])
    groups = 1
    if "Depthwise" in node.op:  # [h, w, channels, 1] -> [h, w, 1, channels]
        weights, groups = weights.transpose(0, 1, 3, 2), weights.shape[2]
    kernel = weights.transpose(3, 2, 0, 1)
    inputs: list[str | Array] = [_picture(graph, node.inputs[0]).name, kernel]
    fused = node.texts("fused_ops")
    if "BiasAdd" in fused:
        inputs.append(graph.constant(node.inputs[2]))
    dilations = node.ints("dilations")[1:3]
    window = _window(node, kernel.shape[2:])
    name = graph.emit("Conv", inputs, group=groups, dilations=dilations, **window)
    for activation in fused:
        if activation != "BiasAdd":
            op, limits = _ACTIVATIONS[activation]
            name = graph.emit(op, [name, *limits])
    return Value(name, NHWC)


def _add(graph: Graph, node: Node) -> Value:
    left, right = node.inputs
    value = graph.value(left)
    if graph.is_constant(right):
        vector = graph.constant(right)
        shape = [1] * len(value.axes)
        shape[value.axes[-1]] = vector.size  # TensorFlow broadcasts along its last axis
        return Value(graph.emit("Add", [value.name, vector.reshape(shape)]), value.axes)
    other = graph.value(right)
    if other.axes != value.axes:
        raise ValueError(f"{node.name}: operands lie differently")
    return Value(graph.emit("Add", [value.name, other.name]), value.axes)


def _transpose(graph: Graph, node: Node) -> Value:
    value = graph.value(node.inputs[0])
    order = graph.constant(node.inputs[1])
    return Value(value.name, tuple(value.axes[int(axis)] for axis in order))


def _pad(graph: Graph, node: Node) -> Value:
    value = graph.value(node.inputs[0])
    pads = np.zeros((2, len(value.axes)), np.int64)
    pads[:, value.axes] = graph.constant(node.inputs[1]).T
    fill = graph.constant(node.inputs[2]) if len(node.inputs) > 2 else np.zeros((), np.float32)
    inputs: list[str | Array] = [value.name, pads.reshape(-1), fill.reshape(())]
    return Value(graph.emit("Pad", inputs, mode="constant"), value.axes)


def _max_pool(graph: Graph, node: Node) -> Value:
    value = _picture(graph, node.inputs[0])
    window = _window(node, node.ints("ksize")[1:3])
    return Value(graph.emit("MaxPool", [value.name], **window), NHWC)


def _leaky_relu(graph: Graph, node: Node) -> Value:
    value = graph.value(node.inputs[0])
    (alpha,) = node.attributes["alpha"]
    return Value(graph.emit("LeakyRelu", [value.name], alpha=alpha), value.axes)


def _concatenation(graph: Graph, node: Node) -> Value:
    *names, axis = node.inputs
    values = [graph.value(name) for name in names]
    axes = values[0].axes
    if any(value.axes != axes for value in values):
        raise ValueError(f"{node.name}: operands lie differently")
    onnx_axis = axes[int(graph.constant(axis))]
    return Value(graph.emit("Concat", [v.name for v in values], axis=onnx_axis), axes)


def _resize(graph: Graph, node: Node) -> Value:
    """ResizeBilinear to a fixed size, or by the factor with which the size was computed."""
    if node.ints("half_pixel_centers") != [1] or node.ints("align_corners") != [0]:
        raise ValueError(f"{node.name}: only half-pixel centres are converted")
    value = _picture(graph, node.inputs[0])
    empty = np.zeros(0, np.float32)
    target: list[str | Array]
    if graph.is_constant(node.inputs[1]):
        size = graph.constant(node.inputs[1])
        target = [empty, empty, size.astype(np.int64)]
    else:
        factor = graph.constant(graph.node(node.inputs[1]).inputs[1])
        target = [empty, factor.astype(np.float32)]
    name = graph.emit(
        "Resize",
        [value.name, *target],
        axes=[2, 3],
        mode="linear",
        coordinate_transformation_mode="half_pixel",
    )
    return Value(name, NHWC)


OPERATIONS: dict[str, Callable[[Graph, Node], Value]] = {
    "Add": _add,
    "AddV2": _add,
    "ConcatV2": _concatenation,
    "Conv2D": _convolution,
    "DepthwiseConv2dNative": _convolution,
    "FusedDepthwiseConv2dNative": _convolution,
    "LeakyRelu": _leaky_relu,
    "MaxPool": _max_pool,
    "Pad": _pad,
    "PadV2": _pad,
    "ResizeBilinear": _resize,
    "Transpose": _transpose,
    "_FusedConv2D": _convolution,
}
