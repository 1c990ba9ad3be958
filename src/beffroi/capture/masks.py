"""Privacy masks: what must not be seen is painted over before anything sees the picture."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from beffroi.errors import BadInput

Polygon = Sequence[tuple[float, float]]
"""Corners in fractions of width and height, at least three, in either direction."""

GREY: Final = 128
MARGIN_PX: Final = 1
"""Scaling blends neighbouring pixels, so a mask reaches a little further than it was drawn."""


class Masks:
    """Flat grey polygons, rasterised once for each size of picture.

    Args:
        polygons: The masks, in fractions of the picture.

    Raises:
        BadInput: A mask has fewer than three corners, no area, or lies outside the picture: a
            camera whose masks cannot be trusted is not opened.
    """

    def __init__(self, polygons: Sequence[Polygon]) -> None:
        self._polygons = [_checked(polygon) for polygon in polygons]
        self._rasters: dict[tuple[int, int], NDArray[np.bool_]] = {}

    def burn(self, image: NDArray[np.uint8]) -> None:
        """Paint the masks into a picture, in place.

        Args:
            image: uint8, shape (height, width, 3).
        """
        if not self._polygons:
            return
        size = image.shape[0], image.shape[1]
        if size not in self._rasters:
            self._rasters = {size: self._raster(*size)}
        np.copyto(image, GREY, where=self._rasters[size])

    def _raster(self, height: int, width: int) -> NDArray[np.bool_]:
        covered = np.zeros((height, width), bool)
        for polygon in self._polygons:
            covered |= raster(polygon * (width, height), height, width)
        return np.repeat(_grown(covered, MARGIN_PX)[:, :, None], 3, axis=2)


def raster(corners: NDArray[np.float64], height: int, width: int) -> NDArray[np.bool_]:
    """Pixels whose centre lies in a polygon, by the even-odd rule (Shimrat, CACM 1962, alg. 112).

    Args:
        corners: Shape (n, 2), x and y in pixels.
        height: Of the picture, in pixels.
        width: The same.

    Returns:
        Shape (height, width).
    """
    x = np.arange(width) + 0.5
    y = np.arange(height)[:, None] + 0.5
    inside = np.zeros((height, width), bool)
    for (x1, y1), (x2, y2) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        if y1 != y2:
            spans = (y1 > y) != (y2 > y)
            inside ^= spans & (x < (x2 - x1) * (y - y1) / (y2 - y1) + x1)
    return inside


def _checked(polygon: Polygon) -> NDArray[np.float64]:
    corners = np.asarray(polygon, np.float64)
    if corners.ndim != 2 or corners.shape[1] != 2 or len(corners) < 3:
        raise BadInput("A mask needs at least three corners, each with an x and a y.")
    if not (np.isfinite(corners).all() and (corners >= 0).all() and (corners <= 1).all()):
        raise BadInput("The corners of a mask are fractions of the picture, from 0 to 1.")
    x, y = corners.T
    if abs(x @ np.roll(y, -1) - y @ np.roll(x, -1)) < 1e-9:
        raise BadInput("A mask without any area hides nothing; draw it again.")
    return corners


def _grown(covered: NDArray[np.bool_], pixels: int) -> NDArray[np.bool_]:
    padded = np.pad(covered, pixels)
    height, width = covered.shape
    steps = range(2 * pixels + 1)
    shifted = [padded[dy : dy + height, dx : dx + width] for dy in steps for dx in steps]
    return np.asarray(np.any(shifted, axis=0))
