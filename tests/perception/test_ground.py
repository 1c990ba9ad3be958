"""The ground plane, against a camera whose metres are exact."""

import numpy as np
import pytest

from beffroi.errors import BadInput
from beffroi.perception.ground import Ground, Point, feet
from beffroi.simulation.camera import Camera

CAMERA = Camera(position=(0.0, 0.0, 5.0), tilt=0.5, focal=500.0)
METRES = [(0.0, 8.0), (2.0, 10.0), (-3.0, 12.0), (1.0, 30.0), (4.0, 9.0)]


def seen(metres: list[Point]) -> list[Point]:
    points = np.column_stack([np.array(metres), np.zeros(len(metres))])
    return [(float(x), float(y)) for x, y in CAMERA.project(points) / CAMERA.size]


@pytest.mark.parametrize("count", [4, 5])
def test_a_calibration_finds_the_metres_back(count: int) -> None:
    ground = Ground.from_pairs(seen(METRES)[:count], METRES[:count])
    assert np.allclose(ground.to_metres(seen(METRES)), METRES, atol=1e-6)
    assert np.allclose(ground.to_picture(METRES), seen(METRES), atol=1e-9)


@pytest.mark.parametrize("sign", [1, -1])
def test_a_stored_matrix_works_whatever_its_sign(sign: int) -> None:
    matrix = sign * CAMERA.ground_homography() @ np.diag([*CAMERA.size, 1.0])
    ground = Ground.from_rows(matrix.tolist())
    assert np.allclose(ground.to_metres(seen(METRES)), METRES)


def test_above_the_horizon_there_is_no_ground() -> None:
    ground = Ground.from_pairs(seen(METRES), METRES)
    assert np.isnan(ground.to_metres((0.5, -1.0))).all()
    assert np.isnan(ground.to_picture((0.0, -50.0))).all()


@pytest.mark.parametrize(
    ("picture", "metres"),
    [
        ([(0.1, 0.1)] * 3, [(0.0, 0.0)] * 3),
        ([(0.1, 0.1)] * 4, [(0.0, 0.0), (1, 0), (1, 1), (0, 1)]),
        ([(0.1, 0.1), (0.2, 0.2), (0.3, 0.3), (0.4, 0.4)], METRES[:4]),
        ([(0.1, 0.1), (0.9, 0.1), (0.9, 0.9), (np.nan, 0.9)], METRES[:4]),
        (seen(METRES), METRES[:4]),
    ],
    ids=["three", "one point", "a line", "nan", "unpaired"],
)
def test_points_that_do_not_calibrate_are_refused(
    picture: list[Point], metres: list[Point]
) -> None:
    with pytest.raises(BadInput):
        Ground.from_pairs(picture, metres)


@pytest.mark.parametrize("rows", [[[1, 2], [3, 4]], np.ones((3, 3)).tolist(), [[np.nan] * 3] * 3])
def test_matrices_that_are_no_plane_are_refused(rows: list[list[float]]) -> None:
    with pytest.raises(BadInput):
        Ground.from_rows(rows)


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [(0.9, 0.9, (20.0, 95.0)), (0.9, 0.1, (10.0, 90.0)), (0.1, 0.1, (25.0, 100.0))],
    ids=["both ankles", "one", "none"],
)
def test_feet_are_the_ankles_that_are_seen(left: float, right: float, expected: Point) -> None:
    keypoints = np.zeros((17, 3), np.float32)
    keypoints[15:] = [(10, 90, left), (30, 100, right)]
    assert feet((0, 0, 50, 100), keypoints) == expected
    assert feet((0, 0, 50, 100), None) == (25.0, 100.0)
