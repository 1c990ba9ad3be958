"""Following people and things from frame to frame on one camera, by where they are alone.

No appearance is used: a track goes on in the detection whose joints and box lie where its motion
leads, unless that would change its height faster than anybody falls. Sure detections are matched
first and doubtful ones only with what is left, so that a half-hidden person is kept without every
shadow becoming a track (Zhang et al., ByteTrack, 2022). Places and velocities are filtered, because
boxes tremble, and shrink behind others: one bad picture in a crossing must not lead two people
astray.
Ids are random and forgotten with the track: nobody can be followed to another camera or day.
"""

import secrets
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from beffroi.perception.pose import OKS_SIGMAS

Floats = NDArray[np.float32]
Ints = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Detections:
    """What the models found in one frame.

    Args:
        boxes: float32 [n, 4]: x1, y1, x2, y2 in pixels.
        scores: float32 [n], 0 to 1.
        keypoints: float32 [n, 17, 3]: x, y in pixels and score; None for things.
        kinds: [n] integers; a track never changes kind. None where all are of one kind.
    """

    boxes: Floats
    scores: Floats
    keypoints: Floats | None = None
    kinds: NDArray[np.intp] | None = None

    def __len__(self) -> int:
        """How many detections."""
        return len(self.scores)


@dataclass(frozen=True, slots=True)
class TrackerSettings:
    """What decides whether two detections are one track.

    Args:
        sure: Least score of a detection that may begin a track.
        similar: Least similarity, 0 to 1, to go on as the same track.
        joint_score: Joints below this score weigh nothing in the comparison.
        slack: How many times COCO's annotation spread joints may stray between frames.
        tall: By what power of e somebody's height may seem to differ from one frame to the next,
            because boxes tremble and limbs are hidden.
        fall: By what power of e a second it may change besides: a body in free fall halves its
            height within a third of a second.
        confirm: Sure sightings in a row, none doubtful among them, before a track is reported.
        memory_s: Seconds for which an unseen track is remembered.
        settle_s: Time constant of the estimate of place, in seconds.
        steady_s: Time constant of the estimate of velocity, in seconds; walkers keep theirs for
            longer than boxes tremble.
    """

    sure: float = 0.3
    similar: float = 0.15
    joint_score: float = 0.1
    slack: float = 2.0
    tall: float = 0.4
    fall: float = 2.0
    confirm: int = 2
    memory_s: float = 1.5
    settle_s: float = 0.2
    steady_s: float = 0.4


@dataclass(frozen=True, slots=True)
class Match:
    """A detection that belongs to a confirmed track.

    Args:
        id: Random, 8 hexadecimal digits.
        index: Position of the detection in its frame.
        age: Analysed frames since the track began.
    """

    id: str
    index: int
    age: int


_PATH = np.dtype(
    [
        ("id", "U8"),
        ("kind", np.intp),
        ("began", np.intp),
        ("seen", np.float64),
        ("sightings", np.intp),
        ("sure", np.intp),
        ("box", np.float32, 4),
        ("keypoints", np.float32, (17, 3)),
        ("place", np.float32, 2),
        ("velocity", np.float32, 2),
    ]
)
"""One track as the tracker remembers it; positions in pixels, velocity in pixels/s.

`box` and `keypoints` are as last seen; `place` is the filtered estimate of the box's centre; `sure`
counts sure sightings in a row."""


