"""Falls, and everything that is none."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from beffroi.events.detector import Zones
from beffroi.perception.observation import Observation, Track
from tests.events.shipped import detector
from tests.events.stick import (
    LYING,
    SHOE,
    SITTING,
    SIZE,
    STANDING,
    Pose,
    between,
    film,
    observation,
    run,
    shaken,
    track,
)

AT = (300.0, 400.0)


def motion(to: Pose, start: float = 2.0, takes: float = 0.8) -> Callable[[float], list[Track]]:
    return lambda t: [track(between(STANDING, to, (t - start) / takes), AT)]


@pytest.mark.parametrize("hz", [5, 10, 25])
@pytest.mark.parametrize(("noise", "lost"), [(0.0, 0.0), (3.0, 0.15)])
def test_a_fall_is_found_once_at_any_rate(hz: float, noise: float, lost: float) -> None:
    found = run(detector("fall"), shaken(film(14, hz, motion(LYING)), noise, lost))
    assert len(found) == 1
    assert 1.5 <= found[0].start_t <= 3.0
    assert 7.0 <= found[0].end_t <= 9.0
    assert found[0].tracks == ("00000001",)


def away(share: float) -> Pose:
    """A body that falls along the view: all heights shrink together."""
    return np.column_stack([STANDING[:, 0], STANDING[:, 1] * (1 - 0.6 * np.clip(share, 0, 1))])


def walk_away(t: float) -> list[Track]:
    far = np.clip((t - 2) / 1.5, 0, 1)
    return [track(STANDING, (300, 400 - 130 * far), stature=150 - 90 * far)]


@pytest.mark.parametrize(
    "scene",
    [
        motion(SITTING),
        motion(SHOE),
        motion(LYING, takes=5.0),
        lambda _: [track(LYING, AT)],
        lambda t: [track(STANDING, (100 + 60 * t, 400))],
        walk_away,
        lambda t: [track(between(STANDING, LYING, 1 - abs(t - 4) / 1.2), AT)],
    ],
    ids=["sits", "ties a shoe", "lies down slowly", "lies there", "walks", "walks away", "gets up"],
)
@pytest.mark.parametrize("noise", [0.0, 3.0])
def test_innocent_twins_are_silent(scene: Callable[[float], list[Track]], noise: float) -> None:
    assert run(detector("fall"), shaken(film(14, 10, scene), noise, 0.1 if noise else 0)) == []


def test_a_fall_away_from_the_camera_is_found() -> None:
    scene = film(14, 10, lambda t: [track(away((t - 2) / 0.8), AT)])
    assert len(run(detector("fall"), scene)) == 1


KNEELING: Pose = STANDING.copy()
KNEELING[:11, 1] = 0.12 + 0.3 * (STANDING[:11, 1] - 0.48)  # bent over the knee, seen from the front
KNEELING[[11, 12], 1] = 0.1
CURLED: Pose = np.column_stack([0.25 * STANDING[:, 1], 0.08 + 0.5 * STANDING[:, 0]])
CURLED[[13, 14]] += (0.3, 0.02)


@pytest.mark.parametrize(("pose", "count"), [(KNEELING, 0), (CURLED, 1)], ids=["kneels", "curls"])
def test_a_folded_body_lies_only_if_it_is_wide(pose: Pose, count: int) -> None:
    scene = shaken(film(14, 8, motion(pose)), 1.5, 0.05)
    assert len(run(detector("fall"), scene)) == count
    assert len(run(detector("fall", straight_percent=0), scene)) == 1


def broken(t: float) -> list[Track]:
    """The pose is lost while the body falls, and found again under another id."""
    if 2.3 < t < 3.5:
        return []
    name = "00000001" if t < 3 else "00000002"
    return [track(between(STANDING, LYING, (t - 2) / 0.8), AT, who=name)]


def test_a_fall_survives_a_broken_track() -> None:
    found = run(detector("fall", descent_ms=2000), film(14, 10, broken))
    assert len(found) == 1
    assert found[0].tracks == ("00000002",)


def regained(t: float) -> list[Track]:
    """A falling body breaks in two; in the end it lies under the id of the part that stood."""
    whole = between(STANDING, LYING, (t - 2) / 0.8)
    if t < 2.4:
        return [track(whole, AT)]
    if t < 3.3:
        other = track(whole, AT, who="00000002")
        return [other, track(SHOE, AT)] if t > 3 else [other]
    return [track(LYING, AT)]


def test_a_fall_survives_a_body_seen_twice() -> None:
    assert len(run(detector("fall"), film(14, 10, regained))) == 1


def test_a_lying_body_with_the_shoulders_of_a_passer_by_has_not_stood() -> None:
    def scene(t: float) -> list[Track]:
        (x, y), mixed = AT, track(STANDING, AT, stature=100)
        lying = track(LYING, AT)
        return [replace(mixed, box=(x - 75, y - 95, x + 75, y)) if 2 < t < 3 else lying]

    assert run(detector("fall"), film(14, 10, scene)) == []


def test_a_lying_body_that_is_seen_now_and_then_is_enough() -> None:
    scene = film(14, 10, motion(LYING))
    seen = [one if one.t < 3 or round(one.t * 10) % 3 == 0 else gone(one) for one in scene]
    assert len(run(detector("fall", lying_percent=20), seen)) == 1


def gone(one: Observation) -> Observation:
    return observation(one.t, analysed=False)


def test_somebody_who_leaves_while_sinking_out_of_view_has_not_fallen() -> None:
    scene = film(14, 10, lambda t: motion(LYING)(t) if t < 3.2 else [])
    assert run(detector("fall"), scene) == []


def test_two_people_fall_and_both_are_found() -> None:
    scene = film(
        14,
        10,
        lambda t: [
            track(between(STANDING, LYING, t - 2), (150, 400), who="0000000a"),
            track(between(STANDING, LYING, t - 4), (500, 400), who="0000000b"),
        ],
    )
    assert [d.tracks for d in run(detector("fall"), scene)] == [("0000000a",), ("0000000b",)]


def test_what_is_outside_the_area_is_not_looked_at() -> None:
    left = Zones(area=((0, 0), (0.3, 0), (0.3, 1), (0, 1)))
    assert AT[0] / SIZE[0] > 0.3
    assert run(detector("fall", left), film(14, 10, motion(LYING))) == []
