"""Single pictures as files in memory."""

from fractions import Fraction
from typing import Literal

import av
import numpy as np
from numpy.typing import NDArray


def to_jpeg(image: NDArray[np.uint8]) -> bytes:
    """A JPEG of an RGB picture, uint8, shape (height, width, 3)."""
    return _encode(image, "mjpeg", "yuvj420p")


def to_png(image: NDArray[np.uint8]) -> bytes:
    """A PNG of an RGB picture, uint8, shape (height, width, 3)."""
    return _encode(image, "png", "rgb24")


def _encode(image: NDArray[np.uint8], codec: Literal["mjpeg", "png"], pixels: str) -> bytes:
    encoder = av.CodecContext.create(codec, "w")
    if not isinstance(encoder, av.VideoCodecContext):
        raise AssertionError(f"{codec} encodes no pictures")
    encoder.height, encoder.width = image.shape[:2]
    encoder.pix_fmt = pixels
    encoder.time_base = Fraction(1, 25)
    picture = av.VideoFrame.from_ndarray(image, format="rgb24")
    return b"".join(bytes(packet) for packet in [*encoder.encode(picture), *encoder.encode(None)])
