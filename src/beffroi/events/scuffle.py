"""What passes between people within reach of each other, as numbers that a model can weigh.

Everything is measured in statures and seconds, so that neither the distance of the camera nor its
rate matters, and relative to the other person or to one's own body, so that neither a camera that
moves nor people who walk along look like blows. No number says what anybody looks like.

In a mêlée tracks break; the place does not. A window therefore holds what happened around one place
during the last moments, whoever did it.
"""

from collections import deque
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from beffroi.events.body import Floats
from beffroi.events.crowd import Crowd, Points, pairs
from beffroi.events.moments import MOMENT, Moments, Past, measure
from beffroi.events.stirring import STIRRING, Fields, Stirring

Ints = NDArray[np.intp]

STATISTICS: Final = ("median", "high", "mean")
"""What is kept of the moments of a window: half and a tenth of them lie above, and the mean."""

FEATURES: Final = tuple(
    f"{name}_{kind}" for names in (MOMENT, STIRRING) for kind in STATISTICS for name in names
)
"""Names of the numbers of a window, in order."""

MEMORY_S: Final = 2.0
"""Seconds over which a stature is taken; longer than any swing."""


@dataclass(frozen=True, slots=True)
class Window:
    """The last moments around one place.

    Args:
        place: In the picture, [2] pixels, between two people who are there now.
        unit: Pixels of one stature there.
        pair: The two people between whom the fastest hand or foot passed.
        instant: When it did, in seconds.
        features: [len(FEATURES)]; NaN where nothing was seen.
    """

    place: Floats
    unit: float
    pair: tuple[str, str]
    instant: float
    features: Floats


@dataclass(frozen=True)
class Places:
    """Where people are within reach of each other now; measured when asked.

    Args:
        t: Seconds.
        places: In the picture, between two people each, [w].
        units: Pixels of one stature there, [w].
        reach: How far around a place its window reaches, in statures.
        moments: What is remembered of pairs.
        fields: What is remembered of the picture.
    """

    t: float
    places: Points
    units: Floats
    reach: float
    moments: tuple[Moments, ...]
    fields: Fields

    @cached_property
    def windows(self) -> list[Window]:
        """The last moments around each place."""
        if not len(self.places):
            return []
        there = np.concatenate([moments.places for moments in self.moments])
        values = np.concatenate([moments.values for moments in self.moments], axis=1)
        apart, reach = np.abs(there - self.places[:, np.newaxis]), self.reach * self.units
        near = apart <= reach[:, np.newaxis]
        stirring = self.fields.around(pairs(self.places), self.units)
        kept = (statistics(_around(values, near)), statistics(stirring.T))
        features = np.concatenate([each.reshape(-1, len(near)) for each in kept]).T
        swings = np.where(near, values[MOMENT.index("swing")], -1)
        who = [(pair, moments.t) for moments in self.moments for pair in moments.pairs]
        fastest = [who[i] for i in swings.argmax(axis=1).tolist()]
        return [
            Window(place, unit, pair, t, numbers)
            for place, unit, (pair, t), numbers in zip(
                pairs(self.places), self.units.tolist(), fastest, features, strict=True
            )
        ]


