"""What a camera and this machine really give: pictures a second, and how high people are."""

from collections import OrderedDict
from statistics import median
from typing import Final

from beffroi.alerts.area import Area
from beffroi.capture.health import SILENT_S
from beffroi.perception.observation import Observation
from beffroi.perception.survey import pixels_read

WINDOW_S: Final = 180.0
KEEPS_UP: Final = 0.95
PEOPLE: Final = 20
"""Fewer people say nothing about the view."""

REMEMBERED: Final = 200


class Measure:
    """Measures one camera while it is watched.

    Args:
        wanted_hz: Pictures per second that the uses ask for.
        pose_input: Height and width read by the pose model.
        area: Where the uses may look.

    Attributes:
        rate_hz: Pictures per second over the last window, where fewer than wanted.
        person_px: Median height of people in what the model reads, at their highest.
        done: Whether a window has passed.
    """

    def __init__(self, wanted_hz: float, pose_input: tuple[int, int], area: Area) -> None:
        self._wanted_hz = wanted_hz
        self._pose_input = pose_input
        self._area = area
        self._heights: OrderedDict[str, float] = OrderedDict()
        self._begin = self._last = 0.0
        self._pictures = 0
        self.rate_hz: float | None = None
        self.person_px: float | None = None
        self.done = False

    def look_within(self, area: Area) -> None:
        """Measure people there from now on: how high those elsewhere are says nothing of it."""
        if area != self._area:
            self._area = area
            self._heights.clear()

    def note(self, observation: Observation) -> None:
        """Take one picture's observation, in order of time."""
        self._note_heights(observation)
        if not self._pictures or observation.t - self._last > SILENT_S:
            # A camera that is away, and is said to be, is not slow.
            self._begin, self._pictures = observation.t, 0
        self._last = observation.t
        self._pictures += 1
        if self._last - self._begin >= WINDOW_S:
            self._conclude()

    def interrupt(self) -> None:
        """Begin anew: a picture was left out for other cameras, which says nothing of this one."""
        self._pictures = 0

    def _note_heights(self, observation: Observation) -> None:
        """The highest that each person was: whoever lies or enters is not short."""
        for track in self._area.within(observation).tracks:
            if track.kind == "person":
                tall = pixels_read(track, observation.size, self._pose_input)
                self._heights[track.id] = max(tall, self._heights.get(track.id, 0.0))
        while len(self._heights) > REMEMBERED:
            self._heights.popitem(last=False)

    def _conclude(self) -> None:
        rate = (self._pictures - 1) / (self._last - self._begin)
        self.rate_hz = rate if rate < KEEPS_UP * self._wanted_hz else None
        if len(self._heights) >= PEOPLE:
            self.person_px = float(median(self._heights.values()))
        self._pictures = 0
        self.done = True
