"""The coarse motion field: how fast each part of a picture moves, whoever or whatever it is.

Bodies that hide each other, lie on the ground or are tiny lose their skeletons, but still move.
The field is too coarse to show anybody: at most `MAX_FLOW` cells each way, two numbers a cell.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from beffroi.capture.frame import Frame
from beffroi.perception.observation import MAX_FLOW

Floats = NDArray[np.float32]
T = TypeVar("T", bound=np.generic)

ACROSS: Final = 160
"""Samples along the longer side of the picture, about."""
LEVELS: Final = 3
"""Each level halves the picture, so that what crosses several samples is still followed."""
ROUNDS: Final = (1, 1, 2)
"""Estimates at each level, the finest first."""
WIDTH: Final = 0.75
"""Standard deviation of the window around the middle of a cell, in cells."""
FAINT: Final = 1e-30
"""Weights below this change no sum, but processors take a hundred times as long over numbers that
are almost too small to write."""
FLAT: Final = 0.8
"""Least variance of slopes, in squared grey levels, that is more than the camera's own noise."""
REACH: Final = 10
"""Beyond the edge of a picture nobody looks farther, in samples of any level: each estimate goes at
most one sample on, and each finer level doubles what was found."""
LONGEST_S: Final = 0.5
"""Pictures further apart are not compared: limbs have been anywhere in between."""


