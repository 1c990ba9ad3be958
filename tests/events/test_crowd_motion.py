"""Surges, flights and flows that meet; and crowds that move as crowds do."""

from collections.abc import Callable

import numpy as np
import pytest

from beffroi.perception.observation import Track
from tests.events.shipped import detector
from tests.events.stick import STANDING, film, run, track

Scene = Callable[[float], list[Track]]
Floats = np.ndarray[tuple[int, ...], np.dtype[np.float64]]

PLACES = np.random.default_rng(5).uniform(-4, 4, (24, 2))
"""Where a crowd of 24 stands, in metres."""
AWAY = PLACES / np.linalg.norm(PLACES, axis=1, keepdims=True)
OUTWARD = AWAY * 3
CALM = AWAY * 1.1
EAST = np.array([1.0, 0.0]) * np.ones((24, 1))


def crowd(start: float, before: Floats, after: Floats, places: Floats = PLACES) -> Scene:
    """People with one velocity each before a time and another after it."""

    def scene(t: float) -> list[Track]:
        at = places + before * (min(t, start) - start) + after * max(t - start, 0.0)
        return [
            track(STANDING, (300, 300), who=f"{i:08x}", ground=(float(x), float(y)))
            for i, (x, y) in enumerate(at)
        ]

    return scene


STILL = np.zeros((24, 2))
LANES = np.column_stack([np.repeat([-4.0, 4.0], 12), np.tile(np.arange(12) * 0.6, 2)])

MOTIONS = {
    "surge": crowd(8, STILL, 2.2 * EAST),
    "flight": crowd(8, STILL, OUTWARD),
}
ONLY = {
    kind: {other: other == kind for other in ("surge", "flight", "opposing")}
    for kind in ("surge", "flight", "opposing")
}


@pytest.mark.parametrize("hz", [5, 10])
@pytest.mark.parametrize("kind", ["surge", "flight"])
def test_a_sudden_motion_is_found_once_by_its_own_criterion(kind: str, hz: float) -> None:
    for flags in ({}, ONLY[kind]):
        found = run(detector("crowd_motion", None, **flags), film(16, hz, MOTIONS[kind]))
        assert len(found) == 1
        assert found[0].count >= 12
        assert found[0].tracks == ()
        assert 7 <= found[0].start_t <= 9.5
        assert found[0].end_t <= 12
    others = dict.fromkeys(("surge", "flight", "opposing"), True) | {kind: False}
    assert run(detector("crowd_motion", None, **others), film(16, hz, MOTIONS[kind])) == []


def test_two_flows_that_jam_in_each_other_are_found() -> None:
    """Rows of people shuffle into each other and stay in arm's reach for seconds."""

    def scene(t: float) -> list[Track]:
        half = np.sign(LANES[:, 0])
        rank = np.arange(24) % 4
        x = half * np.maximum(8 - t * 0.8, -6) + half * rank * 0.7
        y = 0.45 * (np.arange(24) % 12) + 0.2 * half
        return [
            track(STANDING, (300, 300), who=f"{i:08x}", ground=(float(a), float(b)))
            for i, (a, b) in enumerate(zip(x, y, strict=True))
        ]

    for flags in ({}, ONLY["opposing"]):
        found = run(detector("crowd_motion", None, **flags), film(20, 5, scene))
        assert len(found) == 1
    assert run(detector("crowd_motion", opposing=False), film(20, 5, scene)) == []


WIDE = np.column_stack([np.repeat([-12.0, 12.0], 12), np.tile(np.arange(12) * 2.0, 2)])
TWINS: dict[str, Scene] = {
    "a crowd that stands": crowd(8, STILL, STILL),
    "a calm dispersal": crowd(8, STILL, CALM),
    "a tram that arrives": crowd(8, STILL, 1.3 * EAST),
    "a procession": crowd(8, 1.2 * EAST, 1.2 * EAST),
    "a race under way": crowd(8, 3 * EAST, 3 * EAST),
    "a street walked both ways": crowd(9, 1.3 * np.sign(-WIDE) * [1, 0], STILL, WIDE * [0, 1]),
    "ten who run off": crowd(8, STILL, 3 * EAST * (np.arange(24) < 10)[:, np.newaxis]),
}


@pytest.mark.parametrize("twin", TWINS)
def test_other_motion_is_silent(twin: str) -> None:
    assert run(detector("crowd_motion"), film(20, 5, TWINS[twin])) == []


def test_too_few_are_no_crowd() -> None:
    scene = MOTIONS["surge"]
    assert run(detector("crowd_motion"), film(16, 5, lambda t: scene(t)[:11])) == []


def test_restless_feet_missed_people_and_broken_tracks_do_not_hide_it() -> None:
    chance = np.random.default_rng(3)

    def scene(t: float) -> list[Track]:
        tracks = []
        for i, one in enumerate(MOTIONS["flight"](t)):
            assert one.ground is not None
            x, y = np.array(one.ground) + chance.normal(0, 0.1, 2)
            who = f"{i + 100 * int((t + i / 3) // 7):08x}"
            if chance.random() > 0.1:
                tracks.append(track(STANDING, (300, 300), who=who, ground=(x, y)))
        return tracks

    assert len(run(detector("crowd_motion"), film(16, 5, scene))) == 1


def test_without_calibration_stature_is_the_measure() -> None:
    def hurrying(speed: float) -> Scene:
        def scene(t: float) -> list[Track]:
            x = 40 * speed * max(t - 7, 0)
            return [
                track(STANDING, (40 + 9 * i + x, 200 + 8 * i), stature=40, who=f"{i:08x}")
                for i in range(20)
            ]

        return scene

    for speed, count in ((1.6, 1), (0.6, 0)):
        assert len(run(detector("crowd_motion"), film(12, 5, hurrying(speed)))) == count
