"""All people of one observation as arrays, so that every pair of a crowd is measured at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

import numpy as np

from beffroi.events.body import HIPS, SHOULDERS, Floats, lengths, mean, spans
from beffroi.perception.observation import Track

JOINTS: Final = 17
HEAD: Final = slice(0, 5)
LIMB_ENDS: Final = [9, 10, 15, 16]
"""Wrists and ankles."""


@dataclass(frozen=True, slots=True)
class Crowd:
    """The n people of one observation; pixels, NaN where unseen.

    What is measured of one person is measured once, when they are seen, and then only looked up.

    Args:
        t: Seconds.
        ids: Of the tracks.
        points: float64 [n, 21, 2]: the joints, then the middles of head, shoulders, hips and trunk.
        boxes: float64 [n, 4].
        motion: float64 [n], as in the tracks.
        lengths: float64 [n]: statures, see :func:`beffroi.events.body.lengths`.
    """

    t: float
    ids: tuple[str, ...]
    points: Floats
    boxes: Floats
    motion: Floats
    lengths: Floats

    @classmethod
    def of(cls, tracks: Sequence[Track], t: float, joint_score: float) -> Self:
        """Stack the people among tracks, believing joints of at least `joint_score`."""
        people = [track for track in tracks if track.keypoints is not None]
        joints = np.array([track.keypoints for track in people], np.float64).reshape(-1, JOINTS, 3)
        joints[joints[..., 2] < joint_score] = np.nan
        joints = joints[..., :2]
        boxes = np.array([track.box for track in people], np.float64).reshape(-1, 4)
        heads, shoulders, hips = (mean(joints[:, of], axis=1) for of in (HEAD, SHOULDERS, HIPS))
        middles = np.stack([heads, shoulders, hips, (shoulders + hips) / 2], axis=1)
        return cls(
            t,
            tuple(track.id for track in people),
            np.concatenate([joints, middles], axis=1),
            boxes,
            np.array([track.motion for track in people], np.float64),
            lengths(spans(joints, shoulders, hips), boxes),
        )

    def aligned(self, ids: tuple[str, ...]) -> Self:
        """The same moment with one row for each of `ids`; NaN for whoever was not there."""
        if ids == self.ids:
            return self
        row = {id_: i for i, id_ in enumerate(self.ids)}
        at = np.array([row.get(id_, -1) for id_ in ids], np.intp)
        points, boxes, motion, statures = (
            np.concatenate([values, np.full((1, *values.shape[1:]), np.nan)])[at]
            for values in (self.points, self.boxes, self.motion, self.lengths)
        )
        return type(self)(self.t, ids, points, boxes, motion, statures)

    @property
    def joints(self) -> Floats:
        """In the order of the observation, [n, 17, 2]."""
        return self.points[:, :JOINTS]

    @property
    def ends(self) -> Floats:
        """Left and right wrist, left and right ankle, [n, 4, 2]."""
        return self.points[:, LIMB_ENDS]

    @property
    def heads(self) -> Floats:
        """Middles of the seen joints of the heads, [n, 2]."""
        return self.points[:, JOINTS]

    @property
    def shoulders(self) -> Floats:
        """Likewise of the shoulders."""
        return self.points[:, JOINTS + 1]

    @property
    def hips(self) -> Floats:
        """Likewise of the hips."""
        return self.points[:, JOINTS + 2]

    @property
    def trunks(self) -> Floats:
        """Middles of shoulders and hips, [n, 2]."""
        return self.points[:, JOINTS + 3]

    @property
    def middles(self) -> Floats:
        """Middles of the boxes, [n, 2]: always known, steadier than any joint."""
        return (self.boxes[:, :2] + self.boxes[:, 2:]) / 2

    @property
    def footings(self) -> Floats:
        """Where the lower foot is in the picture, [n]: the other one may be kicking."""
        lower = np.fmax(self.points[:, 15, 1], self.points[:, 16, 1])
        return np.where(np.isnan(lower), self.boxes[:, 3], lower)

    @property
    def leans(self) -> Floats:
        """Angles of the trunks from the vertical, [n] radians, 0 to pi."""
        axis = self.shoulders - self.hips
        return np.abs(np.arctan2(axis[:, 0], -axis[:, 1]))
