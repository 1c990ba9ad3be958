"""What people bring: bags that are carried and set down, pushchairs that roll, dogs that sit.

A thing is a few capsules about a point of the ground; it belongs to whoever holds it, second by
second, or stands where it was put.
"""

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from beffroi.simulation.camera import Camera
from beffroi.simulation.figure import Colour
from beffroi.simulation.flesh import Rows, Shapes
from beffroi.simulation.part import Part, Point

Floats = NDArray[np.float64]

Capsule = tuple[tuple[float, float, float], tuple[float, float, float], float, float]
"""Both ends in metres (forward, left, up), the radius, and how bright the dye is there."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of thing.

    Attributes:
        capsules: What it is made of.
        hand: Where it is while held, from its holder: forward, left, up in metres.
        dyes: Colours that it comes in.
    """

    capsules: tuple[Capsule, ...]
    hand: tuple[float, float, float]
    dyes: tuple[Colour, ...]


_DARK: tuple[Colour, ...] = ((30, 30, 34), (42, 50, 82), (70, 40, 38), (44, 62, 48))
_BRIGHT: tuple[Colour, ...] = ((176, 44, 48), (206, 176, 70), (90, 130, 170), (214, 210, 202))
_PAPER: tuple[Colour, ...] = ((176, 140, 96), (156, 122, 84))
_FUR: tuple[Colour, ...] = ((120, 88, 56), (48, 44, 42), (196, 176, 146))

_WHEEL: Final = [
    (-0.05 + 0.3 * float(np.cos(a)), 0.3 + 0.3 * float(np.sin(a)))
    for a in np.linspace(0, 2 * np.pi, 13)
]
"""Points of a wheel of 60 cm: forward and up."""

KINDS: Final[dict[str, Kind]] = {
    "suitcase": Kind(
        (
            *(((0.0, y, 0.16), (0.0, y, 0.50), 0.12, 1.0) for y in (-0.11, 0.0, 0.11)),
            ((0.0, -0.09, 0.60), (0.0, -0.09, 0.72), 0.012, 0.6),
            ((0.0, 0.09, 0.60), (0.0, 0.09, 0.72), 0.012, 0.6),
            ((0.0, -0.09, 0.72), (0.0, 0.09, 0.72), 0.014, 0.6),
        ),
        (-0.35, -0.30, 0.0),
        (*_DARK, *_BRIGHT),
    ),
    "backpack": Kind(
        (
            ((0.0, 0.0, 0.15), (0.0, 0.0, 0.36), 0.15, 1.0),
            ((0.12, -0.05, 0.13), (0.12, 0.05, 0.13), 0.09, 0.8),
        ),
        (0.0, -0.32, 0.42),
        (*_DARK, *_BRIGHT),
    ),
    "holdall": Kind(
        (
            ((0.0, -0.22, 0.15), (0.0, 0.22, 0.15), 0.15, 1.0),
            ((0.0, -0.12, 0.32), (0.0, 0.12, 0.32), 0.02, 0.6),
        ),
        (0.0, -0.34, 0.36),
        (*_DARK, *_BRIGHT),
    ),
    "box": Kind(
        tuple(
            ((x, -0.14, z), (x, 0.14, z), 0.09, 1.0)
            for x in (-0.1, 0.1)
            for z in (0.09, 0.22, 0.34)
        ),
        (0.42, 0.0, 0.72),
        _PAPER,
    ),
    "pushchair": Kind(
        (
            *(((x, y, 0.10), (x, y, 0.11), 0.10, 0.5) for x in (-0.2, 0.3) for y in (-0.2, 0.2)),
            ((-0.15, 0.0, 0.45), (0.25, 0.0, 0.38), 0.20, 1.0),
            ((-0.18, 0.0, 0.55), (-0.16, 0.0, 0.80), 0.17, 0.9),
            ((-0.45, -0.18, 1.0), (-0.45, 0.18, 1.0), 0.02, 0.4),
            ((-0.2, 0.0, 0.6), (-0.45, 0.0, 1.0), 0.03, 0.4),
        ),
        (0.85, 0.0, 0.0),
        (*_DARK, *_BRIGHT),
    ),
    "dog": Kind(
        (
            ((-0.18, 0.0, 0.22), (0.16, 0.0, 0.38), 0.12, 1.0),
            ((0.22, 0.0, 0.52), (0.34, 0.0, 0.50), 0.09, 1.1),
            *(((0.14, y, 0.05), (0.14, y, 0.34), 0.04, 0.9) for y in (-0.07, 0.07)),
            *(((-0.2, y, 0.06), (-0.06, y, 0.08), 0.05, 0.9) for y in (-0.09, 0.09)),
        ),
        (0.35, -0.45, 0.0),
        _FUR,
    ),
    "blanket": Kind(
        tuple(
            ((x, y, 0.14), (x + 0.3, y, 0.15), 0.20, 1.0) for x in (-0.5, 0.0) for y in (-0.1, 0.1)
        ),
        (0.3, 0.0, 0.9),
        (*_DARK, *_BRIGHT),
    ),
    "stick": Kind(
        (
            ((0.0, 0.0, 0.02), (0.0, 0.0, 0.86), 0.013, 1.0),
            ((-0.05, 0.0, 0.86), (0.06, 0.0, 0.87), 0.016, 0.7),
        ),
        (0.14, -0.27, 0.0),
        (*_DARK, *_PAPER),
    ),
    "wheelchair": Kind(
        (
            *(((-0.18, y, 0.43), (0.22, y, 0.43), 0.04, 1.0) for y in (-0.15, 0.0, 0.15)),
            *(((-0.23, y, 0.50), (-0.28, y, 0.88), 0.03, 1.0) for y in (-0.15, 0.0, 0.15)),
            *(
                ((x0, y, z0), (x1, y, z1), 0.018, 0.6)
                for y in (-0.3, 0.3)
                for (x0, z0), (x1, z1) in pairwise(_WHEEL)
            ),
            *(((0.22, y, 0.42), (0.48, y, 0.12), 0.015, 0.8) for y in (-0.14, 0.14)),
            *(((0.46, y, 0.10), (0.62, y, 0.10), 0.022, 0.8) for y in (-0.14, 0.14)),
            *(((0.38, y, 0.07), (0.38, y, 0.08), 0.065, 0.6) for y in (-0.22, 0.22)),
        ),
        (0.0, 0.0, 0.0),
        _DARK,
    ),
}  # fmt: skip


