"""A model in 8-bit integers: what is rounded, what is given back, and how near the joints stay."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from beffroi.errors import BadInput
from beffroi.perception.inference import Inference
from beffroi.perception.letterbox import Letterbox
from beffroi.perception.models import Precision, installed, variant
from beffroi.perception.models.quantise import Layer, Recipe, quantise
from beffroi.perception.pose import OKS_SIGMAS, PEOPLE_READERS, People
from beffroi.perception.runtime import ov
from beffroi.simulation.scene import Scene

Floats = NDArray[np.float32]

SIZE = (288, 512)
SEEN = 0.2
"""Score of a joint that the reference has seen."""


def oks(joints: Floats, box: Floats, other: Floats) -> float:
    """Object keypoint similarity (COCO) of the joints seen in the first of two skeletons."""
    seen = joints[:, 2] >= SEEN
    area = (box[2] - box[0]) * (box[3] - box[1])
    apart = ((joints[seen, :2] - other[seen, :2]) ** 2).sum(axis=1)
    return float(np.exp(-apart / (2 * area * (2 * OKS_SIGMAS[seen]) ** 2)).mean())


def two_layers() -> bytes:
    """Two convolutions of one channel, each doubling what it reads, the first adding one."""
    weight, bias = np.full((1, 1, 1, 1), 2, np.float32), np.ones(1, np.float32)
    graph = helper.make_graph(
        [
            helper.make_node("Conv", ["images", "w", "b"], ["t1"]),
            helper.make_node("Conv", ["t1", "w"], ["t2"]),
            helper.make_node("Identity", ["t2"], ["out"]),
        ],
        "two",
        [helper.make_tensor_value_info("images", TensorProto.FLOAT, [1, 1, 1, 4])],
        [helper.make_tensor_value_info("out", TensorProto.FLOAT, [1, 1, 1, 4])],
        [numpy_helper.from_array(weight, "w"), numpy_helper.from_array(bias, "b")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8)
    return bytes(model.SerializeToString())


def run(model: bytes, values: list[float]) -> list[float]:
    core = ov.Core()
    exact = {"INFERENCE_PRECISION_HINT": "f32"}
    request = core.compile_model(core.read_model(model), "CPU", exact).create_infer_request()
    request.infer({0: np.array(values, np.float32).reshape(1, 1, 1, -1)})
    return [float(value) for value in request.get_output_tensor(0).data.ravel()]


def test_values_are_rounded_to_steps_and_cut_at_the_ends() -> None:
    recipe = Recipe({"t1": Layer(0.0, 255.0)})
    found = run(quantise(two_layers(), recipe), [1.4, 1.6, -3.0, 300.0])
    assert found == pytest.approx([6, 10, 2, 1022])


def test_what_rounding_takes_on_average_is_given_back() -> None:
    recipe = Recipe({"t1": Layer(0.0, 255.0, (0.5,)), "t2": Layer(0.0, 510.0, (-1.0,))})
    assert run(quantise(two_layers(), recipe), [1, 2, 3, 4])[0] == pytest.approx(7.0, abs=1.0)


def test_the_same_recipe_gives_the_same_bytes() -> None:
    recipe = Recipe({"t1": Layer(-1.0, 1.0, (0.25,)), "t2": Layer(0.0, 6.0)})
    assert Recipe.read(recipe.write()) == recipe
    assert quantise(two_layers(), recipe) == quantise(two_layers(), Recipe.read(recipe.write()))


def test_a_recipe_for_another_model_is_refused() -> None:
    with pytest.raises(ValueError, match="t9"):
        quantise(two_layers(), Recipe({"t9": Layer(0.0, 1.0)}))


@pytest.mark.usefixtures("models")
def test_a_model_without_a_recipe_has_no_such_precision() -> None:
    with pytest.raises(BadInput, match="8-bit"):
        variant("nanodet", (416, 416), "int8")


@pytest.mark.usefixtures("models")
def test_joints_stay_where_they_were() -> None:
    """Of people whom the reference is sure of, on pictures that the recipe was not measured on."""
    scenes = [Scene.create(name, 31) for name in ("square", "street", "park", "platform")]
    pictures = [scene.render(t) for scene in scenes for t in (9.0, 21.0)]
    agreed = [
        max((oks(joints, box, other) for other in rounded.keypoints), default=0.0)
        for exact, rounded in zip(look(pictures, "f32"), look(pictures, "int8"), strict=True)
        for joints, box, score in zip(exact.keypoints, exact.boxes, exact.scores, strict=True)
        if score >= 0.3
    ]
    assert len(agreed) > 25
    assert np.mean(agreed) >= 0.95
    assert min(agreed) > 0.5, "everybody is found again"


def look(pictures: list[NDArray[np.uint8]], precision: Precision) -> list[People]:
    pose = variant("movenet-multipose", SIZE, precision)
    box = Letterbox.fit(pictures[0].shape[:2], SIZE)
    read = PEOPLE_READERS[pose.model.contract]
    with Inference([pose], threads=1) as inference:
        return [
            inference.submit(pose, box.apply(picture), lambda heads: read(heads, box)).result()
            for picture in pictures
        ]


def test_what_runs_in_8_bit_integers_is_another_file_to_vote_for(models: Path) -> None:
    exact, rounded = installed(directory=models), installed("int8", models)
    assert exact["movenet-multipose"] != rounded["movenet-multipose"]
    assert exact["nanodet"] == rounded["nanodet"]
    pose = variant("movenet-multipose", SIZE, "int8", models)
    assert pose.sha256 == rounded["movenet-multipose"]
    assert pose.path.exists()
