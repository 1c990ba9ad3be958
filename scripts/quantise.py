"""Measure how a pose model is put into 8-bit integers, on pictures of the synthetic city alone.

`python -m scripts.quantise` writes src/beffroi/perception/models/int8/movenet-multipose.json and
prints the SHA-256 that the manifest must then pin. Ranges are halfway between the outermost values
and those that all but one in ten thousand stay within; then, layer after layer, the mean of what
rounding takes from each channel is measured and given back.
"""

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper

from beffroi.perception.inference import properties
from beffroi.perception.letterbox import Letterbox
from beffroi.perception.models import variant
from beffroi.perception.models.quantise import Layer, Recipe, quantise
from beffroi.perception.runtime import ov
from beffroi.simulation.scene import Scene

MODEL: Final = "movenet-multipose"
SIZE: Final = (288, 512)
RECIPE: Final = Path(__file__).parent.parent / f"src/beffroi/perception/models/int8/{MODEL}.json"
NECK: Final = range(101, 119)
"""Layers that join the scales: they cost next to nothing, and rounding them costs the joints."""
PIXELS: Final = "t4"
"""The first layer reads pixels, whose range is known."""
RARE: Final = 10_000

_POSE: Final = variant(MODEL, SIZE)
_PROPERTIES: Final = properties(_POSE, 1)

Picture = NDArray[np.uint8]
Floats = NDArray[np.float32]


def main() -> None:
    """Measure and write."""
    original = _POSE.path.read_bytes()
    pictures = list(_pictures())
    layers = _convolutions(original)
    inputs = {output: read for output, read in layers if int(output[1:]) not in NECK}
    extremes = _extremes(original, sorted(set(inputs.values())), pictures)
    recipe = {output: Layer(*extremes[read]) for output, read in inputs.items()}
    recipe[PIXELS] = Layer(-1.0, 1.0)
    wanted = _means(original, list(recipe), pictures[::6])
    for i, output in enumerate(recipe):
        got = _means(quantise(original, Recipe(recipe)), [output], pictures[::6])[output]
        shift = tuple(round(float(value), 4) for value in wanted[output] - got)
        recipe[output] = Layer(recipe[output].low, recipe[output].high, shift)
        print(f"{i + 1} of {len(recipe)}: {output}", flush=True)
    RECIPE.parent.mkdir(exist_ok=True)
    RECIPE.write_text(Recipe(recipe).write(), encoding="utf-8")
    print(hashlib.sha256(quantise(original, Recipe(recipe))).hexdigest())


def _pictures() -> Iterator[Picture]:
    """The synthetic city by day and by dusk, through good cameras and bad ones."""
    chance = np.random.default_rng(20240)
    for scene in ("square", "street", "park", "platform"):
        for seed in range(1, 7):
            stage = Scene.create(scene, seed)
            for t in (6.0, 14.0, 23.0, 31.0):
                picture = stage.render(t)
                yield picture
                gain, lift = chance.uniform(0.4, 1.3), chance.uniform(-20, 60)
                coarse = picture[::2, ::2].repeat(2, axis=0).repeat(2, axis=1)
                noisy = coarse * gain + lift + chance.normal(0, 6, coarse.shape)
                yield noisy.clip(0, 255).astype(np.uint8)


def _convolutions(model: bytes) -> list[tuple[str, str]]:
    """Output and input of each convolution, in order."""
    nodes = onnx.load_model_from_string(model).graph.node
    return [(node.output[0], node.input[0]) for node in nodes if node.op_type == "Conv"]


def _extremes(
    model: bytes, names: Sequence[str], pictures: Sequence[Picture]
) -> dict[str, tuple[float, float]]:
    """Least and greatest value of each tensor, the rarest half believed."""
    found: dict[str, list[tuple[float, ...]]] = {name: [] for name in names}
    for values in _run(model, names, pictures[::2]):
        for name, value in values.items():
            flat, rare = value.ravel(), value.size // RARE
            usual = np.partition(flat, [rare, flat.size - 1 - rare])
            ends = (flat.min(), usual[rare], usual[flat.size - 1 - rare], flat.max())
            found[name].append(tuple(map(float, ends)))
    ranges = {}
    for name, rows in found.items():
        least, low, high, most = np.array(rows).T
        lower, upper = (least.min() + low.mean()) / 2, (high.mean() + most.max()) / 2
        ranges[name] = (round(min(lower, 0.0), 4), round(max(upper, 1e-3), 4))
    return ranges


def _means(model: bytes, names: Sequence[str], pictures: Sequence[Picture]) -> dict[str, Floats]:
    """Mean of each channel of some tensors."""
    sums = [
        {name: value.mean(axis=(0, 2, 3)) for name, value in values.items()}
        for values in _run(model, names, pictures)
    ]
    return {name: np.mean([row[name] for row in sums], axis=0) for name in names}


def _run(
    model: bytes, names: Sequence[str], pictures: Sequence[Picture]
) -> Iterator[dict[str, Floats]]:
    """The values of some tensors inside a model, picture by picture."""
    proto = onnx.load_model_from_string(model)
    del proto.graph.output[:]
    proto.graph.output.extend(
        helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in names
    )
    loaded = ov.Core().read_model(proto.SerializeToString())
    loaded.reshape([1, *SIZE, 3])
    asked = ov.Core().compile_model(loaded, "CPU", _PROPERTIES).create_infer_request()
    box = Letterbox.fit(pictures[0].shape[:2], SIZE)
    for picture in pictures:
        asked.infer({0: box.apply(picture)})
        yield {name: asked.get_output_tensor(i).data.copy() for i, name in enumerate(names)}


if __name__ == "__main__":
    main()
