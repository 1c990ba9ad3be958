"""Density: more people per square metre than a limit, somewhere, for some time.

Metres on the ground are the measure, so a camera that is not calibrated shows nothing here:
without them any crowd could be any density.
"""

from collections import deque
from typing import ClassVar, Final

import numpy as np
from pydantic import Field

from beffroi.events.body import people
from beffroi.events.detector import Detection, Parameters, Zones
from beffroi.events.floor import Floor
from beffroi.perception.finders import Need
from beffroi.perception.observation import Observation

_SHARE: Final = 0.8
"""Share of the time for which the limit must be passed: pose blinks in a crowd."""


_CIRCLES: Final = 8
"""How many of the fullest circles are measured."""


class DensityParameters(Parameters):
    """What too dense a crowd is."""

    limit_per_100_m2: int = Field(
        ge=10, le=1000, description="Most people that may stand on a hundred square metres."
    )
    radius_cm: int = Field(
        ge=50,
        le=1000,
        description="Radius of the circle in which people are counted, in centimetres.",
    )
    people: int = Field(
        ge=3, le=500, description="Fewer people than this around one place are no crowd."
    )
    hold_ms: int = Field(
        gt=0,
        le=600_000,
        description="How long the limit must be passed, in milliseconds.",
    )
    joint_percent: int = Field(
        ge=0,
        le=100,
        description="How sure the model must be of an ankle for it to be used, in per cent.",
    )


class Density:
    """Measures the densest place at each moment."""

    id: ClassVar[str] = "density"
    behaviour: ClassVar[int] = 1
    parameters: ClassVar[type[Parameters]] = DensityParameters
    needs: ClassVar[frozenset[Need]] = frozenset({Need.PEOPLE, Need.GROUND})

    def __init__(self, parameters: DensityParameters, zones: Zones) -> None:
        self._p, self._area = parameters, zones.area
        self._floor = Floor()
        self._past: deque[tuple[float, bool]] = deque()
        self._ongoing = False

    def update(self, observation: Observation) -> list[Detection]:
        """Take the next observation; see :class:`beffroi.events.detector.Detector`."""
        t, p = observation.t, self._p
        density, count = self._densest(observation)
        limit, hold_s = p.limit_per_100_m2 / 100, p.hold_ms / 1000
        self._past.append((t, density >= limit))
        while t - self._past[0][0] > hold_s + 1e-6:
            self._past.popleft()
        share = np.mean([dense for _, dense in self._past])
        whole = t - self._past[0][0] >= 0.9 * hold_s
        if self._ongoing:
            self._ongoing = bool(share > 1 - _SHARE)
            return []
        self._ongoing = bool(whole and share >= _SHARE and density >= limit)
        if not self._ongoing:
            return []
        return [Detection(self.id, t - hold_s, t, 1 - limit / (2 * density), (), count)]

    def _densest(self, observation: Observation) -> tuple[float, int]:
        """The highest density in a circle around anybody, and how many people stand in it."""
        bodies = people(observation, self._p.joint_percent / 100, self._area)
        spots = np.array([b.ground for b in bodies if b.ground is not None]).reshape(-1, 2)
        if not len(spots):
            return 0.0, 0
        radius = self._p.radius_cm / 100
        counts = (np.linalg.norm(spots[:, np.newaxis] - spots, axis=-1) <= radius).sum(axis=1)
        fullest = np.argsort(-counts, kind="stable")[:_CIRCLES]
        densities = self._floor.densities(observation.t, spots, spots[fullest], radius)
        best = int(np.where(counts[fullest] >= self._p.people, densities, -1.0).argmax())
        count = int(counts[fullest[best]])
        return (float(densities[best]), count) if count >= self._p.people else (0.0, count)
