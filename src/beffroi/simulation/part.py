"""A part in the play: what one mannequin does, second by second, from entrance to exit.

Everything is a function of time: the same instant gives the same pose whatever was asked
before and at whatever frame rate.
"""

from bisect import bisect_right
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from beffroi.simulation.figure import Figure
from beffroi.simulation.gait import walking
from beffroi.simulation.motions import STAND, Motion, alive
from beffroi.simulation.skeleton import Joint

Floats = NDArray[np.float64]
Point = tuple[float, float]
_BLEND_S = 0.45
_EASE_S = 0.7


class Phase(Protocol):
    """A stretch of a part."""

    @property
    def start(self) -> float:
        """When it begins."""

    @property
    def end(self) -> float:
        """When it ends."""

    def place(self, t: float) -> Floats:
        """Ground x, y in metres and heading in radians at time `t`."""

    def pose(self, t: float) -> Floats:
        """The joint angles at time `t`."""


@dataclass(frozen=True, slots=True)
class Stay:
    """On the spot, doing a motion."""

    start: float
    end: float
    spot: Floats
    motion: Motion

    def place(self, t: float) -> Floats:
        """Always the same."""
        return self.spot

    def pose(self, t: float) -> Floats:
        """The motion, from its own beginning."""
        return self.motion(t - self.start)


@dataclass(frozen=True, slots=True)
class Walk:
    """Along a smooth path, starting and stopping gently."""

    start: float
    end: float
    track: Floats
    speed: float
    figure: Figure
    eases: tuple[bool, bool]

    @classmethod
    def along(
        cls, start: float, points: list[Point], speed: float, who: Figure, eases: tuple[bool, bool]
    ) -> "Walk":
        """A walk through ground points, corners rounded (Catmull-Rom)."""
        track = _smooth(np.array(points, dtype=np.float64))
        seconds = track[-1, 0] / speed + sum(eases) * _EASE_S / 2
        return cls(start, start + seconds, track, speed, who, eases)

    def _progress(self, t: float) -> tuple[float, float]:
        """Metres travelled and share of the cruising speed at time `t`."""
        into, left = max(t - self.start, 0.0), max(self.end - t, 0.0)
        rise = _EASE_S if self.eases[0] else 0.0
        if self.eases[0] and into < rise:
            return self.speed * into**2 / (2 * rise), into / rise
        if self.eases[1] and left < _EASE_S:
            total = float(self.track[-1, 0])
            return total - self.speed * left**2 / (2 * _EASE_S), left / _EASE_S
        return min(self.speed * (into - rise / 2), float(self.track[-1, 0])), 1.0

    def place(self, t: float) -> Floats:
        """The point of the path, facing along it."""
        done, _ = self._progress(t)
        return np.array([np.interp(done, self.track[:, 0], self.track[:, i]) for i in (1, 2, 3)])

    def pose(self, t: float) -> Floats:
        """The gait at that distance, blended with standing at both ends."""
        done, effort = self._progress(t)
        who = self.figure
        step = walking(done, who.stature, self.speed, effort, who.rhythm)
        return effort * step + (1 - effort) * STAND


def _smooth(points: Floats) -> Floats:
    """Rows of distance, x, y, heading along a Catmull-Rom spline."""
    ends = np.vstack([2 * points[0] - points[1], points, 2 * points[-1] - points[-2]])
    pieces = []
    for a, b, c, d in zip(ends, ends[1:], ends[2:], ends[3:], strict=False):
        u = np.linspace(0, 1, 24, endpoint=False)[:, None]
        pieces.append(
            0.5 * (2 * b + (c - a) * u + (2 * a - 5 * b + 4 * c - d) * u**2)
            + 0.5 * (3 * b - a - 3 * c + d) * u**3
        )
    line = np.vstack([*pieces, points[-1:]])
    steps = np.diff(line, axis=0)
    done = np.concatenate([[0], np.cumsum(np.hypot(*steps.T))])
    heading = np.unwrap(np.arctan2(steps[:, 1], steps[:, 0]))
    return np.column_stack([done, line, np.append(heading, heading[-1])])


@dataclass(frozen=True, slots=True)
class Contact:
    """A hand or foot brought to another person's joint between two times.

    Attributes:
        start, peak, hold, end: The weight rises from `start` to `peak`, stays until `hold`
            and falls to zero at `end`.
        end_joint: The wrist or ankle that reaches.
        whom: Identity of the person reached.
        target: The joint reached.
    """

    start: float
    peak: float
    hold: float
    end: float
    end_joint: Joint
    whom: int
    target: Joint

    def weight(self, t: float) -> float:
        """0 outside, 1 at contact, smooth between."""
        u = float(np.interp(t, [self.start, self.peak, self.hold, self.end], [0, 1, 1, 0]))
        return u * u * (3 - 2 * u)


@dataclass
class Part:
    """One person's part, written as a chain of phases.

    Args:
        ident: Random-looking number of the person in the truth.
        figure: Body and clothes.
        start: When they enter, seconds.
        at: Where, metres.
        heading: Where they look, radians.
    """

    ident: int
    figure: Figure
    start: float
    at: Point
    heading: float = 0.0
    phases: list[Phase] = field(default_factory=list)
    contacts: list[Contact] = field(default_factory=list)

    @property
    def end(self) -> float:
        """When the last phase ends."""
        return self.phases[-1].end if self.phases else self.start

    def walk(self, *points: Point, speed: float = 1.25, stop: bool = True) -> "Part":
        """Walk (or run) through points; without `stop` they keep their speed to the end."""
        moving = bool(self.phases) and isinstance(self.phases[-1], Stay)
        walk = Walk.along(self.end, [self.at, *points], speed, self.figure, (moving, stop))
        self.phases.append(walk)
        self.at, self.heading = points[-1], float(walk.track[-1, 3])
        return self

    def stay(
        self, until: float, motion: Motion | None = None, facing: Point | None = None
    ) -> "Part":
        """Stay until a time, doing a motion, turned towards a point."""
        if facing is not None:
            self.heading = float(np.arctan2(facing[1] - self.at[1], facing[0] - self.at[0]))
        calm = motion or alive(lambda _: STAND, self.figure.rhythm)
        spot = np.array([*self.at, self.heading])
        self.phases.append(Stay(self.end, max(until, self.end), spot, calm))
        return self

    def touch(
        self,
        at: float,
        end: Joint,
        whom: int,
        target: Joint,
        rise: float = 0.14,
        hold: float = 0.05,
    ) -> None:
        """Bring a hand or foot to somebody at a time."""
        self.contacts.append(Contact(at - rise, at, at + hold, at + hold + 0.22, end, whom, target))

    def present(self, t: float) -> bool:
        """Whether the person exists at time `t`."""
        return self.start <= t < self.end

    def perform(self, t: float) -> tuple[Floats, Floats]:
        """The pose row and the place (x, y, heading) at time `t`, phases blended."""
        i = bisect_right([p.start for p in self.phases], t) - 1
        phase = self.phases[max(i, 0)]
        pose, place = phase.pose(t), phase.place(t).copy()
        u = (t - phase.start) / _BLEND_S
        if i > 0 and u < 1:
            last = self.phases[i - 1]
            u = u * u * (3 - 2 * u)
            pose = (1 - u) * last.pose(t) + u * pose
            turn = (place[2] - last.place(t)[2] + np.pi) % (2 * np.pi) - np.pi
            place[2] -= (1 - u) * turn
        return pose, place
