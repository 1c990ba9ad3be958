"""What a use counts on a camera, added up in memory: numbers, and nobody behind them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from beffroi.alerts.area import Area
from beffroi.events.detector import Counting, Detector
from beffroi.mandate.counting import DETECTIONS, PERSON_SECONDS, WATCHED_SECONDS, quarter_of
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
        self._person_s = 0.0
        self._watched_s = 0.0

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
        if begins or detections:
            # Nothing found is a finding: a quarter without a row is one in which nobody looked.
            self._hand_on(Counted(self._use, now, {DETECTIONS: detections}))
        if self._use.mode is Mode.STATISTICS:
            self._add(observation)
        self._moment, self._t = now, observation.t

    def close(self) -> None:
        """Hand on the whole seconds added up so far; fractions wait for the next time."""
        person_s, watched_s = int(self._person_s), int(self._watched_s)
        if self._moment is None or not watched_s:
            return
        numbers = {WATCHED_SECONDS: watched_s}
        if Need.PEOPLE in self._detector.needs:
            numbers[PERSON_SECONDS] = person_s
        if isinstance(self._detector, Counting):
            numbers |= self._detector.take()
        self._hand_on(Counted(self._use, self._moment, numbers))
        self._person_s -= person_s
        self._watched_s -= watched_s

    def _add(self, observation: Observation) -> None:
        passed = observation.t - self._t
        if self._moment is None or not 0 < passed <= GAP_S:
            return
        tracks = self._area.within(observation).tracks
        self._person_s += passed * sum(track.kind == "person" for track in tracks)
        self._watched_s += passed
