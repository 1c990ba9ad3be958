"""The tasks that can be evaluated: what is looked for, where, and what counts as right."""

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import av
import numpy as np

from beffroi.errors import BadInput
from beffroi.evaluation.figures import Figure, auc, clip_figures, visits_found, with_interval
from beffroi.evaluation.identity import identity, read_boxes
from beffroi.evaluation.labels import Clip, read_labels
from beffroi.evaluation.recordings import Recordings
from beffroi.evaluation.result import Judged, Result
from beffroi.evaluation.watch import choose_definitions
from beffroi.evaluation.zones import read_zones
from beffroi.events.detector import Detection, Zones
from beffroi.events.fall import Fall
from beffroi.events.registry import make
from beffroi.events.strike import Strike
from beffroi.mandate.definition import Definition
from beffroi.perception.observation import Observation

FOLDERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "strike": "fight",
        "fall": "fall",
        "intrusion": "people",
        "count": "people",
        "tracking": "people",
    }
)
"""Where in a collection the files of each task lie."""

ONSET: Final = {"fall.stay_ms": "1000"}
"""Clips of falls are shorter than what a council votes: there, a second on the ground is enough."""
COUNTED: Final = frozenset({"people_count", "crowd_count"})
COUNT_HZ: Final = 5
VIDEOS: Final = frozenset(
    {".avi", ".jpeg", ".jpg", ".m4v", ".mkv", ".mov", ".mp4", ".png", ".webm"}
)
DAY_S: Final = 86_400.0
LEAST_S: Final = 3600.0
"""Less film without the event than this says nothing of a day."""


def evaluate(task: str, folder: Path, recordings: Recordings) -> Result:
    """Evaluate one task on one folder.

    Args:
        task: One of `FOLDERS`.
        folder: With a `labels.csv`, or a collection that has one in the task's own folder.
        recordings: What perception saw, or will look at.

    Raises:
        BadInput: Nothing there for this task, or something that cannot be read.
    """
    inner = folder / FOLDERS[task]
    return _TASKS[task](inner if (inner / "labels.csv").exists() else folder, recordings)


def _strike(folder: Path, recordings: Recordings) -> Result:
    (definition,) = choose_definitions(["strike"], Zones())

    def judge(clip: Clip, seen: Sequence[Observation]) -> tuple[float, int]:
        detector = make(definition, Zones())
        if not isinstance(detector, Strike):
            raise TypeError("strikes are looked for by another detector")
        score, found = 0.0, 0
        for observation in seen:
            found += len(detector.update(observation))
            score = max(score, detector.score)
        return score, found

    clips = _films(read_labels(folder, lambda label: label == "fight"))
    return _judged("strike", clips, definition, recordings, judge)


def _fall(folder: Path, recordings: Recordings) -> Result:
    (definition,) = choose_definitions(["fall"], Zones(), ONSET)

    def judge(clip: Clip, seen: Sequence[Observation]) -> tuple[float, int]:
        found = [
            detection
            for detection in _all(definition, Zones(), _held(seen, 1.2, definition.rate_hz))
            if not clip.event or clip.start_s - 2 <= detection.start_t <= clip.end_s + 1
        ]
        return max((detection.score for detection in found), default=0.0), len(found)

    clips = _films(read_labels(folder, lambda label: label.startswith("fall")))
    return _judged(Fall.id, clips, definition, recordings, judge)


def _intrusion(folder: Path, recordings: Recordings) -> Result:
    """Visits to the zones of one place; `n` is their number."""
    zones = read_zones(folder / "zones.json")
    (definition,) = choose_definitions(["intrusion"], zones)
    film = _zoned(folder)
    found = _all(definition, zones, recordings.of(film, definition.rate_hz))
    hits, visits, stray = visits_found(found, folder / "zone_intrusions.csv")
    figures = {
        "recall": Figure("recall", hits / visits if visits else np.nan),
        "stray": Figure("stray", stray),
    }
    files = (Judged(film.name, "zone visits", None, float(len(found))),)
    return Result("intrusion", visits, figures, _configuration(definition, recordings), files)


def _count(folder: Path, recordings: Recordings) -> Result:
    """People counted in each picture, against `<clip>_counts.csv` (frame, people)."""
    files, errors = [], []
    for clip in _films(read_labels(folder, lambda label: label in COUNTED)):
        truth = clip.path.with_name(f"{clip.path.stem}_counts.csv")
        if not clip.event or not truth.exists():
            files.append(Judged(clip.name, clip.label, None, None))
            continue
        error, mean = _count_error(recordings.of(clip.path, COUNT_HZ), truth, clip.path)
        errors.append(error)
        files.append(Judged(clip.name, clip.label, error, mean))
    if not errors:
        raise BadInput(f"{folder} has no counts: no <clip>_counts.csv beside a people_count.")
    figures = {"mean_abs_error": Figure("mean_abs_error", float(np.mean(errors)))}
    facts = {"rate_hz": COUNT_HZ, **_models(recordings)}
    return Result("count", len(errors), figures, facts, tuple(files))


