"""How the pose model and the tracker err, as numbers, so that days can be played without pictures.

The numbers in `noise.json` were fitted on pictures of the synthetic city by `noise_fit`; what they
leave out is said there. Whoever stands still is seen with the same errors from one picture to the
next, and whoever moves with others: errors that were drawn anew for each frame would average out,
and errors that changed by themselves would make statues fidget.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Self

import numpy as np
from numpy.typing import NDArray

from beffroi.evaluation.drawn_flow import drawn_flow
from beffroi.perception.ground import Ground, feet
from beffroi.perception.observation import Observation, Track
from beffroi.simulation.bare import Skeletons

Floats = NDArray[np.float64]

_SURE, _UNSURE = 0.6, 0.05
_EDGE_PX = 24.0
"""Nobody is found whose visible part is narrower or lower than this."""
_WALKING = 0.4
"""Statures per second of whoever walks slowly."""


@dataclass(frozen=True, slots=True)
class Noise:
    """How perception errs.

    Args:
        joint_spread: Standard deviation of each joint's error in statures, [17].
        joint_together: How joints err together: correlations of their errors, [17, 17].
        joint_lost: Share of joints in sight that are not found, [17].
        wild: Share of each joint that is found somewhere else on the body, [17].
        wild_spread: How far from there, in statures.
        fading: How often in a second all of that is replaced by something else, at rest.
        fading_moving: How much more often at one stature a second; it grows with the root of the
            speed.
        missed: Share of a person's time in the picture in which nobody is found there.
        missed_s: How long that lasts on average.
        renamed_per_min: How often in a minute a person is given a new number.
        motion: Mean share of a box that differs from the background, at rest.
        motion_moving: The same of whoever walks.
        flow_error: Standard deviation of both parts of a velocity in the motion field, in shares of
            its length.
    """

    joint_spread: Sequence[float]
    joint_together: Sequence[Sequence[float]]
    joint_lost: Sequence[float]
    wild: Sequence[float]
    wild_spread: float
    fading: float
    fading_moving: float
    missed: float
    missed_s: float
    renamed_per_min: float
    motion: float
    motion_moving: float
    flow_error: float

    @classmethod
    @cache
    def fitted(cls) -> Self:
        """What was fitted on pictures of the synthetic city."""
        text = (files("beffroi.evaluation") / "noise.json").read_text(encoding="utf-8")
        return cls(**json.loads(text)["noise"])


@dataclass(slots=True)
class _Seen:
    """What perception makes of one person at the moment.

    Args:
        id: Of the track.
        error: Of each joint in statures, [17, 2].
        wild: What is added to that, likewise.
        lost: Which joints are not found, [17].
        missed: Whether nobody is found there.
        joints: Where they truly were, [17, 2] pixels.
        speed: How fast they go, in statures per second.
        age: Pictures since the track began.
    """

    id: str
    error: Floats
    wild: Floats
    lost: NDArray[np.bool_]
    missed: bool
    joints: Floats
    speed: float = 0.0
    age: int = 0


class Eye:
    """Sees skeletons as the models and the tracker would, with errors of its own.

    Args:
        noise: How it errs.
        chance: Source of the errors.
        size: Of the picture, in pixels.
        ground: The camera's calibration, if it has one.
    """

    def __init__(
        self,
        noise: Noise,
        chance: np.random.Generator,
        size: tuple[int, int],
        ground: Ground | None,
    ) -> None:
        self._noise, self._chance, self._size, self._ground = noise, chance, size, ground
        self._errors = np.array(noise.joint_spread)[:, np.newaxis] * _root(noise.joint_together)
        self._lost, self._wild = np.array(noise.joint_lost), np.array(noise.wild)
        self._people: dict[int, _Seen] = {}
        self._before: Skeletons | None = None

    def watch(self, instants: Iterable[Skeletons]) -> Iterator[Observation]:
        """What it sees of one instant after the other."""
        for instant in instants:
            elapsed = np.inf if self._before is None else instant.t - self._before.t
            tracks = [
                track
                for i in range(len(instant.ids))
                if (track := self._see(instant, i, elapsed)) is not None
            ]
            here = set(instant.ids.tolist())
            self._people = {who: seen for who, seen in self._people.items() if who in here}
            flow = None if self._before is None else self._flow(instant, self._before)
            self._before = instant
            yield Observation(
                "sim", instant.t, None, self._size, 0.1, True, tuple(tracks), flow=flow
            )

    def _flow(self, instant: Skeletons, before: Skeletons) -> NDArray[np.float32]:
        flow = drawn_flow(instant, before, self._size)
        length = np.linalg.norm(flow, axis=2, keepdims=True)
        error = self._chance.normal(0, self._noise.flow_error, flow.shape)
        return np.asarray(flow + length * error, np.float32)

    def _see(self, instant: Skeletons, i: int, elapsed: float) -> Track | None:
        seen = self._grow(instant, i, elapsed)
        box = instant.boxes[i]
        if seen.missed or (box[2:] - box[:2]).min() < _EDGE_PX:
            return None
        noise, chance = self._noise, self._chance
        error = seen.error + seen.wild
        joints = instant.keypoints[i] + error * instant.heights[i]
        found = instant.shown[i] & ~seen.lost
        keypoints = np.column_stack([joints, np.where(found, _SURE, _UNSURE)]).astype(np.float32)
        shift = seen.error[11:13].mean(axis=0) * instant.heights[i]
        x1, y1, x2, y2 = (box + np.tile(shift, 2)).tolist()
        box4 = (x1, y1, x2, y2)
        walking = min(seen.speed / _WALKING, 1.0)
        usual = noise.motion + walking * (noise.motion_moving - noise.motion)
        motion = float(np.clip(chance.normal(usual, usual / 2), 0, 1))
        seen.age += 1
        return Track(
            seen.id, "person", box4, 0.8, keypoints, self._stands(box4, keypoints), motion, seen.age
        )

    def _stands(
        self, box: tuple[float, float, float, float], keypoints: NDArray[np.float32]
    ) -> tuple[float, float] | None:
        if self._ground is None:
            return None
        x, y = feet(box, keypoints)
        metres = self._ground.to_metres((x / self._size[0], y / self._size[1]))
        return None if np.isnan(metres[0]) else (float(metres[0]), float(metres[1]))

    def _grow(self, instant: Skeletons, i: int, elapsed: float) -> _Seen:
        """The errors of a person, a little later."""
        noise, chance = self._noise, self._chance
        who, joints = int(instant.ids[i]), instant.keypoints[i]
        fresh = self._errors @ chance.normal(0, 1, (17, 2))
        lost = chance.random(17) < self._lost
        seen = self._people.get(who)
        if seen is None:
            missed = bool(chance.random() < noise.missed)
            seen = _Seen(self._name(), fresh, self._stray(), lost, missed, joints)
            self._people[who] = seen
            return seen
        way = np.linalg.norm(joints - seen.joints, axis=1).mean() / instant.heights[i]
        seen.joints, seen.speed = joints, float(way / elapsed)
        kept = np.exp(-elapsed * (noise.fading + noise.fading_moving * np.sqrt(seen.speed)))
        seen.error = kept * seen.error + np.sqrt(1 - kept**2) * fresh
        replaced = chance.random(17) >= kept
        seen.lost = np.where(replaced, lost, seen.lost)
        seen.wild = np.where(replaced[:, np.newaxis], self._stray(), seen.wild)
        ends = 1 - np.exp(-elapsed / noise.missed_s)
        begins = _begins(elapsed, noise.missed, noise.missed_s)
        if chance.random() < (ends if seen.missed else begins):
            seen.missed = not seen.missed
        if chance.random() < elapsed * noise.renamed_per_min / 60:
            seen.id, seen.age = self._name(), 0
        return seen

    def _stray(self) -> Floats:
        """How far off wild joints are, [17, 2]; zero for the others."""
        off = self._chance.normal(0, self._noise.wild_spread, (17, 2))
        return np.where((self._chance.random(17) < self._wild)[:, np.newaxis], off, 0.0)

    def _name(self) -> str:
        return f"{int(self._chance.integers(16**8)):08x}"


def _begins(elapsed: float, share: float, lasts_s: float) -> float:
    """The chance that something begins which takes up a share of the time and lasts so long."""
    return float((1 - np.exp(-elapsed / lasts_s)) * share / (1 - share))


def _root(correlations: Sequence[Sequence[float]]) -> Floats:
    """A matrix that makes independent numbers vary together so; rounded ones need not be exact."""
    values, vectors = np.linalg.eigh(np.array(correlations))
    return np.asarray(vectors * np.sqrt(np.maximum(values, 0)))
