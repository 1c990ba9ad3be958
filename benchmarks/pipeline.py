"""What a camera costs, over what its two unavoidable parts cost in the same run.

The bound is decoding alone plus inference alone, in processor seconds of this process: a pipeline
whose own code cost nothing would reach a ratio of 1. Everything is measured at the rate of five
pictures a second, in the arithmetic that machines without a GPU should use, and as fast as the
film can be read: processor seconds do not depend on how long one waits for the next picture.
"""

import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from beffroi.capture.frame import Frame
from beffroi.capture.opening import open_source
from beffroi.clock import Clock
from beffroi.evaluation.watch import choose_definitions, laboratory_models, loaded, needed
from beffroi.events.detector import Zones
from beffroi.events.registry import make
from beffroi.mandate.laboratory import laboratory_permit
from beffroi.perception.inference import Inference
from beffroi.perception.letterbox import Letterbox
from beffroi.perception.models import Precision, Variant, variant
from beffroi.perception.perceive import Perception
from benchmarks import films

SECONDS: Final = 20
RATE_HZ: Final = 5
INPUT: Final = (288, 512)
REPEATS: Final = 3
EVENTS: Final = ("fall", "gathering", "strike")


def run() -> dict[str, object]:
    """Measure a busy and an empty square.

    Returns:
        `decode_s`, `inference_s`, `pipeline_s` and `empty_s`: processor seconds per camera-second.
        `pipeline_over_bound`: (decode + inference) / pipeline; 1 is perfect.
        `cameras_per_core`: busy cameras that one core carries.
        `idle_over_busy_cpu`: empty / busy.
        `int8_over_f32`: pictures a second of the model alone.
    """
    with tempfile.TemporaryDirectory() as folder:
        busy = films.busy(Path(folder) / "busy.mp4", SECONDS)
        empty = films.empty(Path(folder) / "empty.mp4", SECONDS)
        decode = _each_second(lambda: sum(1 for _ in _frames(busy)))
        alone = {precision: _inference_s(busy, precision) for precision in ("f32", "int8")}
        whole = _whole_s(busy, "int8")
        nothing = _whole_s(empty, "int8")
    return {
        "decode_s": round(decode, 5),
        "inference_s": round(alone["int8"], 5),
        "pipeline_s": round(whole, 5),
        "empty_s": round(nothing, 5),
        "pipeline_over_bound": round((decode + alone["int8"]) / whole, 3),
        "cameras_per_core": round(1 / whole, 2),
        "idle_over_busy_cpu": round(nothing / whole, 3),
        "int8_over_f32": round(alone["f32"] / alone["int8"], 3),
    }


def _frames(film: Path) -> Iterator[Frame]:
    with open_source(laboratory_permit(str(film)), clock=Clock(), rate_hz=RATE_HZ) as source:
        yield from source.frames()


def _inference_s(film: Path, precision: Precision) -> float:
    pose = variant("movenet-multipose", INPUT, precision)
    pictures = [frame.image for frame in _frames(film)]
    with Inference([pose], threads=os.cpu_count() or 1) as inference:
        _infer(pictures[:10], pose, inference)  # warm-up
        return _each_second(lambda: _infer(pictures, pose, inference))


def _infer(pictures: list[films.Picture], pose: Variant, inference: Inference) -> None:
    box = Letterbox.fit(pictures[0].shape[:2], pose.size)
    waiting = [
        inference.submit(pose, box.apply(picture), lambda _heads: None) for picture in pictures
    ]
    for future in waiting:
        future.result()


def _whole_s(film: Path, precision: Precision) -> float:
    """Capture, motion gate, pose, tracks and all detectors without drawing."""
    definitions = choose_definitions(EVENTS, Zones())
    needs = needed(definitions, Zones())
    models = laboratory_models(needs, INPUT, precision)

    def analyse() -> None:
        perception = Perception("bench", models, inference, needs=needs)
        detectors = [make(definition, Zones()) for definition in definitions]
        for frame in _frames(film):
            observation = perception.observe(frame)
            for detector in detectors:
                detector.update(observation)

    with Inference(loaded(models), threads=os.cpu_count() or 1) as inference:
        return _each_second(analyse)


def _each_second(work: Callable[[], object]) -> float:
    """Processor seconds of some work per second of film, the median of some repeats."""

    def once() -> float:
        begin = time.process_time()
        work()
        return time.process_time() - begin

    return statistics.median(once() for _ in range(REPEATS)) / SECONDS
