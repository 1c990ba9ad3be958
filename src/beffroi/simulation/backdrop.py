"""Painting of what does not move, once per scene: ground, façades, sky, trees, benches.

Everything is a function of the world's metres seen through the scene's camera, at twice the
resolution and then halved, so that edges are smooth and perspective is true.
"""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from beffroi.simulation.camera import Camera
from beffroi.simulation.render import Light

F32 = NDArray[np.float32]
Floats = NDArray[np.float64]
Field = NDArray[np.floating]
Part = tuple[slice, slice]
Colour = tuple[float, float, float]
_FINE = 2
_FAR = np.float32(1e6)
_WHOLE = (slice(None), slice(None))


@dataclass
class Canvas:
    """A picture under way, at double size, with the depth of what stands on the ground.

    Args:
        camera: The scene's camera.
        light: How the scene is lit.
        rng: Source of every texture.
    """

    camera: Camera
    light: Light
    rng: np.random.Generator
    picture: F32 = field(init=False)
    depth: F32 = field(init=False)
    _rays: tuple[F32, F32, F32] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        width, height = (n * _FINE for n in self.camera.size)
        self.picture = np.zeros((height, width, 3), dtype=np.float32)
        self.depth = np.full((height, width), _FAR, dtype=np.float32)
        right, below, ahead = self.camera.axes.astype(np.float32)
        u, v = (
            ((np.arange(n) + 0.5) / n - 0.5) * n / _FINE / self.camera.focal
            for n in (width, height)
        )
        across, down = u.astype(np.float32), v.astype(np.float32)[:, None]
        x, y, z = (across * r + down * b + a for r, b, a in zip(right, below, ahead, strict=True))
        self._rays = x, y, z

    def sky(self, zenith: Colour, horizon: Colour) -> None:
        """A vertical gradient behind everything."""
        rx, ry, rz = self._rays
        up = np.clip(rz / np.sqrt(rx * rx + ry * ry + rz * rz), 0, 0.35) / 0.35
        low, high = (np.array(c, dtype=np.float32) for c in (horizon, zenith))
        self.picture[:] = low + (up**0.7)[..., None] * (high - low)

    @cached_property
    def ground(self) -> tuple[Field, Field, NDArray[np.bool_], Field]:
        """Metres x and y of every pixel of the ground, where it is, and metres per pixel."""
        rx, ry, rz = self._rays
        down = rz < -1e-3
        scale = np.float32(self.camera.position[2]) / np.where(down, -rz, np.float32(1))
        x = self.camera.position[0] + rx * scale
        y = self.camera.position[1] + ry * scale
        grain = scale * scale / np.float32(self.camera.focal * self.camera.position[2] * _FINE)
        return x, y, down, grain

    def wall(self, y: float) -> tuple[Field, Field, NDArray[np.bool_]]:
        """Metres x and z of every pixel of the vertical plane at depth `y`, and where it is."""
        rx, ry, rz = self._rays
        scale = (y - self.camera.position[1]) / np.maximum(ry, np.float32(1e-3))
        x = self.camera.position[0] + rx * scale
        z = self.camera.position[2] + rz * scale
        return x, z, (z >= 0) & (ry > 1e-3)

    def lay(self, colour: Field, where: Field | NDArray[np.bool_], part: Part = _WHOLE) -> None:
        """Put colour on a part of the picture with an opacity, both of that part's size."""
        patch = self.picture[part]
        patch += np.asarray(where, dtype=np.float32)[..., None] * (colour - patch)

    def polygon(self, points_m: NDArray[np.float64], colour: Colour, solid: bool = True) -> None:
        """Fill a convex polygon of world points [N,3]."""
        pixels = self.camera.project(points_m) * _FINE
        near = float(self.camera.view(points_m)[:, 2].mean())
        fill(self.picture, self.depth, pixels, near, colour, solid, tested=False)

    def box(self, low: tuple[float, ...], high: tuple[float, ...], colour: Colour) -> None:
        """A shaded box between two corners, the three faces that the camera can see."""
        (x0, y0, z0), (x1, y1, z1) = low, high
        side = x0 if self.camera.position[0] < x0 else x1
        faces = (
            ([(side, y0, z0), (side, y1, z0), (side, y1, z1), (side, y0, z1)], 0.72),
            ([(x0, y0, z1), (x1, y0, z1), (x1, y1, z1), (x0, y1, z1)], 1.12),
            ([(x0, y0, z0), (x1, y0, z0), (x1, y0, z1), (x0, y0, z1)], 0.9),
        )
        for corners, shade in faces:
            tone = tuple(min(c * shade * self.light.exposure, 255.0) for c in colour)
            self.polygon(np.array(corners, dtype=np.float64), (tone[0], tone[1], tone[2]))

    def shadow(self, x: float, y: float, across: float, along: float, depth: float) -> None:
        """Darken the ground softly around a point."""
        gx, gy, here, _ = self.ground
        corners = [(x + i * across, y + j * along, 0) for i in (-2.5, 2.5) for j in (-2.5, 2.5)]
        pixels = self.camera.project(corners) * _FINE
        if not np.isfinite(pixels).all():
            return
        (x0, y0), (x1, y1) = np.clip([pixels.min(axis=0), pixels.max(axis=0)], 0, None).astype(int)
        part = (slice(y0, y1), slice(x0, x1))
        gap = ((gx[part] - x) / across) ** 2 + ((gy[part] - y) / along) ** 2
        shade = depth * np.exp(-gap) * here[part] * (self.depth[part] >= _FAR)
        self.picture[part] *= (1 - shade)[..., None]

    def finish(self) -> tuple[F32, F32]:
        """The picture [H,W,3] and the depth [H,W] at the camera's size."""
        width, height = self.camera.size
        fine = self.picture.reshape(height, _FINE, width, _FINE, 3)
        return fine.mean(axis=(1, 3)), self.depth[::_FINE, ::_FINE].copy()


