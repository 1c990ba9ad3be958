"""People and vehicles as what moves: a point, a size, and metres where the camera is calibrated.

A vehicle is where the middle of its box is, which stays steady while its lower edge leaves the
picture; a person is where the feet are.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from beffroi.events.detector import Point
from beffroi.events.place import inside, passes, pixels, side
from beffroi.perception.ground import feet
from beffroi.perception.observation import Observation, Track

Floats = NDArray[np.float64]

MOTOR: Final = frozenset({"car", "motorcycle", "bus", "truck"})
VEHICLES: Final = MOTOR | {"bicycle"}

_BULK: Final = {"bus": 1.5, "truck": 1.5}

FORGET_S: Final = 5.0
"""Who has not been seen for so long does not come back under the same id."""


@dataclass(frozen=True, slots=True)
class Mover:
    """One person or vehicle at one instant.

    Args:
        id: Of the track.
        kind: Of the track.
        t: The observation's seconds.
        spot: Where it is, float64 [2], pixels.
        foot: Where it stands, in fractions of the picture.
        size: Height of a person or shorter side of a vehicle's box, which is its width or height
            however it is turned, in pixels; of a lorry or bus two thirds of that, so that all are
            sizes of much the same length.
        ground: Metres, if the camera is calibrated.
        score: Of the track.
    """

    id: str
    kind: str
    t: float
    spot: Floats
    foot: Point
    size: float
    ground: Point | None
    score: float


def movers(
    observation: Observation, kinds: Collection[str], area: tuple[Point, ...] = ()
) -> Iterator[Mover]:
    """Those of some kinds that stand in the area (everywhere if it is empty)."""
    for track in observation.tracks:
        if track.kind in kinds:
            mover = _mover(track, observation)
            if not area or inside(area, mover.foot):
                yield mover


def _mover(track: Track, observation: Observation) -> Mover:
    x1, y1, x2, y2 = track.box
    x, y = feet(track.box, track.keypoints)
    person = track.kind == "person"
    return Mover(
        id=track.id,
        kind=track.kind,
        t=observation.t,
        spot=np.array([x, y] if person else [(x1 + x2) / 2, (y1 + y2) / 2]),
        foot=(x / observation.size[0], y / observation.size[1]),
        size=y2 - y1 if person else min(x2 - x1, y2 - y1) / _BULK.get(track.kind, 1.0),
        ground=track.ground,
        score=track.score,
    )


class Crossings:
    """Tells who goes from the left of a line to its right; nobody is remembered for long.

    Args:
        lines: By name, in fractions of the picture.
        margin: How far from a line somebody must be to be on one side of it, in own sizes.
    """

    def __init__(self, lines: Mapping[str, tuple[Point, Point]], margin: float) -> None:
        self._lines, self._margin = lines, margin
        self._left: dict[tuple[str, str], Mover] = {}

    def update(self, seen: Collection[Mover], size: tuple[int, int]) -> list[tuple[str, Mover]]:
        """Take everybody who is seen now.

        Args:
            seen: Movers of one observation.
            size: Width and height of its picture.

        Returns:
            Names of lines, and who has crossed each just now.
        """
        return [
            (name, mover)
            for name, line in self._lines.items()
            for mover in seen
            if self._crosses(name, pixels(line, size), mover)
        ]

    def forget(self, t: float) -> None:
        """Drop who has been gone for too long to come back."""
        self._left = {k: v for k, v in self._left.items() if t - v.t <= FORGET_S}

    def _crosses(self, name: str, line: tuple[Point, Point], mover: Mover) -> bool:
        beyond = side(line, _point(mover)) / max(mover.size, 1.0)
        key = (name, mover.id)
        if beyond < -self._margin:
            self._left[key] = mover
        if beyond < self._margin or key not in self._left:
            return False
        return passes(line, _point(self._left.pop(key)), _point(mover))


def _point(mover: Mover) -> Point:
    return float(mover.spot[0]), float(mover.spot[1])
