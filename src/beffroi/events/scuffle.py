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
from typing import Final

import numpy as np
from numpy.typing import NDArray

from beffroi.events.body import mean, norm
from beffroi.events.crowd import Crowd
from beffroi.events.stirring import STIRRING, Stirring

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
    """The pairs within reach at one time: `ids` [p], `places` [p, 2], `units` [p], `values`."""

    t: float
    ids: tuple[tuple[str, str], ...]
    places: Floats
    units: Floats
    values: Floats


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

    def update(
        self, now: Crowd, flow: NDArray[np.float32] | None, size: tuple[int, int]
    ) -> list[Window]:
        """Take what is seen now.

        Args:
            now: The people.
            flow: The motion field, as in the observation.
            size: Width and height of the picture in pixels.

        Returns:
            One window for each place where people are within reach of each other; none without.
        """
        self._past.append(now)
        while now.t - self._past[0].t > MEMORY_S:
            self._past.popleft()
        while self._moments and now.t - self._moments[0].t >= self._window_s:
            self._moments.popleft()
        statures = self._statures(now)
        one, other = self._within_reach(now, statures)
        self._stirring.update(now.t, flow, size)
        if not len(one):
            return []
        self._moments.append(self._measure(now, statures, one, other))
        return self._windows()

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

    def _within_reach(self, now: Crowd, statures: Floats) -> tuple[Ints, Ints]:
        one, other = np.triu_indices(len(now.ids), k=1)
        units = (statures[one] + statures[other]) / 2 if len(one) else np.zeros(0)
        near = norm(now.middles[one] - now.middles[other]) <= self._reach * units
        near &= np.abs(now.footings[one] - now.footings[other]) <= self._depth * units
        return one[near], other[near]

    def _ago(self, now: Crowd, seconds: float) -> Crowd | None:
        """The same people about so long ago; None if nothing was analysed then."""
        nearest = min(self._past, key=lambda crowd: abs(now.t - crowd.t - seconds))
        close = abs(now.t - nearest.t - seconds) <= 0.55 * seconds and nearest is not now
        return nearest.aligned(now.ids) if close else None

    def _measure(self, now: Crowd, statures: Floats, one: Ints, other: Ints) -> _Moments:
        units = (statures[one] + statures[other]) / 2
        before, earlier = self._ago(now, SWING_S), self._ago(now, 2.1 * SWING_S)
        last = [crowd.aligned(now.ids) for crowd in list(self._past)[-3:]]
        own = _movements(now, before, earlier, last, statures)
        gaps = _gaps(now, one, other) / units[:, np.newaxis]
        blows = np.full((2, len(one)), 0.0)
        if before is not None:
            closing = (_gaps(before, one, other) / units[:, np.newaxis] - gaps) / (now.t - before.t)
            speeds = np.fmin(closing, np.concatenate([own["ends"][one], own["ends"][other]], 1))
            for i, within in enumerate((CLOSE, NEAR)):
                arrived = np.where((gaps < within) & (speeds > 0), speeds, 0)
                blows[i] = arrived.max(axis=1)
        pairs = {
            "apart": norm(now.middles[one] - now.middles[other]) / units,
            "depth": np.abs(now.footings[one] - now.footings[other]) / units,
            "gap": -_largest(-gaps, axis=1),
            "head_gap": _head_gaps(now, one, other) / units,
            "blow": blows[0],
            "swing": blows[1],
            "limbs": mean(np.concatenate([own["ends"][one], own["ends"][other]], 1), axis=1),
            "drift": norm(own["velocity"][one] - own["velocity"][other]),
            "stir": mean(np.stack([own["stir"][one], own["stir"][other]]), axis=0),
            "overlap": _overlaps(now.boxes[one], now.boxes[other]),
            "motion": (now.motion[one] + now.motion[other]) / 2,
        }
        values = [
            pairs[name] if name in pairs else np.fmax(own[name][one], own[name][other])
            for name in MOMENT
        ]
        ids = tuple((now.ids[i], now.ids[k]) for i, k in zip(one, other, strict=True))
        places = (now.middles[one] + now.middles[other]) / 2
        return _Moments(now.t, ids, places, units, np.stack(values, axis=1))

    def _windows(self) -> list[Window]:
        """One window a place; pairs around the same place share one."""
        now = self._moments[-1]
        places = np.concatenate([moments.places for moments in self._moments])
        values = np.concatenate([moments.values for moments in self._moments])
        who = [(moments.t, pair) for moments in self._moments for pair in moments.ids]
        chosen = self._apart(now)
        stirring = self._stirring.around(now.places[chosen], now.units[chosen])
        stirs = statistics(stirring.reshape(-1, len(chosen) * len(STIRRING)))
        stirs = stirs.reshape(len(STATISTICS), len(chosen), len(STIRRING))
        windows: list[Window] = []
        for k, i in enumerate(chosen):
            place, unit = now.places[i], float(now.units[i])
            around = np.flatnonzero(norm(places - place) <= self._reach * unit)
            fastest = around[np.argmax(values[around, MOMENT.index("swing")])]
            instant, pair = who[fastest]
            features = np.concatenate([statistics(values[around]), stirs[:, k].ravel()])
            windows.append(Window(place, unit, pair, instant, features))
        return windows

    def _apart(self, now: _Moments) -> list[int]:
        """Positions of pairs at places of their own, the closest pairs first."""
        apart = norm(now.places[:, np.newaxis] - now.places)
        taken = apart <= self._reach * now.units[:, np.newaxis] / 2
        chosen: list[int] = []
        for i in np.argsort(now.values[:, 0], kind="stable").tolist():
            if not taken[i, chosen].any():
                chosen.append(i)
        return chosen


