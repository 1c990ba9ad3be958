"""What a camera would have seen had its ground been measured: the same tracks, with places."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from beffroi.perception.ground import Ground, feet
from beffroi.perception.observation import Observation, Track
from beffroi.simulation.camera import Camera


def grounded(seen: Sequence[Observation], camera: Camera) -> list[Observation]:
    """What a drawn camera saw that nobody had calibrated, as one that somebody has sees it."""
    rows = camera.ground_homography() @ np.diag([*camera.size, 1.0])
    ground = Ground.from_rows(rows.tolist())

    def stands(track: Track, size: tuple[int, int]) -> Track:
        x, y = feet(track.box, track.keypoints)
        metres = ground.to_metres((x / size[0], y / size[1]))
        known = not np.isnan(metres[0])
        return replace(track, ground=(float(metres[0]), float(metres[1])) if known else None)

    return [
        replace(one, tracks=tuple(stands(track, one.size) for track in one.tracks)) for one in seen
    ]
