"""Following what the object model finds, and making up one's mind about what it is.

The model may take a van for a car now and for a lorry then: a thing goes on as the same as long as
it stays in the family, and is of the kind that it has most surely looked like so far.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from beffroi.perception.objects import FAMILIES, Objects
from beffroi.perception.tracking import Detections, Match, Tracker, TrackerSettings

THING_TRACKING: Final = TrackerSettings(sure=0.5, memory_s=2.0, steady_s=1.0)
"""Vehicles keep their speed for longer than limbs do, and are hidden for longer by each other."""


class Things:
    """The vehicles and luggage of one camera; all state is the instance's own."""

    def __init__(self) -> None:
        self._tracker = Tracker(THING_TRACKING)
        self._votes: dict[str, tuple[float, NDArray[np.float64]]] = {}

    @property
    def following(self) -> bool:
        """Whether anything is followed, seen or remembered."""
        return self._tracker.following

    def update(self, t: float, found: Objects) -> list[tuple[Match, int]]:
        """Take the objects of the next picture in which they were looked for.

        Args:
            t: Seconds, later than in the last call.
            found: The objects, in any order.

        Returns:
            Those that are followed, each with its kind so far, a position in `KINDS`.
        """
        families = FAMILIES[found.kinds]
        self._votes = {
            id_: vote for id_, vote in self._votes.items() if t - vote[0] <= THING_TRACKING.memory_s
        }
        followed = []
        for match in self._tracker.update(t, Detections(found.boxes, found.scores, None, families)):
            _, votes = self._votes.get(match.id, (t, np.zeros(len(FAMILIES))))
            votes[found.kinds[match.index]] += found.scores[match.index]
            self._votes[match.id] = (t, votes)
            followed.append((match, int(votes.argmax())))
        return followed
