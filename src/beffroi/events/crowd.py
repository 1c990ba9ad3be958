"""All people of one observation as arrays, so that every pair of a crowd is measured at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from beffroi.events.body import HIPS, SHOULDERS, Floats, lengths, spans
from beffroi.perception.observation import Track

Points = NDArray[np.complex128]
"""Places in the picture, or ways across it, as complex numbers: x is real, y imaginary."""

JOINTS: Final = 17
HEAD: Final = slice(0, 5)
LIMB_ENDS: Final = [9, 10, 15, 16]
"""Wrists and ankles."""

_MIDDLES: Final = np.zeros((JOINTS, 3))
for _column, _joints in enumerate((HEAD, SHOULDERS, HIPS)):
    _MIDDLES[_joints, _column] = 1
_UNSEEN: Final = complex(np.nan, np.nan)
_POINTS: Final = JOINTS + 9
_COLUMNS: Final = 2 * _POINTS + 9


@dataclass(frozen=True, slots=True)
class Crowd:
    """The n people of one observation; pixels, NaN where unseen.

    What is measured of one person is measured once, when they are seen, and then only looked up.

    Args:
        t: Seconds.
        ids: Of the tracks.
        rows: float64 [n + 1, _COLUMNS]: the numbers of each person, and last of somebody unseen.
    """

    t: float
    ids: tuple[str, ...]
    rows: Floats

    @classmethod
    def of(cls, tracks: Sequence[Track], t: float, joint_score: float) -> Self:
        """Stack the people among tracks, believing joints of at least `joint_score`."""
        people = [track for track in tracks if track.keypoints is not None]
        crowd = cls(t, tuple(t.id for t in people), np.full((len(people) + 1, _COLUMNS), np.nan))
        if people:
            seen = np.array([track.keypoints for track in people], np.float64)
            crowd.numbers[:, :5] = [(*track.box, track.motion) for track in people]
            crowd._measure(seen[..., 0] + 1j * seen[..., 1], seen[..., 2] >= joint_score)
        return crowd

    def _measure(self, joints: Points, known: NDArray[np.bool_]) -> None:
        points, numbers = self.points, self.numbers
        points[:, :JOINTS] = np.where(known, joints, _UNSEEN)
        counts = known @ _MIDDLES
        shares = 1 / np.where(counts, counts, np.nan)
        points[:, 17:20] = (np.where(known, joints, 0) @ _MIDDLES) * shares
        head, shoulders, hips, trunk = points[:, 17:21].T
        trunk[:] = (shoulders + hips) / 2
        points[:, 21:25] = points[:, LIMB_ENDS] - trunk[:, np.newaxis]
        points[:, 25] = head - hips
        bones = spans(pairs(points[:, :JOINTS]), pairs(shoulders), pairs(hips))
        numbers[:, 5] = lengths(bones, numbers[:, :4])
        axis = shoulders - hips
        numbers[:, 6] = np.abs(np.arctan2(axis.real, -axis.imag))
        numbers[:, 7:] = np.abs(points[:, 9:11] - points[:, 5:7])

    def aligned(self, ids: tuple[str, ...]) -> Self:
        """The same moment with one row for each of `ids`; NaN for whoever was not there."""
        row = {id_: i for i, id_ in enumerate(self.ids)}
        at = [row.get(id_, -1) for id_ in ids]
        return type(self)(self.t, ids, self.rows.take([*at, -1], axis=0))

    @property
    def points(self) -> Points:
        """The joints; the middles of head, shoulders, hips and trunk; and the bearings, [n, 26]."""
        return self.rows[:-1, : 2 * _POINTS].view(complex)

    @property
    def numbers(self) -> Floats:
        """Boxes, motion, statures, leans and arms, [n, 9]."""
        return self.rows[:-1, 2 * _POINTS :]

    @property
    def joints(self) -> Points:
        """In the order of the observation, [n, 17]."""
        return self.points[:, :JOINTS]

    @property
    def ends(self) -> Points:
        """Left and right wrist, left and right ankle, [n, 4]."""
        return self.points[:, LIMB_ENDS]

    @property
    def trunks(self) -> Points:
        """Heads, shoulders, hips: the middles of their seen joints, [n, 3]."""
        return self.points[:, 17:20]

    @property
    def centres(self) -> Points:
        """Middles of shoulders and hips, [n]."""
        return self.points[:, 20]

    @property
    def bearings(self) -> Points:
        """From the centre to the ends of the limbs, and from the hips to the head, [n, 5]."""
        return self.points[:, 21:]

    @property
    def boxes(self) -> Floats:
        """As in the tracks, [n, 4]."""
        return self.numbers[:, :4]

    @property
    def motion(self) -> Floats:
        """As in the tracks, [n]."""
        return self.numbers[:, 4]

    @property
    def lengths(self) -> Floats:
        """Statures, [n], see :func:`beffroi.events.body.lengths`."""
        return self.numbers[:, 5]

    @property
    def leans(self) -> Floats:
        """Angles of the trunks from the vertical, [n] radians, 0 to pi."""
        return self.numbers[:, 6]

    @property
    def arms(self) -> Floats:
        """Distances from shoulders to wrists, [n, 2]."""
        return self.numbers[:, 7:]

    @property
    def middles(self) -> Points:
        """Middles of the boxes, [n]: always known, steadier than any joint."""
        x1, y1, x2, y2 = self.boxes.T
        middles: Points = (x1 + x2) / 2 + (y1 + y2) / 2 * 1j
        return middles

    @property
    def footings(self) -> Floats:
        """Where the lower foot is in the picture, [n]: the other one may be kicking."""
        lower = np.fmax(self.points[:, 15].imag, self.points[:, 16].imag)
        return np.where(np.isnan(lower), self.boxes[:, 3], lower)


def pairs(points: Points) -> Floats:
    """The x and y of points [...], [..., 2]."""
    return np.ascontiguousarray(points)[..., np.newaxis].view(np.float64)
