"""The alert desk: writes what detectors recognise and count, however long that takes.

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
from beffroi.engine.tally import Counted
from beffroi.errors import NotAuthorised, Tampered, Unavailable
from beffroi.events.detector import Detection
from beffroi.mandate.counting import count
from beffroi.mandate.gate import OpenUse, require_open
from beffroi.mandate.timekeeping import Timekeeper
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
        while self._wrote_next():
            pass

    def _wrote_next(self) -> bool:
        """Write the next one; an alert's scene is forgotten before the one after it is awaited."""
        if (waiting := self._waiting.get()) is None:
            return False
        while not self._written(waiting):
            if self._closing.wait(RETRY_S):
                log.error("an alert or a count is lost", camera=waiting.use.camera_id)
                break
        return True

    def _written(self, waiting: Sighting | Counted) -> bool:
        return self._counted(waiting) if isinstance(waiting, Counted) else self._raised(waiting)

    def _counted(self, counted: Counted) -> bool:
        """Whether the numbers are written, or have no place there."""
        use = counted.use
        try:
            with self._database.write() as session:
                require_open(session, use, self._timekeeper)
                where, now = (use.use_id, use.camera_id, counted.moment), self._clock.now()
                for what, value in counted.numbers.items():
                    count(session, *where, what, value, now=now)
        except NotAuthorised as error:
            log.info("count dropped", camera=use.camera_id, cause=error.message)
        except (Unavailable, Tampered) as error:
            log.error("a count waits", camera=use.camera_id, cause=error.message)
            return False
        return True

    def _raised(self, sighting: Sighting) -> bool:
        """Whether the alert is in the queue, or has no place there."""
        use = sighting.use
        try:
            with self._database.write() as session:
                require_open(session, use, self._timekeeper)
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
