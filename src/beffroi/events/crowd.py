"""All people of one observation as arrays, so that every pair of a crowd is measured at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from beffroi.events.body import BONE_SHARES, LEG_BONES, LIMB_ENDS
from beffroi.perception.observation import Track

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Crowd:
    """The n people of one observation; pixels, NaN where unseen.

    Args:
        t: Seconds.
        ids: Of the tracks.
        joints: float64 [n, 17, 2].
        boxes: float64 [n, 4].
        motion: float64 [n], as in the tracks.
    """

    t: float
    ids: tuple[str, ...]
    joints: Floats
    boxes: Floats
    motion: Floats

    @classmethod
    def of(cls, tracks: Sequence[Track], t: float, joint_score: float) -> Self:
        """Stack the people among tracks, believing joints of at least `joint_score`."""
        people = [track for track in tracks if track.keypoints is not None]
        joints = np.array([track.keypoints for track in people], np.float64).reshape(-1, 17, 3)
        joints[joints[..., 2] < joint_score] = np.nan
        return cls(
            t,
            tuple(track.id for track in people),
            joints[..., :2],
            np.array([track.box for track in people], np.float64).reshape(-1, 4),
            np.array([track.motion for track in people], np.float64),
        )

    def aligned(self, ids: Sequence[str]) -> Self:
        """The same moment with one row for each of `ids`; NaN for whoever was not there."""
        row = {id_: i for i, id_ in enumerate(self.ids)}
        at = np.array([row.get(id_, -1) for id_ in ids], np.intp)
        joints, boxes, motion = (
            np.concatenate([values, np.full((1, *values.shape[1:]), np.nan)])[at]
            for values in (self.joints, self.boxes, self.motion)
        )
        return type(self)(self.t, tuple(ids), joints, boxes, motion)

    @property
    def ends(self) -> Floats:
        """Left and right wrist, left and right ankle, [n, 4, 2]."""
        return self.joints[:, LIMB_ENDS]

    @property
    def heads(self) -> Floats:
        """Middles of the seen joints of the heads, [n, 2]."""
        return mean(self.joints[:, :5], axis=1)

    @property
    def shoulders(self) -> Floats:
        """Likewise of the shoulders."""
        return mean(self.joints[:, 5:7], axis=1)

    @property
    def hips(self) -> Floats:
        """Likewise of the hips."""
        return mean(self.joints[:, 11:13], axis=1)

    @property
    def trunks(self) -> Floats:
        """Middles of shoulders and hips, [n, 2]."""
        return (self.shoulders + self.hips) / 2

    @property
    def middles(self) -> Floats:
        """Middles of the boxes, [n, 2]: always known, steadier than any joint."""
        return (self.boxes[:, :2] + self.boxes[:, 2:]) / 2

    @property
    def footings(self) -> Floats:
        """Where the lower foot is in the picture, [n]: the other one may be kicking."""
        lower = np.fmax(self.joints[:, 15, 1], self.joints[:, 16, 1])
        return np.where(np.isnan(lower), self.boxes[:, 3], lower)

    @property
    def leans(self) -> Floats:
        """Angles of the trunks from the vertical, [n] radians, 0 to pi."""
        axis = self.shoulders - self.hips
        return np.abs(np.arctan2(axis[:, 0], -axis[:, 1]))

    @property
    def lengths(self) -> Floats:
        """Statures that the seen bones suggest, [n], as in :class:`beffroi.events.body.Body`."""
        legs = self.joints[:, LEG_BONES[:, 0]] - self.joints[:, LEG_BONES[:, 1]]
        trunk = (self.shoulders - self.hips)[:, np.newaxis]
        spans = norm(np.concatenate([trunk, legs], axis=1))
        share = (~np.isnan(spans) * BONE_SHARES).sum(axis=1)
        sides = self.boxes[:, 2:] - self.boxes[:, :2]
        with np.errstate(invalid="ignore", divide="ignore"):
            measured: Floats = np.nansum(spans, axis=1) / share
        return np.where(share > 0, measured, sides.max(axis=1))


def norm(vectors: Floats) -> Floats:
    """Lengths of vectors, [..., 2] to [...]."""
    lengths: Floats = np.hypot(vectors[..., 0], vectors[..., 1])
    return lengths


def mean(values: Floats, axis: int) -> Floats:
    """Mean of what is seen along an axis; NaN where nothing is."""
    seen = (~np.isnan(values)).sum(axis=axis)
    with np.errstate(invalid="ignore", divide="ignore"):
        average: Floats = np.nansum(values, axis=axis) / np.where(seen > 0, seen, np.nan)
    return average
