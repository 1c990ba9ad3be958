"""Pictures and observations of a person who walks past a masked window."""

import io
from collections.abc import Iterator

import av
import numpy as np
from numpy.typing import NDArray

from beffroi.capture.frame import Frame
from beffroi.perception.observation import KEYPOINTS, Observation, Track

HEIGHT, WIDTH = 180, 320
MASK = (slice(20, 60), slice(240, 300))
HEAD = 20


def walk(pictures: int = 12, start: float = 100.0) -> tuple[list[Frame], list[Observation]]:
    """Frames at 10 Hz, the mask burnt in, and what was seen in every second one."""
    frames = [_frame(index, start) for index in range(pictures)]
    observations = [_observation(index, start) for index in range(0, pictures, 2)]
    return frames, observations


def head_at(index: int) -> tuple[slice, slice]:
    """Where the head, a checkerboard of 2 by 2 pixels, is in a picture."""
    left = 60 + 3 * index
    return slice(25, 25 + HEAD), slice(left, left + HEAD)


def decode(sequence: bytes) -> list[NDArray[np.uint8]]:
    """All pictures of a sequence."""
    with av.open(io.BytesIO(sequence), "r") as container:
        return [
            frame.to_ndarray(format="rgb24").astype(np.uint8) for frame in container.decode(video=0)
        ]


def once(frames: list[Frame]) -> Iterator[Frame]:
    """The frames as a source gives them: one at a time, once."""
    yield from frames


def _frame(index: int, start: float) -> Frame:
    image = np.full((HEIGHT, WIDTH, 3), 110, np.uint8)
    rows, columns = head_at(index)
    checks = (np.indices((HEAD, HEAD)) // 2).sum(axis=0) % 2
    image[rows, columns] = (255 * checks[..., None]).astype(np.uint8)
    image[25 + HEAD : 165, columns] = (150, 60, 60)
    image[MASK] = 0
    return Frame(image=image, t=start + index / 10, at=None, index=index)


def _observation(index: int, start: float) -> Observation:
    left = 60.0 + 3 * index
    joints = np.zeros((len(KEYPOINTS), 3), np.float32)
    joints[:, :2] = left + 10, 60
    track = Track(
        "0a1b2c3d", "person", (left, 25.0, left + HEAD, 165.0), 0.9, joints, None, 0.2, index
    )
    return Observation(
        "belfry-square", start + index / 10, None, (WIDTH, HEIGHT), 0.1, True, (track,)
    )
