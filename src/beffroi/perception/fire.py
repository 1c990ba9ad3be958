"""Flames: parts of the picture as bright and warm as fire that go on flickering where they are.

Three questions, the cheap ones first. Is it bright and warm? Does its brightness go on changing,
and not all at once, as that of a lamp, a screen or a beacon does? Does it look like flames to a
small learnt model, from near and with its surroundings? One picture cannot show flickering: in the
first of a camera, and so in a still, the look alone decides.
"""

import math
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import av
import numpy as np
from numpy.typing import NDArray

from beffroi.capture.frame import Frame
from beffroi.perception.inference import Heads
from beffroi.perception.observation import Region, Track
from beffroi.perception.patches import components

Floats = NDArray[np.float32]
Picture = NDArray[np.uint8]
Box = tuple[float, float, float, float]
"""x1, y1, x2, y2 in pixels of the analysed picture."""
Judge = Callable[[Sequence[Picture]], Sequence[float]]
"""Says how much each window [1, SIDE, SIDE, 3] looks like flames, 0 to 1."""

SIDE: Final = 224
"""Of a window that the model reads, in pixels."""
NEAR: Final = (1.7, 0.2)
WIDE: Final = (3.0, 0.5)
"""How much larger a window is than what is judged, and its least share of the picture's longer
side: flames alone can be a lamp's, and their surroundings alone a sunset's."""
ACROSS: Final = 160
"""Samples along the longer side of the picture, about."""
CELL: Final = 4
WARM_SHARE: Final = 0.3
"""Of a cell's samples that are bright and warm."""
MOST: Final = 3
"""Places judged at a time, the largest first."""
JUDGE_S: Final = 0.5
"""Least time between two judgements of one place."""
AVERAGE_S: Final = 1.0
"""Over how long changes are averaged."""
FORGET_S: Final = 1.0
"""How long a place is remembered that is not warm any more: flames lap."""
FLICKER: Final = 0.06
"""Mean change between two pictures, in shares of the brightness, that is flickering for certain."""
CALM: Final = 0.02
"""Below this a cell is as steady as a lamp."""


def read_flames(heads: Heads) -> float:
    """The score of one window by a model of the contract `flames`: `flames`, float32 [1, 1]."""
    return float(heads["flames"][0, 0])


@dataclass(slots=True)
class _Place:
    """Somewhere bright and warm.

    `first` is where it began, which flames do not leave; `flicker` and `look` are averages.
    """

    id: str
    first: Box
    box: Box
    since: float
    seen: float
    judged: float = -math.inf
    flicker: float | None = None
    look: float | None = None

    @property
    def score(self) -> float:
        """How sure it is that it burns, 0 to 1."""
        steady = 1.0 if self.flicker is None else min(self.flicker / FLICKER, 1.0)
        return steady * (self.look or 0.0)


class FlameFinder:
    """Follows what is bright and warm on one camera.

    Args:
        judge: The learnt model.
    """

    def __init__(self, judge: Judge) -> None:
        self._judge = judge
        self._places: list[_Place] = []
        self._before: Floats | None = None
        self._unrest: Floats | None = None
        self._t = -math.inf

    @property
    def suspects(self) -> bool:
        """Never: it is shown every picture, whether the gate is open or not."""
        return False

    def update(self, frame: Frame, _tracks: Sequence[Track] = ()) -> Sequence[Region]:
        """Take the next frame; see :class:`beffroi.perception.finders.Finder`."""
        samples, step = sampled(frame.image)
        before, elapsed = self._before, frame.t - self._t
        self._before, self._t = samples, frame.t
        if before is None or before.shape != samples.shape:
            self._places, self._unrest = [], None
            here = [_new(scaled(box, step), frame.t) for box in warm_parts(warmth(samples))]
            for place in here:
                self._look(place, frame)
            return [_region(place) for place in here]
        change = (samples - before).mean(axis=2) / np.maximum(before.mean(axis=2), 1)
        unrest = self._learn(np.abs(change), elapsed)
        boxes = warm_parts(np.where(unrest >= CALM, warmth(samples), 0))
        here = self._match([scaled(box, step) for box in boxes], frame.t)
        for place in here:
            x1, y1, x2, y2 = (int(side / step) for side in place.box)
            _feel(place, change[y1:y2, x1:x2], frame.t)
            self._look(place, frame)
            place.seen = frame.t
        self._places = [p for p in self._places if frame.t - p.seen <= FORGET_S]
        return [_region(place) for place in here]

    def _learn(self, change: Floats, elapsed: float) -> Floats:
        """How much each cell changes on average."""
        now = in_cells(change)
        before = now if self._unrest is None else self._unrest
        self._unrest = before + np.float32(_weight(elapsed)) * (now - before)
        return self._unrest

    def _match(self, boxes: Sequence[Box], t: float) -> list[_Place]:
        """The places of these boxes, known or new, each once."""
        here: list[_Place] = []
        for box in boxes:
            known = [p for p in self._places if overlap(p.first, box) and p not in here]
            place = max(known, key=lambda p: overlap(p.box, box), default=None)
            if place is None:
                self._places.append(place := _new(box, t))
            place.box = box
            here.append(place)
        return here

    def _look(self, place: _Place, frame: Frame) -> None:
        """Judge a place if it was not judged just now."""
        if frame.t - place.judged < JUDGE_S:
            return
        look = float(np.mean(self._judge(windows(frame.image, place.box))))
        place.judged = frame.t
        place.look = look if place.look is None else (place.look + look) / 2


