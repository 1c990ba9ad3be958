"""What the tasks share: running detectors over clips, and the figures of clips judged as wholes."""

from collections.abc import Callable, Collection, Sequence
from itertools import chain
from typing import Any, Final

import numpy as np

from beffroi.errors import BadInput
from beffroi.evaluation.figures import Figure, clip_figures, score_figures
from beffroi.evaluation.labels import Clip
from beffroi.evaluation.recordings import PEOPLE, Recordings
from beffroi.evaluation.result import Judged, Result
from beffroi.evaluation.watch import loaded
from beffroi.events.detector import Detection, Zones
from beffroi.events.registry import make
from beffroi.mandate.definition import Definition
from beffroi.perception.finders import Need
from beffroi.perception.observation import Observation

VIDEOS: Final = frozenset(
    {".avi", ".jpeg", ".jpg", ".m4v", ".mkv", ".mov", ".mp4", ".png", ".webm"}
)
DAY_S: Final = 86_400.0
LEAST_S: Final = 3600.0
"""Less film without the event than this says nothing of a day."""


def judged(
    task: str,
    clips: Sequence[Clip],
    definition: Definition,
    recordings: Recordings,
    judge: Callable[[Clip, Sequence[Observation]], tuple[float, int]],
) -> Result:
    """Figures of clips that are labelled as a whole."""
    if not clips:
        raise BadInput(f"There is no film to evaluate {task} on.")
    needs = make(definition, Zones()).needs
    scores, founds, innocent_s = [], [], 0.0
    for clip in clips:
        seen = recordings.of(clip.path, definition.rate_hz, needs)
        score, found = judge(clip, seen)
        scores.append(score)
        founds.append(found)
        innocent_s += 0.0 if clip.event or not seen else seen[-1].t
    flagged = [found > 0 for found in founds]
    of_scores = score_figures(clips, np.array(scores))
    figures = {figure.name: figure for figure in chain(clip_figures(clips, flagged), of_scores)}
    if innocent_s >= LEAST_S:
        false = sum(found for clip, found in zip(clips, founds, strict=True) if not clip.event)
        figures["false_alarms_per_day"] = Figure("false_alarms_per_day", false * DAY_S / innocent_s)
    files = tuple(
        Judged(clip.name, clip.label, round(score, 4), flag)
        for clip, score, flag in zip(clips, scores, flagged, strict=True)
    )
    positives = frozenset(f.file for f, clip in zip(files, clips, strict=True) if clip.event)
    facts = configuration(definition, recordings)
    return Result(task, len(clips), figures, facts, files, positives)


def found_in(
    definition: Definition, zones: Zones, observations: Sequence[Observation]
) -> list[Detection]:
    """All that a fresh detector finds in a recording."""
    detector = make(definition, zones)
    return [found for observation in observations for found in detector.update(observation)]


def films(clips: Sequence[Clip]) -> list[Clip]:
    """Those that are pictures, moving or still."""
    return [clip for clip in clips if clip.path.suffix.lower() in VIDEOS]


def models_of(recordings: Recordings, needs: Collection[Need] = PEOPLE) -> dict[str, Any]:
    """What looked, for these needs."""
    models = recordings.models_for(needs)
    facts: dict[str, Any] = {
        "models": {each.model.name: each.model.sha256 for each in loaded(models)},
        "precision": sorted({each.precision for each in loaded(models)}),
    }
    if models.pose is not None:
        facts["pose_input"] = f"{models.pose.size[0]}x{models.pose.size[1]}"
    return facts


def configuration(definition: Definition, recordings: Recordings) -> dict[str, Any]:
    """Everything that the figures of a definition depend on."""
    return {
        "event": definition.event,
        "behaviour": definition.behaviour,
        "parameters": dict(definition.parameters),
        "rate_hz": definition.rate_hz,
        **models_of(recordings, make(definition, Zones()).needs),
    }
