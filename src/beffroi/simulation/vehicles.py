"""Vehicles of the synthetic city: solids on wheels that drive, wait and reverse along a plan.

A vehicle is a few shaded faces, true in size and place; it has no maker, plate or driver. Like a
part in the play, its place is a function of time.
"""

from dataclasses import dataclass, field
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from beffroi.simulation.backdrop import fill
from beffroi.simulation.camera import Camera
from beffroi.simulation.figure import Colour
from beffroi.simulation.part import Point
from beffroi.simulation.render import F32, Light

Floats = NDArray[np.float64]

SIZES: Final[dict[str, tuple[float, float, float]]] = {
    "car": (4.4, 1.8, 1.46),
    "truck": (8.2, 2.45, 3.3),
    "bus": (11.8, 2.55, 3.1),
    "bicycle": (1.75, 0.5, 1.75),
    "motorcycle": (2.1, 0.75, 1.6),
}
"""Length, width and height in metres; of two wheels with their rider."""

_PAINTS: Final[tuple[Colour, ...]] = (
    (196, 198, 200),
    (60, 62, 68),
    (150, 36, 40),
    (44, 70, 120),
    (120, 124, 128),
    (226, 226, 222),
)
_GLASS: Final[Colour] = (44, 52, 60)
_RUBBER: Final[Colour] = (28, 28, 30)
_EASE_S: Final = 0.6
"""Starts, stops and corners are rounded over so long."""


@dataclass(frozen=True, slots=True)
class VehicleTruth:
    """One vehicle at one instant.

    Attributes:
        id: Identity, the same from entrance to exit.
        kind: One of `SIZES`.
        box: x0, y0, x1, y1 in pixels around it, cut at the picture's edge.
        ground_m: The point of the ground under its middle, metres [2].
    """

    id: int
    kind: str
    box: tuple[float, float, float, float]
    ground_m: Floats


@dataclass
class Vehicle:
    """One vehicle, written as a chain of drives and waits.

    Args:
        ident: Number in the truth.
        kind: One of `SIZES`.
        paint: Its colour.
        start: When it enters, seconds.
        at: Where, metres.
    """

    ident: int
    kind: str
    paint: Colour
    start: float
    at: Point
    _keys: list[tuple[float, float, float, float]] = field(default_factory=list, repr=False)

    @classmethod
    def draw(cls, ident: int, kind: str, start: float, at: Point, rng: np.random.Generator) -> Self:
        """A vehicle of some colour."""
        return cls(ident, kind, _PAINTS[rng.integers(len(_PAINTS))], start, at)

    def __post_init__(self) -> None:
        self._keys = [(self.start, *self.at, 0.0)]

    @property
    def end(self) -> float:
        """When it leaves."""
        return self._keys[-1][0]

    def drive(self, *points: Point, speed: float) -> Self:
        """Go on through points at metres per second; below zero, backwards."""
        for point in points:
            seconds = float(np.hypot(*np.subtract(point, self.at))) / abs(speed)
            self._keys.append((self.end + seconds, *point, float(np.sign(speed))))
            self.at = point
        return self

    def wait(self, until: float) -> Self:
        """Stand until a time."""
        self._keys.append((max(until, self.end), *self.at, 0.0))
        return self

    def present(self, t: float) -> bool:
        """Whether it exists at a time."""
        return self.start <= t < self.end

    def place(self, t: float) -> Floats:
        """Ground x, y in metres and heading in radians."""
        times, xs, ys, ways = np.array(self._keys).T
        around = t + np.linspace(-_EASE_S, _EASE_S, 9)
        spot = np.array([np.interp(around, times, along) for along in (xs, ys)])
        # What stands looks where it last went, and at first where it is about to go.
        steps = np.flatnonzero(ways)
        begun = steps[times[steps - 1] < t + _EASE_S / 2]
        step = begun[-1] if len(begun) else steps[0]
        moved = spot[:, -1] - spot[:, 0]
        if np.hypot(*moved) < 0.3:
            moved = np.array([xs[step] - xs[step - 1], ys[step] - ys[step - 1]])
        x, y = spot.mean(axis=1)
        return np.array([x, y, np.arctan2(*(moved * ways[step])[::-1])])


