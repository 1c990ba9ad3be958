"""The evidence desk: holds on to the scene of each alert, then keeps what the definition allows.

Holding on and keeping are apart. Pictures are in memory only while their source is open, which may
be shorter than the database needs to take the alert, or this machine to encode the one before it.
"""

import contextlib
import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from queue import SimpleQueue
from typing import Final
from weakref import WeakSet

import structlog

from beffroi.alerts.area import Area
from beffroi.alerts.evidence import keep
from beffroi.alerts.vault import Vault
from beffroi.capture.frame import Frame
from beffroi.capture.source import Source
from beffroi.clock import Clock
from beffroi.errors import BeffroiError, NotAuthorised
from beffroi.events.detector import Detection
from beffroi.perception.finders import Need, shown
from beffroi.perception.observation import Observation
from beffroi.store.database import Database

BEFORE_S: Final = 6.0
AFTER_S: Final = 3.0

LAST_S: Final = 1.0
"""A source whose permit ends so soon gives what it has now, or it never will."""

LOOK_S: Final = 0.2

HELD: Final = 16
"""Scenes held in memory at once: a database that takes no alert must not fill it."""

log = structlog.get_logger()


class Scene:
    """The pictures and skeletons of an alert.

    Args:
        detection: What was recognised.
        area: Where the use may look.
        source: Has the pictures of the last seconds.
        recent: The observations of the last seconds.
        needs: What the use asked to be shown.
    """

    def __init__(
        self,
        detection: Detection,
        area: Area,
        source: Source,
        recent: deque[Observation],
        needs: frozenset[Need],
    ) -> None:
        self.area = area
        self._needs = needs
        self.looked = Need.PEOPLE in needs
        self.source = source
        self.frames: Iterable[Frame] = ()
        self.observations: Sequence[Observation] = ()
        self.over = threading.Event()
        self._since = detection.start_t - BEFORE_S
        self._until = detection.end_t + AFTER_S
        self._recent = recent

    def hold(self) -> None:
        """Hold on to what there is now; this ends the scene."""
        seen = list(self._recent)
        during = [each for each in seen if self._since <= each.t <= self._until]
        self.observations = [shown(each, self._needs) for each in during]
        with contextlib.suppress(NotAuthorised):
            self.frames = self.source.replay(self._since, self._until)
        self.over.set()


class EvidenceDesk:
    """Two threads that make evidence for all cameras of a host, a few seconds after each alert.

    Args:
        database: Where the alerts are.
        vault: Where evidence is sealed.
        clock: Gives the waiting time.
    """

    def __init__(self, database: Database, vault: Vault, clock: Clock) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock
        self._scenes: WeakSet[Scene] = WeakSet()
        self._watched: list[tuple[float, Scene]] = []
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._orders: SimpleQueue[tuple[str, Scene] | None] = SimpleQueue()
        self._holder = threading.Thread(target=self._hold, name="scenes", daemon=True)
        self._maker = threading.Thread(target=self._make, name="evidence", daemon=True)
        self._holder.start()
        self._maker.start()

    def watch(self, scene: Scene) -> None:
        """Hold on to a scene once the seconds after it have passed, or as its source ends."""
        with self._lock:
            if len(self._scenes) == HELD:
                log.warning("too many alerts at once: this one gets no evidence")
                scene.over.set()
            else:
                self._scenes.add(scene)
                self._watched.append((self._clock.monotonic() + AFTER_S, scene))

    def forget(self, scene: Scene) -> None:
        """Let go of a scene that belongs to no alert: its place is for one that does."""
        with self._lock:
            self._watched = [pair for pair in self._watched if pair[1] is not scene]

    def end(self, source: Source) -> None:
        """Hold on to what there is of every scene of a source that is about to be closed."""
        self._hold_where(lambda _, scene: scene.source is source)

    def expect(self, alert_id: str, scene: Scene) -> None:
        """Keep evidence of this alert once its scene is over."""
        self._orders.put((alert_id, scene))

    def close(self) -> None:
        """Keep at once what there is of every alert, and stop."""
        self._closing.set()
        self._holder.join()
        self._hold_where(lambda _due, _scene: True)
        self._orders.put(None)
        self._maker.join()

    def _hold(self) -> None:
        while not self._closing.wait(LOOK_S):
            self._hold_where(self._due)

    def _due(self, due: float, scene: Scene) -> bool:
        return due <= self._clock.monotonic() or scene.source.left_s() < LAST_S

    def _hold_where(self, condition: Callable[[float, Scene], bool]) -> None:
        with self._lock:
            for due, scene in self._watched:
                if condition(due, scene):
                    scene.hold()
            self._watched = [pair for pair in self._watched if not pair[1].over.is_set()]

    def _make(self) -> None:
        while self._made():
            pass

    def _made(self) -> bool:
        """Make the next evidence; nothing of it stays in memory while the one after is awaited."""
        if (order := self._orders.get()) is None:
            return False
        alert_id, scene = order
        scene.over.wait()
        try:
            keep(
                self._database,
                self._vault,
                alert_id,
                frames=scene.frames,
                observations=scene.observations,
                looked=scene.looked,
                area=scene.area,
                clock=self._clock,
            )
        except BeffroiError as error:
            # The alert stays, its evidence pending; the supervisor marks it as missing.
            log.warning("no evidence kept", alert=alert_id, cause=error.message)
        except Exception:
            # One sequence that fails as nobody foresaw must not end those of all other cameras.
            log.exception("no evidence kept", alert=alert_id)
        return True
