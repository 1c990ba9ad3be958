"""A city's own model, checked before it is ever run.

Whatever framework it comes from, it must keep one of five contracts (docs/models/own.md), so that
nothing downstream knows which model runs. The closed list of classes is part of them: a model that
names anything else, a face or an age say, is refused.
"""

import hashlib
from collections.abc import Iterator, MutableSequence
from pathlib import Path
from typing import Any

import onnx
from onnx import TensorProto

from beffroi.errors import BadInput
from beffroi.perception.models.manifest import Model, read_manifest

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


def checked_models(manifest: Path) -> tuple[tuple[Model, ...], dict[str, str]]:
    """The same with what is wrong with each: a broken one must not stop the others.

    Args:
        manifest: The city's; there may be none.

    Returns:
        The models, and what is wrong with some, by name; under "" with the manifest.
    """
    if not manifest.exists():
        return (), {}
    try:
        models = read_manifest(manifest)
    except BadInput as error:
        return (), {"": error.message}
    return models, {model.name: problem for model in models if (problem := _problem(model))}


def _problem(model: Model) -> str:
    try:
        _check(model)
    except BadInput as error:
        return error.message
    return ""


def _check(model: Model) -> None:
    path = model.file
    try:
        content = path.read_bytes() if path else b""
    except OSError as error:
        raise BadInput(f"Model {model.name}: cannot read {path}: {error.strerror}.") from error
    found = hashlib.sha256(content).hexdigest()
    if found != model.sha256:
        raise BadInput(f"Model {model.name}: {path} has the SHA-256 {found}, not the one declared.")
    try:
        proto = onnx.load_model_from_string(content)
    except Exception as error:  # protobuf's errors share no public base
        raise BadInput(f"Model {model.name}: {path} is not an ONNX model.") from error
    _check_whole(model, proto)
    _check_input(model, proto.graph)
    _check_outputs(model, proto.graph)


def _check_whole(model: Model, proto: onnx.ModelProto) -> None:
    """Refuse a file that is not all of the model: its hash would say nothing of the rest."""
    for tensor in _tensors(proto):
        if tensor.data_location == onnx.TensorProto.EXTERNAL or tensor.external_data:
            raise BadInput(
                f"Model {model.name}: {model.file} keeps data in another file, of which its hash "
                "says nothing; save it as one file."
            )


def _tensors(message: Any) -> Iterator[onnx.TensorProto]:
    """Every tensor within a message of protobuf, however deep: graphs hold graphs."""
    if isinstance(message, onnx.TensorProto):
        yield message
        return
    for _, value in message.ListFields():
        for part in value if isinstance(value, MutableSequence) else (value,):
            if hasattr(part, "ListFields"):
                yield from _tensors(part)


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
        raise BadInput(f"Model {model.name}: `{value.name}` does not declare its shape.")
    found = [dim.dim_value if dim.HasField("dim_value") else None for dim in dimensions]
    fits = len(found) == len(expected) and all(
        have is None or want is None or have == want
        for have, want in zip(found, expected, strict=True)
    )
    if not fits:
        raise BadInput(
            f"Model {model.name}: `{value.name}` has the shape {found}, expected {list(expected)}."
        )
