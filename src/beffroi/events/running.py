"""Running: several people start to run within a few seconds of each other.

Somebody starts who was slow a moment ago and is fast now, for long enough that it is no stumble.
Who comes into the picture running has started elsewhere, and one who runs for a bus is alone.
Whoever slows down and starts again is still one person.

People who start to run change their outline so much that the tracker often loses them and begins
anew. Whoever appears where somebody has just been lost was therefore as slow as that one, and has
gone as fast since as the first speed that is known of them.
"""

from collections import deque
from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np
from pydantic import Field

from beffroi.events.detector import Detection, Parameters, Zones
from beffroi.events.metres import MeasuredByPeople
from beffroi.events.pace import Floats, Moving, Paces
from beffroi.perception.finders import Need
from beffroi.perception.observation import Observation

_ASTRAY_M: Final = 1.0
"""How far from where somebody was lost they may seem to be, having stood still."""


class RunningParameters(MeasuredByPeople):
    """What people who start to run are."""

    people: int = Field(ge=1, le=100, description="How many people must start to run.")
    within_ms: int = Field(
        gt=0,
        le=60_000,
        description="Longest time between the first start and the last, in milliseconds.",
    )
    run_cm_s: int = Field(
        ge=100, le=1000, description="From what speed somebody runs, in centimetres per second."
    )
    slow_cm_s: int = Field(
        ge=0,
        le=1000,
        description="Up to what speed somebody stands or walks, in centimetres per second.",
    )
    start_ms: int = Field(
        gt=0,
        le=20_000,
        description="Longest time between slow and running, in milliseconds.",
    )
    hold_ms: int = Field(
        gt=0, le=20_000, description="How long somebody must run for it to count, in milliseconds."
    )
    pace_ms: int = Field(
        ge=200,
        le=5000,
        description="Over how long a time a speed is measured, in milliseconds.",
    )


@dataclass(slots=True)
class _Runner:
    """What is remembered of one person: where last, when last slow, and since when running.

    `who` is the first name that they had; `unsure` is since when their speed has not been known.
    """

    who: str
    seen: float
    place: Floats
    unsure: float | None = None
    slow_at: float = -np.inf
    fast_since: float | None = None
    started: bool = False


class Running:
    """Notes each start, and counts those that are close in time."""

    id: ClassVar[str] = "running"
    behaviour: ClassVar[int] = 4
    parameters: ClassVar[type[Parameters]] = RunningParameters
    needs: ClassVar[frozenset[Need]] = frozenset({Need.PEOPLE})

    def __init__(self, parameters: RunningParameters, zones: Zones) -> None:
        p = self._p = parameters
        self._paces = Paces(zones, p.pace_ms / 1000, p.stature_cm / 100, p.depth_percent / 100)
        self._runners: dict[str, _Runner] = {}
        self._starts: deque[tuple[float, str, str]] = deque()
        self._raised = False

    def update(self, observation: Observation) -> list[Detection]:
        """Take the next observation; see :class:`beffroi.events.detector.Detector`."""
        t, p = observation.t, self._p
        self._note(self._paces.update(observation))
        while self._starts and t - self._starts[0][0] > (p.within_ms + p.hold_ms) / 1000:
            self._starts.popleft()
        # Whoever joins an event that was raised belongs to it, until nobody starts any more.
        self._raised = self._raised and bool(self._starts)
        together = self._together()
        if self._raised or len(together) < p.people:
            return []
        self._raised = True
        score = 1 - p.people / (2 * len(together))
        tracks = tuple(id_ for _, id_ in together)
        return [Detection(self.id, together[0][0], t, score, tracks, len(tracks))]

    def _together(self) -> list[tuple[float, str]]:
        """When most people started within `within_ms`, and as which track: each once."""
        starts = sorted(self._starts)
        groups: list[dict[str, tuple[float, str]]] = [{} for _ in starts]
        for group, (first, _, _) in zip(groups, starts, strict=True):
            for t, id_, who in starts:
                if 0 <= t - first <= self._p.within_ms / 1000:
                    group.setdefault(who, (t, id_))
        return list(max(groups, key=len, default={}).values())

    def _note(self, moving: Moving) -> None:
        p, t = self._p, moving.t
        for id_, place, speed in zip(
            moving.ids, moving.places, moving.speeds.tolist(), strict=True
        ):
            if id_ not in self._runners:
                self._runners[id_] = self._lost(moving, place) or _Runner(id_, t, place)
            runner = self._runners[id_]
            runner.seen, runner.place = t, place
            if runner.unsure is None:
                runner.unsure = t
            if np.isnan(speed):
                continue
            since, runner.unsure = runner.unsure, None
            if speed <= p.slow_cm_s / 100:
                runner.slow_at, runner.started = t, False
            if speed < p.run_cm_s / 100:
                runner.fast_since = None
                continue
            if runner.fast_since is None:
                runner.fast_since = since
            lately = runner.fast_since - runner.slow_at <= p.start_ms / 1000
            if lately and not runner.started and t - runner.fast_since >= p.hold_ms / 1000 - 1e-6:
                runner.started = True
                self._starts.append((runner.fast_since, id_, runner.who))
        forget_s = (p.start_ms + p.hold_ms) / 1000
        self._runners = {i: r for i, r in self._runners.items() if t - r.seen <= forget_s}

    def _lost(self, moving: Moving, place: Floats) -> _Runner | None:
        """Whoever was lost nearest to a place, if they can have come there since."""
        gone = {
            id_: (float(np.linalg.norm(place - runner.place)), moving.t - runner.seen)
            for id_, runner in self._runners.items()
            if id_ not in moving.ids
        }
        speed = self._p.run_cm_s / 100
        near = [id_ for id_, (far, ago) in gone.items() if far <= _ASTRAY_M + speed * ago]
        return self._runners.pop(min(near, key=lambda id_: gone[id_])) if near else None
