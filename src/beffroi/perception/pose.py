"""People and their joints, read from the raw heads of a CenterNet pose model.

A person is a local maximum of the centre map; the other heads, read at that cell, give its box and
a first guess of its 17 joints; each joint then moves to the nearest strong peak of its own heat
map. Reading the heads here, rather than the model's own post-processing, lifts its limit of six
people.

Source: Zhou, Wang, Krähenbühl, Objects as Points, 2019, section 4.2.
"""

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from beffroi.perception.inference import Heads
from beffroi.perception.letterbox import Letterbox

Floats = NDArray[np.float32]
Ints = NDArray[np.intp]

STRIDE = 4
"""Input pixels per cell of the heads."""

JOINTS = 17
"""In the order of COCO: nose, eyes, ears, shoulders, elbows, wrists, hips, knees, ankles."""

# fmt: off
OKS_SIGMAS = np.array([
    0.026, 0.025, 0.025, 0.035, 0.035, 0.079, 0.079, 0.072, 0.072,
    0.062, 0.062, 0.107, 0.107, 0.087, 0.087, 0.089, 0.089,
], np.float32)
# fmt: on
"""How far apart two careful annotators place each joint, relative to the person's size (COCO)."""


@dataclass(frozen=True, slots=True)
class People:
    """The people of one picture, best first.

    Args:
        boxes: float32 [n, 4]: x1, y1, x2, y2 in source pixels.
        scores: float32 [n], 0 to 1.
        keypoints: float32 [n, 17, 3]: x, y in source pixels, and score 0 to 1.
    """

    boxes: Floats
    scores: Floats
    keypoints: Floats

    def __len__(self) -> int:
        """How many people."""
        return len(self.scores)

    def take(self, keep: Ints) -> Self:
        """Only the people at these positions, in this order."""
        return type(self)(self.boxes[keep], self.scores[keep], self.keypoints[keep])


@dataclass(frozen=True, slots=True)
class PoseThresholds:
    """What decides between somebody and nobody.

    Args:
        centre: Least score of a person's centre.
        joint: Least height of a peak that a joint may move to.
        reach: How far a joint may move from the first guess: standard deviation of a Gaussian,
            as a share of the person's size (square root of the box area).
        same: Keypoint similarity above which two people are one.
    """

    centre: float = 0.15
    joint: float = 0.1
    reach: float = 0.15
    same: float = 0.6


def decode_people(
    heads: Heads, letterbox: Letterbox, thresholds: PoseThresholds | None = None
) -> People:
    """Read the people of one picture.

    Args:
        heads: Raw heads of one picture, each float32 [1, channels, height / 4, width / 4]: `centre`
            (1, logit), `box_size` and `box_offset` (2: y, x in cells), `joint_heat` (17, logit),
            `joint_regression` (34: y, x from the centre in cells), `joint_offset` (34).
        letterbox: How the picture was laid into the input.
        thresholds: The defaults unless given.

    Returns:
        People in source pixels, without duplicates.
    """
    limits = thresholds or PoseThresholds()
    _, rows, columns = peaks(heads["centre"][0], limits.centre, radius=2)
    scores = sigmoid(heads["centre"][0, 0, rows, columns])
    best = np.argsort(-scores, kind="stable")
    rows, columns, scores = rows[best], columns[best], scores[best]

    cells = np.stack([rows, columns], axis=1).astype(np.float32)
    half = np.maximum(heads["box_size"][0, :, rows, columns], 0) / 2
    middle = cells + heads["box_offset"][0, :, rows, columns]
    boxes = np.concatenate([middle - half, middle + half], axis=1)  # y1, x1, y2, x2

    guess = heads["joint_regression"][0, :, rows, columns].reshape(-1, JOINTS, 2)
    size = np.sqrt(np.maximum(4 * half.prod(axis=1), 1))
    joints, joint_scores = _refine(heads, cells[:, np.newaxis] + guess, limits.reach * size, limits)

    keypoints = np.concatenate(
        [joints[..., ::-1] * letterbox.scale * STRIDE, joint_scores[..., np.newaxis]],
        axis=2,
        dtype=np.float32,
    )
    people = People(letterbox.boxes(boxes[:, [1, 0, 3, 2]] * STRIDE), scores, keypoints)
    return people.take(_distinct(people, limits.same))


def read_people_list(
    heads: Heads, letterbox: Letterbox, thresholds: PoseThresholds | None = None
) -> People:
    """Read the people of one picture from a model of the contract `people`.

    Args:
        heads: `people`: float32 [1, n, 56]: x1, y1, x2, y2 in input pixels, score 0 to 1, and 17
            times x, y, score. Rows of score 0 are empty.
        letterbox: How the picture was laid into the input.
        thresholds: The defaults unless given; `centre` applies to the score.
    """
    limits = thresholds or PoseThresholds()
    rows = heads["people"][0]
    rows = rows[rows[:, 4] >= limits.centre]
    rows = rows[np.argsort(-rows[:, 4], kind="stable")]
    keypoints = rows[:, 5:].reshape(-1, JOINTS, 3) * np.append(letterbox.scale, np.float32(1))
    people = People(letterbox.boxes(rows[:, :4]), rows[:, 4], keypoints)
    return people.take(_distinct(people, limits.same))


PEOPLE_READERS: dict[str, Callable[[Heads, Letterbox], People]] = {
    "centre-heads": decode_people,
    "people": read_people_list,
}
"""How to read a model, by its contract."""


