"""Skeletons as measurements: where shoulders and feet are, and how tall people stand.

Cameras are rarely calibrated and people are at all distances, so that detectors measure in the
person's own stature. Whatever a joint's score does not support is NaN, and comparisons with NaN
are false: what is not seen proves nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from beffroi.events.place import inside
from beffroi.perception.observation import Observation, Track

Floats = NDArray[np.float64]

SHOULDERS = slice(5, 7)
HIPS = slice(11, 13)
_BOTH_SIDES = np.array([[5, 6], [11, 12], [15, 16]])
"""Shoulders, hips and ankles."""
_UNSEEN = np.zeros((17, 3), np.float32)

# The bones along which stature is measured, by the joints at their ends, and their shares of it:
# Drillis and Contini (1966), as given in Winter, Biomechanics and Motor Control of Human
# Movement, 4th ed., figure 4.1. The trunk comes first, from shoulders to hips.
_LEG_BONES = np.array([[11, 13], [12, 14], [13, 15], [14, 16]])
_BONE_SHARES = np.array([0.288, 0.245, 0.245, 0.246, 0.246])


@dataclass(frozen=True, slots=True)
class Body:
    """One person in one observation; pixels, NaN where unseen.

    Args:
        id: The track's.
        t: Seconds, as in the observation.
        box: x1, y1, x2, y2.
        shoulders: x, y of the middle of those that are seen.
        feet: x, y: the ankles, else the middle of the box's lower edge.
        length: Stature, see :func:`lengths`.
        straight: How far the feet are from the shoulders, as a share of trunk, thigh and shin
            together as they look: 1 for whoever is straight, from wherever they are seen.
        ground: The feet in metres, if the camera is calibrated.
    """

    id: str
    t: float
    box: tuple[float, float, float, float]
    shoulders: tuple[float, float]
    feet: tuple[float, float]
    length: float
    straight: float
    ground: tuple[float, float] | None

    @property
    def centre(self) -> Floats:
        """The middle of the box, [2]: always known, steadier than any joint."""
        x1, y1, x2, y2 = self.box
        return np.array([(x1 + x2) / 2, (y1 + y2) / 2])


def people(
    observation: Observation, joint_score: float, area: tuple[tuple[float, float], ...] = ()
) -> list[Body]:
    """The people of an observation whose feet are in the area (everywhere if it is empty).

    Joints of at least `joint_score` are believed.
    """
    width, height = observation.size
    tracks = [track for track in observation.tracks if track.kind == "person"]
    bodies = _bodies(tracks, observation.t, joint_score) if tracks else []
    if not area:
        return bodies
    return [b for b in bodies if inside(area, (b.feet[0] / width, b.feet[1] / height))]


def _bodies(tracks: Sequence[Track], t: float, joint_score: float) -> list[Body]:
    """Measure some tracks at once, as numpy takes as long over one as over a dozen."""
    keypoints: NDArray[np.float32] = np.array(
        [_UNSEEN if track.keypoints is None else track.keypoints for track in tracks]
    )
    boxes = np.array([track.box for track in tracks])
    joints = keypoints[..., :2].astype(np.float64)
    joints[keypoints[..., 2] < joint_score] = np.nan
    shoulders, hips, ankles = mean(joints[:, _BOTH_SIDES], axis=2).swapaxes(0, 1)
    beneath = np.stack([(boxes[:, 0] + boxes[:, 2]) / 2, boxes[:, 3]], axis=1)
    feet = np.where(np.isnan(ankles), beneath, ankles)
    bones = spans(joints, shoulders, hips)
    thighs, shins = mean(bones[:, 1:].reshape(-1, 2, 2), axis=2).T
    straight = norm(shoulders - ankles) / np.maximum(bones[:, 0] + thighs + shins, 1.0)
    rows = zip(
        tracks,
        shoulders.tolist(),
        feet.tolist(),
        lengths(bones, boxes).tolist(),
        straight.tolist(),
        strict=True,
    )
    return [
        Body(track.id, t, track.box, (x, y), (right, down), length, share, track.ground)
        for track, (x, y), (right, down), length, share in rows
    ]


def spans(joints: Floats, shoulders: Floats, hips: Floats) -> Floats:
    """How long trunk, thighs and shins look, [n, 5] pixels.

    Args:
        joints: [n, 17, 2].
        shoulders: [n, 2], their middles; likewise `hips`.
        hips: See `shoulders`.
    """
    legs = joints[:, _LEG_BONES[:, 0]] - joints[:, _LEG_BONES[:, 1]]
    return norm(np.concatenate([(shoulders - hips)[:, np.newaxis], legs], axis=1))


def lengths(spans: Floats, boxes: Floats) -> Floats:
    """Statures that the seen bones suggest, [n] pixels; too short where bones point at the lens.

    Without any whole bone it is the longer side of the box.

    Args:
        spans: See :func:`spans`.
        boxes: [n, 4].
    """
    seen = ~np.isnan(spans)
    share = (seen * _BONE_SHARES).sum(axis=1)
    known = share > 0
    total = np.where(seen, spans, 0).sum(axis=1)
    sides = (boxes[:, 2:] - boxes[:, :2]).max(axis=1)
    statures: Floats = np.where(known, total / np.where(known, share, 1), sides)
    return statures


def norm(vectors: Floats) -> Floats:
    """Lengths of vectors, [..., 2] to [...]."""
    lengths: Floats = np.hypot(vectors[..., 0], vectors[..., 1])
    return lengths


def mean(values: Floats, axis: int | tuple[int, ...]) -> Floats:
    """Mean of what is seen along axes; NaN where nothing is."""
    seen = ~np.isnan(values)
    count = seen.sum(axis=axis)
    average: Floats = np.where(seen, values, 0).sum(axis=axis) / np.where(count, count, np.nan)
    return average
