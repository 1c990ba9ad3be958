"""Following what a city's own model takes for a weapon; no such model ships.

It is told as a region rather than a track: where it is and how sure the model is, and of nobody
that it is theirs.
"""

from collections.abc import Sequence
from typing import Final

from beffroi.perception.inference import Heads
from beffroi.perception.letterbox import Letterbox
from beffroi.perception.objects import Objects, read_object_list
from beffroi.perception.observation import Region
from beffroi.perception.tracking import Detections, Tracker, TrackerSettings

LEAST_SCORE: Final = 0.2
"""What is told is for the definition to weigh, down to here."""
WEAPON_TRACKING: Final = TrackerSettings(sure=LEAST_SCORE, memory_s=1.0)


def read_weapons(heads: Heads, letterbox: Letterbox) -> Objects:
    """The weapons of one picture, by a model of the contract `objects` with that one class."""
    return read_object_list(heads, letterbox, threshold=LEAST_SCORE)


class Weapons:
    """The weapons on one camera; all state is the instance's own."""

    def __init__(self) -> None:
        self._tracker = Tracker(WEAPON_TRACKING)
        self._since: dict[str, tuple[float, float]] = {}

    @property
    def following(self) -> bool:
        """Whether anything is followed, seen or remembered."""
        return self._tracker.following

    def update(self, t: float, found: Objects) -> Sequence[Region]:
        """Take the weapons of the next analysed picture.

        Args:
            t: Seconds, later than in the last call.
            found: In any order.
        """
        regions = []
        for match in self._tracker.update(t, Detections(found.boxes, found.scores, None)):
            x1, y1, x2, y2 = (float(side) for side in found.boxes[match.index])
            since, _ = self._since.get(match.id, (t, t))
            self._since[match.id] = since, t
            score = float(found.scores[match.index])
            regions.append(Region(match.id, "weapon", (x1, y1, x2, y2), score, since, None))
        self._since = {
            id_: (since, seen)
            for id_, (since, seen) in self._since.items()
            if t - seen <= WEAPON_TRACKING.memory_s
        }
        return regions
