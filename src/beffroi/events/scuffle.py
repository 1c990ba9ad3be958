"""What passes between people within reach of each other, as numbers that a model can weigh.

Everything is measured in statures and seconds, so that neither the distance of the camera nor its
rate matters, and relative to the other person or to one's own body, so that neither a camera that
moves nor people who walk along look like blows. No number says what anybody looks like.

In a mêlée tracks break; the place does not. A window therefore holds what happened around one place
during the last moments, whoever did it.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from beffroi.events.body import mean
from beffroi.events.crowd import Crowd, Points, pairs
from beffroi.events.stirring import STIRRING, Fields, Stirring

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

MOMENT: Final = (
    "apart",  # distance of the middles of the two boxes
    "depth",  # difference in height in the picture between the lower feet
    "gap",  # from the nearest hand or foot to the other's head or trunk
    "head_gap",  # from the nearest hand to the other's head
    "blow",  # speed of a hand or foot that has just come close to the other
    "swing",  # the same, not quite as close
    "hands",  # speed of the fastest hand relative to its owner's trunk
    "feet",  # likewise of the fastest foot
    "limbs",  # mean speed of all hands and feet
    "head",  # speed of the faster head relative to its owner's hips
    "drift",  # speed of one trunk relative to the other
    "stir",  # change of velocity of the trunks from one swing to the next
    "stretch",  # speed at which the fastest arm is stretched
    "lean",  # angle of the more inclined trunk from the vertical, in radians
    "topple",  # how fast that angle changes, in radians per second
    "overlap",  # of the two boxes, intersection over union
    "jitter",  # how far joints jump to and fro from picture to picture: the model's own unrest
    "growth",  # change of a body's length from picture to picture, likewise
    "motion",  # share of the two boxes that differs from the empty place
)
"""What is measured of two people at one moment: in statures, statures per second, or as said."""

STATISTICS: Final = ("median", "high", "mean")
"""What is kept of the moments of a window: half and a tenth of them lie above, and the mean."""

FEATURES: Final = tuple(
    f"{name}_{kind}" for names in (MOMENT, STIRRING) for kind in STATISTICS for name in names
)
"""Names of the numbers of a window, in order."""

SWING_S: Final = 0.2
"""Time over which speeds are taken: shorter than a blow, longer than two pictures at 12 Hz."""
MEMORY_S: Final = 2.0
"""Seconds over which a stature is taken; longer than any swing."""
CLOSE: Final = 0.4
NEAR: Final = 0.8
"""How near a hand or foot must have come for `blow` and `swing`, in statures."""


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


@dataclass(frozen=True, slots=True)
class _Moments:
    """The pairs within reach at one time.

    Args:
        t: Seconds.
        pairs: Who they are, [p].
        places: Between the two, [p].
        units: Their mean statures, [p] pixels.
        values: [len(MOMENT), p].
    """

    t: float
    pairs: tuple[tuple[str, str], ...]
    places: Points
    units: Floats
    values: Floats


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
    moments: tuple[_Moments, ...]
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


class _Past:
    """The last moments of those who are there now.

    Args:
        crowds: In order of time, the present one last.
    """

    def __init__(self, crowds: Sequence[Crowd]) -> None:
        self._crowds, self.now = crowds, crowds[-1]
        self._aligned: dict[int, Crowd] = {}

    def last(self, count: int) -> list[Crowd]:
        """The last observations, at most so many."""
        return [self._at(i) for i in range(max(len(self._crowds) - count, 0), len(self._crowds))]

    def ago(self, seconds: float) -> Crowd | None:
        """About so long ago; None if nothing was analysed then."""
        away = [abs(self.now.t - crowd.t - seconds) for crowd in self._crowds]
        nearest = away.index(min(away))
        close = away[nearest] <= 0.55 * seconds and nearest < len(away) - 1
        return self._at(nearest) if close else None

    def _at(self, i: int) -> Crowd:
        if i not in self._aligned:
            self._aligned[i] = self._crowds[i].aligned(self.now.ids)
        return self._aligned[i]


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
        self._moments: deque[_Moments] = deque()
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
            self._moments.append(_measure(_Past(tuple(self._past)), statures, both))
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

    def _apart(self, now: _Moments) -> list[int]:
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


def _measure(past: _Past, statures: Floats, both: Ints) -> _Moments:
    """What passes between the two of each pair; both [2, p] are their positions."""
    now, before = past.now, past.ago(SWING_S)
    units = statures[both].mean(axis=0)
    own, velocity = _movements(past, statures)
    gaps, head_gaps = _gaps(now, both, units)
    blows = np.zeros((2, len(units)))
    if before is not None:
        closing = (_gaps(before, both, units)[0] - gaps) / (now.t - before.t)
        speeds = np.fmin(closing, own["ends"][both])
        within = np.array([CLOSE, NEAR]).reshape(2, 1, 1, 1)
        blows = np.where((gaps < within) & (speeds > 0), speeds, 0).max(axis=(1, 3))
    middles, footings, boxes = now.middles[both], now.footings[both], now.boxes[both]
    values = {
        "apart": np.abs(middles[0] - middles[1]) / units,
        "depth": np.abs(footings[0] - footings[1]) / units,
        "gap": np.fmin.reduce(gaps, axis=(0, 2)),
        "head_gap": np.fmin.reduce(head_gaps, axis=(0, 2)),
        "blow": blows[0],
        "swing": blows[1],
        "limbs": mean(own["ends"][both], axis=(0, 2)),
        "drift": np.abs(velocity[both[0]] - velocity[both[1]]),
        "stir": mean(own["stir"][both], axis=0),
        "overlap": _overlaps(boxes[0], boxes[1]),
        "motion": now.motion[both].mean(axis=0),
    }
    most = [name for name in MOMENT if name not in values]
    each = np.array([own[name] for name in most])
    values |= zip(most, np.fmax(each[:, both[0]], each[:, both[1]]), strict=True)
    names = tuple((now.ids[i], now.ids[k]) for i, k in both.T.tolist())
    table = np.array([values[name] for name in MOMENT])
    return _Moments(now.t, names, middles.mean(axis=0), units, table)


def _movements(past: _Past, unit: Floats) -> tuple[dict[str, Floats], Points]:
    """How each of n people moves relative to their own body, in statures/s; NaN if not known.

    And the velocities of their trunks.
    """
    now, before, earlier, last = past.now, past.ago(SWING_S), past.ago(2.1 * SWING_S), past.last(3)
    unknown = np.full(len(unit), np.nan)
    own = dict.fromkeys(("hands", "feet", "head", "stir", "stretch", "topple"), unknown)
    own |= {"jitter": unknown, "growth": unknown, "lean": now.leans}
    own["ends"] = np.full((len(unit), 4), np.nan)
    velocity = unknown.astype(complex)
    if before is not None:
        elapsed = now.t - before.t
        per_s = 1 / (unit * elapsed)
        speeds = np.abs(now.bearings - before.bearings) * per_s[:, np.newaxis]
        velocity = (now.centres - before.centres) * per_s
        own |= {
            "ends": speeds[:, :4],
            "hands": np.fmax(speeds[:, 0], speeds[:, 1]),
            "feet": np.fmax(speeds[:, 2], speeds[:, 3]),
            "head": speeds[:, 4],
            "stretch": np.fmax.reduce(now.arms - before.arms, axis=1) * per_s,
            "topple": np.abs(now.leans - before.leans) / elapsed,
        }
        if earlier is not None and earlier.t < before.t:
            since = unit * (before.t - earlier.t)
            own["stir"] = np.abs(velocity - (before.centres - earlier.centres) / since)
    if len(last) == 3:
        share = (last[1].t - last[0].t) / (last[2].t - last[0].t)
        course = last[0].joints + (last[2].joints - last[0].joints) * share
        own["jitter"] = _median(np.abs(last[1].joints - course)) / unit
        own["growth"] = np.abs(last[2].lengths - last[1].lengths) / unit
    return own, velocity


def _gaps(crowd: Crowd, both: Ints, units: Floats) -> tuple[Floats, Floats]:
    """Distances in statures of each hand and foot from the other's head or trunk, [2, p, 4].

    And of each hand from the other's head, [2, p, 2].
    """
    ends, trunk = crowd.ends[both], crowd.trunks[both[::-1]]
    head, shoulders, hips = trunk[..., :1], trunk[..., 1:2], trunk[..., 2:]
    axis, down = hips - shoulders, ends - shoulders
    share = (down * axis.conj()).real / np.maximum(np.abs(axis) ** 2, 1e-9)
    to_trunk = np.abs(down - np.clip(share, 0, 1) * axis)
    to_head = np.abs(ends - head)
    unit = units[:, np.newaxis]
    return np.fmin(to_head, to_trunk) / unit, to_head[..., :2] / unit


def _overlaps(one: Floats, other: Floats) -> Floats:
    """Intersection over union of boxes [p, 4], row by row."""
    low, high = np.maximum(one[:, :2], other[:, :2]), np.minimum(one[:, 2:], other[:, 2:])
    shared = _areas(low, np.maximum(high, low))
    union = _areas(one[:, :2], one[:, 2:]) + _areas(other[:, :2], other[:, 2:]) - shared
    overlaps: Floats = shared / np.maximum(union, 1e-9)
    return overlaps


def _areas(low: Floats, high: Floats) -> Floats:
    """Of boxes with these corners, [p, 2]."""
    sides = high - low
    areas: Floats = sides[:, 0] * sides[:, 1]
    return areas


def _median(values: Floats) -> Floats:
    """Lower median of what is seen in each row; NaN where nothing is."""
    ordered, seen = np.sort(values, axis=1), (~np.isnan(values)).sum(axis=1)
    medians: Floats = ordered[np.arange(len(values)), np.maximum((seen - 1) // 2, 0)]
    return medians
