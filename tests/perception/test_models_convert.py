"""Each TensorFlow operation, converted and run, against what TensorFlow defines it to be."""

import base64
import json
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from beffroi.perception.models.convert import convert
from beffroi.perception.models.manifest import Conversion
from beffroi.perception.runtime import ov

Floats = NDArray[np.float32]
RNG = np.random.default_rng(7)


class Tfjs:
    """A TensorFlow.js graph model made by hand."""

    def __init__(self) -> None:
        self.nodes: list[dict[str, Any]] = [{"name": "input", "op": "Placeholder"}]
        self.weights: list[dict[str, Any]] = []
        self.bytes = b""

    def constant(self, name: str, array: NDArray[Any], stored: str | None = None) -> str:
        entry: dict[str, Any] = {
            "name": name,
            "shape": list(array.shape),
            "dtype": str(array.dtype),
        }
        if stored:
            entry["quantization"] = {"dtype": stored, "original_dtype": str(array.dtype)}
        self.weights.append(entry)
        self.bytes += array.astype(stored or array.dtype).tobytes()
        self.nodes.append({"name": name, "op": "Const"})
        return name

    def node(self, name: str, op: str, *inputs: str, **attributes: Any) -> str:
        attributes = {key: _json_attribute(value) for key, value in attributes.items()}
        self.nodes.append({"name": name, "op": op, "input": list(inputs), "attr": attributes})
        return name

    def convert(self, output: str, **conversion: Any) -> bytes:
        topology = {
            "modelTopology": {"node": self.nodes},
            "weightsManifest": [{"paths": ["w.bin"], "weights": self.weights}],
        }
        settings = {
            "feed": "input",
            "layout": "NHWC",
            "channels": "RGB",
            "scale": (0.5, 0.25, 2.0),
            "shift": (-1.0, 0.0, 3.0),
            "heads": {"out": output},
        } | conversion
        model = Conversion.model_validate(settings)
        return convert(json.dumps(topology).encode(), self.bytes, model)

    def run(self, output: str, pictures: NDArray[np.uint8], **conversion: Any) -> Floats:
        """Convert, run, and give the output as NHWC, as TensorFlow would."""
        core = ov.Core()
        compiled = core.compile_model(
            core.read_model(self.convert(output, **conversion)),
            "CPU",
            {"INFERENCE_PRECISION_HINT": "f32"},
        )
        result: Floats = compiled(pictures)[0].transpose(0, 2, 3, 1)
        return result


def _json_attribute(value: Any) -> dict[str, Any]:
    match value:
        case bool():
            return {"b": value}
        case float():
            return {"f": value}
        case str():
            return {"s": base64.b64encode(value.encode()).decode()}
        case [str(), *_]:
            return {"list": {"s": [base64.b64encode(text.encode()).decode() for text in value]}}
        case _:
            return {"list": {"i": [str(number) for number in value]}}


def pictures(height: int = 8, width: int = 12, batch: int = 2) -> NDArray[np.uint8]:
    return RNG.integers(0, 256, (batch, height, width, 3), dtype=np.uint8)


def normalised(images: NDArray[np.uint8]) -> Floats:
    """What the graph is fed under the settings of `Tfjs.convert`."""
    scale, shift = np.array([0.5, 0.25, 2.0]), np.array([-1.0, 0.0, 3.0])
    fed: Floats = (images * scale + shift).astype(np.float32)
    return fed


