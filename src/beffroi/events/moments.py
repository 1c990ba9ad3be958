"""What passes between two people at one moment, each pair of a crowd on its own.

Everything is relative to the other person or to one's own body, in statures and seconds.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from beffroi.events.body import Floats, mean
from beffroi.events.crowd import Crowd, Points

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

SWING_S: Final = 0.2
"""Time over which speeds are taken: shorter than a blow, longer than two pictures at 12 Hz."""
CLOSE: Final = 0.4
NEAR: Final = 0.8
"""How near a hand or foot must have come for `blow` and `swing`, in statures."""


@dataclass(frozen=True, slots=True)
class Moments:
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


class Past:
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


def measure(past: Past, statures: Floats, both: Ints) -> Moments:
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
    return Moments(now.t, names, middles.mean(axis=0), units, table)


def _movements(past: Past, unit: Floats) -> tuple[dict[str, Floats], Points]:
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
