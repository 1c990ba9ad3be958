"""Abandoned object: somebody sets something down, goes away, and nobody stays with it.

That its carrier was seen going away is what tells a bag from a body: who lies down to sleep does
not leave. Passers-by are not company; who stays beside an object for a moment is.
"""

from dataclasses import dataclass, field, replace
from typing import ClassVar, Final

import numpy as np
from pydantic import Field

from beffroi.events.body import Body, people
from beffroi.events.detector import Detection, Parameters, Zones
from beffroi.events.place import inside
from beffroi.perception.finders import Need
from beffroi.perception.observation import Observation, Region

_EDGE: Final = 0.01
"""How near to the picture's edge somebody leaves it, in shares of its width and height."""
_HEIR_S: Final = 2.0
"""For how long somebody lost from sight may be taken up again by a new track."""
_MEMORY_S: Final = 5.0
"""For how long an object that is not seen, behind a crowd perhaps, is remembered."""
_FORGET_S: Final = 5.0
"""For how long somebody who is not seen is known by the id of their track, which is short-lived:
nobody is named as the carrier of what has been alone for longer."""


class AbandonedObjectParameters(Parameters):
    """What an abandoned object is. Lengths are in per cent of the carrier's stature."""

    alone_ms: int = Field(
        gt=0,
        le=3_600_000,
        description="How long the object must have been without company, in milliseconds.",
    )
    near_percent: int = Field(
        gt=0,
        le=1000,
        description="Within this distance of the object somebody is with it.",
    )
    depth_percent: int = Field(
        ge=100,
        le=1000,
        description="How large distances along the view are, in per cent of what they look.",
    )
    company_ms: int = Field(
        ge=0,
        le=600_000,
        description=(
            "How long somebody else than the carrier must stay that near to be company rather "
            "than a passer-by, in milliseconds."
        ),
    )
    least_percent: int = Field(
        gt=0, le=100, description="Least length of the object, of its longer side."
    )
    most_percent: int = Field(
        gt=0, le=200, description="Greatest length of the object, of its longer side."
    )
    sure_percent: int = Field(
        ge=0,
        le=100,
        description="How sure perception must be that something was set down, in per cent.",
    )
    joint_percent: int = Field(
        ge=0,
        le=100,
        description="How sure the model must be of a joint for it to be used, in per cent.",
    )


@dataclass(slots=True)
class _Person:
    """Somebody, under all the ids that their track has had."""

    body: Body
    stature: float

    def see(self, body: Body) -> None:
        """Take what is seen now; stature follows slowly, since people bend."""
        self.body = body
        self.stature += 0.1 * (_height(body) - self.stature)


@dataclass(slots=True)
class _Object:
    """Something that was set down.

    Args:
        region: As it was seen last.
        seen: When.
        carrier: Who set it down.
        stature: How tall they stood there, in pixels: the measure of all distances.
        attended: When somebody was with it last.
        left: Whether the carrier has been seen going away.
        company: Since when who has been near, by the id of what they are.
    """

    region: Region
    seen: float
    carrier: _Person
    stature: float
    attended: float
    left: bool = False
    reported: bool = False
    company: dict[int, float] = field(default_factory=dict)


