"""The motion gate: an empty street is not worth a model's time.

It compares each frame with a slow background on a coarse grid. It never decides what is there:
it closes only after an analysis has found nobody, opens when anything changes, and lets a frame
through every few seconds in any case.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from beffroi.capture.frame import Frame

CELL: Final = 4
"""Sampled pixels along a cell's side."""
ACROSS: Final = 160
"""Samples across the picture, about."""
BRIGHT_S: Final = 4.0
"""Time constant of the background: slower than a passer-by, faster than the sun."""
NOISE_S: Final = 8.0
FLOOR: Final = 3.0
"""Least change in grey levels that counts, for cameras without noise."""
TIMES_NOISE: Final = 4.0
SHARE_OF_CELL: Final = 0.25
FULL_S: Final = 5.0
"""Longest time without a full analysis."""

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Motion:
    """What changed in a frame.

    Args:
        share: Share of the picture that changed, 0 to 1.
        cells: Where: bool, shape (rows, columns) over the picture.
    """

    share: float
    cells: NDArray[np.bool_]


class MotionGate:
    """Follows one camera. Ask `open` after `update`; tell `analysed` after an analysis.

    The background and the noise are running means (Wren et al., Pfinder, PAMI 19, 1997, with
    one Gaussian a pixel); what changes counts against the noise of its own place.
    """

    def __init__(self) -> None:
        self._background: Floats | None = None
        self._noise: Floats | None = None
        self._index: int | None = None
        self._compared = self._last = -math.inf
        self._full = -math.inf
        self._empty = False
        self._moving = True

    @property
    def open(self) -> bool:
        """Whether the last frame must be analysed."""
        return self._moving or not self._empty or self._last - self._full >= FULL_S

    def update(self, frame: Frame) -> Motion:
        """Compare a frame with the background, then learn from it; what comes again is known."""
        self._last = frame.t
        if frame.index == self._index and self._background is not None:
            self._moving = False
            return Motion(0.0, np.zeros(_grid(self._background), bool))
        self._index = frame.index
        grey = _sampled(frame.image)
        if self._background is None or self._background.shape != grey.shape:
            self._background, self._noise = grey, np.full_like(grey, FLOOR)
            self._empty = False
            cells = np.ones(_grid(grey), bool)
        else:
            cells = self._compare(grey, frame.t - self._compared)
        self._compared = frame.t
        self._moving = bool(cells.any())
        return Motion(float(cells.mean()), cells)

    def analysed(self, tracks: int) -> None:
        """Tell that the last frame has been analysed in full.

        Args:
            tracks: How many things are followed or suspected; the gate stays open for any.
        """
        self._full = self._last
        self._empty = tracks == 0

    def _compare(self, grey: Floats, elapsed: float) -> NDArray[np.bool_]:
        background, noise = self._background, self._noise
        if background is None or noise is None:
            raise AssertionError("compared before the first frame")
        difference = grey - background
        difference -= np.median(difference[::3, ::3])
        size = np.abs(difference)
        changed = size > np.maximum(TIMES_NOISE * noise, FLOOR)
        background += _weight(elapsed, BRIGHT_S) * (grey - background)
        noise += _weight(elapsed, NOISE_S) * (np.minimum(size, TIMES_NOISE * noise) - noise)
        rows, columns = _grid(grey)
        cut = changed[: rows * CELL, : columns * CELL].reshape(rows, CELL, columns, CELL)
        return np.asarray(cut.mean(axis=(1, 3)) >= SHARE_OF_CELL)


def _sampled(image: NDArray[np.uint8]) -> Floats:
    """Green, the best part of luma, of every few pixels."""
    step = max(1, image.shape[1] // ACROSS)
    return image[step // 2 :: step, step // 2 :: step, 1].astype(np.float32)


def _grid(grey: Floats) -> tuple[int, int]:
    return max(1, grey.shape[0] // CELL), max(1, grey.shape[1] // CELL)


def _weight(elapsed: float, constant: float) -> np.float32:
    return np.float32(-math.expm1(-max(elapsed, 0.0) / constant))
