"""The films that benchmarks replay: as street cameras send, encoded beforehand, busy and empty."""

from fractions import Fraction
from pathlib import Path
from typing import Final

import av
import numpy as np
from numpy.typing import NDArray

from beffroi.simulation.clip import write_clip
from beffroi.simulation.scene import Scene

FPS: Final = 25
KEY_FRAME_S: Final = 2
Picture = NDArray[np.uint8]

NOISE: Final = 2.0
"""Grey levels; a sensor is never quite still."""


def busy(path: Path, seconds: float) -> Path:
    """A square with walkers, 640 x 360."""
    write_clip(Scene.create("square", 1), seconds, path, None)
    return path


def empty(path: Path, seconds: float) -> Path:
    """The same place with nobody, through a sensor with noise."""
    chance = np.random.default_rng(1)
    place = Scene.create("square", 1).empty().astype(np.float32)
    noise = [chance.normal(0, NOISE, place.shape).astype(np.float32) for _ in range(5)]
    with av.open(str(path), "w", format="mp4") as film:
        stream = film.add_stream("libx264", rate=Fraction(FPS))
        stream.height, stream.width = place.shape[:2]
        stream.pix_fmt = "yuv420p"
        stream.gop_size, stream.max_b_frames = FPS * KEY_FRAME_S, 0
        stream.options = {"crf": "23", "preset": "veryfast", "threads": "1"}
        for i in range(round(seconds * FPS)):
            picture = (place + noise[i % len(noise)]).clip(0, 255).astype(np.uint8)
            film.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        film.mux(stream.encode(None))
    return path
