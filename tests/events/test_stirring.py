"""What is measured around a place in motion fields made by hand."""

import numpy as np
import pytest
from numpy.typing import NDArray

from beffroi.events.stirring import RADIUS, STIRRING, Stirring

SIZE = (640, 360)
PLACE = np.array([330.0, 190.0])
UNIT = np.array(100.0)
Floats = NDArray[np.float64]


def still(rows: int = 18, columns: int = 32) -> Floats:
    return np.zeros((rows, columns, 2))


def around(*fields: Floats, place: Floats = PLACE, unit: Floats = UNIT) -> dict[str, float]:
    stirring = Stirring(2.0)
    for i, field in enumerate(fields):
        stirring.update(i / 10, field.astype(np.float32), SIZE)
    return dict(zip(STIRRING, stirring.remembered.around(place, unit)[-1].tolist(), strict=True))


def bodies(velocity: Floats) -> Floats:
    """A field in which something moves at the place alone."""
    field = still()
    field[5:14, 12:21] = velocity
    return field


def chaos(seed: int = 0) -> Floats:
    return np.random.default_rng(seed).normal(0, 100, (9, 9, 2))


def test_nothing_stirs_where_nothing_moves_or_where_the_camera_sways() -> None:
    assert list(around(still(), still()).values())[:5] == [0] * 5
    assert list(around(still() + 300, still() - 200).values())[:5] == [0] * 5


def test_people_who_go_together_are_told_from_a_scuffle() -> None:
    walk = around(*[bodies(np.array([100.0, 0.0]))] * 2)
    fight = around(bodies(chaos(1)), bodies(chaos(2)))
    assert walk["speed"] == pytest.approx(1, rel=0.3)
    for name in ("spread", "tangle", "jolt", "disorder"):
        assert fight[name] > 2 * walk[name], name


def test_numbers_are_in_statures_and_do_not_depend_on_the_size_of_cells() -> None:
    field = bodies(chaos(3))
    far = around(field / 2, field / 2, unit=UNIT)
    near = around(field, field, unit=UNIT)
    assert far["rush"] == pytest.approx(near["rush"] / 2)
    fine = around(*[np.repeat(np.repeat(field, 2, axis=0), 2, axis=1)] * 2)
    assert fine["rush"] == pytest.approx(near["rush"], rel=0.2)


def test_only_what_is_near_and_recent_counts() -> None:
    assert around(bodies(chaos()), place=np.array([60.0, 60.0]))["rush"] == 0
    stirring = Stirring(2.0)
    for i in range(40):
        stirring.update(i / 10, still().astype(np.float32), SIZE)
    assert len(stirring.remembered.around(PLACE, UNIT)) == 20
    assert stirring.remembered.around(np.array([-500.0, 900.0]), UNIT).shape == (20, len(STIRRING))


def test_without_a_field_nothing_is_said() -> None:
    stirring = Stirring(2.0)
    stirring.update(0.0, None, SIZE)
    stirring.update(0.1, np.full((18, 32, 2), np.nan, np.float32), SIZE)
    assert stirring.remembered.around(PLACE, UNIT).shape == (0, len(STIRRING))
    assert 0 < RADIUS < 1
