"""Gathering: at least n people come within r metres of one place within t seconds.

The place is compared with itself some seconds before, and nobody is followed: a crowd that was
there already, or that grew slowly, is not an event. Nor are people who are seen late in the midst
of a crowd: around them it was as full before.
"""

from collections import deque
from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from beffroi.events.body import norm, people
from beffroi.events.detector import Detection, Parameters, Zones
from beffroi.events.metres import MeasuredByPeople
from beffroi.perception.finders import Need
from beffroi.perception.observation import Observation

Floats = NDArray[np.float64]

_AROUND: Final = 2
"""How much farther the surroundings of a place reach than the place."""
_SHIFTS: Final = 4
"""Steps towards the middle of a group; more change nothing."""


class GatheringParameters(MeasuredByPeople):
    """What a gathering is."""

    people: int = Field(ge=2, le=500, description="How many people make a gathering.")
    radius_cm: int = Field(
        gt=0,
        le=5000,
        description=(
            "How far from the middle of the gathering they may be on the ground, in centimetres."
        ),
    )
    form_ms: int = Field(
        gt=0,
        le=600_000,
        description="Longest time that the gathering may take to form, in milliseconds.",
    )
    before: int = Field(
        ge=0,
        le=500,
        description=(
            "Most people at the place before it began to form; within twice the distance, four "
            "times as many."
        ),
    )
    hold_ms: int = Field(
        gt=0,
        le=60_000,
        description="How long the people must stay before it counts, in milliseconds.",
    )
    joint_percent: int = Field(
        ge=0,
        le=100,
        description="How sure the model must be of an ankle for it to be used, in per cent.",
    )


@dataclass(frozen=True, slots=True)
class _Place:
    """A disc: its middle, [2], and its radius in the same unit."""

    middle: Floats
    radius: float

    def holds(self, positions: Floats) -> NDArray[np.bool_]:
        """Which positions [n, 2] lie in it."""
        return np.asarray(norm(positions - self.middle) <= self.radius)

    def count(self, positions: Floats) -> int:
        """How many do."""
        return int(self.holds(positions).sum())

    def wider(self) -> "_Place":
        """With its surroundings."""
        return _Place(self.middle, self.radius * _AROUND)

    def touches(self, other: "_Place") -> bool:
        """Whether two discs meet."""
        return bool(norm(self.middle - other.middle) <= self.radius + other.radius)


class Gathering:
    """Counts the people around each other and compares with some seconds before."""

    id: ClassVar[str] = "gathering"
    behaviour: ClassVar[int] = 2
    parameters: ClassVar[type[Parameters]] = GatheringParameters
    needs: ClassVar[frozenset[Need]] = frozenset({Need.PEOPLE})

    def __init__(self, parameters: GatheringParameters, zones: Zones) -> None:
        self._p, self._area = parameters, zones.area
        self._hold_s = parameters.hold_ms / 1000
        self._past: deque[tuple[float, Floats]] = deque()
        self._ongoing: list[_Place] = []

    def update(self, observation: Observation) -> list[Detection]:
        """Take the next observation; see :class:`beffroi.events.detector.Detector`."""
        t, p = observation.t, self._p
        positions, units = self._positions(observation)
        self._past.append((t, positions))
        while t - self._past[0][0] > p.form_ms / 1000 + 2 * self._hold_s:
            self._past.popleft()
        self._ongoing = [place for place in self._ongoing if self._holds(place, t)]
        place = _fullest(positions, p.radius_cm / 100 / units)
        if place is None or place.count(positions) < p.people or not self._holds(place, t):
            return []
        if any(place.touches(other) for other in self._ongoing):
            return []
        start = self._quiet_until(place, t)
        if start is None:
            return []
        self._ongoing.append(place)
        count = place.count(positions)
        return [Detection(self.id, start, t, 1 - p.people / (2 * count), (), count)]

    def _positions(self, observation: Observation) -> tuple[Floats, Floats]:
        """Where people stand, float64 [n, 2], and how many metres one unit of that is, [n]."""
        bodies = people(observation, self._p.joint_percent / 100, self._area)
        if bodies and all(body.ground is not None for body in bodies):
            return np.array([body.ground for body in bodies], np.float64), np.ones(len(bodies))
        feet = np.array([body.feet for body in bodies], np.float64).reshape(-1, 2)
        lengths = np.array([max(body.length, 1.0) for body in bodies])
        return feet * (1, self._p.depth_percent / 100), self._p.stature_cm / 100 / lengths

    def _counts(self, place: _Place) -> tuple[Floats, NDArray[np.intp]]:
        """How many people were at a place at each remembered time."""
        times, positions = zip(*self._past, strict=True)
        moments = np.repeat(np.arange(len(times)), [len(each) for each in positions])
        there = moments[place.holds(np.concatenate(positions))]
        return np.array(times), np.bincount(there, minlength=len(times))

    def _holds(self, place: _Place, t: float) -> bool:
        """Whether the place has been full for most of the last `hold_ms`."""
        times, counts = self._counts(place)
        if t - times[0] < self._hold_s:
            return False
        recent = counts[times >= t - self._hold_s]
        return float((recent >= self._p.people).mean()) > 0.5

    def _quiet_until(self, place: _Place, t: float) -> float | None:
        """The end of the last stretch of `hold_ms` in which the place was all but empty.

        For their area its surroundings were no fuller. None if there was no such stretch less than
        `form_ms` before the people were all there.
        """
        times, counts = self._counts(place)
        _, around = self._counts(place.wider())
        empty = (counts <= self._p.before) & (around <= self._p.before * _AROUND**2)
        quiet = np.concatenate([[0], np.cumsum(empty)])
        ends = np.searchsorted(times, times + self._hold_s, side="right")
        share = (quiet[ends] - quiet[:-1]) / (ends - np.arange(len(times)))
        complete = times + self._hold_s <= t - self._hold_s
        found = np.flatnonzero(complete & (share > 0.5))
        return float(times[found[-1]] + self._hold_s) if len(found) else None


def _fullest(positions: Floats, radii: Floats) -> _Place | None:
    """The fullest of the places where the people around somebody stand; None without anybody.

    The middle is where those around somebody stand on average, and then those around there, and so
    on: a few steps of mean shift (Comaniciu and Meer, 2002), since people in a ring have nobody in
    their middle.
    """
    if not len(positions):
        return None
    middles = positions
    for _ in range(_SHIFTS):
        near = _near(positions, middles, radii)
        sums = np.where(near[..., np.newaxis], positions, 0).sum(axis=1)
        middles = sums / near.sum(axis=1)[:, np.newaxis]
    fullest = int(_near(positions, middles, radii).sum(axis=1).argmax())
    return _Place(middles[fullest], float(radii[fullest]))


def _near(positions: Floats, middles: Floats, radii: Floats) -> NDArray[np.bool_]:
    """Which of n positions lie in which of m discs, [m, n]."""
    return np.asarray(norm(positions - middles[:, np.newaxis]) <= radii[:, np.newaxis])
