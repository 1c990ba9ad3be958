"""Strike: hands or feet fly at the head or trunk of another person, and bodies are jostled.

It takes two bodies within reach: boxing at the air or clapping can never fire. A rule about speeds
misfires on people who stand close, because the skeletons of bodies that hide each other jump about;
so a model that has learnt from public clips of fights and from innocent twins weighs what passes
between the two and how the picture stirs around them, in numbers that say nothing about how
anybody looks (`scuffle`, `stirring`).
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import ClassVar

import numpy as np
from pydantic import Field

from beffroi.events.body import Floats, norm
from beffroi.events.crowd import Crowd
from beffroi.events.detector import Detection, Parameters, Zones
from beffroi.events.place import inside
from beffroi.events.scuffle import FEATURES, Scuffles, Window
from beffroi.events.trees import Trees
from beffroi.perception.finders import Need
from beffroi.perception.ground import feet
from beffroi.perception.observation import Observation, Track


class StrikeParameters(Parameters):
    """What a strike is. Distances are in per cent of a stature, the two people's averaged."""

    reach_percent: int = Field(
        gt=0, le=200, description="Greatest distance between two people's middles."
    )
    depth_percent: int = Field(
        gt=0,
        le=200,
        description=(
            "Greatest difference in height in the picture between the lower feet of the two; more "
            "means that one stands behind the other."
        ),
    )
    window_ms: int = Field(
        ge=500,
        le=10_000,
        description="Over how much time the movements are weighed, in milliseconds.",
    )
    steady_ms: int = Field(
        ge=0,
        le=5000,
        description="Over how much time the model's scores are averaged, in milliseconds.",
    )
    score_percent: int = Field(
        gt=0,
        lt=100,
        description="From which score of the learnt model on it is a strike, in per cent.",
    )
    pause_ms: int = Field(
        ge=0,
        le=600_000,
        description=(
            "How long a place must have been calm before a strike there is a new one, in "
            "milliseconds."
        ),
    )
    joint_percent: int = Field(
        ge=0,
        le=100,
        description="How sure the model must be of a joint for it to be used, in per cent.",
    )
    weights: str = Field(
        pattern="^[0-9a-f]{64}$", description="SHA-256 of the learnt model that weighs."
    )


class Steady:
    """Averages the scores of each place, so that one slip of the skeletons is no strike.

    Args:
        over_s: Over how many seconds; an observation with nobody within reach counts as 0.
        reach: Within how many statures two windows are of one place.
    """

    def __init__(self, over_s: float, reach: float) -> None:
        self._over_s, self._reach = over_s, reach
        self._began: float | None = None
        self._past: deque[tuple[float, Floats, Floats]] = deque()

    def update(self, t: float, windows: Sequence[Window], scores: Floats) -> list[float]:
        """Take the windows of one observation with their scores; 0 until enough was observed."""
        self._began = t if self._began is None else self._began
        places = np.array([window.place for window in windows]).reshape(-1, 2)
        self._past.append((t, places, scores))
        while t - self._past[0][0] > self._over_s:
            self._past.popleft()
        if t - self._began < self._over_s:
            return [0.0] * len(windows)
        units = np.array([window.unit for window in windows])
        steady: list[float] = self._means(places, units).tolist()
        return steady

    def _means(self, places: Floats, units: Floats) -> Floats:
        """For each place the mean over the past of the best score near it, 0 where none was."""
        seen = [(there, scores) for _, there, scores in self._past if len(there)]
        if not seen:
            return np.zeros(len(places))
        there, scores = (np.concatenate(parts) for parts in zip(*seen, strict=True))
        near = norm(there - places[:, np.newaxis]) <= self._reach * units[:, np.newaxis]
        begins = np.cumsum([0, *(len(moment) for moment, _ in seen[:-1])])
        best = np.maximum.reduceat(np.where(near, scores, 0), begins, axis=1)
        means: Floats = best.sum(axis=1) / len(self._past)
        return means


@dataclass(slots=True)
class _Fight:
    """A place where a strike was seen, and when it last was; pixels and seconds."""

    place: Floats
    reach: float
    pair: tuple[str, str]
    last_t: float

    def holds(self, window: Window) -> bool:
        """Whether a window is of this fight: one of these people, or too near to be another."""
        near = norm(self.place - window.place) <= self.reach
        return bool(near) or not set(self.pair).isdisjoint(window.pair)


class Strike:
    """Weighs what passes between all people within reach of each other."""

    id: ClassVar[str] = "strike"
    behaviour: ClassVar[int] = 3
    parameters: ClassVar[type[Parameters]] = StrikeParameters
    needs: ClassVar[frozenset[Need]] = frozenset({Need.PEOPLE, Need.FLOW})

    def __init__(self, parameters: StrikeParameters, zones: Zones) -> None:
        self._p, self._area = parameters, zones.area
        self._reach = parameters.reach_percent / 100
        self._scuffles = Scuffles(
            self._reach, parameters.depth_percent / 100, parameters.window_ms / 1000
        )
        self._trees = Trees.read(_weights(), parameters.weights, FEATURES)
        self._steady = Steady(parameters.steady_ms / 1000, self._reach)
        self._fights: list[_Fight] = []
        self.score = 0.0
        """How much the last observation looks like a strike anywhere, 0 to 1."""

    def update(self, observation: Observation) -> list[Detection]:
        """Take the next observation; see :class:`beffroi.events.detector.Detector`."""
        t = observation.t
        crowd = Crowd.of(
            people(observation, self._area, self._p.joint_percent / 100),
            t,
            self._p.joint_percent / 100,
        )
        windows = self._scuffles.update(crowd, observation.flow, observation.size)
        scores = self._steady.update(t, windows, self._trees.scores(rows(windows)))
        self.score = max(scores, default=0.0)
        self._fights = [f for f in self._fights if t - f.last_t <= self._p.pause_ms / 1000]
        return [
            Detection(self.id, window.instant, t, score, window.pair, len(window.pair))
            for window, score in zip(windows, scores, strict=True)
            if score >= self._p.score_percent / 100 and not self._known(window, t)
        ]

    def _known(self, window: Window, t: float) -> bool:
        """Whether this is a fight that has been reported; remembers it if not."""
        for fight in self._fights:
            if fight.holds(window):
                fight.place, fight.pair, fight.last_t = window.place, window.pair, t
                return True
        # Windows reach as far as people do, so that those of one fight lie up to twice that apart.
        reach = 2 * self._reach * window.unit
        self._fights.append(_Fight(window.place, reach, window.pair, t))
        return False


def rows(windows: Sequence[Window]) -> Floats:
    """The features of windows, [n, len(FEATURES)]."""
    return np.array([window.features for window in windows]).reshape(-1, len(FEATURES))


def people(
    observation: Observation, area: Sequence[tuple[float, float]], joint_score: float
) -> list[Track]:
    """The people whose feet are in the area; everybody if there is none."""
    width, height = observation.size
    tracks = [track for track in observation.tracks if track.kind == "person"]
    if not area:
        return tracks
    spots = [feet(track.box, track.keypoints, joint_score) for track in tracks]
    return [
        track
        for track, (x, y) in zip(tracks, spots, strict=True)
        if inside(area, (x / width, y / height))
    ]


def _weights() -> bytes:
    return (files("beffroi.events") / "weights" / "strike.json").read_bytes()
