"""How a crowd moves: everybody has a wish, and nobody walks through anybody else.

The social force model in its simplest form: people steer to the velocity that they wish for and
are pushed apart when near (Helbing and Molnár, Physical Review E 51, 1995; the constants are those
of Helbing, Farkas and Vicsek, Nature 407, 2000, softened to a mass of one).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from beffroi.simulation.figure import Figure
from beffroi.simulation.gait import RUN_ABOVE, stride, walking
from beffroi.simulation.motions import STAND
from beffroi.simulation.part import Point

Floats = NDArray[np.float64]
Wish = Callable[[float, Floats], Floats]
"""The velocities that n people wish for [n,2], at a time and from places [n,2]."""

STEP_S = 0.05
_REACT_S = 0.5
_PUSH, _SOFT_M, _GIRTH_M = 6.0, 0.16, 0.44
_FASTEST = 4.5
_TURN_S = 0.4


def throng(starts: Floats, begin: float, seconds: float, wish: Wish) -> Floats:
    """Where everybody goes, [steps, n, 2] metres, one step each `STEP_S`.

    Args:
        starts: Where they are at first [n,2].
        begin: The time of the first step.
        seconds: For how long.
        wish: What they want.
    """
    places = np.empty((round(seconds / STEP_S) + 1, *starts.shape))
    places[0], velocity = starts, wish(begin, starts)
    for i in range(1, len(places)):
        here = places[i - 1]
        gap = here[:, np.newaxis] - here
        apart = np.linalg.norm(gap, axis=-1) + 1e-9
        push = np.minimum(_PUSH * np.exp((_GIRTH_M - apart) / _SOFT_M), 4 * _PUSH)
        np.fill_diagonal(push, 0.0)
        force = (wish(begin + i * STEP_S, here) - velocity) / _REACT_S
        force += (push[..., np.newaxis] * gap / apart[..., np.newaxis]).sum(axis=1)
        velocity = velocity + STEP_S * force
        speed = np.linalg.norm(velocity, axis=1, keepdims=True)
        velocity *= np.minimum(1.0, _FASTEST / np.maximum(speed, 1e-9))
        places[i] = here + STEP_S * velocity
    return places


def towards(goals: Floats, here: Floats, speeds: Floats) -> Floats:
    """Velocities [n,2] to goals [n,2], slower on the last metre."""
    way = goals - here
    far = np.linalg.norm(way, axis=1, keepdims=True)
    wish: Floats = way / np.maximum(far, 1e-9) * speeds[:, np.newaxis] * np.minimum(far, 1.0)
    return wish


@dataclass(frozen=True, slots=True)
class Led:
    """A stretch of a part that follows one of a throng.

    Attributes:
        start, end: When it begins and ends.
        track: Rows of x, y, heading, metres per second and gait cycles, one each `STEP_S`.
        figure: Who walks.
    """

    start: float
    end: float
    track: Floats
    figure: Figure

    @classmethod
    def along(cls, start: float, places: Floats, who: Figure, facing: Point) -> "Led":
        """A walk along places [steps,2], looking at a point while standing."""
        moved = np.gradient(places, STEP_S, axis=0)
        width = round(_TURN_S / STEP_S)
        kernel = np.ones(2 * width + 1) / (2 * width + 1)
        padded = np.pad(moved, ((width, width), (0, 0)), mode="edge")
        smooth = np.column_stack([np.convolve(v, kernel, mode="valid") for v in padded.T])
        speed = np.linalg.norm(smooth, axis=1)
        look = np.array(facing) - places
        look /= np.maximum(np.linalg.norm(look, axis=1, keepdims=True), 1e-9)
        ahead = smooth + look * np.maximum(0.5 - speed, 0.0)[:, np.newaxis]
        heading = np.unwrap(np.arctan2(ahead[:, 1], ahead[:, 0]))
        strides = np.array([stride(who.stature, max(v, 0.2)) for v in speed.tolist()])
        cycles = np.cumsum(speed / strides) * STEP_S
        track = np.column_stack([places, heading, speed, cycles])
        return cls(start, start + (len(places) - 1) * STEP_S, track, who)

    def _at(self, t: float) -> Floats:
        row = np.clip((t - self.start) / STEP_S, 0, len(self.track) - 1)
        low = int(row)
        high = min(low + 1, len(self.track) - 1)
        at: Floats = self.track[low] + (row - low) * (self.track[high] - self.track[low])
        return at

    def place(self, t: float) -> Floats:
        """Ground x, y in metres and heading in radians."""
        return self._at(t)[:3]

    def pose(self, t: float) -> Floats:
        """The gait at that speed; between walking and running, something of both."""
        *_, speed, cycles = self._at(t).tolist()
        who = self.figure
        effort = min(speed / 0.6, 1.0)
        runs = float(np.clip((speed - RUN_ABOVE + 0.3) / 0.6, 0, 1))

        def gait(pace: float) -> Floats:
            travelled = cycles * stride(who.stature, pace)
            return walking(travelled, who.stature, pace, effort, who.rhythm)

        step = (1 - runs) * gait(min(speed, RUN_ABOVE)) + runs * gait(max(speed, RUN_ABOVE + 0.01))
        pose: Floats = effort * step + (1 - effort) * STAND
        return pose