def observe_vehicles(vehicles: list[Vehicle], t: float, camera: Camera) -> list[VehicleTruth]:
    """The truth about each vehicle of which any part lies in the picture."""
    seen = []
    for vehicle in vehicles:
        place = vehicle.place(t)
        length, width, height = SIZES[vehicle.kind]
        corners = _corners((-length / 2, length / 2), (-width / 2, width / 2), (0, height))
        pixels = camera.project(_stood(corners, place))
        if not np.isfinite(pixels).all():
            continue
        low, high = (np.clip(p, 0, camera.size) for p in (pixels.min(axis=0), pixels.max(axis=0)))
        if (high - low).min() > 2:
            box = (float(low[0]), float(low[1]), float(high[0]), float(high[1]))
            seen.append(VehicleTruth(vehicle.ident, vehicle.kind, box, place[:2]))
    return seen


def paint_vehicles(
    picture: F32, depth: F32, vehicles: list[Vehicle], t: float, camera: Camera, light: Light
) -> None:
    """Lay vehicles on a picture [H,W,3] (0-255) and its depth buffer [H,W] (metres), in place."""
    faces: list[tuple[float, Floats, Colour]] = []
    for vehicle in vehicles:
        place = vehicle.place(t)
        _shade_ground(picture, depth, vehicle, place, camera)
        for corners, colour in _body(vehicle):
            points = _stood(corners, place)
            normal = np.cross(points[1] - points[0], points[2] - points[0])
            normal /= max(float(np.linalg.norm(normal)), 1e-9)
            if normal @ (points.mean(axis=0) - camera.position) >= 0:
                continue
            sunny = max(float(normal @ light.sun), 0.0) * light.sunlight
            lit = 0.62 + 0.2 * max(float(normal[2]), 0.0) + 0.4 * sunny
            r, g, b = (min(c * lit * light.exposure, 255.0) for c in colour)
            faces.append((float(camera.view(points)[:, 2].mean()), points, (r, g, b)))
    for near, points, colour in sorted(faces, key=lambda face: -face[0]):
        fill(picture, depth, camera.project(points), near, colour)


def _shade_ground(
    picture: F32, depth: F32, vehicle: Vehicle, place: Floats, camera: Camera
) -> None:
    length, width, _ = SIZES[vehicle.kind]
    ends = (-length / 2 - 0.1, length / 2 + 0.1), (-width / 2 - 0.15, width / 2 + 0.15)
    corners = _stood(_corners(*ends, (0.0, 0.0))[[0, 2, 6, 4]], place)
    far = float(camera.view(corners)[:, 2].max()) + 0.5
    fill(picture, depth, camera.project(corners), far, (38, 38, 40))


