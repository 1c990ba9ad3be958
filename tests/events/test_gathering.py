"""Gatherings that form, and crowds that do not."""

from collections.abc import Callable

import numpy as np
import pytest

from beffroi.events.detector import Zones
from beffroi.perception.observation import Track
from tests.events.shipped import detector
from tests.events.stick import STANDING, film, run, track

HOME = np.array([(np.cos(a), np.sin(a)) for a in np.linspace(0, 2 * np.pi, 8, endpoint=False)])
"""Where eight people come from or stand, as directions."""


def converge(begin: float, takes: float, people: int = 8) -> Callable[[float], list[Track]]:
    """People come from 15 m around to within 1.5 m of one place, one after the other."""

    def scene(t: float) -> list[Track]:
        tracks = []
        for i in range(people):
            share = np.clip((t - begin - takes * i / people) / 3, 0, 1)
            x, y = HOME[i] * (15 - 13.5 * share) + (20, 20)
            tracks.append(track(STANDING, (300, 300), who=f"{i:08x}", ground=(x, y)))
        return tracks

    return scene


@pytest.mark.parametrize("hz", [5, 12])
def test_people_who_come_together_are_found_once_and_not_named(hz: float) -> None:
    found = run(detector("gathering"), film(30, hz, converge(6, 4)))
    assert len(found) == 1
    assert found[0].tracks == ()
    assert found[0].count >= 6
    assert 8 <= found[0].end_t <= 18


@pytest.mark.parametrize(
    ("scene", "seconds"),
    [
        (converge(-20, 4), 40),
        (converge(6, 60), 90),
        (converge(6, 4, people=5), 30),
    ],
    ids=["was there", "grows slowly", "too few"],
)
def test_other_crowds_are_silent(scene: Callable[[float], list[Track]], seconds: float) -> None:
    assert run(detector("gathering"), film(seconds, 5, scene)) == []


def test_a_group_that_walks_through_does_not_stay() -> None:
    def scene(t: float) -> list[Track]:
        return [
            track(STANDING, (300, 300), who=f"{i:08x}", ground=(x + 2.5 * t - 20, y))
            for i, (x, y) in enumerate(HOME)
        ]

    assert run(detector("gathering"), film(20, 5, scene)) == []


@pytest.mark.parametrize(("crowd", "count"), [(0, 1), (30, 0)], ids=["alone", "in a crowd"])
def test_who_is_seen_late_in_a_crowd_has_not_come(crowd: int, count: int) -> None:
    """Six stand together and are missed at first, as are those who stand in a crowd."""
    chance = np.random.default_rng(1)
    around = chance.uniform(3.5, 6, crowd) * np.exp(2j * np.pi * chance.random(crowd))
    spots = [*(HOME[:6] @ (1, 1j)), *around]

    def scene(t: float) -> list[Track]:
        seen = spots if t > 6 else spots[6:]
        return [
            track(STANDING, (300, 300), who=f"{i:08x}", ground=(spot.real + 20, spot.imag + 20))
            for i, spot in enumerate(seen)
        ]

    assert len(run(detector("gathering"), film(20, 5, scene))) == count


def test_missed_people_do_not_hide_a_gathering() -> None:
    chance = np.random.default_rng(1)
    scene = converge(6, 4)
    blinking = film(30, 5, lambda t: [one for one in scene(t) if chance.random() > 0.1])
    assert len(run(detector("gathering"), blinking)) == 1


@pytest.mark.parametrize(("apart", "count"), [(0.5, 1), (4.0, 0)])
def test_without_calibration_stature_is_the_measure(apart: float, count: int) -> None:
    """Six people in a row, `apart` statures from each other in the picture."""

    def scene(t: float) -> list[Track]:
        people = 6 if t > 8 else 1
        spots = [(60 + i * apart * 40, 300.0) for i in range(people)]
        return [track(STANDING, spot, stature=40, who=f"{i:08x}") for i, spot in enumerate(spots)]

    assert len(run(detector("gathering"), film(20, 5, scene))) == count


def test_a_gathering_outside_the_area_is_not_looked_at() -> None:
    right = Zones(area=((0.9, 0), (1, 0), (1, 1), (0.9, 1)))
    assert run(detector("gathering", right), film(30, 5, converge(6, 4))) == []
