"""Pieces of a European town to paint with: paving, lawn, façades, trees, benches, lamps."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from beffroi.simulation.backdrop import Canvas, Colour, Part, bounds

F32 = NDArray[np.float32]


def _shades(rng: np.random.Generator, spread: float, size: int = 512) -> F32:
    return rng.normal(1, spread, (size, size)).astype(np.float32)


def _cloudy(rng: np.random.Generator, x: F32, y: F32, scale: float) -> F32:
    """Smooth noise about zero, a few sine waves of random direction."""
    total = np.zeros_like(x)
    for _ in range(6):
        angle, phase = rng.uniform(0, 2 * np.pi, 2).astype(np.float32)
        wave = np.float32(rng.uniform(0.5, 2.0) / scale)
        total += np.sin(wave * np.cos(angle) * x + wave * np.sin(angle) * y + phase)
    return total / np.float32(3.5)


def paving(canvas: Canvas, colour: Colour, slab: tuple[float, float] = (0.6, 0.4)) -> None:
    """Stone slabs in a running bond, joints fading with distance."""
    x, y, here, grain = canvas.ground
    row = np.floor(y / slab[1])
    shift = x / slab[0] + 0.5 * (row % 2)
    column = np.floor(shift)
    table = _shades(canvas.rng, 0.045)
    tone = table[row.astype(int) % 512, column.astype(int) % 512]
    fade = np.clip(0.035 / np.maximum(grain, 1e-4), 0, 1)
    tone = 1 + (tone - 1) * fade
    near_joint = np.minimum(
        np.abs(shift - np.round(shift)) * slab[0],
        np.abs(y / slab[1] - np.round(y / slab[1])) * slab[1],
    )
    joint = np.clip(1.3 - near_joint / np.maximum(0.012, grain), 0, 1) * np.clip(fade * 1.2, 0, 1)
    tone *= 1 - 0.22 * joint * np.clip(0.02 / np.maximum(grain, 1e-4), 0.15, 1)
    tone *= 1 + 0.035 * _cloudy(canvas.rng, x, y, 1.6)
    tone *= canvas.light.exposure * (0.93 + 0.10 * canvas.light.sunlight)
    stone = np.array(colour, dtype=np.float32) * np.array(canvas.light.tint, dtype=np.float32)
    canvas.lay(tone[..., None] * stone, here)


def band(canvas: Canvas, x: tuple[float, float], y: tuple[float, float], colour: Colour) -> None:
    """A rectangle of the ground in one slightly worn colour."""
    gx, gy, here, _ = canvas.ground
    inside = here & (gx >= x[0]) & (gx < x[1]) & (gy >= y[0]) & (gy < y[1])
    if (part := bounds(inside)) is None:
        return
    tone = 1 + 0.05 * _cloudy(canvas.rng, gx[part], gy[part], 0.9)
    tone *= canvas.light.exposure
    canvas.lay(tone[..., None] * np.array(colour, dtype=np.float32), inside[part], part)


def lawn(canvas: Canvas, colour: Colour = (96, 122, 62)) -> None:
    """Grass: soft patches, mown stripes and a fine grain near the camera."""
    x, y, here, grain = canvas.ground
    tone = 1 + 0.07 * _cloudy(canvas.rng, x, y, 1.1) + 0.05 * _cloudy(canvas.rng, x, y, 0.25)
    speck = (
        canvas.rng.standard_normal(x.shape, np.float32)
        * 0.10
        * np.clip(0.01 / np.maximum(grain, 1e-4), 0.2, 1)
    )
    tone = (tone + speck + 0.02 * np.sign(np.sin(x * 1.6))) * canvas.light.exposure
    canvas.lay(tone[..., None] * np.array(colour, dtype=np.float32), here)


def hedge(canvas: Canvas, y: float, height: float) -> None:
    """A clipped hedge across the picture at depth `y`."""
    x, z, here = canvas.wall(y)
    leaves, boughs = _cloudy(canvas.rng, x, z, 0.08), _cloudy(canvas.rng, x, z, 0.5)
    tone = 0.9 + 0.06 * leaves + 0.03 * boughs + 0.12 * z / height
    tone *= canvas.light.exposure
    canvas.lay(tone[..., None] * np.array((62, 86, 48), dtype=np.float32), here & (z < height))


_PLASTER: tuple[Colour, ...] = (
    (206, 188, 160),
    (190, 176, 158),
    (212, 200, 182),
    (178, 146, 120),
    (196, 172, 132),
    (172, 166, 160),
)
_AWNINGS: tuple[Colour, ...] = ((126, 52, 46), (52, 82, 70), (60, 72, 100), (170, 140, 84))


def facades(canvas: Canvas, y: float, lowest: float = -30, highest: float = 30) -> None:
    """A row of houses at depth `y`: plaster, windows with frames, shop fronts, cornices."""
    x, z, here = canvas.wall(y)
    rng = canvas.rng
    left = lowest
    while left < highest:
        width = float(rng.uniform(5.5, 8.5))
        house = here & (x >= left) & (x < left + width)
        if part := bounds(house):
            _house(canvas, part, x[part] - np.float32(left), z[part], house[part], width)
        left += width
    foot = np.exp(-np.clip(z, 0, None) / 0.35) * here * 0.35
    canvas.picture *= (1 - foot)[..., None]


def _house(
    canvas: Canvas, part: Part, u: F32, z: F32, where: NDArray[np.bool_], width: float
) -> None:
    rng, light = canvas.rng, canvas.light
    plaster = np.array(_PLASTER[rng.integers(len(_PLASTER))], np.float32)
    plaster *= np.float32(rng.uniform(0.92, 1.06))
    tone = (1 + 0.03 * _cloudy(rng, u, z, 0.8)) * light.exposure
    colour = tone[..., None] * plaster

    def mark(mask: F32 | NDArray[np.bool_], paint: Colour) -> None:
        share = np.asarray(mask, dtype=np.float32)[..., None]
        target = np.array(paint, dtype=np.float32) * np.float32(light.exposure)
        colour[:] += share * (target - colour)

    bays = int(rng.integers(2, 4))
    bay = width / bays
    v = (u % bay) - bay / 2
    floors, storey = 3.9, 3.1
    level = np.where(z > floors, (z - floors) % storey, -1)
    half = rng.uniform(0.5, 0.62)
    pane = (np.abs(v) < half) & (level > 0.55) & (level < 2.35)
    frame = (np.abs(v) < half + 0.12) & (level > 0.42) & (level < 2.5)
    shutter = (np.abs(v) < half + 0.55) & (level > 0.5) & (level < 2.4) & (rng.random() < 0.5)
    mark(shutter, (110, 122, 116) if rng.random() < 0.5 else (122, 96, 84))
    mark(frame, (226, 220, 208))
    reflect = np.clip(0.5 + 0.25 * np.sin(u * 1.7 + z * 1.1), 0, 1)
    mark(pane, (66, 78, 90))
    mark(pane * reflect * 0.35, (170, 188, 200))
    mark(pane & ((np.abs(v) < 0.035) | (np.abs(level - 1.75) < 0.03)), (216, 210, 198))
    mark((np.abs(z - floors + 0.1) < 0.12), (224, 214, 196))
    if rng.random() < 0.6:
        shop = (np.abs(u - width / 2) < width / 2 - 0.5) & (z > 0.5) & (z < 2.7)
        mark((np.abs(u - width / 2) < width / 2 - 0.35) & (z < 3.35), (92, 74, 62))
        mark(shop, (82, 92, 96))
        mark(shop * np.clip(np.sin(u * 0.9 + 1) * 0.5, 0, 1), (206, 196, 160))
        mark(
            (np.abs(u - width / 2) < width / 2 - 0.4) & (z > 2.62) & (z < 3.2),
            _AWNINGS[rng.integers(len(_AWNINGS))],
        )
    else:
        _dwelling(mark, rng, u, z, bays, bay)
    mark(z < 0.4, (128, 120, 110))
    mark((u < 0.06) | (u > width - 0.06), tuple(plaster * 0.8))
    canvas.lay(colour, where, part)


def _dwelling(
    mark: Callable[[NDArray[np.bool_], Colour], None],
    rng: np.random.Generator,
    u: F32,
    z: F32,
    bays: int,
    bay: float,
) -> None:
    """A ground floor with one panelled door, and broad windows in the other bays."""
    v = np.abs((u % bay) - bay / 2)
    entrance = u // bay == rng.integers(bays)
    mark((v < 0.72) & (z < 2.55) & entrance, (214, 204, 186))
    wood = np.array((122, 98, 78) if rng.random() < 0.5 else (92, 112, 116))
    mark((v < 0.55) & (z < 2.35) & entrance, tuple(wood))
    panel = (np.abs(v - 0.27) < 0.19) & (np.abs(z % 1.1 - 0.6) < 0.38) & (z < 2.2)
    mark(panel & entrance, tuple(wood * 0.86))
    wide = 0.36 * bay
    mark((v < wide + 0.1) & (np.abs(z - 1.8) < 0.9) & ~entrance, (198, 192, 182))
    mark((v < wide) & (np.abs(z - 1.8) < 0.8) & ~entrance, (104, 116, 124))


def tree(canvas: Canvas, x: float, y: float, height: float = 6.0, crown: float = 1.7) -> None:
    """A plane tree: a trunk and a crown of many soft leaves, lit from the sun's side."""
    rng, light = canvas.rng, canvas.light
    canvas.shadow(x, y, crown * 0.8, crown * 0.8, 0.28)
    canvas.shadow(x, y, 0.3, 0.3, 0.35)
    span = np.array([[0.11, 0.0], [0.08, height * 0.62]])
    corners = [(-1, 0), (1, 0), (1, 1), (-1, 1)]
    bark = [(x + s * span[k, 0], y, span[k, 1]) for s, k in corners]
    tone = 112 * light.exposure
    canvas.polygon(np.array(bark), (tone, tone * 0.94, tone * 0.82))
    ring = np.linspace(0, 2 * np.pi, 13)[:-1]
    middle = height * 0.78
    for size, dx, dz in ((1.0, 0, 0), (0.7, -0.55, -0.25), (0.7, 0.55, -0.2), (0.7, 0.1, 0.5)):
        blob = [
            (
                x + crown * (dx + 0.8 * size * np.cos(a)),
                y,
                middle + crown * (dz + 0.7 * size * np.sin(a)),
            )
            for a in ring
        ]
        tone = light.exposure * (0.74 + 0.1 * dz)
        canvas.polygon(np.array(blob), (82 * tone, 104 * tone, 58 * tone))
    petal = np.column_stack([np.cos(ring[::2]), np.zeros(6), np.sin(ring[::2])])
    for _ in range(380 if _in_sight(canvas, (x, y, middle), 1.2 * crown) else 0):
        turn, far = rng.uniform(0, 2 * np.pi), 0.98 * rng.random() ** 0.5
        dx, dz = crown * far * np.cos(turn), crown * 0.85 * far * np.sin(turn)
        side = (dx * light.sun[0] + dz * light.sun[2]) / crown
        glow = light.exposure * (0.80 + 0.22 * side + rng.normal(0, 0.035))
        leaf = rng.uniform(0.07, 0.15) * petal + (x + dx, y, middle + dz)
        canvas.polygon(leaf, (82 * glow, 106 * glow, 58 * glow))


