"""The part of a camera's picture that a use was voted for: nobody outside it is shown or kept.

Who stands inside is told by the feet, as detectors tell it. A body rises above the ground that was
drawn, so the boxes of those inside stay visible with it.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from beffroi.capture.frame import Frame
from beffroi.capture.masks import GREY, raster
from beffroi.events.detector import Point, Zones
from beffroi.events.place import inside
from beffroi.perception.ground import feet
from beffroi.perception.observation import Observation

_MARGIN: Final = 0.1
"""Boxes end at the joints that were seen: hands and hair reach a little further."""


@dataclass(frozen=True, slots=True)
class Area:
    """Some polygons of a picture, or all of it.

    Args:
        polygons: Corners in fractions of width and height; None for the whole picture.
    """

    polygons: tuple[tuple[Point, ...], ...] | None

    @classmethod
    def of(cls, *drawn: Zones) -> Self:
        """What some uses may look at together: everything, if one of them has no area."""
        areas = tuple(zones.area for zones in drawn)
        return cls(areas if all(areas) else None)

    def within(self, observation: Observation) -> Observation:
        """The observation without whoever stands, and whatever lies, outside."""
        if self.polygons is None:
            return observation
        size = observation.size
        tracks = tuple(
            track
            for track in observation.tracks
            if self._holds(feet(track.box, track.keypoints), size)
        )
        held = {track.id for track in tracks}
        regions = tuple(
            replace(region, left_by=region.left_by if region.left_by in held else None)
            for region in observation.regions
            if self._holds(feet(region.box, None), size)
        )
        return replace(observation, tracks=tracks, regions=regions, flow=None)

    def cover(self, frames: Iterable[Frame], within: Sequence[Observation]) -> Iterator[Frame]:
        """The frames, grey outside the area and outside the bodies that stand in it.

        Args:
            frames: In order of time.
            within: What was seen in the area meanwhile, in order of time, on the same clock.
        """
        if self.polygons is None:
            yield from frames
            return
        times = [seen.t for seen in within]
        for frame in frames:
            height, width = frame.image.shape[:2]
            shown = self._raster(height, width)
            after = bisect_left(times, frame.t)
            for seen in within[max(0, after - 1) : after + 1]:
                _show_bodies(shown, seen)
            image = np.where(shown[..., None], frame.image, np.uint8(GREY))
            yield replace(frame, image=image)

    def _holds(self, foot: Point, size: tuple[int, int]) -> bool:
        spot = foot[0] / size[0], foot[1] / size[1]
        return any(inside(polygon, spot) for polygon in self.polygons or ())

    def _raster(self, height: int, width: int) -> NDArray[np.bool_]:
        shown = np.zeros((height, width), bool)
        for polygon in self.polygons or ():
            shown |= raster(np.array(polygon) * (width, height), height, width)
        return shown


def _show_bodies(shown: NDArray[np.bool_], seen: Observation) -> None:
    height, width = shown.shape
    scale = np.tile(np.array([width, height]) / seen.size, 2)
    for track in seen.tracks:
        margin = _MARGIN * (track.box[3] - track.box[1])
        grown = np.add(track.box, (-margin, -margin, margin, margin))
        x1, y1, x2, y2 = (grown * scale).clip(0).astype(int)
        shown[y1:y2, x1:x2] = True
