"""Fits `noise.json`: `python -m beffroi.evaluation.noise_fit`, some minutes of pictures.

Each person whom the tracker reports is held against the nearest true one. Left out are people who
are reported where nobody is, and numbers that go over from one person to another: both are counted
and printed beside the rest, so that nobody takes a quiet day of skeletons for a quiet camera.
"""

import json
import re
from collections import defaultdict
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from beffroi.capture.frame import Frame
from beffroi.evaluation.drawn_flow import drawn_flow
from beffroi.evaluation.watch import laboratory_models, loaded
from beffroi.perception.finders import Need
from beffroi.perception.inference import Inference
from beffroi.perception.observation import Observation, Track
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
_RESTING, _WALKING = 0.02, 0.4
"""Statures per second up to which somebody rests, and from which on they walk."""
_FLOWING = 0.15
"""Least speed of the drawn motion field that is held against the real one, likewise."""


class _Tally:
    """Everything that is counted over all scenes."""

    def __init__(self) -> None:
        self.errors: list[Floats] = []
        self.found: list[NDArray[np.bool_]] = []
        self.steps: list[tuple[Floats, Floats]] = []
        self.speeds: list[float] = []
        self.motions: list[float] = []
        self.flow = np.zeros(2)
        self.missed = self.present = self.gaps = self.renamed = self.stray = self.swapped = 0
        self._last: dict[int, tuple[str, Floats, Floats]] = {}
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
        if who in self._last:
            before, last, stood = self._last[who]
            self.renamed += before != track.id
            self.steps.append((last, error))
            way = np.linalg.norm(truth.keypoints[i] - stood, axis=1).mean() / truth.heights[i]
            self.speeds.append(float(way * HZ))
            self.motions.append(track.motion)
        self.swapped += self._owner.get(track.id, who) != who
        self._owner[track.id] = who
        self._last[who] = track.id, error, truth.keypoints[i]

    def stirred(self, truth: Skeletons, before: Skeletons, seen: Observation) -> None:
        """One motion field, and who moved."""
        if seen.flow is None or not len(truth.ids):
            return
        real = np.nan_to_num(seen.flow - np.nanmedian(seen.flow, axis=(0, 1)))
        drawn = drawn_flow(truth, before, seen.size)
        moving = np.linalg.norm(drawn, axis=2) > _FLOWING * np.median(truth.heights)
        self.flow += [(real[moving] ** 2).sum(), (drawn[moving] ** 2).sum()]

    def fitted(self) -> dict[str, Any]:
        """The numbers of `Noise`."""
        errors, found = np.stack(self.errors), np.stack(self.found)
        distance = np.linalg.norm(errors, axis=-1)
        calm = np.where((distance <= _WILD)[..., np.newaxis], errors, np.nan)
        spread, together = _together(calm)
        wild = distance > _WILD
        speeds, motions = np.array(self.speeds), np.array(self.motions)
        resting, walking = speeds < _RESTING, speeds > _WALKING
        rate, rate_walking = self._fading(resting), self._fading(walking)
        root, root_walking = (np.sqrt(speeds[who]).mean() for who in (resting, walking))
        per_root = (rate_walking - rate) / (root_walking - root)
        real, drawn = self.flow
        return {
            "joint_spread": spread.round(4).tolist(),
            "joint_together": together.round(2).tolist(),
            "joint_lost": (1 - found.mean(axis=0)).round(4).tolist(),
            "wild": (wild.sum(axis=0) / (~np.isnan(distance)).sum(axis=0)).round(4).tolist(),
            "wild_spread": round(float(np.sqrt((distance[wild] ** 2).mean() / 2)), 3),
            "fading": round(max(float(rate - per_root * root), 0.0), 2),
            "fading_moving": round(float(per_root), 2),
            "missed": round(self.missed / self.present, 4),
            "missed_s": round(self.missed / max(self.gaps, 1) / HZ, 3),
            "renamed_per_min": round(60 * HZ * self.renamed / len(self.errors), 2),
            "motion": round(float(motions[resting].mean()), 3),
            "motion_moving": round(float(motions[walking].mean()), 3),
            "flow_error": round(float(np.sqrt(max(real / drawn - 1, 0) / 2)), 2),
        }

    def _fading(self, who: NDArray[np.bool_]) -> float:
        """How often in a second the errors of these steps are replaced, from one to the next."""
        one, two = (np.stack([step[k] for step in self.steps])[who] for k in (0, 1))
        both = ~np.isnan(one) & ~np.isnan(two) & (np.abs(one) < _WILD) & (np.abs(two) < _WILD)
        return float(-HZ * np.log(np.corrcoef(one[both], two[both])[0, 1]))


def _together(errors: Floats) -> tuple[Floats, Floats]:
    """Standard deviations of joints' errors, [17], and their correlations, [17, 17].

    Args:
        errors: [n, 17, 2], NaN where a joint was not seen.
    """
    known = ~np.isnan(errors)
    apart = np.where(known, errors - np.nanmean(errors, axis=0), 0)
    counts = np.einsum("nia,nja->ij", known.astype(float), known.astype(float))
    covariance = np.einsum("nia,nja->ij", apart, apart) / counts
    spread = np.sqrt(np.diag(covariance))
    return spread, covariance / np.outer(spread, spread)


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
        perception = Perception(name, models, inference, needs={Need.PEOPLE, Need.FLOW})
        before = None
        times = (FROM_S + np.arange(SECONDS * HZ) / HZ).tolist()
        for i, truth in enumerate(skeletons(act, scene.camera, times)):
            frame = Frame(scene.render(truth.t), truth.t, None, i)
            observation = perception.observe(frame)
            tally.add(truth, observation.tracks)
            if before is not None:
                tally.stirred(truth, before, observation)
            before = truth
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
    text = re.sub(
        r"\[[^][]*\]", lambda row: re.sub(r"\s+", " ", row[0]), json.dumps(numbers, indent=1)
    )
    Path(__file__).with_name("noise.json").write_text(text + "\n")


if __name__ == "__main__":
    main()
