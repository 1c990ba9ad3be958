"""From a decoded picture to the one that perception sees: upright, scaled, masked, RGB."""

from typing import Final

import av
import numpy as np
from av.video.reformatter import Interpolation, VideoReformatter
from numpy.typing import NDArray

from beffroi.capture.masks import Masks
from beffroi.errors import BadInput, Unavailable

MAX_PIXELS: Final = 50_000_000
"""Larger pictures are refused by the decoder: a damaged header must not take all memory."""


class Imager:
    """Converts pictures; only those that are wanted pay for it.

    One pass of swscale does colour and size. Not shared between threads.

    Args:
        size: Width and height of what comes out, in pixels; None keeps the stream's own.
        masks: Painted over last, so that nothing of what they hide is left.
    """

    def __init__(self, size: tuple[int, int] | None, masks: Masks) -> None:
        if size is not None and not (min(size) > 0 and size[0] * size[1] <= MAX_PIXELS):
            raise BadInput(f"Frames cannot be scaled to {size[0]} by {size[1]} pixels.")
        self._size = size
        self._masks = masks
        self._scaler = VideoReformatter()

    def image(self, picture: av.VideoFrame) -> NDArray[np.uint8]:
        """RGB, uint8, shape (height, width, 3), masks burnt in.

        Raises:
            Unavailable: The picture is of a kind that cannot be converted.
        """
        turns = round(picture.rotation / 90) % 4
        size = self._size or (None, None)
        width, height = size if turns % 2 == 0 else size[::-1]
        try:
            rgb = self._scaler.reformat(
                picture, width, height, "rgb24", interpolation=Interpolation.BILINEAR, threads=1
            )
        except (av.FFmpegError, ValueError) as error:
            kind = f"{picture.width} by {picture.height} {picture.format.name}"
            raise Unavailable(f"Pictures of {kind} cannot be converted.") from error
        image = np.rot90(rgb.to_ndarray(), turns).astype(np.uint8, order="C", copy=False)
        self._masks.burn(image)
        return image
