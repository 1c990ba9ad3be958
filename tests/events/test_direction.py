"""The direction that most go, from a few ways; see `test_road` for lanes."""

import pytest

from beffroi.events.direction import Direction, Directions
from beffroi.events.movers import MOTOR
from tests.events.boxes import Path, along, drive, vehicle

WHOLE = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))


def prevailing(*paths: Path) -> Direction | None:
    directions = Directions({"lane": WHOLE}, MOTOR)
    first, *others = paths
    tracks = [(f"{i:08x}", path) for i, path in enumerate(others)]
    for observation in drive(
        12, first, others=lambda t: [vehicle(path(t), who=who) for who, path in tracks]
    ):
        directions.note(observation)
    return directions.prevailing().get("lane")


def test_who_goes_no_way_has_no_direction() -> None:
    assert prevailing(lambda _: (300, 400)) is None


@pytest.mark.parametrize(
    ("ways", "share"),
    [((1, 1, 1), 1.0), ((1, 1, -1), 2 / 3), ((1, -1, 1, 1), 3 / 4)],
)
def test_a_share_of_the_ways_goes_along(ways: tuple[int, ...], share: float) -> None:
    found = prevailing(
        *(
            along((0, 320 - 260 * way, 60 + 90 * i), (10, 320 + 260 * way, 60 + 90 * i))
            for i, way in enumerate(ways)
        )
    )
    assert found is not None
    assert found.along / found.ways == pytest.approx(share)
    (x1, y1), (x2, y2) = found.line
    assert x2 > x1
    assert y2 == pytest.approx(y1, abs=0.02)
