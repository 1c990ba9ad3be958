"""The flames model as one ONNX file: the first layers of NanoDet, and what was learnt on them.

NanoDet has learnt from a great many pictures what edges, textures and colours are, and a few
hundred pictures of fire are too few to learn that again. Its first layers are cut off as they are;
what they say of a window is averaged over it and compared with that of the windows learnt from.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from beffroi.perception.fire import SIDE
from beffroi.perception.runtime import ov

Floats = NDArray[np.float32]

LAYER: Final = "t55"
"""The last layer of NanoDet's that is kept: 128 maps of one value for every 8 x 8 pixels."""
MAPS: Final = 128
MEASURES: Final = 3 * MAPS
"""Of each map: its mean, the mean of its greatest values, and its standard deviation."""
GREATEST: Final = (SIDE // 8) ** 2 // 50
STEEPNESS: Final = 2.0
"""Turns distance from the border between flames and others into a score."""


@dataclass(frozen=True, slots=True)
class Border:
    """What was learnt: a border drawn between windows by those that lie near it.

    A support vector machine with a Gaussian kernel (Cortes and Vapnik, Machine Learning 20, 1995).

    Args:
        mean: float32 [MEASURES], taken from each measure…
        scale: …which is then divided by this.
        windows: float32 [n, MEASURES]: those near the border, so scaled.
        weights: float32 [n].
        offset: Added to the weighted sum.
        gamma: One over twice the variance of the kernel.
    """

    mean: Floats
    scale: Floats
    windows: Floats
    weights: Floats
    offset: float
    gamma: float


class Measuring:
    """Measures windows by NanoDet's first layers.

    Args:
        nanodet: The installed model.
    """

    def __init__(self, nanodet: Path) -> None:
        self._model = _model(*_measures(nanodet), "measures", MEASURES)
        compiled = ov.Core().read_model(self._model.SerializeToString())
        compiled.reshape([1, SIDE, SIDE, 3])
        properties = {"INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": 1}
        self._compiled = ov.Core().compile_model(compiled, "CPU", properties)

    def measure(self, window: NDArray[np.uint8]) -> Floats:
        """The measures, [MEASURES], of a window uint8 [1, SIDE, SIDE, 3]."""
        (measures,) = self._compiled({0: window}).values()
        return np.array(measures[0], np.float32)


def flames_model(nanodet: Path, border: Border) -> bytes:
    """The model as a file of the contract `flames`."""
    nodes, initialisers = _measures(nanodet)
    graph = _Graph(nodes, initialisers)
    apart = graph.add("Sub", "measures", border.mean)
    z = graph.add("Div", apart, border.scale)
    # |z - w|² = |z|² - 2 z·w + |w|²
    squares = graph.add("ReduceSum", graph.add("Mul", z, z), np.array([1]), keepdims=1)
    products = graph.add("MatMul", z, -2 * border.windows.T)
    distances = graph.add("Add", graph.add("Add", products, squares), (border.windows**2).sum(1))
    near = graph.add("Exp", graph.add("Mul", distances, np.float32(-border.gamma)))
    total = graph.add("MatMul", near, border.weights[:, np.newaxis])
    side = graph.add("Add", total, np.float32(border.offset))
    graph.add("Sigmoid", graph.add("Mul", side, np.float32(STEEPNESS)), name="flames")
    model = _model(graph.nodes, graph.initialisers, "flames", 1)
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString(deterministic=True))


class _Graph:
    """ONNX nodes under construction; arrays become initialisers."""

    def __init__(self, nodes: list[Any], initialisers: list[Any]) -> None:
        self.nodes, self.initialisers = nodes, initialisers

    def add(
        self, op: str, *inputs: str | NDArray[Any] | np.float32, name: str = "", outputs: int = 1,
        **attributes: Any,
    ) -> str:  # fmt: skip
        """Append a node; returns the name of its first output."""
        names = [one if isinstance(one, str) else self._constant(one) for one in inputs]
        made = [name or f"f{len(self.nodes)}", *(f"x{i}" for i in range(1, outputs))]
        self.nodes.append(helper.make_node(op, names, made, **attributes))
        return made[0]

    def _constant(self, value: NDArray[Any] | np.float32) -> str:
        kind = np.int64 if np.asarray(value).dtype.kind == "i" else np.float32
        name = f"k{len(self.initialisers)}"
        self.initialisers.append(numpy_helper.from_array(np.array(value, kind), name))
        return name


def _measures(nanodet: Path) -> tuple[list[Any], list[Any]]:
    """NanoDet up to `LAYER`, then the output `measures`."""
    whole = onnx.load(nanodet).graph
    nodes = _leading_to(LAYER, whole.node)
    used = {name for node in nodes for name in node.input}
    graph = _Graph(nodes, [one for one in whole.initializer if one.name in used])
    flat = graph.add("Reshape", LAYER, np.array([0, MAPS, -1]))
    along = np.array([2])
    mean = graph.add("ReduceMean", flat, along, keepdims=0)
    top = graph.add("TopK", flat, np.array([GREATEST]), axis=2, outputs=2)
    greatest = graph.add("ReduceMean", top, along, keepdims=0)
    squares = graph.add("ReduceMean", graph.add("Mul", flat, flat), along, keepdims=0)
    variance = graph.add("Sub", squares, graph.add("Mul", mean, mean))
    spread = graph.add("Sqrt", graph.add("Max", variance, np.float32(0)))
    graph.add("Concat", mean, greatest, spread, name="measures", axis=1)
    return graph.nodes, graph.initialisers


def _leading_to(name: str, nodes: Iterable[onnx.NodeProto]) -> list[onnx.NodeProto]:
    """The nodes that a tensor is made of, in their order."""
    wanted, kept = {name}, []
    for node in reversed(list(nodes)):
        if wanted.intersection(node.output):
            kept.append(node)
            wanted.update(node.input)
    return kept[::-1]


def _model(
    nodes: Sequence[onnx.NodeProto], initialisers: Sequence[onnx.TensorProto], output: str, n: int
) -> onnx.ModelProto:
    pictures = helper.make_tensor_value_info("images", TensorProto.UINT8, ["batch", SIDE, SIDE, 3])
    values = helper.make_tensor_value_info(output, TensorProto.FLOAT, ["batch", n])
    return helper.make_model(
        helper.make_graph(nodes, "flames", [pictures], [values], initialisers),
        producer_name="beffroi",
        ir_version=8,
        opset_imports=[helper.make_opsetid("", 18)],
    )
