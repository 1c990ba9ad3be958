"""Bags that are left: real clips, and made films with as many innocent twins."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from beffroi.evaluation.composites import DISTRACTORS, SECONDS, Composite, composites
from beffroi.evaluation.figures import with_interval
from beffroi.evaluation.judging import configuration, films, found_in, judged
from beffroi.evaluation.labels import Clip, read_labels
from beffroi.evaluation.recordings import Recordings
from beffroi.evaluation.result import Judged, Result
from beffroi.evaluation.watch import choose_definitions
from beffroi.events.abandoned_object import AbandonedObject
from beffroi.events.detector import Detection, Zones
from beffroi.events.registry import make
from beffroi.perception.observation import Observation

ALONE: Final = {"abandoned_object.alone_ms": "5000"}
"""Public clips end soon after the carrier has gone: there, five seconds alone are enough."""
SEEDS: Final = range(31, 36)
"""Nothing was chosen on these."""
SLACK: Final = 0.5
"""How far from the true carrier's feet it may lie, in heights of the person's box."""


def abandoned_object(folder: Path, recordings: Recordings) -> Result:
    """Five seconds alone must be found where a bag is left."""
    (definition,) = choose_definitions([AbandonedObject.id], Zones(), ALONE)

    def judge(clip: Clip, seen: Sequence[Observation]) -> tuple[float, int]:
        found = [
            detection
            for detection in found_in(definition, Zones(), seen)
            if not clip.event or clip.start_s - 2 <= detection.end_t <= clip.end_s + 2
        ]
        return max((detection.score for detection in found), default=0.0), len(found)

    clips = films(read_labels(folder, lambda label: label == "abandoned_bag"))
    return judged(AbandonedObject.id, clips, definition, recordings, judge)


def abandoned_object_synthetic(_folder: Path, recordings: Recordings) -> Result:
    """Made films, as voted: each holds a bag that is left and a twin; `n` is their number.

    `false_share` is the share of detections that are of anything but the bag that was left.
    """
    (definition,) = choose_definitions([AbandonedObject.id], Zones())
    needs = make(definition, Zones()).needs
    names, hits, others, files = [], [], [], []
    for film in composites(SEEDS):
        seen = recordings.made(
            film.made_of, partial(film.frames, definition.rate_hz), definition.rate_hz, needs
        )
        right, wrong = _sorted(film, seen, found_in(definition, Zones(), seen))
        names.append(film.name)
        hits.append(bool(right))
        others.append(len(wrong))
        best = max((detection.score for detection in right), default=0.0)
        files.append(Judged(film.name, "abandoned_bag (synthetic)", round(best, 4), bool(right)))
        files += [
            Judged(film.name, f"{film.kind} (synthetic)", round(detection.score, 4), True)
            for detection in wrong
        ]
    hit, other = np.array(hits), np.array(others)

    def false_share(at: NDArray[np.intp]) -> float:
        told = hit[at].sum() + other[at].sum()
        return float(other[at].sum() / told) if told else np.nan

    figures = {
        "recall": with_interval("recall", names, lambda at: float(hit[at].mean())),
        "false_positive_rate": with_interval(
            "false_positive_rate", names, lambda at: float((other[at] > 0).mean())
        ),
        "false_share": with_interval("false_share", names, false_share),
    }
    facts = {
        **configuration(definition, recordings),
        "synthetic": True,
        "seeds": [SEEDS.start, SEEDS.stop - 1],
        "seconds": SECONDS,
        "distractors": list(DISTRACTORS),
    }
    return Result("abandoned_object_synthetic", len(names), figures, facts, tuple(files))


def _sorted(
    film: Composite, seen: Sequence[Observation], found: Sequence[Detection]
) -> tuple[list[Detection], list[Detection]]:
    """The first detection of the bag that was left, and all the others."""
    right: list[Detection] = []
    wrong: list[Detection] = []
    for detection in found:
        is_right = not right and _is_the_bag(film, seen, detection)
        (right if is_right else wrong).append(detection)
    return right, wrong


def _is_the_bag(film: Composite, seen: Sequence[Observation], detection: Detection) -> bool:
    """Whether what a detection reports lies at the feet of the one who left the bag.

    By then nobody is named any more: it is the region whose score the detection has.
    """
    box = film.carrier(film.event.start_s)
    now = next(observation for observation in seen if observation.t == detection.end_t)
    region = next(region for region in now.regions if region.score == detection.score)
    if box is None:
        return False
    apart = np.abs(np.subtract(_foot(box), _foot(region.box))).max()
    return bool(apart <= SLACK * (box[3] - box[1]))


def _foot(box: tuple[float, float, float, float]) -> tuple[float, float]:
    return (box[0] + box[2]) / 2, box[3]
