"""The motion field of people who are drawn as skeletons alone, for days without pictures.

The real field (`beffroi.perception.flow`) follows texture. Here every bone is a few spots of
texture that move as it does, over ground that stands still and has less of it: a cell goes as fast
as its spots on average, weighed with the same window.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from beffroi.perception.flow import WIDTH
from beffroi.perception.observation import MAX_FLOW
from beffroi.simulation.bare import Skeletons

Floats = NDArray[np.float64]

_BONES: Final = np.array(
    [
        *((0, 0), (5, 7), (7, 9), (6, 8), (8, 10), (5, 11), (6, 12), (5, 12), (6, 11)),
        *((11, 13), (13, 15), (12, 14), (14, 16)),
    ]
)
"""Pairs of joints; the trunk is wide and has four."""
_AREA: Final = 0.017
"""Of the part of a body around each, in squared statures."""
_ALONG: Final = np.array([1, 3, 5])[:, np.newaxis] / 6
"""Where the spots of a bone lie on it."""
_GROUND: Final = 0.05
"""How much texture the ground has, that of bodies being 1; of 0.02, 0.05 and 0.1 what agrees best
with the field of the synthetic city's pictures."""


def drawn_flow(now: Skeletons, before: Skeletons, size: tuple[int, int]) -> Floats:
    """How fast each part of the picture goes between two instants.

    Args:
        now: The people of the later instant.
        before: Of the earlier one.
        size: Width and height of the picture in pixels.

    Returns:
        [rows, columns, 2] pixels per second.
    """
    width, height = size
    cell = width / MAX_FLOW
    rows = round(height / cell)
    _, here, there = np.intersect1d(now.ids, before.ids, return_indices=True)
    ends, starts = _spots(now.keypoints[here]), _spots(before.keypoints[there])
    velocities = (ends - starts).reshape(-1, 2) / (now.t - before.t)
    texture = np.repeat(now.heights[here] ** 2, ends.shape[1]) * _AREA / len(_ALONG) / cell**2
    x, y = ((ends + starts) / 2 / cell).reshape(-1, 2).T
    down, across = _window(y, rows) * texture, _window(x, MAX_FLOW)
    seen = down @ across.T + _GROUND
    return np.stack([(down * speed) @ across.T / seen for speed in velocities.T], axis=2)


def _spots(keypoints: Floats) -> Floats:
    """Spots on the bones of n people, [n, 3 * bones, 2]."""
    one, other = keypoints[:, _BONES[:, 0], np.newaxis], keypoints[:, _BONES[:, 1], np.newaxis]
    return (one + (other - one) * _ALONG).reshape(len(keypoints), _ALONG.size * len(_BONES), 2)


def _window(at: Floats, cells: int) -> Floats:
    """How much each cell sees of spots, [cells, spots]; a Gaussian of area 1."""
    away = (np.arange(cells)[:, np.newaxis] + 0.5 - at) / WIDTH
    return np.asarray(np.exp(-0.5 * away**2) / (WIDTH * np.sqrt(2 * np.pi)))
