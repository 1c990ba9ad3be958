"""The films that benchmarks replay: as street cameras send, encoded beforehand, busy and empty.

H.264, 640 x 360 at 25 pictures a second, no B-frames, a key frame every two seconds. Those of one
run are filmed together, on all processors.
"""

import os
from collections.abc import Iterable, Mapping
from concurrent.futures import ProcessPoolExecutor
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
SIZE: Final = (640, 360)
LARGE: Final = (1920, 1080)
Picture = NDArray[np.uint8]

NOISE: Final = 2.0
"""Grey levels; a sensor is never quite still."""

MOMENTS_S: Final = (8.0, 44.0, 84.0, 108.0)
"""When the forecourt was filmed whose people make a dense one; nobody but them differs."""


def busy(path: Path, seconds: float) -> Path:
    """A square with walkers, 6 to 10 of them most of the time."""
    write_clip(Scene.create("square", 1), seconds, path, None)
    return path


def light(path: Path, seconds: float) -> Path:
    """A park with one to four people."""
    write_clip(Scene.create("park", 1), seconds, path, None)
    return path


def empty(path: Path, seconds: float) -> Path:
    """The same square with nobody, through a sensor with noise."""
    chance = np.random.default_rng(1)
    place = Scene.create("square", 1).empty().astype(np.float32)
    noise = [chance.normal(0, NOISE, place.shape).astype(np.float32) for _ in range(5)]
    count = round(seconds * FPS)
    pictures = ((place + noise[i % len(noise)]).clip(0, 255).astype(np.uint8) for i in range(count))
    return encode(path, pictures)


def dense(path: Path, seconds: float) -> Path:
    """A forecourt with about 25 people: those of four moments, each where it differs most."""
    scene = Scene.create("forecourt", 1)
    place = scene.empty().astype(np.int16)

    def together(t: float) -> Picture:
        moments = np.stack([scene.render(moment + t) for moment in MOMENTS_S])
        apart = np.abs(moments - place).max(axis=-1, keepdims=True)
        chosen = apart.argmax(axis=0)[np.newaxis]
        picture: Picture = np.take_along_axis(moments, chosen, axis=0)[0]
        return picture

    return encode(path, (together(i / FPS) for i in range(round(seconds * FPS))))


def large(path: Path, seconds: float) -> Path:
    """The busy square as a main stream of 1080 lines sends it."""
    small = busy(path.with_name("small.mp4"), seconds)
    with av.open(str(small)) as film:
        frames = (frame.reformat(*LARGE, "rgb24") for frame in film.decode(video=0))
        return encode(
            path, (frame.to_ndarray().astype(np.uint8, copy=False) for frame in frames), LARGE
        )


KINDS: Final = {film.__name__: film for film in (busy, light, empty, dense, large)}


def film_all(folder: Path, seconds: Mapping[str, float]) -> dict[str, Path]:
    """Film several kinds at once; gives where they are, by kind."""
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        under_way = {
            kind: pool.submit(KINDS[kind], folder / f"{kind}.mp4", length)
            for kind, length in seconds.items()
        }
        return {kind: film.result() for kind, film in under_way.items()}


def encode(path: Path, pictures: Iterable[Picture], size: tuple[int, int] = SIZE) -> Path:
    """Write RGB pictures [height, width, 3] as a street camera would send them.

    Args:
        path: The MP4 to write.
        pictures: In order, at `FPS`.
        size: Width and height of them all.
    """
    with av.open(str(path), "w", format="mp4") as film:
        stream = film.add_stream("libx264", rate=Fraction(FPS))
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p"
        stream.gop_size, stream.max_b_frames = FPS * KEY_FRAME_S, 0
        stream.options = {"crf": "23", "preset": "veryfast", "threads": "1"}
        for picture in pictures:
            film.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        film.mux(stream.encode(None))
    return path
