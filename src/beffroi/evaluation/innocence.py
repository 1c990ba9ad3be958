"""Days on which nothing happens: people pass, wait, sit, hug, jog and crowd, and nobody does more.

An hour is a programme of acts of the synthetic city out of which everybody is taken who has a part
in an event; a crowd is shown until its event begins. Every hour holds at least `TWINS_PER_HOUR`
gestures that resemble an event. Between acts nobody is there.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import Final

import numpy as np

from beffroi.evaluation.noise import Eye, Noise
from beffroi.perception.ground import Ground
from beffroi.perception.observation import Observation
from beffroi.simulation.bare import play, skeletons
from beffroi.simulation.play import ACT_S, Act
from beffroi.simulation.scenes import SETTINGS
from beffroi.simulation.setting import Setting

TWINS_PER_HOUR: Final = 20
SCENES: Final = ("square", "street", "park", "platform", "forecourt", "crowd")
FIRST_SEED: Final = 1000
"""Of the acts of these days; scenes are tuned on and reported with much lower ones."""


@dataclass(frozen=True, slots=True)
class Innocent:
    """One act in which no event happens, as a camera that errs sees it.

    Attributes:
        setting: Where.
        twins: How often each gesture that resembles an event is made.
        act: Who does what.
        until_s: When it ends.
        seed: What it was drawn from.
    """

    setting: Setting
    twins: Counter[str]
    act: Act
    until_s: float
    seed: int

    @classmethod
    def drawn(cls, scene: str, seed: int) -> "Innocent":
        """Draw one by lot."""
        setting = SETTINGS[scene]
        act, until = play(setting, seed, innocent=True), ACT_S
        if not act.parts:
            act = play(setting, seed)
            until = min(event.start_s for event in act.events) - 1
        twins = [twin for twin in act.twins if twin.start_s < until]
        return cls(setting, Counter(twin.kind for twin in twins), act, until, seed)

    def observations(self, hz: int, calibrated: bool = True) -> Iterator[Observation]:
        """What a camera reports of it, `hz` times a second."""
        camera = self.setting.camera
        scale = np.diag([*camera.size, 1.0])
        ground = Ground.from_rows((camera.ground_homography() @ scale).tolist())
        chance = np.random.default_rng([self.seed, 1])
        eye = Eye(Noise.fitted(), chance, camera.size, ground if calibrated else None)
        times = (np.arange(self.until_s * hz) / hz).tolist()
        return eye.watch(skeletons(self.act, camera, times))


def programme(hour: int) -> list[Innocent]:
    """The acts of an hour, one after the other."""
    acts: list[Innocent] = []
    for number in count():
        if sum(act.twins.total() for act in acts) >= TWINS_PER_HOUR:
            return acts
        scene = SCENES[(hour + number) % len(SCENES)]
        acts.append(Innocent.drawn(scene, FIRST_SEED + 100 * hour + number))
    raise AssertionError("an hour that never fills")
