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

from beffroi.alerts.evidence import PARTS
from beffroi.alerts.raising import raise_alert
from beffroi.capture.source import Source
from beffroi.clock import Clock
from beffroi.engine.evidence import EvidenceDesk, Scene
from beffroi.errors import NotAuthorised, Tampered, Unavailable
from beffroi.events.detector import Detection
from beffroi.mandate.gate import OpenUse
from beffroi.store.database import Database

RETRY_S: Final = 0.5

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Sighting:
    """What was recognised, under which use, where to see it, and when it was complete (UTC)."""

    use: OpenUse
    detection: Detection
    scene: Scene
    detected_at: datetime


class AlertDesk:
    """One thread that raises the alerts of all cameras of a host, in their order.

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
        self._waiting: SimpleQueue[Sighting | None] = SimpleQueue()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="alerts", daemon=True)
        self._thread.start()

    def put(self, sighting: Sighting) -> None:
        """Have an alert raised; its scene is held at once, however long the database takes."""
        if PARTS[sighting.use.voted.definition.evidence]:
            self._evidence.watch(sighting.scene)
        self._waiting.put(sighting)

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
        while self._raised_next():
            pass

    def _raised_next(self) -> bool:
        """Raise the next alert; its scene is forgotten before the one after it is awaited."""
        if (sighting := self._waiting.get()) is None:
            return False
        while not self._raised(sighting):
            if self._closing.wait(RETRY_S):
                log.error("an alert is lost", camera=sighting.use.camera_id)
                break
        return True

    def _raised(self, sighting: Sighting) -> bool:
        """Whether the alert is in the queue, or has no place there."""
        use = sighting.use
        try:
            with self._database.write() as session:
                alert = raise_alert(
                    session,
                    detection=sighting.detection,
                    camera_id=use.camera_id,
                    use_id=use.use_id,
                    voted=use.voted,
                    detected_at=sighting.detected_at,
                    per_hour=self._per_hour,
                    clock=self._clock,
                )
        except NotAuthorised as error:
            # The use was stopped since its permit was given: what it saw after that is nothing.
            log.info("detection dropped", camera=use.camera_id, cause=error.message)
            self._evidence.forget(sighting.scene)
            return True
        except (Unavailable, Tampered) as error:
            log.error("an alert waits", camera=use.camera_id, cause=error.message)
            return False
        if alert is None:
            self._evidence.forget(sighting.scene)
            return True
        log.info("alert raised", camera=use.camera_id, alert=alert.id, event_kind=alert.event)
        if alert.evidence == "pending":
            self._evidence.expect(alert.id, sighting.scene)
        return True
