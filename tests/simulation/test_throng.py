"""Crowds that move: nobody walks through anybody, and everybody gets where they want."""

import numpy as np
import pytest

from beffroi.simulation import Scene
from beffroi.simulation.bare import play, skeletons
from beffroi.simulation.scenes import SETTINGS
from beffroi.simulation.throng import STEP_S, throng, towards

GOALS = np.array([[5.0, 0.0], [-5.0, 0.0], [5.0, 2.0], [-5.0, 2.0]])
STARTS = -GOALS + np.array([[0.0, 0.3], [0.0, -0.3], [0.0, 4.3], [0.0, 3.7]])


def test_people_who_meet_go_round_each_other_and_arrive() -> None:
    speeds = np.full(4, 1.3)
    places = throng(STARTS, 0.0, 14.0, lambda _, here: towards(GOALS, here, speeds))
    assert places.shape == (281, 4, 2)
    assert np.linalg.norm(places[-1] - GOALS, axis=1).max() < 0.3
    gaps = np.linalg.norm(places[:, :, np.newaxis] - places[:, np.newaxis], axis=-1)
    assert gaps[:, ~np.eye(4, dtype=bool)].min() > 0.2
    speed = np.linalg.norm(np.diff(places, axis=0), axis=-1) / STEP_S
    assert speed.max() < 2


@pytest.mark.parametrize("name", ["forecourt", "crowd"])
def test_bare_skeletons_are_those_of_the_scene(name: str) -> None:
    scene = Scene.create(name, 3)
    (bare,) = skeletons(play(SETTINGS[name], 3), scene.camera, [16.0])
    truth = {person.id: person for person in scene.state(16.0).people}
    assert set(bare.ids.tolist()) >= set(truth)
    for i, who in enumerate(bare.ids.tolist()):
        if who in truth:
            assert np.allclose(bare.keypoints[i], truth[who].keypoints_px, atol=1e-6)
            assert np.linalg.norm(bare.ground[i] - truth[who].ground_m) < 0.6


def test_a_press_is_as_dense_as_its_truth_says() -> None:
    """Four on each square metre about the middle, from when it begins until it ends."""
    setting = SETTINGS["crowd"]
    act = next(a for a in (play(setting, s) for s in range(40)) if a.events[0].event == "density")
    (event,) = act.events
    for one in skeletons(act, setting.camera, [event.start_s + 3, event.end_s - 1]):
        near = np.linalg.norm(one.ground - (0.0, 14.0), axis=1) <= 1.0
        assert near.sum() >= 0.9 * 4 * np.pi
