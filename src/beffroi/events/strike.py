"""Strike: hands or feet fly at the head or trunk of another person, and bodies are jostled.

It takes two bodies within reach: boxing at the air or clapping can never fire. Speeds are counted
twice, towards the other body and relative to one's own, so that neither walking up to somebody nor
being hidden by somebody who walks past looks like a blow. Slow contact (a hug, a hand on a
shoulder, a dance) is no strike. In a mêlée most blows are hidden from the camera; that bodies
change course again and again is then the better sign, so both are asked for.
"""

import math
from collections import deque
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from beffroi.events.body import Body
from beffroi.events.detector import Detection, Parameters, Zones
from beffroi.events.trails import Trail, Trails
from beffroi.perception.observation import Observation

Floats = NDArray[np.float64]

_TRAIL_S: Final = 2.0
"""Seconds over which a person's stature is taken; longer than any swing."""


class StrikeParameters(Parameters):
    """What a strike is. Distances are in statures: standing heights of the two people, averaged."""

    reach: float = Field(
        gt=0, le=2, description="Greatest distance between two people's middles, in statures."
    )
    depth: float = Field(
        gt=0,
        le=2,
        description=(
            "Greatest difference in height in the picture between the lower feet of the two; more "
            "means that one stands behind the other."
        ),
    )
    contact: float = Field(
        gt=0,
        le=0.5,
        description="How near the hand or foot must come to the head or trunk, in statures.",
    )
    speed: float = Field(
        gt=0,
        le=20,
        description=(
            "Least speed of the hand or foot, towards the other body and relative to its own, in "
            "statures per second."
        ),
    )
    swing_s: float = Field(
        gt=0, le=1, description="Time before contact over which the speed is measured, in seconds."
    )
    contacts: int = Field(
        ge=1, le=20, description="How many contacts between the same people make an event."
    )
    stir: float = Field(
        ge=0,
        le=10,
        description=(
            "Least change of velocity of the two trunks from one swing to the next, averaged over "
            "the last moments, in statures per second: bodies that are jostled, not bodies that "
            "walk past."
        ),
    )
    stir_s: float = Field(gt=0, le=10, description="How long these last moments are, in seconds.")
    within_s: float = Field(
        gt=0, le=60, description="Time within which these contacts must happen, in seconds."
    )
    joint_score: float = Field(
        ge=0, le=1, description="How sure the model must be of a joint for it to be used, 0 to 1."
    )


@dataclass(frozen=True, slots=True)
class _Moment:
    """One moment of a scuffle.

    Args:
        t: Seconds.
        speed: Statures per second.
        tracks: The two people.
    """

    t: float
    speed: float
    tracks: frozenset[str]


@dataclass(slots=True)
class _Scuffle:
    """What passes at one place between people within reach of each other, whoever they are.

    In a mêlée tracks break; the place does not.
    """

    place: Floats
    unit: float
    contacts: deque[_Moment] = field(default_factory=deque)
    stirs: deque[_Moment] = field(default_factory=deque)
    struck_t: float = -math.inf
    """When it last was a strike; the same scuffle is reported again only after a pause."""


