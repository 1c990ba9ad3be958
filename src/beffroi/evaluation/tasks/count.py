"""Films with counts: how many people are seen in each picture."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import av
import numpy as np

from beffroi.errors import BadInput
from beffroi.evaluation.figures import Figure
from beffroi.evaluation.judging import films, models_of
from beffroi.evaluation.labels import read_labels, reading
from beffroi.evaluation.recordings import Recordings
from beffroi.evaluation.result import Judged, Result
from beffroi.perception.observation import Observation

COUNTED: Final = frozenset({"people_count", "crowd_count"})
COUNT_HZ: Final = 5

NEAR: Final = 0.6
"""How far a picture may be from one that was counted in, in times between two pictures."""


def count(folder: Path, recordings: Recordings) -> Result:
    """People counted in each picture, against `<clip>_counts.csv` (frame, people)."""
    files, errors = [], []
    for clip in films(read_labels(folder, lambda label: label in COUNTED)):
        truth = clip.path.with_name(f"{clip.path.stem}_counts.csv")
        if not clip.event or not truth.exists():
            files.append(Judged(clip.name, clip.label, None, None))
            continue
        judged = _count_error(recordings.of(clip.path, COUNT_HZ), truth, clip.path)
        error, mean = judged or (None, None)
        errors += [] if error is None else [error]
        files.append(Judged(clip.name, clip.label, error, mean))
    if not errors:
        raise BadInput(f"{folder} has no counts: no <clip>_counts.csv beside a people_count.")
    figures = {"mean_abs_error": Figure("mean_abs_error", float(np.mean(errors)))}
    facts = {"rate_hz": COUNT_HZ, **models_of(recordings)}
    return Result("count", len(errors), figures, facts, tuple(files))


def _count_error(
    seen: Sequence[Observation], truth: Path, film: Path
) -> tuple[float, float] | None:
    """Mean absolute error relative to the mean truth, and the mean count.

    Whoever counted need not have counted in the pictures that are analysed: the nearest in time
    serves. None if no picture is near any.
    """
    with reading(truth) as rows:
        people = {int(row["frame"]): int(row["people"]) for row in rows}
    fps = _fps(film)
    if not seen or not people:
        return None
    times, counts = np.array([(one.t, _people(one)) for one in seen]).T
    wanted = np.array(sorted(people)) / fps
    nearest = np.abs(times[np.newaxis] - wanted[:, np.newaxis]).argmin(axis=1)
    near = np.abs(times[nearest] - wanted) <= NEAR / COUNT_HZ
    if not near.any():
        return None
    counted, true = counts[nearest[near]], np.array([people[at] for at in sorted(people)])[near]
    return float(np.abs(counted - true).mean() / max(true.mean(), 1e-9)), float(counted.mean())


def _people(observation: Observation) -> int:
    return sum(track.kind == "person" for track in observation.tracks)


def _fps(film: Path) -> float:
    with av.open(str(film)) as container:
        return float(container.streams.video[0].average_rate or 25)
