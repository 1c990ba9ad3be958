"""Which way most go in a zone: a direction to be voted, never one that applies by itself.

Everybody who goes some way counts once, with the direction from where they came in to where they
went out. Nobody is kept: a way is forgotten with its track, and only its direction is added up.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from beffroi.events.detector import Point
from beffroi.events.movers import FORGET_S, Mover, movers
from beffroi.events.place import inside
from beffroi.perception.observation import Observation

Floats = NDArray[np.float64]

LEAST_SIZES: Final = 2.0
"""A shorter way, in sizes of who goes, has no direction."""
WITHIN: Final = np.cos(np.radians(45))
"""Whose way turns from the prevailing one by no more than this goes along."""
REACH: Final = 0.15
"""Half the length at which a direction is drawn, in widths of the picture."""


@dataclass(frozen=True, slots=True)
class Direction:
    """The prevailing direction of a zone.

    Args:
        line: From where to where, in fractions of the picture, as a use draws it.
        along: How many went that way, within 45 degrees.
        ways: How many went any way.
    """

    line: tuple[Point, Point]
    along: int
    ways: int


class Directions:
    """Adds up the ways that are gone in each zone.

    Args:
        zones: Polygons by name, in fractions of the picture.
        kinds: Whose ways, as kinds of tracks.
    """

    def __init__(self, zones: Mapping[str, tuple[Point, ...]], kinds: Collection[str]) -> None:
        self._zones, self._kinds = zones, kinds
        self._size = (1, 1)
        self._under_way: dict[tuple[str, str], tuple[Mover, Mover]] = {}
        self._gone: dict[str, list[tuple[Floats, Floats]]] = {name: [] for name in zones}

    def note(self, observation: Observation) -> None:
        """Take the next observation."""
        self._size = observation.size
        for mover in movers(observation, self._kinds):
            for name in (name for name, ring in self._zones.items() if inside(ring, mover.foot)):
                first, _ = self._under_way.get((name, mover.id), (mover, mover))
                self._under_way[name, mover.id] = first, mover
        self._end(observation.t - FORGET_S)

    def prevailing(self) -> dict[str, Direction]:
        """The direction of each zone in which anybody went; ways that are not over count too."""
        self._end(np.inf)
        return {name: self._of(ways) for name, ways in self._gone.items() if ways}

    def _end(self, before: float) -> None:
        """Add up the ways of those who have not been seen since, and forget them."""
        over = [key for key, (_, last) in self._under_way.items() if last.t < before]
        for key in over:
            first, last = self._under_way.pop(key)
            way = last.spot - first.spot
            length = float(np.hypot(*way))
            if length >= LEAST_SIZES * max(first.size, last.size):
                self._gone[key[0]].append((way / length, (first.spot + last.spot) / 2))

    def _of(self, ways: list[tuple[Floats, Floats]]) -> Direction:
        """The mean direction, drawn through the middle of those who go along.

        It is that of the sum of unit vectors: Mardia, Jupp, Directional Statistics, 2000, section
        2.2.1.
        """
        headings, middles = (np.array(each) for each in zip(*ways, strict=True))
        mean = headings.sum(axis=0)
        mean /= max(float(np.hypot(*mean)), 1e-9)
        along = headings @ mean >= WITHIN
        middle = np.median(middles[along] if along.any() else middles, axis=0)
        reach = mean * REACH * self._size[0]
        ends = np.clip(np.array([middle - reach, middle + reach]) / self._size, 0, 1)
        (x1, y1), (x2, y2) = ends.round(3).tolist()
        return Direction(((x1, y1), (x2, y2)), int(along.sum()), len(ways))
