"""Stick figures for tests: poses in shares of stature, placed in the picture in pixels."""

from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray

from beffroi.events.detector import Detection, Detector
from beffroi.perception.observation import Observation, Track

Pose = NDArray[np.float64]
"""[17, 2]: x to the right, y up from the feet, in statures."""

SIZE = (640, 480)

STANDING: Pose = np.array(
    [
        *((0.0, 0.93), (0.01, 0.95), (-0.01, 0.95), (0.03, 0.94), (-0.03, 0.94)),
        *((0.1, 0.82), (-0.1, 0.82), (0.12, 0.63), (-0.12, 0.63), (0.12, 0.48), (-0.12, 0.48)),
        *((0.05, 0.53), (-0.05, 0.53), (0.05, 0.285), (-0.05, 0.285), (0.05, 0.04), (-0.05, 0.04)),
    ]
)
LYING: Pose = np.column_stack([STANDING[:, 1] - 0.5, 0.08 + STANDING[:, 0] * 0.5])
SITTING: Pose = STANDING - np.where(STANDING[:, 1:] > 0.5, (0.0, 0.24), (0.0, 0.0))
SHOE: Pose = np.column_stack([STANDING[:, 0], STANDING[:, 1] * 0.36])
SHOE[13] += (0.3, 0.1)  # a knee sticks out, so the bones keep their length
SHOE[14] += (-0.3, 0.1)


def between(one: Pose, other: Pose, share: float) -> Pose:
    """A pose on the way from one to the other."""
    return one + min(max(share, 0.0), 1.0) * (other - one)


def track(
    pose: Pose,
    at: tuple[float, float],
    stature: float = 150,
    who: str = "00000001",
    score: float = 0.9,
    ground: tuple[float, float] | None = None,
) -> Track:
    """A person whose feet are at a place of the picture."""
    joints = np.array(at) + pose * (stature, -stature)
    (x1, y1), (x2, y2) = joints.min(axis=0) - 4, joints.max(axis=0) + 4
    keypoints = np.column_stack([joints, np.full(17, score)]).astype(np.float32)
    return Track(who, "person", (x1, y1, x2, y2), 0.9, keypoints, ground, 0.1, 0)


def observation(t: float, *tracks: Track, analysed: bool = True) -> Observation:
    """What perception says at one instant."""
    return Observation("test", t, None, SIZE, 0.1, analysed, tracks)


def run(detector: Detector, observations: Iterable[Observation]) -> list[Detection]:
    """All that a detector finds."""
    return [found for one in observations for found in detector.update(one)]


def film(seconds: float, hz: float, scene: Callable[[float], Iterable[Track]]) -> list[Observation]:
    """A scene at a rate."""
    times = np.arange(round(seconds * hz)) / hz
    return [observation(float(t), *scene(float(t))) for t in times]


def shaken(
    observations: Iterable[Observation], noise: float, lost: float, seed: int = 1
) -> list[Observation]:
    """The same with joints off by `noise` pixels, and a share of them lost."""
    chance = np.random.default_rng(seed)
    result = []
    for one in observations:
        tracks = []
        for person in one.tracks:
            assert person.keypoints is not None
            keypoints = person.keypoints.copy()
            keypoints[:, :2] += chance.normal(0, noise, (17, 2))
            keypoints[chance.random(17) < lost, 2] = 0.01
            tracks.append(
                Track(person.id, "person", person.box, 0.9, keypoints, person.ground, 0.1, 0)
            )
        result.append(observation(one.t, *tracks))
    return result
