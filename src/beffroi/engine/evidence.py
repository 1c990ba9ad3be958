"""The evidence desk: waits for the end of the scene, then keeps what the definition allows."""

import heapq
import itertools
import threading
from collections import deque
from dataclasses import dataclass
from typing import Final

import structlog

from beffroi.alerts.evidence import keep
from beffroi.alerts.vault import Vault
from beffroi.capture.source import Source
from beffroi.clock import Clock
from beffroi.errors import BeffroiError
from beffroi.events.detector import Detection
from beffroi.perception.observation import Observation
from beffroi.store.database import Database

BEFORE_S: Final = 6.0
AFTER_S: Final = 3.0

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Scene:
    """Where the pictures and skeletons of an alert can be had while they are still in memory."""

    detection: Detection
    source: Source
    recent: deque[Observation]


class EvidenceDesk:
    """One thread that makes evidence for all cameras of a host, a few seconds after each alert.

    Args:
        database: Where the alerts are.
        vault: Where evidence is sealed.
        clock: Gives the waiting time.
    """

    def __init__(self, database: Database, vault: Vault, clock: Clock) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock
        self._waiting: list[tuple[float, int, str, Scene]] = []
        self._ticket = itertools.count()
        self._changed = threading.Condition()
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name="evidence", daemon=True)
        self._thread.start()

    def expect(self, alert_id: str, scene: Scene) -> None:
        """Keep evidence of this alert once the seconds after it have passed."""
        due = self._clock.monotonic() + AFTER_S
        with self._changed:
            heapq.heappush(self._waiting, (due, next(self._ticket), alert_id, scene))
            self._changed.notify()

    def close(self) -> None:
        """Finish what is due and stop; what is not due yet is kept at once with what there is."""
        with self._changed:
            self._stopped = True
            self._changed.notify()
        self._thread.join()

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(self._ready, timeout=0.2)
                if not self._waiting and self._stopped:
                    return
                if not self._ready():
                    continue
                _, _, alert_id, scene = heapq.heappop(self._waiting)
            try:
                self._keep(alert_id, scene)
            except BeffroiError as error:
                # The alert stays, its evidence pending; the supervisor marks it as missing.
                log.warning("no evidence kept", alert=alert_id, cause=error.message)

    def _ready(self) -> bool:
        if not self._waiting:
            return self._stopped
        return self._stopped or self._waiting[0][0] <= self._clock.monotonic()

    def _keep(self, alert_id: str, scene: Scene) -> None:
        since = scene.detection.start_t - BEFORE_S
        until = scene.detection.end_t + AFTER_S
        observations = [seen for seen in list(scene.recent) if since <= seen.t <= until]
        keep(
            self._database,
            self._vault,
            alert_id,
            frames=scene.source.replay(since, until),
            observations=observations,
            clock=self._clock,
        )
