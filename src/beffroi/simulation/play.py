"""The endless programme of a scene, one act after another, each drawn by lot from the seed.

An act is written with the helpers below as one would direct extras: who enters where, does
what, until when. Acts overlap a little, so that a scene is never empty between two.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from beffroi.simulation.figure import draw_figure
from beffroi.simulation.part import Part, Point
from beffroi.simulation.things import Thing
from beffroi.simulation.truth import Event, Twin
from beffroi.simulation.vehicles import Vehicle

ACT_S = 75.0


@dataclass
class Act:
    """One act: parts, things, vehicles, events and twins, in seconds since the scene began.

    Args:
        number: 0 for the first act.
        rng: Source of every choice in the act.
    """

    number: int
    rng: np.random.Generator
    parts: list[Part] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    twins: list[Twin] = field(default_factory=list)
    things: list[Thing] = field(default_factory=list)
    vehicles: list[Vehicle] = field(default_factory=list)

    @property
    def start(self) -> float:
        """When the act begins."""
        return self.number * ACT_S

    def enter(self, at: Point, when: float, child: bool = False) -> Part:
        """A new person, `when` seconds after the act begins (or before, if negative)."""
        ident = (self.number + 1) * 100 + len(self.parts) + 1
        part = Part(ident, draw_figure(self.rng, child), self.start + when, at)
        self.parts.append(part)
        return part

    def event(
        self, name: str, start: float, instant: float, end: float, *who: Part | Vehicle
    ) -> None:
        """Note an event; times are absolute."""
        self.events.append(
            Event(name, float(start), float(end), float(instant), tuple(p.ident for p in who))
        )

    def twin(
        self, kind: str, resembles: str, start: float, end: float, *who: Part | Vehicle
    ) -> None:
        """Note an innocent twin; times are absolute."""
        self.twins.append(
            Twin(kind, resembles, float(start), float(end), tuple(p.ident for p in who))
        )

    def vehicle(self, kind: str, at: Point, when: float) -> Vehicle:
        """A new vehicle of a kind, `when` seconds after the act begins (or before)."""
        ident = (self.number + 1) * 100 + 50 + len(self.vehicles)
        vehicle = Vehicle.draw(ident, kind, self.start + when, at, self.rng)
        self.vehicles.append(vehicle)
        return vehicle

    def bring(self, kind: str, who: Part) -> Thing:
        """A new thing of a kind, in somebody's hand from their entrance on."""
        thing = Thing.draw(kind, self.rng).held(who.start, who)
        self.things.append(thing)
        return thing

    def passer(self, when: float, y: float, side: int, reach: float, speed: float) -> Part:
        """Someone who crosses the picture from one side (-1 left, 1 right) to the other."""
        drift = float(self.rng.uniform(-0.4, 0.4))
        part = self.enter((side * reach, y), when)
        return part.walk((0.0, y + drift), (-side * reach, y + drift / 2), speed=speed, stop=False)


Director = Callable[[Act], None]


def edge(y: float) -> float:
    """How far to the side a point at depth `y` must be to lie outside the usual picture."""
    return 0.5 * y + 1.2
