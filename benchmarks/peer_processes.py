"""A peer in the shape of Frigate: a process per camera, motion first, detectors shared by all.

Each camera's process decodes, looks for motion in a small grey picture, and cuts out the region
that holds all that moves or is followed; if there is any, it lays that into shared memory and
queues its number. Detector processes, one per processor with one thread each, answer with boxes.
One region around everything is the kindest choice here: the model reads the whole picture at
nearly its own size, so that several regions would only cost more.

    python -m benchmarks.peer_processes CAMERAS REPEATS FILM…   # prints seconds by film
"""

import itertools
import json
import multiprocessing
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.shared_memory import SharedMemory
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.peer_parts import (
    EVERY,
    Model,
    Picture,
    as_input,
    follow,
    new_tracker,
    open_film,
)
from benchmarks.pipeline import INPUT
from benchmarks.processes import processor_s

SPAWN: Final = multiprocessing.get_context("spawn")
SHAPE: Final = (1, *INPUT, 3)

HEIGHT: Final = 100
THRESHOLD: Final = 30
LEAST: Final = 10
ALPHA: Final = 0.01
"""Frigate's defaults for motion: rows, grey levels, pixels of a contour, and how fast it learns."""

MARGIN: Final = 1.2
"""How much larger than what it holds a region is."""

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Line:
    """How one camera and the detectors talk."""

    number: int
    memory: str
    orders: Any
    answers: Any


class Motion:
    """Where the picture differs from what it usually is."""

    def __init__(self) -> None:
        self._usual: NDArray[np.float32] | None = None

    def boxes(self, picture: Picture) -> list[Box]:
        """In pixels of the picture."""
        scale = picture.shape[0] / HEIGHT
        small = cv2.resize(
            cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), (round(picture.shape[1] / scale), HEIGHT)
        )
        small = cv2.GaussianBlur(small, (3, 3), 1)
        if self._usual is None:
            self._usual = small.astype(np.float32)
        apart = cv2.absdiff(small, cv2.convertScaleAbs(self._usual))
        cv2.accumulateWeighted(small, self._usual, ALPHA)
        _, changed = cv2.threshold(apart, THRESHOLD, 255, cv2.THRESH_BINARY)
        grown = cv2.dilate(changed, None, iterations=1)
        contours, _ = cv2.findContours(grown, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
        found = [cv2.boundingRect(each) for each in contours if cv2.contourArea(each) > LEAST]
        return [(x * scale, y * scale, (x + w) * scale, (y + h) * scale) for x, y, w, h in found]


def region(boxes: Sequence[Box], size: tuple[int, int]) -> tuple[int, int, int, int]:
    """x1, y1, x2, y2 around all boxes, in the shape of the input and not below half the picture."""
    height, width = size
    sides = np.array(boxes)
    low, high = sides[:, :2].min(axis=0), sides[:, 2:].max(axis=0)
    share = max(0.5, *((high - low) * MARGIN / [width, height]))
    if share >= 1:
        return 0, 0, width, height
    w, h = round(width * share), round(height * share)
    x, y = ((low + high - [w, h]) / 2).clip(0, [width - w, height - h]).astype(int)
    return x, y, x + w, y + h


def watch(film: str, line: Line, slot: Picture) -> None:
    """Look at one film as at one camera."""
    video, tracker, motion = open_film(film), new_tracker(), Motion()
    followed: list[Box] = []
    for index in itertools.count():
        if not video.grab():
            return
        if index % EVERY:
            continue
        _, picture = video.retrieve()
        wanted = [*motion.boxes(picture), *followed]
        boxes, scores = np.empty((0, 4), np.float32), np.empty(0, np.float32)
        if wanted:
            x1, y1, x2, y2 = region(wanted, picture.shape[:2])
            slot[:] = as_input(picture[y1:y2, x1:x2])
            line.orders.put((line.number, (y2 - y1, x2 - x1)))
            boxes, scores = line.answers.get()
            boxes = boxes + np.array([x1, y1, x1, y1], np.float32)
        followed = [tuple(box) for box in follow(tracker, boxes, scores).xyxy]


def camera(line: Line, films: Any, done: Any) -> None:
    """The process of one camera: a film after the other until there is none."""
    cv2.setNumThreads(1)
    memory = SharedMemory(line.memory)
    slot: Picture = np.ndarray(SHAPE, np.uint8, memory.buf)
    for film in iter(films.get, None):
        watch(film, line, slot)
        done.put(line.number)
    del slot
    memory.close()


def detector(lines: Sequence[Line]) -> None:
    """A detector's process: whoever asks next is answered next."""
    request = Model(1).request()
    memories = [SharedMemory(line.memory) for line in lines]
    slots: list[Picture] = [np.ndarray(SHAPE, np.uint8, memory.buf) for memory in memories]
    for number, size in iter(lines[0].orders.get, None):
        people = request.people(slots[number], size)
        lines[number].answers.put((people.boxes, people.scores))


def main(cameras: int, repeats: int, *films: str) -> None:
    """Warm up on the first film, then measure each."""
    orders, done = SPAWN.Queue(), SPAWN.Queue()
    memories = [SharedMemory(create=True, size=int(np.prod(SHAPE))) for _ in range(cameras)]
    lines = [Line(n, each.name, orders, SPAWN.Queue()) for n, each in enumerate(memories)]
    jobs = [SPAWN.Queue() for _ in lines]
    watchers = [
        SPAWN.Process(target=camera, args=(line, job, done), daemon=True)
        for line, job in zip(lines, jobs, strict=True)
    ]
    detectors = [
        SPAWN.Process(target=detector, args=(lines,), daemon=True)
        for _ in range(os.cpu_count() or 1)
    ]
    processes = [*watchers, *detectors]
    for process in processes:
        process.start()
    pids = [os.getpid(), *(process.pid or 0 for process in processes)]

    def together(film: str) -> float:
        begin = processor_s(pids)
        for job in jobs:
            job.put(film)
        for _ in jobs:
            done.get()
        return processor_s(pids) - begin

    together(films[0])
    print(json.dumps({film: [together(film) for _ in range(repeats)] for film in films}))
    for process in processes:
        process.terminate()
        process.join()
    for memory in memories:
        memory.close()
        memory.unlink()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:])