def same_padded(x: Floats, kernel: int, stride: int) -> Floats:
    """Pad as TensorFlow's SAME: `out = ceil(in / stride)`, the odd cell after."""
    pads = [(0, 0)]
    for side in x.shape[1:3]:
        total = max((-(-side // stride) - 1) * stride + kernel - side, 0)
        pads.append((total // 2, total - total // 2))
    return np.pad(x, [*pads, (0, 0)])


def windows(x: Floats, kernel: int, stride: int) -> Floats:
    """All windows: [batch, height, width, channels, kernel, kernel]."""
    view = np.lib.stride_tricks.sliding_window_view(x, (kernel, kernel), axis=(1, 2))
    taken: Floats = view[:, ::stride, ::stride]
    return taken


@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("padding", ["SAME", "VALID"])
@pytest.mark.parametrize("depthwise", [False, True])
def test_convolution(stride: int, padding: str, depthwise: bool) -> None:
    images = pictures()
    filters = RNG.normal(size=(3, 3, 3, 1 if depthwise else 5)).astype(np.float32)
    model = Tfjs()
    model.constant("w", filters)
    op = "DepthwiseConv2dNative" if depthwise else "Conv2D"
    strides, dilations = [1, stride, stride, 1], [1, 1, 1, 1]
    model.node("out", op, "input", "w", strides=strides, padding=padding, dilations=dilations)

    x = normalised(images)
    x = same_padded(x, 3, stride) if padding == "SAME" else x
    equation = "bhwcij,ijco->bhwc" if depthwise else "bhwcij,ijco->bhwo"
    expected = np.einsum(equation, windows(x, 3, stride), filters)
    np.testing.assert_allclose(model.run("out", images), expected, rtol=1e-4, atol=1e-2)


@pytest.mark.parametrize(
    ("fused", "limits"),
    [
        (["BiasAdd"], (-np.inf, np.inf)),
        (["BiasAdd", "Relu"], (0, np.inf)),
        (["BiasAdd", "Relu6"], (0, 6)),
    ],
)
def test_fused_bias_and_activation(fused: list[str], limits: tuple[float, float]) -> None:
    images = pictures()
    filters = RNG.normal(size=(1, 1, 3, 4), scale=0.01).astype(np.float32)
    bias = RNG.normal(size=4).astype(np.float32)
    model = Tfjs()
    model.constant("w", filters)
    model.constant("b", bias)
    model.node(
        "out", "_FusedConv2D", "input", "w", "b",
        strides=[1, 1, 1, 1], padding="SAME", dilations=[1, 1, 1, 1], fused_ops=fused,
    )  # fmt: skip
    expected = np.clip(normalised(images) @ filters[0, 0] + bias, *limits)
    np.testing.assert_allclose(model.run("out", images), expected, rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize("size", [(16, 24), (4, 6)])
@pytest.mark.parametrize("computed", [False, True])
def test_resize_bilinear_with_half_pixel_centres(size: tuple[int, int], computed: bool) -> None:
    images = pictures()
    model = Tfjs()
    if computed:  # as Keras writes it: the size of the input times a constant
        factor = size[0] / images.shape[1]
        model.constant("factor", np.array([factor, factor], np.float32))
        model.node("shape", "Shape", "input")
        model.node("size", "Mul", "shape", "factor")
    else:
        model.constant("size", np.array(size, np.int32))
    model.node(
        "out", "ResizeBilinear", "input", "size", half_pixel_centers=True, align_corners=False
    )
    expected = normalised(images)
    for axis, side in zip((1, 2), size, strict=True):
        before = expected.shape[axis]
        at = np.clip((np.arange(side) + 0.5) * before / side - 0.5, 0, before - 1)
        low = np.minimum(at.astype(int), before - 2)
        share = (at - low).reshape([-1 if i == axis else 1 for i in range(4)])
        expected = (1 - share) * expected.take(low, axis) + share * expected.take(low + 1, axis)
    np.testing.assert_allclose(model.run("out", images), expected, rtol=1e-4, atol=1e-2)


def test_resize_refuses_other_alignments() -> None:
    model = Tfjs()
    model.constant("size", np.array([4, 6], np.int32))
    model.node(
        "out", "ResizeBilinear", "input", "size", half_pixel_centers=False, align_corners=False
    )
    with pytest.raises(ValueError, match="half-pixel"):
        model.convert("out")


def test_pad_pool_concatenate_add_and_leak_through_transpositions() -> None:
    """The idiom of a model that went from ONNX to TensorFlow: NCHW around each NHWC operation."""
    images = pictures()
    model = Tfjs()
    model.constant("to_nhwc", np.array([0, 2, 3, 1], np.int32))
    model.constant("to_nchw", np.array([0, 3, 1, 2], np.int32))
    model.constant("pads", np.array([[0, 0], [0, 0], [1, 1], [1, 1]], np.int32))
    model.constant("lowest", np.array(-np.inf, np.float32))
    model.constant("axis", np.array(1, np.int32))
    bias = np.array([1.5, -300.0, 2.5], np.float32)
    model.constant("bias", bias)
    model.node("padded", "PadV2", "input", "pads", "lowest")
    model.node("nhwc", "Transpose", "padded", "to_nhwc")
    model.node("pool", "MaxPool", "nhwc", ksize=[1, 3, 3, 1], strides=[1, 2, 2, 1], padding="VALID")
    model.node("biased", "Add", "pool", "bias")
    model.node("nchw", "Transpose", "biased", "to_nchw")
    model.node("leak", "LeakyRelu", "nchw", alpha=0.1)
    model.node("sum", "AddV2", "leak", "leak")
    model.node("both", "ConcatV2", "leak", "sum", "axis")

    x = np.pad(normalised(images), [(0, 0), (1, 1), (1, 1), (0, 0)], constant_values=-np.inf)
    x = windows(x, 3, 2).max(axis=(4, 5)) + bias
    x = np.where(x < 0, np.float32(0.1) * x, x)
    expected = np.concatenate([x, 2 * x], axis=3)
    actual = model.run("both", images, layout="NCHW")
    np.testing.assert_allclose(actual, expected, rtol=1e-4, atol=1e-2)


def test_channels_are_reversed_for_bgr_models() -> None:
    images = pictures()
    model = Tfjs()
    model.node("out", "LeakyRelu", "input", alpha=1.0)
    actual = model.run("out", images, channels="BGR", scale=(1, 1, 1), shift=(0, 0, 0))
    np.testing.assert_array_equal(actual, images[..., ::-1])


def test_half_precision_weights_are_widened_exactly() -> None:
    images = pictures()
    bias = np.array([0.1, 0.2, 0.3], np.float32)
    model = Tfjs()
    model.constant("bias", bias, stored="float16")
    model.node("out", "Add", "input", "bias")
    expected = normalised(images) + bias.astype(np.float16).astype(np.float32)
    np.testing.assert_allclose(model.run("out", images), expected, rtol=1e-6)


def test_the_same_input_gives_the_same_bytes() -> None:
    def made() -> bytes:
        model = Tfjs()
        model.constant("bias", np.arange(3, dtype=np.float32))
        model.node("out", "Add", "input", "bias")
        return model.convert("out")

    assert made() == made()


def test_only_what_the_heads_need_is_converted() -> None:
    model = Tfjs()
    model.constant("bias", np.arange(3, dtype=np.float32))
    model.node("out", "Add", "input", "bias")
    model.node("after", "NonMaxSuppression", "out")
    assert model.convert("out")
    with pytest.raises(KeyError, match="NonMaxSuppression"):
        model.convert("after")


def test_missing_weights_are_noticed() -> None:
    model = Tfjs()
    model.constant("bias", np.arange(3, dtype=np.float32))
    model.node("out", "Add", "input", "bias")
    model.bytes += b"\0"
    with pytest.raises(ValueError, match="described"):
        model.convert("out")
