"""Learning what a strike looks like, and how well it is told apart on scenes never learnt from.

Every figure is out of fold: a clip is judged by a model that has seen no clip of its scene. What
could give a clip away without anybody in it being looked at, such as its container or its camera's
motion, is judged alone beside it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import av
import numpy as np
from numpy.typing import NDArray

from beffroi.errors import Unavailable
from beffroi.evaluation.figures import Figure, score_figures, threshold_of
from beffroi.evaluation.labels import Clip, read_labels
from beffroi.evaluation.recordings import Recordings
from beffroi.evaluation.watch import choose_definitions
from beffroi.events.detector import Zones
from beffroi.events.scuffle import FEATURES, STATISTICS
from beffroi.events.stirring import STIRRING
from beffroi.events.strike import Steady, Strike, StrikeParameters, rows
from beffroi.events.trees import Trees
from beffroi.perception.observation import Observation
from beffroi.simulation import Scene
from beffroi.training.examples import Example, Look, looks, of_clip, of_scene
from beffroi.training.forest import learn
from beffroi.training.scenes import playground

Floats = NDArray[np.float64]
Report = Callable[[str], None]

FOLDS: Final = 5
SYNTHETIC: Final = 0.7
"""Weight of all synthetic windows together, that of all clips being 1."""
LEARNT_SEEDS: Final = range(1, 15)
CITY: Final = ("square", "street", "park", "platform", "concourse")
CITY_SEEDS: Final = (21, 22)
"""Of each of these scenes of the synthetic city; tests and figures use others."""
HELD_SEEDS: Final = range(15, 17)
"""Synthetic scenes that are only judged."""
FIELD: Final = frozenset(f"{name}_{kind}" for name in STIRRING for kind in STATISTICS)
MOTION: Final = FIELD | {f"motion_{kind}" for kind in STATISTICS}


@dataclass(frozen=True, slots=True)
class Learnt:
    """What came out.

    Args:
        weights: The file of the model that has seen everything.
        figures: Out of fold, by what the model was given.
        threshold: Least score, out of fold, above which at most 5 % of clips without a fight lie.
        scores: Out of fold, of each clip.
        clips: The clips.
        held: Highest score of each held synthetic scene, with and without fights.
    """

    weights: bytes
    figures: dict[str, tuple[Figure, ...]]
    threshold: float
    scores: Floats
    clips: tuple[Clip, ...]
    held: dict[str, tuple[float, float]]


def train(folder: Path, recordings: Recordings, report: Report) -> Learnt:
    """Learn from the clips of a folder and from synthetic scenes.

    Args:
        folder: With a `labels.csv` in which `fight` marks what is looked for.
        recordings: What perception saw, or will look at.
        report: Told of progress.

    Raises:
        BadInput: No labels there, or a clip that cannot be read.
        Unavailable: scikit-learn is not installed.
    """
    (definition,) = choose_definitions(["strike"], Zones())
    p = StrikeParameters.model_validate(definition.parameters)
    clips = read_labels(folder, lambda label: label == "fight")
    report(f"{len(clips)} clips")
    seen = [recordings.of(clip.path, definition.rate_hz, Strike.needs) for clip in clips]
    watched = [looks(observations, p) for observations in seen]
    scenes = [Scene.stage(playground(seed), seed) for seed in LEARNT_SEEDS]
    scenes += [Scene.create(name, seed) for name in CITY for seed in CITY_SEEDS]
    report(f"{len(scenes)} synthetic scenes")
    learnt = [
        example
        for scene in scenes
        for example in of_scene(scene, recordings, definition.rate_hz, p)
    ]
    held = {
        f"playground {seed}": of_scene(
            Scene.stage(playground(seed), seed), recordings, definition.rate_hz, p
        )
        for seed in HELD_SEEDS
    }
    folds = _folds(clips)
    fight = np.array([clip.event for clip in clips])

    def judged(columns: NDArray[np.intp]) -> Floats:
        scores = np.zeros(len(clips))
        for fold in range(FOLDS):
            inside = [
                example
                for i in np.flatnonzero(folds != fold)
                for example in of_clip(clips[i].path.stem, clips[i].event, watched[i])
            ]
            trees = _fit(inside, learnt, columns)
            for i in np.flatnonzero(folds == fold):
                scores[i] = best(watched[i], trees, columns, p)
        return scores

    everything = np.arange(len(FEATURES))
    skeletons = np.array([i for i, name in enumerate(FEATURES) if name not in MOTION])
    field = np.array([i for i, name in enumerate(FEATURES) if name in FIELD])
    report("out of fold")
    scores = judged(everything)
    judgements = {
        "container alone": _plainly(fight, folds, [_container(clip.path) for clip in clips]),
        "motion of the picture alone": _plainly(fight, folds, [_picture(one) for one in seen]),
        "skeletons alone": judged(skeletons),
        "motion field around people within reach alone": judged(field),
        "all": scores,
    }
    report("all together")
    whole = [
        example
        for clip, one in zip(clips, watched, strict=True)
        for example in of_clip(clip.path.stem, clip.event, one)
    ]
    weights = _learn(whole, learnt, everything)
    trees = Trees.parse(weights, FEATURES)
    return Learnt(
        weights,
        {name: tuple(score_figures(clips, judgement)) for name, judgement in judgements.items()},
        threshold_of(fight, scores),
        scores,
        tuple(clips),
        {name: _extremes(examples, trees) for name, examples in held.items()},
    )


def best(
    seen: Sequence[Look], trees: Trees, columns: NDArray[np.intp], p: StrikeParameters
) -> float:
    """The highest score that the detector would give in a recording; 0 with nobody in reach."""
    steady, highest = Steady(p.steady_ms / 1000, p.reach_percent / 100), 0.0
    for look in seen:
        weigh = partial(trees.scores, rows(look.windows)[:, columns])
        steady.add(look.t, look.places, look.units, weigh)
        highest = max(highest, float(steady.scores(0.0).max(initial=0.0)))
    return highest


def _folds(clips: Sequence[Clip]) -> NDArray[np.intp]:
    """A fold for each clip; no scene is in two."""
    try:
        from sklearn.model_selection import StratifiedGroupKFold
    except ImportError as error:
        raise Unavailable('Training needs scikit-learn: pip install "beffroi[train]".') from error
    fight, scenes = [clip.event for clip in clips], [clip.scene for clip in clips]
    folds = np.zeros(len(clips), np.intp)
    split = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=0)
    for number, (_, inside) in enumerate(split.split(fight, fight, scenes)):
        folds[inside] = number
    return folds


def _fit(real: Sequence[Example], drawn: Sequence[Example], columns: NDArray[np.intp]) -> Trees:
    names = [FEATURES[i] for i in columns]
    return Trees.parse(_learn(real, drawn, columns), names)


def _learn(real: Sequence[Example], drawn: Sequence[Example], columns: NDArray[np.intp]) -> bytes:
    """Fit; every clip weighs the same, fights as much as all else, drawn scenes less than real."""
    examples = [*real, *drawn]
    fight = np.array([example.fight for example in examples])
    per_source: dict[str, int] = {}
    for example in real:
        per_source[example.source] = per_source.get(example.source, 0) + 1
    weight = np.array([*(1 / per_source[e.source] for e in real), *(1.0 for _ in drawn)])
    is_drawn = np.arange(len(examples)) >= len(real)
    for group, share in ((~is_drawn, 1.0), (is_drawn, SYNTHETIC)):
        for kind in (fight, ~fight):
            weight[group & kind] *= share / 2 / weight[group & kind].sum()
    features = np.stack([example.features for example in examples])
    return learn(features[:, columns], fight, weight, [FEATURES[i] for i in columns])


def _plainly(
    fight: NDArray[np.bool_], folds: NDArray[np.intp], values: list[list[float]]
) -> Floats:
    """Out-of-fold scores of clips by one row of plain numbers each."""
    table = np.array(values)
    names = [str(i) for i in range(table.shape[1])]
    scores = np.zeros(len(fight))
    for fold in range(FOLDS):
        inside = folds != fold
        trees = Trees.parse(
            learn(table[inside], fight[inside], np.ones(inside.sum()), names), names
        )
        scores[~inside] = trees.scores(table[~inside])
    return scores


def _container(path: Path) -> list[float]:
    """What the file says before any picture is decoded."""
    with av.open(str(path)) as file:
        stream = file.streams.video[0]
        rate = float(stream.average_rate or 0)
        seconds = (file.duration or 0) / 1e6
        size = path.stat().st_size
        return [stream.width, stream.height, rate, seconds, size, size / max(seconds, 0.1)]


def _picture(observations: Sequence[Observation]) -> list[float]:
    """How much of the whole picture changes, whoever is in it."""
    shares = [one.motion for one in observations[1:]] or [0.0]
    return [*np.quantile(shares, [0.1, 0.5, 0.9]).tolist(), float(np.mean(shares))]


def _extremes(examples: Sequence[Example], trees: Trees) -> tuple[float, float]:
    """Highest score of the windows with a fight, and of those without."""
    scores = trees.scores(np.stack([example.features for example in examples]))
    fight = np.array([example.fight for example in examples])
    return (
        float(scores[fight].max(initial=0.0)),
        float(scores[~fight].max(initial=0.0)),
    )
