"""Vehicles counted at lines, and how long they fill the road."""

from collections.abc import Callable, Sequence

import pytest

from beffroi.events.detector import Counting, Zones
from beffroi.perception.finders import Need
from beffroi.perception.observation import Track
from tests.events.boxes import Path, along, drive, vehicle
from tests.events.shipped import detector
from tests.events.stick import STANDING, observation, track

TWO_WAYS = Zones(
    lines={"east": ((0.5, 1.0), (0.5, 0.4)), "west": ((0.5, 0.4), (0.5, 1.0))},
)
"""East is to the right of a picture of 640 x 480 pixels."""


def counted(
    path: Path,
    seconds: float = 12,
    zones: Zones = TWO_WAYS,
    *,
    kind: str = "car",
    shake: float = 1.0,
    hz: float = 5,
    others: Callable[[float], Sequence[Track]] = lambda _: (),
    **changes: bool | int,
) -> dict[str, int]:
    """All that is added up, but seconds."""
    looking = detector("traffic", zones, **changes)
    assert isinstance(looking, Counting)
    for one in drive(seconds, path, hz=hz, kind=kind, shake=shake, others=others):
        assert looking.update(one) == [], "statistics raise nothing"
    return dict(looking.take())


def passed(total: dict[str, int]) -> dict[str, int]:
    return {name: number for name, number in total.items() if number and name.startswith("passed")}


EASTWARDS = along((0, 60, 400), (8, 580, 400))


@pytest.mark.parametrize("hz", [3, 5, 12])
@pytest.mark.parametrize("kind", ["car", "bus", "truck", "motorcycle", "bicycle"])
def test_a_vehicle_is_counted_once_by_line_and_kind(kind: str, hz: float) -> None:
    assert passed(counted(EASTWARDS, kind=kind, hz=hz)) == {f"passed:east:{kind}": 1}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (along((0, 580, 400), (8, 60, 400)), {"passed:west:car": 1}),
        (along((0, 60, 400), (5, 450, 400), (10, 60, 400)), {"east": 1, "west": 1}),
        (along((0, 60, 100), (8, 580, 100)), {}),
        (along((0, 60, 400), (5, 315, 400)), {}),
        (along((0, 60, 400), (3, 322, 400), (9, 322, 400), (11, 250, 400)), {}),
    ],
    ids=["west", "there and back", "past the end of the line", "stops before it", "stops on it"],
)
def test_what_is_a_passage_and_what_is_not(path: Path, expected: dict[str, int]) -> None:
    full = {k if ":" in k else f"passed:{k}:car": n for k, n in expected.items()}
    assert passed(counted(path, shake=1.5)) == full


def test_a_vehicle_that_trembles_on_the_line_is_counted_once_at_most() -> None:
    total = passed(counted(lambda _: (320, 400), 120, shake=1.5))
    assert sum(total.values()) <= 1


def test_bicycles_are_counted_only_if_voted_and_people_never() -> None:
    assert passed(counted(EASTWARDS, kind="bicycle", bicycles=False)) == {}
    assert passed(counted(EASTWARDS, kind="person")) == {}
    assert detector("traffic").needs == {Need.OBJECTS}


def test_two_side_by_side_are_two() -> None:
    def second(t: float) -> Sequence[Track]:
        return [vehicle((60 + 65 * t, 300), "truck", "0000000d")]

    total = passed(counted(EASTWARDS, others=second))
    assert total == {"passed:east:car": 1, "passed:east:truck": 1}


def test_speed_is_given_in_metres_or_not_at_all() -> None:
    """65 pixels a second at a tenth of a metre each are 23.4 km/h."""
    assert not counted(EASTWARDS)["speed:east"]
    looking = detector("traffic", TWO_WAYS)
    assert isinstance(looking, Counting)
    for step in range(40):
        x = 60 + 65 * step / 5
        looking.update(observation(step / 5, vehicle((x, 400), ground=(x / 10, 8.0))))
    total = looking.take()
    assert total["timed:east"] == 1
    assert total["speed:east"] == pytest.approx(23.4, abs=1)


LANE = Zones(area=((0.0, 0.5), (1.0, 0.5), (1.0, 1.0), (0.0, 1.0)))


def waiting(many: int) -> Callable[[float], Sequence[Track]]:
    return lambda _: [vehicle((100 + 90 * i, 400), who=f"{i:08x}") for i in range(many)]


@pytest.mark.parametrize(("others", "queued"), [(1, 0), (2, 29), (4, 29)])
def test_a_queue_is_enough_vehicles_that_hardly_move(others: int, queued: int) -> None:
    total = counted(lambda _: (550, 400), 30, LANE, others=waiting(others))
    assert total["occupied_seconds"] == pytest.approx(29.8, abs=1)
    assert total["queue_seconds"] == pytest.approx(queued, abs=1.5)
    assert total["queued_vehicle_seconds"] == pytest.approx(queued * (others + 1), abs=6)


def test_flowing_traffic_occupies_the_road_and_is_no_queue() -> None:
    def flow(t: float) -> Sequence[Track]:
        return [vehicle((20 + (60 * t + 200 * i) % 600, 400), who=f"{i:08x}") for i in range(3)]

    total = counted(EASTWARDS, 8, LANE, others=flow)
    assert total["occupied_seconds"] >= 7
    assert total["queue_seconds"] == 0


def test_outside_the_area_nothing_is_counted() -> None:
    total = counted(along((0, 60, 100), (8, 580, 100)), 10, LANE, others=waiting(0))
    assert not any(total.values())


def test_what_was_taken_is_not_given_again_and_fractions_wait() -> None:
    looking = detector("traffic", LANE)
    assert isinstance(looking, Counting)
    seconds = 0
    for step in range(101):
        looking.update(observation(step / 5, vehicle((300, 400)), track(STANDING, (100, 400))))
        if step % 7 == 0:
            seconds += looking.take()["occupied_seconds"]
    assert seconds in (19, 20)


def test_that_somebody_passed_is_not_told_by_a_name() -> None:
    busy, quiet = counted(EASTWARDS), counted(along((0, 60, 400), (8, 60, 400)))
    assert passed(busy)
    assert not passed(quiet)
    assert busy.keys() == quiet.keys() > {"passed:east:bicycle", "timed:east", "speed:east"}


def test_no_number_names_a_track() -> None:
    total = counted(EASTWARDS, others=waiting(3))
    assert not any("0000000c" in name for name in total)
