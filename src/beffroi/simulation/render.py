"""Drawing of shaded capsules over a backdrop, with numpy only and no loop over pixels.

All pixels of all shapes are shaded in one go as a flat list; a short loop over shapes then
lays their patches on the picture, nearest on top, against a depth buffer.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from beffroi.simulation.camera import Camera
from beffroi.simulation.flesh import Kind, Shapes
from beffroi.simulation.skeleton import Bodies, Joint

F32 = NDArray[np.float32]
_SHOULDER = 190  # brightness above which highlights are compressed, 0-255


@dataclass(frozen=True, slots=True)
class Light:
    """How a scene is lit.

    Attributes:
        sun: Unit vector from the ground towards the sun, world axes.
        sunlight: Share of light that comes from the sun, 0 overcast to 1.
        tint: Colour of the light, three factors about 1.
        exposure: Overall brightness factor.
    """

    sun: tuple[float, float, float]
    sunlight: float
    tint: tuple[float, float, float]
    exposure: float


@dataclass(frozen=True)
class _Pixels:
    """The flat list of all pixels of all shapes."""

    of: NDArray[np.int64]
    x: F32
    y: F32
    boxes: NDArray[np.int64]
    starts: NDArray[np.int64]


def _spread(low: NDArray[np.float64], high: NDArray[np.float64], size: tuple[int, int]) -> _Pixels:
    limit = np.array(size)
    a = np.clip(np.floor(low), 0, limit).astype(np.int64)
    b = np.clip(np.ceil(high) + 1, 0, limit).astype(np.int64)
    extent = np.maximum(b - a, 0)
    count = extent.prod(axis=1)
    starts = np.concatenate([[0], np.cumsum(count)])
    of = np.repeat(np.arange(len(count)), count)
    local = np.arange(starts[-1]) - starts[of]
    width = np.maximum(extent[:, 0], 1)[of]
    row = local // width
    x = (local - row * width + a[of, 0]).astype(np.float32) + np.float32(0.5)
    y = (row + a[of, 1]).astype(np.float32) + np.float32(0.5)
    return _Pixels(of, x, y, np.column_stack([a, a + extent]), starts)


def paint(picture: F32, buffer: F32, shapes: Shapes, camera: Camera, light: Light) -> None:
    """Lay shapes on a picture [H,W,3] (0-255) and its depth buffer [H,W] (metres), in place."""
    if not len(shapes.owner):
        return
    order = np.argsort(-shapes.depth.mean(axis=1))
    reach = shapes.radii.max(axis=1)[:, None] + 1
    pixels = _spread(shapes.ends.min(axis=1) - reach, shapes.ends.max(axis=1) + reach, camera.size)
    cover, depth, colour = _shade(shapes, pixels, camera, light)
    for i in order:
        x0, y0, x1, y1 = pixels.boxes[i]
        if x1 <= x0 or y1 <= y0:
            continue
        part = slice(pixels.starts[i], pixels.starts[i + 1])
        near = depth[part].reshape(y1 - y0, x1 - x0)
        held = buffer[y0:y1, x0:x1]
        alpha = cover[part].reshape(near.shape) * (near < held)
        patch = picture[y0:y1, x0:x1]
        patch += alpha[..., None] * (colour[part].reshape(*near.shape, 3) - patch)
        np.copyto(held, near, where=alpha > 0.5)


def _shade(shapes: Shapes, pixels: _Pixels, camera: Camera, light: Light) -> tuple[F32, F32, F32]:
    """Coverage, depth and colour of every listed pixel."""
    of = pixels.of
    f = np.float32
    start = shapes.ends[:, 0].astype(f)
    line = (shapes.ends[:, 1] - shapes.ends[:, 0]).astype(f)
    length = np.maximum(np.hypot(line[:, 0], line[:, 1]), f(1e-3))
    along = line / length[:, None]
    dx, dy = pixels.x - start[of, 0], pixels.y - start[of, 1]
    ax, ay = along[of, 0], along[of, 1]
    far = dx * ax + dy * ay
    side = dy * ax - dx * ay
    t = np.clip(far / length[of], 0, 1)
    r0, rm, r1 = shapes.radii.astype(f).T
    bend = 2 * rm - (r0 + r1) / 2
    s = 1 - t
    radius = s * s * r0[of] + 2 * t * s * bend[of] + t * t * r1[of]
    over = far - t * length[of]
    over *= np.where(over < 0, shapes.caps[of, 0], shapes.caps[of, 1]).astype(f)
    off = np.hypot(side, over)
    cover = np.clip(radius - off + f(0.5), 0, 1)
    inverse = 1 / np.maximum(radius, np.maximum(off, f(0.3)))
    n_side, n_over = side * inverse, over * inverse
    n_over *= np.where(shapes.kind == Kind.LIMB, f(0.3), f(1))[of]  # limbs join without a seam
    round_ = np.flatnonzero((shapes.kind == Kind.HEAD)[of])
    half = length[of[round_]] / 2
    n_over[round_] = (far[round_] - half) / (half + radius[round_])
    n_out = np.sqrt(np.maximum(1 - n_side * n_side - n_over * n_over, 0))
    nx, ny = n_over * ax - n_side * ay, n_over * ay + n_side * ax
    d0, d1 = shapes.depth.astype(f).T
    depth = s * d0[of] + t * d1[of] - shapes.thickness.astype(f)[of] * n_out
    base = shapes.dye.astype(f)[of]
    skin = _adorn(base, shapes, of, t, np.stack([nx, ny, -n_out], axis=1), camera)
    sun = (camera.axes @ np.array(light.sun)).astype(f)
    lit = np.maximum(nx * sun[0] + ny * sun[1] - n_out * sun[2], 0)
    sky = f(0.84) - f(0.20) * ny + f(0.12) * n_out
    tone = sky * f(1 - 0.35 * light.sunlight) + f(0.62 * light.sunlight) * lit
    rim = np.where(shapes.kind == Kind.HEAD, f(0.22), f(0.45))[of]
    tone *= 1 - rim * (1 - n_out) ** 2
    tone *= f(light.exposure)
    colour = base * tone[:, None] * np.array(light.tint, dtype=f)
    shine = f(0.6) * skin * np.maximum(f(0.8) * n_out - f(0.45) * ny - f(0.05), 0) ** 3
    colour += shine[:, None] * (255 - colour)
    bright = colour > _SHOULDER  # as a camera does, keep the shape of what is nearly white
    span = f(255 - _SHOULDER)
    colour[bright] = _SHOULDER + span * np.tanh((colour[bright] - _SHOULDER) / span)
    return cover, depth, colour


def _adorn(
    base: F32, shapes: Shapes, of: NDArray[np.int64], t: F32, normal: F32, camera: Camera
) -> F32:
    """Faces and hair on heads, an open collar on chests, by direction on the body part.

    Returns:
        Where a head shows skin, which shines, unlike hair: 0 to 1 for every pixel.
    """
    kind, skin = shapes.kind[of], np.zeros(len(of), np.float32)
    for which in (Kind.HEAD, Kind.CHEST):
        rows = np.flatnonzero(kind == which)
        turn = np.einsum("kj,nji->nki", camera.axes, shapes.frame)[of[rows]].astype(np.float32)
        local = np.einsum("nk,nki->ni", normal[rows], turn)
        trim = shapes.trim[of[rows]].astype(np.float32)
        if which == Kind.HEAD:
            skin[rows] = 1 - _hairy(local)
            base[rows] = trim + skin[rows, None] * (_face(base[rows], local) - trim)
        else:
            base[rows] = _collar(base[rows], trim, local, t[rows])
    return skin


# Direction on the head (forward, left, up), size, and the factor on red, green, blue there: eyes,
# brows and mouth lie in shade; nose, cheeks and forehead catch the light on every skin.
_FEATURES = (
    ((0.92, 0.34, 0.06), 0.010, (0.30, 0.30, 0.32)),
    ((0.92, -0.34, 0.06), 0.010, (0.30, 0.30, 0.32)),
    ((0.88, 0.36, 0.24), 0.010, (0.72, 0.70, 0.70)),
    ((0.88, -0.36, 0.24), 0.010, (0.72, 0.70, 0.70)),
    ((0.99, 0.0, -0.10), 0.030, (1.80, 1.75, 1.70)),
    ((0.80, 0.50, -0.20), 0.030, (1.60, 1.58, 1.56)),
    ((0.80, -0.50, -0.20), 0.030, (1.60, 1.58, 1.56)),
    ((0.85, 0.0, 0.42), 0.030, (1.30, 1.30, 1.30)),
    ((0.96, 0.0, -0.26), 0.010, (0.74, 0.70, 0.70)),
    ((0.86, 0.0, -0.50), 0.014, (0.78, 0.52, 0.52)),
    ((-0.05, 0.99, -0.05), 0.030, (0.84, 0.76, 0.74)),
    ((-0.05, -0.99, -0.05), 0.030, (0.84, 0.76, 0.74)),
)


def _face(skin: F32, at: F32) -> F32:
    colour = skin.copy()
    for place, size, factor in _FEATURES:
        gap = ((at - np.array(place, dtype=np.float32)) ** 2).sum(axis=1)
        spot = np.exp(-gap / np.float32(2 * size))[:, None]
        colour *= 1 + spot * (np.array(factor, dtype=np.float32) - 1)
    return colour


def _hairy(at: F32) -> F32:
    crown = at[:, 2] - (0.55 * np.clip(at[:, 0], 0, 1) + 0.18)
    nape = -0.22 - at[:, 0] + 0.8 * np.clip(at[:, 2] + 0.45, -1, 0)
    cover: F32 = np.clip(np.maximum(crown, nape) * 7, 0, 1)
    return cover


def _collar(cloth: F32, inside: F32, at: F32, height: F32) -> F32:
    opening = 1.4 * np.clip(height - 0.62, 0, 1) - np.abs(at[:, 1])
    share = np.clip(opening * 7, 0, 1) * (at[:, 0] > 0)
    dressed: F32 = cloth + share[:, None] * (inside - cloth)
    return dressed


_SHADE_LIMBS = (
    (Joint.L_ANKLE, Joint.L_HIP, 0.05),
    (Joint.R_ANKLE, Joint.R_HIP, 0.05),
    (Joint.PELVIS, Joint.NECK, 0.1),
    (Joint.L_SHOULDER, Joint.L_WRIST, 0.03),
    (Joint.R_SHOULDER, Joint.R_WRIST, 0.03),
    (Joint.NECK, Joint.HEAD, 0.06),
)


def cast_shadows(picture: F32, buffer: F32, bodies: Bodies, camera: Camera, light: Light) -> None:
    """Darken the ground under people: a soft pool at the feet and, in the sun, a cast shadow."""
    if not len(bodies.joints):
        return
    joints = bodies.joints
    pairs = [(joints[:, a], joints[:, b], r, light.sunlight) for a, b, r in _SHADE_LIMBS]
    flat, half = np.array([1.0, 1.0, 0.0]), np.array([0.12, 0.0, 0.0])
    for foot in (Joint.L_ANKLE, Joint.R_ANKLE, Joint.PELVIS):
        fade = 0.9 if foot != Joint.PELVIS else 0.5
        below = joints[:, foot] * flat
        pairs.append((below - half, below + half, 0.16, fade))
    sun = np.array(light.sun)
    low = np.concatenate([a - sun * (a[:, 2:] / sun[2]) for a, *_ in pairs])
    high = np.concatenate([b - sun * (b[:, 2:] / sun[2]) for _, b, *_ in pairs])
    radius = np.repeat([r for *_, r, _ in pairs], len(joints)) * 1.75
    strength = np.repeat([s for *_, s in pairs], len(joints))
    depth = np.maximum(camera.view((low + high) / 2)[:, 2], 0.5)
    spread = radius * camera.focal / depth
    ends = np.nan_to_num(camera.project(np.stack([low, high], axis=1)), nan=-1e4)
    shade = np.zeros(buffer.shape, dtype=np.float32)
    # Seen at a slant, the ground squeezes a round shadow into a flat one.
    squeeze = np.clip(camera.position[2] / depth, 0.25, 1.0)
    reach = np.stack([spread, spread * squeeze], axis=1) + 1
    pixels = _spread(ends.min(axis=1) - reach, ends.max(axis=1) + reach, camera.size)
    of, f = pixels.of, np.float32
    tall = (1 / squeeze).astype(f)[of]
    start = ends[:, 0].astype(f)
    line = (ends[:, 1] - ends[:, 0]).astype(f)
    lx, ly = line[of, 0], line[of, 1] * tall
    dx, dy = pixels.x - start[of, 0], (pixels.y - start[of, 1]) * tall
    t = np.clip((dx * lx + dy * ly) / np.maximum(lx * lx + ly * ly, f(1e-3)), 0, 1)
    gap = np.hypot(dx - t * lx, dy - t * ly) / spread.astype(f)[of]
    dark = strength.astype(f)[of] * np.clip(f(1.25) * (1 - gap), 0, 1)
    for i in range(len(spread)):
        x0, y0, x1, y1 = pixels.boxes[i]
        if x1 > x0 and y1 > y0:
            patch = shade[y0:y1, x0:x1]
            part = dark[pixels.starts[i] : pixels.starts[i + 1]]
            np.maximum(patch, part.reshape(patch.shape), out=patch)
    shade *= buffer > 1e5
    rows = np.flatnonzero(shade.any(axis=1))
    if len(rows):
        band = slice(rows[0], rows[-1] + 1)
        picture[band] *= (1 - f(0.5) * shade[band])[..., None]
