"""Which host watches which camera, and what becomes of the cameras of a host that died.

A stream that kills its host would take the cameras beside it along, each time. Which one it was
nobody can tell, so that they go on in two hosts, half of them in each: after a few
deaths whoever kills is alone, and the others have long been left in peace.
"""

from collections import Counter
from collections.abc import Collection, Iterator
from typing import Final

import structlog

from beffroi.capture.source import State
from beffroi.clock import Clock
from beffroi.engine.messages import Report
from beffroi.engine.processes import HostProcess
from beffroi.folder import DataFolder
from beffroi.settings import EngineSettings
from beffroi.words import say

REST_S: Final = 5.0
"""After a host that died before it spoke: the next one may well do the same."""

PROVEN_S: Final = 60.0
"""Suspects whose host lives for so long are none; twice as long for each host that one ended, an
hour at most."""

PATIENCE: Final = 3
"""Hosts that a camera may end alone before it has to wait for the next."""

LONGEST_S: Final = 300.0
"""What it waits at most; at first it is `REST_S`, and twice as long each time."""

MOST_APART: Final = 6
"""Hosts of suspects at once: one camera among sixteen takes five. Where more die it is no camera's
doing, and a machine that is out of breath needs fewer processes rather than more."""

log = structlog.get_logger()


class Placement:
    """The hosts of one machine and their cameras.

    Args:
        folder: The data folder that they serve.
        engine: How many hosts there may be. Suspects have theirs beside these, for a while.
        clock: Its monotonic time is when to try again.
    """

    def __init__(self, folder: DataFolder, engine: EngineSettings, clock: Clock) -> None:
        self._folder, self._engine, self._clock = folder, engine, clock
        self.hosts: list[HostProcess] = []
        self._leaving: list[HostProcess] = []
        self._start_at = clock.monotonic()
        self._proven_at: dict[HostProcess, float] = {}
        self._ended = Counter[str]()
        self._rests_until: dict[str, float] = {}

    def bury(self) -> None:
        """Kill hosts that are dead or silent; their cameras are to be placed again."""
        for host in [host for host in self._leaving if not host.alive()]:
            host.kill()
            self._leaving.remove(host)
        for host in [host for host in self.hosts if not host.alive()]:
            cameras = sorted(host.cameras)
            log.warning("a host died or fell silent", pid=host.pid, cameras=cameras)
            at_fault = host.at_fault()
            host.kill()
            self.hosts.remove(host)
            self._proven_at.pop(host, None)
            if not host.spoke:
                self._start_at = self._clock.monotonic() + REST_S
            elif at_fault and cameras:
                self._suspect(cameras)

    def place(self, permitted: Collection[str]) -> None:
        """Give every camera that may run a host, and forget those that may not."""
        for host in self.hosts:
            host.cameras &= set(permitted)
        self._rests_until = {c: at for c, at in self._rests_until.items() if c in permitted}
        self._acquit()
        now = self._clock.monotonic()
        for camera in [camera for camera, at in self._rests_until.items() if at <= now]:
            del self._rests_until[camera]
            self._try({camera})
        placed = {camera for host in self.hosts for camera in host.cameras}
        for camera in sorted(set(permitted) - placed - set(self._rests_until)):
            if (free := self._roomiest()) is not None:
                free.cameras.add(camera)

    def reports(self) -> dict[str, Report]:
        """How every camera does that has a host, or had too many."""
        resting = {camera: self._rests(camera) for camera in list(self._rests_until)}
        hosts = list(self.hosts)
        return resting | {name: report for host in hosts for name, report in host.reports.items()}

    def close(self) -> None:
        """End every host, in order while there is time."""
        ending = [*self.hosts, *self._leaving]
        for host in ending:
            host.dismiss()
        for host in ending:
            host.stop(patience_s=5)

    def _suspect(self, cameras: list[str]) -> None:
        """Part the cameras of a host that died of itself; whoever was alone has been found out."""
        if len(cameras) == 1:
            self._find_out(cameras[0])
        elif len(self._proven_at) <= MOST_APART - 2:
            middle = len(cameras) // 2
            for half in (cameras[:middle], cameras[middle:]):
                self._try(set(half))

    def _find_out(self, camera: str) -> None:
        self._ended[camera] += 1
        again = self._ended[camera] - PATIENCE
        wait_s = _doubled(REST_S, again - 1, LONGEST_S) if again > 0 else 0.0
        self._rests_until[camera] = self._clock.monotonic() + wait_s
        log.warning("it watched one camera", camera=camera, times=again + PATIENCE, wait_s=wait_s)

    def _try(self, cameras: set[str]) -> None:
        """Give suspects a host where they harm nobody else."""
        host = self._start()
        host.cameras = cameras
        most = max(self._ended[camera] for camera in cameras)
        self._proven_at[host] = self._clock.monotonic() + _doubled(PROVEN_S, most, 3600.0)

    def _acquit(self) -> None:
        """Trust those whose host has lived; it stays if there may be as many."""
        now = self._clock.monotonic()
        for host in [host for host, at in self._proven_at.items() if at <= now]:
            del self._proven_at[host]
            for camera in host.cameras:
                del self._ended[camera]
            if len(list(self._ordinary())) > self._engine.hosts:
                self.hosts.remove(host)
                host.send([])  # before it ends: another watches from now on
                host.dismiss()
                self._leaving.append(host)

    def _roomiest(self) -> HostProcess | None:
        hosts = list(self._ordinary())
        if len(hosts) < self._engine.hosts and self._clock.monotonic() >= self._start_at:
            hosts.append(self._start())
        host = min(hosts, key=lambda host: len(host.cameras), default=None)
        return host if host and len(host.cameras) < self._engine.cameras_per_host else None

    def _ordinary(self) -> Iterator[HostProcess]:
        return (host for host in self.hosts if host not in self._proven_at)

    def _start(self) -> HostProcess:
        host = HostProcess(self._folder, self._clock)
        self.hosts.append(host)
        return host

    def _rests(self, camera: str) -> Report:
        why = say(
            "{number} times its stream ended the process that watched it; it is tried again, alone",
            number=self._ended[camera],
        )
        return Report(camera, State.BLIND, why, 0, 0)


def _doubled(first: float, times: int, most: float) -> float:
    """Twice as long each time; who fails for days must not reach what no number holds."""
    return min(first * 2.0 ** min(times, 16), most)
