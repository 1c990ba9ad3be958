"""What the truth promises about bodies: contact, falls, planted feet, exact metres."""

import numpy as np
import pytest

from beffroi.simulation import PersonTruth, Scene, scene_names
from beffroi.simulation.skeleton import COCO_NAMES

WRISTS = [COCO_NAMES.index(f"{side}_wrist") for side in ("left", "right")]
ANKLES = [COCO_NAMES.index(f"{side}_ankle") for side in ("left", "right")]
HIPS = [COCO_NAMES.index(f"{side}_hip") for side in ("left", "right")]


def person(scene: Scene, ident: int, t: float) -> PersonTruth:
    return next(p for p in scene.state(t).people if p.id == ident)


@pytest.mark.parametrize("seed", range(4))
def test_first_blow_lands_on_the_other_person(seed: int) -> None:
    scene = Scene.create("street", seed)
    event = scene.events(30)[0]
    striker, victim = (person(scene, ident, event.instant_s) for ident in event.people)
    fists, feet = striker.keypoints_m[WRISTS], striker.keypoints_m[ANKLES]
    head, hips = victim.keypoints_m[:5].mean(axis=0), victim.keypoints_m[HIPS].mean(axis=0)
    punch = np.linalg.norm(fists - head, axis=-1).min()
    kick = np.linalg.norm(feet - hips, axis=-1).min()
    assert min(punch, kick) < 0.3


@pytest.mark.parametrize("seed", range(6))
def test_a_fall_is_fast_and_the_person_stays_down(seed: int) -> None:
    scene = Scene.create("park", seed)
    event = scene.events(30)[0]
    (ident,) = event.people

    def hip_height(t: float) -> float:
        return float(person(scene, ident, t).keypoints_m[HIPS, 2].mean())

    standing = hip_height(event.start_s)
    assert hip_height(event.instant_s) < 0.4 * standing
    assert 0.4 <= event.instant_s - event.start_s <= 1.2
    assert event.end_s - event.instant_s >= 8
    assert hip_height(event.end_s - 0.1) < 0.4 * standing


def test_a_walker_never_slides_on_both_feet() -> None:
    scene = Scene.create("street", 3)
    t = np.arange(34.5, 37.5, 0.04)
    ident = next(p.id for p in scene.state(36.0).people if p.ground_m[1] < 9)
    ankles = np.array([person(scene, ident, float(x)).keypoints_m[ANKLES] for x in t])
    speed = np.linalg.norm(np.diff(ankles[..., :2], axis=0), axis=-1) / 0.04
    assert np.median(speed.min(axis=1)) < 0.35


@pytest.mark.parametrize("name", scene_names())
def test_homography_takes_pixels_to_metres(name: str) -> None:
    scene = Scene.create(name, 0)
    ground = np.array([[-1.0, 8.0, 0.0], [2.0, 12.5, 0.0], [0.3, 20.0, 0.0]])
    pixels = np.column_stack([scene.camera.project(ground), np.ones(3)])
    back = pixels @ scene.camera.ground_homography().T
    assert np.allclose(back[:, :2] / back[:, 2:], ground[:, :2], atol=1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_intruder_is_beyond_the_edge_for_the_whole_event(seed: int) -> None:
    scene = Scene.create("platform", seed)
    event = scene.events(30)[0]
    edge = scene.zones["track"].metres[:, 0].min()
    (ident,) = event.people
    for t in np.linspace(event.start_s + 0.2, event.end_s - 0.2, 9):
        assert person(scene, ident, float(t)).ground_m[0] > edge - 0.15


@pytest.mark.parametrize("seed", range(3))
def test_the_crowd_ends_within_three_metres(seed: int) -> None:
    scene = Scene.create("square", seed)
    event = scene.events(30)[0]
    spots = np.array([person(scene, i, event.instant_s + 0.5).ground_m for i in event.people])
    assert len(spots) >= 7
    assert np.linalg.norm(spots - spots.mean(axis=0), axis=1).max() < 3


def test_motion_is_continuous() -> None:
    scene = Scene.create("street", 1)
    before = {p.id: p for p in scene.state(10.0).people}
    for t in np.arange(10.04, 26, 0.04):
        now = {p.id: p for p in scene.state(float(t)).people}
        for ident in before.keys() & now.keys():
            step = np.linalg.norm(now[ident].ground_m - before[ident].ground_m)
            assert step < 0.35, (ident, t)
        before = now
