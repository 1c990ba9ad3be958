"""Fall: an upright body comes to lie near the ground within a moment, and stays there.

The pose model sees lying bodies badly, so what counts after the descent is that nobody is seen
upright in the same place; a person whose track breaks off is taken up again by the track that
begins where they were.
"""

import math
from collections import deque
from dataclasses import dataclass, field
from statistics import median
from typing import ClassVar, Final, Self

import numpy as np
from pydantic import Field

from beffroi.events.body import Body, people
from beffroi.events.detector import Detection, Parameters, Zones
from beffroi.perception.finders import Need
from beffroi.perception.observation import Observation

_EDGE: Final = 0.01
"""How near to the picture's left or right edge somebody leaves it, in shares of its width."""

_WIDE: Final = 1.5
"""How many times as wide as tall whoever lies curled up is at least; nobody kneels so."""

_PATIENCE: Final = 1.5
"""For how many times `stay_ms` after the descent somebody may still be found lying."""


class FallParameters(Parameters):
    """What a fall is. Heights are measured in the picture, in per cent of the person's stature."""

    upright_percent: int = Field(
        gt=0,
        le=100,
        description=(
            "Least height of the shoulders above the feet of somebody who is upright; they must "
            "also be taller than wide."
        ),
    )
    flat_percent: int = Field(
        ge=0,
        le=50,
        description="Greatest height of the shoulders above the feet of somebody who is lying.",
    )
    low_percent: int = Field(
        gt=0,
        le=100,
        description=(
            "The same for somebody who is lying along the view, with the head away from the camera."
        ),
    )
    short_percent: int = Field(
        gt=0,
        le=100,
        description=(
            "Greatest length that the bones of a body lying along the view seem to have, in per "
            "cent of their length when upright; this tells lying from kneeling."
        ),
    )
    straight_percent: int = Field(
        ge=0,
        le=100,
        description=(
            "Least distance between shoulders and feet of somebody who is lying, in per cent of "
            "how long trunk and legs look; less is folded, as who kneels or crouches is, unless "
            "the body is clearly wider than tall."
        ),
    )
    drop_percent: int = Field(
        ge=0,
        le=100,
        description=(
            "Least distance in the picture by which the shoulders come down between upright and "
            "lying; this tells falling from walking away."
        ),
    )
    descent_ms: int = Field(
        gt=0, le=10_000, description="Longest time from upright to lying, in milliseconds."
    )
    stay_ms: int = Field(
        ge=0,
        le=600_000,
        description="How long the person must then stay down, in milliseconds.",
    )
    lying_percent: int = Field(
        gt=0,
        le=100,
        description="Least share of that time in which the person must be seen lying, in per cent.",
    )
    steady_ms: int = Field(
        ge=0,
        le=5000,
        description=(
            "Time over which a posture must hold in most pictures, in milliseconds; it keeps out "
            "the model's slips."
        ),
    )
    joint_percent: int = Field(
        ge=0,
        le=100,
        description="How sure the model must be of a joint for it to be used, in per cent.",
    )


@dataclass(frozen=True, slots=True)
class _Posture:
    """Where the shoulders are in the picture, how high above the feet, and how long the bones.

    `slender` is how many times as tall as wide the body is; `straight` is that of `Body`, and 1
    where it cannot be seen.
    """

    t: float
    top: float
    rise: float
    length: float
    slender: float
    straight: float

    @classmethod
    def of(cls, body: Body) -> Self:
        """Read a body, in pixels; the top of the box stands in for shoulders that are not seen."""
        top = body.shoulders[1]
        if math.isnan(top):
            top = body.box[1]
        x1, y1, x2, y2 = body.box
        slender = (y2 - y1) / max(x2 - x1, 1.0)
        straight = 1.0 if math.isnan(body.straight) else body.straight
        return cls(body.t, top, body.feet[1] - top, body.length, slender, straight)


@dataclass(slots=True)
class _Person:
    """What is remembered of one person: how tall, when last upright, since when down."""

    body: Body
    recent: deque[_Posture] = field(default_factory=deque)
    lengths: deque[float] = field(default_factory=lambda: deque(maxlen=20))
    upright: _Posture | None = None
    down_since: float | None = None
    lying: deque[tuple[float, float]] = field(default_factory=deque)
    judged: bool = False

    @property
    def stature(self) -> float:
        """Standing height in the picture, pixels, from the last upright moments."""
        return median(self.lengths) if self.lengths else self.body.length

    def see(self, body: Body, steady_s: float) -> _Posture:
        """Take what is seen now; returns the posture of the last moments, slips left out."""
        self.body = body
        self.recent.append(_Posture.of(body))
        while body.t - self.recent[0].t > steady_s:
            self.recent.popleft()
        readings = ((p.top, p.rise, p.length, p.slender, p.straight) for p in self.recent)
        return _Posture(body.t, *(median(each) for each in zip(*readings, strict=True)))


