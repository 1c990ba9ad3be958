"""The live wall: engine hosts bring skeletons, consoles get the latest ones, nothing is kept.

One line per camera is all that is held. A console that is slow skips lines; one that stopped
reading is let go. Which cameras may be shown is asked from the mandate every second, and when
it cannot be asked, none may.
"""

import asyncio
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import structlog
from starlette.concurrency import run_in_threadpool

from beffroi.clock import Clock
from beffroi.ledger.sequencer import overdue
from beffroi.mandate.cameras import camera_states
from beffroi.mandate.fitness import REMEASURE
from beffroi.mandate.gate import live_cameras
from beffroi.mandate.timekeeping import Timekeeper
from beffroi.store.cameras import CameraState
from beffroi.store.database import Database

TICK_S: Final = 0.1
RECHECK_S: Final = 1.0
LONGEST_LINE: Final = 512 * 1024

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Sighting:
    """The latest line about one camera.

    Args:
        number: Grows with every line of every camera.
        line: ``<camera id> <observation JSON>``, as the engine wrote it.
    """

    number: int
    line: str


@dataclass(slots=True)
class Viewer:
    """What one console has been sent.

    Args:
        seen: Number of the last line sent, by camera.
        shown: Cameras it was shown when last asked.
        states: The message on the cameras' states that it was sent last.
    """

    seen: dict[str, int]
    shown: frozenset[str]
    states: str


def shown_state(row: CameraState | None, live: bool, now: datetime) -> str:
    """How a camera does, in one word for its tile.

    Args:
        row: What its host last said.
        live: Whether acts let a live use run on it.
        now: The moment.

    Returns:
        Its state; `slow` where it is off as it or this machine did not keep up, and will be tried
        again.
    """
    if row is None:
        return "off"
    measured = row.measured_at is not None and now < row.measured_at + REMEASURE
    slow = row.state == "off" and live and measured and row.rate_hz is not None
    return "slow" if slow else row.state


class Wall:
    """Holds the latest skeletons of every camera for whoever may see them.

    Args:
        database: Where cameras and mandates are.
        clock: Says what is in force now.
        socket: Unix socket to listen on for engine hosts.
    """

    def __init__(self, database: Database, clock: Clock, socket: Path) -> None:
        self._database = database
        self._clock = clock
        self._timekeeper = Timekeeper(clock)
        self._socket = socket
        self._latest: dict[str, Sighting] = {}
        self._count = 0
        self._open: frozenset[str] = frozenset()
        self._states = ""

    async def run(self) -> None:
        """Listen, and ask the mandate again every second, for ever."""
        server = await asyncio.start_unix_server(
            self._listen, path=self._socket, limit=LONGEST_LINE
        )
        async with server:
            while True:
                await self._refresh()
                await asyncio.sleep(RECHECK_S)

    def take(self, line: str) -> None:
        """Keep a line of an engine host in place of the camera's last one."""
        camera, space, _ = line.partition(" ")
        if space and camera in self._open:
            self._count += 1
            self._latest[camera] = Sighting(self._count, line)

    def news(self, viewer: Viewer) -> Iterable[str]:
        """What this console has not been sent yet; oldest line first."""
        for camera in sorted(viewer.shown - self._open):
            viewer.seen.pop(camera, None)
            yield json.dumps({"type": "stopped", "camera": camera})
        viewer.shown = self._open
        if viewer.states != self._states:
            viewer.states = self._states
            yield self._states
        for camera, sighting in list(self._latest.items()):
            if sighting.number > viewer.seen.get(camera, 0):
                viewer.seen[camera] = sighting.number
                yield sighting.line

    async def _refresh(self) -> None:
        try:
            opened, states = await run_in_threadpool(self._ask)
        except Exception as error:
            # Whatever it is: who cannot ask shows nothing, and asks again.
            _log.warning("wall.closed", error=type(error).__name__, said=str(error))
            opened, states = frozenset(), self._states
        self._open = opened
        self._states = states
        for camera in self._latest.keys() - opened:
            del self._latest[camera]

    def _ask(self) -> tuple[frozenset[str], str]:
        with self._database.read() as session:
            opened = frozenset(live_cameras(session, self._timekeeper))
            rows = camera_states(session).values()
            now = self._clock.now()
            states = {row.camera_id: shown_state(row, row.camera_id in opened, now) for row in rows}
            late = bool(overdue(session, self._clock))
        news = {"type": "states", "states": states, "live": sorted(opened), "ledger_late": late}
        return opened, json.dumps(news)

    async def _listen(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await reader.readline():
                self.take(line.decode().rstrip("\n"))
        except (ValueError, OSError) as error:
            # Too long, not text, or the host is gone: it will connect again.
            _log.warning("wall.host_lost", error=str(error))
        finally:
            writer.close()