class AbandonedObject:
    """Follows everybody, and every object from when it is set down."""

    id: ClassVar[str] = "abandoned_object"
    behaviour: ClassVar[int] = 2
    parameters: ClassVar[type[Parameters]] = AbandonedObjectParameters
    needs: ClassVar[frozenset[Need]] = frozenset({Need.PEOPLE, Need.STILL})

    def __init__(self, parameters: AbandonedObjectParameters, zones: Zones) -> None:
        self._p, self._area = parameters, zones.area
        self._people: dict[str, _Person] = {}
        self._objects: dict[str, _Object] = {}
        self._size = (1, 1)

    def update(self, observation: Observation) -> list[Detection]:
        """Take the next observation; see :class:`beffroi.events.detector.Detector`."""
        t, self._size = observation.t, observation.size
        bodies = people(observation, self._p.joint_percent / 100)
        here = [self._meet(body, {b.id for b in bodies}) for body in bodies]
        for region in observation.regions:
            self._see(region, t)
        for thing in self._objects.values():
            self._attend(thing, here, t)
        self._objects = {k: o for k, o in self._objects.items() if t - o.seen <= _MEMORY_S}
        self._forget(t)
        return [self._report(thing, t) for thing in self._objects.values() if self._due(thing, t)]

    def _meet(self, body: Body, seen: set[str]) -> _Person:
        """The person of a track: known, or lost from sight where the track begins, or new."""
        person = self._people.get(body.id)
        if person is None:
            lost = [
                (float(np.hypot(*(p.body.centre - body.centre))) / p.stature, k)
                for k, p in self._people.items()
                if p.body.id not in seen
                and body.t - p.body.t <= _HEIR_S
                and not self._at_edge(p.body)
            ]
            apart, known = min(lost, default=(np.inf, ""))
            person = self._people[known] if apart < 1 else _Person(body, _height(body))
            self._people[body.id] = person
        person.see(body)
        return person

    def _forget(self, t: float) -> None:
        """Of who has gone only the place and the stature are kept, if they left something."""
        gone = [k for k, person in self._people.items() if t - person.body.t > _FORGET_S]
        for person in [self._people.pop(k) for k in gone]:
            person.body = replace(person.body, id="")

    def _see(self, region: Region, t: float) -> None:
        """Take up a region that somebody left, is of a thing's size, and lies in the area."""
        p = self._p
        if (known := self._objects.get(region.id)) is not None:
            known.region, known.seen = region, t
            return
        if region.kind != "still" or region.left_by not in self._people:
            return
        carrier = self._people[region.left_by]
        x1, y1, x2, y2 = region.box
        length = max(x2 - x1, y2 - y1) / carrier.stature * 100
        spot = ((x1 + x2) / 2 / self._size[0], y2 / self._size[1])
        fits = p.least_percent <= length <= p.most_percent
        if not fits or region.score < p.sure_percent / 100:
            return
        if self._area and not inside(self._area, spot):
            return
        self._objects[region.id] = _Object(region, t, carrier, carrier.stature, region.since)

    def _attend(self, thing: _Object, here: list[_Person], t: float) -> None:
        """Note who is with an object, and whether its carrier has gone."""
        near = [person for person in here if self._near(person, thing)]
        thing.company = {id(p): thing.company.get(id(p), t) for p in near}
        staying = any(t - since >= self._p.company_ms / 1000 for since in thing.company.values())
        carrier = thing.carrier
        if any(person is carrier for person in near):
            thing.left = False
        elif self._at_edge(carrier.body) or not self._near(carrier, thing):
            thing.left = True
        if staying or not thing.left:
            thing.attended = t

    def _near(self, person: _Person, thing: _Object) -> bool:
        """Whether somebody's feet are near an object."""
        x, y = person.body.feet
        left, _, right, bottom = thing.region.box
        across, along = max(left - x, 0, x - right), abs(y - bottom) * self._p.depth_percent / 100
        apart = np.hypot(across, along)
        return bool(apart <= self._p.near_percent / 100 * thing.stature)

    def _at_edge(self, body: Body) -> bool:
        (x1, y1, x2, y2), (width, height) = body.box, self._size
        across, down = _EDGE * width, _EDGE * height
        return x1 <= across or x2 >= width - across or y1 <= down or y2 >= height - down

    def _due(self, thing: _Object, t: float) -> bool:
        alone = t - thing.attended >= self._p.alone_ms / 1000
        sure = thing.region.score >= self._p.sure_percent / 100
        return alone and sure and thing.left and not thing.reported and thing.seen == t

    def _report(self, thing: _Object, t: float) -> Detection:
        thing.reported = True
        carrier = thing.carrier.body.id
        tracks = (carrier,) if carrier else ()
        return Detection(self.id, thing.attended, t, thing.region.score, tracks, 1)


def _height(body: Body) -> float:
    """How tall somebody stands in the picture: no less than they look."""
    return max(body.length, body.box[3] - body.box[1])
