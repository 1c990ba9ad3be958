"""How the picture stirs around a place: what a motion field says where skeletons are lost.

People who walk along move together; in a scuffle neighbouring parts of the picture go different
ways and turn back at once. Everything is relative to the picture's own drift, so that a camera
that sways stirs nothing.
"""

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
    def maps(self) -> Floats:
        """What is averaged around places, [maps, cells]; asked for where people are near."""
        x, y = self.velocity[..., 0], self.velocity[..., 1]
        speed = norm(self.velocity)
        way = ((np.arctan2(y, x) + np.pi) / (2 * np.pi) * DIRECTIONS).astype(int) % DIRECTIONS
        ways = (way == np.arange(DIRECTIONS)[:, np.newaxis, np.newaxis]) * speed
        tangle = norm(self.velocity - _around(self.velocity))
        rest = np.array([x, y, speed, speed**2, tangle, norm(self.change)])
        return np.concatenate([ways, rest]).reshape(DIRECTIONS + len(rest), -1)


@dataclass(frozen=True, slots=True)
class Fields:
    """Motion fields of one camera, all of one size, in order of time.

    Args:
        fields: The fields.
        size: Width and height of the picture in pixels.
    """

    fields: tuple[_Field, ...] = ()
    size: tuple[int, int] = (1, 1)

    def around(self, places: Floats, units: Floats) -> Floats:
        """What is remembered of places, [..., 2] pixels, where statures are `units` [...] pixels.

        Returns:
            [m, ..., len(STIRRING)] of m moments; NaN where a first field has none before it.
        """
        if not self.fields:
            return np.zeros((0, *places.shape[:-1], len(STIRRING)))
        most = np.array(self.fields[0].velocity.shape[1::-1])
        cell = np.array(self.size) / most
        reach = RADIUS * units[..., np.newaxis]
        low = np.clip(np.floor((places - reach) / cell), 0, most - 1)
        high = np.clip(np.ceil((places + reach) / cell), low + 1, most)
        beside, below = (
            (low[..., axis, np.newaxis] <= line) & (line < high[..., axis, np.newaxis])
            for axis, line in enumerate(np.arange(side) for side in most)
        )
        inside = (below[..., np.newaxis] & beside[..., np.newaxis, :]).reshape(units.size, -1)
        share = inside / np.count_nonzero(inside, axis=1, keepdims=True)
        means = np.stack([field.maps @ share.T for field in self.fields], axis=1)
        means = means.reshape(*means.shape[:2], *units.shape)
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


class Stirring:
    """Remembers the motion fields of one camera.

    Args:
        window_s: For how long, in seconds.
    """

    def __init__(self, window_s: float) -> None:
        self._window_s = window_s
        self.remembered = Fields()

    def update(self, t: float, flow: NDArray[np.float32] | None, size: tuple[int, int]) -> None:
        """Take the motion field of one observation and the picture's width and height."""
        fields = tuple(f for f in self.remembered.fields if t - f.t < self._window_s)
        self.remembered = Fields(fields, self.remembered.size)
        if flow is None:
            return
        unknown = np.isnan(flow[..., 0])
        seen = flow[~unknown].T
        if not seen.size:
            return
        if fields and fields[-1].velocity.shape != flow.shape:
            fields = ()
        velocity = (flow - _medians(seen)).astype(float)
        velocity[unknown] = 0
        change = np.full(velocity.shape, np.nan)
        if fields:
            last = fields[-1]
            change = (velocity - last.velocity) / (t - last.t)
        self.remembered = Fields((*fields, _Field(t, velocity, change)), size)


def _around(velocity: Floats) -> Floats:
    """Mean of each cell and those next to it; beyond its edges the field goes on as it ends."""
    wide = np.concatenate([velocity[:1], velocity, velocity[-1:]])
    rows = wide[:-2] + wide[1:-1] + wide[2:]
    wide = np.concatenate([rows[:, :1], rows, rows[:, -1:]], axis=1)
    around: Floats = (wide[:, :-2] + wide[:, 1:-1] + wide[:, 2:]) / 9
    return around


def _medians(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Median of each row; `numpy.median` takes longer to begin than to find it."""
    middle = [(rows.shape[1] - 1) // 2, rows.shape[1] // 2]
    medians: NDArray[np.float32] = np.partition(rows, middle, axis=1)[:, middle].sum(axis=1) / 2
    return medians
