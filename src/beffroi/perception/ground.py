"""From the picture to the ground: where people stand, in metres.

A street is near enough to a plane, so four measured points calibrate a camera for good. Points of
the picture are fractions of its width and height, so that a calibration outlives a change of
resolution.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from beffroi.errors import BadInput

Floats = NDArray[np.float64]
Point = tuple[float, float]

_ANKLES = [15, 16]


@dataclass(frozen=True, slots=True)
class Ground:
    """The plane that one camera looks at.

    Args:
        matrix: float64 [3, 3], takes homogeneous picture fractions to metres on the ground; its
            sign is such that points on the near side of the horizon have a positive last term.
    """

    matrix: Floats

    @classmethod
    def from_rows(cls, rows: Sequence[Sequence[float]], near: Point = (0.5, 1.0)) -> Self:
        """Take a 3 x 3 homography as it is stored.

        Args:
            rows: Three rows of three numbers.
            near: A point of the picture, in fractions, that shows ground.

        Raises:
            BadInput: Not nine finite numbers, or a plane seen edge-on.
        """
        matrix = np.asarray(rows, np.float64)
        if matrix.shape != (3, 3) or not np.isfinite(matrix).all():
            raise BadInput("A ground calibration is 3 rows of 3 numbers.")
        if np.linalg.cond(matrix) > 1e12:
            raise BadInput("This calibration flattens the ground to a line; measure it again.")
        depth = float(matrix[2] @ [*near, 1.0])
        return cls(matrix if depth > 0 else -matrix)

    @classmethod
    def from_pairs(cls, picture: Sequence[Point], metres: Sequence[Point]) -> Self:
        """Calibrate from four or more points seen in the picture and measured on the ground.

        Direct linear transformation with normalised points (Hartley and Zisserman, Multiple View
        Geometry, 2nd edition, algorithm 4.2).

        Args:
            picture: Fractions of width and height.
            metres: The same points on the ground, in the same order.

        Raises:
            BadInput: Fewer than four pairs, or points that do not span a plane.
        """
        if len(picture) != len(metres) or len(picture) < 4:
            raise BadInput("A ground calibration needs at least four pairs of points.")
        (source, from_source), (target, from_target) = _normalise(picture), _normalise(metres)
        one, zero = np.ones((len(source), 1)), np.zeros((len(source), 3))
        seen = np.hstack([source, one])
        equations = np.vstack(
            [
                np.hstack([seen, zero, -target[:, :1] * seen]),
                np.hstack([zero, seen, -target[:, 1:] * seen]),
            ]
        )
        _, strengths, directions = np.linalg.svd(equations)
        if strengths[7] < 1e-9 * strengths[0]:
            raise BadInput("These points lie on one line; measure points around the whole place.")
        matrix = np.linalg.inv(from_target) @ directions[8].reshape(3, 3) @ from_source
        middle = np.mean(picture, axis=0)
        return cls.from_rows(matrix.tolist(), near=(float(middle[0]), float(middle[1])))

    def to_metres(self, fractions: ArrayLike) -> Floats:
        """Ground positions [..., 2] of picture points [..., 2]; NaN above the horizon."""
        return _apply(self.matrix, fractions)

    def to_picture(self, metres: ArrayLike) -> Floats:
        """Picture fractions [..., 2] of ground positions [..., 2]; NaN behind the camera."""
        return _apply(np.linalg.inv(self.matrix).astype(np.float64), metres)


def feet(
    box: Sequence[float], keypoints: NDArray[np.float32] | None, joint_score: float = 0.2
) -> Point:
    """Where somebody or something stands, in pixels.

    Args:
        box: x1, y1, x2, y2 in pixels.
        keypoints: [17, 3]: x, y, score; None for things without a skeleton.
        joint_score: Least score of an ankle that is believed.

    Returns:
        The middle of the ankles that are seen, else the middle of the box's lower edge.
    """
    if keypoints is not None:
        ankles = keypoints[_ANKLES]
        ankles = ankles[ankles[:, 2] >= joint_score]
        if len(ankles):
            x, y = ankles[:, :2].mean(axis=0)
            return float(x), float(y)
    return (box[0] + box[2]) / 2, box[3]


def _apply(matrix: Floats, points: ArrayLike) -> Floats:
    flat = np.asarray(points, np.float64)
    mapped = np.concatenate([flat, np.ones_like(flat[..., :1])], axis=-1) @ matrix.T
    ahead = np.where(mapped[..., 2:] > 1e-9, mapped[..., 2:], np.nan)
    result: Floats = mapped[..., :2] / ahead
    return result


def _normalise(points: Sequence[Point]) -> tuple[Floats, Floats]:
    """Points moved to mean zero and mean distance √2, and the matrix that does so."""
    flat = np.asarray(points, np.float64)
    if not np.isfinite(flat).all():
        raise BadInput("A calibration point is not a number.")
    middle = flat.mean(axis=0)
    spread = float(np.linalg.norm(flat - middle, axis=1).mean())
    if spread == 0:
        raise BadInput("The calibration points are all the same point.")
    scale = np.sqrt(2) / spread
    move = np.diag([scale, scale, 1.0])
    move[:2, 2] = -scale * middle
    return (flat - middle) * scale, move
