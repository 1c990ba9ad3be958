"""What a place usually looks like and what it has looked like of late, pixel by pixel.

Two backgrounds tell what was set down from what passes (Porikli, Ivanov and Haga, Robust abandoned
object detection using dual foregrounds, EURASIP 2008). Here the usual one learns only from what
agrees with it, and the recent one must hold for a while, so that nothing melts away by waiting.
"""

import math
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]

ACROSS: Final = 240
"""Samples across the picture, at most."""
CELL: Final = 2
"""Samples along the side of a cell, in which regions are counted."""
STEADY_S: Final = 2.0
"""How long a place must look the same to count as standing still."""
MOST_STEADY_S: Final = 6.0
PATIENCE: Final = 2.5
"""How many times faster a look is lost than it was won: somebody whom no model sees may stand in
front of a thing for `MOST_STEADY_S / PATIENCE` seconds."""
FLOOR: Final = 14.0
"""Least difference in grey levels, of any colour, that counts."""
TIMES_NOISE: Final = 4.0
LEARN_S: Final = 15.0
"""Time constant of the usual background: the sun moves more slowly."""
SETTLE_S: Final = 0.7
SWITCHED: Final = 0.6
"""Share of the picture that changes when the light is switched or the camera moved."""


@dataclass(slots=True)
class Backgrounds:
    """Two pictures of one place.

    Args:
        usual: float32 [3, rows, columns], what is there when nothing happens.
        recent: The same for the last seconds.
        steady_s: float32 [rows, columns], for how long the recent one has held.
        noise: float32 [rows, columns], usual difference from the usual, grey levels.
        known: Where `usual` is known; a place that people hide at first is learnt later.
        agrees: Where the last picture looks as the recent background does.
    """

    usual: Floats
    recent: Floats
    steady_s: Floats
    noise: Floats
    known: Mask
    agrees: Mask

    @classmethod
    def begin(cls, picture: Floats) -> Self:
        """Start from one picture, as `reduced` makes it."""
        flat = np.zeros(picture.shape[1:], np.float32)
        nowhere = np.zeros(picture.shape[1:], bool)
        return cls(picture.copy(), picture.copy(), flat, flat.copy(), nowhere, nowhere.copy())

    @property
    def limit(self) -> Floats:
        """Difference in grey levels above which two looks of one place differ."""
        limit: Floats = np.maximum(np.float32(FLOOR), np.float32(TIMES_NOISE) * self.noise)
        return limit

    @property
    def still(self) -> Mask:
        """Where something stands that is not there usually."""
        changed = _apart(self.recent, self.usual) > self.limit
        return changed & self.known & (self.steady_s >= STEADY_S)

    def steadied(self, picture: Floats) -> Floats:
        """A picture without what changes everywhere alike: exposure and clouds."""
        gap = (picture - self.usual)[:, ::4, ::4].reshape(3, -1)
        steadied: Floats = picture - np.median(gap, axis=1)[:, np.newaxis, np.newaxis]
        return steadied

    def is_usual(self, picture: Floats) -> Mask:
        """Where a steadied picture looks as it usually does there."""
        return self.known & (_apart(picture, self.usual) <= self.limit)

    def learn(self, picture: Floats, usual: Mask, elapsed: float, hidden: Mask) -> None:
        """Take the next picture.

        Args:
            picture: Steadied.
            usual: What `is_usual` says of it.
            elapsed: Seconds since the last.
            hidden: Where people stand in front: nothing is learnt there.
        """
        free, limit = ~hidden, self.limit
        seen = self.known & free
        if (seen & ~usual).sum() > SWITCHED * max(int(seen.sum()), 1):
            self.known[:] = False
        learnt = (usual & free) * _weight(elapsed, LEARN_S)
        self.noise += learnt * (_apart(picture, self.usual) - self.noise)
        self.usual += learnt * (picture - self.usual)
        self.agrees = _apart(picture, self.recent) <= limit
        held = (self.agrees & free) * _weight(elapsed, SETTLE_S)
        self.recent += held * (picture - self.recent)
        gained = np.where(self.agrees, np.float32(elapsed), np.float32(-PATIENCE * elapsed))
        self.steady_s += gained * free
        np.minimum(self.steady_s, MOST_STEADY_S, out=self.steady_s)
        replaced = self.steady_s < 0
        np.copyto(self.recent, picture, where=replaced)
        self.steady_s[replaced] = 0
        self.absorb(~self.known & (self.steady_s >= STEADY_S))

    def absorb(self, where: Mask) -> None:
        """Take what is there of late for what is there usually."""
        np.copyto(self.usual, self.recent, where=where)
        self.known[where] = True


def reduced(image: NDArray[np.uint8]) -> Floats:
    """A small picture, float32 [3, rows, columns] in whole cells, of means of four pixels."""
    apart = step(image.shape[1])
    half, block = apart // 2, apart * CELL
    rows, columns = (length // block * block for length in image.shape[:2])
    corners = [image[y:rows:apart, x:columns:apart] for y in (0, half) for x in (0, half)]
    total = corners[0].astype(np.uint16)
    for corner in corners[1:]:
        total += corner
    return np.moveaxis(total, -1, 0).astype(np.float32, order="C") / np.float32(4)


def step(width: int) -> int:
    """Pixels from one sample to the next in a picture of some width."""
    return max(2, math.ceil(width / ACROSS))


def _apart(one: Floats, other: Floats) -> Floats:
    """Greatest difference of any colour, grey levels."""
    gap = np.abs(one - other)
    apart: Floats = np.maximum(np.maximum(gap[0], gap[1]), gap[2])
    return apart


def _weight(elapsed: float, constant: float) -> np.float32:
    return np.float32(-math.expm1(-max(elapsed, 0.0) / constant))
