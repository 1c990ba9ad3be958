"""Forbidden zones and lines."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from beffroi.events.detector import Point, Zones
from beffroi.events.place import along, inside, side
from beffroi.perception.observation import Track
from tests.events.shipped import detector
from tests.events.stick import SIZE, STANDING, film, observation, run, track

TRACKS = Zones(forbidden={"rails": ((0.5, 0.5), (1.0, 0.5), (1.0, 1.0), (0.5, 1.0))})
GATE = Zones(lines={"gate": ((0.5, 1.0), (0.5, 0.4))})
"""Seen from its first point, at the bottom, to its second, the line's right is the picture's."""


def walk(start: float, speed: float, y: float = 400) -> Callable[[float], list[Track]]:
    return lambda t: [track(STANDING, (start + speed * t, y), stature=100)]


@pytest.mark.parametrize("hz", [5, 10, 25])
def test_somebody_who_stays_in_a_zone_is_found_once(hz: float) -> None:
    found = run(detector("intrusion", TRACKS), film(8, hz, walk(260, 40)))
    assert [(d.zone, d.tracks, d.count) for d in found] == [("rails", ("00000001",), 1)]
    assert found[0].start_t == pytest.approx(1.5, abs=0.5)
    assert found[0].end_t - found[0].start_t == pytest.approx(1, abs=0.3)


@pytest.mark.parametrize(
    "scene",
    [walk(60, 30), walk(400, 0, y=200), lambda t: walk(400, 0)(t) if 2 < t < 2.6 else []],
    ids=["beside", "above: only the feet count", "too short"],
)
def test_others_are_not(scene: Callable[[float], list[Track]]) -> None:
    assert run(detector("intrusion", TRACKS), film(8, 10, scene)) == []


@pytest.mark.parametrize(("pause", "count"), [(0.8, 1), (4.0, 2)])
def test_a_short_step_out_is_the_same_visit(pause: float, count: int) -> None:
    def scene(t: float) -> list[Track]:
        out = 3 < t < 3 + pause
        return [track(STANDING, (250 if out else 400, 400), stature=100)]

    assert len(run(detector("intrusion", TRACKS), film(12, 10, scene))) == count


def test_a_new_id_in_the_same_spot_is_the_same_visit() -> None:
    def scene(t: float) -> list[Track]:
        if 3 < t < 3.6:
            return []
        return [track(STANDING, (400, 400), stature=100, who=f"{int(t > 3):08x}")]

    assert len(run(detector("intrusion", TRACKS), film(8, 10, scene))) == 1


def test_two_people_are_two_visits() -> None:
    def scene(_: float) -> list[Track]:
        return [track(STANDING, (400 + 150 * i, 400), stature=100, who=f"{i:08x}") for i in (0, 1)]

    assert len(run(detector("intrusion", TRACKS), film(4, 10, scene))) == 2


@pytest.mark.parametrize(
    ("start", "speed", "y", "count"),
    [(200, 60, 400, 1), (440, -60, 400, 0), (200, 60, 100, 0), (200, 20, 400, 0)],
    ids=["left to right", "right to left", "past its end", "not reached"],
)
def test_a_line_is_crossed_in_one_direction(
    start: float, speed: float, y: float, count: int
) -> None:
    found = run(detector("intrusion", GATE), film(5, 10, walk(start, speed, y)))
    assert len(found) == count
    assert all(d.zone == "gate" for d in found)


@pytest.mark.parametrize(
    ("line", "way"),
    [
        (((0.5, 1.0), (0.5, 0.0)), (1, 0)),
        (((0.0, 0.5), (1.0, 0.5)), (0, 1)),
        (((0.5, 0.0), (0.5, 1.0)), (-1, 0)),
        (((1.0, 0.5), (0.0, 0.5)), (0, -1)),
    ],
    ids=["right", "down", "left", "up"],
)
def test_half_a_height_beyond_a_line_is_as_far_in_every_direction(
    line: tuple[Point, Point], way: tuple[int, int]
) -> None:
    watching = detector("intrusion", Zones(lines={"gate": line}), margin_percent=50, vehicles=True)

    def crossed(beyond: int) -> bool:
        x, y = 640 + way[0] * beyond, 360 + way[1] * beyond
        car = Track("0000000c", "car", (x - 50, y - 200, x + 50, y), 0.8, None, None, 0.1, 0)
        seen = replace(observation(0.01 * (beyond + 20), car), size=(1280, 720))
        return bool(watching.update(seen))

    assert next(beyond for beyond in range(-20, 250) if crossed(beyond)) in (100, 101)


def test_standing_on_a_line_is_one_crossing_at_most() -> None:
    chance = np.random.default_rng(1)
    scene = film(8, 10, lambda _: [track(STANDING, (320 + chance.normal(0, 3), 400), stature=100)])
    assert len(run(detector("intrusion", GATE), scene)) <= 1


@pytest.mark.parametrize(("kind", "vehicles", "count"), [("car", True, 1), ("car", False, 0)])
def test_vehicles_count_only_if_voted(kind: str, vehicles: bool, count: int) -> None:
    car = Track("0000000c", kind, (380.0, 300.0, 480.0, 380.0), 0.8, None, None, 0.1, 0)
    watching = detector("intrusion", TRACKS, vehicles=vehicles)
    assert len(run(watching, film(4, 5, lambda _: [car]))) == count


SQUARE: list[Point] = [(0, 0), (1, 0), (1, 1), (0, 1)]
HORSESHOE: list[Point] = [
    (0, 0),
    (1, 0),
    (1, 1),
    (0.6, 1),
    (0.6, 0.3),
    (0.4, 0.3),
    (0.4, 1),
    (0, 1),
]


@pytest.mark.parametrize(
    ("polygon", "point", "expected"),
    [
        (SQUARE, (0.5, 0.5), True),
        (SQUARE, (1.5, 0.5), False),
        (HORSESHOE, (0.5, 0.8), False),
        (HORSESHOE, (0.2, 0.8), True),
    ],
)
def test_inside(polygon: list[Point], point: Point, expected: bool) -> None:
    assert inside(polygon, point) is expected
    assert inside(polygon[::-1], point) is expected


def test_sides_are_those_of_somebody_who_looks_along_the_line() -> None:
    up: tuple[Point, Point] = ((0.5, 1.0), (0.5, 0.5))
    assert side(up, (0.6, 0.7)) > 0 > side(up, (0.4, 0.7))
    assert along(up, (0.1, 0.75)) == pytest.approx(0.5)
    assert SIZE[0] > SIZE[1]
