"""Vehicles keep their id while the model wavers over what they are."""

import numpy as np
import pytest

from beffroi.perception.objects import Objects
from beffroi.perception.observation import KINDS
from beffroi.perception.things import THING_TRACKING, Things


def seen(*things: tuple[str, float, float]) -> Objects:
    """Objects of 80 x 40 pixels: kind, left side and score of each."""
    boxes = [(x, 100, x + 80, 140) for _, x, _ in things]
    return Objects(
        np.array(boxes, np.float32).reshape(-1, 4),
        np.array([score for *_, score in things], np.float32),
        np.array([KINDS.index(kind) for kind, *_ in things], np.intp),
    )


@pytest.mark.parametrize(
    ("looks", "expected"),
    [
        (["car", "truck", "car", "bus", "car"], "car"),
        (["car", "truck", "truck", "truck", "car"], "truck"),
        (["bicycle", "motorcycle", "bicycle", "bicycle"], "bicycle"),
    ],
)
def test_a_wavering_kind_is_one_thing_of_its_likeliest_kind(
    looks: list[str], expected: str
) -> None:
    things = Things()
    followed = [things.update(i / 5, seen((kind, 8.0 * i, 0.6))) for i, kind in enumerate(looks)]
    assert len({match.id for found in followed for match, _ in found}) == 1
    assert KINDS[followed[-1][0][1]] == expected


def test_a_bag_beside_a_car_is_another_thing() -> None:
    things = Things()
    for i in range(4):
        followed = things.update(i / 5, seen(("car", 100, 0.8), ("suitcase", 110, 0.7)))
    assert sorted(KINDS[kind] for _, kind in followed) == ["car", "suitcase"]


def test_what_is_gone_is_forgotten() -> None:
    things = Things()
    for i in range(3):
        followed = things.update(i / 5, seen(("car", 100, 0.8)))
    (first,) = {match.id for match, _ in followed}
    later = THING_TRACKING.memory_s + 1
    assert things.update(later, seen(("truck", 100, 0.8))) == []
    ((match, kind),) = things.update(later + 0.2, seen(("truck", 100, 0.8)))
    assert match.id != first
    assert KINDS[kind] == "truck"
