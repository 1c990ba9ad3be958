"""What a camera costs, over what its two unavoidable parts cost in the same run.

The bound is decoding alone plus inference alone, in processor seconds of this process: a pipeline
whose own code cost nothing would reach a ratio of 1. Everything is measured at the rate of five
pictures a second, in the arithmetic that machines without a GPU should use, with as many cameras
as processors, a thread each as in a host, and as fast as the films can be read: processor seconds
do not depend on how long one waits for the next picture.
"""

import os
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from beffroi.capture.frame import Frame
from beffroi.capture.opening import open_source
from beffroi.clock import Clock
from beffroi.evaluation.watch import choose_definitions, laboratory_models, loaded, needed
from beffroi.events.detector import Zones
from beffroi.events.registry import make, shipped_definitions
from beffroi.mandate.laboratory import laboratory_permit
from beffroi.perception.finders import Need
from beffroi.perception.inference import Inference
from beffroi.perception.letterbox import Letterbox
from beffroi.perception.models import Precision, Variant, variant
from beffroi.perception.perceive import Perception
from benchmarks import films

RATE_HZ: Final = 5
INPUT: Final = (288, 512)
REPEATS: Final = 3
EVENTS: Final = ("fall", "gathering", "strike")
CORES: Final = os.cpu_count() or 1

MIX: Final = {"empty": 0.70, "light": 0.25, "dense": 0.05}
"""Shares of a day in a small town."""


def run(reel: Mapping[str, Path], seconds: Mapping[str, float]) -> dict[str, object]:
    """Measure a busy and an empty square.

    Args:
        reel: Films by kind: `busy`, `empty`.
        seconds: Their lengths.

    Returns:
        `decode_s`, `inference_s`, `pipeline_s` and `empty_s`: processor seconds per camera-second;
        with `…_spread`, half of what lies between the lowest and the highest, over the median.
        `pipeline_over_bound`: (decode + inference) / pipeline; 1 is perfect.
        `bound_cameras_per_core`, `cameras_per_core`: busy cameras that one core carries, with a
        perfect pipeline and with this one.
        `cameras_per_core_highest_rate`: the same at the highest rate that a shipped definition
        asks for, `highest_rate_hz`.
        `idle_over_busy_cpu`: empty / busy.
        `int8_over_f32`: pictures a second of the model alone.
    """
    busy, long = reel["busy"], seconds["busy"]
    decode = Taken.of(lambda: _each_camera(lambda: sum(1 for _ in _frames(busy))), long * CORES)
    exact, alone = (_inference(busy, long, precision) for precision in ("f32", "int8"))
    whole = watched(busy, long, EVENTS)
    fastest = max(voted.definition.rate_hz for voted in shipped_definitions())
    fast = watched(busy, long, EVENTS, fastest)
    nothing = watched(reel["empty"], seconds["empty"], EVENTS)
    return {
        **decode.figures("decode_s"),
        **alone.figures("inference_s"),
        **whole.figures("pipeline_s"),
        **nothing.figures("empty_s"),
        "pipeline_over_bound": round((decode.median + alone.median) / whole.median, 3),
        "bound_cameras_per_core": round(1 / (decode.median + alone.median), 2),
        "cameras_per_core": round(1 / whole.median, 2),
        "highest_rate_hz": fastest,
        "cameras_per_core_highest_rate": round(1 / fast.median, 2),
        "idle_over_busy_cpu": round(nothing.median / whole.median, 3),
        "int8_over_f32": round(exact.median / alone.median, 3),
    }


class Taken:
    """Processor seconds per camera-second, of some repeats.

    Args:
        each: One value a repeat.
    """

    def __init__(self, each: Sequence[float]) -> None:
        self.median = statistics.median(each)
        self.spread = (max(each) - min(each)) / 2 / self.median

    @classmethod
    def of(cls, work: Callable[[], object], camera_s: float) -> "Taken":
        """Of this process, at some work that is worth so many camera-seconds."""

        def once() -> float:
            begin = time.process_time()
            work()
            return (time.process_time() - begin) / camera_s

        return cls([once() for _ in range(REPEATS)])

    def figures(self, name: str) -> dict[str, float]:
        """As they are published."""
        return {name: round(self.median, 5), f"{name}_spread": round(self.spread, 3)}


def watched(film: Path, seconds: float, events: Sequence[str], rate_hz: float = RATE_HZ) -> Taken:
    """Capture, motion gate, pose, tracks and detectors without drawing.

    Args:
        film: What every camera sends.
        seconds: Its length.
        events: Of which the detectors run; without any, people are tracked.
        rate_hz: Pictures analysed per second.
    """
    definitions = choose_definitions(events, Zones()) if events else []
    needs = needed(definitions, Zones()) | {Need.PEOPLE}
    models = laboratory_models(needs, INPUT, "int8")

    def analyse() -> None:
        perception = Perception("bench", models, inference, needs=needs)
        detectors = [make(definition, Zones()) for definition in definitions]
        for frame in _frames(film, rate_hz):
            observation = perception.observe(frame)
            for detector in detectors:
                detector.update(observation)

    with Inference(loaded(models), threads=CORES) as inference:
        analyse()  # warm-up
        return Taken.of(lambda: _each_camera(analyse), seconds * CORES)


def people_seen(film: Path) -> float:
    """People tracked in a picture, on average."""
    models = laboratory_models({Need.PEOPLE}, INPUT, "int8")
    with Inference(loaded(models), threads=CORES) as inference:
        perception = Perception("bench", models, inference)
        return statistics.mean(len(perception.observe(f).tracks) for f in _frames(film))


def mixed(taken: Mapping[str, Taken]) -> float:
    """Processor seconds per camera-second over a day, from those of its kinds of film."""
    return sum(share * taken[kind].median for kind, share in MIX.items())


def _each_camera(work: Callable[[], object]) -> None:
    with ThreadPoolExecutor(CORES) as cameras:
        for done in [cameras.submit(work) for _ in range(CORES)]:
            done.result()


def _frames(film: Path, rate_hz: float = RATE_HZ) -> Iterator[Frame]:
    with open_source(laboratory_permit(str(film)), clock=Clock(), rate_hz=rate_hz) as source:
        yield from source.frames()


def _inference(film: Path, seconds: float, precision: Precision) -> Taken:
    pose = variant("movenet-multipose", INPUT, precision)
    pictures = [frame.image for frame in _frames(film)]
    with Inference([pose], threads=CORES) as inference:
        _infer(pictures[:10], pose, inference)  # warm-up
        return Taken.of(lambda: _infer(pictures, pose, inference), seconds)


def _infer(pictures: list[films.Picture], pose: Variant, inference: Inference) -> None:
    box = Letterbox.fit(pictures[0].shape[:2], pose.size)
    waiting = [
        inference.submit(pose, box.apply(picture), lambda _heads: None) for picture in pictures
    ]
    for future in waiting:
        future.result()
