"""Vehicles for tests: boxes that move over the picture as one says, in pixels and seconds."""

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from beffroi.perception.observation import Observation, Track
from tests.events.stick import observation

Path = Callable[[float], tuple[float, float]]
"""Middle of the box at a time."""


def vehicle(
    at: tuple[float, float],
    kind: str = "car",
    who: str = "0000000c",
    sides: tuple[float, float] = (60, 40),
    ground: tuple[float, float] | None = None,
) -> Track:
    """A vehicle whose box has its middle at a place."""
    (x, y), (width, height) = at, sides
    box = (x - width / 2, y - height / 2, x + width / 2, y + height / 2)
    return Track(who, kind, box, 0.8, None, ground, 0.5, 1)


def along(*stops: tuple[float, float, float]) -> Path:
    """A way through (t, x, y), straight between them."""
    times, xs, ys = zip(*stops, strict=True)
    return lambda t: (float(np.interp(t, times, xs)), float(np.interp(t, times, ys)))


def drive(
    seconds: float,
    path: Path,
    *,
    hz: float = 5,
    kind: str = "car",
    shake: float = 1.0,
    others: Callable[[float], Sequence[Track]] = lambda _: (),
) -> Iterable[Observation]:
    """One vehicle on a way, its box trembling by `shake` pixels, and what else there is."""
    chance = np.random.default_rng(7)
    for t in np.arange(round(seconds * hz)) / hz:
        x, y = np.array(path(float(t))) + chance.normal(0, shake, 2)
        yield observation(float(t), vehicle((x, y), kind), *others(float(t)))
