"""What a use counts on a camera, added up in memory: numbers, and nobody behind them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from beffroi.alerts.area import Area
from beffroi.engine.measure import KEEPS_UP
from beffroi.events.detector import Counting, Detector
from beffroi.events.movers import movers
from beffroi.events.sharing import FOUND_AGAIN_S, Sharing
from beffroi.mandate.counting import (
    DETECTIONS,
    PERSON_SECONDS,
    SHARED,
    WATCHED_SECONDS,
    quarter_of,
)
from beffroi.mandate.gate import OpenUse
from beffroi.mandate.modes import Mode
from beffroi.perception.finders import Need
from beffroi.perception.observation import Observation

HAND_ON_S: Final = 60.0
"""What is added up is handed on this often: so much is lost if the machine stops."""

GAP_S: Final = 2.0
"""A longer time between two pictures is time in which nobody looked."""


@dataclass(frozen=True, slots=True)
class Counted:
    """What to add to the counts of a use, for the quarter of an hour that holds a moment."""

    use: OpenUse
    moment: datetime
    numbers: Mapping[str, int]


class Tally:
    """Counts for one use on one camera.

    Args:
        use: In shadow mode detections are counted; for statistics people present as well, if the
            detector is shown any, and what it adds up itself.
        detector: What it looks with.
        area: Where the use may look.
        hand_on: Takes what was counted.
    """

    def __init__(
        self, use: OpenUse, detector: Detector, area: Area, hand_on: Callable[[Counted], None]
    ) -> None:
        self._use = use
        self._detector = detector
        self._area = area
        self._hand_on = hand_on
        self._moment: datetime | None = None
        self._t = 0.0
        self._handed_on_t = 0.0
        self._watched_s = 0.0
        self._pictures = 0
        self._person_s = 0.0
        self._people = Sharing()
        self._rest: dict[str, float] = {}

    def note(self, observation: Observation, detections: int, now: datetime) -> None:
        """Take what was seen in one picture.

        Args:
            observation: Of this picture.
            detections: How many the detector completed with it.
            now: Wall time of the picture.
        """
        begins = self._moment is None or quarter_of(now) != quarter_of(self._moment)
        if begins or observation.t - self._handed_on_t >= HAND_ON_S:
            self.close()
            self._handed_on_t = observation.t
        if begins:
            self._begin()
        if begins or detections:
            # Nothing found is a finding: a quarter without a row is one in which nobody looked.
            self._hand_on(Counted(self._use, now, {DETECTIONS: detections}))
        self._add(observation)
        self._moment, self._t = now, observation.t

    def close(self) -> None:
        """Hand on the whole seconds added up so far; fractions wait for the next time."""
        if self._moment is None:
            return
        numbers, seconds = self._numbers(), {WATCHED_SECONDS: self._watched_s}
        if self._counts_people:
            seconds[PERSON_SECONDS] = self._person_s
            numbers[SHARED + PERSON_SECONDS] = self._people.take()
        lasting = [name for name in numbers if SHARED + name in numbers]
        seconds |= {name: numbers.pop(name) for name in lasting}
        kept = self._kept()
        for name, passed in seconds.items():
            due = self._rest.get(name, 0.0) + kept * passed
            numbers[name] = int(due)
            self._rest[name] = due - int(due)
        self._watched_s = self._person_s = 0.0
        self._pictures = 0
        self._hand_on(Counted(self._use, self._moment, numbers))

    def remembers(self, t: float) -> bool:
        """Whether it looked so lately that whoever it saw then may be found again."""
        return t - self._t <= FOUND_AGAIN_S

    @property
    def _counts_people(self) -> bool:
        return self._use.mode is Mode.STATISTICS and Need.PEOPLE in self._detector.needs

    def _begin(self) -> None:
        """Begin another quarter of an hour."""
        self._people.begin()
        if isinstance(self._detector, Counting):
            self._detector.begin()

    def _numbers(self) -> dict[str, int]:
        if self._use.mode is Mode.STATISTICS and isinstance(self._detector, Counting):
            return dict(self._detector.take())
        return {}

    def _add(self, observation: Observation) -> None:
        passed = observation.t - self._t
        if self._moment is None or not 0 < passed <= GAP_S:
            return
        self._watched_s += passed
        self._pictures += 1
        if self._counts_people:
            people = list(movers(self._area.within(observation), {"person"}))
            self._person_s += passed * len(people)
            self._people.note(observation.t, passed, people)

    def _kept(self) -> float:
        """The share of the voted pictures that were looked at: time counts no more than that."""
        wanted = KEEPS_UP * self._use.voted.definition.rate_hz * self._watched_s
        return min(1.0, self._pictures / wanted) if wanted else 1.0
