"""A city's own model in the engine: it looks where a voted text names it, and nowhere else."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper

from beffroi.capture.frame import Frame
from beffroi.clock import Clock
from beffroi.engine.equipment import equipment_of, models_at_work
from beffroi.engine.eyes import Eyes
from beffroi.errors import Tampered, Unavailable
from beffroi.folder import DataFolder
from beffroi.mandate.definition import Definition
from beffroi.mandate.equipment import Demands, Equipment, known_equipment, note_equipment
from beffroi.mandate.fitness import Profile, unfit
from beffroi.mandate.uses import register_definition
from beffroi.perception.finders import Need, shown
from beffroi.settings import EngineSettings
from beffroi.store.cameras import CameraVersion
from beffroi.store.database import Database
from tests.events.shipped import VOTED
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
ENGINE = EngineSettings(pose_input=(224, 384))
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
    eyes = Eyes(ENGINE.pose_input, models_at_work(armed, ENGINE).variants)
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
    equipment = equipment_of(armed, ENGINE)
    town = models_at_work(armed, ENGINE).variants["weapons"].model
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
    eyes = Eyes(ENGINE.pose_input, models_at_work(armed, ENGINE).variants)
    town = models_at_work(armed, ENGINE).variants["weapons"].model
    named = DEFINITION.model_copy(update={"models": {town.name: town.sha256}})
    eyes.require(named, {Need.WEAPONS})
    for definition, needs in ((DEFINITION, {Need.WEAPONS}), (named, {Need.PEOPLE})):
        with pytest.raises(Tampered, match="was changed while the server ran"):
            eyes.require(definition, needs)


def test_without_that_model_it_does_not_run(folder: DataFolder, models: Path) -> None:
    equipment = equipment_of(folder, ENGINE)
    profile = Profile(None, None, "f32", equipment.models or {}, equipment.tasks)
    reasons = unfit(DEFINITION, profile, equipment.demands(DEFINITION))
    assert any("names no model that finds weapons" in reason for reason in reasons)


def why_not(equipment: Equipment, definition: Definition) -> list[str]:
    profile = Profile(
        None,
        None,
        equipment.precision,
        equipment.models or {},
        equipment.tasks,
        faults=equipment.faults,
    )
    return unfit(definition, profile, equipment.demands(definition))


@pytest.mark.parametrize(
    ("manifest", "why"),
    [
        (WEAPONS, None),
        (WEAPONS.replace("{sha256}", "0" * 64), "cannot look here: it is not in order"),
        ("[[model]", "cannot look here: the city's list of models is not in order"),
    ],
    ids=["whole", "another file", "no list"],
)
def test_a_broken_model_stops_what_was_voted_with_it_and_nothing_else(
    folder: DataFolder, database: Database, models: Path, manifest: str, why: str | None
) -> None:
    write(folder.path, weapons_model(), manifest)
    digest = hashlib.sha256(weapons_model()).hexdigest()
    armed = DEFINITION.model_copy(update={"models": {"town-weapons": digest}})
    with database.write() as session:
        register_definition(session, VOTED["fall"], actor="clerk", clock=Clock())
        note_equipment(session, equipment_of(folder, ENGINE), Clock())
    with database.read() as session:
        known = known_equipment(session)
    assert known is not None
    for equipment in (equipment_of(folder, ENGINE), known):
        reasons = why_not(equipment, armed)
        assert [str(why) in reason for reason in reasons] == [True] * (why is not None)
        assert why_not(equipment, VOTED["fall"].definition) == []


def test_a_pose_model_that_does_not_come_as_the_machine_is_set_says_so(
    folder: DataFolder, models: Path
) -> None:
    equipment = equipment_of(folder, EngineSettings(pose_input=(100, 100)))
    (reason,) = why_not(equipment, VOTED["fall"].definition)
    assert "with an input of 100×100 computed in f32" in reason
    assert why_not(equipment, VOTED["traffic"].definition) == []


def test_a_model_that_cannot_be_computed_is_left_out(armed: DataFolder) -> None:
    variant = models_at_work(armed, ENGINE).variants["weapons"]
    content = variant.path.read_bytes().replace(b"ReduceMax", b"ReduceMix")
    variant.path.write_bytes(content)
    model = variant.model.model_copy(update={"sha256": hashlib.sha256(content).hexdigest()})
    eyes = Eyes(ENGINE.pose_input, {"weapons": replace(variant, model=model)})
    with pytest.raises(Unavailable, match="cannot be loaded"):
        eyes.require(DEFINITION, {Need.WEAPONS})
