"""Whether a camera still looks where it looked: the place is known by its edges.

Edges of walls and kerbs stay when the light changes and when people pass; they go when the
camera is turned. They are compared in doubled angle (Granlund, CGIP 8, 1978), so that an edge
that turns from dark-bright to bright-dark, as at nightfall, is still the same edge.
"""

from collections import deque
from typing import Final

import numpy as np
from numpy.typing import NDArray

THUMB: Final = (96, 54)
"""Width and height of the picture that is compared; nobody can be made out in it."""
BLOCK: Final = 6
RECENT: Final = 9
SETTLE: Final = 16
EDGE: Final = 2.0
ALIKE: Final = 0.5
FITS: Final = 0.4
MEMORY: Final = 600
FEWEST_BLOCKS: Final = 8

Floats = NDArray[np.float32]


class View:
    """Compares the place with its reference: the first thumbs, and then the mean of what fits.

    Edges of what passes differ from one time to the next and cancel out; those of the place stay.
    """

    def __init__(self) -> None:
        self._recent: deque[NDArray[np.uint8]] = deque(maxlen=SETTLE)
        self._reference: Floats | None = None
        self._learnt = 1

    def fit(self, thumb: NDArray[np.uint8]) -> float:
        """Share of the reference's places with edges that are still the same, 0 to 1.

        Args:
            thumb: Grey, uint8, shape (54, 96), about twice a second.

        Returns:
            1 while the reference is being taken, and where there are too few edges to judge.
        """
        self._recent.append(thumb)
        if self._reference is None:
            if len(self._recent) == SETTLE:
                self._reference = _edges(np.stack(self._recent))
            return 1.0
        edges = _edges(np.stack(list(self._recent)[-RECENT:]))
        share = _alike(self._reference, edges)
        if share >= FITS:
            self._learnt = min(self._learnt + 1, MEMORY)
            self._reference += (edges - self._reference) / np.float32(self._learnt)
        return share


def texture(thumb: NDArray[np.uint8]) -> float:
    """Strength of the clearest edges, in grey levels per pixel: about 0 for a covered lens."""
    return float(np.percentile(np.hypot(*_gradient(thumb.astype(np.float32))), 98))


def _gradient(grey: Floats) -> tuple[Floats, Floats]:
    """Central differences, each of shape (height - 2, width - 2)."""
    half = np.float32(0.5)
    down = (grey[2:, 1:-1] - grey[:-2, 1:-1]) * half
    across = (grey[1:-1, 2:] - grey[1:-1, :-2]) * half
    return across, down


def _edges(thumbs: NDArray[np.uint8]) -> Floats:
    """Doubled-angle edges of the median of thumbs, shape (2, height - 2, width - 2)."""
    x, y = _gradient(np.median(thumbs, axis=0).astype(np.float32))
    strength = np.hypot(x, y) + np.float32(1e-6)
    return np.stack([(x * x - y * y) / strength, 2 * x * y / strength])


def _alike(reference: Floats, edges: Floats) -> float:
    """Share of textured blocks whose edges correlate, see `View.fit`."""
    product = _blocks(reference * edges)
    power, now = _blocks(reference**2), _blocks(edges**2)
    textured = power > EDGE**2 * BLOCK**2
    if textured.sum() < FEWEST_BLOCKS:
        return 1.0
    correlation = product / np.sqrt(power * now + 1e-6)
    return float((correlation[textured] > ALIKE).mean())


def _blocks(field: Floats) -> Floats:
    """Sums over both components and square blocks."""
    _, height, width = field.shape
    rows, columns = height // BLOCK, width // BLOCK
    cut = field[:, : rows * BLOCK, : columns * BLOCK]
    return np.asarray(cut.reshape(2, rows, BLOCK, columns, BLOCK).sum(axis=(0, 2, 4)))
