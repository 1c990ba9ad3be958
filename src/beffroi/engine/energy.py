"""How much energy a camera takes, as the machine's processors count it themselves.

Linux shows the counters of Intel and AMD processors (RAPL) under ``/sys/class/powercap``, mostly to
root alone: where they cannot be read, nothing is measured and nothing is guessed. They count the
processors, not disks, fans or the loss of the power supply.
"""

from pathlib import Path
from typing import Final

from beffroi.clock import Clock

POWERCAP: Final = Path("/sys/class/powercap")

WINDOW_S: Final = 180.0

MICROJOULES_PER_MWH: Final = 3.6e6

Counts = dict[Path, int]


class EnergyMeter:
    """Shares what the processors draw among the cameras at work.

    Args:
        clock: Its monotonic time is what the energy is divided by.
        powercap: Where the counters are.
    """

    def __init__(self, clock: Clock, powercap: Path = POWERCAP) -> None:
        self._clock = clock
        self._powercap = powercap
        self._since = self._noted = clock.monotonic()
        self._camera_s = 0.0
        self._counts = self._read()

    def note(self, cameras: int) -> int | None:
        """Take note of how many cameras are at work, about once a second.

        Returns:
            Energy of a camera in an hour, in mWh, once in a window of `WINDOW_S`; None meanwhile,
            and where the machine does not measure.
        """
        now = self._clock.monotonic()
        self._camera_s += cameras * (now - self._noted)
        self._noted = now
        if now - self._since < WINDOW_S:
            return None
        before, camera_s = self._counts, self._camera_s
        self._since, self._camera_s, self._counts = now, 0.0, self._read()
        if not before or before.keys() != self._counts.keys() or camera_s == 0:
            return None
        drawn = sum(_drawn(zone, before[zone], count) for zone, count in self._counts.items())
        return round(drawn / MICROJOULES_PER_MWH * 3600 / camera_s)

    def _read(self) -> Counts:
        """The counter of each processor, in microjoules; none unless all of them can be read."""
        zones = sorted(self._powercap.glob("intel-rapl:?"))
        try:
            return {zone: _number(zone / "energy_uj") for zone in zones}
        except (OSError, ValueError):
            return {}


def _drawn(zone: Path, before: int, after: int) -> int:
    """What was counted between two looks: the counter starts again from 0 when it is full."""
    full = 0 if after >= before else _number(zone / "max_energy_range_uj")
    return after - before + full


def _number(path: Path) -> int:
    return int(path.read_text(encoding="ascii"))
