"""What the whole pipeline costs, over what its two unavoidable parts cost in the same run.

The bound is decoding alone plus inference alone, in processor seconds of this process: a pipeline
whose own code cost nothing would reach a ratio of 1.
"""

import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from beffroi.capture.frame import Frame
from beffroi.capture.opening import open_source
from beffroi.clock import Clock
from beffroi.events.detector import Zones
from beffroi.events.registry import build, shipped_definitions
from beffroi.mandate.laboratory import laboratory_permit
from beffroi.perception.inference import Inference
from beffroi.perception.letterbox import Letterbox
from beffroi.perception.models import Variant, variant
from beffroi.perception.perceive import Models, Perception
from beffroi.simulation.clip import write_clip
from beffroi.simulation.scene import Scene

SECONDS: Final = 20
RATE_HZ: Final = 5
INPUT: Final = (288, 512)
REPEATS: Final = 3


@dataclass(frozen=True, slots=True)
class Result:
    """Processor seconds for one clip, medians over the repeats, and the ratio.

    Args:
        pictures: Analysed in each repeat.
        decode_s: Decoding alone, to RGB at the analysed rate.
        inference_s: Inference alone, the queue always full.
        pipeline_s: Capture, motion gate, pose, tracks and all detectors without drawing.
        pipeline_over_bound: (decode + inference) / pipeline; 1 is perfect.
        pictures_per_core_s: Pictures analysed per processor second, decoding included.
    """

    pictures: int
    decode_s: float
    inference_s: float
    pipeline_s: float
    pipeline_over_bound: float
    pictures_per_core_s: float


def run() -> dict[str, object]:
    """Measure on a busy synthetic square, gate off so that every picture counts."""
    pose = variant("movenet-multipose", INPUT)
    with tempfile.TemporaryDirectory() as folder, _inference(pose) as inference:
        clip = Path(folder) / "square.mp4"
        write_clip(Scene.create("square", 1), SECONDS, clip, None)
        pictures = list(_frames(clip))
        _infer(pictures[:10], pose, inference)  # warm-up
        decode = _median(lambda: sum(1 for _ in _frames(clip)))
        infer = _median(lambda: _infer(pictures, pose, inference))
        whole = _median(lambda: _analyse(clip, pose, inference))
    result = Result(
        pictures=len(pictures),
        decode_s=round(decode, 3),
        inference_s=round(infer, 3),
        pipeline_s=round(whole, 3),
        pipeline_over_bound=round((decode + infer) / whole, 3),
        pictures_per_core_s=round(len(pictures) / whole, 2),
    )
    return asdict(result)


def _inference(pose: Variant) -> Inference:
    return Inference([pose], threads=os.cpu_count() or 1)


def _frames(clip: Path) -> Iterator[Frame]:
    permit = laboratory_permit(str(clip))
    with open_source(permit, clock=Clock(), rate_hz=RATE_HZ) as source:
        yield from source.frames()


def _infer(pictures: list[Frame], pose: Variant, inference: Inference) -> None:
    box = Letterbox.fit(pictures[0].image.shape[:2], pose.size)
    waiting = [
        inference.submit(pose, box.apply(picture.image), lambda _heads: None)
        for picture in pictures
    ]
    for future in waiting:
        future.result()


def _analyse(clip: Path, pose: Variant, inference: Inference) -> None:
    perception = Perception("bench", Models(pose), inference, gate=False)
    detectors = [build(voted, Zones()) for voted in shipped_definitions()]
    for frame in _frames(clip):
        observation = perception.observe(frame)
        for detector in detectors:
            detector.update(observation)


def _median(work: Callable[[], object]) -> float:
    def once() -> float:
        begin = time.process_time()
        work()
        return time.process_time() - begin

    return statistics.median(once() for _ in range(REPEATS))
