"""How much energy a camera takes: what the processors count, or an estimate from their time.

Linux shows the counters of Intel and AMD processors (RAPL) under ``/sys/class/powercap``, mostly to
root alone, and to no guest of a virtual machine. Where they cannot be read, processor time is
multiplied by a stated power, and the result says that it is an estimate. Both leave out disks, fans
and the loss of the power supply.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from beffroi.clock import Clock
from beffroi.engine.messages import Report
from beffroi.mandate.energy import Energy

POWERCAP: Final = Path("/sys/class/powercap")

WINDOW_S: Final = 180.0

WHOLE: Final = 0.9
"""Share of a window in which a camera must have been analysed, to speak for an hour of it."""

GAP_S: Final = 5.0
"""A camera of which no picture is analysed for longer is not at work."""

JOULES_PER_MWH: Final = 3.6

Counts = dict[Path, int]


@dataclass(slots=True)
class _Work:
    """What was heard of a camera last, and its seconds at work in this window."""

    at: float
    analysed: int
    spent_s: float
    worked_s: float = 0.0
    processor_s: float = 0.0


class EnergyMeter:
    """Shares what the processors draw among the cameras at work, by the time they take of them.

    Args:
        clock: Its monotonic time is what the energy is divided by.
        watts_per_core: Drawn by a core that computes, where nothing counts it.
        powercap: Where the counters are.
    """

    def __init__(self, clock: Clock, watts_per_core: float, powercap: Path = POWERCAP) -> None:
        self._clock = clock
        self._watts = watts_per_core
        self._powercap = powercap
        self._since = clock.monotonic()
        self._work: dict[str, _Work] = {}
        self._counts = self._read()

    def note(self, reports: Iterable[Report]) -> Mapping[str, Energy]:
        """Take note of how cameras do, about once a second; of those that only decode, nothing.

        Returns:
            Once in a window of `WINDOW_S`, the energy of each camera that was analysed all along;
            nothing meanwhile.
        """
        now = self._clock.monotonic()
        for report in reports:
            self._follow(report, now)
        if now - self._since < WINDOW_S:
            return {}
        lasted, before, work = now - self._since, self._counts, self._work
        self._since, self._counts = now, self._read()
        self._work = {
            camera: _Work(each.at, each.analysed, each.spent_s) for camera, each in work.items()
        }
        processor_s = sum(each.processor_s for each in work.values())
        if not processor_s:
            return {}
        counted = self._drawn_since(before)
        watts = self._watts if counted is None else counted / processor_s
        return {
            camera: Energy(
                round(watts * each.processor_s / JOULES_PER_MWH * 3600 / each.worked_s),
                counted is None,
            )
            for camera, each in work.items()
            if each.worked_s >= WHOLE * lasted
        }

    def _follow(self, report: Report, now: float) -> None:
        work = self._work.get(report.camera)
        if work is None or report.analysed < work.analysed or report.processor_s < work.spent_s:
            self._work[report.camera] = _Work(now, report.analysed, report.processor_s)
            return
        if report.analysed == work.analysed:
            return
        if now - work.at <= GAP_S:
            work.worked_s += now - work.at
            work.processor_s += report.processor_s - work.spent_s
        work.at, work.analysed, work.spent_s = now, report.analysed, report.processor_s

    def _drawn_since(self, before: Counts) -> float | None:
        """Joules drawn by all processors, where they count."""
        if not before or before.keys() != self._counts.keys():
            return None
        try:
            return sum(_drawn(zone, before[zone], now) for zone, now in self._counts.items()) / 1e6
        except (OSError, ValueError):
            return None

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