class Tracker:
    """Follows what one camera sees; all state is the instance's own."""

    def __init__(self, settings: TrackerSettings | None = None) -> None:
        self._settings = settings or TrackerSettings()
        self._paths = np.zeros(0, _PATH)
        self._frame = -1

    @property
    def following(self) -> bool:
        """Whether anything is followed, seen or remembered."""
        return len(self._paths) > 0

    def update(self, t: float, found: Detections) -> list[Match]:
        """Take the detections of the next analysed frame.

        Args:
            t: Seconds, later than in the last call.
            found: The detections, in any order.

        Returns:
            The detections that belong to confirmed tracks.
        """
        settings = self._settings
        self._frame += 1
        self._paths = self._paths[t - self._paths["seen"] <= settings.memory_s]
        likeness = self._likeness(t, found)
        is_sure = found.scores >= settings.sure
        owner = np.full(len(found), -1)
        free = np.ones(len(self._paths), bool)
        for asked in (is_sure, ~is_sure):
            rows, columns = np.flatnonzero(free), np.flatnonzero(asked & (owner < 0))
            for row, column in _best_pairs(likeness, rows, columns, settings.similar):
                owner[column], free[row] = row, False
        columns = np.flatnonzero(owner >= 0)
        self._go_on(t, found, columns, owner[columns])
        columns = np.flatnonzero(is_sure & (owner < 0))
        owner[columns] = len(self._paths) + np.arange(len(columns))
        self._begin(t, found, columns)
        columns = np.flatnonzero(owner >= 0)
        paths = self._paths[owner[columns]]
        confirmed = paths["sure"] >= settings.confirm
        ages = self._frame - paths["began"]
        return [
            Match(*match)
            for match in zip(
                paths["id"][confirmed].tolist(),
                columns[confirmed].tolist(),
                ages[confirmed].tolist(),
                strict=True,
            )
        ]

    def _begin(self, t: float, found: Detections, columns: Ints) -> None:
        """Follow these detections from now on."""
        if not len(columns):
            return
        paths = np.zeros(len(columns), _PATH)
        paths["id"] = [secrets.token_hex(4) for _ in columns]
        paths["began"], paths["seen"] = self._frame, t
        paths["sightings"] = paths["sure"] = 1
        paths["box"] = found.boxes[columns]
        paths["place"] = _centre(found.boxes[columns])
        if found.keypoints is not None:
            paths["keypoints"] = found.keypoints[columns]
        if found.kinds is not None:
            paths["kind"] = found.kinds[columns]
        self._paths = np.concatenate([self._paths, paths])

    def _go_on(self, t: float, found: Detections, columns: Ints, rows: Ints) -> None:
        """Give each of these detections to the path of its row."""
        if not len(columns):
            return
        settings, paths = self._settings, self._paths[rows]
        elapsed = np.maximum(t - paths["seen"], 1e-3)[:, np.newaxis]
        # An alpha-beta filter; the first step is all that is known of a young track's motion.
        least = 1 / paths["sightings"][:, np.newaxis]
        settled, steadied = (
            np.maximum(1 - np.exp(-elapsed / constant), least).astype(np.float32)
            for constant in (settings.settle_s, settings.steady_s)
        )
        elapsed = elapsed.astype(np.float32)
        boxes, place, velocity = found.boxes[columns], paths["place"], paths["velocity"]
        place += velocity * elapsed
        correction = settled * (_centre(boxes) - place)
        place += correction
        velocity += steadied * correction / elapsed
        paths["box"], paths["seen"] = boxes, t
        paths["sightings"] += 1
        again = np.where(found.scores[columns] >= settings.sure, paths["sure"] + 1, 0)
        paths["sure"] = np.where(paths["sure"] < settings.confirm, again, paths["sure"])
        if found.keypoints is not None:
            paths["keypoints"] = found.keypoints[columns]
        self._paths[rows] = paths

    def _likeness(self, t: float, found: Detections) -> Floats:
        """Similarity of each path, moved on to `t`, with each detection: float32 [paths, n]."""
        paths = self._paths
        if not len(paths) or not len(found):
            return np.zeros((len(paths), len(found)), np.float32)
        elapsed = (t - paths["seen"]).astype(np.float32)[:, np.newaxis]
        moved = paths["place"] - _centre(paths["box"]) + paths["velocity"] * elapsed
        boxes = paths["box"] + np.concatenate([moved, moved], axis=1)
        likeness = overlap(boxes, found.boxes)
        if found.keypoints is not None:
            joints = paths["keypoints"].copy()
            joints[..., :2] += moved[:, np.newaxis]
            likeness += self._similarity(joints, boxes, found.keypoints)
            likeness *= self._posture(boxes, found.boxes, elapsed) / 2
        if found.kinds is not None:
            likeness *= paths["kind"][:, np.newaxis] == found.kinds
        return likeness

    def _posture(self, boxes: Floats, others: Floats, elapsed: Floats) -> Floats:
        """Whether one body can have both heights, 0 to 1, `elapsed` [paths, 1] apart."""
        before, now = (np.log(np.maximum(b[:, 3] - b[:, 1], 1)) for b in (boxes, others))
        most = self._settings.tall + self._settings.fall * elapsed
        credible: Floats = np.exp(-(((before[:, np.newaxis] - now) / most) ** 2))
        return credible

    def _similarity(self, joints: Floats, boxes: Floats, others: Floats) -> Floats:
        """Object keypoint similarity over the joints that both sides see: float32 [paths, n].

        As in the COCO keypoint evaluation, with the spread widened by `slack` because people move
        between frames, and joints weighted by both scores because some are hidden.
        """
        settings = self._settings
        sides = np.maximum(boxes[:, 2:] - boxes[:, :2], 1)
        spread = 2 * sides.prod(axis=1)[:, np.newaxis] * (2 * settings.slack * OKS_SIGMAS) ** 2
        right, down = (joints[:, np.newaxis, :, axis] - others[..., axis] for axis in (0, 1))
        apart = right * right + down * down
        seen = [np.where(j[..., 2] >= settings.joint_score, j[..., 2], 0) for j in (joints, others)]
        weight = seen[0][:, np.newaxis] * seen[1]
        near = (weight * np.exp(-apart / spread[:, np.newaxis])).sum(axis=-1)
        similarity: Floats = (near / np.maximum(weight.sum(axis=-1), 1e-6)).astype(np.float32)
        return similarity


def overlap(boxes: Floats, others: Floats) -> Floats:
    """Intersection over union of each of n boxes with each of m: float32 [n, m]."""
    shared = _area(
        np.maximum(boxes[:, np.newaxis, :2], others[:, :2]),
        np.minimum(boxes[:, np.newaxis, 2:], others[:, 2:]),
    )
    areas = [_area(each[:, :2], each[:, 2:]) for each in (boxes, others)]
    union = areas[0][:, np.newaxis] + areas[1] - shared
    share: Floats = (shared / np.maximum(union, 1e-6)).astype(np.float32)
    return share


def _area(low: Floats, high: Floats) -> Floats:
    """Of boxes with these corners, [..., 2]; 0 of those that are turned over."""
    sides = np.maximum(high - low, 0)
    area: Floats = sides[..., 0] * sides[..., 1]
    return area


def _best_pairs(likeness: Floats, rows: Ints, columns: Ints, least: float) -> list[tuple[int, int]]:
    """Pairs by falling likeness, each row and column once."""
    if not len(rows) or not len(columns):
        return []
    part = likeness[rows[:, np.newaxis], columns]
    row, column = np.nonzero(part >= least)
    best = np.argsort(-part[row, column], kind="stable")
    pairs: dict[int, int] = {}
    taken: set[int] = set()
    for one, other in zip(rows[row[best]].tolist(), columns[column[best]].tolist(), strict=True):
        if one not in pairs and other not in taken:
            pairs[one] = other
            taken.add(other)
    return list(pairs.items())


def _centre(boxes: Floats) -> Floats:
    """The point of each box [..., 4] that moves like its owner: float32 [..., 2]."""
    middle: Floats = (boxes[..., :2] + boxes[..., 2:]) * np.float32(0.5)
    return middle
