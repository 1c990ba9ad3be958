"""People, vehicles and luggage, read from the raw heads of NanoDet.

NanoDet knows 80 classes; Beffroi keeps nine and drops the others here, so that no detector can
come to depend on what a council has not voted. Each cell of three grids says how far the sides of
its object lie as a distribution over distances, whose mean is the distance.

Source: Li et al., Generalized Focal Loss, 2020, section 3.3; NanoDet, `nanodet_head.py`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from beffroi.perception.inference import Heads
from beffroi.perception.letterbox import Letterbox
from beffroi.perception.pose import Floats, Ints

_RANKS = [0, 1, 2, 3, 5, 7, 24, 26, 28]
"""Of each of `KINDS` among the 80 classes of COCO."""

FAMILIES: Final = np.array([0, 1, 2, 1, 2, 2, 3, 3, 3])
"""Of each of `KINDS`: people, two wheels, four or more, bags. Those of a family are easily taken
for each other, so that a thing may be surely a vehicle and yet none of its kinds for sure."""

_MEMBERS = np.arange(FAMILIES.max() + 1)[:, np.newaxis] == FAMILIES

_ALL_CLASSES = 80
_DISTANCES = 11
_STRIDES = {"stride8": 8, "stride16": 16, "stride32": 32}


@dataclass(frozen=True, slots=True)
class Objects:
    """The objects of one picture, best first.

    Args:
        boxes: float32 [n, 4]: x1, y1, x2, y2 in source pixels.
        scores: float32 [n], 0 to 1, that something of the kind's family is there.
        kinds: int [n], positions in `KINDS` of the observation: the likeliest of the family.
    """

    boxes: Floats
    scores: Floats
    kinds: Ints

    def __len__(self) -> int:
        """How many objects."""
        return len(self.scores)

    def only(self, kept: NDArray[np.bool_]) -> Self:
        """Some of the objects; `kept` says of each whether it is one of them."""
        return type(self)(self.boxes[kept], self.scores[kept], self.kinds[kept])


def decode_objects(
    heads: Heads, letterbox: Letterbox, threshold: float = 0.4, overlap: float = 0.45
) -> Objects:
    """Read the objects of one picture.

    Args:
        heads: `stride8`, `stride16` and `stride32`, each float32 [1, 80 + 4 · 11, height, width]:
            class logits, then logits of the distances to the left, top, right and bottom sides.
        letterbox: How the picture was laid into the input.
        threshold: Least score of an object, 0 to 1.
        overlap: Intersection over union above which two boxes of one family are one object.

    Returns:
        Objects in source pixels.
    """
    found = [_read_grid(heads[name][0], stride, threshold) for name, stride in _STRIDES.items()]
    boxes, scores, kinds = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return _on_picture(boxes, scores, kinds, letterbox, overlap)


def read_object_list(
    heads: Heads, letterbox: Letterbox, threshold: float = 0.4, overlap: float = 0.45
) -> Objects:
    """Read the objects of one picture from a model of the contract `objects`.

    Args:
        heads: `objects`: float32 [1, n, 6]: x1, y1, x2, y2 in input pixels, score 0 to 1, and
            position in `KINDS` of the observation.
        letterbox: How the picture was laid into the input.
        threshold: Least score of an object, 0 to 1.
        overlap: As for :func:`decode_objects`.
    """
    rows = heads["objects"][0]
    known = (rows[:, 5] >= 0) & (rows[:, 5] < len(FAMILIES))
    rows = rows[known & (rows[:, 4] >= threshold)]
    boxes, scores, kinds = rows[:, :4], rows[:, 4], rows[:, 5].astype(np.intp)
    return _on_picture(boxes, scores, kinds, letterbox, overlap)


OBJECT_READERS: dict[str, Callable[[Heads, Letterbox], Objects]] = {
    "distribution-heads": decode_objects,
    "objects": read_object_list,
}
"""How to read a model, by its contract."""


def _read_grid(head: Floats, stride: int, threshold: float) -> tuple[Floats, Floats, Ints]:
    logits = head[_RANKS]
    # Kinds are asked one by one, so something of a family is there unless none of its kinds is.
    none_of = np.array(
        [np.logaddexp(0, logits[of_family]).sum(axis=0) for of_family in _MEMBERS], np.float32
    )
    family, row, column = np.nonzero(none_of > -np.log(1 - threshold))
    kind = np.where(_MEMBERS[family].T, logits[:, row, column], -np.inf).argmax(axis=0)
    likely = head[_ALL_CLASSES:, row, column].T.reshape(-1, 4, _DISTANCES)
    likely = np.exp(likely - likely.max(axis=2, keepdims=True))
    likely /= likely.sum(axis=2, keepdims=True)
    distances = likely @ np.arange(_DISTANCES, dtype=np.float32)
    middle = np.stack([column, row], axis=1).astype(np.float32) + np.float32(0.5)
    boxes = np.concatenate([middle - distances[:, :2], middle + distances[:, 2:]], axis=1) * stride
    return boxes, 1 - np.exp(-none_of[family, row, column]), kind


def _on_picture(
    boxes: Floats, scores: Floats, kinds: Ints, letterbox: Letterbox, overlap: float
) -> Objects:
    kept = _suppress(boxes, scores, FAMILIES[kinds], overlap)
    return Objects(letterbox.boxes(boxes[kept]), scores[kept], kinds[kept])


def _suppress(boxes: Floats, scores: Floats, families: Ints, overlap: float) -> Ints:
    """Positions of the best box of each object, best first (non-maximum suppression by family).

    Args:
        boxes: float32 [n, 4]: x1, y1, x2, y2.
        scores: float32 [n].
        families: int [n]; boxes of different families never suppress one another.
        overlap: Intersection over union above which the lesser box goes.
    """
    left = np.argsort(-scores, kind="stable")
    areas = (boxes[:, 2:] - boxes[:, :2]).prod(axis=1)
    kept: list[int] = []
    while left.size:
        first, left = left[0], left[1:]
        kept.append(int(first))
        low = np.maximum(boxes[first, :2], boxes[left, :2])
        high = np.minimum(boxes[first, 2:], boxes[left, 2:])
        common = np.maximum(high - low, 0).prod(axis=1)
        share = common / (areas[first] + areas[left] - common)
        left = left[(share <= overlap) | (families[left] != families[first])]
    return np.array(kept, np.intp)
