"""People who start to run together, and people who run otherwise."""

from collections.abc import Callable

import numpy as np
import pytest

from beffroi.events.detector import Zones
from beffroi.perception.observation import Track
from tests.events.shipped import detector
from tests.events.stick import STANDING, film, run, shaken, track

Scene = Callable[[float], list[Track]]


def runner(
    who: int, start: float, slow: float, fast: float, lane: float, until: float = np.inf
) -> Callable[[float], Track]:
    """Somebody whose speed, in metres per second, changes at one time and back at another."""

    def at(t: float) -> Track:
        walked = slow * (min(t, start) + max(t - until, 0.0))
        ran = fast * min(max(t - start, 0.0), until - start)
        x = walked + ran
        return track(STANDING, (300, 300), who=f"{who:08x}", ground=(x, lane))

    return at


def cast(*parts: Callable[[float], Track]) -> Scene:
    return lambda t: [part(t) for part in parts]


GROUP = cast(*(runner(i, 8 + 0.3 * i, 0.0, 3.5, i) for i in range(6)))


@pytest.mark.parametrize("hz", [5, 12])
def test_a_group_that_starts_to_run_is_found_once_and_soon(hz: float) -> None:
    found = run(detector("running"), film(20, hz, GROUP))
    assert len(found) == 1
    assert len(set(found[0].tracks)) == found[0].count >= 4
    assert 7.5 <= found[0].start_t <= 10
    assert found[0].end_t <= 12


TWINS: dict[str, Scene] = {
    "one jogger among walkers": cast(
        runner(0, -1, 0, 3.2, 0), *(runner(i, 99, 1.3, 0, i) for i in range(1, 7))
    ),
    "one who catches a bus": cast(
        runner(0, 8, 1.3, 4.5, 0), *(runner(i, 99, 1.3, 0, i) for i in range(1, 7))
    ),
    "three children who chase each other": cast(
        *(runner(i, 6 + 0.2 * i, 0.5, 3.2, i, 10) for i in range(3))
    ),
    "a running club that arrives": cast(*(runner(i, -1, 0, 3.0, i) for i in range(8))),
    "people who hurry on foot": cast(*(runner(i, 8, 0.5, 2.0, i) for i in range(8))),
    "people who start one after the other": cast(
        *(runner(i, 6 + 4 * i, 0.5, 3.2, i, 8 + 4 * i) for i in range(8))
    ),
}


@pytest.mark.parametrize("twin", TWINS)
def test_other_running_is_silent(twin: str) -> None:
    assert run(detector("running"), film(40, 5, TWINS[twin])) == []


def test_three_of_whom_one_starts_twice_are_three() -> None:
    """Joggers whom the eye loses for a moment seem to stand, and to start again."""
    once, again = runner(0, 8, 0.0, 3.5, 0, 9.2), runner(0, 10, 0.0, 3.5, 0)

    def twice(t: float) -> Track:
        x = sum(one.ground[0] for one in (once(t), again(t)) if one.ground is not None)
        return track(STANDING, (300, 300), who=f"{0:08x}", ground=(x, 0))

    three = cast(twice, *(runner(i, 8 + 0.3 * i, 0.0, 3.5, i) for i in (1, 2)))
    assert run(detector("running"), film(20, 10, three)) == []
    fourth = runner(3, 8, 0.0, 3.5, 3)
    (found,) = run(detector("running"), film(20, 10, lambda t: [*three(t), fourth(t)]))
    assert found.count == len(set(found.tracks)) == 4


def test_a_number_that_goes_over_to_somebody_else_is_no_start() -> None:
    """The tracker swaps walkers and joggers who pass: places jump, nobody starts."""

    def scene(t: float) -> list[Track]:
        swap = 6 if t > 8 else 0
        return [
            track(STANDING, (300, 300), who=f"{(i + swap) % 12:08x}", ground=(x + i, i))
            for i in range(12)
            for x in [1.3 * t if i < 6 else 1.3 * t + 4]
        ]

    assert run(detector("running"), film(16, 5, scene)) == []


def test_people_whom_the_tracker_loses_as_they_start_are_counted_all_the_same() -> None:
    def scene(t: float) -> list[Track]:
        late = 100 if t > 9.2 else 0
        return [
            track(STANDING, (300, 300), who=f"{late + i:08x}", ground=one.ground)
            for i, one in enumerate(GROUP(t))
            if not 8.6 < t <= 9.2
        ]

    assert len(run(detector("running"), film(20, 5, scene))) == 1
    assert run(detector("running"), [one for one in film(20, 5, scene) if one.t > 9.2]) == []


def test_whoever_is_lost_and_soon_gone_has_run_since_they_were_found_again() -> None:
    """Their speed is known only for a moment before they leave the picture."""

    def scene(t: float) -> list[Track]:
        late = 100 if t > 9.9 else 0
        return [
            track(STANDING, (300, 300), who=f"{late + i:08x}", ground=one.ground)
            for i, one in enumerate(GROUP(t))
            if not 8.2 < t <= 9.9 and t < 10.8
        ]

    assert len(run(detector("running"), film(12, 10, scene))) == 1


def test_missed_people_and_restless_feet_do_not_hide_it() -> None:
    chance = np.random.default_rng(2)

    def scene(t: float) -> list[Track]:
        return [
            track(STANDING, (300, 300), who=one.id, ground=(x, y))
            for one in GROUP(t)
            if chance.random() > 0.1 and one.ground is not None
            for x, y in [np.array(one.ground) + chance.normal(0, 0.15, 2)]
        ]

    assert len(run(detector("running"), film(20, 5, scene))) == 1


@pytest.mark.parametrize(("speed", "count"), [(2.5, 1), (0.7, 0)])
def test_without_calibration_stature_is_the_measure(speed: float, count: int) -> None:
    """Across the picture, in statures per second."""

    def scene(t: float) -> list[Track]:
        x = 20 + 60 * speed * max(t - 6, 0)
        return [track(STANDING, (x, 150 + 40 * i), stature=60, who=f"{i:08x}") for i in range(5)]

    assert len(run(detector("running"), shaken(film(9, 5, scene), 1.0, 0.1))) == count


def test_running_outside_the_area_is_not_looked_at() -> None:
    right = Zones(area=((0.9, 0), (1, 0), (1, 1), (0.9, 1)))
    assert run(detector("running", right), film(20, 5, GROUP)) == []