def _new(box: Box, t: float) -> _Place:
    return _Place(secrets.token_hex(4), box, box, t, t)


def _feel(place: _Place, change: Floats, t: float) -> None:
    """Average how much the brightness of a place changes otherwise than as a whole."""
    own = float(np.abs(change).mean()) - abs(float(change.mean()))
    if place.flicker is None:
        place.flicker = own
    place.flicker += _weight(t - place.seen) * (own - place.flicker)


def _region(place: _Place) -> Region:
    return Region(place.id, "flame", place.box, place.score, place.since, None)


def _weight(elapsed: float) -> float:
    return -math.expm1(-elapsed / AVERAGE_S)


def windows(image: Picture, box: Box) -> list[Picture]:
    """What is judged of a place: from near and with its surroundings, [1, SIDE, SIDE, 3] each."""
    return [window(image, box, *NEAR), window(image, box, *WIDE)]


def window(image: Picture, box: Box, larger: float, least: float) -> Picture:
    """A square around the middle of a box, as large as the picture allows, [1, SIDE, SIDE, 3]."""
    height, width = image.shape[:2]
    x1, y1, x2, y2 = box
    wanted = max(larger * max(x2 - x1, y2 - y1), least * max(width, height))
    side = int(min(wanted, width, height))
    left = int(np.clip((x1 + x2 - side) / 2, 0, width - side))
    top = int(np.clip((y1 + y2 - side) / 2, 0, height - side))
    cut = np.ascontiguousarray(image[top : top + side, left : left + side])
    picture = av.VideoFrame.from_ndarray(cut, format="rgb24")
    resized = picture.reformat(width=SIDE, height=SIDE, interpolation="AREA").to_ndarray()
    return resized.astype(np.uint8, copy=False)[np.newaxis]


def sampled(image: Picture) -> tuple[Floats, int]:
    """Every few pixels as float32 [rows, columns, 3], whole cells of them, and how many apart."""
    step = max(1, max(image.shape[:2]) // ACROSS)
    samples = image[step // 2 :: step, step // 2 :: step]
    rows, columns = (side // CELL * CELL for side in samples.shape[:2])
    return samples[:rows, :columns].astype(np.float32), step


def warmth(samples: Floats) -> Floats:
    """Share of each cell that is as bright and warm as fire, [rows, columns]."""
    return in_cells(warm(samples).astype(np.float32))


def warm(samples: Floats) -> NDArray[np.bool_]:
    """Which samples are as bright and warm as fire.

    Flames run from red to yellow and white: red is brightest and blue is least (Çelik and Demirel,
    Fire detection in video sequences using a generic color model, Fire Safety Journal 44, 2009).
    """
    red, green, blue = np.moveaxis(samples, 2, 0)
    strong = red - blue > np.maximum(30, red / 5)
    return np.asarray((red > 150) & (red >= green) & (green >= blue) & strong)


def warm_parts(warmth: Floats) -> list[Box]:
    """The largest parts of the picture that are warm; boxes in samples."""
    parts = components(warmth > WARM_SHARE)
    parts.sort(key=lambda part: -float(warmth[part].sum()))
    return [_box(part) for part in parts[:MOST]]


def in_cells(samples: Floats) -> Floats:
    """The mean of each cell of samples [rows, columns]."""
    rows, columns = (side // CELL for side in samples.shape)
    means: Floats = samples.reshape(rows, CELL, columns, CELL).mean(axis=(1, 3))
    return means


def overlap(one: Box, other: Box) -> float:
    """Area that two boxes share."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    return max(width, 0.0) * max(height, 0.0)


def scaled(box: Box, by: float) -> Box:
    """A box in another unit."""
    x1, y1, x2, y2 = box
    return x1 * by, y1 * by, x2 * by, y2 * by


def _box(part: NDArray[np.bool_]) -> Box:
    (top, bottom), (left, right) = (
        (int(at[0]), int(at[-1]) + 1) for axis in (1, 0) for at in [np.flatnonzero(part.any(axis))]
    )
    return left * CELL, top * CELL, right * CELL, bottom * CELL
