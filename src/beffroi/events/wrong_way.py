"""Wrong way: somebody goes on against the direction that was drawn, far enough and long enough.

Each drawn line is a direction, from its first point to its second; it holds in the zone of the
same name, or wherever the use looks if there is none. What counts is the way itself: standing,
rolling back a little and turning round do not add up to it.
"""

import math
from dataclasses import dataclass
from typing import ClassVar, Final, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from beffroi.events.detector import Detection, Parameters, Zones
from beffroi.events.movers import FORGET_S, MOTOR, Mover, movers
from beffroi.events.place import inside
from beffroi.perception.finders import Need
from beffroi.perception.observation import Observation

Floats = NDArray[np.float64]

_SLACK: Final = 0.1
"""Boxes tremble: a way shorter than this share of the distance that counts says nothing."""


_RETURN: Final = 0.5
"""Whoever goes on in the direction for this share of that distance has turned round."""

_GAP_S: Final = 0.5
"""A way is only what was seen: whoever comes back into sight begins anew, since behind a passing
lorry an id may go over from one parked car to the next."""


class WrongWayParameters(Parameters):
    """What going the wrong way is."""

    distance_cm: int = Field(
        ge=100,
        le=10_000,
        description="How far somebody must go against the direction, in centimetres.",
    )
    hold_ms: int = Field(
        ge=0, le=60_000, description="How long they must do so at least, in milliseconds."
    )
    angle_degrees: int = Field(
        ge=5,
        le=85,
        description="How far the way may turn from the opposite of the direction, in degrees.",
    )
    unit_cm: int = Field(
        ge=100,
        le=300,
        description=(
            "On a camera that is not calibrated: what the height of a person and the shorter side "
            "of a vehicle in the picture are taken to measure, in centimetres."
        ),
    )
    people: bool = Field(description="Whether people on foot are looked for.")
    bicycles: bool = Field(description="Whether bicycles are looked for.")
    vehicles: bool = Field(description="Whether motor vehicles are looked for.")

    @property
    def kinds(self) -> frozenset[str]:
        """Of the tracks that are looked for."""
        wanted = {
            "person": self.people,
            "bicycle": self.bicycles,
            **dict.fromkeys(MOTOR, self.vehicles),
        }
        return frozenset(kind for kind, asked in wanted.items() if asked)


@dataclass(slots=True)
class _Way:
    """Somebody's way in one zone, in own sizes along and across the direction.

    Args:
        last: Who it is, as seen last.
        front: The same where they had got furthest along.
        gone: Way from where it began to `last`, float64 [2].
        ahead: Likewise to `front`.
        since: When they were last near there.
        behind: How far along they were at the furthest point back since.
        raised: Whether it has been reported.
    """

    last: Mover
    front: Mover
    gone: Floats
    ahead: Floats
    since: float
    behind: float
    raised: bool

    @classmethod
    def begin(cls, mover: Mover, raised: bool) -> Self:
        """Nothing gone yet."""
        return cls(mover, mover, np.zeros(2), np.zeros(2), mover.t, 0.0, raised)

    def turn(self) -> None:
        """From here on the way back is counted anew."""
        self.front, self.ahead, self.behind = self.last, self.gone, float(self.gone[0])


class WrongWay:
    """Adds up everybody's steps along and across the direction of each zone."""

    id: ClassVar[str] = "wrong_way"
    behaviour: ClassVar[int] = 1
    parameters: ClassVar[type[Parameters]] = WrongWayParameters

    def __init__(self, parameters: WrongWayParameters, zones: Zones) -> None:
        self._p, self._zones = parameters, zones
        self._kinds = parameters.kinds
        self._ways: dict[tuple[str, str], _Way] = {}

    @property
    def needs(self) -> frozenset[Need]:
        """People or things, as the parameters say."""
        people = {Need.PEOPLE} if "person" in self._kinds else set()
        return frozenset(people | ({Need.OBJECTS} if self._kinds - {"person"} else set()))

    def update(self, observation: Observation) -> list[Detection]:
        """Take the next observation; see :class:`beffroi.events.detector.Detector`."""
        t = observation.t
        here = list(movers(observation, self._kinds, self._zones.area))
        self._ways = {k: way for k, way in self._ways.items() if t - way.last.t <= FORGET_S}
        found = []
        for name, (start, end) in self._zones.lines.items():
            zone = self._zones.forbidden.get(name, ())
            arrow = np.subtract(end, start) * observation.size
            for mover in here:
                if not zone or inside(zone, mover.foot):
                    found += self._go(name, arrow / np.hypot(*arrow), mover)
                else:
                    self._ways.pop((name, mover.id), None)
        return found

    def _go(self, zone: str, arrow: Floats, mover: Mover) -> list[Detection]:
        """Add a step to somebody's way; report it once it has gone against the direction."""
        way = self._ways.get((zone, mover.id))
        if way is None or mover.t - way.last.t > _GAP_S:
            raised = way is not None and way.raised
            self._ways[zone, mover.id] = _Way.begin(mover, raised)
            return []
        way.gone = way.gone + _step(way.last, mover, arrow)
        way.last = mover
        distance = self._p.distance_cm / self._p.unit_cm  # in sizes
        if way.gone[0] > way.ahead[0]:
            way.turn()
        elif way.gone[0] - way.behind > _RETURN * distance:
            way.turn()
            way.raised = False
        way.behind = min(way.behind, float(way.gone[0]))
        back, aside = way.ahead - way.gone
        if back <= _SLACK * distance:
            way.since = mover.t
        straight = abs(aside) <= back * np.tan(np.radians(self._p.angle_degrees))
        short = self._centimetres(way, float(back)) < self._p.distance_cm
        lasted = mover.t - way.since >= self._p.hold_ms / 1000
        if way.raised or short or not straight or not lasted:
            return []
        way.raised = True
        return [Detection(self.id, way.since, mover.t, mover.score, (mover.id,), 1, zone)]

    def _centimetres(self, way: _Way, back: float) -> float:
        """How far back: measured on the ground, or told by sizes."""
        if way.front.ground is not None and way.last.ground is not None:
            return 100 * math.dist(way.front.ground, way.last.ground)
        return back * self._p.unit_cm


def _step(before: Mover, now: Mover, arrow: Floats) -> Floats:
    """What was gone along and across a direction between two observations, in own sizes."""
    step = (now.spot - before.spot) / max(now.size, 1.0)
    turned: Floats = np.array([step @ arrow, arrow[0] * step[1] - arrow[1] * step[0]])
    return turned
