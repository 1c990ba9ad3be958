"""Fall: an upright body comes to lie near the ground within a moment, and stays there.

The pose model sees lying bodies badly, so what counts after the descent is that nobody is seen
upright in the same place; a person whose track breaks off is taken up again by the track that
begins where they were.
"""

from collections import deque
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
from pydantic import Field

from beffroi.events.body import HIPS, SHOULDERS, Body
from beffroi.events.detector import Detection, Parameters, Zones
from beffroi.events.trails import people
from beffroi.perception.observation import Observation


class FallParameters(Parameters):
    """What a fall is. Heights are measured in the picture, in shares of the person's stature."""

    upright: float = Field(
        gt=0,
        le=1,
        description="Least height of the shoulders above the feet of somebody who is upright.",
    )
    low: float = Field(
        gt=0,
        le=1,
        description="Greatest height of the shoulders above the feet of somebody who is lying.",
    )
    trunk: float = Field(
        ge=0,
        le=0.3,
        description="Greatest height of the shoulders above the hips of somebody who is lying.",
    )
    descent_s: float = Field(
        gt=0, le=10, description="Longest time from upright to lying, in seconds."
    )
    stay_s: float = Field(
        ge=0, le=600, description="How long the person must then stay down, in seconds."
    )
    lying_share: float = Field(
        gt=0,
        le=1,
        description="Least share of that time in which the person must be seen lying, 0 to 1.",
    )
    rise_s: float = Field(
        ge=0, le=10, description="How long the person must be upright again to be up, in seconds."
    )
    joint_score: float = Field(
        ge=0, le=1, description="How sure the model must be of a joint for it to be used, 0 to 1."
    )


@dataclass(slots=True)
class _Person:
    """What is remembered of one person: when they were last upright, how tall, since when down."""

    body: Body
    lengths: deque[float] = field(default_factory=lambda: deque(maxlen=20))
    upright_t: float = -np.inf
    up_since: float | None = None
    down_since: float | None = None
    seen_s: float = 0.0
    lying_s: float = 0.0
    raised: bool = False

    @property
    def stature(self) -> float:
        """Standing height in the picture, pixels, from the last upright moments."""
        return float(np.median(self.lengths)) if self.lengths else self.body.length


class Fall:
    """Follows everybody from upright to lying and counts the time they stay down."""

    id: ClassVar[str] = "fall"
    behaviour: ClassVar[int] = 1
    parameters: ClassVar[type[Parameters]] = FallParameters

    def __init__(self, parameters: FallParameters, zones: Zones) -> None:
        self._p, self._area = parameters, zones.area
        self._people: dict[str, _Person] = {}
        self._last_t: float | None = None

    def update(self, observation: Observation) -> list[Detection]:
        """Take the next observation; see :class:`beffroi.events.detector.Detector`."""
        t = observation.t
        bodies = people(observation, self._p.joint_score, self._area)
        seen = {body.id for body in bodies}
        elapsed = 0.0 if self._last_t is None else t - self._last_t
        self._last_t = t
        for body in bodies:
            self._see(self._person(body, seen), body, elapsed)
        found = [d for person in self._people.values() for d in self._judge(person, t)]
        self._people = {k: p for k, p in self._people.items() if not self._over(p, t)}
        return found

    def _person(self, body: Body, seen: set[str]) -> _Person:
        """The person of this track, or the one who vanished where it begins."""
        if body.id not in self._people:
            lost = [
                (float(np.hypot(*(person.body.centre - body.centre))) / person.stature, id_)
                for id_, person in self._people.items()
                if id_ not in seen
            ]
            apart, id_ = min(lost, default=(np.inf, ""))
            self._people[body.id] = self._people.pop(id_) if apart < 1 else _Person(body)
        return self._people[body.id]

    def _see(self, person: _Person, body: Body, elapsed: float) -> None:
        person.body = body
        if self._upright(body, person.stature):
            person.lengths.append(body.length)
            if person.up_since is None:
                person.up_since = body.t
            if person.down_since is None or body.t - person.up_since >= self._p.rise_s:
                person.upright_t, person.down_since, person.raised = body.t, None, False
            return
        person.up_since = None
        lying = self._lying(body, person.stature)
        if person.down_since is not None:
            person.seen_s += elapsed
            person.lying_s += elapsed * lying
        elif lying and body.t - person.upright_t <= self._p.descent_s:
            person.down_since, person.seen_s, person.lying_s = body.t, 0.0, 0.0

    def _upright(self, body: Body, stature: float) -> bool:
        return self._rise(body) >= self._p.upright * stature

    def _lying(self, body: Body, stature: float) -> bool:
        trunk = body.middle(HIPS)[1] - body.middle(SHOULDERS)[1]
        return self._rise(body) <= self._p.low * stature and not trunk > self._p.trunk * stature

    def _rise(self, body: Body) -> float:
        """Height of the shoulders above the feet in pixels; of the box if they are not seen."""
        rise = body.feet[1] - body.middle(SHOULDERS)[1]
        return float(body.box[3] - body.box[1] if np.isnan(rise) else rise)

    def _judge(self, person: _Person, t: float) -> list[Detection]:
        """Report somebody who has been down for long enough."""
        p = self._p
        if person.down_since is None or person.raised or t - person.down_since < p.stay_s:
            return []
        if person.lying_s < p.lying_share * p.stay_s:
            return []
        person.raised = True
        share = person.lying_s / max(person.seen_s, 1e-3) if person.seen_s else 1.0
        return [Detection(self.id, person.upright_t, t, min(share, 1.0), (person.body.id,), 1)]

    def _over(self, person: _Person, t: float) -> bool:
        """Whether somebody unseen can be forgotten."""
        patience = self._p.descent_s if person.down_since is None else self._p.stay_s
        return t - person.body.t > max(patience, self._p.descent_s)
