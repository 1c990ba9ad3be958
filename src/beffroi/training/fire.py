"""Learning what flames look like, and how well they are told from look-alikes never learnt from.

Every figure is out of fold: a picture is judged by a model that has seen none like it. Stills say
nothing of flickering, so the score of a still is that of its look alone, as perception gives it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from beffroi.capture.opening import open_source
from beffroi.clock import Clock
from beffroi.errors import BadInput, Unavailable
from beffroi.evaluation.figures import Figure, auc, with_interval
from beffroi.evaluation.labels import Clip, read_labels
from beffroi.mandate.laboratory import laboratory_permit
from beffroi.perception.fire import (
    NEAR,
    SIDE,
    WIDE,
    Box,
    Picture,
    sampled,
    scaled,
    warm_parts,
    warmth,
    window,
)
from beffroi.perception.models import variant
from beffroi.training.flames import MEASURES, STEEPNESS, Border, Measuring, flames_model

Floats = NDArray[np.float32]
Report = Callable[[str], None]

STILLS: Final = frozenset({".jpeg", ".jpg", ".png"})
FOLDS: Final = 5
DRAWS: Final = 3
"""Different divisions into folds; the scores of a picture are averaged over them."""
COST: Final = 1.0
"""Of a window on the wrong side of the border."""
SEED: Final = 20240


@dataclass(frozen=True, slots=True)
class Windows:
    """The windows of one picture: measures [n, MEASURES], and the place and variation of each.

    The place counts from the largest; variation 0 is the picture as it is.
    """

    measures: Floats
    place: NDArray[np.intp]
    variation: NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Learnt:
    """What came out.

    Args:
        weights: The file of the model that has seen everything.
        figures: Out of fold: against all others, and against look-alikes alone.
        clips: The pictures.
        scores: Out of fold, of each picture.
    """

    weights: bytes
    figures: tuple[Figure, ...]
    clips: tuple[Clip, ...]
    scores: NDArray[np.float64]


def train(folder: Path, report: Report) -> Learnt:
    """Learn from the pictures of a folder.

    Args:
        folder: With a `labels.csv`; labels that begin with `fire` mark what is looked for, and
            `scene` keeps pictures together that are alike.
        report: Told of progress.

    Raises:
        BadInput: No labels there, or a picture that cannot be read.
        Unavailable: scikit-learn or NanoDet is not installed.
    """
    labelled = read_labels(folder, lambda label: label.startswith("fire"))
    clips = [clip for clip in labelled if clip.path.suffix.lower() in STILLS]
    if len({clip.event for clip in clips}) < 2:
        raise BadInput(f"{folder} has no pictures both with and without fire to learn from.")
    nanodet = variant("nanodet", (416, 416)).path
    measuring = Measuring(nanodet)
    chance = np.random.default_rng(SEED)
    seen = []
    for number, clip in enumerate(clips, 1):
        seen.append(_windows(_picture(clip.path), measuring, chance))
        if number % 50 == 0 or number == len(clips):
            report(f"{number} of {len(clips)} pictures")
    fire = np.array([clip.event for clip in clips])
    scores = np.zeros(len(clips))
    for draw in range(DRAWS):
        for inside, outside in _folds(clips, draw):
            fitted = _fit(seen, fire, inside)
            for i in outside:
                scores[i] += score(fitted, seen[i]) / DRAWS
    report("all together")
    border = _border(_fit(seen, fire, range(len(clips))))
    return Learnt(flames_model(nanodet, border), _figures(clips, scores), tuple(clips), scores)


def score(fitted: Any, seen: Windows) -> float:
    """The highest score of the places of a picture, as perception gives it; 0 if there is none."""
    plain = seen.variation == 0
    if not plain.any():
        return 0.0
    looks = 1 / (1 + np.exp(-STEEPNESS * fitted.decision_function(seen.measures[plain])))
    places = seen.place[plain]
    return max(float(looks[places == place].mean()) for place in np.unique(places))


def _windows(picture: Picture, measuring: Measuring, chance: np.random.Generator) -> Windows:
    rows = [
        (measuring.measure(cut), place, variation)
        for place, box in enumerate(_places(picture))
        for variation, cut in _variations(picture, box, chance)
    ]
    if not rows:
        return Windows(np.zeros((0, MEASURES), np.float32), *(np.zeros(0, np.intp),) * 2)
    measures, places, variations = zip(*rows, strict=True)
    return Windows(np.stack(measures), np.array(places), np.array(variations))


def _places(picture: Picture) -> list[Box]:
    samples, step = sampled(picture)
    return [scaled(box, step) for box in warm_parts(warmth(samples))]


def _variations(
    picture: Picture, box: Box, chance: np.random.Generator
) -> Iterator[tuple[int, Picture]]:
    """A place as it is, mirrored, and as a worse camera that looks elsewhere would show it."""
    height, width = picture.shape[:2]
    mirrored = np.ascontiguousarray(picture[:, ::-1])
    shift = chance.uniform(-0.1, 0.1, 4) * max(box[2] - box[0], box[3] - box[1])
    moved = np.clip(np.array(box) + shift, 0, [width, height, width, height]).tolist()
    light = chance.uniform(0.8, 1.15) * (1 + chance.uniform(-0.06, 0.06, 3))
    curve = 255 * (picture / np.float32(255)) ** chance.uniform(0.8, 1.25) * light
    lit = np.clip(curve, 0, 255).astype(np.uint8)
    for larger, least in (NEAR, WIDE):
        yield 0, window(picture, box, larger, least)
        yield 1, window(mirrored, (width - box[2], box[1], width - box[0], box[3]), larger, least)
        zoom = chance.uniform(0.7, 1.3)
        yield 2, _coarse(window(lit, moved, larger * zoom, least * zoom), chance)


def _coarse(cut: Picture, chance: np.random.Generator) -> Picture:
    """A window with details lost, as of something far away."""
    side = int(chance.integers(SIDE // 4, SIDE + 1))
    at = np.arange(SIDE) * side // SIDE * SIDE // side
    return np.ascontiguousarray(cut[:, at][:, :, at])


def _fit(seen: Sequence[Windows], fire: NDArray[np.bool_], inside: Sequence[int]) -> Any:
    """Fit the border; of a picture with fire, only the largest place is known to be fire."""
    try:
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler
        from sklearn.svm import SVC
    except ImportError as error:
        raise Unavailable('Training needs scikit-learn: pip install "beffroi[train]".') from error
    rows, truth = [], []
    for i in inside:
        kept = seen[i].measures[seen[i].place == 0] if fire[i] else seen[i].measures
        rows += list(kept)
        truth += [bool(fire[i])] * len(kept)
    machine = SVC(C=COST, gamma=1 / MEASURES, class_weight="balanced")
    return make_pipeline(StandardScaler(), machine).fit(np.array(rows), np.array(truth))


def _border(fitted: Any) -> Border:
    scaler, machine = fitted[0], fitted[1]
    return Border(
        scaler.mean_.astype(np.float32),
        scaler.scale_.astype(np.float32),
        machine.support_vectors_.astype(np.float32),
        machine.dual_coef_[0].astype(np.float32),
        float(machine.intercept_[0]),
        1 / MEASURES,
    )


def _figures(clips: Sequence[Clip], scores: NDArray[np.float64]) -> tuple[Figure, ...]:
    def against(name: str, kept: NDArray[np.intp]) -> Figure:
        fire = np.array([clips[i].event for i in kept])
        scenes = [clips[i].scene for i in kept]
        return with_interval(name, scenes, lambda at: auc(fire[at], scores[kept][at]))

    alike = [i for i, clip in enumerate(clips) if clip.event or clip.label == "lookalike"]
    return (
        against("AUC", np.arange(len(clips))),
        against("AUC against look-alikes", np.array(alike)),
    )


def _folds(clips: Sequence[Clip], draw: int) -> Iterator[tuple[list[int], list[int]]]:
    try:
        from sklearn.model_selection import StratifiedGroupKFold
    except ImportError as error:
        raise Unavailable('Training needs scikit-learn: pip install "beffroi[train]".') from error
    fire, scenes = [clip.event for clip in clips], [clip.scene for clip in clips]
    split = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=draw)
    for inside, outside in split.split(fire, fire, scenes):
        yield inside.tolist(), outside.tolist()


def _picture(path: Path) -> Picture:
    with open_source(laboratory_permit(str(path)), clock=Clock(), rate_hz=1) as source:
        return next(iter(source.frames())).image
