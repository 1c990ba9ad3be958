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
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from beffroi.perception.pose import OKS_SIGMAS

Floats = NDArray[np.float32]


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


@dataclass(slots=True)
class _Path:
    """One track as the tracker remembers it; positions in pixels, velocity in pixels/s.

    `box` and `keypoints` are as last seen; `place` is the filtered estimate of the box's centre.
    """

    box: Floats
    keypoints: Floats | None
    kind: int
    seen: float
    began: int
    place: Floats
    sightings: int = 1
    sure: int = 1
    velocity: Floats = field(default_factory=lambda: np.zeros(2, np.float32))
    id: str = field(default_factory=lambda: secrets.token_hex(4))


class Tracker:
    """Follows what one camera sees; all state is the instance's own."""

    def __init__(self, settings: TrackerSettings | None = None) -> None:
        self._settings = settings or TrackerSettings()
        self._paths: list[_Path] = []
        self._frame = -1

    @property
    def following(self) -> bool:
        """Whether anything is followed, seen or remembered."""
        return bool(self._paths)

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
        self._paths = [path for path in self._paths if t - path.seen <= settings.memory_s]
        likeness = self._likeness(t, found)
        owner = np.full(len(found), -1)
        for sure in (True, False):
            taken = set(owner.tolist())
            open_paths = np.array([i for i in range(len(self._paths)) if i not in taken], np.intp)
            candidates = np.flatnonzero(((found.scores >= settings.sure) == sure) & (owner < 0))
            for row, column in _best_pairs(likeness, open_paths, candidates, settings.similar):
                owner[column] = row
        self._go_on(t, found, np.flatnonzero(owner >= 0), owner)
        for column in np.flatnonzero((owner < 0) & (found.scores >= settings.sure)).tolist():
            owner[column] = len(self._paths)
            self._paths.append(self._begin(t, found, column))
        return [
            Match(path.id, int(column), self._frame - path.began)
            for column in np.flatnonzero(owner >= 0)
            if (path := self._paths[owner[column]]).sure >= settings.confirm
        ]

    def _begin(self, t: float, found: Detections, column: int) -> _Path:
        return _Path(
            box=found.boxes[column],
            keypoints=None if found.keypoints is None else found.keypoints[column],
            kind=0 if found.kinds is None else int(found.kinds[column]),
            seen=t,
            began=self._frame,
            place=_centre(found.boxes[column]),
        )

    def _go_on(
        self, t: float, found: Detections, columns: NDArray[np.intp], owner: NDArray[np.intp]
    ) -> None:
        """Give each of these detections to the path that owns it."""
        if not len(columns):
            return
        settings, paths = self._settings, [self._paths[row] for row in owner[columns].tolist()]
        elapsed = np.array([max(t - path.seen, 1e-3) for path in paths])[:, np.newaxis]
        # An alpha-beta filter; the first step is all that is known of a young track's motion.
        least = 1 / np.array([path.sightings for path in paths])[:, np.newaxis]
        settled, steadied = (
            np.maximum(1 - np.exp(-elapsed / constant), least).astype(np.float32)
            for constant in (settings.settle_s, settings.steady_s)
        )
        elapsed = elapsed.astype(np.float32)
        velocity = np.stack([path.velocity for path in paths])
        place = np.stack([path.place for path in paths]) + velocity * elapsed
        correction = settled * (_centre(found.boxes[columns]) - place)
        place += correction
        velocity += steadied * correction / elapsed
        for path, column, here, speed in zip(paths, columns.tolist(), place, velocity, strict=True):
            path.place, path.velocity, path.box = here, speed, found.boxes[column]
            path.seen, path.sightings = t, path.sightings + 1
            if path.sure < settings.confirm:
                path.sure = path.sure + 1 if found.scores[column] >= settings.sure else 0
            if found.keypoints is not None:
                path.keypoints = found.keypoints[column]

    def _likeness(self, t: float, found: Detections) -> Floats:
        """Similarity of each path, moved on to `t`, with each detection: float32 [paths, n]."""
        if not self._paths or not len(found):
            return np.zeros((len(self._paths), len(found)), np.float32)
        elapsed = np.array([t - path.seen for path in self._paths], np.float32)[:, np.newaxis]
        boxes = np.stack([path.box for path in self._paths])
        moved = np.stack([path.place for path in self._paths]) - _centre(boxes)
        moved += np.stack([path.velocity for path in self._paths]) * elapsed
        boxes += np.tile(moved, 2)
        likeness = overlap(boxes, found.boxes)
        if found.keypoints is not None:
            joints = np.stack([p.keypoints for p in self._paths if p.keypoints is not None])
            joints[..., :2] += moved[:, np.newaxis]
            likeness += self._similarity(joints, boxes, found.keypoints)
            likeness *= self._posture(boxes, found.boxes, elapsed) / 2
        if found.kinds is not None:
            kinds = np.array([path.kind for path in self._paths])
            likeness *= kinds[:, np.newaxis] == found.kinds
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
        apart = ((joints[:, np.newaxis, :, :2] - others[np.newaxis, ..., :2]) ** 2).sum(axis=-1)
        seen = [np.where(j[..., 2] >= settings.joint_score, j[..., 2], 0) for j in (joints, others)]
        weight = seen[0][:, np.newaxis] * seen[1]
        near = (weight * np.exp(-apart / spread[:, np.newaxis])).sum(axis=-1)
        similarity: Floats = (near / np.maximum(weight.sum(axis=-1), 1e-6)).astype(np.float32)
        return similarity


def overlap(boxes: Floats, others: Floats) -> Floats:
    """Intersection over union of each of n boxes with each of m: float32 [n, m]."""
    corners = np.minimum(boxes[:, np.newaxis, 2:], others[:, 2:])
    corners = corners - np.maximum(boxes[:, np.newaxis, :2], others[:, :2])
    shared = np.maximum(corners, 0).prod(axis=-1)
    areas = [np.maximum(b[:, 2:] - b[:, :2], 0).prod(axis=-1) for b in (boxes, others)]
    union = areas[0][:, np.newaxis] + areas[1] - shared
    share: Floats = (shared / np.maximum(union, 1e-6)).astype(np.float32)
    return share


def _best_pairs(
    likeness: Floats, rows: NDArray[np.intp], columns: NDArray[np.intp], least: float
) -> list[tuple[int, int]]:
    """Pairs by falling likeness, each row and column once."""
    part = likeness[np.ix_(rows, columns)]
    pairs: list[tuple[int, int]] = []
    for flat in np.argsort(-part, axis=None, kind="stable"):
        row, column = divmod(int(flat), part.shape[1])
        if part[row, column] < least:
            break
        if not any(row == r or column == c for r, c in pairs):
            pairs.append((row, column))
    return [(int(rows[row]), int(columns[column])) for row, column in pairs]


def _centre(boxes: Floats) -> Floats:
    """The point of each box [..., 4] that moves like its owner: float32 [..., 2]."""
    middle: Floats = (boxes[..., :2] + boxes[..., 2:]) * np.float32(0.5)
    return middle
