"""The two clocks: wall time says *when* for the record, monotonic time says *how long*.

Anything that decides (permits, hours, erasure) takes a :class:`Clock`, so that a test can
stop time and so that nobody mixes the two up.
"""

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


class Clock:
    """The machine's clocks."""

    def now(self) -> datetime:
        """Wall time, aware, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds that never step back, the same for every process of this machine."""
        return time.monotonic()


class Steps:
    """Notices when somebody sets the wall clock, by holding it against the monotonic one.

    Args:
        clock: The clocks to compare, from now on.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._wall = clock.now()
        self._monotonic = clock.monotonic()

    def ahead_s(self) -> float:
        """Seconds by which the wall clock was set forward since the start; negative for back."""
        passed = self._clock.monotonic() - self._monotonic
        return (self._clock.now() - self._wall).total_seconds() - passed


@dataclass
class FrozenClock(Clock):
    """A clock that moves only when told to.

    Args:
        wall: The wall time to start from, aware.
        seconds: The monotonic time to start from.
    """

    wall: datetime
    seconds: float = 0.0

    def now(self) -> datetime:
        """Wall time as last set."""
        return self.wall

    def monotonic(self) -> float:
        """Monotonic seconds as last set."""
        return self.seconds

    def advance(self, seconds: float) -> None:
        """Let `seconds` pass on both clocks."""
        self.wall += timedelta(seconds=seconds)
        self.seconds += seconds

    def step(self, seconds: float) -> None:
        """Set the wall clock forward or back without any time passing."""
        self.wall += timedelta(seconds=seconds)
