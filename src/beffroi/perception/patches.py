"""Parts of a mask, and whether one shows a thing or only a change of light or something gone."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from beffroi.perception.backgrounds import CELL, Backgrounds, Floats, Mask

AROUND: Final = 6
"""How far around a patch the ground is compared with it, in samples, and from where on."""
GAP: Final = 2
MOST_COLOURS: Final = 200
SAME_PATTERN: Final = 0.75
"""Correlation of slopes at which the ground is still seen: light and water leave it as it was."""
FLAT: Final = 6.0
"""Slopes below this, in grey levels a sample, are noise: no pattern to compare."""
DARKEST: Final = 0.45
BRIGHTEST: Final = 2.0
"""By which factors light and shade change the brightness of a place."""
EVEN: Final = 0.1
SAME_HUE: Final = 0.1
"""How much that factor may differ from spot to spot, and between colours."""
SOFT: Final = 0.08
"""Slope of the outline, in shares of the change within, below which it is no thing's edge."""


def components(mask: Mask) -> list[Mask]:
    """The connected parts of a mask [rows, columns], gaps of one cell bridged.

    Labels spread to their neighbours until none changes (Rosenfeld and Pfaltz, 1966, in parallel).
    """
    if not mask.any():
        return []
    bridged = widened(mask, 1)
    labels = np.where(bridged, np.arange(1, mask.size + 1).reshape(mask.shape), 0)
    while True:
        spread = np.where(bridged, _greatest_around(labels), 0)
        if (spread == labels).all():
            break
        labels = spread
    labels = np.where(mask, labels, 0)
    return [labels == label for label in np.unique(labels[labels > 0])]


def in_cells(mask: Mask) -> Mask:
    """Cells [rows / CELL, columns / CELL] of which at least half is true."""
    return np.asarray(shares(mask) >= 0.5)


def shares(mask: Mask) -> Floats:
    """Share of each cell that is true."""
    counts = mask.astype(np.float32)
    rows = np.add.reduce([counts[i::CELL] for i in range(CELL)])
    share: Floats = np.add.reduce([rows[:, i::CELL] for i in range(CELL)]) / np.float32(CELL**2)
    return share


def in_samples(cells: Mask) -> Mask:
    """The samples of cells."""
    return np.repeat(np.repeat(cells, CELL, axis=0), CELL, axis=1)


def widened(mask: Mask, by: int) -> Mask:
    """The mask with all that lies within `by` of it."""
    for _ in range(by):
        mask = _greatest_around(mask.astype(np.intp)) > 0
    return mask


def likelihood(backgrounds: Backgrounds, samples: Mask) -> float:
    """How likely it is that what stands in a patch was brought there, 0 to 1.

    A thing looks unlike the ground around it, and where something was taken away the ground now
    looks like that. So the colours within are sought around the patch: those that are there now
    and those that were there usually. Zero if the pattern of the ground goes on within the patch,
    or if its rim is soft, as those of light, shadow and water are.

    Args:
        backgrounds: What the place looks like.
        samples: Where the patch is, bool [rows, columns].
    """
    at = [np.flatnonzero(samples.any(axis=axis)) for axis in (1, 0)]
    margin = AROUND + 1
    y, x = (slice(max(int(i[0]) - margin, 0), int(i[-1]) + margin + 1) for i in at)
    patch, now, before = samples[y, x], backgrounds.recent[:, y, x], backgrounds.usual[:, y, x]
    around = widened(patch, AROUND) & ~widened(patch, GAP)
    if not around.any():
        return 0.0
    slopes_now, slopes_before = (np.gradient(look.mean(axis=0)) for look in (now, before))
    inside = ~widened(~patch, 1)
    if inside.any() and (
        _same_pattern(slopes_now, slopes_before, inside)
        or _other_light(now[:, inside], before[:, inside])
    ):
        return 0.0
    change = float(np.abs(now - before).mean(axis=0)[patch].mean())
    rim = widened(patch, 1) & ~inside
    if float(np.hypot(*slopes_now)[rim].mean()) < SOFT * change:
        return 0.0
    strange = _strangeness(now[:, patch], now[:, around])
    strange_before = _strangeness(before[:, patch], before[:, around])
    return strange / max(strange + strange_before, 1e-6)


def _strangeness(colours: Floats, others: Floats) -> float:
    """Mean distance of colours [3, n] to the nearest of others [3, m]."""
    few, fewer = (each[:, :: each.shape[1] // MOST_COLOURS + 1] for each in (colours, others))
    apart = np.abs(few[:, :, np.newaxis] - fewer[:, np.newaxis]).max(axis=0)
    return float(apart.min(axis=1).mean())


def _same_pattern(now: list[Floats], before: list[Floats], inside: Mask) -> bool:
    one, other = (np.concatenate([slope[inside] for slope in slopes]) for slopes in (now, before))
    sizes = [float(np.sqrt((each**2).mean())) for each in (one, other)]
    if min(sizes) < FLAT / 2:
        return False
    return float((one * other).mean()) / (sizes[0] * sizes[1]) >= SAME_PATTERN


def _other_light(now: Floats, before: Floats) -> bool:
    """Whether colours [3, n] are those before, all brighter or darker by one and the same factor.

    As in Prati, Mikić, Trivedi and Cucchiara, Detecting moving shadows, PAMI 25, 2003: light
    changes brightness within bounds and leaves the hue.
    """
    factor = np.maximum(now, 1) / np.maximum(before, 1)
    of_colour, whole = np.median(factor, axis=1), float(np.median(factor))
    if not DARKEST <= whole <= BRIGHTEST:
        return False
    uneven = float(factor.mean(axis=0).std()) / whole
    return uneven <= EVEN and float(np.ptp(of_colour)) / whole <= SAME_HUE


def _greatest_around(values: NDArray[np.intp]) -> NDArray[np.intp]:
    """The greatest of each cell and its eight neighbours."""
    tall = values.copy()
    np.maximum(tall[1:], values[:-1], out=tall[1:])
    np.maximum(tall[:-1], values[1:], out=tall[:-1])
    wide = tall.copy()
    np.maximum(wide[:, 1:], tall[:, :-1], out=wide[:, 1:])
    np.maximum(wide[:, :-1], tall[:, 1:], out=wide[:, :-1])
    return wide
