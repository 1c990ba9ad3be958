"""A city's own model in the engine: it looks where a voted text names it, and nowhere else."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper

from beffroi.capture.frame import Frame
from beffroi.engine.equipment import equipment_of
from beffroi.engine.eyes import Eyes
from beffroi.errors import Tampered
from beffroi.folder import DataFolder
from beffroi.mandate.fitness import Demands, Profile, unfit
from beffroi.perception.finders import Need, shown
from beffroi.perception.models import models_at_work
from beffroi.store.cameras import CameraVersion
from tests.events.test_weapon import DEFINITION
from tests.perception.test_models_own import MANIFEST, write

CAMERA = CameraVersion(
    camera_id="park",
    number=1,
    name="The park",
    address="sim://park?seed=1",
    masks=[],
    ground=None,
    place={},
    since=datetime(2026, 11, 22, tzinfo=UTC),
)
WEAPONS = (
    MANIFEST.replace("town-pose", "town-weapons")
    .replace('"pose"', '"weapons"')
    .replace('"people"', '"objects"')
    .replace('["person"]', '["weapon"]')
)


def weapons_model() -> bytes:
    """A model that sees a weapon in one place as surely as the picture is bright there."""
    row = np.array([[[8, 4, 24, 28, 0, 0]]], np.float32)
    score = np.array([[[0, 0, 0, 0, 1 / 255, 0]]], np.float32)
    graph = helper.make_graph(
        [
            helper.make_node("Cast", ["images"], ["pixels"], to=TensorProto.FLOAT),
            helper.make_node("ReduceMax", ["pixels"], ["most"], keepdims=0),
            helper.make_node("Mul", ["most", "score"], ["sure"]),
            helper.make_node("Add", ["row", "sure"], ["objects"]),
        ],
        "town",
        [helper.make_tensor_value_info("images", TensorProto.UINT8, ["n", 32, 64, 3])],
        [helper.make_tensor_value_info("objects", TensorProto.FLOAT, [1, 1, 6])],
        [numpy_helper.from_array(row, "row"), numpy_helper.from_array(score, "score")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8)
    return bytes(model.SerializeToString())


@pytest.fixture
def armed(folder: DataFolder, models: Path) -> DataFolder:
    """A data folder whose city has added a model that finds weapons."""
    write(folder.path, weapons_model(), WEAPONS)
    return folder


def test_a_weapon_is_told_to_those_alone_who_ask_for_it(armed: DataFolder) -> None:
    eyes = Eyes((224, 384), models=models_at_work(armed.models))
    perception = eyes.look(CAMERA, {Need.WEAPONS})
    chance = np.random.default_rng(1)
    seen = [
        perception.observe(
            Frame(chance.integers(0, 255, (64, 128, 3), dtype=np.uint8), t / 5, None, t)
        )
        for t in range(6)
    ]
    (region,) = seen[-1].regions
    assert region.kind == "weapon"
    assert region.box == pytest.approx((16, 8, 48, 56))
    assert region.score == pytest.approx(0.95, abs=0.06)
    assert {one.id for observation in seen for one in observation.regions} == {region.id}
    assert seen[-1].tracks == ()
    assert shown(seen[-1], {Need.PEOPLE, Need.STILL, Need.FIRE}).regions == ()


def test_a_text_runs_with_the_model_that_it_names(armed: DataFolder) -> None:
    equipment = equipment_of(armed, "f32")
    (town,) = (one for one in models_at_work(armed.models) if one.task == "weapons")
    assert equipment.behaviours["weapon"] == DEFINITION.behaviour
    assert equipment.demands(DEFINITION) == Demands(frozenset({"weapons"}))
    profile = Profile(None, None, "f32", equipment.models or {}, equipment.tasks)
    named = DEFINITION.model_copy(update={"models": {town.name: town.sha256}})
    assert unfit(named, profile, equipment.demands(named)) == []
    (reason,) = unfit(DEFINITION, profile, equipment.demands(DEFINITION))
    assert "is not the one that was voted" in reason


def test_a_model_that_was_exchanged_since_the_gate_was_asked_looks_for_nobody(
    armed: DataFolder,
) -> None:
    eyes = Eyes((224, 384), models=models_at_work(armed.models))
    (town,) = (one for one in models_at_work(armed.models) if one.task == "weapons")
    named = DEFINITION.model_copy(update={"models": {town.name: town.sha256}})
    eyes.require(named, {Need.WEAPONS})
    for definition, needs in ((DEFINITION, {Need.WEAPONS}), (named, {Need.PEOPLE})):
        with pytest.raises(Tampered, match="was changed while the server ran"):
            eyes.require(definition, needs)


def test_without_that_model_it_does_not_run(folder: DataFolder, models: Path) -> None:
    equipment = equipment_of(folder, "f32")
    profile = Profile(None, None, "f32", equipment.models or {}, equipment.tasks)
    reasons = unfit(DEFINITION, profile, equipment.demands(DEFINITION))
    assert any("names no model that finds weapons" in reason for reason in reasons)
