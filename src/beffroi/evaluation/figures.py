"""Figures that anyone can compute again: how often the detectors are right on labelled clips.

Perception runs once per clip and is recorded; detectors run on the recordings. Clips of one scene
are alike, so intervals come from drawing scenes, not clips, again and again.
"""

import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from beffroi.clock import Clock
from beffroi.evaluation.watch import detect, laboratory_models, loaded, observe
from beffroi.events.detector import Detection, Zones
from beffroi.events.registry import make
from beffroi.mandate.definition import Definition
from beffroi.perception.inference import Inference
from beffroi.perception.observation import Observation
from beffroi.perception.recording import record, replay

Floats = NDArray[np.float64]

LADDER = tuple(float(rung) for rung in np.geomspace(0.05, 5, 25))
"""By how much a detector is made stricter or laxer to find the strictness that a clip passes."""


@dataclass(frozen=True, slots=True)
class Clip:
    """One labelled clip: `event` is whether what is looked for happens, between two times."""

    path: Path
    scene: str
    event: bool
    label: str
    start_s: float = 0.0
    end_s: float = np.inf


@dataclass(frozen=True, slots=True)
class Figure:
    """A number and the interval that holds it in 95 of 100 draws of scenes."""

    name: str
    value: float
    low: float
    high: float

    def row(self) -> str:
        """One row of a Markdown table."""
        return f"| {self.name} | {self.value:.3f} | {self.low:.3f} to {self.high:.3f} |"


def read_labels(folder: Path, is_event: Callable[[str], bool]) -> list[Clip]:
    """The clips of a folder with a `labels.csv`."""
    with (folder / "labels.csv").open(encoding="utf-8", newline="") as file:
        return [
            Clip(
                path=folder / row["file"],
                scene=row["scene"],
                event=is_event(row["label"]),
                label=row["label"],
                start_s=float(row["start_s"] or 0),
                end_s=float(row["end_s"] or np.inf),
            )
            for row in csv.DictReader(file)
        ]


class Recordings:
    """Observations of clips, made once and kept in a folder.

    Args:
        folder: Where recordings are kept; they are personal data, as the clips are.
        size: Height and width of the pose input.
        threads: Processor threads.
    """

    def __init__(self, folder: Path, size: tuple[int, int], threads: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self._size = folder, size
        self._models = laboratory_models((), size)
        self._inference = Inference(loaded(self._models), threads=threads)

    def of(self, path: Path, rate_hz: float) -> list[Observation]:
        """The observations of one clip at one rate."""
        name = f"{path.parent.name}-{path.stem}-{rate_hz:g}-{self._size[0]}x{self._size[1]}.obs"
        kept = self._folder / name
        if not kept.exists():
            part = kept.with_name("part.obs")
            looked = observe(
                str(path), self._models, self._inference, rate_hz=rate_hz, clock=Clock()
            )
            record(part, (observation for _, observation in looked))
            part.replace(kept)
        return list(replay(kept))


def detections(
    definition: Definition, zones: Zones, observations: Sequence[Observation]
) -> list[Detection]:
    """All that a fresh detector finds in a recording."""
    detector = make(definition, zones)
    return [found for observation in observations for found in detect([detector], observation)]


def strictness(
    definition: Definition, scaled: Sequence[str], observations: Sequence[Observation]
) -> float:
    """The largest factor on the parameters `scaled` with which the clip is still flagged.

    It ranks clips by how clearly they show the event: 1 is the definition as it stands, 0 is
    flagged never.
    """
    for rung in reversed(LADDER):
        parameters = {**definition.parameters}
        for name in scaled:
            parameters[name] = float(parameters[name]) * rung
        stricter = definition.model_copy(update={"parameters": parameters})
        if detections(stricter, Zones(), observations):
            return rung
    return 0.0


def auc(event: NDArray[np.bool_], score: Floats) -> float:
    """Chance that a clip with the event scores above one without, ties counted half.

    The area under the ROC curve (Hanley and McNeil, Radiology 143, 1982).
    """
    above = score[event][:, np.newaxis] - score[~event]
    return float(((above > 0) + 0.5 * (above == 0)).mean()) if above.size else np.nan


def with_interval(
    name: str, scenes: Sequence[str], measure: Callable[[NDArray[np.intp]], float]
) -> Figure:
    """A measure of clips, and its 95 % interval over 1,000 draws of scenes with replacement.

    Args:
        name: What is measured.
        scenes: Scene of each clip.
        measure: Takes positions of clips, some several times.
    """
    of_scene = [np.flatnonzero(np.array(scenes) == scene) for scene in sorted(set(scenes))]
    chance = np.random.default_rng(20240)
    lots = chance.integers(len(of_scene), size=(1000, len(of_scene)))
    draws = [measure(np.concatenate([of_scene[i] for i in lot])) for lot in lots]
    low, high = np.nanpercentile(draws, [2.5, 97.5])
    return Figure(name, measure(np.arange(len(scenes))), float(low), float(high))


def clip_figures(clips: Sequence[Clip], flagged: Sequence[bool]) -> Iterator[Figure]:
    """Accuracy, recall and false flags of a yes or no for each clip."""
    event, flag = np.array([clip.event for clip in clips]), np.array(flagged)
    scenes = [clip.scene for clip in clips]

    def share(of: NDArray[np.bool_]) -> Callable[[NDArray[np.intp]], float]:
        def measure(at: NDArray[np.intp]) -> float:
            return float(flag[at][of[at]].mean()) if of[at].any() else np.nan

        return measure

    yield with_interval("accuracy", scenes, lambda at: float((flag[at] == event[at]).mean()))
    yield with_interval("recall", scenes, share(event))
    yield with_interval("false flags, share of clips without", scenes, share(~event))


def visits_found(
    found: Sequence[Detection], visits: Path, seconds: float = 2.0
) -> tuple[int, int, int]:
    """Detections of intrusion against annotated visits, borderline ones (under 1.5 s) left out.

    Returns:
        Visits found, visits annotated, detections that match no visit at all.
    """
    with visits.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))

    def matches(detection: Detection, row: dict[str, str]) -> bool:
        during = float(row["start_s"]) - seconds <= detection.start_t <= float(row["end_s"])
        return detection.zone == row["zone"] and during

    clear = [row for row in rows if row["borderline"] == "0"]
    hits = sum(any(matches(detection, row) for detection in found) for row in clear)
    stray = sum(not any(matches(detection, row) for row in rows) for detection in found)
    return hits, len(clear), stray
