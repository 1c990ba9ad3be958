"""Strike: a hand or foot of one person flies at the head or trunk of another and reaches it.

It takes two bodies within reach: boxing at the air or clapping can never fire. Speeds are counted
twice, towards the other body and relative to one's own, so that neither walking up to somebody nor
being hidden by somebody who walks past looks like a blow. Slow contact (a hug, a hand on a
shoulder, a dance) is no strike.
"""

from collections import deque
from dataclasses import dataclass
from itertools import permutations
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from beffroi.events.body import ANKLES, HEAD, HIPS, SHOULDERS, WRISTS, Body
from beffroi.events.detector import Detection, Parameters, Zones
from beffroi.events.trails import Trail, Trails
from beffroi.perception.observation import Observation

Floats = NDArray[np.float64]


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
    within_s: float = Field(
        gt=0, le=60, description="Time within which these contacts must happen, in seconds."
    )
    joint_score: float = Field(
        ge=0, le=1, description="How sure the model must be of a joint for it to be used, 0 to 1."
    )


@dataclass(frozen=True, slots=True)
class Contact:
    """One hand or foot that reached another body.

    Args:
        t: Seconds.
        speed: Statures per second.
    """

    t: float
    speed: float


@dataclass(slots=True)
class _Pair:
    """The blows between two people, whoever deals them."""

    contacts: deque[Contact]
    raised_t: float = -np.inf


class Strike:
    """Looks at every hand and foot near another body."""

    id: ClassVar[str] = "strike"
    behaviour: ClassVar[int] = 1
    parameters: ClassVar[type[Parameters]] = StrikeParameters

    def __init__(self, parameters: StrikeParameters, zones: Zones) -> None:
        self._p = parameters
        self._trails = Trails(zones, 2.0, parameters.joint_score)
        self._pairs: dict[frozenset[str], _Pair] = {}

    def update(self, observation: Observation) -> list[Detection]:
        """Take the next observation; see :class:`beffroi.events.detector.Detector`."""
        t, p = observation.t, self._p
        trails = self._trails.update(observation)
        for one, other in permutations(trails, 2):
            contact = self._contact(one, other)
            if contact is not None:
                pair = self._pairs.setdefault(
                    frozenset((one.last.id, other.last.id)), _Pair(deque())
                )
                self._count(pair.contacts, contact)
        found = []
        for who, pair in self._pairs.items():
            while pair.contacts and t - pair.contacts[0].t > p.within_s:
                pair.contacts.popleft()
            if len(pair.contacts) >= p.contacts:
                if pair.raised_t == -np.inf:
                    found.append(self._detection(who, pair, t))
                pair.raised_t = t
        self._pairs = {
            who: pair
            for who, pair in self._pairs.items()
            if pair.contacts or t - pair.raised_t <= p.within_s
        }
        return found

    def _count(self, contacts: deque[Contact], contact: Contact) -> None:
        """Add a contact; those within one swing are one blow, as fast as its fastest moment."""
        if contacts and contact.t - contacts[-1].t < self._p.swing_s:
            if contact.speed > contacts[-1].speed:
                contacts[-1] = Contact(contacts[-1].t, contact.speed)
            return
        contacts.append(contact)

    def _detection(self, who: frozenset[str], pair: _Pair, t: float) -> Detection:
        total = sum(contact.speed for contact in pair.contacts)
        score = total / (total + self._p.contacts * self._p.speed)
        return Detection(self.id, pair.contacts[0].t, t, score, tuple(sorted(who)), len(who))

    def _contact(self, one: Trail, other: Trail) -> Contact | None:
        """Whether `one` has just reached `other`, and how fast."""
        p, now = self._p, one.last
        unit = (one.stature + other.stature) / 2
        if np.hypot(*(now.centre - other.last.centre)) > p.reach * unit:
            return None
        if abs(_footing(now) - _footing(other.last)) > p.depth * unit:
            return None
        near = _gap(now, other.last) / unit
        touching = near <= p.contact
        if not touching.any():
            return None
        theirs = {body.t: body for body in other}
        fastest = 0.0
        for before in one:
            if not 0 < now.t - before.t <= p.swing_s + 1e-6 or before.t not in theirs:
                continue
            elapsed = now.t - before.t
            closing = _gap(before, theirs[before.t]) / unit - near
            swing = _reaching(now) - _reaching(before)
            own = np.hypot(swing[:, 0], swing[:, 1]) / unit
            speeds = np.where(touching, np.fmin(closing, own), np.nan) / elapsed
            fastest = max(fastest, float(np.nanmax(speeds, initial=0.0)))
        return Contact(now.t, fastest) if fastest >= p.speed else None


def _ends(body: Body) -> Floats:
    """Hands and feet, [4, 2] pixels, NaN where unseen."""
    return body.joints[WRISTS + ANKLES]


def _footing(body: Body) -> float:
    """Where the lower foot is in the picture, y in pixels: the other one may be kicking."""
    lower = float(np.fmax(*body.joints[ANKLES, 1]))
    return body.box[3] if np.isnan(lower) else lower


def _reaching(body: Body) -> Floats:
    """Hands and feet from the middle of one's own shoulders and hips, [4, 2] pixels."""
    return _ends(body) - body.middle(SHOULDERS + HIPS)


def _gap(one: Body, other: Body) -> Floats:
    """Distance of each hand and foot of one from the other's head or trunk, [4] pixels."""
    ends = _ends(one)
    head = np.hypot(*(ends - other.middle(HEAD)).T)
    top, bottom = other.middle(SHOULDERS), other.middle(HIPS)
    axis = bottom - top
    share = np.clip((ends - top) @ axis / max(float(axis @ axis), 1e-9), 0, 1)
    trunk = np.hypot(*(ends - top - share[:, np.newaxis] * axis).T)
    nearest: Floats = np.fmin(head, trunk)
    return nearest
