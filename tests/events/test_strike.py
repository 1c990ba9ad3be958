"""Blows, and contact that is none."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from beffroi.errors import Tampered
from beffroi.events.strike import Strike
from beffroi.perception.observation import Observation, Track
from tests.events.golden import recorded
from tests.events.shipped import detector
from tests.events.stick import STANDING, Pose, film, run, shaken, track

LEFT_WRIST, LEFT_ELBOW, LEFT_ANKLE = 9, 7, 15
MIRROR = [0, 2, 1, 4, 3, 6, 5, 8, 7, 10, 9, 12, 11, 14, 13, 16, 15]
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


def half_size(one: Observation) -> Observation:
    """The same, seen from twice as far."""
    tracks = []
    for person in one.tracks:
        assert person.keypoints is not None
        x1, y1, x2, y2 = (value / 2 for value in person.box)
        keypoints = person.keypoints * np.array([0.5, 0.5, 1], np.float32)
        tracks.append(replace(person, box=(x1, y1, x2, y2), keypoints=keypoints))
    flow = None if one.flow is None else (one.flow / 2).astype(np.float32)
    size = (one.size[0] // 2, one.size[1] // 2)
    return replace(one, tracks=tuple(tracks), size=size, flow=flow)


def broken(one: Observation) -> Observation:
    """The tracker gives everybody a new name again and again."""
    turn = int(one.t / 1.3) % 16
    renamed = tuple(replace(person, id=f"{turn:x}{person.id[1:]}") for person in one.tracks)
    return replace(one, tracks=renamed)


def mirrored(one: Observation) -> Observation:
    tracks = []
    for person in one.tracks:
        assert person.keypoints is not None
        keypoints = person.keypoints[MIRROR].copy()
        keypoints[:, 0] = one.size[0] - keypoints[:, 0]
        x1, y1, x2, y2 = person.box
        box = (one.size[0] - x2, y1, one.size[0] - x1, y2)
        tracks.append(replace(person, box=box, keypoints=keypoints))
    flow = None if one.flow is None else one.flow[:, ::-1] * np.array([-1, 1], np.float32)
    return replace(one, tracks=tuple(tracks), flow=flow)


CHANGES: dict[str, Callable[[list[Observation]], list[Observation]]] = {
    "as it was": lambda seen: seen,
    "smaller": lambda seen: [half_size(one) for one in seen],
    "half the rate": lambda seen: seen[::2],
    "broken tracks": lambda seen: [broken(one) for one in seen],
    "mirrored": lambda seen: [mirrored(one) for one in seen],
    "later": lambda seen: [replace(one, t=one.t + 5000) for one in seen],
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_blows_are_found_once_however_they_are_seen(
    change: Callable[[list[Observation]], list[Observation]],
) -> None:
    (found,) = run(detector("strike"), change(recorded("strike")))
    assert len(found.tracks) == found.count == 2
    assert found.end_t - 2 <= found.start_t <= found.end_t


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
@pytest.mark.parametrize("name", ["hugging", "crowd"])
def test_people_who_stand_close_are_left_alone_through_the_real_pose(
    name: str, change: Callable[[list[Observation]], list[Observation]]
) -> None:
    assert run(detector("strike"), change(recorded(name))) == []


def test_with_fewer_than_two_in_reach_the_score_is_nought() -> None:
    (pair,) = (one.tracks for one in run(detector("strike"), recorded("strike")))
    watching = detector("strike")
    assert isinstance(watching, Strike)
    for one in recorded("strike"):
        watching.update(replace(one, tracks=tuple(t for t in one.tracks if t.id == pair[0])))
        assert watching.score == 0


def test_a_second_fight_at_the_same_place_is_reported_again() -> None:
    seen = recorded("strike")
    again = [replace(one, t=one.t + 20) for one in seen]
    assert len(run(detector("strike"), [*seen, *again])) == 2


def test_weights_that_were_not_voted_do_not_run() -> None:
    with pytest.raises(Tampered, match="not the one that the definition names"):
        detector("strike", weights="0" * 64)


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
