"""What both peers share with Beffroi, so that only the pipeline differs: model, input, reading."""

from dataclasses import dataclass
from typing import Any, Final

import cv2
import numpy as np
import supervision as sv
from numpy.typing import NDArray
from trackers import ByteTrackTracker

from beffroi.perception.inference import properties
from beffroi.perception.letterbox import Letterbox
from beffroi.perception.models import variant
from beffroi.perception.pose import People, decode_people
from beffroi.perception.runtime import ov
from benchmarks.films import FPS
from benchmarks.pipeline import INPUT, RATE_HZ

EVERY: Final = FPS // RATE_HZ
"""Of the pictures decoded, those that are looked at."""

Picture = NDArray[np.uint8]


class Model:
    """The pose model, asked for one picture at a time.

    Args:
        threads: Of the processor, all models of this process together.
    """

    def __init__(self, threads: int) -> None:
        pose = variant("movenet-multipose", INPUT, "int8")
        core = ov.Core()
        model = core.read_model(pose.path)
        model.reshape([1, *INPUT, 3])
        self._compiled = core.compile_model(model, "CPU", properties(pose, threads))
        self._names = [output.any_name for output in self._compiled.outputs]

    def request(self) -> "Request":
        """One for each thread that asks."""
        return Request(self._compiled.create_infer_request(), self._names)


@dataclass(frozen=True, slots=True)
class Request:
    """A place where one picture at a time is worked on."""

    _request: Any
    _names: list[str]

    def people(self, tensor: Picture, source: tuple[int, int]) -> People:
        """The people of an input [1, height, width, 3] that shows a picture of some size."""
        self._request.infer(tensor, share_inputs=True)
        heads = {
            name: self._request.get_output_tensor(index).data
            for index, name in enumerate(self._names)
        }
        return decode_people(heads, Letterbox.fit(source, INPUT))


def open_film(path: str) -> Any:
    """As OpenCV's documentation advises where many streams share the processors."""
    return cv2.VideoCapture(path, cv2.CAP_FFMPEG, [cv2.CAP_PROP_N_THREADS, 1])


def as_input(picture: Picture) -> Picture:
    """BGR pixels of any size as the model reads them."""
    resized = cv2.resize(picture, (INPUT[1], INPUT[0]), interpolation=cv2.INTER_AREA)
    tensor: Picture = cv2.cvtColor(resized, cv2.COLOR_BGR2RGB)[np.newaxis]
    return tensor


def new_tracker() -> Any:
    """ByteTrack as it comes, told the rate."""
    return ByteTrackTracker(frame_rate=RATE_HZ)


def follow(tracker: Any, boxes: NDArray[np.float32], scores: NDArray[np.float32]) -> Any:
    """Tracks after one more picture; boxes in source pixels."""
    kinds = np.zeros(len(scores), np.int64)
    return tracker.update(sv.Detections(xyxy=boxes, confidence=scores, class_id=kinds))
