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

    def uptime(self) -> float:
        """Seconds since this machine was started, those it slept included where it can tell.

        On Linux the monotonic clock stands still while the machine sleeps, see
        clock_gettime(2); other systems have no such clock, or count them in the monotonic one.
        """
        boottime = getattr(time, "CLOCK_BOOTTIME", None)
        return self.monotonic() if boottime is None else time.clock_gettime(boottime)


class Steps:
    """Notices when somebody sets the wall clock, by holding it against the machine's uptime.

    Args:
        clock: The clocks to compare, from now on.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._wall = clock.now()
        self._uptime = clock.uptime()

    def ahead_s(self) -> float:
        """Seconds by which the wall clock was set forward since the start; negative for back."""
        passed = self._clock.uptime() - self._uptime
        return (self._clock.now() - self._wall).total_seconds() - passed


@dataclass
class FrozenClock(Clock):
    """A clock that moves only when told to.

    Args:
        wall: The wall time to start from, aware.
        seconds: The monotonic time to start from.
        slept: How long the machine has slept in all.
    """

    wall: datetime
    seconds: float = 0.0
    slept: float = 0.0

    def now(self) -> datetime:
        """Wall time as last set."""
        return self.wall

    def monotonic(self) -> float:
        """Monotonic seconds as last set."""
        return self.seconds

    def uptime(self) -> float:
        """Monotonic seconds and those slept."""
        return self.seconds + self.slept

    def sleep(self, seconds: float) -> None:
        """Let the machine sleep: only the monotonic clock stands still."""
        self.wall += timedelta(seconds=seconds)
        self.slept += seconds

    def advance(self, seconds: float) -> None:
        """Let `seconds` pass on both clocks."""
        self.wall += timedelta(seconds=seconds)
        self.seconds += seconds

    def step(self, seconds: float) -> None:
        """Set the wall clock forward or back without any time passing."""
        self.wall += timedelta(seconds=seconds)
