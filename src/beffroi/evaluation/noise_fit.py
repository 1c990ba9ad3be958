"""Fits `noise.json`: `python -m beffroi.evaluation.noise_fit`, some minutes of pictures.

Each person whom the tracker reports is held against the nearest true one. Left out are people who
are reported where nobody is, and numbers that go over from one person to another: both are counted
and printed beside the rest, so that nobody takes a quiet day of skeletons for a quiet camera.
"""

import json
from collections import defaultdict
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from beffroi.capture.frame import Frame
from beffroi.evaluation.watch import laboratory_models, loaded
from beffroi.perception.finders import Need
from beffroi.perception.inference import Inference
from beffroi.perception.observation import Track
from beffroi.perception.perceive import Perception
from beffroi.simulation.bare import Skeletons, play, skeletons
from beffroi.simulation.scene import Scene
from beffroi.simulation.scenes import SETTINGS

Floats = NDArray[np.float64]

SCENES: Final = (("square", 1), ("street", 1), ("park", 1), ("platform", 1), ("forecourt", 1))
FROM_S, SECONDS, HZ = 12.0, 14.0, 12
_JOINT, _NEAR, _WILD = 0.2, 0.25, 0.12
"""Least score of a joint; in statures, median error up to which a track is of a person, and error
beyond which a joint is wild."""


class _Tally:
    """Everything that is counted over all scenes."""

    def __init__(self) -> None:
        self.errors: list[Floats] = []
        self.found: list[NDArray[np.bool_]] = []
        self.steps: list[tuple[Floats, Floats]] = []
        self.motions: list[float] = []
        self.missed = self.present = self.gaps = self.renamed = self.stray = self.swapped = 0
        self._last: dict[int, tuple[str, Floats]] = {}
        self._gone: set[int] = set()
        self._owner: dict[str, int] = {}

    def scene(self) -> None:
        """A new scene begins, with other people."""
        self._last, self._gone, self._owner = {}, set(), {}

    def add(self, truth: Skeletons, tracks: tuple[Track, ...]) -> None:
        """One picture: who was there and what was reported."""
        pairs = _pairs(truth, tracks)
        self.stray += len(tracks) - len(pairs)
        for i in np.flatnonzero((truth.heights > 40) & (truth.shown.mean(axis=1) > 0.6)).tolist():
            who = int(truth.ids[i])
            self.present += 1
            if i not in pairs:
                self.missed += 1
                self.gaps += who not in self._gone
                self._gone.add(who)
                continue
            self._gone.discard(who)
            track = tracks[pairs[i]]
            if track.keypoints is not None:
                self._found(truth, i, track, track.keypoints)

    def _found(self, truth: Skeletons, i: int, track: Track, joints: NDArray[np.float32]) -> None:
        who = int(truth.ids[i])
        error = (joints[:, :2] - truth.keypoints[i]) / truth.heights[i]
        sure = (joints[:, 2] >= _JOINT) & truth.shown[i]
        error = np.where(sure[:, np.newaxis], error, np.nan).astype(np.float64)
        self.errors.append(error)
        self.found.append(np.where(truth.shown[i], sure, True))
        self.motions.append(track.motion)
        if who in self._last:
            before, last = self._last[who]
            self.renamed += before != track.id
            self.steps.append((last, error))
        self.swapped += self._owner.get(track.id, who) != who
        self._owner[track.id] = who
        self._last[who] = track.id, error

    def fitted(self) -> dict[str, Any]:
        """The numbers of `Noise`."""
        errors, found = np.stack(self.errors), np.stack(self.found)
        distance = np.linalg.norm(errors, axis=-1)
        calm = np.where((distance <= _WILD)[..., np.newaxis], errors, np.nan)
        wild = distance[distance > _WILD]
        one, two = (np.stack([step[k] for step in self.steps]) for k in (0, 1))
        both = ~np.isnan(one) & ~np.isnan(two) & (np.abs(one) < _WILD) & (np.abs(two) < _WILD)
        kept = float(np.corrcoef(one[both], two[both])[0, 1])
        lengths = [np.linalg.norm(step, axis=-1) for step in (one, two)]
        known = ~np.isnan(lengths[0]) & ~np.isnan(lengths[1])
        stays = float((lengths[1][known & (lengths[0] > _WILD)] > _WILD).mean())
        return {
            "joint_spread": np.sqrt(np.nanmean(calm**2, axis=(0, 2))).round(4).tolist(),
            "joint_memory_s": round(-1 / HZ / np.log(kept), 3),
            "joint_lost": (1 - found.mean(axis=0)).round(4).tolist(),
            "wild": round(len(wild) / int((~np.isnan(distance)).sum()), 4),
            "wild_s": round(-1 / HZ / np.log(stays), 3),
            "wild_spread": round(float(np.sqrt((wild**2).mean() / 2)), 3),
            "missed": round(self.missed / self.present, 4),
            "missed_s": round(self.missed / max(self.gaps, 1) / HZ, 3),
            "renamed_per_min": round(60 * HZ * self.renamed / len(self.errors), 2),
            "motion": round(float(np.mean(self.motions)), 3),
        }


def _pairs(truth: Skeletons, tracks: tuple[Track, ...]) -> dict[int, int]:
    """Which track is of which true person, nearest first."""
    distances = []
    for row in range(len(truth.ids)):
        for column, track in enumerate(tracks):
            if track.keypoints is None:
                continue
            sure = track.keypoints[:, 2] >= _JOINT
            gap = track.keypoints[sure, :2] - truth.keypoints[row][sure]
            if sure.any():
                error = float(np.median(np.linalg.norm(gap, axis=1)) / truth.heights[row])
                distances.append((error, row, column))
    pairs: dict[int, int] = {}
    for error, row, column in sorted(distances):
        if error <= _NEAR and row not in pairs and column not in pairs.values():
            pairs[row] = column
    return pairs


def main() -> None:
    """Look at the scenes, and write the numbers down."""
    models = laboratory_models({Need.PEOPLE}, (288, 512))
    inference = Inference(loaded(models), threads=2)
    tally = _Tally()
    seen: defaultdict[str, int] = defaultdict(int)
    for name, seed in SCENES:
        tally.scene()
        scene, act = Scene.create(name, seed), play(SETTINGS[name], seed)
        perception = Perception(name, models, inference)
        times = (FROM_S + np.arange(SECONDS * HZ) / HZ).tolist()
        for i, truth in enumerate(skeletons(act, scene.camera, times)):
            frame = Frame(scene.render(truth.t), truth.t, None, i)
            tally.add(truth, perception.observe(frame).tracks)
            seen[name] += 1
    numbers = {
        "fitted_on": {
            "scenes": [f"{n}?seed={s}" for n, s in SCENES],
            "pictures": sum(seen.values()),
        },
        "left_out": {
            "stray_tracks_per_picture": round(tally.stray / sum(seen.values()), 3),
            "swaps_per_person_minute": round(60 * HZ * tally.swapped / len(tally.errors), 2),
        },
        "noise": tally.fitted(),
    }
    Path(__file__).with_name("noise.json").write_text(json.dumps(numbers, indent=1) + "\n")


if __name__ == "__main__":
    main()
