"""Intrusion: somebody stands in a place where nobody may be, or crosses a line the wrong way.

Where one stands is the feet of a person or the lower edge of a vehicle. Who goes out of sight and
comes back in the same spot within the same breath is still there: an id is not a visit.
"""

from dataclasses import dataclass
from math import dist, inf
from typing import ClassVar

from pydantic import Field

from beffroi.events.detector import Detection, Parameters, Point, Zones
from beffroi.events.movers import VEHICLES
from beffroi.events.place import inside, passes, pixels, side
from beffroi.perception.finders import Need
from beffroi.perception.ground import feet
from beffroi.perception.observation import Observation, Track


class IntrusionParameters(Parameters):
    """What an intrusion is."""

    stay_ms: int = Field(
        ge=0,
        le=600_000,
        description="How long somebody must be in the forbidden zone, in milliseconds.",
    )
    gap_ms: int = Field(
        ge=0,
        le=30_000,
        description=(
            "How long they may leave it, or be out of sight, in one visit, in milliseconds."
        ),
    )
    margin_percent: int = Field(
        ge=0,
        le=100,
        description=(
            "How far beyond a line they must be for it to count as crossed, in per cent of the "
            "height of the person or vehicle in the picture."
        ),
    )
    people: bool = Field(description="Whether people are looked for.")
    vehicles: bool = Field(description="Whether vehicles and bicycles are looked for.")
    joint_percent: int = Field(
        ge=0,
        le=100,
        description="How sure the model must be of an ankle for it to be used, in per cent.",
    )


@dataclass(slots=True)
class _Visit:
    """Somebody in a zone; `spot` in pixels."""

    track: str
    zone: str
    since: float
    last: float
    spot: Point
    raised: bool = False


@dataclass(frozen=True, slots=True)
class _Standing:
    """Where a track stands: `foot` in fractions of the picture, `spot` and `size` in pixels."""

    track: str
    foot: Point
    spot: Point
    size: float
    score: float


class Intrusion:
    """Keeps one visit per zone and visitor, and the side of each line that everybody is on."""

    id: ClassVar[str] = "intrusion"
    behaviour: ClassVar[int] = 2
    parameters: ClassVar[type[Parameters]] = IntrusionParameters

    def __init__(self, parameters: IntrusionParameters, zones: Zones) -> None:
        self._p, self._zones = parameters, zones
        self._visits: list[_Visit] = []
        self._left_of: dict[tuple[str, str], tuple[float, Point]] = {}

    @property
    def needs(self) -> frozenset[Need]:
        """People or vehicles, as the parameters say."""
        wanted = {Need.PEOPLE: self._p.people, Need.OBJECTS: self._p.vehicles}
        return frozenset(need for need, asked in wanted.items() if asked)

    def update(self, observation: Observation) -> list[Detection]:
        """Take the next observation; see :class:`beffroi.events.detector.Detector`."""
        t = observation.t
        standing = [
            self._standing(track, observation.size)
            for track in observation.tracks
            if (track.kind == "person" and self._p.people)
            or (track.kind in VEHICLES and self._p.vehicles)
        ]
        if self._zones.area:
            standing = [s for s in standing if inside(self._zones.area, s.foot)]
        if observation.analysed:
            self._visits = [v for v in self._visits if t - v.last <= self._p.gap_ms / 1000]
        seen = {s.track for s in standing}
        found = [
            detection
            for name, polygon in self._zones.forbidden.items()
            for who in standing
            if inside(polygon, who.foot)
            for detection in self._stay(name, who, t, seen)
        ]
        for name, line in self._zones.lines.items():
            for who in standing:
                found += self._cross(name, pixels(line, observation.size), who, t)
        memory = (self._p.gap_ms + self._p.stay_ms) / 1000
        self._left_of = {k: v for k, v in self._left_of.items() if t - v[0] <= memory}
        return found

    def _standing(self, track: Track, size: tuple[int, int]) -> _Standing:
        x, y = feet(track.box, track.keypoints, self._p.joint_percent / 100)
        height = track.box[3] - track.box[1]
        return _Standing(track.id, (x / size[0], y / size[1]), (x, y), height, track.score)

    def _stay(self, zone: str, who: _Standing, t: float, seen: set[str]) -> list[Detection]:
        """Go on with a visit or begin one; report it once it has lasted."""
        visit = self._visit(zone, who, seen)
        if visit is None:
            self._visits.append(visit := _Visit(who.track, zone, t, t, who.spot))
        else:
            visit.track, visit.last, visit.spot = who.track, t, who.spot
        if visit.raised or t - visit.since < self._p.stay_ms / 1000:
            return []
        visit.raised = True
        return [Detection(self.id, visit.since, t, who.score, (who.track,), 1, zone)]

    def _visit(self, zone: str, who: _Standing, seen: set[str]) -> _Visit | None:
        """The visit of this track, or of one that vanished where this one appeared."""
        here = [visit for visit in self._visits if visit.zone == zone]
        for visit in here:
            if visit.track == who.track:
                return visit
        orphans = [visit for visit in here if visit.track not in seen]
        near = [(dist(visit.spot, who.spot), visit) for visit in orphans]
        apart, nearest = min(near, key=lambda pair: pair[0], default=(inf, None))
        return nearest if apart <= who.size else None

    def _cross(
        self, name: str, line: tuple[Point, Point], who: _Standing, t: float
    ) -> list[Detection]:
        """Report who was on the left of a line and is now clearly on its right."""
        key, beyond = (name, who.track), side(line, who.spot)
        if beyond < 0:
            self._left_of[key] = (t, who.spot)
            return []
        if key not in self._left_of or beyond < self._p.margin_percent / 100 * who.size:
            return []
        since, before = self._left_of.pop(key)
        if not passes(line, before, who.spot):
            return []
        return [Detection(self.id, since, t, who.score, (who.track,), 1, name)]
