"""One picture on its way to perception, and the clocks that go with it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Frame:
    """A decoded picture. It lives in memory and is dropped after perception.

    Args:
        image: RGB, uint8, shape (height, width, 3), privacy masks already burnt in.
        t: Seconds on a clock that never steps back: presentation time for files and the synthetic
            city read as a file, monotonic time for live streams.
        at: Wall time of the picture, seconds since 1970 UTC; None for files.
        index: Number of the picture in its source, counted from 0, skipped ones included. The same
            twice: nothing has changed since, and the picture stands for the present one.
    """

    image: NDArray[np.uint8]
    t: float
    at: float | None
    index: int
