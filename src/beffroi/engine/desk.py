"""The alert desk: writes what detectors recognise and count, however long that takes.

A camera never waits for the database, and what it saw under its permit is not lost because the
database was locked, full or away just then.
"""

import contextlib
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from queue import Empty, SimpleQueue
from typing import Final

import structlog
from sqlalchemy.orm import Session

from beffroi.alerts.evidence import PARTS
from beffroi.alerts.raising import raise_alert
from beffroi.capture.source import Source
from beffroi.clock import Clock
from beffroi.engine.evidence import EvidenceDesk, Scene
from beffroi.engine.tally import Counted
from beffroi.errors import NotAuthorised, Tampered, Unavailable
from beffroi.events.detector import Detection
from beffroi.mandate.counting import count
from beffroi.mandate.gate import Hour, OpenUse, hour_of, require_open
from beffroi.mandate.timekeeping import Timekeeper
from beffroi.store.alerts import Alert
from beffroi.store.database import Database

RETRY_S: Final = 0.5

GOOD_FOR: Final = timedelta(seconds=0.5)
"""How long alerts are written under one answer of the gate: whoever checks an exported mandate
holds the time of each against the end of its use."""

AT_ONCE: Final = 32
"""Written at most in one transaction, under one answer of the gate: others wait to write too."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Sighting:
    """What was recognised, under which use, where to see it, and when it was complete (UTC)."""

    use: OpenUse
    detection: Detection
    scene: Scene
    detected_at: datetime


class AlertDesk:
    """One thread that raises the alerts and writes the counts of all cameras of a host, in order.

    Args:
        database: Where alerts go.
        evidence: Told of every alert raised.
        per_hour: Alerts of one use on one camera within an hour that are too many.
        clock: Dates the alerts.
    """

    def __init__(
        self, database: Database, evidence: EvidenceDesk, per_hour: int, clock: Clock
    ) -> None:
        self._database = database
        self._evidence = evidence
        self._per_hour = per_hour
        self._clock = clock
        self._timekeeper = Timekeeper(clock)
        self._waiting: SimpleQueue[Sighting | Counted | None] = SimpleQueue()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="alerts", daemon=True)
        self._thread.start()

    def put(self, sighting: Sighting) -> None:
        """Have an alert raised; its scene is held at once, however long the database takes."""
        if PARTS[sighting.use.voted.definition.evidence]:
            self._evidence.watch(sighting.scene)
        self._waiting.put(sighting)

    def put_count(self, counted: Counted) -> None:
        """Have numbers added to the counts of a use."""
        self._waiting.put(counted)

    def end(self, source: Source) -> None:
        """Hold on to the scenes of a source that is about to be closed."""
        self._evidence.end(source)

    def close(self) -> None:
        """Try once more for each sighting that waits, then end the evidence desk too."""
        self._closing.set()
        self._waiting.put(None)
        self._thread.join()
        self._evidence.close()

    def _run(self) -> None:
        while self._wrote_some():
            pass

    def _wrote_some(self) -> bool:
        """Write what waits; its scenes are forgotten before more is awaited. False at the end."""
        batch = self._take()
        if batch:
            self._write(batch)
        return bool(batch)

    def _write(self, batch: Sequence[Sighting | Counted]) -> None:
        """Write until it is written; one that can never be keeps no other from it."""
        alerts: Sequence[Alert | None] | None
        try:
            while (alerts := self._written(batch)) is None:
                if self._closing.wait(RETRY_S):
                    log.error("alerts or counts are lost", number=len(batch))
                    return
        except Exception:
            if len(batch) > 1:
                for each in batch:
                    self._write([each])
                return
            log.exception("an alert or a count cannot be written", camera=batch[0].use.camera_id)
            alerts = [None]
        for waiting, alert in zip(batch, alerts, strict=False):
            if isinstance(waiting, Sighting):
                self._keep(waiting.scene, alert)
        if later := batch[len(alerts) :]:
            self._write(later)

    def _take(self) -> list[Sighting | Counted]:
        """The oldest that waits, and what has come since: whoever is behind catches up."""
        batch: list[Sighting | Counted] = []
        with contextlib.suppress(Empty):
            while len(batch) < AT_ONCE:
                waiting = self._waiting.get(block=not batch)
                if waiting is None:
                    self._waiting.put(None)
                    break
                batch.append(waiting)
        return batch

    def _written(self, batch: Sequence[Sighting | Counted]) -> Sequence[Alert | None] | None:
        """The alert that came of each, if any; None while the database takes nothing.

        Of fewer than all where writing takes longer than the gate's answer is good for.
        """
        alerts: list[Alert | None] = []
        try:
            with self._database.write() as session:
                hour = hour_of(session, self._timekeeper)
                for each in batch:
                    if alerts and self._clock.now() - hour.now > GOOD_FOR:
                        break
                    alerts.append(self._put_down(session, hour, each))
            return alerts
        except NotAuthorised as error:
            log.info("nothing may run now: what was seen is dropped", cause=error.message)
            return [None] * len(batch)
        except (Unavailable, Tampered) as error:
            log.error("alerts or counts wait", number=len(batch), cause=error.message)
            return None

    def _put_down(self, session: Session, hour: Hour, waiting: Sighting | Counted) -> Alert | None:
        """Write one; no alert comes of numbers, nor of what joins an alert that waits."""
        use = waiting.use
        try:
            if isinstance(waiting, Sighting):
                return raise_alert(
                    session,
                    hour,
                    use,
                    waiting.detection,
                    detected_at=waiting.detected_at,
                    per_hour=self._per_hour,
                    clock=self._clock,
                )
            require_open(hour, use)
            where, now = (use.use_id, use.camera_id, waiting.moment), self._clock.now()
            for what, value in waiting.numbers.items():
                count(session, *where, what, value, now=now)
        except NotAuthorised as error:
            # The use was stopped since its permit was given: what it saw after that is nothing.
            log.info("a detection or a count is dropped", camera=use.camera_id, cause=error.message)
        return None

    def _keep(self, scene: Scene, alert: Alert | None) -> None:
        """Have evidence made of a scene, if there is an alert that is allowed any."""
        if alert is None:
            self._evidence.forget(scene)
            return
        log.info("alert raised", camera=alert.camera_id, alert=alert.id, event_kind=alert.event)
        if alert.evidence == "pending":
            self._evidence.expect(alert.id, scene)