@dataclass
class Thing:
    """One thing, from when it comes to when it goes.

    Args:
        kind: One of `KINDS`.
        dye: Its colour.
        stirs: How far it moves about where it was put, in metres: a dog is never still.
        stages: Since when it is held by whom, or stands where (x, y, heading); None: it is gone.
    """

    kind: str
    dye: Colour
    stirs: float = 0.0
    stages: list[tuple[float, Part | Floats | None]] = field(default_factory=list)

    @classmethod
    def draw(cls, kind: str, rng: np.random.Generator) -> Self:
        """A thing of some colour."""
        dyes = KINDS[kind].dyes
        return cls(kind, dyes[rng.integers(len(dyes))], 0.025 if kind == "dog" else 0.0)

    def held(self, when: float, who: Part) -> Self:
        """In somebody's hand from then on, until they are gone."""
        self.stages.append((when, who))
        return self

    def put(self, when: float, at: Point, heading: float = 0.0) -> Self:
        """On the ground from then on."""
        self.stages.append((when, np.array([*at, heading])))
        return self

    def gone(self, when: float) -> Self:
        """Nowhere from then on."""
        self.stages.append((when, None))
        return self

    def place(self, t: float) -> Floats | None:
        """Where it is: x, y, z in metres and heading; None if it is not there."""
        where = next((where for when, where in reversed(self.stages) if when <= t), None)
        if where is None:
            return None
        if isinstance(where, Part):
            if not where.present(t):
                return None
            x, y, heading = where.perform(t)[1]
            ahead, left, up = KINDS[self.kind].hand
            c, s = np.cos(heading), np.sin(heading)
            return np.array([x + c * ahead - s * left, y + s * ahead + c * left, up, heading])
        sway = self.stirs * np.array([np.sin(2.3 * t), np.sin(1.7 * t + 1), 0, 8 * np.sin(0.9 * t)])
        return np.array([where[0], where[1], 0.0, where[2]]) + sway


def shown(things: list[Thing], t: float, camera: Camera) -> Shapes:
    """The shapes of all things that are there at a time."""
    rows = Rows()
    for thing in things:
        place = thing.place(t)
        if place is None:
            continue
        c, s = np.cos(place[3]), np.sin(place[3])
        turn = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])
        for one, other, radius, bright in KINDS[thing.kind].capsules:
            ends = (turn @ one + place[:3], turn @ other + place[:3])
            r, g, b = (min(255.0, value * bright) for value in thing.dye)
            rows.add(-1, ends, (radius, radius, radius), (r, g, b))
    return rows.projected(camera)
