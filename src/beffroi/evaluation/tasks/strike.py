"""Clips of fights: whether strikes are found in them, and in no other."""

from collections.abc import Sequence
from pathlib import Path

from beffroi.evaluation.judging import films, judged
from beffroi.evaluation.labels import Clip, read_labels
from beffroi.evaluation.recordings import Recordings
from beffroi.evaluation.result import Result
from beffroi.evaluation.watch import choose_definitions
from beffroi.events.detector import Zones
from beffroi.events.registry import make
from beffroi.events.strike import Strike
from beffroi.perception.observation import Observation


def strike(folder: Path, recordings: Recordings) -> Result:
    """The score of a clip is the highest of its moments."""
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

    clips = films(read_labels(folder, lambda label: label == "fight"))
    return judged("strike", clips, definition, recordings, judge)
