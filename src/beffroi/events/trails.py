"""The last seconds of everybody on one camera: what detectors of movement look back on."""

from collections import deque
from collections.abc import Iterator

from beffroi.events.body import Body
from beffroi.events.detector import Zones
from beffroi.events.place import inside
from beffroi.perception.observation import Observation


class Trail:
    """One person, oldest observation first; never empty."""

    def __init__(self, body: Body) -> None:
        self._bodies = deque([body])

    def __iter__(self) -> Iterator[Body]:
        return iter(self._bodies)

    def __len__(self) -> int:
        return len(self._bodies)

    def add(self, body: Body, keep_s: float) -> None:
        """Append what is seen now and forget what is older than `keep_s`."""
        self._bodies.append(body)
        while body.t - self._bodies[0].t > keep_s:
            self._bodies.popleft()

    @property
    def first(self) -> Body:
        """What is remembered as oldest."""
        return self._bodies[0]

    @property
    def last(self) -> Body:
        """What was seen last."""
        return self._bodies[-1]

    @property
    def stature(self) -> float:
        """Standing height in pixels: a high quantile of the lengths, most being foreshortened."""
        lengths = sorted(body.length for body in self._bodies)
        return lengths[len(lengths) * 3 // 4]


class Trails:
    """All people whose feet are in the area, by track id.

    Args:
        zones: For the area.
        keep_s: Seconds remembered of each person, and of people no longer seen.
        joint_score: Least score of a joint that is believed.
    """

    def __init__(self, zones: Zones, keep_s: float, joint_score: float) -> None:
        self._area, self._keep_s, self._joint_score = zones.area, keep_s, joint_score
        self._trails: dict[str, Trail] = {}

    def update(self, observation: Observation) -> list[Trail]:
        """Take the next observation.

        Returns:
            The trails of the people seen in it.
        """
        now = []
        for body in people(observation, self._joint_score, self._area):
            if body.id in self._trails:
                self._trails[body.id].add(body, self._keep_s)
            else:
                self._trails[body.id] = Trail(body)
            now.append(self._trails[body.id])
        self._trails = {
            id_: trail
            for id_, trail in self._trails.items()
            if observation.t - trail.last.t <= self._keep_s
        }
        return now


def people(
    observation: Observation, joint_score: float, area: tuple[tuple[float, float], ...] = ()
) -> list[Body]:
    """The people of an observation whose feet are in the area (everywhere if it is empty)."""
    width, height = observation.size
    bodies = [
        Body.of(track, observation.t, joint_score)
        for track in observation.tracks
        if track.kind == "person"
    ]
    if not area:
        return bodies
    return [b for b in bodies if inside(area, (b.feet[0] / width, b.feet[1] / height))]