class Scuffles:
    """Remembers the last seconds of one camera.

    Args:
        reach: Greatest distance between the middles of two people, in statures.
        depth: Greatest difference in height in the picture between their lower feet, likewise.
        window_s: Length of a window in seconds.
    """

    def __init__(self, reach: float, depth: float, window_s: float) -> None:
        self._reach, self._depth, self._window_s = reach, depth, window_s
        self._past: deque[Crowd] = deque()
        self._lengths: dict[str, deque[tuple[float, float]]] = {}
        self._moments: deque[Moments] = deque()
        self._stirring = Stirring(window_s)

    def update(self, now: Crowd, flow: NDArray[np.float32] | None, size: tuple[int, int]) -> Places:
        """Take what is seen now.

        Args:
            now: The people.
            flow: The motion field, as in the observation.
            size: Width and height of the picture in pixels.

        Returns:
            The places where people are within reach of each other; pairs around the same place
            share one.
        """
        self._past.append(now)
        while now.t - self._past[0].t > MEMORY_S:
            self._past.popleft()
        while self._moments and now.t - self._moments[0].t >= self._window_s:
            self._moments.popleft()
        statures = self._statures(now)
        both = self._within_reach(now, statures)
        self._stirring.update(now.t, flow, size)
        places, units = np.zeros(0, complex), np.zeros(0)
        if both.size:
            self._moments.append(measure(Past(tuple(self._past)), statures, both))
            apart = self._apart(self._moments[-1])
            places, units = self._moments[-1].places[apart], self._moments[-1].units[apart]
        moments, fields = tuple(self._moments), self._stirring.remembered
        return Places(now.t, places, units, self._reach, moments, fields)

    def _statures(self, now: Crowd) -> Floats:
        """Standing heights, [n]: a high quantile of the lengths, most being foreshortened."""
        for id_, length in zip(now.ids, now.lengths.tolist(), strict=True):
            self._lengths.setdefault(id_, deque()).append((now.t, length))
        for id_, lengths in list(self._lengths.items()):
            while lengths and now.t - lengths[0][0] > MEMORY_S:
                lengths.popleft()
            if not lengths:
                del self._lengths[id_]
        ordered = (sorted(length for _, length in self._lengths[id_]) for id_ in now.ids)
        return np.array([max(lengths[len(lengths) * 3 // 4], 1.0) for lengths in ordered])

    def _within_reach(self, now: Crowd, statures: Floats) -> Ints:
        """Positions of the two of each pair, [2, p]."""
        middles, footings = now.middles, now.footings
        units = (statures[:, np.newaxis] + statures) / 2
        near = np.abs(middles[:, np.newaxis] - middles) <= self._reach * units
        near &= np.abs(footings[:, np.newaxis] - footings) <= self._depth * units
        everybody = np.arange(len(units))
        near &= everybody[:, np.newaxis] < everybody
        return np.array(np.nonzero(near))

    def _apart(self, now: Moments) -> list[int]:
        """Positions of pairs at places of their own, the closest pairs first."""
        apart = np.abs(now.places[:, np.newaxis] - now.places)
        taken = apart <= self._reach * now.units[:, np.newaxis] / 2
        free = np.ones(len(apart), bool)
        chosen: list[int] = []
        for i in np.argsort(now.values[0], kind="stable").tolist():
            if free[i]:
                chosen.append(i)
                free &= ~taken[:, i]
        return chosen


def _around(values: Floats, near: NDArray[np.bool_]) -> Floats:
    """Of values [k, m] those near each of w places, [w, m]: [k, w, most], filled up with NaN."""
    count = near.sum(axis=1)
    first = np.argsort(~near, axis=1, kind="stable")[:, : count.max()]
    around = values[:, first]
    around[:, np.arange(first.shape[1]) >= count[:, np.newaxis]] = np.nan
    return around


def statistics(values: Floats) -> Floats:
    """What is kept of m moments, [..., m]: [len(STATISTICS), ...]; NaN where nothing was seen."""
    count = values.shape[-1]
    if not count:
        return np.full((len(STATISTICS), *values.shape[:-1]), np.nan)
    ordered = np.sort(values, axis=-1)  # NaN comes last
    unseen = np.isnan(ordered)
    seen = count - unseen.sum(axis=-1)
    first = np.arange(seen.size).reshape(seen.shape) * count
    rows = [np.maximum((seen - 1) * share // 10, 0) for share in (5, 9)]
    high = [ordered.take(first + row) for row in rows]
    total = np.where(unseen, 0, ordered).sum(axis=-1)
    return np.array([*high, total / np.where(seen, seen, np.nan)])