def peaks(logits: Floats, threshold: float, radius: int) -> tuple[Ints, Ints, Ints]:
    """Local maxima of heat maps, looked for only where they are hot: maps are mostly cold.

    Args:
        logits: float32 [channels, height, width].
        threshold: Least probability of a peak, 0 to 1.
        radius: A peak is the highest of the square of 2 · radius + 1 cells around it.

    Returns:
        Channel, row and column of each peak, ordered by channel, then by row.
    """
    heat = logits.transpose(1, 2, 0)  # so do models leave their maps in memory
    hot = np.flatnonzero(heat > math.log(threshold / (1 - threshold)))  # faster than nonzero
    # Most of what is hot lies beside something hotter: few are left to compare with all around.
    hot = _highest(heat, hot, _SIDES)
    row, column, channel = np.unravel_index(_highest(heat, hot, _square(radius)), heat.shape)
    order = np.argsort(channel, kind="stable")
    return channel[order], row[order], column[order]


_SIDES = np.array([[0, 0], [-1, 1]])


@functools.cache
def _square(radius: int) -> Ints:
    """Steps down and right to the cells of a square, [2, cells]."""
    return np.mgrid[-radius : radius + 1, -radius : radius + 1].reshape(2, -1)


def _highest(heat: Floats, at: Ints, steps: Ints) -> Ints:
    """Of some flat positions in [height, width, channels], those not below any so many steps off.

    What would be outside is the nearest inside.
    """
    height, width, _ = heat.shape
    row, column, channel = np.unravel_index(at, heat.shape)
    down, right = steps[..., np.newaxis]
    down = np.minimum(np.maximum(row + down, 0), height - 1)
    right = np.minimum(np.maximum(column + right, 0), width - 1)
    highest: Ints = at[heat[row, column, channel] >= heat[down, right, channel].max(axis=0)]
    return highest


def _refine(
    heads: Heads, guess: Floats, reach: Floats, limits: PoseThresholds
) -> tuple[Floats, Floats]:
    """Move each guessed joint to the peak that is best by height and nearness.

    Args:
        heads: As for :func:`decode_people`.
        guess: float32 [people, 17, 2]: y, x in cells.
        reach: float32 [people]: standard deviation of the Gaussian in cells.
        limits: For the height of a peak.

    Returns:
        Joints, float32 [people, 17, 2], y, x in cells; and their scores, float32 [people, 17].
    """
    heat = heads["joint_heat"][0]
    _, height, width = heat.shape
    joint = np.arange(JOINTS)
    y, x = (
        np.clip(np.rint(guess[..., axis]).astype(np.intp), 0, side - 1)
        for axis, side in enumerate((height, width))
    )
    stay = sigmoid(heat[joint, y, x])

    channel, row, column = peaks(heat, limits.joint, radius=1)
    count = np.bincount(channel, minlength=JOINTS)
    if not count.any():
        return guess, stay
    rank = np.arange(len(channel)) - np.repeat(np.cumsum(count) - count, count)
    position = np.zeros((2, JOINTS, count.max()), np.float32)
    tall = np.zeros(position.shape[1:], np.float32)
    offsets = heads["joint_offset"][0].reshape(JOINTS, 2, height, width)
    position[:, channel, rank] = np.stack([row, column]) + offsets[channel, :, row, column].T
    tall[channel, rank] = sigmoid(heat[channel, row, column])

    apart = ((position.transpose(1, 2, 0) - guess[:, :, np.newaxis]) ** 2).sum(axis=3)
    weight = tall * np.exp(-apart / (2 * reach**2)[:, np.newaxis, np.newaxis])
    best = weight.argmax(axis=2)
    move = np.take_along_axis(weight, best[..., np.newaxis], axis=2)[..., 0]
    there = position[:, joint, best].transpose(1, 2, 0)
    moves = move >= stay
    return np.where(moves[..., np.newaxis], there, guess), np.where(moves, move, stay)


def keypoint_similarity(one: Floats, others: Floats, areas: Floats) -> Floats:
    """Object keypoint similarity (OKS) without weighting by visibility.

    Args:
        one: float32 [17, 2 or 3]: x, y; or several, [m, 1, 17, 2 or 3].
        others: float32 [n, 17, 2 or 3].
        areas: float32 [n]: box areas of the others, in the square of the same unit.

    Returns:
        float32 [n] or [m, n], 0 to 1: mean over joints of exp(-d² / (2 · area · (2 · sigma)²)), as
        in the COCO keypoint evaluation.
    """
    apart = ((others[..., :2] - one[..., :2]) ** 2).sum(axis=-1)
    spread = 2 * np.maximum(areas, 1)[:, np.newaxis] * (2 * OKS_SIGMAS) ** 2
    similarity: Floats = np.exp(-apart / spread).mean(axis=-1, dtype=np.float32)
    return similarity


def _distinct(people: People, same: float) -> Ints:
    """Positions of the people who are not a second reading of somebody better."""
    sides = people.boxes[:, 2:] - people.boxes[:, :2]
    each = people.keypoints[:, np.newaxis]
    alike = keypoint_similarity(each, people.keypoints, sides.prod(axis=1)) >= same
    left = np.arange(len(people))
    kept: list[int] = []
    while left.size:
        first, left = left[0], left[1:]
        kept.append(int(first))
        left = left[~alike[first, left]]
    return np.array(kept, np.intp)


def sigmoid(logits: Floats) -> Floats:
    """Probabilities of logits, in float32."""
    return np.float32(1) / (np.float32(1) + np.exp(-logits))
