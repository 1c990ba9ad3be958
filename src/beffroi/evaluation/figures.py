"""The arithmetic of figures: how often detectors are right, and how sure that is.

Clips of one scene are alike, so intervals come from drawing scenes, not clips, again and again.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from beffroi.evaluation.labels import Clip, reading
from beffroi.events.detector import Detection

Floats = NDArray[np.float64]

FALSE_SHARE: Final = 0.05
CLEAR_S: Final = 1.5
"""Shorter visits are borderline: annotators would not agree on them."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A number and, if it was drawn, the interval that holds it in 95 of 100 draws of scenes."""

    name: str
    value: float
    low: float | None = None
    high: float | None = None

    @property
    def interval(self) -> str:
        """For people to read."""
        return "" if self.low is None else f"{self.low:.3f} to {self.high:.3f}"

    def row(self) -> str:
        """One row of a Markdown table."""
        return f"| {self.name} | {self.value:.3f} | {self.interval} |"


def auc(event: NDArray[np.bool_], score: Floats) -> float:
    """Chance that a clip with the event scores above one without, ties counted half.

    The area under the ROC curve (Hanley and McNeil, Radiology 143, 1982).
    """
    above = score[event][:, np.newaxis] - score[~event]
    return float(((above > 0) + 0.5 * (above == 0)).mean()) if above.size else np.nan


def threshold_of(event: NDArray[np.bool_], score: Floats) -> float:
    """The least score above which at most `FALSE_SHARE` of clips without the event lie."""
    innocent = np.sort(score[~event])[::-1]
    return float(innocent[int(FALSE_SHARE * len(innocent))])


def recall_at_5_percent(event: NDArray[np.bool_], score: Floats) -> float:
    """Share of clips with the event that are flagged where at most 5 % of those without are."""
    if event.all() or not event.any():
        return np.nan
    return float((score[event] > threshold_of(event, score)).mean())


def with_interval(
    name: str, scenes: Sequence[str], measure: Callable[[NDArray[np.intp]], float]
) -> Figure:
    """A measure of clips, with its interval where there is one; see `resampled`."""
    value, low, high = resampled(scenes, measure)
    return Figure(name, value) if np.isnan(low) else Figure(name, value, low, high)


def resampled(
    scenes: Sequence[str], measure: Callable[[NDArray[np.intp]], float]
) -> tuple[float, float, float]:
    """A measure of clips, and its 95 % interval over 1,000 draws of scenes with replacement.

    Args:
        scenes: Scene of each clip.
        measure: Takes positions of clips, some several times.

    Returns:
        The measure and both ends, which are NaN if it says nothing of any draw.
    """
    of_scene = [np.flatnonzero(np.array(scenes) == scene) for scene in sorted(set(scenes))]
    chance = np.random.default_rng(20240)
    lots = chance.integers(len(of_scene), size=(1000, len(of_scene)))
    draws = np.array([measure(np.concatenate([of_scene[i] for i in lot])) for lot in lots])
    value = measure(np.arange(len(scenes)))
    if np.isnan(draws).all():
        return value, np.nan, np.nan
    low, high = np.nanpercentile(draws, [2.5, 97.5])
    return value, float(low), float(high)


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
    yield with_interval("false_positive_rate", scenes, share(~event))


def score_figures(clips: Sequence[Clip], scores: Floats) -> Iterator[Figure]:
    """What the score of each clip can tell, wherever a definition draws its line."""
    event = np.array([clip.event for clip in clips])
    scenes = [clip.scene for clip in clips]
    yield with_interval("auc", scenes, lambda at: auc(event[at], scores[at]))
    yield with_interval(
        "recall_at_5_percent", scenes, lambda at: recall_at_5_percent(event[at], scores[at])
    )


def visits_found(
    found: Sequence[Detection], visits: Path, seconds: float = 2.0
) -> tuple[int, int, int]:
    """Detections of intrusion against annotated visits, borderline ones (under 1.5 s) left out.

    Args:
        found: What a detector found.
        visits: A table of `zone`, `start_s` and `end_s`.
        seconds: How much earlier than an annotated visit it may be found.

    Returns:
        Visits found, visits annotated, detections that match no visit at all.

    Raises:
        BadInput: The table cannot be read.
    """
    with reading(visits) as rows:
        stays = [(row["zone"], float(row["start_s"]), float(row["end_s"])) for row in rows]

    def matches(detection: Detection, stay: tuple[str, float, float]) -> bool:
        zone, start_s, end_s = stay
        return detection.zone == zone and start_s - seconds <= detection.start_t <= end_s

    clear = [stay for stay in stays if stay[2] - stay[1] >= CLEAR_S]
    hits = sum(any(matches(detection, stay) for detection in found) for stay in clear)
    stray = sum(not any(matches(detection, stay) for stay in stays) for detection in found)
    return hits, len(clear), stray