def _tracking(folder: Path, recordings: Recordings) -> Result:
    """Identities of the people of PETS 2009 S2.L1, frame by frame."""
    result = identity(
        read_boxes(folder / "PETS2009-S2L1.xml.gz"), recordings.of(folder / "vtest.avi", 10), fps=10
    )
    figures = {
        "idf1": Figure("idf1", result.idf1),
        "recall": Figure("recall", result.recall),
        "precision": Figure("precision", result.precision),
        "ids_per_person": Figure("ids_per_person", result.tracks / max(result.people, 1)),
    }
    return Result("tracking", 1, figures, {"rate_hz": 10, **_models(recordings)}, ())


_TASKS: Final[Mapping[str, Callable[[Path, Recordings], Result]]] = MappingProxyType(
    {
        "strike": _strike,
        "fall": _fall,
        "intrusion": _intrusion,
        "count": _count,
        "tracking": _tracking,
    }
)


def _judged(
    task: str,
    clips: Sequence[Clip],
    definition: Definition,
    recordings: Recordings,
    judge: Callable[[Clip, Sequence[Observation]], tuple[float, int]],
) -> Result:
    """Figures of clips that are labelled as a whole."""
    if not clips:
        raise BadInput(f"There is no film to evaluate {task} on.")
    scores, founds, innocent_s = [], [], 0.0
    for clip in clips:
        seen = recordings.of(clip.path, definition.rate_hz)
        score, found = judge(clip, seen)
        scores.append(score)
        founds.append(found)
        innocent_s += 0.0 if clip.event or not seen else seen[-1].t
    event, values = np.array([clip.event for clip in clips]), np.array(scores)
    flagged = [found > 0 for found in founds]
    scenes = [clip.scene for clip in clips]
    figures = {figure.name: figure for figure in clip_figures(clips, flagged)}
    figures["auc"] = with_interval("auc", scenes, lambda at: auc(event[at], values[at]))
    if innocent_s >= LEAST_S:
        false = sum(found for clip, found in zip(clips, founds, strict=True) if not clip.event)
        figures["false_alarms_per_day"] = Figure("false_alarms_per_day", false * DAY_S / innocent_s)
    files = tuple(
        Judged(clip.name, clip.label, round(score, 4), flag)
        for clip, score, flag in zip(clips, scores, flagged, strict=True)
    )
    positives = frozenset(f.file for f, clip in zip(files, clips, strict=True) if clip.event)
    facts = _configuration(definition, recordings)
    return Result(task, len(clips), figures, facts, files, positives)


def _all(
    definition: Definition, zones: Zones, observations: Sequence[Observation]
) -> list[Detection]:
    """All that a fresh detector finds in a recording."""
    detector = make(definition, zones)
    return [found for observation in observations for found in detector.update(observation)]


def _held(seen: Sequence[Observation], seconds: float, rate_hz: float) -> list[Observation]:
    """The same with the last picture standing still: many clips end while somebody is down."""
    if not seen:
        return []
    more = range(1, round(seconds * rate_hz) + 1)
    return [*seen, *(replace(seen[-1], t=seen[-1].t + i / rate_hz) for i in more)]


def _films(clips: Sequence[Clip]) -> list[Clip]:
    return [clip for clip in clips if clip.path.suffix.lower() in VIDEOS]


def _zoned(folder: Path) -> Path:
    """The film that the zones are drawn on: the one that has visits."""
    with (folder / "zone_intrusions.csv").open(encoding="utf-8", newline="") as file:
        named = {row.get("video") for row in csv.DictReader(file)} - {None, ""}
    return folder / (str(named.pop()) if len(named) == 1 else "vtest.avi")


def _count_error(seen: Sequence[Observation], truth: Path, film: Path) -> tuple[float, float]:
    """Mean absolute error relative to the mean truth, and the mean count."""
    with truth.open(encoding="utf-8", newline="") as file:
        people = {int(row["frame"]): int(row["people"]) for row in csv.DictReader(file)}
    fps = _fps(film)
    pairs = [
        (sum(track.kind == "person" for track in one.tracks), people[frame])
        for one in seen
        if (frame := round(one.t * fps)) in people
    ]
    if not pairs:
        raise BadInput(f"{truth.name} counts in no picture of {film.name}.")
    counted, true = np.array(pairs, float).T
    return float(np.abs(counted - true).mean() / max(true.mean(), 1e-9)), float(counted.mean())


def _fps(film: Path) -> float:
    with av.open(str(film)) as container:
        return float(container.streams.video[0].average_rate or 25)


def _models(recordings: Recordings) -> dict[str, Any]:
    pose = recordings.models.pose
    return {
        "models": {pose.model.name: pose.model.sha256},
        "precision": pose.precision,
        "pose_input": f"{pose.size[0]}x{pose.size[1]}",
    }


def _configuration(definition: Definition, recordings: Recordings) -> dict[str, Any]:
    return {
        "event": definition.event,
        "behaviour": definition.behaviour,
        "parameters": dict(definition.parameters),
        "rate_hz": definition.rate_hz,
        **_models(recordings),
    }
