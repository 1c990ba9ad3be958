"""A city's own model: what is accepted, and what is refused in which words."""

import hashlib
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from beffroi.errors import BadInput
from beffroi.perception.inference import Inference
from beffroi.perception.letterbox import Letterbox
from beffroi.perception.models import (
    Variant,
    checked_models,
    digest,
    own_models,
)
from beffroi.perception.pose import read_people_list

MANIFEST = """
[[model]]
name = "town-pose"
task = "pose"
contract = "people"
title = "The town's own pose model"
made_by = "The town"
country = "France"
licence = "EUPL-1.2"
trained_on = "drawn people"
input = "RGB picture"
sizes = [[32, 64]]
classes = ["person"]
file = "town.onnx"
sha256 = "{sha256}"
"""


def people_model(
    columns: int = 56,
    name: str = "people",
    input_type: int = TensorProto.UINT8,
    shape: tuple[int, ...] | None = (1, 1),
) -> bytes:
    """A model that sees one person, always the same."""
    row = np.zeros((1, 1, columns), np.float32)
    row[0, 0, :5] = (8, 4, 24, 28, 0.9)
    row[0, 0, 5:] = 10
    graph = helper.make_graph(
        [
            helper.make_node("Cast", ["images"], ["pixels"], to=TensorProto.FLOAT),
            helper.make_node("ReduceMax", ["pixels"], ["most"], keepdims=0),
            helper.make_node("Mul", ["most", "nought"], ["nothing"]),
            helper.make_node("Add", ["row", "nothing"], [name]),
        ],
        "town",
        [helper.make_tensor_value_info("images", input_type, ["n", 32, 64, 3])],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape and [*shape, columns])],
        [
            numpy_helper.from_array(row, "row"),
            numpy_helper.from_array(np.zeros((), np.float32), "nought"),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8)
    return bytes(model.SerializeToString())


def kept_elsewhere() -> bytes:
    """The same, one constant of which lies in a file beside it, within a graph within the graph."""
    model = onnx.load_model_from_string(people_model())
    tensor = TensorProto(name="row", data_type=TensorProto.FLOAT, dims=[1, 1, 56])
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="town.bin")
    constant = helper.make_node("Constant", [], ["row"], value=tensor)
    branch = helper.make_graph([constant], "branch", [], [])
    model.graph.node.append(
        helper.make_node("If", ["nought"], ["more"], then_branch=branch, else_branch=branch)
    )
    return bytes(model.SerializeToString())


def write(folder: Path, content: bytes, manifest: str = MANIFEST) -> Path:
    (folder / "town.onnx").write_bytes(content)
    path = folder / "models.toml"
    path.write_text(manifest.format(sha256=hashlib.sha256(content).hexdigest()))
    return path


def test_a_town_model_runs_like_any_other(tmp_path: Path) -> None:
    (model,) = own_models(write(tmp_path, people_model()))
    assert model.file is not None
    variant = Variant(model, model.file, (32, 64))
    letterbox = Letterbox.fit((64, 128), (32, 64))
    with Inference([variant], threads=1) as inference:
        picture = np.zeros((1, 32, 64, 3), np.uint8)
        people = inference.submit(
            variant, picture, lambda heads: read_people_list(heads, letterbox)
        ).result(10)
    np.testing.assert_allclose(people.boxes, [[16, 8, 48, 56]])
    np.testing.assert_allclose(people.keypoints[0, :, :2], 20)
    np.testing.assert_allclose(people.scores, [0.9])


