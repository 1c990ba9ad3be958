"""How the picture stirs around a place: what a motion field says where skeletons are lost.

People who walk along move together; in a scuffle neighbouring parts of the picture go different
ways and turn back at once. Everything is relative to the picture's own drift, so that a camera
that sways stirs nothing.
"""

from collections import deque
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from beffroi.events.body import Floats, norm

STIRRING: Final = (
    "speed",  # its mean
    "rush",  # root of the mean of its square
    "spread",  # deviation of velocities from their mean
    "tangle",  # deviation of velocities from those next to them
    "jolt",  # change of velocity from picture to picture, per second
    "disorder",  # entropy of the directions, weighed by speed, in nats
)
"""What is measured around a place, in statures and seconds."""

RADIUS: Final = 0.75
"""Half the side of the square around a place, in statures."""
DIRECTIONS: Final = 8


@dataclass(frozen=True)
class _Field:
    """One motion field and its change since the one before, both [rows, columns, 2]."""

    t: float
    velocity: Floats
    change: Floats

    @cached_property
    def sums(self) -> Floats:
        """Sums of its maps over the upper left of each corner; asked for where people are near."""
        maps = _maps(self.velocity, self.change)
        sums = np.zeros((len(maps), *(side + 1 for side in maps.shape[1:])))
        maps.cumsum(axis=1).cumsum(axis=2, out=sums[:, 1:, 1:])
        return sums


class Stirring:
    """Remembers the motion fields of one camera.

    Args:
        window_s: For how long, in seconds.
    """

    def __init__(self, window_s: float) -> None:
        self._window_s = window_s
        self._fields: deque[_Field] = deque()
        self._size = np.ones(2)

    def update(self, t: float, flow: NDArray[np.float32] | None, size: tuple[int, int]) -> None:
        """Take the motion field of one observation and the picture's width and height."""
        while self._fields and t - self._fields[0].t >= self._window_s:
            self._fields.popleft()
        if flow is None:
            return
        seen = flow[~np.isnan(flow[..., 0])]
        if not len(seen):
            return
        if self._fields and self._fields[-1].velocity.shape != flow.shape:
            self._fields.clear()
        self._size = np.array(size, float)
        velocity = np.nan_to_num(flow - np.median(seen, axis=0)).astype(float)
        change = np.full(velocity.shape, np.nan)
        if self._fields:
            last = self._fields[-1]
            change = (velocity - last.velocity) / (t - last.t)
        self._fields.append(_Field(t, velocity, change))

    def around(self, places: Floats, units: Floats) -> Floats:
        """What is remembered of places, [..., 2] pixels, where statures are `units` [...] pixels.

        Returns:
            [m, ..., len(STIRRING)] of m moments; NaN where a first field has none before it.
        """
        if not self._fields:
            return np.zeros((0, *places.shape[:-1], len(STIRRING)))
        most = np.array(self._fields[0].velocity.shape[1::-1])
        cell = self._size / most
        reach = RADIUS * units[..., np.newaxis]
        low = np.clip(np.floor((places - reach) / cell), 0, most - 1).astype(int)
        high = np.clip(np.ceil((places + reach) / cell), low + 1, most).astype(int)
        (left, top), (right, bottom) = np.moveaxis(low, -1, 0), np.moveaxis(high, -1, 0)
        y = np.stack([bottom, top, bottom, top], axis=-1)
        x = np.stack([right, right, left, left], axis=-1)
        corners = np.stack([field.sums[:, y, x] for field in self._fields], axis=1)
        means = corners @ np.array([1, -1, -1, 1]) / (high - low).prod(axis=-1)
        ways, (across, down, speed, square, tangle, jolt) = means[:DIRECTIONS], means[DIRECTIONS:]
        shares = np.maximum(ways / np.maximum(ways.sum(axis=0), 1e-9), 1e-9)
        measured = [
            speed,
            np.sqrt(np.maximum(square, 0)),
            np.sqrt(np.maximum(square - across**2 - down**2, 0)),
            tangle,
            jolt,
            -(shares * np.log(shares)).sum(axis=0) * units,
        ]
        return np.stack(measured, axis=-1) / units[..., np.newaxis]


def _maps(velocity: Floats, change: Floats) -> Floats:
    """What is averaged around places: [maps, rows, columns]."""
    x, y = velocity[..., 0], velocity[..., 1]
    speed = norm(velocity)
    padded = np.pad(velocity, ((1, 1), (1, 1), (0, 0)), mode="edge")
    rows = padded[:-2] + padded[1:-1] + padded[2:]
    around = (rows[:, :-2] + rows[:, 1:-1] + rows[:, 2:]) / 9
    way = ((np.arctan2(y, x) + np.pi) / (2 * np.pi) * DIRECTIONS).astype(int) % DIRECTIONS
    ways = np.where(way == np.arange(DIRECTIONS)[:, np.newaxis, np.newaxis], speed, 0)
    rest = np.stack([x, y, speed, speed**2, norm(velocity - around), norm(change)])
    return np.concatenate([ways, rest])
