"""Made films of flames in a street, and of what is as bright and warm: next to none is public.

Everything is drawn over a picture of the synthetic city in which nothing else happens, with the
noise of a camera. Nothing of it was learnt from.
"""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from beffroi.capture.frame import Frame
from beffroi.simulation import Scene

Floats = NDArray[np.float64]
Painter = Callable[[Floats, float], None]
"""Paints what is there at a time, in seconds, over a picture [height, width, 3] of 0 to 255."""

FLAMES: Final = "flames"
SCENES: Final = ("square", "street", "park", "platform")
START_S: Final = 5.0
"""When the thing appears."""
END_S: Final = 30.0
NOISE: Final = 2.0
"""Standard deviation of the noise, in grey levels."""
AMBER: Final = np.array([255.0, 150.0, 30.0])
WARM_WHITE: Final = np.array([255.0, 236.0, 180.0])


def film(kind: str, seed: int, rate_hz: float) -> Iterator[Frame]:
    """The pictures of one film.

    Args:
        kind: One of `KINDS`.
        seed: Decides place, size, light and noise.
        rate_hz: Pictures a second.
    """
    rng = np.random.default_rng([seed, list(KINDS).index(kind)])
    scene = Scene.create(SCENES[seed % len(SCENES)], seed)
    backdrop = scene.render(10.0).astype(np.float64) * rng.uniform(0.35, 1.0)
    paint = KINDS[kind](rng, backdrop.shape[1])
    for index in range(round(END_S * rate_hz)):
        t = index / rate_hz
        picture = backdrop.copy()
        if t >= START_S:
            paint(picture, t - START_S)
        picture += rng.normal(0, NOISE, picture.shape)
        yield Frame(np.clip(picture, 0, 255).astype(np.uint8), t, None, index)


def _flames(rng: np.random.Generator, width: int) -> Painter:
    """Tongues cut out of noise that rises: white at the core, then yellow, orange and red."""
    wide = round(width * rng.uniform(0.06, 0.18))
    tall = round(wide * rng.uniform(1.0, 1.6))
    x, y, speed = rng.uniform(0.2, 0.8), rng.uniform(0.5, 0.95), rng.uniform(0.7, 1.3)
    coarse, fine = (_smooth(rng.random((96, 48)), over) for over in (9, 4))
    coarse, fine = ((n - n.mean()) / n.std() for n in (coarse, fine))
    up = np.linspace(1, 0, tall)[:, np.newaxis]
    aside = np.abs(np.linspace(-1, 1, wide))[np.newaxis]
    across = np.linspace(4, 43, wide).astype(int)

    def risen(noise: Floats, rows: float, pace: float, t: float) -> Floats:
        at = (rows * (1 - up[:, 0]) + pace * speed * t).astype(int) % len(noise)
        return np.asarray(noise[np.ix_(at, across)])

    def paint(picture: Floats, t: float) -> None:
        noise = 0.5 * risen(coarse, 40, 45, t) + 0.35 * risen(fine, 60, 80, t)
        grown = min(0.4 + t / 4, 1.0)
        heat = 1.3 - 1.1 * aside - 1.5 * up / grown + noise * (0.25 + 0.7 * up) * np.sqrt(1 - aside)
        glow = np.clip(_smooth(heat, 3), 0, 1)[:, :, np.newaxis]
        colour = 255 * np.clip(np.array([0.75, 0.12, 0.0]) + glow * [1.6, 1.25, 1.0], 0, 1) ** [
            1,
            1,
            2,
        ]
        _lay(picture, colour, np.clip(2.5 * glow, 0, 1), x, y)

    return paint


def _lamp(rng: np.random.Generator, width: int) -> Painter:
    disc, x, y = (
        _disc(width * rng.uniform(0.02, 0.06)),
        rng.uniform(0.2, 0.8),
        rng.uniform(0.3, 0.8),
    )
    return lambda picture, _: _lay(picture, WARM_WHITE, disc, x, y)


def _beacon(rng: np.random.Generator, width: int) -> Painter:
    disc, x, y = (
        _disc(width * rng.uniform(0.02, 0.07)),
        rng.uniform(0.2, 0.8),
        rng.uniform(0.4, 0.9),
    )
    pace = rng.uniform(1.0, 2.2)
    return lambda picture, t: _lay(
        picture, AMBER, disc * (0.5 + 0.5 * np.sin(2 * np.pi * pace * t)) ** 2, x, y
    )


def _headlights(rng: np.random.Generator, width: int) -> Painter:
    y, speed = rng.uniform(0.5, 0.8), rng.uniform(0.08, 0.25)

    gap = rng.uniform(0.3, 0.8)

    def paint(picture: Floats, t: float) -> None:
        for start in np.arange(-0.2, -6, -gap):
            x = start + speed * t
            disc = _disc(width * (0.01 + 0.03 * max(x, 0)))
            for beside in (0.0, 0.06):
                _lay(picture, WARM_WHITE, disc, x + beside, y)

    return paint


