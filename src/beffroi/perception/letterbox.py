"""Fitting a picture of any size into a model's input, and results back onto the picture."""

from dataclasses import dataclass, field
from typing import Self

import av
import numpy as np
from av.video.reformatter import Interpolation, VideoReformatter
from numpy.typing import NDArray

Size = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Letterbox:
    """The largest upright copy of a picture in the top left corner of an input, black elsewhere.

    Keep it from one picture to the next: preparing to scale costs more than scaling. Pictures are
    applied by one thread at a time.

    Args:
        source: Height and width of the picture in pixels.
        target: Height and width of the input in pixels.
        content: Height and width that the picture takes in the input.
    """

    source: Size
    target: Size
    content: Size
    _scaler: VideoReformatter = field(default_factory=VideoReformatter, repr=False, compare=False)

    @classmethod
    def fit(cls, source: Size, target: Size) -> Self:
        """Lay a picture of size `source` into an input of size `target`, keeping its shape."""
        scale = min(target[0] / source[0], target[1] / source[1])
        height, width = (max(1, round(side * scale)) for side in source)
        return cls(source, target, (min(height, target[0]), min(width, target[1])))

    @property
    def scale(self) -> NDArray[np.float32]:
        """Source pixels per input pixel, along x and y."""
        (height, width), (rows, columns) = self.source, self.content
        return np.array([width / columns, height / rows], np.float32)

    def boxes(self, boxes: NDArray[np.float32]) -> NDArray[np.float32]:
        """Boxes float32 [n, 4] (x1, y1, x2, y2), from input pixels to source pixels, cut to it."""
        height, width = self.source
        corners = np.clip(boxes.reshape(-1, 2, 2) * self.scale, 0, [width, height])
        fitted: NDArray[np.float32] = corners.reshape(-1, 4).astype(np.float32)
        return fitted

    def apply(self, image: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """The input for one picture.

        Args:
            image: RGB, uint8 [height, width, 3], of size `source`; or already of size `content`
                where whoever decoded it has resized it.

        Returns:
            uint8 [1, target height, target width, 3]; a view of `image` where nothing is to do.
        """
        if image.shape[:2] != self.content:
            height, width = self.content
            frame = av.VideoFrame.from_numpy_buffer(np.ascontiguousarray(image), format="rgb24")
            resized = self._scaler.reformat(
                frame, width, height, interpolation=Interpolation.AREA, threads=1
            )
            image = resized.to_ndarray().astype(np.uint8, copy=False)
        if self.content == self.target:
            return image[np.newaxis]
        canvas = np.zeros((1, *self.target, 3), np.uint8)
        canvas[0, : self.content[0], : self.content[1]] = image
        return canvas
