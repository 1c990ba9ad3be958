"""A city's own model, checked before it is ever run.

Whatever framework it comes from, it must keep one of five contracts (docs/models/own.md), so that
nothing downstream knows which model runs. The closed list of classes is part of them: a model that
names anything else, a face or an age say, is refused.
"""

import hashlib
from pathlib import Path

import onnx
from onnx import TensorProto

from beffroi.errors import BadInput
from beffroi.perception.models.manifest import Model, read_manifest
from beffroi.perception.observation import KINDS

CONTRACTS: dict[str, dict[str, tuple[int | None, ...]]] = {
    "centre-heads": {
        "centre": (None, 1, None, None),
        "box_size": (None, 2, None, None),
        "box_offset": (None, 2, None, None),
        "joint_heat": (None, 17, None, None),
        "joint_regression": (None, 34, None, None),
        "joint_offset": (None, 34, None, None),
    },
    "distribution-heads": {
        "stride8": (None, 124, None, None),
        "stride16": (None, 124, None, None),
        "stride32": (None, 124, None, None),
    },
    "people": {"people": (None, None, 56)},
    "objects": {"objects": (None, None, 6)},
    "flames": {"flames": (None, 1)},
}
"""Shape of each output by contract; None is free."""


def own_models(manifest: Path) -> tuple[Model, ...]:
    """The models of a city's manifest, each file checked.

    Raises:
        BadInput: If the manifest or a model breaks its contract; the message says where.
    """
    models = read_manifest(manifest)
    for model in models:
        _check(model)
    return models


def _check(model: Model) -> None:
    path = model.file
    try:
        content = path.read_bytes() if path else b""
    except OSError as error:
        raise BadInput(f"Model {model.name}: cannot read {path}: {error.strerror}.") from error
    found = hashlib.sha256(content).hexdigest()
    if found != model.sha256:
        raise BadInput(f"Model {model.name}: {path} has the SHA-256 {found}, not the one declared.")
    known = {"flame"} if model.task == "flames" else set(KINDS)
    foreign = sorted(set(model.classes) - known)
    if foreign:
        raise BadInput(f"Model {model.name}: classes not allowed: {', '.join(foreign)}.")
    if model.task == "pose" and model.classes != ("person",):
        raise BadInput(f"Model {model.name}: a pose model knows the class person and no other.")
    try:
        graph = onnx.load_model_from_string(content).graph
    except Exception as error:  # protobuf's errors share no public base
        raise BadInput(f"Model {model.name}: {path} is not an ONNX model.") from error
    _check_input(model, graph)
    _check_outputs(model, graph)


def _check_input(model: Model, graph: onnx.GraphProto) -> None:
    constants = {initialiser.name for initialiser in graph.initializer}
    inputs = [value for value in graph.input if value.name not in constants]
    names = [value.name for value in inputs]
    if names != ["images"]:
        raise BadInput(f"Model {model.name}: expected the one input `images`, found {names}.")
    if inputs[0].type.tensor_type.elem_type != TensorProto.UINT8:
        raise BadInput(f"Model {model.name}: the input `images` must be uint8.")
    for size in model.sizes:
        _check_shape(model, inputs[0], (None, *size, 3))
        if model.contract == "centre-heads" and any(side % 32 for side in size):
            raise BadInput(f"Model {model.name}: sides of {list(size)} are not multiples of 32.")


def _check_outputs(model: Model, graph: onnx.GraphProto) -> None:
    outputs = {value.name: value for value in graph.output}
    expected = CONTRACTS[model.contract]
    if set(outputs) != set(expected):
        raise BadInput(
            f"Model {model.name}: the contract {model.contract} has the outputs "
            f"{sorted(expected)}, the file has {sorted(outputs)}."
        )
    for name, shape in expected.items():
        if outputs[name].type.tensor_type.elem_type != TensorProto.FLOAT:
            raise BadInput(f"Model {model.name}: the output `{name}` must be float32.")
        _check_shape(model, outputs[name], shape)


def _check_shape(
    model: Model, value: onnx.ValueInfoProto, expected: tuple[int | None, ...]
) -> None:
    tensor = value.type.tensor_type
    dimensions = tensor.shape.dim if tensor.HasField("shape") else None
    if dimensions is None:
        return  # nothing declared: OpenVINO checks it when the model is loaded
    found = [dim.dim_value if dim.HasField("dim_value") else None for dim in dimensions]
    fits = len(found) == len(expected) and all(
        have is None or want is None or have == want
        for have, want in zip(found, expected, strict=True)
    )
    if not fits:
        raise BadInput(
            f"Model {model.name}: `{value.name}` has the shape {found}, expected {list(expected)}."
        )
