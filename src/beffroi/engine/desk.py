"""The alert desk: writes what detectors recognise into the queue, however long that takes.

A camera never waits for the database, and what it saw under its permit is not lost because the
database was locked, full or away just then.
"""

import threading
from dataclasses import dataclass
from datetime import datetime
from queue import SimpleQueue
from typing import Final

import structlog

from beffroi.alerts.raising import raise_alert
from beffroi.clock import Clock
from beffroi.engine.evidence import EvidenceDesk, Scene
from beffroi.errors import NotAuthorised, Unavailable
from beffroi.mandate.gate import OpenUse
from beffroi.store.database import Database

RETRY_S: Final = 0.5

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Sighting:
    """What was recognised, under which use, and when the event was complete (UTC)."""

    use: OpenUse
    scene: Scene
    detected_at: datetime


class AlertDesk:
    """One thread that raises the alerts of all cameras of a host, in their order.

    Args:
        database: Where alerts go.
        evidence: Told of every alert raised.
        clock: Dates the alerts.
    """

    def __init__(self, database: Database, evidence: EvidenceDesk, clock: Clock) -> None:
        self._database = database
        self._evidence = evidence
        self._clock = clock
        self._waiting: SimpleQueue[Sighting | None] = SimpleQueue()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="alerts", daemon=True)
        self._thread.start()

    def put(self, sighting: Sighting) -> None:
        """Have an alert raised."""
        self._waiting.put(sighting)

    def close(self) -> None:
        """Try once more for each sighting that waits, then end the evidence desk too."""
        self._closing.set()
        self._waiting.put(None)
        self._thread.join()
        self._evidence.close()

    def _run(self) -> None:
        while (sighting := self._waiting.get()) is not None:
            while not self._raised(sighting):
                if self._closing.wait(RETRY_S):
                    log.error("an alert is lost", camera=sighting.use.camera_id)
                    break

    def _raised(self, sighting: Sighting) -> bool:
        """Whether the alert is in the queue, or has no place there."""
        use = sighting.use
        try:
            with self._database.write() as session:
                alert = raise_alert(
                    session,
                    detection=sighting.scene.detection,
                    camera_id=use.camera_id,
                    use_id=use.use_id,
                    voted=use.voted,
                    detected_at=sighting.detected_at,
                    clock=self._clock,
                )
        except NotAuthorised as error:
            # The use was stopped since its permit was given: what it saw after that is nothing.
            log.info("detection dropped", camera=use.camera_id, cause=error.message)
            return True
        except Unavailable as error:
            log.error("an alert waits", camera=use.camera_id, cause=error.message)
            return False
        log.info("alert raised", camera=use.camera_id, alert=alert.id, event_kind=alert.event)
        if alert.evidence == "pending":
            self._evidence.expect(alert.id, sighting.scene)
        return True
