"""One slot between a camera that never waits and an analysis that may be late.

What is analysed is always the newest picture; what had to be dropped for that is counted.
"""

from threading import Condition
from typing import Final, Generic, TypeVar

T = TypeVar("T")

EARLY: Final = 0.25
"""Share of a period by which a picture may come before its time: cameras are never quite even."""


LATE: Final = 0.5
"""Share of a period that a picture must have waited to be dropped for want of time: one that a
network brought together with the next would be dropped on an idle machine too."""


class Latest(Generic[T]):
    """Holds the newest item that is due at a rate.

    Args:
        rate_hz: Items wanted per second.

    Attributes:
        skipped: Items that were due and waited in vain, or were not even made.
    """

    def __init__(self, rate_hz: float) -> None:
        self._period = 1 / rate_hz
        self._due: float | None = None
        self._item: T | None = None
        self._waits_since = 0.0
        self._changed = Condition()
        self.skipped = 0

    def put(self, item: T, t: float, now: float) -> None:
        """Offer an item; it is kept if one is due, or if nobody has taken the one before.

        Args:
            item: The newest one.
            t: Its time in seconds.
            now: When it came, in seconds.
        """
        with self._changed:
            due = self._due is None or t >= self._due - EARLY * self._period
            if self._item is None and not due:
                return
            if self._item is None:
                self._waits_since = now
            elif due and now - self._waits_since >= LATE * self._period:
                self.skipped += 1
                self._waits_since = now
            if due:
                self._due = self._next(t)
            self._item = item
            self._changed.notify()

    def miss(self, t: float) -> None:
        """Count an item of this time if it was due: there was no time to make it."""
        with self._changed:
            if self._due is not None and t >= self._due - EARLY * self._period:
                self.skipped += 1
                self._due = self._next(t)

    def clear(self) -> None:
        """Let go of what nobody has taken."""
        with self._changed:
            self._item = None

    def take(self, timeout_s: float) -> T | None:
        """The newest item, or None if there is none in time."""
        with self._changed:
            self._changed.wait_for(lambda: self._item is not None, timeout_s)
            item, self._item = self._item, None
            return item

    def _next(self, t: float) -> float:
        """On the grid of the rate, unless the stream has paused or just begun."""
        if self._due is None or t - self._due > self._period:
            return t + self._period
        return self._due + self._period
