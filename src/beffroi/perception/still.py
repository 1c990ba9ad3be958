"""Finds what was set down: it was not there before, it does not move, and somebody stood there.

Most of what stands still is no luggage. People sit and sleep: where a skeleton covers a region it
is a body. What was taken away leaves its outline in the usual picture, not in the present one;
light, shadow and water keep the pattern of the ground beneath them.
"""

import math
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from beffroi.capture.frame import Frame
from beffroi.perception.backgrounds import CELL, STEADY_S, Backgrounds, Floats, Mask, reduced, step
from beffroi.perception.observation import Region, Track
from beffroi.perception.patches import components, in_cells, in_samples, likelihood, shares
from beffroi.perception.stood import Stood

LEAST_CELLS: Final = 4
LARGEST: Final = 0.15
"""Share of the picture above which a change is light, weather or a lorry."""
SAME: Final = 0.4
"""Share of cells in common by which a region is known again."""
LOST_S: Final = 2.0
YOUNG_S: Final = 6.0
JUDGED_S: Final = 1.0
"""Time between two judgements of a region."""
FORGET_S: Final = 900.0
"""What has stood still for so long belongs to the place."""
BODILY: Final = 0.2
"""Least share of a person's box that looks unusual: where nothing does, the model has erred."""
BODY: Final = 0.5
"""What a region and a person's box have in common, of both together, if it is their body."""
BODY_TIMES: Final = 2
RESTLESS_S: Final = 6.0
"""Time constant of how much a region still stirs."""
REMEMBERED_S: Final = 5.0
"""How long after a track has ended it is still told that it left something: its id is short-lived,
and what stands there may stay for long."""
LIKELY: Final = 0.3
"""Least score of what is told; what looks less like a thing belongs to the place."""


@dataclass(slots=True)
class _Kept:
    """A region that is followed; `cells` is bool over the grid of cells.

    `left_by` is None until somebody is known to have left it, and empty once that is forgotten.
    """

    cells: Mask
    since: float
    seen: float
    left_by: str | None
    judged: float = -math.inf
    likely: float = 0.0
    restless: float = 0.0
    bodies: int = 0
    id: str = field(default_factory=lambda: secrets.token_hex(4))

    @property
    def score(self) -> float:
        """How sure it is that something was set down, 0 to 1."""
        return 0.0 if self.bodies >= BODY_TIMES else self.likely * (1 - self.restless)

    def told(self, pixels: float) -> Region:
        """As others are told of it; a cell is so many pixels wide."""
        y, x = np.nonzero(self.cells)
        box = (x.min() * pixels, y.min() * pixels, (x.max() + 1) * pixels, (y.max() + 1) * pixels)
        corners = (float(box[0]), float(box[1]), float(box[2]), float(box[3]))
        return Region(self.id, "still", corners, self.score, self.since, self.left_by or None)


