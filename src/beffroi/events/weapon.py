"""Weapon: what a model of the city's own takes for a weapon, for long enough to be no glint.

No model that finds weapons ships: those that are free to use find too few and accuse too many, and
guessing a weapon from how somebody stands would be guessing an intent. A city that has been voted
this event brings a model, and the figures of its errors; nobody is named as the bearer.
"""

from dataclasses import dataclass
from typing import ClassVar

from pydantic import Field

from beffroi.errors import Unavailable
from beffroi.events.detector import Detection, Parameters, Zones
from beffroi.events.place import inside
from beffroi.perception.finders import Need
from beffroi.perception.observation import Observation, Region


class WeaponParameters(Parameters):
    """How surely and for how long a weapon must be seen."""

    score_percent: int = Field(
        ge=20,
        lt=100,
        description="From which score the model is taken to see a weapon, in per cent.",
    )
    hold_ms: int = Field(
        ge=500,
        le=60_000,
        description="How long it must see one for most of the time, in milliseconds.",
    )
    pause_ms: int = Field(
        ge=1000,
        le=3_600_000,
        description=(
            "How long none must have been seen for the next one to be reported again, in "
            "milliseconds."
        ),
    )


@dataclass(slots=True)
class _Sighting:
    """One weapon that is followed; `seen_s` of the time since `since`, in seconds."""

    since: float
    last: float
    seen_s: float = 0.0
    score: float = 0.0


class Weapon:
    """Waits until what looks like a weapon has been seen for long; then until none is seen."""

    id: ClassVar[str] = "weapon"
    behaviour: ClassVar[int] = 1
    parameters: ClassVar[type[Parameters]] = WeaponParameters
    needs: ClassVar[frozenset[Need]] = frozenset({Need.WEAPONS})

    def __init__(self, parameters: WeaponParameters, zones: Zones) -> None:
        self._p, self._area = parameters, zones.area
        self._sightings: dict[str, _Sighting] = {}
        self._t: float | None = None
        self._quiet_from: float | None = None

    def update(self, observation: Observation) -> list[Detection]:
        """Take the next observation; see :class:`beffroi.events.detector.Detector`."""
        t, hold_s = observation.t, self._p.hold_ms / 1000
        elapsed, self._t = t - (t if self._t is None else self._t), t
        for region in observation.regions:
            if self._counts(region, observation):
                sighting = self._sightings.setdefault(region.id, _Sighting(t, t))
                sighting.seen_s += elapsed if sighting.since < t else 0.0
                sighting.last, sighting.score = t, max(sighting.score, region.score)
        self._sightings = {k: s for k, s in self._sightings.items() if t - s.last <= hold_s / 2}
        held = [
            sighting
            for sighting in self._sightings.values()
            if sighting.last == t
            and t - sighting.since >= hold_s
            and sighting.seen_s > (t - sighting.since) / 2
        ]
        quiet = self._quiet_from is None or t - self._quiet_from > self._p.pause_ms / 1000
        if not held:
            return []
        self._quiet_from = t
        if not quiet:
            return []
        surest = max(held, key=lambda sighting: sighting.score)
        return [Detection(self.id, surest.since, t, surest.score, (), 0)]

    def _counts(self, region: Region, observation: Observation) -> bool:
        """Whether a region is of a weapon, sure enough, and in the area."""
        width, height = observation.size
        x1, y1, x2, y2 = region.box
        middle = (x1 + x2) / 2 / width, (y1 + y2) / 2 / height
        return (
            region.kind == "weapon"
            and region.score >= self._p.score_percent / 100
            and (not self._area or inside(self._area, middle))
        )


def refuse(name: str) -> None:
    """Say why no definition of weapons ships, and who must act.

    Args:
        name: Of an event.

    Raises:
        Unavailable: It is the weapon's.
    """
    if name == Weapon.id:
        raise Unavailable(
            "Weapons are not looked for: Beffroi ships no model that finds them. It takes a model "
            "of the city's own, added by an administrator (docs/models/own.md), and a definition "
            "that names that model, voted by the council."
        )