class Fall:
    """Follows everybody from upright to lying and counts the time they stay down."""

    id: ClassVar[str] = "fall"
    behaviour: ClassVar[int] = 4
    parameters: ClassVar[type[Parameters]] = FallParameters
    needs: ClassVar[frozenset[Need]] = frozenset({Need.PEOPLE})

    def __init__(self, parameters: FallParameters, zones: Zones) -> None:
        self._p, self._area = parameters, zones.area
        self._people: dict[str, _Person] = {}
        self._last_t: float | None = None
        self._width = 0

    def update(self, observation: Observation) -> list[Detection]:
        """Take the next observation; see :class:`beffroi.events.detector.Detector`."""
        t, self._width = observation.t, observation.size[0]
        bodies = people(observation, self._p.joint_percent / 100, self._area)
        seen = {body.id for body in bodies}
        elapsed = 0.0 if self._last_t is None else t - self._last_t
        self._last_t = t
        for body in bodies:
            self._see(self._person(body, seen), body, elapsed)
        found = [d for person in self._people.values() for d in self._judge(person, t)]
        self._people = {k: p for k, p in self._people.items() if not self._over(p, t)}
        return found

    def _person(self, body: Body, seen: set[str]) -> _Person:
        """The person of this track, or the one who vanished where it begins.

        Who vanished at the edge of the picture has left it. Who vanished while down may be lying
        under an id that somebody never seen upright had already.
        """
        known = self._people.get(body.id)
        if known is None or known.upright is None:
            lost = [
                (float(np.hypot(*(person.body.centre - body.centre))) / person.stature, id_)
                for id_, person in self._people.items()
                if id_ not in seen
                and not self._at_edge(person.body)
                and (known is None or person.down_since is not None)
            ]
            apart, id_ = min(lost, default=(np.inf, ""))
            if apart < 1:
                self._people[body.id] = self._people.pop(id_)
            elif known is None:
                self._people[body.id] = _Person(body)
        return self._people[body.id]

    def _at_edge(self, body: Body) -> bool:
        x1, _, x2, _ = body.box
        return x1 <= _EDGE * self._width or x2 >= (1 - _EDGE) * self._width

    def _see(self, person: _Person, body: Body, elapsed: float) -> None:
        """Follow a person from upright to lying, and count the time they are seen lying."""
        posture = person.see(body, self._p.steady_ms / 1000)
        if self._upright(posture, person.stature):
            person.lengths.append(body.length)
            person.upright, person.down_since, person.judged = posture, None, False
        elif person.upright is not None and self._lying(posture, person.upright, person.stature):
            if person.down_since is not None:
                person.lying.append((posture.t, elapsed))
            elif posture.t - person.upright.t <= self._p.descent_ms / 1000:
                person.down_since = posture.t
                person.lying.clear()

    def _upright(self, now: _Posture, stature: float) -> bool:
        """High shoulders alone may be somebody else's, whom the model mixed with a lying body."""
        return now.rise >= self._p.upright_percent / 100 * stature and now.slender >= 1

    def _lying(self, now: _Posture, upright: _Posture, stature: float) -> bool:
        p = self._p
        along_view = (
            now.rise <= p.low_percent / 100 * stature
            and now.length <= p.short_percent / 100 * stature
        )
        lying = now.rise <= p.flat_percent / 100 * stature or along_view
        folded = now.straight < p.straight_percent / 100 and now.slender * _WIDE > 1
        return lying and not folded and now.top - upright.top >= p.drop_percent / 100 * stature

    def _judge(self, person: _Person, t: float) -> list[Detection]:
        """Report somebody who has been down for long enough, once for each descent.

        The pose model may lose a lying body and find it again, so that only the last `stay_ms`
        count; but who was not seen lying in the end had not fallen.
        """
        stay_s = self._p.stay_ms / 1000
        if person.upright is None or person.down_since is None or person.judged:
            return []
        down_s = t - person.down_since
        if down_s < stay_s:
            return []
        if down_s > _PATIENCE * stay_s:
            person.judged = True
            return []
        while person.lying and t - person.lying[0][0] >= stay_s:
            person.lying.popleft()
        share = sum(seconds for _, seconds in person.lying) / stay_s if stay_s else 1.0
        if share < self._p.lying_percent / 100:
            return []
        person.judged = True
        return [Detection(self.id, person.upright.t, t, min(share, 1.0), (person.body.id,), 1)]

    def _over(self, person: _Person, t: float) -> bool:
        """Whether somebody unseen can be forgotten."""
        return t - person.body.t > (self._p.descent_ms + _PATIENCE * self._p.stay_ms) / 1000
