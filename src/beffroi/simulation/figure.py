"""What a mannequin is made of: proportions, build, clothes. Drawn by lot from a seed."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Colour = tuple[float, float, float]

# Dyes that, in the light of the scenes, show as the ten steps of the Monk scale, light to dark
# (sRGB 0-255): taken as dyes, the published tones would burn out at one end and sink to ink at
# the other.
SKIN: tuple[Colour, ...] = (
    (236, 214, 198),
    (232, 206, 186),
    (230, 202, 172),
    (218, 188, 152),
    (204, 166, 126),
    (160, 126, 86),
    (130, 92, 67),
    (96, 65, 52),
    (68, 52, 44),
    (52, 41, 35),
)
_GREY: Colour = (150, 148, 146)
HAIR: tuple[Colour, ...] = (
    (24, 20, 18),
    (46, 34, 26),
    (84, 58, 38),
    (122, 88, 54),
    (166, 132, 84),
    _GREY,
    (108, 58, 36),
)
TOPS: tuple[Colour, ...] = (
    (38, 58, 96),
    (150, 44, 46),
    (222, 222, 216),
    (64, 92, 70),
    (196, 154, 62),
    (96, 100, 108),
    (44, 46, 52),
    (122, 152, 186),
    (178, 118, 96),
    (104, 74, 122),
    (70, 128, 132),
    (206, 190, 160),
)
BOTTOMS: tuple[Colour, ...] = (
    (44, 56, 84),
    (70, 84, 112),
    (48, 48, 54),
    (120, 104, 84),
    (92, 92, 92),
    (66, 58, 52),
    (150, 140, 122),
)
SHOES: tuple[Colour, ...] = ((40, 36, 36), (82, 58, 42), (216, 214, 208), (60, 66, 78))


@dataclass(frozen=True, slots=True)
class Figure:
    """One mannequin's body and clothes.

    Attributes:
        stature: Standing height in metres.
        build: Girth relative to the average, about 0.85 to 1.25.
        head: Head size relative to an adult of that stature; children have larger heads.
        skin, hair, top, collar, bottom, shoes: Colours, sRGB 0-255.
        sleeves: Whether the forearms are clothed.
        legs: "trousers", "shorts", "skirt" or "dress".
        long_hair: Whether the hair falls on the neck.
        bag: Whether a backpack is worn.
        rhythm: A phase in [0, 1) so that no two people move in step.
    """

    stature: float
    build: float
    head: float
    skin: Colour
    hair: Colour
    top: Colour
    collar: Colour
    bottom: Colour
    shoes: Colour
    sleeves: bool
    legs: str
    long_hair: bool
    bag: bool
    rhythm: float


def _dye(rng: np.random.Generator, colours: tuple[Colour, ...]) -> Colour:
    base: NDArray[np.float64] = np.array(colours[rng.integers(len(colours))])
    r, g, b = np.clip(base * rng.uniform(0.9, 1.1) * rng.normal(1, 0.03, 3), 12, 245)
    return (float(r), float(g), float(b))


def _hair_for(skin: Colour, child: bool) -> tuple[Colour, ...]:
    """Black, brown or grey on dark skin, what can be told from it on light; children not grey."""
    dark = sum(skin) < 400
    shades = (
        (*HAIR[:2], *HAIR[:2], _GREY) if dark else [c for c in HAIR if sum(skin) - sum(c) > 150]
    )
    return tuple(c for c in shades if not (child and c == _GREY))


def draw_figure(rng: np.random.Generator, child: bool = False) -> Figure:
    """Draw one figure by lot."""
    skin = _dye(rng, SKIN)
    long_hair = bool(rng.random() < 0.45)
    legs = str(rng.choice(["trousers", "shorts", "skirt", "dress"], p=[0.7, 0.08, 0.14, 0.08]))
    return Figure(
        stature=float(
            rng.uniform(1.15, 1.42) if child else np.clip(rng.normal(1.71, 0.09), 1.5, 1.95)
        ),
        build=float(rng.uniform(0.9, 1.18)),
        head=1.22 if child else 1.0,
        skin=skin,
        hair=_dye(rng, _hair_for(skin, child)),
        top=_dye(rng, TOPS),
        collar=skin if rng.random() < 0.6 else _dye(rng, TOPS[2:3]),
        bottom=_dye(rng, BOTTOMS),
        shoes=_dye(rng, SHOES),
        sleeves=bool(rng.random() < 0.65),
        legs=legs,
        long_hair=long_hair,
        bag=bool(rng.random() < 0.15) and not child,
        rhythm=float(rng.random()),
    )