def fill(
    picture: F32,
    depth: F32,
    pixels: Floats,
    near: float,
    colour: Colour,
    solid: bool = True,
    tested: bool = True,
) -> None:
    """Fill a convex polygon of a picture [H,W,3] and of its depth [H,W], in place.

    Args:
        picture: 0-255.
        depth: Metres.
        pixels: Corners [N,2]; where one is behind the lens, nothing is drawn.
        near: How far away the polygon is, metres.
        colour: 0-255.
        solid: Whether it hides what is behind it from then on.
        tested: Whether it is hidden by what is nearer.
    """
    if not np.isfinite(pixels).all():
        return
    if _turns_left(*pixels[:3]):
        pixels = pixels[::-1]
    low = np.clip(np.floor(pixels.min(axis=0)).astype(int), 0, None)
    high = np.ceil(pixels.max(axis=0)).astype(int) + 1
    part = (slice(low[1], max(high[1], 0)), slice(low[0], max(high[0], 0)))
    rows, columns = depth[part].shape
    if not rows or not columns:
        return
    x, y = np.meshgrid(np.arange(columns) + low[0] + 0.5, np.arange(rows) + low[1] + 0.5)
    inside = np.ones((rows, columns))
    for a, b in zip(pixels, np.roll(pixels, -1, axis=0), strict=True):
        edge = (b - a) / max(float(np.hypot(*(b - a))), 1e-6)
        gap = edge[0] * (y - a[1]) - edge[1] * (x - a[0])
        inside = np.minimum(inside, np.clip(gap + 0.5, 0, 1))
    held = depth[part]
    if tested:
        inside = inside * (near < held)
    patch = picture[part]
    patch += inside[..., None].astype(np.float32) * (np.array(colour, dtype=np.float32) - patch)
    if solid:
        held[inside > 0.5] = np.minimum(held[inside > 0.5], near)


def _turns_left(a: Floats, b: Floats, c: Floats) -> bool:
    return bool((b[0] - a[0]) * (c[1] - b[1]) < (b[1] - a[1]) * (c[0] - b[0]))


def bounds(mask: NDArray[np.bool_]) -> Part | None:
    """The smallest rectangle that holds all that is true; None if nothing is."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        return None
    return slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
