"""Blows, and contact that is none."""

from collections.abc import Callable

import numpy as np
import pytest

from beffroi.perception.observation import Track
from tests.events.shipped import detector
from tests.events.stick import STANDING, Pose, film, run, shaken, track

LEFT_WRIST, LEFT_ELBOW, LEFT_ANKLE = 9, 7, 15
TARGET = {"fist": 0.7, "foot": 0.55}


def reaching(limb: str, share: float) -> Pose:
    """A pose whose left hand or foot is on its way to somebody 0.5 statures to the right."""
    pose = STANDING.copy()
    joint = LEFT_WRIST if limb == "fist" else LEFT_ANKLE
    pose[joint] += share * (np.array([0.42, TARGET[limb]]) - pose[joint])
    return pose


def pulse(t: float, every: float, width: float) -> float:
    """0 at rest, 1 at contact, once in a while."""
    return max(0.0, 1 - abs(t % every - every / 2) / width)


def fight(
    limb: str = "fist", apart: float = 0.5, width: float = 0.2, jostled: float = 0.06
) -> Callable[[float], list[Track]]:
    def scene(t: float) -> list[Track]:
        blow = pulse(t, 1.0, width)
        reel = jostled * 150 * np.sin(9 * t)
        return [
            track(reaching(limb, blow), (200 + reel, 400), who="0000000a"),
            track(STANDING, (200 + apart * 150 - reel, 400), who="0000000b"),
        ]

    return scene


@pytest.mark.parametrize("hz", [10, 15, 25])
@pytest.mark.parametrize("limb", ["fist", "foot"])
def test_repeated_blows_are_found_once(limb: str, hz: float) -> None:
    found = run(detector("strike"), film(8, hz, fight(limb)))
    assert len(found) == 1
    assert found[0].tracks == ("0000000a", "0000000b")
    assert found[0].count == 2
    assert found[0].start_t < found[0].end_t < 5


def test_noise_and_lost_joints_do_not_hide_blows() -> None:
    assert len(run(detector("strike"), shaken(film(8, 12, fight()), 1.5, 0.15))) == 1


def alone(t: float) -> list[Track]:
    return fight()(t)[:1]


def clapping(t: float) -> list[Track]:
    pose = STANDING.copy()
    gap = 0.1 + 0.09 * np.sin(2 * np.pi * 2.5 * t)
    pose[[9, 10]] = [(gap, 0.65), (-gap, 0.65)]
    return [track(pose, (200, 400), who="0000000a"), track(STANDING, (275, 400), who="0000000b")]


def passing(t: float) -> list[Track]:
    swing = STANDING.copy()
    swing[[9, 10], 0] += 0.12 * np.sin(6 * t) * np.array([1, -1])
    return [
        track(swing, (100 + 110 * t, 400), who="0000000a"),
        track(swing, (540 - 110 * t, 390), who="0000000b"),
    ]


@pytest.mark.parametrize(
    "scene",
    [
        alone,
        fight(apart=2.5),
        fight(width=0.8, jostled=0.0),
        fight(width=0.8, jostled=0.02),
        clapping,
        passing,
        lambda t: [
            track(reaching("fist", pulse(t, 1, 0.2)), (200, 330), who="0000000a"),
            track(STANDING, (275, 460), who="0000000b"),
        ],
    ],
    ids=["alone", "out of reach", "hug", "dance", "clapping", "passing by", "one behind the other"],
)
@pytest.mark.parametrize("noise", [0.0, 1.0])
def test_innocent_twins_are_silent(scene: Callable[[float], list[Track]], noise: float) -> None:
    assert run(detector("strike"), shaken(film(8, 12, scene), noise, 0)) == []


def test_a_melee_whose_tracks_break_is_still_one_event() -> None:
    def scene(t: float) -> list[Track]:
        poses = (reaching("fist", pulse(t, 1, 0.2)), STANDING)
        reel = 9 * np.sin(9 * t)
        spots = ((200 + reel, 400), (275 - reel, 400))
        return [
            track(pose, spot, who=f"{int(t / 1.3):07x}{i}")
            for i, (pose, spot) in enumerate(zip(poses, spots, strict=True))
        ]

    assert len(run(detector("strike"), film(8, 12, scene))) == 1


def test_a_second_fight_at_the_same_place_is_reported_again() -> None:
    calm = fight(width=0.8, jostled=0.0)
    scene = film(30, 12, lambda t: calm(t) if 8 < t < 20 else fight()(t))
    assert len(run(detector("strike"), scene)) == 2
