"""A TensorFlow.js graph model becomes an ONNX model, without TensorFlow.

Only what the named heads need is converted, starting from them and going backwards: the
post-processing that some models carry is never reached. Names are numbers and nothing depends on
the machine or the time, so the same input gives the same bytes everywhere.
"""

import base64
import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from beffroi.perception.models.manifest import Conversion
from beffroi.perception.models.tfops import NHWC, OPERATIONS, Array, Attribute, Node, Value

OPSET = 18  # the first in which Resize names its axes, so that the batch stays free
IR_VERSION = 8
INPUT = "images"


def convert(topology: bytes, weights: bytes, conversion: Conversion) -> bytes:
    """Convert one model.

    Args:
        topology: The JSON file of the TensorFlow.js graph model.
        weights: Its single weight file.
        conversion: Where to cut the graph, and how pixels are normalised.

    Returns:
        A serialised ONNX model. Input `images`: uint8 [batch, height, width, 3], RGB. Outputs: the
        heads under the names of `conversion.heads`, float32 [batch, channels, height, width].
    """
    builder = _Builder(json.loads(topology), weights)
    builder.feed(conversion)
    outputs = [
        helper.make_tensor_value_info(
            builder.head(name, node), TensorProto.FLOAT, ["batch", None, None, None]
        )
        for name, node in conversion.heads.items()
    ]
    height, width = conversion.size or ("height", "width")
    pictures = helper.make_tensor_value_info(INPUT, TensorProto.UINT8, ["batch", height, width, 3])
    graph = helper.make_graph(builder.nodes, "beffroi", [pictures], outputs, builder.initialisers)
    model = helper.make_model(
        graph,
        producer_name="beffroi",
        ir_version=IR_VERSION,
        opset_imports=[helper.make_opsetid("", OPSET)],
    )
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString(deterministic=True))


class _Builder:
    """The ONNX graph under construction (the :class:`~.tfops.Graph` of the operations)."""

    def __init__(self, model: Mapping[str, Any], weights: bytes) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.initialisers: list[onnx.TensorProto] = []
        self._graph = {node.name: node for node in map(_node, model["modelTopology"]["node"])}
        self._constants = _constants(model["weightsManifest"], weights)
        self._values: dict[str, Value] = {}

    def feed(self, conversion: Conversion) -> None:
        """Bring RGB bytes to what the TensorFlow node `conversion.feed` would have put out."""
        name = self.emit("Transpose", [INPUT], perm=[0, 3, 1, 2])
        if conversion.channels == "BGR":
            name = self.emit("Gather", [name, np.array([2, 1, 0])], axis=1)
        name = self.emit("Cast", [name], to=TensorProto.FLOAT)
        scale, shift = (
            np.array(vector, np.float32).reshape(1, 3, 1, 1)
            for vector in (conversion.scale, conversion.shift)
        )
        name = self.emit("Add", [self.emit("Mul", [name, scale]), shift])
        axes = NHWC if conversion.layout == "NHWC" else (0, 1, 2, 3)
        self._values[conversion.feed] = Value(name, axes)

    def head(self, name: str, node: str) -> str:
        """Convert up to a TensorFlow node and publish its value as the output `name`."""
        self.nodes.append(helper.make_node("Identity", [self.value(node).name], [name]))
        return name

    def value(self, name: str) -> Value:
        """The ONNX tensor of a TensorFlow node, converted on first use."""
        if name not in self._values:
            node = self.node(name)
            self._values[name] = OPERATIONS[node.op](self, node)
        return self._values[name]

    def constant(self, name: str) -> Array:
        """The content of a TensorFlow constant."""
        return self._constants[name]

    def is_constant(self, name: str) -> bool:
        """Whether `name` is a TensorFlow constant."""
        return name in self._constants

    def node(self, name: str) -> Node:
        """A TensorFlow node."""
        return self._graph[name]

    def emit(self, op: str, inputs: Sequence[str | Array], **attributes: Any) -> str:
        """Append an ONNX node; arrays become initialisers. Returns the name of its output."""
        names = [item if isinstance(item, str) else self._initialiser(item) for item in inputs]
        output = f"t{len(self.nodes)}"
        self.nodes.append(helper.make_node(op, names, [output], **attributes))
        return output

    def _initialiser(self, array: Array) -> str:
        if array.shape == (0,):
            return ""  # an optional ONNX input left out
        name = f"c{len(self.initialisers)}"
        self.initialisers.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name


def _constants(manifest: Sequence[Mapping[str, Any]], weights: bytes) -> dict[str, Array]:
    """All constants of the model; those stored as float16 are widened, which is exact."""
    constants: dict[str, Array] = {}
    offset = 0
    for weight in (weight for group in manifest for weight in group["weights"]):
        stored = np.dtype(weight.get("quantization", weight)["dtype"]).newbyteorder("<")
        array: NDArray[Any] = np.frombuffer(
            weights, stored, int(np.prod(weight["shape"], dtype=int)), offset
        )
        offset += array.nbytes
        constants[weight["name"]] = array.reshape(weight["shape"]).astype(weight["dtype"])
    if offset != len(weights):
        raise ValueError(f"{len(weights)} bytes of weights, {offset} described")
    return constants


def _node(json_node: Mapping[str, Any]) -> Node:
    return Node(
        name=json_node["name"],
        op=json_node["op"],
        inputs=tuple(json_node.get("input", ())),
        attributes={key: _attribute(value) for key, value in json_node.get("attr", {}).items()},
    )


def _attribute(value: Mapping[str, Any]) -> Attribute:
    """A protobuf AttrValue in JSON: bytes are base64, 64-bit integers are strings."""
    match value:
        case {"s": text}:
            return [base64.b64decode(text).decode()]
        case {"b": bool(flag)}:
            return [int(flag)]
        case {"f": number}:
            return [float(number)]
        case {"list": {"i": numbers}}:
            return [int(number) for number in numbers]
        case {"list": {"s": texts}}:
            return [base64.b64decode(text).decode() for text in texts]
        case _:
            return []
