"""Many people at once: who starts to run and crowds that move, in films of the synthetic city.

Everything goes through the real pose model and tracker, as in a camera's pictures: people hide each
other and are lost. Of each play one film is looked at around its event, among innocent twins.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from beffroi.capture.frame import Frame
from beffroi.evaluation.figures import Figure, with_interval
from beffroi.evaluation.grounded import grounded
from beffroi.evaluation.judging import configuration, found_in
from beffroi.evaluation.recordings import SAMPLES_HZ, Recordings, digest
from beffroi.evaluation.result import Judged, Result
from beffroi.evaluation.watch import choose_definitions
from beffroi.events.crowd_motion import CrowdMotion
from beffroi.events.detector import Zones
from beffroi.events.registry import make
from beffroi.events.running import Running
from beffroi.simulation import Scene
from beffroi.simulation.play import ACT_S
from beffroi.simulation.truth import Event

RUNS: Final = range(31, 51)
CROWDS: Final = range(31, 55)
"""Seeds on which nothing was chosen; on most of the latter a crowd moves, on the others it presses
together."""
BEFORE_S: Final = 12.0
AFTER_S: Final = 10.0
"""How much of a play is looked at, before its event begins and after."""
EARLY_S: Final = 2.0
"""How much too soon a detection may say that an event is there: crowds begin to move one by one."""

Bools = NDArray[np.bool_]
Counts = NDArray[np.int64]


@dataclass(frozen=True)
class Film:
    """The moments around the event of one play.

    Args:
        scene: Where.
        seed: What it is drawn from.
    """

    scene: str
    seed: int

    @cached_property
    def play(self) -> Scene:
        """What happens."""
        return Scene.create(self.scene, self.seed)

    @cached_property
    def event(self) -> Event:
        """What is looked at."""
        return self.play.events(ACT_S)[0]

    @property
    def made_of(self) -> str:
        """A name, and a digest of some of the pictures."""
        return f"{self.scene}-{self.seed} {digest(self.frames(SAMPLES_HZ))}"

    def frames(self, rate_hz: float) -> Iterator[Frame]:
        """The pictures at a rate; seconds are the play's."""
        first = round(self.event.start_s - BEFORE_S)
        for index in range(round((BEFORE_S + AFTER_S) * rate_hz)):
            t = first + index / rate_hz
            yield Frame(self.play.render(t), t, None, index)


def running_synthetic(_folder: Path, recordings: Recordings) -> Result:
    """People who start to run, among those who walk, stand and catch a bus."""
    return judged_films(Running.id, [Film("forecourt", seed) for seed in RUNS], recordings)


def crowd_motion_synthetic(_folder: Path, recordings: Recordings) -> Result:
    """Crowds that surge, flee, meet another or press together."""
    return judged_films(CrowdMotion.id, [Film("crowd", seed) for seed in CROWDS], recordings)


def judged_films(event: str, films: Sequence[Film], recordings: Recordings) -> Result:
    """Each play as a camera sees it that nobody has calibrated, and as one that somebody has."""
    (definition,) = choose_definitions([event], Zones())
    needs = make(definition, Zones()).needs
    there = np.array([film.event.event == event for film in films])
    found, others = np.zeros((2, 2, len(films)), np.int64)
    files = []
    for i, film in enumerate(films):
        pictures = partial(film.frames, definition.rate_hz)
        seen = recordings.made(film.made_of, pictures, definition.rate_hz, needs)
        earliest = film.event.start_s - EARLY_S if there[i] else np.inf
        for calibrated, view in enumerate((seen, grounded(seen, film.play.camera))):
            detections = found_in(definition, Zones(), view)
            right = [one for one in detections if one.end_t >= earliest][:1]
            found[calibrated, i], others[calibrated, i] = len(right), len(detections) - len(right)
            name = f"{film.scene}-{film.seed}" + (" calibrated" if calibrated else "")
            best = max((one.score for one in detections), default=0.0)
            files.append(
                Judged(name, f"{film.event.event} (synthetic)", round(best, 4), bool(right))
            )
    names = [f"{film.scene}-{film.seed}" for film in films]
    figures = [
        *_figures("", names, there, found[0], others[0]),
        *_figures("_calibrated", names, there, found[1], others[1]),
    ]
    facts = {
        **configuration(definition, recordings),
        "synthetic": True,
        "plays": names,
        "events": int(there.sum()),
        "seconds": BEFORE_S + AFTER_S,
    }
    return Result(
        f"{event}_synthetic",
        len(films),
        {figure.name: figure for figure in figures},
        facts,
        tuple(files),
    )


def _figures(
    suffix: str, names: Sequence[str], there: Bools, found: Counts, other: Counts
) -> Iterator[Figure]:
    def recall(at: NDArray[np.intp]) -> float:
        return float(found[at][there[at]].mean()) if there[at].any() else np.nan

    yield with_interval(f"recall{suffix}", names, recall)
    yield with_interval(
        f"false_positive_rate{suffix}", names, lambda at: float((other[at] > 0).mean())
    )
