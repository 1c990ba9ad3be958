"""Crowd motion: many people suddenly hurry one way or away from a place, or two flows meet.

Each of the three is a share of the people and a speed. A surge and a flight begin: who was
hurrying already, such as a race, is not one. Opposing flows are looked for only where people come
at each other at arm's length: a street where both ways are walked is not one.
"""

from collections import deque
from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from beffroi.events.detector import Detection, Parameters, Zones
from beffroi.events.metres import MeasuredByPeople
from beffroi.events.pace import Floats, Moving, Paces
from beffroi.perception.finders import Need
from beffroi.perception.observation import Observation

_SHARE: Final = 0.7
"""Share of the time for which the people must move so: tracks break in a crowd."""
_OPPOSED: Final = -0.7
"""Cosine between the ways of two people who come at each other."""


class CrowdMotionParameters(MeasuredByPeople):
    """What motions of a crowd are."""

    people: int = Field(ge=4, le=500, description="How many moving people make a crowd.")
    surge: bool = Field(description="Whether many who hurry one way are looked for.")
    surge_cm_s: int = Field(
        ge=50, le=1000, description="How fast they hurry one way, in centimetres per second."
    )
    surge_percent: int = Field(
        ge=10, le=100, description="How many of the people, in per cent, hurry one way."
    )
    flight: bool = Field(description="Whether many who hurry away from a place are looked for.")
    flight_cm_s: int = Field(
        ge=50,
        le=1000,
        description="How fast they hurry away from it, in centimetres per second.",
    )
    flight_percent: int = Field(
        ge=10, le=100, description="How many of the people, in per cent, hurry away from it."
    )
    opposing: bool = Field(description="Whether two flows that meet are looked for.")
    opposing_cm_s: int = Field(
        ge=10,
        le=500,
        description="How fast people come at each other, in centimetres per second.",
    )
    opposing_percent: int = Field(
        ge=10, le=100, description="How many of the people, in per cent, have somebody before them."
    )
    opposing_near_cm: int = Field(
        ge=20, le=500, description="How near that other is, in centimetres."
    )
    calm_percent: int = Field(
        ge=0,
        le=100,
        description="Most of the people, in per cent, who hurried before it began.",
    )
    form_ms: int = Field(
        gt=0, le=60_000, description="How long before it was calm at most, in milliseconds."
    )
    hold_ms: int = Field(
        gt=0, le=60_000, description="How long they move so for it to count, in milliseconds."
    )
    pace_ms: int = Field(
        ge=200, le=5000, description="Over how long a time a speed is measured, in milliseconds."
    )


