"""Counting and directions on filmed roads, through the real object model."""

from functools import cache
from pathlib import Path

import pytest

from beffroi.evaluation.recordings import Recordings
from beffroi.events.detector import Point, Zones
from beffroi.perception.finders import Need
from beffroi.perception.observation import Observation
from tests.events.shipped import VOTED, detector
from tests.events.stick import run

OBJECTS = frozenset({Need.OBJECTS})
SUBURBAN = (640, 352)
LANE: tuple[Point, ...] = ((190, 122), (245, 128), (345, 190), (640, 300), (640, 352), (255, 352))
"""The lane of the suburban road that leads towards the camera, up to its middle line, in pixels."""
ALONG: tuple[Point, Point] = ((220, 120), (540, 340))


@pytest.fixture(scope="module")
def recordings(
    models: Path, real_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> Recordings:
    return Recordings(tmp_path_factory.mktemp("recordings"), (288, 512), 2)


@cache
def observed(recordings: Recordings, film: Path) -> list[Observation]:
    return recordings.of(film, VOTED["wrong_way"].definition.rate_hz, OBJECTS)


def drawn(lane: tuple[Point, ...], arrow: tuple[Point, ...], size: tuple[int, int]) -> Zones:
    fractions = [tuple((x / size[0], y / size[1]) for x, y in points) for points in (lane, arrow)]
    start, end = fractions[1]
    return Zones(forbidden={"lane": fractions[0]}, lines={"lane": (start, end)})


@pytest.mark.parametrize(
    ("allowed", "wrong_s"),
    [(((0.4, 0.0), (0.4, 1.0)), (6.2, 16.7)), (((0.4, 1.0), (0.4, 0.0)), (16.6, 26.6))],
    ids=["down", "up"],
)
def test_of_four_cars_those_against_the_direction_are_found(
    recordings: Recordings,
    real_data: Path,
    allowed: tuple[Point, Point],
    wrong_s: tuple[float, float],
) -> None:
    """The film shows two cars each way; each direction in turn is the one allowed."""
    seen = observed(recordings, real_data / "traffic" / "intel_car_detection.mp4")
    found = run(detector("wrong_way", Zones(lines={"lane": allowed})), seen)
    assert len(found) == len(wrong_s)
    for detection, at in zip(found, wrong_s, strict=True):
        assert detection.end_t == pytest.approx(at, abs=2.5)


@pytest.mark.parametrize("lawful", [True, False])
def test_a_column_is_lawful_or_all_wrong_as_the_direction_is_drawn(
    recordings: Recordings, real_data: Path, lawful: bool
) -> None:
    """Eight cars come down a lane; drawn against them, the direction makes them all wrong."""
    seen = observed(recordings, real_data / "traffic" / "suburban_road.mp4")
    zones = drawn(LANE, ALONG if lawful else ALONG[::-1], SUBURBAN)
    assert len(run(detector("wrong_way", zones), seen)) == (0 if lawful else 8)
