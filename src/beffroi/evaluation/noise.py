"""How the pose model and the tracker err, as numbers, so that days can be played without pictures.

The numbers in `noise.json` were fitted on pictures of the synthetic city by `noise_fit`; what they
leave out is said there. Errors of a joint outlive a frame, and a person who is missed is missed for
a while: errors that were drawn anew for each frame would average out.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Self

import numpy as np
from numpy.typing import NDArray

from beffroi.perception.ground import Ground, feet
from beffroi.perception.observation import Observation, Track
from beffroi.simulation.bare import Skeletons

Floats = NDArray[np.float64]

_SURE, _UNSURE = 0.6, 0.05
_EDGE_PX = 24.0
"""Nobody is found whose visible part is narrower or lower than this."""


@dataclass(frozen=True, slots=True)
class Noise:
    """How perception errs.

    Args:
        joint_spread: Standard deviation of each joint's error in statures, [17].
        joint_memory_s: Time after which an error has fallen to a third.
        joint_lost: Share of joints in sight that are not found, [17].
        wild: Share of joints that are found somewhere else on the body.
        wild_s: How long that lasts on average.
        wild_spread: How far from there, in statures.
        missed: Share of a person's time in the picture in which nobody is found there.
        missed_s: How long that lasts on average.
        renamed_per_min: How often in a minute a person is given a new number.
        motion: Mean share of a box that differs from the background.
    """

    joint_spread: Sequence[float]
    joint_memory_s: float
    joint_lost: Sequence[float]
    wild: float
    wild_s: float
    wild_spread: float
    missed: float
    missed_s: float
    renamed_per_min: float
    motion: float

    @classmethod
    @cache
    def fitted(cls) -> Self:
        """What was fitted on pictures of the synthetic city."""
        text = (files("beffroi.evaluation") / "noise.json").read_text(encoding="utf-8")
        return cls(**json.loads(text)["noise"])


@dataclass(slots=True)
class _Seen:
    """What perception makes of one person at the moment."""

    id: str
    error: Floats
    wild: Floats
    missed: bool
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
        self._spread = np.array(noise.joint_spread)[:, np.newaxis]
        self._lost = np.array(noise.joint_lost)
        self._people: dict[int, _Seen] = {}
        self._t = -np.inf

    def watch(self, instants: Iterable[Skeletons]) -> Iterator[Observation]:
        """What it sees of one instant after the other."""
        for instant in instants:
            elapsed, self._t = min(instant.t - self._t, 1e3), instant.t
            tracks = [
                track
                for i in range(len(instant.ids))
                if (track := self._see(instant, i, elapsed)) is not None
            ]
            here = set(instant.ids.tolist())
            self._people = {who: seen for who, seen in self._people.items() if who in here}
            yield Observation("sim", instant.t, None, self._size, 0.1, True, tuple(tracks))

    def _see(self, instant: Skeletons, i: int, elapsed: float) -> Track | None:
        seen = self._grow(int(instant.ids[i]), elapsed)
        box = instant.boxes[i]
        if seen.missed or (box[2:] - box[:2]).min() < _EDGE_PX:
            return None
        noise, chance = self._noise, self._chance
        error = seen.error + seen.wild
        joints = instant.keypoints[i] + error * instant.heights[i]
        found = instant.shown[i] & (chance.random(17) >= self._lost)
        keypoints = np.column_stack([joints, np.where(found, _SURE, _UNSURE)]).astype(np.float32)
        shift = seen.error[11:13].mean(axis=0) * instant.heights[i]
        x1, y1, x2, y2 = (box + np.tile(shift, 2)).tolist()
        box4 = (x1, y1, x2, y2)
        motion = float(np.clip(chance.normal(noise.motion, noise.motion / 2), 0, 1))
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

    def _grow(self, who: int, elapsed: float) -> _Seen:
        """The errors of a person, a little later."""
        noise, chance = self._noise, self._chance
        seen = self._people.get(who)
        if seen is None:
            error = chance.normal(0, 1, (17, 2)) * self._spread
            missed = bool(chance.random() < noise.missed)
            seen = self._people[who] = _Seen(self._name(), error, self._stray(noise.wild), missed)
            return seen
        kept = np.exp(-elapsed / noise.joint_memory_s)
        fresh = chance.normal(0, 1, (17, 2)) * self._spread
        seen.error = kept * seen.error + np.sqrt(1 - kept**2) * fresh
        tamed = chance.random((17, 1)) < 1 - np.exp(-elapsed / noise.wild_s)
        begun = self._stray(_begins(elapsed, noise.wild, noise.wild_s))
        calm = ~seen.wild.any(axis=1, keepdims=True)
        seen.wild = np.where(calm, begun, np.where(tamed, 0.0, seen.wild))
        ends = 1 - np.exp(-elapsed / noise.missed_s)
        begins = _begins(elapsed, noise.missed, noise.missed_s)
        if chance.random() < (ends if seen.missed else begins):
            seen.missed = not seen.missed
        if chance.random() < elapsed * noise.renamed_per_min / 60:
            seen.id, seen.age = self._name(), 0
        return seen

    def _stray(self, share: float) -> Floats:
        """How far off this share of the joints is, [17, 2]; zero for the others."""
        off = self._chance.normal(0, self._noise.wild_spread, (17, 2))
        return np.where(self._chance.random((17, 1)) < share, off, 0.0)

    def _name(self) -> str:
        return f"{int(self._chance.integers(16**8)):08x}"


def _begins(elapsed: float, share: float, lasts_s: float) -> float:
    """The chance that something begins which takes up a share of the time and lasts so long."""
    return float((1 - np.exp(-elapsed / lasts_s)) * share / (1 - share))