def statistics(values: Floats) -> Floats:
    """What is kept of the values of moments, [m, k]: [len(STATISTICS) * k]; NaN where unseen."""
    if not len(values):
        return np.full(len(STATISTICS) * values.shape[1], np.nan)
    ordered = np.sort(values, axis=0)  # NaN comes last
    seen = (~np.isnan(values)).sum(axis=0)
    columns = np.arange(values.shape[1])
    rows = [np.maximum((seen - 1) * share // 10, 0) for share in (5, 9)]
    return np.concatenate([*(ordered[row, columns] for row in rows), mean(values, axis=0)])


def _movements(
    now: Crowd, before: Crowd | None, earlier: Crowd | None, last: Sequence[Crowd], unit: Floats
) -> dict[str, Floats]:
    """How each of n people moves relative to their own body, in statures/s; NaN if not known."""
    count = len(now.ids)
    own = {
        name: np.full(count, np.nan)
        for name in ("hands", "feet", "head", "stir", "stretch", "topple", "jitter", "growth")
    }
    own |= {"ends": np.full((count, 4), np.nan), "velocity": np.full((count, 2), np.nan)}
    own["lean"] = now.leans
    if before is not None:
        per_s = 1 / (unit * (now.t - before.t))
        swing = now.ends - now.trunks[:, np.newaxis] - before.ends + before.trunks[:, np.newaxis]
        own["ends"] = norm(swing) * per_s[:, np.newaxis]
        own["hands"] = _largest(own["ends"][:, :2], axis=1)
        own["feet"] = _largest(own["ends"][:, 2:], axis=1)
        own["head"] = norm(now.heads - now.hips - before.heads + before.hips) * per_s
        own["velocity"] = (now.trunks - before.trunks) * per_s[:, np.newaxis]
        own["stretch"] = _largest(_arms(now) - _arms(before), axis=1) * per_s
        own["topple"] = np.abs(now.leans - before.leans) / (now.t - before.t)
        if earlier is not None and earlier.t < before.t:
            velocity = (before.trunks - earlier.trunks) / (unit * (before.t - earlier.t))[:, None]
            own["stir"] = norm(own["velocity"] - velocity)
    if len(last) == 3:
        share = (last[1].t - last[0].t) / (last[2].t - last[0].t)
        course = last[0].joints + (last[2].joints - last[0].joints) * share
        own["jitter"] = _median(norm(last[1].joints - course)) / unit
        own["growth"] = np.abs(last[2].lengths - last[1].lengths) / unit
    return own


def _arms(crowd: Crowd) -> Floats:
    """Distances from shoulders to wrists, [n, 2]."""
    return norm(crowd.joints[:, 9:11] - crowd.joints[:, 5:7])


def _gaps(crowd: Crowd, one: Ints, other: Ints) -> Floats:
    """Distance of each hand and foot from the other's head or trunk, [p, 8] pixels: one's first."""
    striker, struck = np.concatenate([one, other]), np.concatenate([other, one])
    ends, shoulders = crowd.ends[striker], crowd.shoulders[struck]
    axis = crowd.hips[struck] - shoulders
    down = ends - shoulders[:, np.newaxis]
    square = np.maximum((axis**2).sum(axis=1), 1e-9)
    share = np.clip((down @ axis[..., np.newaxis])[..., 0] / square[:, np.newaxis], 0, 1)
    trunk = norm(down - share[..., np.newaxis] * axis[:, np.newaxis])
    gaps = np.fmin(norm(ends - crowd.heads[struck][:, np.newaxis]), trunk)
    return np.concatenate([gaps[: len(one)], gaps[len(one) :]], axis=1)


def _head_gaps(crowd: Crowd, one: Ints, other: Ints) -> Floats:
    """Distance of the nearest hand from the other's head, [p] pixels."""
    hands, heads = crowd.ends[:, :2], crowd.heads[:, np.newaxis]
    gaps = [norm(hands[one] - heads[other]), norm(hands[other] - heads[one])]
    return -_largest(-np.concatenate(gaps, axis=1), axis=1)


def _overlaps(one: Floats, other: Floats) -> Floats:
    """Intersection over union of boxes [p, 4], row by row."""
    corners = np.minimum(one[:, 2:], other[:, 2:]) - np.maximum(one[:, :2], other[:, :2])
    shared = np.maximum(corners, 0).prod(axis=1)
    areas = [(boxes[:, 2:] - boxes[:, :2]).prod(axis=1) for boxes in (one, other)]
    overlaps: Floats = shared / np.maximum(areas[0] + areas[1] - shared, 1e-9)
    return overlaps


def _largest(values: Floats, axis: int) -> Floats:
    """Largest of what is seen; NaN where nothing is."""
    largest: Floats = np.fmax.reduce(values, axis=axis)
    return largest


def _median(values: Floats) -> Floats:
    """Lower median of what is seen in each row; NaN where nothing is."""
    ordered, seen = np.sort(values, axis=1), (~np.isnan(values)).sum(axis=1)
    medians: Floats = ordered[np.arange(len(values)), np.maximum((seen - 1) // 2, 0)]
    return medians
