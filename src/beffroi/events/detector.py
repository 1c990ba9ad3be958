"""What every detector is: small, pure, incremental, fed with observations and nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Protocol, runtime_checkable

from pydantic import BaseModel, ConfigDict

from beffroi.perception.finders import Need
from beffroi.perception.observation import Observation

Point = tuple[float, float]


class Parameters(BaseModel):
    """Base of every detector's parameters: closed, frozen, each field described for residents."""

    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True, slots=True)
class Zones:
    """What a use has drawn on one camera, in fractions of the picture's width and height.

    Args:
        area: Polygon outside which nothing is looked at; empty means the whole picture.
        forbidden: Polygons that nobody may enter, or not against a direction, by name.
        lines: Lines by name, as (from, to), and what they say is for the definition: a direction
            to go in, or something to cross, from the left of the line to its right, seen from its
            first point to its second.
    """

    area: tuple[Point, ...] = ()
    forbidden: Mapping[str, tuple[Point, ...]] = field(default_factory=dict)
    lines: Mapping[str, tuple[Point, Point]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Detection:
    """An event recognised on one camera.

    Args:
        event: Kind of event, as in the definition.
        start_t: When the event began, in the observations' seconds.
        end_t: When it was recognised, same clock, not before `start_t`.
        score: 0 to 1, larger is surer; not a probability.
        tracks: Ids of the tracks concerned; empty where the definition counts without following.
        count: People concerned.
        zone: Name of the drawn zone or line, if the event is about one.
    """

    event: str
    start_t: float
    end_t: float
    score: float
    tracks: tuple[str, ...]
    count: int
    zone: str | None = None


class Detector(Protocol):
    """Turns the observations of one camera into detections of one kind of event.

    A detector keeps what it needs between calls and no more than its own duration's worth; one
    that raised an event does not raise it again for the same people until it has ended.
    """

    id: ClassVar[str]
    behaviour: ClassVar[int]
    parameters: ClassVar[type[Parameters]]

    def __init__(self, parameters: Parameters, zones: Zones) -> None:
        """Start with nothing seen."""

    @property
    def needs(self) -> frozenset[Need]:
        """What it must be shown."""

    def update(self, observation: Observation) -> list[Detection]:
        """Take the next observation, in order of time, and return what it completes."""


@runtime_checkable
class Counting(Protocol):
    """A detector that adds up numbers, which is all that a use for statistics hands on."""

    def take(self) -> Mapping[str, int]:
        """What was added up since the last call, by names that hold no id.

        Beside a number of seconds stands a ``shared:`` one, see :mod:`beffroi.events.sharing`.
        """

    def begin(self) -> None:
        """Begin another quarter of an hour."""
