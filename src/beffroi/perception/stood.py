"""Who stood where: of each part of the ground, the person who has been there most of late.

A vote by majority that needs no history (Boyer and Moore, 1981): each second that somebody stands
beside a cell is one for them and one against whoever held it. The vote ends when the ground is
seen again as it usually is.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from beffroi.perception.backgrounds import Mask

REACH: Final = 0.25
"""How far beside the body something is set down, in shares of the height of a person's box."""
LEGS: Final = 0.45
"""Lower share of a person's box beside which things are set down."""
MOST_S: Final = 30.0
"""Seconds that somebody can be ahead."""
FORGOTTEN: Final = 2**32 - 1
"""Stands for everybody whose id is forgotten: it still was none of those who come later."""


class Stood:
    """The vote on one camera.

    Args:
        shape: Rows and columns of the grid.
    """

    def __init__(self, shape: tuple[int, int]) -> None:
        self._who = np.zeros(shape, np.uint32)
        self._ahead_s = np.zeros(shape, np.float32)

    def update(
        self, ids: Sequence[str], boxes: NDArray[np.float64], elapsed: float, usual: Mask
    ) -> None:
        """Count one picture.

        Args:
            ids: Of the people, 8 hexadecimal digits.
            boxes: [n, 4]: x1, y1, x2, y2 of their boxes, in cells.
            elapsed: Seconds since the last picture.
            usual: Where the ground looks as usual, bool [rows, columns].
        """
        covered = np.zeros(self._who.shape, bool)
        for id_, box in zip(ids, boxes, strict=True):
            part = _beside(box)
            covered[part] = True
            who, ahead = self._who[part], self._ahead_s[part]
            ahead += np.where(who == int(id_, 16), np.float32(elapsed), np.float32(-elapsed))
            won = ahead < 0
            who[won], ahead[won] = int(id_, 16), elapsed
        over = usual & ~covered
        self._who[over], self._ahead_s[over] = 0, 0
        np.minimum(self._ahead_s, np.float32(MOST_S), out=self._ahead_s)

    def forget(self, ids: Sequence[str]) -> None:
        """Forget these ids, and remember that somebody has stood there."""
        if ids:
            self._who[np.isin(self._who, [int(id_, 16) for id_ in ids])] = FORGOTTEN

    def by(self, cells: Mask) -> str | None:
        """Who has stood there most: id, or None if nobody, or nobody who is remembered."""
        ids, votes = np.unique(self._who[cells], return_counts=True)
        votes[ids == 0] = 0
        best = int(votes.argmax())
        return f"{int(ids[best]):08x}" if votes[best] and ids[best] != FORGOTTEN else None


def _beside(box: NDArray[np.float64]) -> tuple[slice, slice]:
    """The cells around somebody's legs."""
    x1, y1, x2, y2 = box.tolist()
    height = y2 - y1
    left, right = x1 - REACH * height, x2 + REACH * height
    top, bottom = y2 - LEGS * height, y2 + REACH / 2 * height
    return (
        slice(max(int(top), 0), max(int(np.ceil(bottom)), 0)),
        slice(max(int(left), 0), max(int(np.ceil(right)), 0)),
    )
