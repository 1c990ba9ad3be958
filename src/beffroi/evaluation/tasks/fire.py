"""Pictures and films of fire and of look-alikes, and made films of both."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np

from beffroi.evaluation.burning import FLAMES, KINDS, START_S, film
from beffroi.evaluation.figures import Figure, clip_figures
from beffroi.evaluation.judging import configuration, films, found_in, judged
from beffroi.evaluation.labels import Clip, read_labels
from beffroi.evaluation.recordings import SAMPLES_HZ, Recordings, digest
from beffroi.evaluation.result import Judged, Result
from beffroi.evaluation.watch import choose_definitions
from beffroi.events.detector import Zones
from beffroi.events.fire import Fire
from beffroi.events.registry import make
from beffroi.mandate.definition import Definition
from beffroi.perception.observation import Observation

STILL: Final = 0.5
"""From which score on a still is said to show flames: the middle, since it cannot flicker."""
SEEDS: Final = range(31, 35)
"""Nothing was chosen on these; the score that is asked was, on seeds 1 to 4."""


def fire(folder: Path, recordings: Recordings) -> Result:
    """The score of a film is the highest of its moments; that of a still is of its look alone."""
    (definition,) = choose_definitions(["fire"], Zones())

    def judge(_: Clip, seen: Sequence[Observation]) -> tuple[float, int]:
        if len(seen) == 1:
            score = _scores(definition, seen)[0]
            return score, int(score >= STILL)
        # The first picture of a film cannot flicker either.
        score = max(_scores(definition, seen)[1:], default=0.0)
        return score, len(found_in(definition, Zones(), seen))

    clips = films(read_labels(folder, lambda label: label.startswith("fire")))
    return judged(Fire.id, clips, definition, recordings, judge)


def fire_synthetic(_: Path, recordings: Recordings) -> Result:
    """Made films: whether flames are found, how soon, and nothing else."""
    (definition,) = choose_definitions(["fire"], Zones())
    clips, files, flagged, delays = [], [], [], []
    for seed in SEEDS:
        for kind in KINDS:
            name = f"{kind} {seed}"
            pictures = partial(film, kind, seed, definition.rate_hz)
            made_of = f"fire film {name} {digest(film(kind, seed, SAMPLES_HZ))}"
            seen = recordings.made(made_of, pictures, definition.rate_hz, Fire.needs)
            found = [d.end_t for d in found_in(definition, Zones(), seen)]
            clips.append(Clip(name, Path(name), str(seed), kind == FLAMES, kind))
            flagged.append(bool(found))
            score = max(_scores(definition, seen)[1:], default=0.0)
            files.append(Judged(name, kind, round(score, 4), bool(found)))
            if kind == FLAMES and found:
                delays.append(found[0] - START_S)
    figures = {figure.name: figure for figure in clip_figures(clips, flagged)}
    if delays:
        figures["slowest_alert_s"] = Figure("slowest_alert_s", float(np.max(delays)))
    positives = frozenset(clip.name for clip in clips if clip.event)
    facts = configuration(definition, recordings)
    return Result("fire_synthetic", len(clips), figures, facts, tuple(files), positives)


def _scores(definition: Definition, seen: Sequence[Observation]) -> list[float]:
    """The detector's score of each moment."""
    detector = make(definition, Zones())
    if not isinstance(detector, Fire):
        raise TypeError("fires are looked for by another detector")
    scores = []
    for observation in seen:
        detector.update(observation)
        scores.append(detector.score)
    return scores
