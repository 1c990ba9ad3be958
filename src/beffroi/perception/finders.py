"""What detectors may ask perception for, and who finds it without a model of things."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from types import MappingProxyType
from typing import Final, Protocol

from beffroi.capture.frame import Frame
from beffroi.perception.observation import Observation, Region, Track
from beffroi.perception.still import Still


class Need(StrEnum):
    """What detectors may ask perception for; what none of them asks for is not looked at."""

    PEOPLE = "people"
    """Tracks with skeletons."""
    OBJECTS = "objects"
    """Tracks of vehicles and luggage."""
    STILL = "still"
    """Regions that were not there and do not move."""
    FIRE = "fire"
    """Regions that flicker or drift like flames and smoke."""
    WEAPONS = "weapons"
    """Regions in which a model of the city's own sees a weapon."""
    FLOW = "flow"
    """The coarse motion field."""
    GROUND = "ground"
    """Where people stand in metres, which only a calibrated camera gives."""


TASKS: Final[Mapping[Need, str]] = MappingProxyType(
    {
        Need.PEOPLE: "pose",
        Need.OBJECTS: "objects",
        Need.FIRE: "flames",
        Need.WEAPONS: "weapons",
    }
)
"""The task of the model that a need calls for; the others need none."""


def tasks_of(needs: Collection[Need]) -> frozenset[str]:
    """The tasks of all models that some needs call for."""
    return frozenset(TASKS[need] for need in needs if need in TASKS)


_ASKED_FOR: Final[Mapping[str, Need]] = MappingProxyType(
    {
        "still": Need.STILL,
        "flame": Need.FIRE,
        "smoke": Need.FIRE,
        "weapon": Need.WEAPONS,
    }
)
"""Who is shown a region of a kind."""


def shown(observation: Observation, needs: Collection[Need]) -> Observation:
    """What somebody may see of an observation who asked for so much.

    One look serves all uses of a camera; what one of them asked for is nobody else's to see.
    """
    people, objects = Need.PEOPLE in needs, Need.OBJECTS in needs
    tracks = tuple(t for t in observation.tracks if (people if t.kind == "person" else objects))
    regions = tuple(r for r in observation.regions if _ASKED_FOR[r.kind] in needs)
    flow = observation.flow if Need.FLOW in needs else None
    return replace(observation, tracks=tracks, regions=regions, flow=flow)


class Finder(Protocol):
    """Reduces the frames of one camera to regions; all state is its own."""

    @property
    def suspects(self) -> bool:
        """Whether something is about that may become a region: the motion gate stays open."""

    def update(self, frame: Frame, tracks: Sequence[Track]) -> Sequence[Region]:
        """Take the next frame, which may be one in which the gate let nobody be looked for.

        Args:
            frame: In order of time.
            tracks: Who and what was found in it.

        Returns:
            The regions that are there now.
        """


FINDERS: Final[Mapping[Need, Callable[[], Finder]]] = MappingProxyType({Need.STILL: Still})
"""Who finds the regions of a need."""
