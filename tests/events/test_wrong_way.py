"""Going against a drawn direction, and what resembles it."""

from collections.abc import Callable, Iterable, Sequence

import numpy as np
import pytest

from beffroi.events.detector import Detection, Zones
from beffroi.perception.finders import Need
from beffroi.perception.observation import Observation, Track
from tests.events.boxes import Path, along, drive, vehicle
from tests.events.shipped import detector
from tests.events.stick import STANDING, film, observation, run, track

LANE = ((0.0, 0.7), (1.0, 0.7), (1.0, 1.0), (0.0, 1.0))
EAST = Zones(forbidden={"lane": LANE}, lines={"lane": ((0.1, 0.85), (0.9, 0.85))})
"""The lower third of a picture of 640 x 480 pixels is for going to the right; a car there is 60 x
40 pixels, so that 40 pixels are 1.7 metres."""
METRE = 40 / 1.7


def found(path: Path, seconds: float = 12, **changes: bool | int) -> list[Detection]:
    kind = str(changes.pop("kind", "car"))
    return run(detector("wrong_way", EAST, **changes), drive(seconds, path, kind=kind))


@pytest.mark.parametrize("hz", [3, 5, 12])
def test_a_car_against_the_direction_is_found_once(hz: float) -> None:
    path = along((0, 600, 400), (8, 40, 400))
    found = run(detector("wrong_way", EAST), drive(10, path, hz=hz))
    assert [(d.zone, d.tracks, d.count) for d in found] == [("lane", ("0000000c",), 1)]
    assert found[0].end_t == pytest.approx(3 * METRE / 70, abs=0.6)
    assert found[0].start_t < found[0].end_t


@pytest.mark.parametrize(
    "path",
    [
        along((0, 40, 400), (8, 600, 400)),
        lambda _: (300, 400),
        along((0, 600, 250), (8, 40, 250)),
        along((0, 40, 400), (4, 400, 400), (6, 400 - 2 * METRE, 400), (8, 400 - 2 * METRE, 400)),
        along((0, 600, 250), (3, 300, 250), (5, 260, 400), (9, 600, 400)),
        along((0, 40, 400), (4, 400, 400), (5, 380, 250), (9, 40, 250)),
        along((0, 320, 470), (8, 320, 330)),
    ],
    ids=[
        "with the direction",
        "parked",
        "beside the zone",
        "parking backwards, two metres",
        "turning round into the direction",
        "turning round out of the zone",
        "across",
    ],
)
def test_innocent_ways_are_not(path: Path) -> None:
    assert found(path) == []


def test_a_queue_that_rolls_back_is_not() -> None:
    path = along((0, 40, 400), (3, 300, 400), (5, 265, 400), (7, 330, 400), (9, 295, 400))
    assert found(path) == []


def test_boxes_that_tremble_for_long_go_nowhere() -> None:
    assert run(detector("wrong_way", EAST), drive(600, lambda _: (300, 400), shake=4)) == []


def test_a_jump_to_the_car_behind_is_not_a_way_back() -> None:
    """The tracker may hand an id to the next car of a column."""

    def path(t: float) -> tuple[float, float]:
        return (40 + 60 * t if t < 5 else 60 * t - 180, 400)

    assert found(path, 11) == []


@pytest.mark.parametrize(
    ("kind", "changes", "count"),
    [
        ("bicycle", {}, 0),
        ("bicycle", {"bicycles": True}, 1),
        ("truck", {}, 1),
        ("suitcase", {"bicycles": True, "people": True}, 0),
    ],
    ids=["a cyclist where both ways are allowed", "if voted", "lorry", "luggage"],
)
def test_only_what_was_voted_is_looked_for(kind: str, changes: dict[str, bool], count: int) -> None:
    found = run(
        detector("wrong_way", EAST, **changes),
        drive(10, along((0, 600, 400), (8, 40, 400)), kind=kind),
    )
    assert len(found) == count


def walker(t: float) -> list[Track]:
    return [track(STANDING, (600 - 70 * t, 400), stature=90)]


def test_people_count_only_if_voted() -> None:
    walk = film(6, 5, walker)
    assert run(detector("wrong_way", EAST), walk) == []
    assert len(run(detector("wrong_way", EAST, people=True), walk)) == 1
    assert detector("wrong_way", EAST).needs == {Need.OBJECTS}
    assert detector("wrong_way", EAST, people=True, vehicles=False).needs == {Need.PEOPLE}


def test_metres_count_where_the_camera_is_calibrated() -> None:
    """The same way over the picture, once on a road far away and once on a toy's."""

    def filmed(metres_per_pixel: float) -> Iterable[Observation]:
        for step in range(40):
            x = 600 - 14.0 * step
            ground = (x * metres_per_pixel, 10.0)
            yield observation(step / 5, vehicle((x, 400), ground=ground))

    assert len(run(detector("wrong_way", EAST), filmed(0.05))) == 1
    assert run(detector("wrong_way", EAST), filmed(0.005)) == []


def test_a_direction_without_a_zone_holds_wherever_the_use_looks() -> None:
    drawn = Zones(area=LANE, lines={"quay": ((0.1, 0.85), (0.9, 0.85))})
    for y, count in ((400, 1), (250, 0)):
        path = along((0, 600, y), (8, 40, y))
        assert len(run(detector("wrong_way", drawn), drive(10, path))) == count


def test_two_lanes_have_a_direction_each() -> None:
    upper = ((0.0, 0.4), (1.0, 0.4), (1.0, 0.69), (0.0, 0.69))
    lanes = Zones(
        forbidden={"east": LANE, "west": upper},
        lines={"east": ((0.1, 0.85), (0.9, 0.85)), "west": ((0.9, 0.5), (0.1, 0.5))},
    )

    def others(speed: float) -> Callable[[float], Sequence[Track]]:
        return lambda t: [vehicle((320 - speed * (t - 4), 260), who="0000000d")]

    eastwards = along((0, 40, 400), (8, 600, 400))
    lawful = drive(8, eastwards, others=others(70))
    assert run(detector("wrong_way", lanes), lawful) == []
    oncoming = drive(8, eastwards, others=others(-70))
    assert [d.zone for d in run(detector("wrong_way", lanes), oncoming)] == ["west"]


def test_nobody_gone_is_remembered() -> None:
    watching = detector("wrong_way", EAST)
    chance = np.random.default_rng(3)
    for step in range(500):
        who = f"{step // 10:08x}"
        watching.update(observation(step / 5, vehicle((chance.uniform(50, 600), 400), who=who)))
    assert len(vars(watching)["_ways"]) < 5
