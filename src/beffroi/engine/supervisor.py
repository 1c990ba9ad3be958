"""The supervisor: asks the gate, hands permits to hosts, keeps processes up, does the chores.

It decodes nothing and serves nothing. When the database or the gate does not answer, it renews no
permit, and every camera closes within the term of the last one.
"""

import threading
from collections.abc import Callable, Sequence
from typing import Final

import structlog

from beffroi.alerts.channels import open_channels
from beffroi.alerts.erasure import erase_due, mark_missing, sweep
from beffroi.alerts.handover import deliver_pending
from beffroi.alerts.life import escalate_overdue, lapse_overdue
from beffroi.alerts.vault import Vault
from beffroi.clock import Clock
from beffroi.engine.doubts import CameraDoubts
from beffroi.engine.energy import EnergyMeter
from beffroi.engine.equipment import equipment_of
from beffroi.engine.messages import Order
from beffroi.engine.placement import Placement
from beffroi.engine.plan import Plan
from beffroi.engine.processes import WebProcess
from beffroi.engine.states import CameraStates
from beffroi.errors import BeffroiError, Unavailable
from beffroi.folder import DataFolder
from beffroi.mandate.equipment import note_equipment
from beffroi.mandate.gate import CameraDecision, Gate
from beffroi.mandate.keeping import AT_A_TIME, drop_unused, erase_over
from beffroi.mandate.learning import destroy_ended
from beffroi.mandate.suspending import suspend_failing
from beffroi.mandate.timekeeping import Timekeeper, doubtful
from beffroi.settings import Settings
from beffroi.store.database import Database

ROUND_S: Final = 0.5
CHORES_S: Final = 1.0

RECKON_S: Final = 30.0
"""How often the figures of the uses are held against what the doctrines ask."""

KEEPING_S: Final = 3600.0
"""How often lines of the ledger are looked through for what is over: their terms are in days."""

EVIDENCE_S: Final = 60.0
"""Evidence that is not there after this long will not come: its host has died."""

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
        self._equipment = equipment_of(folder, settings.engine)
        self._gate = Gate(self._equipment, clock)
        self._timekeeper = Timekeeper(clock)
        self._vault = Vault(folder)
        self._channels = open_channels(settings.handover, folder)
        self._states = CameraStates(
            database, clock, EnergyMeter(clock, settings.engine.watts_per_core)
        )
        self._doubts = CameraDoubts(database, clock)
        self._reckon_at = self._look_through_at = clock.monotonic()
        self._placement = Placement(folder, settings.engine, clock)
        self._problems: dict[str, str] = {}
        self._plan = Plan(clock)
        self._decisions: Sequence[CameraDecision] = ()

    def run(self, stop: threading.Event) -> None:
        """Supervise until `stop` is set, then end every child."""
        web = WebProcess(self._folder, self._clock)
        chores = [
            threading.Thread(target=work, args=(stop,), name=work.__name__)
            for work in (self._do_chores, self._do_deliveries)
        ]
        for thread in chores:
            thread.start()
        try:
            while not stop.wait(ROUND_S):
                self._guard(self._round)
                if not all(thread.is_alive() for thread in chores) and not stop.is_set():
                    raise BeffroiError("A chore failed in an unforeseen way; see the log above.")
                if web.keep_up():
                    log.warning("the web server had ended and was started again")
        finally:
            stop.set()
            self._placement.close()
            web.stop(patience_s=5)
            for thread in chores:
                thread.join()
            self._guard(self._states.close)

    def _round(self) -> None:
        self._placement.bury()
        with self._database.read() as session:
            decisions = self._gate.decide(session)
        self._placement.place({d.camera.camera_id for d in decisions if d.permit is not None})
        modes = {d.camera.camera_id: {use.mode for use in d.uses} for d in decisions}
        shares = self._plan.shares(modes, self._placement.reports())
        for host in self._placement.hosts:
            # Complete each time: what is not named is withdrawn, however long its permit.
            host.send(
                [
                    Order(camera, decision.camera.number, decision.permit, shares[camera])
                    for decision in decisions
                    if decision.permit is not None
                    and (camera := decision.camera.camera_id) in host.cameras
                ]
            )
        self._decisions = decisions

    def _do_chores(self, stop: threading.Event) -> None:
        """Everything that writes: a busy database may delay it, but never a permit."""
        while not stop.wait(CHORES_S):
            self._guard(self._keep_time)
            self._guard(self._note_states)
            self._guard(self._escalate)
            self._guard(self._reckon)
            self._guard(self._end_what_is_over)

    def _do_deliveries(self, stop: threading.Event) -> None:
        """Apart from the other chores: a mail server may take its time."""
        while not stop.wait(CHORES_S):
            self._guard(self._deliver)

    def _deliver(self) -> None:
        deliver_pending(self._database, self._channels, self._clock)

    def _note_states(self) -> None:
        reports = self._placement.reports()
        self._states.record(self._decisions, reports)
        self._doubts.record(self._decisions, reports)

    def _keep_time(self) -> None:
        with self._database.read() as session:
            jumped = self._timekeeper.jumped(session)
        if jumped:
            with self._database.write() as session:
                self._timekeeper.note(session)

    def _reckon(self) -> None:
        """Stop uses that fail what the doctrines ask of them, and tell what can run; seldom."""
        if self._clock.monotonic() < self._reckon_at:
            return
        self._reckon_at = self._clock.monotonic() + RECKON_S
        suspend_failing(self._database, self._clock)
        with self._database.write() as session:
            note_equipment(session, self._equipment, self._clock)

    def _escalate(self) -> None:
        with self._database.write() as session:
            escalate_overdue(session, self._settings.alerts.escalate_after_s, self._clock)

    def _end_what_is_over(self) -> None:
        """Let alerts lapse and evidence go: nothing of it can be undone."""
        with self._database.read() as session:
            if self._timekeeper.ahead(session):
                raise Unavailable(doubtful())
        for work in (self._lapse, self._give_up_missing, self._erase_due, self._sweep):
            # Each on its own: what one of them cannot do must not keep evidence past its date.
            self._guard(work)
        self._erase_lines()

    def _lapse(self) -> None:
        with self._database.write() as session:
            lapse_overdue(session, self._settings.alerts.lapse_after_s, self._clock)
            destroy_ended(session, self._clock)

    def _give_up_missing(self) -> None:
        mark_missing(self._database, self._vault, EVIDENCE_S, self._clock)

    def _erase_due(self) -> None:
        erase_due(self._database, self._vault, self._clock)

    def _sweep(self) -> None:
        sweep(self._database, self._vault, self._clock)

    def _erase_lines(self) -> None:
        """Erase what the ledger may no longer tell, a little at a time while there is more."""
        if self._clock.monotonic() < self._look_through_at:
            return
        drop_unused(self._database, self._clock)
        if erase_over(self._database, self._clock) < AT_A_TIME:
            self._look_through_at = self._clock.monotonic() + KEEPING_S

    def _guard(self, work: Callable[[], object]) -> None:
        """Say once what fails and go on: a later round may find the database back."""
        name = work.__name__.strip("_")
        try:
            work()
        except BeffroiError as error:
            if self._problems.get(name) != error.message:
                log.error("supervision is impaired", step=name, cause=error.message)
            self._problems[name] = error.message
        else:
            if self._problems.pop(name, None):
                log.info("supervision is whole again", step=name)