class Strike:
    """Looks at every hand and foot near another body."""

    id: ClassVar[str] = "strike"
    behaviour: ClassVar[int] = 1
    parameters: ClassVar[type[Parameters]] = StrikeParameters

    def __init__(self, parameters: StrikeParameters, zones: Zones) -> None:
        self._p = parameters
        self._trails = Trails(zones, _TRAIL_S, parameters.joint_score)
        self._scuffles: list[_Scuffle] = []

    def update(self, observation: Observation) -> list[Detection]:
        """Take the next observation; see :class:`beffroi.events.detector.Detector`."""
        for one, other in combinations(self._trails.update(observation), 2):
            unit = (one.stature + other.stature) / 2
            if self._within_reach(one.last, other.last, unit):
                place = (one.last.centre + other.last.centre) / 2
                self._watch(self._scuffle(place, unit), one, other, unit)
        found = []
        for scuffle in self._scuffles:
            _forget(scuffle.contacts, observation.t - self._p.within_s)
            _forget(scuffle.stirs, observation.t - self._p.stir_s)
            if self._struck(scuffle):
                if observation.t - scuffle.struck_t > self._p.within_s:
                    found.append(self._detection(scuffle, observation.t))
                scuffle.struck_t = observation.t
        self._scuffles = [s for s in self._scuffles if s.stirs or s.contacts]
        return found

    def _scuffle(self, place: Floats, unit: float) -> _Scuffle:
        """The scuffle at a place, in statures; a new one if there was none within reach."""
        for scuffle in self._scuffles:
            if math.hypot(*(scuffle.place - place)) <= self._p.reach * scuffle.unit:
                scuffle.place, scuffle.unit = place, unit
                return scuffle
        self._scuffles.append(scuffle := _Scuffle(place, unit))
        return scuffle

    def _within_reach(self, one: Body, other: Body, unit: float) -> bool:
        beside = math.hypot(*(one.centre - other.centre)) <= self._p.reach * unit
        return beside and abs(_footing(one) - _footing(other)) <= self._p.depth * unit

    def _watch(self, scuffle: _Scuffle, one: Trail, other: Trail, unit: float) -> None:
        """Note how fast two people move, and their contacts if there are any."""
        t, who = one.last.t, frozenset((one.last.id, other.last.id))
        stirs = [stir for trail in (one, other) if (stir := self._stir(trail)) is not None]
        if stirs:
            scuffle.stirs.append(_Moment(t, sum(stirs) / len(stirs) / unit, who))
        for striker, struck in ((one, other), (other, one)):
            speed = self._blow(striker, struck, unit)
            if speed >= self._p.speed:
                self._count(scuffle.contacts, _Moment(t, speed, who))

    def _count(self, contacts: deque[_Moment], contact: _Moment) -> None:
        """Add a contact; those within one swing are one blow, as fast as its fastest moment."""
        if contacts and contact.t - contacts[-1].t < self._p.swing_s:
            if contact.speed > contacts[-1].speed:
                contacts[-1] = replace(contact, t=contacts[-1].t)
            return
        contacts.append(contact)

    def _struck(self, scuffle: _Scuffle) -> bool:
        return len(scuffle.contacts) >= self._p.contacts and _mean(scuffle.stirs) >= self._p.stir

    def _detection(self, scuffle: _Scuffle, t: float) -> Detection:
        """The score is 0.5 where blows and stir are just enough, and nears 1 far beyond."""
        p = self._p
        excess = _mean(scuffle.contacts) / p.speed * _mean(scuffle.stirs) / max(p.stir, 0.01)
        start = scuffle.contacts[0].t - p.swing_s
        tracks = frozenset().union(*(contact.tracks for contact in scuffle.contacts))
        return Detection(
            self.id, start, t, excess / (1 + excess), tuple(sorted(tracks)), len(tracks)
        )

    def _stir(self, trail: Trail) -> float | None:
        """Change of a trunk's velocity from one swing to the next, pixels/s; None if not seen.

        Somebody who walks past keeps a course, and who arrives changes it once; somebody who is
        hit, or swings, changes it again and again.
        """
        now, swing_s = trail.last, self._p.swing_s
        middle = next((body for body in trail if 0 < now.t - body.t <= swing_s), None)
        if middle is None:
            return None
        before = next((body for body in trail if 0 < middle.t - body.t <= swing_s), None)
        if before is None:
            return None
        change = math.hypot(*(_velocity(middle, now) - _velocity(before, middle)))
        return None if math.isnan(change) else change

    def _blow(self, one: Trail, other: Trail, unit: float) -> float:
        """Speed at which `one` has just reached `other`, in statures/s; 0 without contact."""
        now = one.last
        near = _gap(now, other.last) / unit
        touching = near <= self._p.contact
        if not touching.any():
            return 0.0
        theirs = {body.t: body for body in other}
        fastest = 0.0
        for before in one:
            elapsed = now.t - before.t
            if not 0 < elapsed <= self._p.swing_s or before.t not in theirs:
                continue
            closing = _gap(before, theirs[before.t]) / unit - near
            swing = (now.ends - now.trunk) - (before.ends - before.trunk)
            own = np.hypot(swing[:, 0], swing[:, 1]) / unit
            speeds = np.fmin(closing, own)[touching] / elapsed
            fastest = float(np.fmax.reduce(speeds, initial=fastest))
        return fastest


def _forget(moments: deque[_Moment], until_t: float) -> None:
    while moments and moments[0].t < until_t:
        moments.popleft()


def _mean(moments: deque[_Moment]) -> float:
    return sum(moment.speed for moment in moments) / len(moments) if moments else 0.0


def _velocity(before: Body, now: Body) -> Floats:
    """Mean velocity of a trunk, [2] pixels/s."""
    velocity: Floats = (now.trunk - before.trunk) / max(now.t - before.t, 1e-3)
    return velocity


def _footing(body: Body) -> float:
    """Where the lower foot is in the picture, y in pixels: the other one may be kicking."""
    lower = float(np.fmax(body.ends[2, 1], body.ends[3, 1]))
    return body.box[3] if np.isnan(lower) else lower


def _gap(one: Body, other: Body) -> Floats:
    """Distance of each hand and foot of one from the other's head or trunk, [4] pixels."""
    head = one.ends - other.head
    axis = other.hips - other.shoulders
    from_top = one.ends - other.shoulders
    share = np.clip(from_top @ axis / max(float(axis @ axis), 1e-9), 0, 1)
    trunk = from_top - share[:, np.newaxis] * axis
    return np.fmin(np.hypot(head[:, 0], head[:, 1]), np.hypot(trunk[:, 0], trunk[:, 1]))
