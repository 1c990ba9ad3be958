"""A skeleton as measurements: where head, trunk and feet are, and how tall the person stands.

Cameras are rarely calibrated and people are at all distances, so that detectors measure in the
person's own stature. Whatever a joint's score does not support is NaN, and comparisons with NaN
are false: what is not seen proves nothing.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from beffroi.perception.ground import feet
from beffroi.perception.observation import Track

Floats = NDArray[np.float64]

LIMB_ENDS = [9, 10, 15, 16]
"""Wrists and ankles."""

_HEAD = [0, 1, 2, 3, 4]
_SHOULDERS = [5, 6]
_HIPS = [11, 12]

# The bones along which stature is measured, by the joints at their ends, and their shares of it:
# Drillis and Contini (1966), as given in Winter, Biomechanics and Motor Control of Human
# Movement, 4th ed., figure 4.1. The trunk comes first, from shoulders to hips.
LEG_BONES = np.array([[11, 13], [12, 14], [13, 15], [14, 16]])
BONE_SHARES = np.array([0.288, 0.245, 0.245, 0.246, 0.246])


@dataclass(frozen=True, slots=True)
class Body:
    """One person in one observation; pixels, NaN where unseen.

    Args:
        id: The track's.
        t: Seconds, as in the observation.
        box: x1, y1, x2, y2.
        ends: float64 [4, 2]: left and right wrist, left and right ankle.
        head: float64 [2], the middle of its seen joints; likewise `shoulders` and `hips`.
        shoulders: See `head`.
        hips: See `head`.
        feet: x, y: the ankles, else the middle of the box's lower edge.
        length: Stature that the seen bones suggest; too short where bones point at the lens.
            Without any whole bone it is the longer side of the box.
        ground: The feet in metres, if the camera is calibrated.
    """

    id: str
    t: float
    box: tuple[float, float, float, float]
    ends: Floats
    head: Floats
    shoulders: Floats
    hips: Floats
    feet: tuple[float, float]
    length: float
    ground: tuple[float, float] | None

    @classmethod
    def of(cls, track: Track, t: float, joint_score: float) -> Self:
        """Measure a track at time `t`, believing joints of at least `joint_score`."""
        joints = np.full((17, 2), np.nan)
        if track.keypoints is not None:
            sure = track.keypoints[:, 2] >= joint_score
            joints[sure] = track.keypoints[sure, :2]
        shoulders, hips = _middle(joints[_SHOULDERS]), _middle(joints[_HIPS])
        return cls(
            id=track.id,
            t=t,
            box=track.box,
            ends=joints[LIMB_ENDS],
            head=_middle(joints[_HEAD]),
            shoulders=shoulders,
            hips=hips,
            feet=feet(track.box, track.keypoints, joint_score),
            length=_length(joints, shoulders, hips, track.box),
            ground=track.ground,
        )

    @property
    def centre(self) -> Floats:
        """The middle of the box, [2]: always known, steadier than any joint."""
        x1, y1, x2, y2 = self.box
        return np.array([(x1 + x2) / 2, (y1 + y2) / 2])

    @property
    def trunk(self) -> Floats:
        """The middle of shoulders and hips, [2]."""
        return (self.shoulders + self.hips) / 2


def _middle(joints: Floats) -> Floats:
    seen = joints[~np.isnan(joints[:, 0])]
    return seen.sum(axis=0) / len(seen) if len(seen) else np.full(2, np.nan)


def _length(
    joints: Floats, shoulders: Floats, hips: Floats, box: tuple[float, float, float, float]
) -> float:
    bones = np.vstack([shoulders - hips, joints[LEG_BONES[:, 0]] - joints[LEG_BONES[:, 1]]])
    spans = np.hypot(bones[:, 0], bones[:, 1])
    seen = ~np.isnan(spans)
    if not seen.any():
        return max(box[2] - box[0], box[3] - box[1])
    return float(spans[seen].sum() / BONE_SHARES[seen].sum())
