"""Strike: hands or feet fly at the head or trunk of another person, and bodies are jostled.

It takes two bodies within reach: boxing at the air or clapping can never fire. A rule about speeds
misfires on people who stand close, because the skeletons of bodies that hide each other jump about;
so a model that has learnt from public clips of fights and from innocent twins weighs what passes
between the two and how the picture stirs around them, in numbers that say nothing about how
anybody looks (`scuffle`, `stirring`).
"""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import ClassVar

import numpy as np
from pydantic import Field

from beffroi.events.body import Floats, norm
from beffroi.events.crowd import Crowd, Points
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


@dataclass(slots=True)
class _Look:
    """The places of one observation; `scores` are None as long as nobody needed them."""

    t: float
    places: Points
    units: Floats
    weigh: Callable[[], Floats]
    scores: Floats | None = None


class Steady:
    """Averages the scores of each place, so that one slip of the skeletons is no strike.

    To weigh is dear, and most of what is seen is harmless: a moment is weighed only if the average
    could reach what is asked about.

    Args:
        over_s: Over how many seconds; an observation with nobody within reach counts as 0.
        reach: Within how many statures two windows are of one place.
    """

    def __init__(self, over_s: float, reach: float) -> None:
        self._over_s, self._reach = over_s, reach
        self._began: float | None = None
        self._past: deque[_Look] = deque()

    def add(self, t: float, places: Points, units: Floats, weigh: Callable[[], Floats]) -> None:
        """Take one observation: its places [w], their statures [w], and what gives their scores."""
        self._began = t if self._began is None else self._began
        self._past.append(_Look(t, places, units, weigh))
        while t - self._past[0].t > self._over_s:
            self._past.popleft()

    def scores(self, least: float) -> Floats:
        """Averages at the places of the last observation, [w]; 0 until enough was observed.

        Args:
            least: What is below may be told too high, as long as it stays below.
        """
        if not self._past or self._began is None:
            return np.zeros(0)
        now = self._past[-1]
        if now.t - self._began < self._over_s:
            return np.zeros(len(now.places))
        while True:
            scores = self._averages(now)
            doubtful = [look for look in self._past if look.scores is None and len(look.places)]
            if not doubtful or scores.max(initial=0) < least:
                return scores
            doubtful[-1].scores = doubtful[-1].weigh()

    def _averages(self, now: _Look) -> Floats:
        """For each place the mean over the past of the best score near it, 0 where none was.

        What was not weighed may be a strike.
        """
        seen = [look for look in self._past if len(look.places)]
        if not len(now.places):
            return np.zeros(0)
        there = np.concatenate([look.places for look in seen])
        scores = np.concatenate(
            [np.ones(len(look.places)) if look.scores is None else look.scores for look in seen]
        )
        near = np.abs(there - now.places[:, np.newaxis]) <= self._reach * now.units[:, np.newaxis]
        begins = np.cumsum([0, *(len(look.places) for look in seen[:-1])])
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

    @property
    def score(self) -> float:
        """How much the last observation looks like a strike anywhere, 0 to 1."""
        return float(self._steady.scores(0.0).max(initial=0.0))

    def update(self, observation: Observation) -> list[Detection]:
        """Take the next observation; see :class:`beffroi.events.detector.Detector`."""
        t = observation.t
        crowd = Crowd.of(
            people(observation, self._area, self._p.joint_percent / 100),
            t,
            self._p.joint_percent / 100,
        )
        now = self._scuffles.update(crowd, observation.flow, observation.size)
        self._steady.add(t, now.places, now.units, lambda: self._trees.scores(rows(now.windows)))
        least = self._p.score_percent / 100
        scores = self._steady.scores(least).tolist()
        self._fights = [f for f in self._fights if t - f.last_t <= self._p.pause_ms / 1000]
        return [
            Detection(self.id, window.instant, t, score, window.pair, len(window.pair))
            for i, score in enumerate(scores)
            if score >= least and not self._known(window := now.windows[i], t)
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
