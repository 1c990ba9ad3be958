"""Who moves how fast and whither, in metres per second, for detectors of running and crowds.

On a calibrated camera metres are those of the ground. Elsewhere a person's own height is the
measure, and what happens along the view looks shorter than it is.
"""

from collections import deque
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from beffroi.events.crowd import Crowd, pairs
from beffroi.events.detector import Zones
from beffroi.events.place import inside
from beffroi.perception.ground import feet
from beffroi.perception.observation import Observation, Track

Floats = NDArray[np.float64]

_SPAN: Final = 0.6
"""Share of the window over which somebody must have been seen to have a speed."""


@dataclass(frozen=True, slots=True)
class Moving:
    """The n people of one moment.

    Args:
        t: Seconds.
        ids: Of the tracks.
        places: float64 [n, 2], metres. Where nobody has measured the ground their origin is the
            picture's and their unit that of people of average height in it.
        velocities: float64 [n, 2], metres per second; NaN for who was not seen long enough.
    """

    t: float
    ids: tuple[str, ...]
    places: Floats
    velocities: Floats

    @property
    def speeds(self) -> Floats:
        """Metres per second, [n]."""
        speeds: Floats = np.hypot(*self.velocities.T)
        return speeds


class Paces:
    """Velocities of everybody in the area over the last moments.

    The median of the slopes between all pairs of moments (Sen, 1968): feet that swing and a
    number that goes over to somebody else for a moment do not move it.

    Args:
        zones: For the area.
        window_s: Over how many seconds.
        stature_m: Height that people are taken to have where the ground is not measured.
        depth: How many times larger distances along the view are than they look there.
    """

    def __init__(self, zones: Zones, window_s: float, stature_m: float, depth: float) -> None:
        self._area, self._window_s = zones.area, window_s
        self._stature_m, self._scale = stature_m, np.array([1.0, depth])
        self._past: deque[tuple[float, dict[str, int], Floats]] = deque()
        self._measured = False

    def update(self, observation: Observation) -> Moving:
        """Take the next observation."""
        t = observation.t
        tracks = [one for one in observation.tracks if self._counts(one, observation.size)]
        # Above the horizon nobody stands anywhere; metres and pixels are never mixed.
        self._measured = self._measured or any(one.ground is not None for one in tracks)
        if self._measured:
            tracks = [one for one in tracks if one.ground is not None]
        ids = tuple(track.id for track in tracks)
        places, units = self._places(tracks, t)
        self._past.append((t, {id_: row for row, id_ in enumerate(ids)}, places))
        while t - self._past[0][0] > self._window_s + 1e-6:
            self._past.popleft()
        common = float(np.median(units)) if len(units) else 1.0
        return Moving(t, ids, places * common, self._slopes(ids) * units[:, np.newaxis])

    def _counts(self, track: Track, size: tuple[int, int]) -> bool:
        if track.kind != "person" or (track.keypoints is None and track.ground is None):
            return False
        if not self._area:
            return True
        x, y = feet(track.box, track.keypoints)
        return inside(self._area, (x / size[0], y / size[1]))

    def _places(self, tracks: list[Track], t: float) -> tuple[Floats, Floats]:
        """Where people are, [n, 2], and how many metres one unit of that is for each, [n]."""
        if self._measured:
            places = np.array([track.ground for track in tracks], np.float64).reshape(-1, 2)
            return places, np.ones(len(tracks))
        crowd = Crowd.of(tracks, t, 0.2)
        return pairs(crowd.middles) * self._scale, self._stature_m / np.maximum(crowd.lengths, 1.0)

    def _slopes(self, ids: tuple[str, ...]) -> Floats:
        """Median change of place per second of each, [n, 2]."""
        times = np.array([t for t, _, _ in self._past])
        seen = np.full((len(times), len(ids), 2), np.nan)
        for moment, (_, rows, places) in enumerate(self._past):
            for column, id_ in enumerate(ids):
                if id_ in rows:
                    seen[moment, column] = places[rows[id_]]
        began = times[np.argmax(~np.isnan(seen[..., 0]), axis=0)] if ids else np.zeros(0)
        early, late = np.triu_indices(len(times), 1)
        result = np.full((len(ids), 2), np.nan)
        known = times[-1] - began >= _SPAN * self._window_s
        if known.any():
            rises = seen[late][:, known] - seen[early][:, known]
            slopes = rises / (times[late] - times[early])[:, np.newaxis, np.newaxis]
            result[known] = np.nanmedian(slopes, axis=0)
        return result
