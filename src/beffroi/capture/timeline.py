"""When a picture was taken: presentation time for files, the machine's clock for live streams.

Containers lie: timestamps are missing, repeated, wrap round or jump. What leaves this module
only ever goes forward.
"""

import math
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from typing import Final, TypeVar

T = TypeVar("T")

USUAL_RATE_HZ: Final = 25.0
MAX_GAP_S: Final = 10.0
"""A larger jump in a format that may be spliced (MPEG-TS) is a new recording, not a pause."""
MAX_SKEW: Final = 0.05
"""Seconds per second by which a camera's clock may run slow against ours."""
RESET_S: Final = 10.0
TICK_S: Final = 1e-3


class FileTimeline:
    """Presentation time of a file's pictures, from 0 at the first one.

    Args:
        rate_hz: Average rate of the file, for pictures without a time of their own.
        spliced: Whether the format may jump in time between two recordings.
    """

    def __init__(self, rate_hz: float | None, *, spliced: bool = False) -> None:
        self._step = 1 / (rate_hz or USUAL_RATE_HZ)
        self._spliced = spliced
        self._shift: float | None = None
        self._last: float | None = None

    def time(self, stamp: float | None) -> float:
        """Seconds since the first picture, for the next picture in order of presentation.

        Args:
            stamp: Seconds that the container gives, or None.
        """
        expected = 0.0 if self._last is None else self._last + self._step
        t = expected
        if stamp is not None:
            if self._shift is None:
                self._shift = expected - stamp
            t = stamp + self._shift
            if self._last is not None and not self._plausible(t - self._last):
                self._shift = expected - stamp
                t = expected
        self._last = t
        return t

    def _plausible(self, gap: float) -> bool:
        return gap > 0 and not (self._spliced and gap > MAX_GAP_S)


class LiveTimeline:
    """Monotonic time at which a live picture was taken, as well as it can be known.

    A network delays pictures and bunches them up, but never sends one early: the smallest
    difference between arrival and the camera's own stamp is the true offset between the two
    clocks (the idea of Paxson, SIGMETRICS 1998, on one-way delays), allowed to drift slowly.
    """

    def __init__(self) -> None:
        self._offset: float | None = None
        self._heard = 0.0
        self._last = -math.inf

    def restart(self) -> None:
        """Forget the camera's clock: it has been called anew and may count from anywhere."""
        self._offset = None

    def time(self, stamp: float | None, now: float) -> float:
        """Monotonic seconds of the next picture: not after `now`, but for a tick between two.

        Args:
            stamp: Seconds on the camera's clock, or None.
            now: Monotonic seconds at which it arrived.
        """
        t = now
        if stamp is not None:
            t = stamp + self._fit(now - stamp, now)
        self._last = max(t, self._last + TICK_S)
        return self._last

    def _fit(self, offset: float, now: float) -> float:
        if self._offset is None or abs(offset - self._offset) > RESET_S:
            self._offset = offset
        else:
            drifted = self._offset + MAX_SKEW * (now - self._heard)
            self._offset = min(drifted, offset)
        self._heard = now
        return self._offset


def at_rate(items: Iterable[T], rate_hz: float, time: Callable[[T], float]) -> Iterator[T]:
    """Of items in order of time, those nearest to the ticks of a rate; none twice.

    Args:
        items: In order of time.
        rate_hz: Ticks per second, counted from time 0.
        time: Seconds of an item.
    """
    for tick, near in groupby(items, key=lambda item: round(time(item) * rate_hz)):
        due = tick / rate_hz
        yield min(near, key=lambda item: abs(time(item) - due))
