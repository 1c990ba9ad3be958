"""The supervisor: asks the gate, hands permits to hosts, keeps processes up, does the chores.

It decodes nothing and serves nothing. When the database or the gate does not answer, it renews no
permit, and every camera closes within the term of the last one.
"""

import threading
from collections.abc import Callable, Sequence
from typing import Final

import structlog

from beffroi.alerts.evidence_life import erase_due, mark_missing
from beffroi.alerts.handover import deliver_pending
from beffroi.alerts.life import escalate_overdue, lapse_overdue
from beffroi.clock import Clock
from beffroi.engine.messages import Order
from beffroi.engine.processes import HostProcess, WebProcess
from beffroi.engine.states import CameraStates
from beffroi.errors import BeffroiError
from beffroi.events.registry import DETECTORS
from beffroi.folder import DataFolder
from beffroi.mandate.gate import CameraDecision, Gate
from beffroi.settings import Settings
from beffroi.store.database import Database

ROUND_S: Final = 0.5
CHORES_S: Final = 2.0

log = structlog.get_logger()


class Supervisor:
    """Runs one machine.

    Args:
        folder: The data folder, locked by the caller.
        settings: Machine settings.
        database: Already migrated.
        clock: The machine's clocks.
    """

    def __init__(
        self, folder: DataFolder, settings: Settings, database: Database, clock: Clock
    ) -> None:
        self._folder = folder
        self._settings = settings
        self._database = database
        self._clock = clock
        self._gate = Gate({name: kind.behaviour for name, kind in DETECTORS.items()}, clock)
        self._states = CameraStates(database, clock)
        self._hosts: list[HostProcess] = []

    def run(self, stop: threading.Event) -> None:
        """Supervise until `stop` is set, then end every child."""
        web = WebProcess(self._folder)
        chores = threading.Thread(target=self._do_chores, args=(stop,), name="chores")
        chores.start()
        try:
            while not stop.wait(ROUND_S):
                self._guard(self._round)
                if web.keep_up():
                    log.warning("the web server had ended and was started again")
        finally:
            stop.set()
            for host in self._hosts:
                host.stop(patience_s=5)
            web.stop(patience_s=5)
            chores.join()
            self._guard(lambda: self._states.close())

    def _round(self) -> None:
        with self._database.read() as session:
            decisions = self._gate.decide(session)
        self._bury()
        self._place(decisions)
        for host in self._hosts:
            host.send(
                [
                    Order(decision.camera.camera_id, decision.camera.number, decision.permit)
                    for decision in decisions
                    if decision.permit is not None and decision.camera.camera_id in host.cameras
                ]
            )
        reports = {name: report for host in self._hosts for name, report in host.reports.items()}
        self._states.record(decisions, reports)

    def _bury(self) -> None:
        """Kill hosts that are dead or silent; their cameras are placed again at once."""
        for host in [host for host in self._hosts if not host.alive()]:
            log.warning("a host died or fell silent", pid=host.pid, cameras=sorted(host.cameras))
            host.kill()
            self._hosts.remove(host)

    def _place(self, decisions: Sequence[CameraDecision]) -> None:
        """Give every camera that may run a host, and forget those that may not."""
        permitted = {d.camera.camera_id for d in decisions if d.permit is not None}
        for host in self._hosts:
            host.cameras &= permitted
        placed = {camera for host in self._hosts for camera in host.cameras}
        for camera in sorted(permitted - placed):
            self._roomiest().cameras.add(camera)

    def _roomiest(self) -> HostProcess:
        if len(self._hosts) < self._settings.engine.hosts:
            self._hosts.append(HostProcess(self._folder, self._clock))
        return min(self._hosts, key=lambda host: len(host.cameras))

    def _do_chores(self, stop: threading.Event) -> None:
        """Everything that waits on people or dates rather than on cameras."""
        while not stop.wait(CHORES_S):
            self._guard(self._chores)

    def _chores(self) -> None:
        patience = self._settings.alerts
        with self._database.write() as session:
            escalate_overdue(session, patience.escalate_after_s, self._clock)
            lapse_overdue(session, patience.lapse_after_s, self._clock)

    def _guard(self, work: Callable[[], None]) -> None:
        """Say what failed and go on: the next round may find the database back."""
        try:
            work()
        except BeffroiError as error:
            log.error("supervision is impaired", cause=error.message)
