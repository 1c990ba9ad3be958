"""The perspective camera of the synthetic city: metres to pixels and back, exactly."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Camera:
    """A pinhole camera without distortion above the ground plane z = 0.

    World axes: x to the right, y away from the camera, z up, in metres.

    Args:
        position: Where the lens is, metres.
        tilt: Downward angle of the optical axis, radians.
        pan: Angle of the optical axis to the left of the y axis, radians.
        focal: Focal length in pixels.
        size: Width and height of the picture in pixels.
    """

    position: tuple[float, float, float]
    tilt: float
    focal: float
    size: tuple[int, int] = (640, 360)
    pan: float = 0.0

    @cached_property
    def axes(self) -> Floats:
        """Rows: the camera's right, down and forward directions in the world, [3,3]."""
        ct, st, cp, sp = np.cos(self.tilt), np.sin(self.tilt), np.cos(self.pan), np.sin(self.pan)
        return np.array([[cp, sp, 0.0], [sp * st, -cp * st, -ct], [-sp * ct, cp * ct, -st]])

    @cached_property
    def centre(self) -> Floats:
        """The principal point in pixels."""
        return np.array(self.size, dtype=np.float64) / 2

    def view(self, points_m: ArrayLike) -> Floats:
        """World points [...,3] in camera axes [...,3]; the last value is the depth in metres."""
        offset: Floats = np.asarray(points_m, dtype=np.float64) - np.array(self.position)
        return offset @ self.axes.T

    def project(self, points_m: ArrayLike) -> Floats:
        """Pixels [...,2] of world points [...,3]; points behind the lens give NaN."""
        seen = self.view(points_m)
        depth = np.where(seen[..., 2:] > 1e-6, seen[..., 2:], np.nan)
        return seen[..., :2] / depth * self.focal + self.centre

    def rays(self, pixels: ArrayLike) -> Floats:
        """World directions [...,3] (unit depth) through pixels [...,2]."""
        flat = (np.asarray(pixels, dtype=np.float64) - self.centre) / self.focal
        return np.concatenate([flat, np.ones_like(flat[..., :1])], axis=-1) @ self.axes

    def ground_homography(self) -> Floats:
        """The matrix [3,3] that takes homogeneous pixels to metres on the ground.

        It is the inverse of the projection restricted to z = 0 (Hartley and Zisserman,
        Multiple View Geometry, 2nd ed., §8.1.1), scaled to a last element of one.
        """
        intrinsics = np.array(
            [[self.focal, 0, self.centre[0]], [0, self.focal, self.centre[1]], [0, 0, 1.0]]
        )
        translation = -self.axes @ np.array(self.position)
        plane = intrinsics @ np.column_stack([self.axes[:, 0], self.axes[:, 1], translation])
        inverse: Floats = np.linalg.inv(plane)
        inverse /= inverse[2, 2]
        return inverse