class MotionField:
    """Compares each picture of one camera with the one before."""

    def __init__(self) -> None:
        self._before: tuple[float, list[Floats]] | None = None
        self._grid: Grid | None = None

    def update(self, frame: Frame) -> Floats | None:
        """Take the next frame.

        Returns:
            float32 [rows, columns, 2], x and y in pixels of the picture per second, NaN where it
            has too little texture to say; None for a first picture, one after a pause, or one of
            a few pixels.
        """
        step = max(1, max(frame.image.shape[:2]) // ACROSS)
        samples = reduced(frame.image, step)
        if min(samples.shape) < 2**LEVELS:
            return None
        levels = pyramid(samples)
        before, self._before = self._before, (frame.t, levels)
        if before is None or before[1][0].shape != levels[0].shape:
            self._grid = Grid.over((samples.shape[0], samples.shape[1]))
            return None
        elapsed = frame.t - before[0]
        if self._grid is None or not 0 < elapsed <= LONGEST_S:
            return None
        moved = displacements(before[1], levels, self._grid)
        return moved * np.float32(step / elapsed)


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """Cells over the levels of a pyramid.

    Args:
        down: For each level the weights of its h rows in each row of cells, [rows, h].
        across: Likewise of its columns, [w, columns].
        cell: For each level the cell that each sample lies in, counted by rows, [h, w].
        place: For each level the flat position of each sample in the edged picture, [h, w].
    """

    down: tuple[Floats, ...]
    across: tuple[Floats, ...]
    cell: tuple[NDArray[np.intp], ...]
    place: tuple[NDArray[np.intp], ...]

    @classmethod
    def over(cls, shape: tuple[int, int]) -> "Grid":
        """Square cells over a picture of this height and width in samples."""
        side = max(1, -(-max(shape) // MAX_FLOW))
        rows, columns = (max(1, round(length / side)) for length in shape)
        sizes = [tuple(length >> level for length in shape) for level in range(LEVELS)]
        return cls(
            tuple(_windows(height, rows) for height, _ in sizes),
            tuple(_windows(width, columns).T.copy() for _, width in sizes),
            tuple(_cells(h, rows)[:, np.newaxis] * columns + _cells(w, columns) for h, w in sizes),
            tuple(
                inner(np.arange((h + 2 * REACH) * (w + 2 * REACH)).reshape(h + 2 * REACH, -1))
                for h, w in sizes
            ),
        )


def displacements(before: Sequence[Floats], now: Sequence[Floats], grid: Grid) -> Floats:
    """How far the content of each cell went from one picture to the next.

    Least squares on slopes and differences, from coarse to fine (Lucas and Kanade, IJCAI 1981;
    Bouguet, Pyramidal Implementation of the Lucas Kanade Feature Tracker, 2001); a cell without
    texture is drawn towards what the coarser level said.

    Args:
        before: Levels of the earlier picture, finest first and edged, as `pyramid` makes them.
        now: Of the later one.
        grid: Over pictures of this size.

    Returns:
        float32 [rows, columns, 2], x and y in samples of the finest level; NaN without texture.
    """
    moved = np.zeros((2, len(grid.down[0]), grid.across[0].shape[1]), np.float32)
    for level in reversed(range(len(before))):
        one, other = inner(before[level]), now[level]
        down, across = grid.down[level], grid.across[level]
        slopes = _slopes(before[level])
        products = np.concatenate([slopes[::-1] ** 2, slopes[:1] * slopes[1:]])
        squares = down @ products @ across  # of slopes down, then across
        both = squares[2]
        flat = squares[0] + squares[1] < FLAT
        squares[:2] += FLAT / 2
        area = squares[0] * squares[1] - both * both
        moved *= 2
        for _ in range(ROUNDS[level]):
            shift = np.rint(moved)
            steps = (shift[1] * other.shape[1] + shift[0]).astype(np.intp)
            change = other.take(steps.take(grid.cell[level]) + grid.place[level]) - one
            against = down @ (slopes * change) @ across
            rest = (both * against[::-1] - squares[:2] * against) / area
            moved = shift + rest / np.maximum(np.hypot(*rest), 1)
    moved[:, flat] = np.nan
    return np.moveaxis(moved, 0, 2).astype(np.float32, order="C")


def reduced(image: NDArray[np.uint8], step: int) -> Floats:
    """Green, the best part of luma, averaged over squares of `step` pixels, float32."""
    height, width = (max(1, side // step) for side in image.shape[:2])
    # Whole rows first, with their other colours: what lies side by side is quick to add.
    lines = image[: height * step].reshape(height, -1, *image.shape[1:])
    rows = lines[:, 0].astype(np.uint16)
    for i in range(1, lines.shape[1]):
        rows += lines[:, i]
    green = rows[:, : width * step, 1]
    total = green[:, ::step].astype(np.float32)
    for i in range(1, step):
        total += green[:, i::step]
    total /= step**2
    return total


def pyramid(picture: Floats) -> list[Floats]:
    """The picture without its finest grain, and `LEVELS` - 1 times halved, all edged."""
    rough = edged(picture, 1)
    rows = rough[:-2] + 2 * rough[1:-1] + rough[2:]
    level = (rows[:, :-2] + 2 * rows[:, 1:-1] + rows[:, 2:]) / 16
    levels = [edged(level)]
    for _ in range(LEVELS - 1):
        height, width = (side // 2 * 2 for side in level.shape)
        rows = level[:height:2, :width] + level[1:height:2, :width]
        level = (rows[:, ::2] + rows[:, 1::2]) / 4
        levels.append(edged(level))
    return levels


def edged(picture: Floats, by: int = REACH) -> Floats:
    """A picture that goes on beyond its edges as it ends there; `numpy.pad` is slow."""
    height, width = picture.shape
    wide = np.empty((height + 2 * by, width + 2 * by), np.float32)
    wide[by:-by, by:-by] = picture
    wide[by:-by, :by] = picture[:, :1]
    wide[by:-by, -by:] = picture[:, -1:]
    wide[:by], wide[-by:] = wide[by], wide[-by - 1]
    return wide


def inner(wide: NDArray[T]) -> NDArray[T]:
    """The picture itself of an edged one; a view."""
    return wide[REACH:-REACH, REACH:-REACH]


def _slopes(wide: Floats) -> Floats:
    """How fast an edged picture changes along x and y, [2, h, w]: `numpy.gradient` is slow."""
    height, width = inner(wide).shape
    slopes = np.empty((2, height, width), np.float32)
    along_x, along_y = slopes
    right, below = REACH + width + 1, REACH + height + 1
    np.subtract(
        wide[REACH:-REACH, REACH + 1 : right],
        wide[REACH:-REACH, REACH - 1 : right - 2],
        out=along_x,
    )
    np.subtract(
        wide[REACH + 1 : below, REACH:-REACH],
        wide[REACH - 1 : below - 2, REACH:-REACH],
        out=along_y,
    )
    # At its edges a picture changes on one side only.
    along_x[:, :: width - 1] *= 2
    along_y[:: height - 1] *= 2
    slopes *= 0.5
    return slopes


def _windows(samples: int, cells: int) -> Floats:
    """Gaussian weights of samples around the middles of cells, [cells, samples]; rows add to 1."""
    middles = (np.arange(cells) + 0.5) * samples / cells
    away = (np.arange(samples) + 0.5 - middles[:, np.newaxis]) * cells / samples
    weights = np.exp(-0.5 * (away / WIDTH) ** 2)
    weights[weights < FAINT] = 0
    return np.asarray(weights / weights.sum(axis=1, keepdims=True), np.float32)


def _cells(samples: int, cells: int) -> NDArray[np.intp]:
    """In which cell each sample lies, [samples]."""
    return (np.arange(samples) * cells // samples).astype(np.intp)
