"""The ground found from people who walk by, against the ground that is known."""

import numpy as np
import pytest

from beffroi.errors import BadInput
from beffroi.perception.ground import Ground
from beffroi.perception.observation import Observation, Track
from beffroi.perception.survey import Survey
from beffroi.simulation.scene import Scene


def walk_by(scene: Scene, seconds: float = 120.0, shake: float = 0.0) -> Survey:
    """The survey of true skeletons, shaken by a share of each person's height."""
    survey, chance = Survey(), np.random.default_rng(7)
    for t in np.arange(0.0, seconds, 1.0):
        tracks = []
        for person in scene.state(float(t)).people:
            joints = np.concatenate([person.keypoints_px, np.ones((17, 1))], axis=1)
            joints[:, :2] += chance.normal(0, shake * person.height_px, (17, 2))
            joints[person.visibility == 0, 2] = 0
            x1, y1, x2, y2 = map(float, person.box)
            tracks.append(
                Track(
                    id=f"{person.id:08x}",
                    kind="person",
                    box=(x1, y1, x2, y2),
                    score=0.9,
                    keypoints=joints.astype(np.float32),
                    ground=None,
                    motion=0.1,
                    age=9,
                )
            )
        survey.note(Observation("c1", float(t), None, scene.size, 0.1, True, tuple(tracks)))
    return survey


def view_deg(scene: Scene) -> float:
    return float(np.degrees(2 * np.arctan(scene.size[0] / 2 / scene.camera.focal)))


@pytest.mark.parametrize("name", ["square", "street", "park"])
def test_distances_on_the_ground_are_found_from_people(name: str) -> None:
    scene = Scene.create(name, 3)
    found = walk_by(scene, shake=0.01).ground(view_deg(scene), scene.camera.position[2])
    true = Ground.from_rows(
        (scene.camera.ground_homography() @ np.diag([*scene.size, 1.0])).tolist()
    )
    chance = np.random.default_rng(1)
    spots = np.column_stack([chance.uniform(0.2, 0.8, 60), chance.uniform(0.55, 0.95, 60)])
    apart = np.linalg.norm(np.diff(found.ground.to_metres(spots), axis=0), axis=1)
    really = np.linalg.norm(np.diff(true.to_metres(spots), axis=0), axis=1)
    assert np.median(np.abs(apart / really - 1)) < 0.12
    assert found.tilt_deg == pytest.approx(np.degrees(scene.camera.tilt), abs=3)
    assert found.error < 0.1


def test_too_few_people_propose_nothing() -> None:
    with pytest.raises(BadInput, match="at least 10"):
        walk_by(Scene.create("square", 3), seconds=2).ground(60, 4)