def _in_sight(canvas: Canvas, middle: tuple[float, float, float], reach: float) -> bool:
    camera = canvas.camera
    gap = np.abs(camera.project(middle) - camera.centre) - camera.centre
    return bool((gap < reach * camera.focal / camera.view(middle)[2]).all())


def bench(canvas: Canvas, x: float, y: float, width: float = 1.8) -> None:
    """A wooden bench facing the camera, its seat 45 cm above the ground."""
    canvas.shadow(x, y + 0.1, width * 0.55, 0.4, 0.35)
    for side in (x - width / 2 + 0.1, x + width / 2 - 0.18):
        canvas.box((side, y - 0.15, 0), (side + 0.08, y + 0.25, 0.40), (112, 112, 110))
    for z in (0.62, 0.78):
        canvas.box((x - width / 2, y + 0.26, z), (x + width / 2, y + 0.3, z + 0.11), (140, 104, 70))
    canvas.box((x - width / 2, y - 0.2, 0.39), (x + width / 2, y + 0.25, 0.44), (150, 112, 76))


def lamp(canvas: Canvas, x: float, y: float, height: float = 4.6) -> None:
    """A street lamp."""
    canvas.shadow(x, y, 0.35, 0.3, 0.35)
    canvas.box((x - 0.14, y - 0.14, 0), (x + 0.14, y + 0.14, 0.5), (58, 66, 66))
    canvas.box((x - 0.05, y - 0.05, 0.5), (x + 0.05, y + 0.05, height), (58, 66, 66))
    canvas.box((x - 0.2, y - 0.2, height), (x + 0.2, y + 0.2, height + 0.45), (206, 206, 190))


def planter(canvas: Canvas, x: float, y: float) -> None:
    """A stone box with a clipped shrub."""
    canvas.shadow(x, y, 0.8, 0.6, 0.3)
    canvas.box((x - 0.5, y - 0.35, 0), (x + 0.5, y + 0.35, 0.5), (150, 146, 138))
    for _ in range(90):
        dx, dz = canvas.rng.uniform(-0.48, 0.48), canvas.rng.uniform(0.5, 0.95)
        glow = canvas.light.exposure * (0.6 + 0.5 * (dz - 0.4) + canvas.rng.normal(0, 0.06))
        ring = np.linspace(0, 2 * np.pi, 6)[:-1]
        leaf = [(x + dx + 0.09 * np.cos(a), y, dz + 0.09 * np.sin(a)) for a in ring]
        canvas.polygon(np.array(leaf), (84 * glow, 116 * glow, 66 * glow))
