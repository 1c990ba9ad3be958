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

HEAD = [0, 1, 2, 3, 4]
SHOULDERS = [5, 6]
WRISTS = [9, 10]
HIPS = [11, 12]
ANKLES = [15, 16]

# The bones along which stature is measured, and their shares of it: Drillis and Contini (1966),
# as given in Winter, Biomechanics and Motor Control of Human Movement, 4th ed., figure 4.1.
_BONES = (
    (SHOULDERS, HIPS, 0.288),
    ([11], [13], 0.245),
    ([12], [14], 0.245),
    ([13], [15], 0.246),
    ([14], [16], 0.246),
)


@dataclass(frozen=True, slots=True)
class Body:
    """One person in one observation.

    Args:
        id: The track's.
        t: Seconds, as in the observation.
        joints: float64 [17, 2]: x, y in pixels, NaN where unsure.
        box: x1, y1, x2, y2 in pixels.
        feet: x, y in pixels: the ankles, else the middle of the box's lower edge.
        ground: The feet in metres, if the camera is calibrated.
    """

    id: str
    t: float
    joints: Floats
    box: tuple[float, float, float, float]
    feet: tuple[float, float]
    ground: tuple[float, float] | None

    @classmethod
    def of(cls, track: Track, t: float, joint_score: float) -> Self:
        """Measure a track at time `t`, believing joints of at least `joint_score`."""
        joints = np.full((17, 2), np.nan)
        if track.keypoints is not None:
            sure = track.keypoints[:, 2] >= joint_score
            joints[sure] = track.keypoints[sure, :2]
        stand = feet(track.box, track.keypoints, joint_score)
        return cls(track.id, t, joints, track.box, stand, track.ground)

    def middle(self, part: list[int]) -> Floats:
        """Mean position of the seen joints of a part, [2]; NaN if none is seen."""
        seen = self.joints[part]
        seen = seen[~np.isnan(seen[:, 0])]
        return seen.mean(axis=0) if len(seen) else np.full(2, np.nan)

    @property
    def centre(self) -> Floats:
        """The middle of the box, [2] pixels: always known, steadier than any joint."""
        x1, y1, x2, y2 = self.box
        return np.array([(x1 + x2) / 2, (y1 + y2) / 2])

    @property
    def length(self) -> float:
        """Stature in pixels that the seen bones suggest; too short where bones point at the lens.

        Without any whole bone it is the longer side of the box.
        """
        spans = [
            (float(np.hypot(*(self.middle(upper) - self.middle(lower)))), share)
            for upper, lower, share in _BONES
        ]
        seen = [(span, share) for span, share in spans if span == span]
        if not seen:
            return max(self.box[2] - self.box[0], self.box[3] - self.box[1])
        return sum(span for span, _ in seen) / sum(share for _, share in seen)
