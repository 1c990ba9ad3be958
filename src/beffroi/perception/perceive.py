"""From a frame to an observation: the one place where pixels are turned into numbers and dropped.

The motion gate spares the models while nothing happens. It may close only after an analysis that
found nobody and nothing, not even a doubtful candidate, so that it never changes what is detected.
"""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Final

import numpy as np
from numpy.typing import NDArray

from beffroi.capture.frame import Frame
from beffroi.capture.motion import Motion, MotionGate
from beffroi.perception.finders import FINDERS, Need
from beffroi.perception.fire import FlameFinder, read_flames
from beffroi.perception.flow import MotionField
from beffroi.perception.ground import Ground, feet
from beffroi.perception.inference import Inference
from beffroi.perception.letterbox import Letterbox
from beffroi.perception.models import Variant
from beffroi.perception.objects import OBJECT_READERS, Objects
from beffroi.perception.observation import (
    KINDS,
    MAX_REGIONS,
    MAX_TRACKS,
    Observation,
    Region,
    Track,
)
from beffroi.perception.pose import PEOPLE_READERS, People
from beffroi.perception.things import Things
from beffroi.perception.tracking import Detections, Match, Tracker
from beffroi.perception.weapons import Weapons, read_weapons

Box = tuple[float, float, float, float]

OBJECTS_EVERY_S: Final = 0.15
"""Least time between two searches for objects: every picture at 5 a second, fewer than all where
limbs ask for more, since vehicles turn less quickly."""


@dataclass(frozen=True, slots=True)
class Models:
    """The models that look at one camera.

    Args:
        pose: Finds people and their joints; None if nobody need be seen.
        objects: Finds vehicles and luggage; None likewise.
        flames: Tells flames from what is as bright and warm; None likewise.
        weapons: A city's own, that finds weapons; None likewise.
    """

    pose: Variant | None = None
    objects: Variant | None = None
    flames: Variant | None = None
    weapons: Variant | None = None


