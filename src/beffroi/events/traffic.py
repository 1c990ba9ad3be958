"""Traffic: how many vehicles of which kind cross a line, how fast, and how full the road is.

For statistics alone: it adds up whole numbers and keeps nobody. What it remembers of a vehicle is
the last second of its way and for how long it was there, and forgets within a minute of it.
"""

import math
from collections import Counter, deque
from collections.abc import Mapping
from typing import ClassVar, Final

from pydantic import Field

from beffroi.events.detector import Detection, Parameters, Zones
from beffroi.events.movers import FORGET_S, VEHICLES, Crossings, Mover, movers
from beffroi.events.sharing import Sharing
from beffroi.mandate.counting import SHARED
from beffroi.perception.finders import Need
from beffroi.perception.observation import Observation

_STEP_S: Final = 1.0
"""Over how long speeds are measured."""

_GAP_S: Final = 2.0
"""A longer time between two observations is time in which nobody looked."""

_LASTING: Final = ("occupied_seconds", "queue_seconds", "queued_vehicle_seconds")


class TrafficParameters(Parameters):
    """What is counted, and how."""

    margin_percent: int = Field(
        ge=0,
        le=100,
        description=(
            "How far from a line the middle of a vehicle must be to be on one side of it, in per "
            "cent of the shorter side of its box."
        ),
    )
    slow_percent: int = Field(
        ge=1,
        le=500,
        description=(
            "How far a vehicle that queues moves in a second at most, in per cent of the shorter "
            "side of its box."
        ),
    )
    queue: int = Field(ge=1, le=100, description="How many such vehicles at once are a queue.")
    bicycles: bool = Field(description="Whether bicycles are counted with the vehicles.")


class Traffic:
    """Counts the crossings of each line, and the seconds in which vehicles stand in the area."""

    id: ClassVar[str] = "traffic"
    behaviour: ClassVar[int] = 2
    parameters: ClassVar[type[Parameters]] = TrafficParameters
    needs: ClassVar[frozenset[Need]] = frozenset({Need.OBJECTS})

    def __init__(self, parameters: TrafficParameters, zones: Zones) -> None:
        self._p, self._area = parameters, zones.area
        self._kinds = VEHICLES if parameters.bicycles else VEHICLES - {"bicycle"}
        self._crossings = Crossings(zones.lines, parameters.margin_percent / 100)
        self._ways: dict[str, deque[Mover]] = {}
        self._t: float | None = None
        # A name told only where somebody passed would tell that somebody did.
        passed = [f"passed:{line}:{kind}" for line in zones.lines for kind in sorted(self._kinds)]
        timed = [f"{name}:{line}" for line in zones.lines for name in ("timed", "speed")]
        self._none: Final = dict.fromkeys([*passed, *timed], 0)
        self._added: Counter[str] = Counter()
        self._seconds = dict.fromkeys(_LASTING, 0.0)
        self._sharing = {name: Sharing() for name in _LASTING}

    def update(self, observation: Observation) -> list[Detection]:
        """Take the next observation; nothing is ever detected, so that no alert can come of it."""
        t = observation.t
        here = list(movers(observation, self._kinds, self._area))
        for mover in here:
            self._follow(mover)
        self._ways = {k: way for k, way in self._ways.items() if t - way[-1].t <= FORGET_S}
        passed = 0.0 if self._t is None else t - self._t
        if 0 < passed <= _GAP_S:
            self._dwell(t, here, passed)
        self._t = t
        for line, mover in self._crossings.update(here, observation.size):
            self._pass(line, mover)
        self._crossings.forget(t)
        return []

    def take(self) -> Mapping[str, int]:
        """What was added up since the last call, by name; 0 where nothing was.

        ``passed:LINE:KIND`` are vehicles; ``speed:LINE`` is the sum of the speeds, in km/h, of
        the ``timed:LINE`` of them whose speed could be measured; ``occupied_seconds`` is how long
        any vehicle was there, ``queue_seconds`` how long there was a queue, and
        ``queued_vehicle_seconds`` that time for each vehicle of the queue. The ``shared:`` ones are
        what different vehicles gave of these seconds.
        """
        whole = {name: int(seconds) for name, seconds in self._seconds.items()}
        for name, seconds in whole.items():
            self._seconds[name] -= seconds
        shared = {SHARED + name: sharing.take() for name, sharing in self._sharing.items()}
        taken, self._added = {**self._none, **self._added, **whole, **shared}, Counter()
        return taken

    def begin(self) -> None:
        """Begin another quarter of an hour."""
        for sharing in self._sharing.values():
            sharing.begin()

    def _follow(self, mover: Mover) -> None:
        way = self._ways.setdefault(mover.id, deque())
        way.append(mover)
        while mover.t - way[0].t > _STEP_S + 1e-3:
            way.popleft()

    def _dwell(self, t: float, here: list[Mover], passed: float) -> None:
        """Add the time since the last observation to what is true now."""
        slow = [mover for mover in here if self._slow(self._ways[mover.id])]
        queue = slow if len(slow) >= self._p.queue else []
        for name, seconds, givers in (
            ("occupied_seconds", passed if here else 0.0, here),
            ("queue_seconds", passed if queue else 0.0, queue),
            ("queued_vehicle_seconds", passed * len(queue), queue),
        ):
            self._seconds[name] += seconds
            self._sharing[name].note(t, passed, givers)

    def _slow(self, way: deque[Mover]) -> bool:
        """Whether a vehicle has been seen for long enough, and hardly moved."""
        first, last = way[0], way[-1]
        elapsed = last.t - first.t
        moved = math.dist(last.spot, first.spot)
        return (
            elapsed >= _STEP_S / 2
            and moved <= self._p.slow_percent / 100 * last.size * elapsed / _STEP_S
        )

    def _pass(self, line: str, mover: Mover) -> None:
        self._added[f"passed:{line}:{mover.kind}"] += 1
        first = self._ways[mover.id][0]
        elapsed = mover.t - first.t
        if elapsed >= _STEP_S / 2 and mover.ground is not None and first.ground is not None:
            metres = math.dist(mover.ground, first.ground)
            self._added[f"timed:{line}"] += 1
            self._added[f"speed:{line}"] += round(metres / elapsed * 3.6)