class CrowdMotion:
    """Compares the shares of people who move in each way with some seconds before."""

    id: ClassVar[str] = "crowd_motion"
    behaviour: ClassVar[int] = 1
    parameters: ClassVar[type[Parameters]] = CrowdMotionParameters
    needs: ClassVar[frozenset[Need]] = frozenset({Need.PEOPLE})

    def __init__(self, parameters: CrowdMotionParameters, zones: Zones) -> None:
        p = self._p = parameters
        self._paces = Paces(zones, p.pace_ms / 1000, p.stature_cm / 100, p.depth_percent / 100)
        self._limits = np.array([p.surge_percent, p.flight_percent, p.opposing_percent]) / 100
        self._wanted = np.array([p.surge, p.flight, p.opposing])
        self._past: deque[tuple[float, Floats, float]] = deque()
        self._ongoing = False

    def update(self, observation: Observation) -> list[Detection]:
        """Take the next observation; see :class:`beffroi.events.detector.Detector`."""
        t, p = observation.t, self._p
        hold_s = p.hold_ms / 1000
        moving = _known(self._paces.update(observation))
        shares, hurried = self._shares(moving)
        self._past.append((t, shares, hurried))
        while t - self._past[0][0] > p.form_ms / 1000 + 2 * hold_s + 1e-6:
            self._past.popleft()
        begun = self._began(t)
        if begun is None or self._ongoing:
            self._ongoing = self._ongoing and bool((self._lately(t) > 0.2).any())
            return []
        self._ongoing = True
        count, surplus = len(moving.ids), float((shares / self._limits)[self._wanted].max())
        score = float(np.clip(1 - 0.5 / max(surplus, 0.5), 0.0, 1.0))
        return [Detection(self.id, begun, t, score, (), count)]

    def _shares(self, moving: Moving) -> tuple[Floats, float]:
        """The share of people in each of the three motions, [3], and of those in a hurry."""
        p = self._p
        if len(moving.ids) < p.people:
            # Nobody knows whether too few to be a crowd are calm.
            return np.zeros(3), np.nan
        shares = np.array(
            [
                _one_way(moving, p.surge_cm_s / 100),
                _away(moving, p.flight_cm_s / 100),
                _opposed(moving, p.opposing_cm_s / 100, p.opposing_near_cm / 100),
            ]
        )
        return shares, float((moving.speeds >= min(p.surge_cm_s, p.flight_cm_s) / 100).mean())

    def _lately(self, t: float) -> Floats:
        """For how much of the last `hold_ms` each motion was there, [3]; 0 if not wanted."""
        recent = [one for one in self._past if one[0] >= t - self._p.hold_ms / 1000 - 1e-6]
        there = np.array([shares >= self._limits for _, shares, _ in recent])
        lately: Floats = there.mean(axis=0) * self._wanted
        return lately

    def _began(self, t: float) -> float | None:
        """When what is there now began; None if nothing is, or it was never calm before."""
        hold_s = self._p.hold_ms / 1000
        there = self._lately(t) >= _SHARE
        if not there.any() or t - self._past[0][0] < 2 * hold_s - 1e-6:
            return None
        before = [one for one in self._past if one[0] < t - hold_s]
        if there[2]:
            return before[-1][0]
        calm = [at for at, _, hurried in before if hurried <= self._p.calm_percent / 100]
        return calm[-1] if calm else None


def _known(moving: Moving) -> Moving:
    """Only the people whose velocity is known."""
    known = ~np.isnan(moving.velocities[:, 0])
    ids = tuple(id_ for id_, one in zip(moving.ids, known, strict=True) if one)
    return Moving(moving.t, ids, moving.places[known], moving.velocities[known])


def _ways(moving: Moving) -> Floats:
    """Unit vectors of the velocities, [n, 2]."""
    return moving.velocities / np.maximum(moving.speeds, 1e-9)[:, np.newaxis]


def _one_way(moving: Moving, speed: float) -> float:
    """Most people who have at least this speed along one direction, as a share."""
    along = moving.velocities @ _ways(moving).T
    return float((along >= speed).mean(axis=0).max())


def _away(moving: Moving, speed: float) -> float:
    """People who move away from one place among them at this speed, as a share.

    The place is where the lines behind those who hurry pass nearest to each other, in the sense of
    least squares.
    """
    fast = moving.speeds >= speed
    if fast.sum() < 3:
        return 0.0
    ways = _ways(moving)[fast]
    across = np.eye(2) - ways[:, :, np.newaxis] * ways[:, np.newaxis]
    total = across.sum(axis=0)
    if np.linalg.cond(total) > 1e3:
        return 0.0
    middle = np.linalg.solve(total, np.einsum("nij,nj->i", across, moving.places[fast]))
    outward = moving.places - middle
    outward /= np.maximum(np.linalg.norm(outward, axis=1, keepdims=True), 1e-9)
    # Around it, not merely before it: who all run one way have no place that they run from.
    if np.linalg.norm(outward[fast].mean(axis=0)) > np.cos(np.pi / 6):
        return 0.0
    return float(((outward * moving.velocities).sum(axis=1) >= speed).mean())


def _opposed(moving: Moving, speed: float, near: float) -> float:
    """People who move at this speed and have somebody near who comes at them, as a share."""
    ways, fast = _ways(moving), moving.speeds >= speed
    gap = moving.places[np.newaxis] - moving.places[:, np.newaxis]
    apart = np.linalg.norm(gap, axis=-1)
    before = np.einsum("ijk,ik->ij", gap, ways) > -0.2 * apart
    against: NDArray[np.bool_] = (ways @ ways.T <= _OPPOSED) & fast & fast[:, np.newaxis]
    return float((against & before & (apart <= near)).any(axis=1).mean())
