"""Fire: something in the picture looks like flames and goes on flickering in one place.

It is one fire for as long as it burns there and for a while after: flames lap, and what burns may
be hidden for a moment.
"""

from dataclasses import dataclass
from typing import ClassVar

from pydantic import Field

from beffroi.events.detector import Detection, Parameters, Point, Zones
from beffroi.events.place import inside
from beffroi.perception.finders import Need
from beffroi.perception.observation import Observation, Region


class FireParameters(Parameters):
    """What a fire is."""

    score_percent: int = Field(
        gt=0,
        lt=100,
        description=(
            "From which score of perception on a place looks like flames and flickers, in per cent."
        ),
    )
    hold_ms: int = Field(
        ge=1000,
        le=60_000,
        description="How long it must do so for most of the time, in milliseconds.",
    )
    size_permille: int = Field(
        ge=0, le=1000, description="Least share of the picture that burns, in per mille."
    )
    pause_ms: int = Field(
        ge=0,
        le=3_600_000,
        description=(
            "How long nothing must have burnt in a place for a fire there to be a new one, in "
            "milliseconds."
        ),
    )


@dataclass(slots=True)
class _Blaze:
    """A place that looks like fire; `burnt_s` of the time since `since`, in seconds."""

    box: tuple[float, float, float, float]
    since: float
    last: float
    burnt_s: float = 0.0
    score: float = 0.0
    raised: bool = False


class Fire:
    """Waits until what looks like flames has lasted."""

    id: ClassVar[str] = "fire"
    behaviour: ClassVar[int] = 1
    parameters: ClassVar[type[Parameters]] = FireParameters
    needs: ClassVar[frozenset[Need]] = frozenset({Need.FIRE})

    def __init__(self, parameters: FireParameters, zones: Zones) -> None:
        self._p, self._area = parameters, zones.area
        self._blazes: list[_Blaze] = []
        self._t: float | None = None
        self.score = 0.0
        """The highest score of any place in the last observation, 0 to 1."""

    def update(self, observation: Observation) -> list[Detection]:
        """Take the next observation; see :class:`beffroi.events.detector.Detector`."""
        t = observation.t
        elapsed, self._t = t - (t if self._t is None else self._t), t
        flames = [region for region in observation.regions if self._counts(region, observation)]
        self.score = max((region.score for region in flames), default=0.0)
        hold_s = self._p.hold_ms / 1000
        for region in flames:
            if region.score >= self._p.score_percent / 100:
                blaze = self._blaze(region, t)
                # Several regions may be of one blaze.
                blaze.burnt_s += elapsed if blaze.last < t else 0.0
                blaze.box, blaze.last = region.box, t
                blaze.score = max(blaze.score, region.score)
        self._blazes = [b for b in self._blazes if t - b.last <= self._patience(b)]
        found = [
            blaze
            for blaze in self._blazes
            if blaze.last == t
            and not blaze.raised
            and t - blaze.since >= hold_s
            and blaze.burnt_s > (t - blaze.since) / 2
        ]
        for blaze in found:
            blaze.raised = True
        return [Detection(self.id, blaze.since, t, blaze.score, (), 0) for blaze in found]

    def _counts(self, region: Region, observation: Observation) -> bool:
        """Whether a region is of flames, large enough, and in the area by its base."""
        width, height = observation.size
        x1, y1, x2, y2 = region.box
        share = (x2 - x1) * (y2 - y1) / (width * height)
        base = ((x1 + x2) / 2 / width, y2 / height)
        drawn: tuple[Point, ...] = tuple(self._area)
        return (
            region.kind == "flame"
            and share >= self._p.size_permille / 1000
            and (not drawn or inside(drawn, base))
        )

    def _blaze(self, region: Region, t: float) -> _Blaze:
        """The blaze where a region is, or a new one."""
        for blaze in self._blazes:
            if _touch(blaze.box, region.box):
                return blaze
        self._blazes.append(blaze := _Blaze(region.box, t, t))
        return blaze

    def _patience(self, blaze: _Blaze) -> float:
        """How long a blaze may be out of sight: a doubtful one less than a certain one."""
        return (self._p.pause_ms if blaze.raised else self._p.hold_ms / 2) / 1000


def _touch(
    one: tuple[float, float, float, float], other: tuple[float, float, float, float]
) -> bool:
    return one[0] <= other[2] and other[0] <= one[2] and one[1] <= other[3] and other[1] <= one[3]