def _body(vehicle: Vehicle) -> list[tuple[Floats, Colour]]:
    """The faces of a vehicle about its own middle, each turning left as seen from outside."""
    length, width, height = SIZES[vehicle.kind]
    front, back, side = length / 2, -length / 2, width / 2
    paint = vehicle.paint
    if vehicle.kind == "bicycle":
        wheels = [_wheel(x, 0.0, 0.34, s) for x in (-0.55, 0.55) for s in (-1, 1)]
        rider = _block((-0.35, 0.2), 0.2, (0.75, 1.42), paint)
        head = _block((0.05, 0.27), 0.1, (1.46, 1.75), (150, 116, 92))
        frame = _block((-0.5, 0.55), 0.04, (0.5, 0.7), (70, 70, 76))
        legs = _block((-0.1, 0.15), 0.14, (0.2, 0.8), (56, 60, 76))
        return [*wheels, *frame, *legs, *rider, *head]
    if vehicle.kind == "motorcycle":
        wheels = [_wheel(x, s * 0.07, 0.32, s) for x in (-0.72, 0.72) for s in (-1, 1)]
        engine = _block((-0.5, 0.5), 0.17, (0.25, 0.72), paint, 0.1)
        fork = _block((0.5, 0.75), 0.3, (0.85, 1.0), (60, 62, 66))
        rider = _block((-0.4, 0.15), 0.23, (0.7, 1.3), (52, 54, 60))
        helmet = _block((-0.02, 0.26), 0.13, (1.3, height), paint)
        legs = _block((-0.15, 0.2), 0.24, (0.35, 0.75), (48, 50, 58))
        return [*wheels, *engine, *fork, *legs, *rider, *helmet, *_lights(0.8, -0.85, 0.1, 0.75)]
    wheels = [
        _wheel(x, s * (side + 0.01), 0.34 if vehicle.kind == "car" else 0.5, s)
        for x in (0.62 * front, 0.62 * back)
        for s in (-1, 1)
    ]
    if vehicle.kind == "car":
        hull = _block((back, front), side, (0.22, 0.82), paint)
        glass = _block((0.62 * back, 0.38 * front), side - 0.06, (0.82, height), _GLASS, 0.42)
        roof = _top((0.62 * back + 0.42, 0.38 * front - 0.42), side - 0.2, height + 0.01, paint)
        return [*hull, *glass, roof, *wheels, *_lights(front, back, side, 0.62)]
    hull = _block((back, front), side, (0.35, height), paint)
    cab = (0.72 * front, front + 0.01) if vehicle.kind == "truck" else (back, front + 0.01)
    glass = _block(cab, side + 0.01, (0.52 * height, 0.82 * height), _GLASS)
    return [*hull, *glass, *wheels, *_lights(front, back, side, 0.7)]


def _block(
    along: tuple[float, float],
    side: float,
    up: tuple[float, float],
    colour: Colour,
    rake: float = 0,
) -> list[tuple[Floats, Colour]]:
    """The six faces of a box whose roof is shorter by `rake` at both ends."""
    corners = _corners(along, (-side, side), up)
    corners[[1, 3], 0] += rake
    corners[[5, 7], 0] -= rake
    corners[[1, 5], 1] += rake / 3
    corners[[3, 7], 1] -= rake / 3
    rings = ([0, 1, 3, 2], [4, 6, 7, 5], [0, 4, 5, 1], [2, 3, 7, 6], [1, 5, 7, 3])
    return [(corners[ring], colour) for ring in rings]


def _top(
    along: tuple[float, float], side: float, z: float, colour: Colour
) -> tuple[Floats, Colour]:
    return _corners(along, (-side, side), (z, z))[[0, 4, 6, 2]], colour


def _wheel(x: float, y: float, radius: float, outward: int) -> tuple[Floats, Colour]:
    turn = np.linspace(0, 2 * np.pi, 11)[:-1] * -outward
    ring = np.column_stack([np.cos(turn), np.zeros(10), np.sin(turn)])
    return ring * radius + (x, y, radius), _RUBBER


def _lights(front: float, back: float, side: float, z: float) -> list[tuple[Floats, Colour]]:
    found: list[tuple[Floats, Colour]] = []
    for x, colour, ring in (
        (front, (240, 238, 222), [4, 6, 7, 5]),
        (back, (176, 30, 28), [0, 1, 3, 2]),
    ):
        for y in (-0.75 * side, 0.75 * side):
            corners = _corners((x - 0.02, x + 0.02), (y - 0.18, y + 0.18), (z - 0.1, z + 0.1))
            found.append((corners[ring], colour))
    return found


def _corners(
    along: tuple[float, float], across: tuple[float, float], up: tuple[float, float]
) -> Floats:
    """Eight corners: back before front, right before left, low before high."""
    return np.array([(x, y, z) for x in along for y in across for z in up], np.float64)


def _stood(points: Floats, place: Floats) -> Floats:
    """Points about a vehicle's middle, in the world."""
    c, s = np.cos(place[2]), np.sin(place[2])
    turned = points @ np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]]).T
    moved: Floats = turned + np.array([place[0], place[1], 0.0])
    return moved