@pytest.mark.parametrize(
    ("content", "old", "new", "message"),
    [
        (people_model(), 'name = "town-pose"', 'nom = "x"', r"model.0.name: is missing"),
        (people_model(), "sizes = [[32, 64]]", "sizes = []", "sizes"),
        (people_model(), "[[32, 64]]", "[[-32, 64]]", "must be at least 1"),
        (people_model(), "[[32, 64]]", "[[32, 99999]]", "must be at most 4096"),
        (people_model(), 'file = "town.onnx"', "", "does not name its ONNX file"),
        (people_model(), 'file = "town.onnx"', 'file = "x.onnx"', "cannot read"),
        (people_model(), "[[model]]", "[model", "is not a TOML file"),
        (people_model(), '["person"]', '["person", "face"]', "knows person and never face"),
        (people_model(), '["person"]', '["car"]', "knows person and never car"),
        (people_model(), "{sha256}", "0" * 64, "not the one declared"),
        (people_model(), "[[32, 64]]", "[[48, 64]]", r"`images` has the shape"),
        (people_model(columns=57), "", "", r"`people` has the shape \[1, 1, 57\]"),
        (people_model(name="poses"), "", "", r"outputs \['people'\], the file has \['poses'\]"),
        (people_model(input_type=TensorProto.FLOAT), "", "", "must be uint8"),
        (b"not a model", "", "", "is not an ONNX model"),
        (people_model(shape=None), "", "", "`people` does not declare its shape"),
        (kept_elsewhere(), "", "", "keeps data in another file"),
        (people_model(), '"town-pose"', '"nanodet"', "a name that another model has"),
        (people_model(), 'file = "town.onnx"', 'file = "/etc/town.onnx"', "beside the manifest"),
        (people_model(), 'file = "town.onnx"', 'file = "../town.onnx"', "beside the manifest"),
        (people_model(), 'task = "pose"', 'task = "objects"', "goes with the contract objects or"),
        (people_model(), '"people"\n', '"objects"\n', "task pose, which goes with .*not objects"),
        (people_model(), '["person"]', '["weapon"]', "knows person and never weapon"),
    ],
)
def test_what_breaks_the_contract_is_named(
    tmp_path: Path, content: bytes, old: str, new: str, message: str
) -> None:
    with pytest.raises(BadInput, match=message):
        own_models(write(tmp_path, content, MANIFEST.replace(old, new) if old else MANIFEST))


def test_one_model_looks_for_each_task(tmp_path: Path) -> None:
    manifest = write(tmp_path, people_model())
    text = manifest.read_text()
    manifest.write_text(text + text.replace("town-pose", "another-pose"))
    with pytest.raises(BadInput, match="several models of the task pose"):
        own_models(manifest)


def test_a_broken_model_is_told_beside_the_others(tmp_path: Path) -> None:
    assert checked_models(tmp_path / "models.toml") == ((), {})
    manifest = write(tmp_path, people_model())
    text = manifest.read_text()
    assert checked_models(manifest) == (own_models(manifest), {})
    other = text.replace("town-pose", "town-things").replace('"pose"', '"objects"')
    manifest.write_text(text + other.replace('"people"', '"objects"'))
    models, wrong = checked_models(manifest)
    assert [model.name for model in models] == ["town-pose", "town-things"]
    assert wrong.keys() == {"town-things"}
    manifest.write_text("[[model]")
    assert "is not a TOML file" in checked_models(manifest)[1][""]


def test_a_missing_manifest_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"Cannot read the model manifest .*nowhere.toml"):
        own_models(tmp_path / "nowhere.toml")


def test_the_digest_says_what_runs(tmp_path: Path) -> None:
    (model,) = own_models(write(tmp_path, people_model()))
    model = model.model_copy(update={"sizes": ((32, 64), (64, 64))})
    small, large = (Variant(model, tmp_path, size) for size in model.sizes)
    other = model.model_copy(update={"sha256": "0" * 64})
    variants = [
        small,
        large,
        Variant(model, tmp_path, (32, 64), "bf16"),
        Variant(other, tmp_path, (32, 64)),
    ]
    assert len({variant.digest for variant in variants}) == len(variants)
    assert small.digest == Variant(model, tmp_path / "elsewhere", (32, 64)).digest
    assert digest([small, large]) == digest([large, small]) != digest([small])


def test_sizes_come_from_a_closed_list(tmp_path: Path) -> None:
    (model,) = own_models(write(tmp_path, people_model()))
    with pytest.raises(BadInput, match="has no input size 64x64; choose one of 32x64"):
        Variant(model, tmp_path, (64, 64))
