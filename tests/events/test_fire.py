"""What has to burn, for how long and where, before it is reported."""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest

from beffroi.events.detector import Zones
from beffroi.perception.observation import Observation, Region
from tests.events.shipped import detector
from tests.events.stick import SIZE, run

HZ = 5
Box = tuple[float, float, float, float]
HERE, THERE = (300.0, 200.0, 360.0, 280.0), (20.0, 300.0, 60.0, 340.0)


def flame(score: float, box: Box = HERE, kind: str = "flame") -> Region:
    return Region("00000001", kind, box, score, 0.0, None)


def film(seconds: float, scene: Callable[[float], list[Region]]) -> list[Observation]:
    times = (np.arange(round(seconds * HZ)) / HZ).tolist()
    return [
        Observation("test", t, None, SIZE, 0.0, False, (), regions=tuple(scene(t))) for t in times
    ]


def test_a_fire_is_reported_once_when_it_has_lasted() -> None:
    found = run(detector("fire"), film(30, lambda t: [flame(0.8)] if t >= 2 else []))
    assert [(d.event, d.count, d.tracks, d.zone) for d in found] == [("fire", 0, (), None)]
    assert found[0].start_t == pytest.approx(2.0, abs=0.01)
    assert found[0].end_t == pytest.approx(5.0, abs=0.3)
    assert found[0].score == pytest.approx(0.8)


def test_flames_lap() -> None:
    lapping = film(12, lambda t: [flame(0.8 if int(t * HZ) % 3 else 0.05)])
    assert len(run(detector("fire"), lapping)) == 1


@pytest.mark.parametrize(
    "scene",
    [
        lambda t: [flame(0.8)] if t < 2 else [],
        lambda _: [flame(0.05)],
        lambda t: [flame(0.8)] if int(t * HZ) % 5 == 0 else [],
        lambda t: [flame(0.8, (40 * t, 200.0, 40 * t + 30, 240.0))] if int(t) % 4 == 0 else [],
        lambda _: [flame(0.9, kind="still")],
    ],
    ids=["goes out", "does not look like flames", "flashes", "passes by", "something that stands"],
)
def test_what_is_no_fire_is_not_reported(scene: Callable[[float], list[Region]]) -> None:
    assert run(detector("fire"), film(20, scene)) == []


@pytest.mark.parametrize(("pause_s", "fires"), [(20, 1), (70, 2)])
def test_a_fire_that_comes_back_soon_is_the_same(pause_s: float, fires: int) -> None:
    found = run(
        detector("fire"), film(120, lambda t: [] if 10 < t < 10 + pause_s else [flame(0.7)])
    )
    assert len(found) == fires
    assert all(one.end_t < other.start_t for one, other in pairwise(found))


def test_two_fires_are_two() -> None:
    found = run(detector("fire"), film(10, lambda _: [flame(0.7), flame(0.6, THERE)]))
    assert len(found) == 2


def test_only_the_drawn_area_is_looked_at() -> None:
    right = Zones(area=((0.4, 0.0), (1.0, 0.0), (1.0, 1.0), (0.4, 1.0)))
    film_ = film(10, lambda _: [flame(0.7), flame(0.6, THERE)])
    assert [d.score for d in run(detector("fire", right), film_)] == [pytest.approx(0.7)]


def test_what_is_too_small_is_left_out() -> None:
    share = 60 * 80 / (SIZE[0] * SIZE[1]) * 1000
    some = film(10, lambda _: [flame(0.7)])
    assert len(run(detector("fire", size_permille=int(share)), some)) == 1
    assert run(detector("fire", size_permille=int(share) + 1), some) == []
