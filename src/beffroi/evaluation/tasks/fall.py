"""Clips of falls and of daily life: whether falls are found in the ones alone."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from beffroi.evaluation.judging import films, found_in, judged
from beffroi.evaluation.labels import Clip, read_labels
from beffroi.evaluation.recordings import Recordings
from beffroi.evaluation.result import Result
from beffroi.evaluation.watch import choose_definitions
from beffroi.events.detector import Zones
from beffroi.events.fall import Fall
from beffroi.perception.observation import Observation

ONSET: Final = {"fall.stay_ms": "1000"}
"""Clips of falls are shorter than what a council votes: there, a second on the ground is enough."""


def fall(folder: Path, recordings: Recordings) -> Result:
    """A second on the ground, or to the end of the clip, must be found where somebody falls."""
    (definition,) = choose_definitions(["fall"], Zones(), ONSET)

    def judge(clip: Clip, seen: Sequence[Observation]) -> tuple[float, int]:
        found = [
            detection
            for detection in found_in(definition, Zones(), _held(seen, 1.2, definition.rate_hz))
            if not clip.event or clip.start_s - 2 <= detection.start_t <= clip.end_s + 1
        ]
        return max((detection.score for detection in found), default=0.0), len(found)

    clips = films(read_labels(folder, lambda label: label.startswith("fall")))
    return judged(Fall.id, clips, definition, recordings, judge)


def _held(seen: Sequence[Observation], seconds: float, rate_hz: float) -> list[Observation]:
    """The same with the last picture standing still: many clips end while somebody is down."""
    if not seen:
        return []
    more = range(1, round(seconds * rate_hz) + 1)
    return [*seen, *(replace(seen[-1], t=seen[-1].t + i / rate_hz) for i in more)]