class Still:
    """Follows one camera; see :class:`beffroi.perception.finders.Finder`."""

    def __init__(self) -> None:
        self._backgrounds: Backgrounds | None = None
        self._stood = Stood((0, 0))
        self._kept: list[_Kept] = []
        self._seen: dict[str, float] = {}
        self._t = -math.inf

    @property
    def suspects(self) -> bool:
        """While a region is young: somebody who is hard to see may sit or lie there."""
        return any(self._t - kept.since < YOUNG_S for kept in self._kept)

    def update(self, frame: Frame, tracks: Sequence[Track]) -> list[Region]:
        """Take the next frame; see :class:`beffroi.perception.finders.Finder`."""
        picture = reduced(frame.image)
        elapsed, self._t = frame.t - self._t, frame.t
        if self._backgrounds is None or self._backgrounds.usual.shape != picture.shape:
            self._backgrounds, self._kept = Backgrounds.begin(picture), []
            self._stood = Stood((picture.shape[1] // CELL, picture.shape[2] // CELL))
            return []
        picture = self._backgrounds.steadied(picture)
        usual = self._backgrounds.is_usual(picture)
        cell = CELL * step(frame.image.shape[1])
        strange = shares(~usual)
        people = [track for track in tracks if track.kind == "person"]
        self._forget([track.id for track in people])
        people = [track for track in people if _mean(strange, _box(track, cell)) >= BODILY]
        boxes = np.array([_box(track, cell) for track in people], np.float64).reshape(-1, 4)
        self._backgrounds.learn(picture, usual, elapsed, _hidden(boxes, usual.shape))
        self._stood.update([track.id for track in people], boxes, elapsed, strange <= 0.5)
        self._follow(self._backgrounds)
        self._judge(self._backgrounds, elapsed, boxes)
        self._drop(self._backgrounds)
        return [kept.told(cell) for kept in self._kept if kept.score >= LIKELY]

    def _forget(self, here: Sequence[str]) -> None:
        """Forget the ids of the tracks that have ended, those of the people here being known."""
        self._seen |= dict.fromkeys(here, self._t)
        gone = [id_ for id_, seen in self._seen.items() if self._t - seen > REMEMBERED_S]
        for id_ in gone:
            del self._seen[id_]
        self._stood.forget(gone)
        for kept in self._kept:
            kept.left_by = "" if kept.left_by in gone else kept.left_by

    def _follow(self, backgrounds: Backgrounds) -> None:
        """Know again the regions that were there, and begin new ones."""
        for cells in components(in_cells(backgrounds.still)):
            likeness, kept = max(
                ((_share(kept.cells, cells), kept) for kept in self._kept),
                key=lambda pair: pair[0],
                default=(0.0, None),
            )
            if kept is not None and likeness >= SAME:
                kept.cells, kept.seen = cells, self._t
                kept.left_by = self._stood.by(cells) if kept.left_by is None else kept.left_by
            elif cells.sum() >= LEAST_CELLS:
                self._kept.append(_Kept(cells, self._t - STEADY_S, self._t, self._stood.by(cells)))

    def _judge(self, backgrounds: Backgrounds, elapsed: float, boxes: NDArray[np.float64]) -> None:
        """Weigh each region anew: does it stir, is it a body, does it look like a thing?"""
        stirring = 1 - shares(backgrounds.agrees)
        weight = -math.expm1(-elapsed / RESTLESS_S)
        for kept in self._kept:
            kept.restless += weight * (float(stirring[kept.cells].mean()) - kept.restless)
            kept.bodies += any(_common(kept.cells, box) >= BODY for box in boxes)
            if self._t - kept.judged >= JUDGED_S and kept.seen == self._t:
                kept.judged = self._t
                kept.likely = likelihood(backgrounds, in_samples(kept.cells))

    def _drop(self, backgrounds: Backgrounds) -> None:
        """Forget what has gone; what is nothing belongs to the place from now on."""
        for kept in self._kept:
            age = self._t - kept.since
            unlikely = kept.likely < LIKELY and age > YOUNG_S
            if unlikely or kept.cells.mean() > LARGEST or age > FORGET_S:
                backgrounds.absorb(in_samples(kept.cells))
                kept.seen = -math.inf
        self._kept = [kept for kept in self._kept if self._t - kept.seen <= LOST_S]


def _box(track: Track, cell: int) -> tuple[float, float, float, float]:
    """The box of a track, in cells."""
    x1, y1, x2, y2 = track.box
    return x1 / cell, y1 / cell, x2 / cell, y2 / cell


def _mean(values: Floats, box: tuple[float, float, float, float]) -> float:
    """Mean of what is in a box; 0 if it is out of the picture."""
    x1, y1, x2, y2 = (max(int(value), 0) for value in box)
    part = values[y1 : y2 + 1, x1 : x2 + 1]
    return float(part.mean()) if part.size else 0.0


def _hidden(boxes: NDArray[np.float64], shape: tuple[int, int]) -> Mask:
    """Where people stand in front of the place, with a margin for hands and hair."""
    hidden = np.zeros(shape, bool)
    for x1, y1, x2, y2 in (boxes * CELL).tolist():
        across, down = 0.1 * (y2 - y1), 0.06 * (y2 - y1)
        top, left = max(int(y1 - down), 0), max(int(x1 - across), 0)
        hidden[top : max(int(y2 + down) + 1, 0), left : max(int(x2 + across) + 1, 0)] = True
    return hidden


def _share(one: Mask, other: Mask) -> float:
    """What two regions have in common, of the smaller."""
    return float((one & other).sum() / max(min(one.sum(), other.sum()), 1))


def _common(cells: Mask, box: NDArray[np.float64]) -> float:
    """What a region and a box, in cells, have in common, of both together."""
    x1, y1, x2, y2 = (max(round(value), 0) for value in box.tolist())
    within = int(cells[y1:y2, x1:x2].sum())
    together = int(cells.sum()) + (x2 - x1) * (y2 - y1) - within
    return float(within / max(together, 1))
