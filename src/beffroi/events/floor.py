"""How densely people stand: people per square metre of floor, from where they stand alone.

Each person has the floor that is nearer to them than to anybody else; within a circle, density is
the mean of one person per that much floor (Steffen and Seyfried, Methods for measuring pedestrian
density, flow, speed and direction with minimal scatter, Physica A 389, 2010, equation 9). Counting
heads in so small a circle would jump by a third whenever somebody crosses its rim.

No wall is drawn: the floor is taken to reach as far as people have stood in the last minute.
"""

from collections import deque
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

Floats = NDArray[np.float64]

REACH_M: Final = 1.0
"""Floor farther than this from everybody is nobody's."""
_REMEMBERED_S: Final = 60.0
_TO_WALL_M: Final = 0.1
"""How near to a wall the head of who stands there is; chosen on the Jülich corridors."""
_LEAST_FLOOR: Final = 0.75
"""Share of a circle that counts as floor at least: the rim of a crowd is not its densest place."""
_SIDES: Final = 4
"""Of a quarter of each circle: sixteen corners are round enough, and quick."""


@dataclass
class Floor:
    """The floor that people have shown by standing on it."""

    _past: deque[tuple[float, shapely.Geometry]] = field(default_factory=deque)

    def densities(self, t: float, people: Floats, middles: Floats, radius: float) -> Floats:
        """Density within circles.

        Args:
            t: Seconds, later than in the last call.
            people: float64 [n, 2], metres on the ground.
            middles: float64 [m, 2], of the circles.
            radius: Of the circles, in metres.

        Returns:
            People per square metre, [m]; 0 with fewer than three people, who enclose no floor.
        """
        spots = shapely.multipoints(people)
        self._past.append((t, shapely.convex_hull(spots)))
        while t - self._past[0][0] > _REMEMBERED_S:
            self._past.popleft()
        if len(people) < 3:
            return np.zeros(len(middles))
        shown = shapely.geometrycollections([hull for _, hull in self._past])
        floor = shapely.buffer(shapely.convex_hull(shown), _TO_WALL_M, quad_segs=_SIDES)
        own = shapely.intersection(_cells(people), floor)
        circles = shapely.buffer(shapely.points(middles), radius, quad_segs=_SIDES)
        near = np.linalg.norm(people[:, np.newaxis] - middles, axis=-1) <= radius + REACH_M
        who, where = np.nonzero(near)
        parts = shapely.area(shapely.intersection(own[who], circles[where]))
        heads = np.bincount(where, parts / shapely.area(own)[who], minlength=len(middles))
        within = shapely.area(shapely.intersection(circles, floor))
        result: Floats = heads / np.maximum(within, _LEAST_FLOOR * shapely.area(circles))
        return result


def _cells(people: Floats) -> NDArray[np.object_]:
    """The floor nearest to each of n people, [n] polygons, cut off at `REACH_M`."""
    # Two people on one spot would share a cell; a hair's breadth gives each their own.
    apart = people + np.arange(len(people))[:, np.newaxis] * (1e-6, 2e-6)
    spots = shapely.multipoints(apart)
    low, high = people.min(axis=0) - 4 * REACH_M, people.max(axis=0) + 4 * REACH_M
    around = shapely.box(*low, *high)
    cells = shapely.get_parts(shapely.voronoi_polygons(spots, extend_to=around, ordered=True))
    result: NDArray[np.object_] = shapely.intersection(
        cells, shapely.buffer(shapely.points(apart), REACH_M, quad_segs=_SIDES)
    )
    return result
