"""Small videos made on the fly."""

from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.video.stream import VideoStream
from numpy.typing import NDArray

Image = NDArray[np.uint8]


def street(seed: int = 0, size: tuple[int, int] = (320, 180)) -> Image:
    """A place full of edges: rectangles of all greys."""
    width, height = size
    rng = np.random.default_rng(seed)
    image = np.full((height, width, 3), 90, np.uint8)
    for _ in range(40):
        x, y = rng.integers(0, width), rng.integers(0, height)
        image[y : y + rng.integers(8, 50), x : x + rng.integers(8, 60)] = rng.integers(20, 230, 3)
    return image


def walk(place: Image, frames: int, seed: int = 1) -> Iterator[Image]:
    """Someone crosses a place, seen by a sensor with noise."""
    rng = np.random.default_rng(seed)
    height, width, _ = place.shape
    for i in range(frames):
        image = place.astype(np.int16)
        x = int(i * 2.5) % width
        image[height // 3 : height - 10, x : x + width // 16] = (200, 40, 40)
        image += rng.integers(-3, 4, image.shape, np.int16)
        yield np.clip(image, 0, 255).astype(np.uint8)


def film(
    path: Path,
    images: Iterator[Image],
    *,
    rate: int = 25,
    codec: str = "libx264",
    pixels: str = "yuv420p",
    format: str | None = None,  # noqa: A002
    gop: int = 25,
    sound: bool = False,
) -> Path:
    """Encode pictures to a file."""
    first = next(images)
    options = {"preset": "ultrafast", "tune": "zerolatency"} if codec == "libx264" else {}
    with av.open(str(path), "w", format=format) as container:
        stream = container.add_stream(codec, rate=rate, options=options)
        assert isinstance(stream, VideoStream)
        stream.height, stream.width = first.shape[:2]
        stream.pix_fmt = pixels
        stream.codec_context.gop_size = gop
        if sound:
            voice = container.add_stream("aac", rate=16_000, layout="mono")
            assert isinstance(voice, AudioStream)
        for image in (first, *images):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="rgb24")))
        container.mux(stream.encode(None))
        if sound:
            _hum(container, voice)
    return path


def _hum(container: OutputContainer, voice: AudioStream) -> None:
    for i in range(30):
        samples = np.zeros((1, 1024), np.float32)
        frame = av.AudioFrame.from_ndarray(samples, format="fltp", layout="mono")
        frame.sample_rate, frame.pts = 16_000, i * 1024
        container.mux(voice.encode(frame))
    container.mux(voice.encode(None))