def _sunset(rng: np.random.Generator, width: int) -> Painter:
    disc, x = _disc(width * rng.uniform(0.06, 0.12)), rng.uniform(0.2, 0.8)

    def paint(picture: Floats, t: float) -> None:
        sky = picture[: len(picture) // 3]
        sky[...] = 0.4 * sky + 0.6 * np.array([250.0, 140.0, 70.0])
        _lay(picture, WARM_WHITE, disc, x, 0.25 + 0.002 * t)

    return paint


def _screen(rng: np.random.Generator, width: int) -> Painter:
    sides = round(width * rng.uniform(0.08, 0.16)), round(width * rng.uniform(0.12, 0.25))
    x, y = rng.uniform(0.1, 0.7), rng.uniform(0.5, 0.8)

    def paint(picture: Floats, t: float) -> None:
        shot = np.random.default_rng([7, int(t / 0.6)])
        halves = np.repeat(shot.uniform([120, 60, 0], [255, 200, 160], (2, 3)), 2, axis=0)
        colour = np.kron(halves[:2], np.ones((sides[0], 1)))[: sides[0], np.newaxis]
        _lay(picture, np.broadcast_to(colour, (*sides, 3)), np.ones((*sides, 1)), x, y)

    return paint


def _jacket(rng: np.random.Generator, width: int) -> Painter:
    tall = rng.uniform(0.08, 0.16) * width
    x, y, pace = rng.uniform(0.2, 0.7), rng.uniform(0.6, 0.9), rng.uniform(0.3, 0.8)
    body = np.ones((round(tall), round(tall * 0.6), 1))

    def paint(picture: Floats, t: float) -> None:
        to_and_fro = 0.02 * np.sin(2 * np.pi * pace * t)
        bent = body[: round(tall * (0.85 + 0.15 * np.cos(2 * np.pi * pace * t)))]
        _lay(picture, np.array([250.0, 120.0, 20.0]), bent, x + to_and_fro, y)
        stripe = np.ones((max(2, round(tall * 0.12)), body.shape[1], 1))
        _lay(picture, np.array([225.0, 225.0, 205.0]), stripe, x + to_and_fro, y - 0.05)

    return paint


def _leaves(rng: np.random.Generator, width: int) -> Painter:
    many = 140
    at = np.array([rng.uniform(0.2, 0.7), rng.uniform(0.3, 0.6)]) + rng.normal(0, 0.035, (many, 2))
    tint = rng.uniform([190, 80, 10], [250, 165, 60], (many, 3))
    pace, phase = rng.uniform(0.4, 1.4, many), rng.uniform(0, 6.28, many)
    leaf = _disc(width * 0.009)

    def paint(picture: Floats, t: float) -> None:
        sway = 0.008 * np.sin(2 * np.pi * pace * t + phase)
        for (x, y), colour, aside in zip(at, tint, sway, strict=True):
            _lay(picture, colour, leaf, x + aside, y)

    return paint


KINDS: Final[Mapping[str, Callable[[np.random.Generator, int], Painter]]] = MappingProxyType(
    {
        FLAMES: _flames,
        "lamp": _lamp,
        "beacon": _beacon,
        "headlights": _headlights,
        "sunset": _sunset,
        "screen": _screen,
        "orange_jacket": _jacket,
        "orange_leaves": _leaves,
    }
)
"""What may be there; only the first is fire."""


def _disc(radius: float) -> Floats:
    """A disc with a soft rim, [n, n, 1], 0 to 1."""
    reach = max(int(2 * radius), 2)
    across = np.hypot(*np.ogrid[-reach : reach + 1, -reach : reach + 1])
    return np.asarray(np.clip(1.5 - across / max(radius, 1.0), 0, 1))[:, :, np.newaxis]


def _smooth(values: Floats, over: int) -> Floats:
    """A running mean along both axes."""
    kernel = np.ones(over) / over
    for axis in (0, 1):
        values = np.apply_along_axis(np.convolve, axis, values, kernel, "same")
    return values


def _lay(picture: Floats, colour: Floats, alpha: Floats, x: float, y: float) -> None:
    """Lay a colour over a picture, its lower middle at fractions of width and height."""
    height, width = picture.shape[:2]
    rows, columns = alpha.shape[:2]
    top, left = round(y * height) - rows, round(x * width) - columns // 2
    y1, x1, y2, x2 = max(top, 0), max(left, 0), min(top + rows, height), min(left + columns, width)
    if y1 >= y2 or x1 >= x2:
        return
    inside = np.s_[y1 - top : y2 - top, x1 - left : x2 - left]
    shade = colour[inside] if colour.ndim == 3 else colour
    picture[y1:y2, x1:x2] += alpha[inside] * (shade - picture[y1:y2, x1:x2])
