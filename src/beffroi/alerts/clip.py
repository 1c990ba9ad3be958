"""Sequences made in memory: pictures in, an MP4 that a browser plays out, nothing on the disk.

The only module of alerts that uses PyAV. Pixelation happens before compression, on the whole
picture: detail that was never in the file cannot be brought back from it.
"""

import io
from collections.abc import Iterable
from fractions import Fraction
from typing import Final

import av
import numpy as np
from av.video.stream import VideoStream
from numpy.typing import NDArray

from beffroi.closing import Closing
from beffroi.perception.observation import KEYPOINTS, Observation, Track

_TICKS: Final = 90_000
_RATE: Final = 30
_OPTIONS: Final = {"preset": "veryfast", "crf": "23"}

MAX_PICTURES: Final = 1500
"""A minute of a usual camera: what an alert keeps is bounded, whatever the camera sends."""

# `faststart` opens the finished file a second time, which memory cannot do: the index gets its
# place at the front beforehand instead. A picture takes at most 40 bytes in it.
_INDEX_BYTES: Final = 4096 + 40 * MAX_PICTURES


class Clip(Closing):
    """An H.264 sequence (yuv420p, index first) that grows picture by picture."""

    def __init__(self) -> None:
        self._file = io.BytesIO()
        self._container = av.open(
            self._file, "w", format="mp4", options={"moov_size": str(_INDEX_BYTES)}
        )
        self._stream: VideoStream | None = None
        self._start = 0.0
        self._last = -1
        self._pictures = 0

    def close(self) -> None:
        """Finish the file."""
        self._container.close()

    def add(self, image: NDArray[np.uint8], t: float) -> None:
        """Add a picture; left out if not later than the last, of another size, or one too many.

        Args:
            image: RGB, uint8, shape (height, width, 3); an odd last row or column is cut off.
            t: Its seconds; the sequence starts at the first picture's.
        """
        height, width = (side & ~1 for side in image.shape[:2])
        if self._stream is None:
            self._stream = self._open(width, height)
            self._start = t
        ticks = round((t - self._start) * _TICKS)
        resized = (width, height) != (self._stream.width, self._stream.height)
        if ticks <= self._last or resized or self._pictures == MAX_PICTURES:
            return
        self._last = ticks
        self._pictures += 1
        picture = av.VideoFrame.from_ndarray(
            np.ascontiguousarray(image[:height, :width]), format="rgb24"
        )
        picture.pts = ticks
        picture.time_base = Fraction(1, _TICKS)
        self._container.mux(self._stream.encode(picture))

    def finish(self) -> bytes:
        """The whole file; empty if no picture was added."""
        if self._stream is None:
            return b""
        self._container.mux(self._stream.encode(None))
        self._container.close()
        return self._file.getvalue()

    def _open(self, width: int, height: int) -> VideoStream:
        stream = self._container.add_stream("libx264", rate=_RATE, options=_OPTIONS)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.codec_context.time_base = Fraction(1, _TICKS)
        stream.codec_context.thread_count = 1
        return stream


def pixelate(image: NDArray[np.uint8], block: int) -> NDArray[np.uint8]:
    """The picture as squares of one colour each, their mean.

    It hides who is there from a person who looks. Someone with the file and much patience can
    still add up what a moving head leaves in many pictures: so the file is encrypted, and erased.

    Args:
        image: RGB, uint8, shape (height, width, 3).
        block: Side of the squares in pixels, at least 1; those at the far edges may be smaller.

    Returns:
        uint8, same shape.
    """
    height, width = image.shape[:2]
    rows, columns = np.arange(0, height, block), np.arange(0, width, block)
    sums = np.add.reduceat(image, rows, axis=0, dtype=np.uint32)
    sums = np.add.reduceat(sums, columns, axis=1, dtype=np.uint32)
    tall, wide = np.diff(rows, append=height), np.diff(columns, append=width)
    means: NDArray[np.uint8] = (sums / np.outer(tall, wide)[..., None]).round().astype(np.uint8)
    return means.repeat(tall, axis=0).repeat(wide, axis=1)


# Of the stature, standing: D. A. Winter, Biomechanics and Motor Control of Human Movement, 4th ed.
# (2009), fig. 4.1, after Drillis and Contini (1966). Head and neck take 0.182, the head 0.130.
_TORSO: Final = 0.288
_SHOULDERS: Final = 0.259
# A head of a seventh of the body: an adult's with hair and hat, since 0.130 is the bare skull.
_BODIES_PER_HEAD: Final = 7
# Children have larger heads than that; then the face itself tells. From ear to ear is 0.7 of the
# height of a head or more, at every age.
_EARS: Final = 0.7
_SURE: Final = 0.3
_LEAST_SHARE: Final = 30
_UNKNOWN_SHARE: Final = 7

_EAR_L, _EAR_R = KEYPOINTS.index("left_ear"), KEYPOINTS.index("right_ear")
_SHOULDER_L, _SHOULDER_R = KEYPOINTS.index("left_shoulder"), KEYPOINTS.index("right_shoulder")
_HIP_L, _HIP_R = KEYPOINTS.index("left_hip"), KEYPOINTS.index("right_hip")


def block_for(
    observations: Iterable[Observation], size: tuple[int, int], *, looked: bool = True
) -> int:
    """Side of the squares that leave at most four of them on any head, wherever the head lies.

    A square as large as the largest head does that: a head then touches two rows and two columns.
    People whom perception missed are covered by a floor of a thirtieth of the picture's height;
    where it looked for nobody, by a seventh, the head of somebody who fills the picture.

    Args:
        observations: What was seen while the sequence was taken.
        size: Width and height of the sequence, in pixels.
        looked: Whether people were looked for.

    Returns:
        Pixels of the sequence.
    """
    largest = size[1] / (_LEAST_SHARE if looked else _UNKNOWN_SHARE)
    for observation in observations:
        scale = size[0] / observation.size[0]
        heads = [head_px(track) * scale for track in observation.tracks if track.kind == "person"]
        largest = max([largest, *heads])
    return int(np.ceil(largest))


def head_px(person: Track) -> float:
    """Height of a person's head, from whichever of body, torso, shoulders and face says most.

    A body bent or cut by the picture's edge is shorter than it is; the torso, the shoulders and
    the face still tell its size.

    Args:
        person: A track of kind `person`.

    Returns:
        Pixels of the analysed picture, rather too large than too small.
    """
    x1, y1, x2, y2 = person.box
    stature = max(x2 - x1, y2 - y1)
    if person.keypoints is None:
        return stature / _BODIES_PER_HEAD
    joints = person.keypoints
    torsos = [
        _distance(joints, _SHOULDER_L, _HIP_L) / _TORSO,
        _distance(joints, _SHOULDER_R, _HIP_R) / _TORSO,
        _distance(joints, _SHOULDER_L, _SHOULDER_R) / _SHOULDERS,
    ]
    return max(max(stature, *torsos) / _BODIES_PER_HEAD, _distance(joints, _EAR_L, _EAR_R) / _EARS)


def _distance(joints: NDArray[np.float32], one: int, other: int) -> float:
    """Pixels between two joints, 0 if either is unsure."""
    if min(joints[one, 2], joints[other, 2]) < _SURE:
        return 0.0
    return float(np.hypot(*(joints[one, :2] - joints[other, :2])))
