"""Skeletons over a blurred picture, to look at what the detectors saw without seeing anybody."""

from fractions import Fraction
from pathlib import Path
from typing import Final

import av
import numpy as np
from numpy.typing import NDArray

from beffroi.capture.frame import Frame
from beffroi.closing import Closing
from beffroi.errors import BadInput
from beffroi.events.detector import Detection
from beffroi.perception.observation import Observation

BONES: Final = (
    *((5, 6), (5, 7), (7, 9), (6, 8), (8, 10), (5, 11), (6, 12), (11, 12)),
    *((11, 13), (13, 15), (12, 14), (14, 16), (0, 5), (0, 6)),
)
BLUR: Final = 24
"""Pixels of the picture that become one."""
SHOWN_S: Final = 2.0
"""How long the frame stays red after a detection."""
CALM: Final = (90, 220, 200)
ALARM: Final = (230, 60, 50)

Image = NDArray[np.uint8]


class Overlay(Closing):
    """Writes an MP4. Use it as a context manager, and call it with each frame.

    Args:
        path: The file to write.
        rate_hz: Frames per second of what it is given.
    """

    def __init__(self, path: Path, rate_hz: float) -> None:
        try:
            self._file = av.open(str(path), "w", format="mp4")
        except OSError as error:
            raise BadInput(f"{path} cannot be written: {error.strerror}.") from error
        self._rate = Fraction(rate_hz).limit_denominator(1000)
        self._stream: av.VideoStream | None = None
        self._alarm_until = -np.inf

    def __call__(self, frame: Frame, observation: Observation, found: list[Detection]) -> None:
        """Draw one frame and write it."""
        if found:
            self._alarm_until = frame.t + SHOWN_S
        picture = _blurred(frame.image)
        alarm = frame.t <= self._alarm_until
        for track in observation.tracks:
            if track.keypoints is not None:
                _draw_skeleton(picture, track.keypoints, ALARM if alarm else CALM)
        if alarm:
            edge = max(2, picture.shape[0] // 80)
            for side in (np.s_[:edge], np.s_[-edge:], np.s_[:, :edge], np.s_[:, -edge:]):
                picture[side] = ALARM
        self._write(picture)

    def _write(self, picture: Image) -> None:
        height, width = (side - side % 2 for side in picture.shape[:2])
        if self._stream is None:
            self._stream = self._file.add_stream("libx264", rate=self._rate)
            self._stream.width, self._stream.height = width, height
            self._stream.pix_fmt = "yuv420p"
        image = np.ascontiguousarray(picture[:height, :width])
        self._file.mux(self._stream.encode(av.VideoFrame.from_ndarray(image, format="rgb24")))

    def close(self) -> None:
        """Finish the file."""
        if self._stream is not None:
            self._file.mux(self._stream.encode())
        self._file.close()


def _blurred(image: Image) -> Image:
    """The picture as smooth as if seen through frosted glass: nobody can be made out."""
    height, width = image.shape[:2]
    small = av.VideoFrame.from_ndarray(np.ascontiguousarray(image), format="rgb24").reformat(
        width=max(2, width // BLUR), height=max(2, height // BLUR), interpolation="AREA"
    )
    smooth = small.reformat(width=width, height=height, interpolation="BICUBIC")
    return (smooth.to_ndarray(format="rgb24") * np.float32(0.6)).astype(np.uint8)


def _draw_skeleton(
    picture: Image, keypoints: NDArray[np.float32], colour: tuple[int, int, int]
) -> None:
    for one, other in BONES:
        if min(keypoints[one, 2], keypoints[other, 2]) < 0.1:
            continue
        start, end = keypoints[one, :2], keypoints[other, :2]
        steps = int(np.abs(end - start).max()) + 1
        line = np.linspace(start, end, steps + 1).round().astype(np.intp)
        thick = (line[:, np.newaxis] + np.mgrid[-1:2, -1:2].reshape(2, -1).T).reshape(-1, 2)
        inside = ((thick >= 0) & (thick < picture.shape[1::-1])).all(axis=1)
        picture[thick[inside, 1], thick[inside, 0]] = colour
