"""Whole crowds of the synthetic city as a camera that errs would report them, without pictures.

`python -m tests.events.crowds` prints what is found on seeds that nothing was tuned on.
"""

import numpy as np

from beffroi.perception.observation import Observation, Track
from beffroi.simulation.bare import play, skeletons
from beffroi.simulation.play import Act
from beffroi.simulation.scenes import SETTINGS
from tests.events.shipped import VOTED, detector
from tests.events.stick import run

NOISE, LOST, MISSED, STRAY_M = 0.01, 0.1, 0.05, 0.08
"""Joints off by this share of stature; shares of joints and people missed; feet off by metres."""


SLACK_S = 12.0
"""A detection may come this long after an event began; the longest definition holds for ten."""
REPORTED = {
    ("forecourt", "running"): range(31, 41),
    ("forecourt", "crowd_motion"): range(31, 37),
    ("forecourt", "density"): range(31, 35),
    ("crowd", "crowd_motion"): range(31, 43),
    ("crowd", "density"): range(31, 51),
    ("crowd", "running"): range(31, 39),
}
"""Scenes, events and seeds that the figures name."""


def judged(scene: str, seed: int, event: str, seconds: int = 70) -> tuple[int, int, int]:
    """Events found, events there, and detections that are of none."""
    act, observations = seen(scene, seed, VOTED[event].definition.rate_hz, seconds)
    found = run(detector(event), observations)
    truth = [one for one in act.events if one.event == event]
    spans = [(one.start_s - 2, one.start_s + SLACK_S) for one in truth]
    hits = sum(any(a <= one.end_t <= b for one in found) for a, b in spans)
    stray = sum(not any(a <= one.end_t <= b for a, b in spans) for one in found)
    return hits, len(truth), stray


def seen(scene: str, seed: int, hz: int, seconds: int) -> tuple[Act, list[Observation]]:
    """One act of a scene, on a calibrated camera."""
    setting = SETTINGS[scene]
    act, chance = play(setting, seed), np.random.default_rng(seed)
    result = []
    for one in skeletons(act, setting.camera, (np.arange(seconds * hz) / hz).tolist()):
        tracks = []
        for i in np.flatnonzero(chance.random(len(one.ids)) >= MISSED).tolist():
            joints = one.keypoints[i] + chance.normal(0, NOISE * one.heights[i], (17, 2))
            sure = one.shown[i] & (chance.random(17) >= LOST)
            keypoints = np.column_stack([joints, np.where(sure, 0.9, 0.01)]).astype(np.float32)
            x, y = (one.ground[i] + chance.normal(0, STRAY_M, 2)).tolist()
            a, b, c, d = one.boxes[i].tolist()
            who = f"{one.ids[i]:08x}"
            tracks.append(Track(who, "person", (a, b, c, d), 0.9, keypoints, (x, y), 0.1, 0))
        size = setting.camera.size
        result.append(Observation(setting.name, one.t, None, size, 0.1, True, tuple(tracks)))
    return act, result


if __name__ == "__main__":
    for (place, event), seeds in REPORTED.items():
        rows = np.array([judged(place, seed, event) for seed in seeds])
        hits, there, stray = rows.sum(axis=0)
        print(f"{place} {event} {seeds[0]}-{seeds[-1]}: {hits} of {there}, {stray} others")
