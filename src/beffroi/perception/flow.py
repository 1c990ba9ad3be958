"""The coarse motion field: how fast each part of a picture moves, whoever or whatever it is.

Bodies that hide each other, lie on the ground or are tiny lose their skeletons, but still move.
The field is too coarse to show anybody: at most `MAX_FLOW` cells each way, two numbers a cell.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from beffroi.capture.frame import Frame
from beffroi.perception.observation import MAX_FLOW

Floats = NDArray[np.float32]

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
        levels = pyramid(reduced(frame.image, step))
        before, self._before = self._before, (frame.t, levels)
        shape = levels[0].shape
        if before is None or before[1][0].shape != shape:
            self._grid = Grid.over((shape[0], shape[1]))
            return None
        elapsed = frame.t - before[0]
        if self._grid is None or min(shape) < 2**LEVELS or not 0 < elapsed <= LONGEST_S:
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
    """

    down: tuple[Floats, ...]
    across: tuple[Floats, ...]
    cell: tuple[NDArray[np.intp], ...]

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
        )


def displacements(before: Sequence[Floats], now: Sequence[Floats], grid: Grid) -> Floats:
    """How far the content of each cell went from one picture to the next.

    Least squares on slopes and differences, from coarse to fine (Lucas and Kanade, IJCAI 1981;
    Bouguet, Pyramidal Implementation of the Lucas Kanade Feature Tracker, 2001); a cell without
    texture is drawn towards what the coarser level said.

    Args:
        before: Levels of the earlier picture, finest first, as `pyramid` makes them.
        now: Of the later one.
        grid: Over pictures of this size.

    Returns:
        float32 [rows, columns, 2], x and y in samples of the finest level; NaN without texture.
    """
    moved = np.zeros((2, len(grid.down[0]), grid.across[0].shape[1]), np.float32)
    for level in reversed(range(len(before))):
        one, other = before[level], now[level]
        down, across, cell = grid.down[level], grid.across[level], grid.cell[level]
        along_y, along_x = np.gradient(one)
        slopes = np.stack([along_x * along_x, along_x * along_y, along_y * along_y])
        xx, xy, yy = down @ slopes @ across
        flat = xx + yy < FLAT
        xx, yy = xx + FLAT / 2, yy + FLAT / 2
        area = xx * yy - xy * xy
        height, width = one.shape
        y, x = np.arange(height)[:, np.newaxis], np.arange(width)
        for _ in range(ROUNDS[level]):
            shift = np.rint(moved / 2**level)
            right, below = shift.astype(np.intp).reshape(2, -1).take(cell, axis=1)
            rows, columns = np.clip(y + below, 0, height - 1), np.clip(x + right, 0, width - 1)
            change = other.take(rows * width + columns) - one
            tx, ty = down @ np.stack([along_x * change, along_y * change]) @ across
            rest = np.stack([xy * ty - yy * tx, xy * tx - xx * ty]) / area
            moved = (shift + rest / np.maximum(np.hypot(*rest), 1)) * 2**level
    moved[:, flat] = np.nan
    return np.moveaxis(moved, 0, 2).astype(np.float32, order="C")


def reduced(image: NDArray[np.uint8], step: int) -> Floats:
    """Green, the best part of luma, averaged over squares of `step` pixels, float32."""
    height, width = (max(1, side // step) for side in image.shape[:2])
    green = image[: height * step, : width * step, 1]
    rows: NDArray[np.uint16] = np.stack([green[i::step] for i in range(step)]).sum(
        axis=0, dtype=np.uint16
    )
    total: Floats = np.stack([rows[:, i::step] for i in range(step)]).sum(axis=0, dtype=np.float32)
    return np.asarray(total / step**2, np.float32)


def pyramid(picture: Floats) -> list[Floats]:
    """The picture without its finest grain, and `LEVELS` - 1 times halved."""
    padded = np.pad(picture, 1, mode="edge")
    rows = padded[:-2] + 2 * padded[1:-1] + padded[2:]
    levels = [(rows[:, :-2] + 2 * rows[:, 1:-1] + rows[:, 2:]) / 16]
    for _ in range(LEVELS - 1):
        height, width = (side // 2 * 2 for side in levels[-1].shape)
        even, odd = levels[-1][:height:2, :width], levels[-1][1:height:2, :width]
        levels.append((even[:, ::2] + even[:, 1::2] + odd[:, ::2] + odd[:, 1::2]) / 4)
    return levels


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