class Perception:
    """Looks at the frames of one camera; all state is the instance's own.

    Args:
        camera: Camera id; the file name or scene in the laboratory.
        models: What to look with; loaded in `inference`.
        inference: The machine's queue, shared by all cameras of the process.
        ground: The camera's calibration, if it has one.
        gate: Whether frames in which nothing moves are spared.
        needs: What must be looked for beside what the models find.
    """

    def __init__(
        self,
        camera: str,
        models: Models,
        inference: Inference,
        ground: Ground | None = None,
        gate: bool = True,
        needs: Collection[Need] = (),
    ) -> None:
        self._camera, self._models, self._inference = camera, models, inference
        self._ground, self._spare = ground, gate
        self._gate = MotionGate()
        self._fit = lru_cache(maxsize=2)(Letterbox.fit)
        self._people, self._things, self._weapons = Tracker(), Things(), Weapons()
        self._objects_t = -math.inf
        self._objects: list[Track] = []
        self._finders = [FINDERS[need]() for need in sorted(needs) if need in FINDERS]
        if models.flames is not None:
            self._finders.append(FlameFinder(partial(_like_flames, inference, models.flames)))
        self._field = MotionField() if Need.FLOW in needs else None

    @property
    def idle(self) -> bool:
        """Whether the last frame showed that nothing is about, to anyone."""
        return self._spare and not self._finders and not self._gate.open

    def observe(self, frame: Frame) -> Observation:
        """Analyse one frame; frames come in order of time.

        Raises:
            Unavailable: The inference queue is closed.
        """
        motion = self._gate.update(frame)
        if self._spare and not self._gate.open:
            # What stays or smoulders may be too slow for the gate.
            regions = self._find(frame, ())
            return self._observation(frame, motion, analysed=False, regions=regions)
        tracks, candidates = self._look(frame, motion)
        regions = [*self._find(frame, tracks), *self._look_for_weapons(frame)]
        following = any(each.following for each in (self._people, self._things, self._weapons))
        suspected = any(finder.suspects for finder in self._finders)
        self._gate.analysed(max(candidates, int(following or suspected)))
        flow = None if self._field is None else self._field.update(frame)
        return self._observation(
            frame, motion, analysed=True, tracks=tracks, regions=regions, flow=flow
        )

    def _find(self, frame: Frame, tracks: Sequence[Track]) -> list[Region]:
        return [region for finder in self._finders for region in finder.update(frame, tracks)]

    def _look(self, frame: Frame, motion: Motion) -> tuple[list[Track], int]:
        """The tracks in a frame, and the number of candidates, however doubtful."""
        pose = self._models.pose
        if pose is None:
            candidates = self._look_for_objects(frame, motion)
            return list(self._objects), candidates
        box = self._fit(frame.image.shape[:2], pose.size)
        read = PEOPLE_READERS[pose.model.contract]
        people = self._inference.submit(
            pose, box.apply(frame.image), lambda heads: read(heads, box)
        )
        candidates = self._look_for_objects(frame, motion)
        found = people.result()
        detections = Detections(found.boxes, found.scores, found.keypoints)
        tracks = [
            self._track(match, "person", found, frame, motion)
            for match in self._people.update(frame.t, detections)
        ]
        return tracks + self._objects, candidates + len(found)

    def _look_for_objects(self, frame: Frame, motion: Motion) -> int:
        """Renew the objects if it is time to; in between they stay as they were."""
        variant = self._models.objects
        if variant is None:
            return 0
        if frame.t - self._objects_t >= OBJECTS_EVERY_S:
            self._objects_t = frame.t
            box = self._fit(frame.image.shape[:2], variant.size)
            read = OBJECT_READERS[variant.model.contract]
            found = self._inference.submit(
                variant, box.apply(frame.image), lambda heads: read(heads, box)
            ).result()
            # People come from pose alone, or each would be counted twice.
            things = found.only(found.kinds != KINDS.index("person"))
            self._objects = [
                self._track(match, KINDS[kind], things, frame, motion)
                for match, kind in self._things.update(frame.t, things)
            ]
        return len(self._objects)

    def _look_for_weapons(self, frame: Frame) -> Sequence[Region]:
        variant = self._models.weapons
        if variant is None:
            return ()
        box = Letterbox.fit(frame.image.shape[:2], variant.size)
        found = self._inference.submit(
            variant, box.apply(frame.image), lambda heads: read_weapons(heads, box)
        ).result()
        return self._weapons.update(frame.t, found)

    def _track(
        self, match: Match, kind: str, found: People | Objects, frame: Frame, motion: Motion
    ) -> Track:
        x1, y1, x2, y2 = found.boxes[match.index].tolist()
        keypoints = found.keypoints[match.index] if isinstance(found, People) else None
        return Track(
            id=match.id,
            kind=kind,
            box=(x1, y1, x2, y2),
            score=float(found.scores[match.index]),
            keypoints=keypoints,
            ground=self._standing((x1, y1, x2, y2), keypoints, frame),
            motion=_share(motion, (x1, y1, x2, y2), frame),
            age=match.age,
        )

    def _standing(
        self, box: Box, keypoints: NDArray[np.float32] | None, frame: Frame
    ) -> tuple[float, float] | None:
        """Metres on the ground, if the camera is calibrated and the feet are below the horizon."""
        if self._ground is None:
            return None
        spot = feet(box, keypoints)
        height, width = frame.image.shape[:2]
        x, y = self._ground.to_metres((spot[0] / width, spot[1] / height))
        return None if np.isnan(x) else (float(x), float(y))

    def _observation(
        self,
        frame: Frame,
        motion: Motion,
        *,
        analysed: bool,
        tracks: Sequence[Track] = (),
        regions: Sequence[Region] = (),
        flow: NDArray[np.float32] | None = None,
    ) -> Observation:
        height, width = frame.image.shape[:2]
        best = sorted(tracks, key=lambda track: -track.score)[:MAX_TRACKS]
        return Observation(
            camera=self._camera,
            t=frame.t,
            at=frame.at,
            size=(width, height),
            motion=motion.share,
            analysed=analysed,
            tracks=tuple(best),
            regions=tuple(sorted(regions, key=lambda region: -region.score)[:MAX_REGIONS]),
            flow=flow,
        )


def _like_flames(
    inference: Inference, flames: Variant, windows: Sequence[NDArray[np.uint8]]
) -> list[float]:
    """How much each window looks like flames, 0 to 1."""
    waiting = [inference.submit(flames, window, read_flames) for window in windows]
    return [each.result() for each in waiting]


def _share(motion: Motion, box: Box, frame: Frame) -> float:
    """Share of the cells under a box that changed, 0 to 1."""
    height, width = frame.image.shape[:2]
    rows, columns = motion.cells.shape
    left, right = (int(x / width * columns) for x in (box[0], box[2]))
    top, bottom = (int(y / height * rows) for y in (box[1], box[3]))
    under = motion.cells[top : bottom + 1, left : right + 1]
    return np.count_nonzero(under) / under.size if under.size else 0.0
