"""Made films for an event of which there is next to no real one: a bag left alone, and its twins.

In each, somebody leaves a bag, and something else happens that must not be taken for it. All goes
through the real models. The places, people and things are drawn from the seed; light, water and
shade are laid over the finished picture.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from beffroi.capture.frame import Frame
from beffroi.evaluation.recordings import SAMPLES_HZ, digest
from beffroi.simulation import Scene
from beffroi.simulation.part import Point
from beffroi.simulation.play import Act
from beffroi.simulation.scenes.concourse import CONCOURSE, SPOTS, TWINS, abandon, passers
from beffroi.simulation.truth import Event

Picture = NDArray[np.uint8]
Effect = Callable[[float], tuple[float, float]]
"""From seconds to the size of a patch, 0 to 1, and the factor on its brightness."""

SECONDS: Final = 55.0


def _puddle(t: float) -> tuple[float, float]:
    return min(max((t - 6) / 8, 0.0), 1.0), 0.72


def _sunlight(t: float) -> tuple[float, float]:
    return float(t > 9), 1.0 + 0.45 * min(max((t - 9) / 1.5, 0.0), 1.0)


def _shade(t: float) -> tuple[float, float]:
    return float(t > 8), 0.55


EFFECTS: Final[Mapping[str, Effect]] = MappingProxyType(
    {"puddle": _puddle, "patch_of_sunlight": _sunlight, "shade_of_a_lorry": _shade}
)

DISTRACTORS: Final = (*TWINS, *EFFECTS)
"""What happens beside the bag that is left."""


@dataclass(frozen=True)
class Composite:
    """One made film.

    Attributes:
        kind: One of `DISTRACTORS`.
        seed: What everything else is drawn from.
    """

    kind: str
    seed: int

    @property
    def name(self) -> str:
        """For lists, and to find a recording again."""
        return f"{self.kind}-{self.seed}"

    @cached_property
    def made_of(self) -> str:
        """The name, and a digest of some of the pictures."""
        return f"{self.name} {digest(self.frames(SAMPLES_HZ))}"

    @cached_property
    def event(self) -> Event:
        """When the bag is left, and by whom."""
        return self._scene.events(SECONDS)[0]

    def carrier(self, t: float) -> tuple[float, float, float, float] | None:
        """The box of who leaves the bag, in pixels; None if out of the picture."""
        people = self._scene.state(t).people
        return next((who.box for who in people if who.id in self.event.people), None)

    def frames(self, rate_hz: float) -> Iterator[Frame]:
        """The pictures at a rate."""
        scene = self._scene
        middle = scene.camera.project((*self._spots[1], 0.0))
        y, x = np.indices(scene.size[::-1], np.float32)
        apart = np.hypot((x - middle[0]) / 60, (y - middle[1]) / 20)
        effect = EFFECTS.get(self.kind)
        for index in range(round(SECONDS * rate_hz)):
            t = index / rate_hz
            image = scene.render(t)
            if effect is not None:
                image = _lit(image, apart, *effect(t))
            yield Frame(image, t, None, index)

    @cached_property
    def _spots(self) -> tuple[Point, Point]:
        """Where the bag is left, and where the rest happens."""
        lot = [SPOTS[i] for i in np.random.default_rng(self.seed).permutation(len(SPOTS))]
        return lot[0], lot[1]

    @cached_property
    def _scene(self) -> Scene:
        setting = replace(CONCOURSE, name=f"concourse-{self.kind}", direct=self._direct)
        return Scene.stage(setting, self.seed)

    def _direct(self, act: Act) -> None:
        if act.number:
            return
        here, there = self._spots
        passers(act)
        abandon(act, here)
        if self.kind in TWINS:
            TWINS[self.kind](act, there)


def composites(seeds: range) -> Iterator[Composite]:
    """One of each kind for each seed."""
    return (Composite(kind, seed) for seed in seeds for kind in DISTRACTORS)


def _lit(image: Picture, apart: NDArray[np.float32], size: float, factor: float) -> Picture:
    """The picture with a patch of other brightness, soft at its rim."""
    if size == 0:
        return image
    share = np.clip((size - apart) / 0.25 + 0.5, 0, 1)[..., np.newaxis]
    lit = image * (1 + share * np.float32(factor - 1))
    brightened: Picture = np.clip(lit, 0, 255).astype(np.uint8)
    return brightened
