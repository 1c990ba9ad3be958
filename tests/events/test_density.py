"""Dense crowds on measured ground, against heads counted on a grid and against PedPy."""

from collections.abc import Callable

import numpy as np
import pytest

from beffroi.events.detector import Zones
from beffroi.events.floor import Floor
from beffroi.perception.observation import Track
from tests.events.shipped import detector
from tests.events.stick import STANDING, film, run, track

Floats = np.ndarray[tuple[int, ...], np.dtype[np.float64]]
Scene = Callable[[float], list[Track]]


def grid(apart: float, side: int) -> Floats:
    """People in rows and columns, metres, [side * side, 2]."""
    steps = np.arange(side) * apart
    return np.stack(np.meshgrid(steps, steps), axis=-1).reshape(-1, 2)


def standing(places: Floats, calibrated: bool = True) -> Scene:
    def scene(t: float) -> list[Track]:
        return [
            track(STANDING, (300, 300), who=f"{i:08x}", ground=(x, y) if calibrated else None)
            for i, (x, y) in enumerate(places.tolist())
        ]

    return scene


@pytest.mark.parametrize("apart", [0.4, 0.6, 0.9])
def test_in_the_midst_of_rows_and_columns_density_is_known(apart: float) -> None:
    people = grid(apart, 9)
    middle = people[[40]]
    assert Floor().densities(0, people, middle, 1.0)[0] == pytest.approx(1 / apart**2, rel=0.01)


def test_walls_do_not_dilute_what_stands_against_them() -> None:
    """At the side of the same crowd, half of the circle is behind where anybody ever stood."""
    people = grid(0.5, 9)
    edge = Floor().densities(0, people, people[[4]], 1.0)[0]
    assert edge == pytest.approx(4, rel=0.25)


def test_somebody_on_a_spot_already_taken_is_one_more() -> None:
    people = np.vstack([grid(0.5, 9), grid(0.5, 9)[[40]]])
    assert Floor().densities(0, people, people[[40]], 1.0)[0] > 4.2


@pytest.mark.parametrize("people", [np.zeros((0, 2)), np.ones((1, 2)), np.ones((2, 2))])
def test_who_encloses_no_floor_has_no_density(people: Floats) -> None:
    assert Floor().densities(0, people, np.zeros((1, 2)), 1.0).tolist() == [0]


def test_a_dense_crowd_is_found_once_after_its_time() -> None:
    found = run(detector("density"), film(40, 2, standing(grid(0.45, 8))))
    assert len(found) == 1
    assert found[0].tracks == ()
    assert found[0].count >= 8
    assert 9 <= found[0].end_t <= 12


TWINS: dict[str, Scene] = {
    "a loose crowd": standing(grid(0.6, 8)),
    "a tight group of six": standing(grid(0.3, 3)[:6]),
    "a queue": standing(np.column_stack([np.arange(20) * 0.45, np.zeros(20)])),
    "a street": standing(grid(1.5, 8)),
    "not calibrated": standing(grid(0.45, 8), calibrated=False),
}


@pytest.mark.parametrize("twin", TWINS)
def test_other_crowds_are_silent(twin: str) -> None:
    assert run(detector("density"), film(40, 2, TWINS[twin])) == []


def test_a_crush_that_passes_in_a_moment_is_silent() -> None:
    def scene(t: float) -> list[Track]:
        return standing(grid(0.45 if 10 < t < 16 else 0.9, 8))(t)

    assert run(detector("density"), film(40, 2, scene)) == []


def test_missed_people_cost_density_but_do_not_end_it() -> None:
    chance = np.random.default_rng(1)
    scene = standing(grid(0.4, 8))
    blinking = film(40, 2, lambda t: [one for one in scene(t) if chance.random() > 0.1])
    assert len(run(detector("density"), blinking)) == 1


def test_a_crowd_outside_the_area_is_not_looked_at() -> None:
    right = Zones(area=((0.9, 0), (1, 0), (1, 1), (0.9, 1)))
    scene = standing(grid(0.45, 8))
    assert run(detector("density", right), film(40, 2, scene)) == []
