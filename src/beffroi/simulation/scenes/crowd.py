"""A festival ground: a crowd stands, then surges, flees, is met by another or presses together.

Each act is one of the four, in turn, and its crowd comes and goes calmly: that is the twin.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from beffroi.simulation.backdrop import Canvas
from beffroi.simulation.camera import Camera
from beffroi.simulation.part import Part, Point
from beffroi.simulation.play import Act
from beffroi.simulation.scenery import facades, lamp, paving
from beffroi.simulation.setting import Setting
from beffroi.simulation.throng import STEP_S, Led, throng, towards

Floats = NDArray[np.float64]

_ENTER_S, _LEAVE_S, _GONE_S = -9.0, 50.0, 68.0
_MIDDLE = np.array([0.0, 14.0])


def _paint(canvas: Canvas) -> None:
    canvas.sky((134, 168, 206), (214, 222, 226))
    paving(canvas, (158, 152, 142), (1.0, 1.0))
    facades(canvas, 34)
    for x in (-9.5, 9.5):
        lamp(canvas, x, 21.0)


def _reach(y: Floats | float) -> Floats:
    """How far to the side a point lies outside the picture, from its depth."""
    return np.asarray(0.66 * np.asarray(y) + 3.5)


class _Crowd:
    """The people of an act: where they enter, stand and leave, and how fast they walk."""

    def __init__(self, rng: np.random.Generator, people: int) -> None:
        self.rng, self.n = rng, people
        self.spots = _spread(rng, people)
        self.sides = np.where(rng.random(people) < 0.5, -1.0, 1.0)
        self.walk = rng.normal(1.2, 0.12, people).clip(0.9, 1.5)
        self.run = rng.uniform(2.9, 3.7, people)
        self.late = rng.uniform(0, 1.0, people)
        y = self.spots[:, 1] + rng.uniform(-1, 1, people)
        self.starts = np.column_stack([self.sides * (_reach(y) + rng.uniform(0, 5, people)), y])
        self.exits = np.column_stack([self.sides * (_reach(y) + 12), y])


def _spread(rng: np.random.Generator, people: int, least: float = 0.95) -> Floats:
    """Places of people who stand loosely in an ellipse around the middle."""
    spots: list[Floats] = []
    while len(spots) < people:
        spot = _MIDDLE + rng.uniform(-1, 1, 2) * (5.6, 3.6)
        if all(np.hypot(*(spot - other)) > least for other in spots):
            spots.append(spot)
    return np.array(spots)


Hurry = Callable[[_Crowd, float, Floats], Floats]
"""The velocities that a crowd wishes for [n,2], seconds after the event began."""


def _surge(crowd: _Crowd, since: float, here: Floats) -> Floats:
    speed = np.where(since > crowd.late, 0.72 * crowd.run, 0.0)
    return np.column_stack([speed, 0.06 * (_MIDDLE[1] - here[:, 1])])


def _flight(crowd: _Crowd, since: float, here: Floats) -> Floats:
    away = here - _MIDDLE
    away /= np.maximum(np.linalg.norm(away, axis=1, keepdims=True), 0.3)
    wish: Floats = away * np.where(since > crowd.late, crowd.run, 0.0)[:, np.newaxis]
    return wish


def _meet(crowd: _Crowd, since: float, here: Floats) -> Floats:
    """Two halves change sides along a way of three metres' width."""
    lane = np.clip(here[:, 1], _MIDDLE[1] - 1.5, _MIDDLE[1] + 1.5)
    return np.column_stack([-crowd.sides * crowd.walk, 1.5 * (lane - here[:, 1])])


def _press(crowd: _Crowd, since: float, here: Floats) -> Floats:
    """All want to be where there is most to see."""
    return towards(np.broadcast_to(_MIDDLE, here.shape), here, 1.5 * crowd.walk)


_KINDS: tuple[tuple[str, str, Hurry, int, float], ...] = (
    ("surge", "crowd_motion", _surge, 36, 6.0),
    ("flight", "crowd_motion", _flight, 36, 5.0),
    ("meeting", "crowd_motion", _meet, 44, 14.0),
    ("press", "density", _press, 56, 26.0),
)
"""Kind, event, what people wish for, how many they are and how long it lasts in seconds."""


def _direct(act: Act) -> None:
    rng = act.rng
    _, event, hurry, people, lasts = _KINDS[int(rng.integers(len(_KINDS)))]
    crowd = _Crowd(rng, people)
    if hurry is _meet:
        crowd.spots = np.column_stack(
            [crowd.sides * rng.uniform(4, 8.5, people), _MIDDLE[1] + rng.uniform(-1.5, 1.5, people)]
        )
    began = rng.uniform(17, 19)

    def wish(t: float, here: Floats) -> Floats:
        if t < began:
            return towards(crowd.spots, here, crowd.walk)
        if t < began + lasts:
            return hurry(crowd, t - began, here)
        if t < _LEAVE_S and hurry is not _surge and hurry is not _flight:
            return np.zeros_like(here)
        way = np.where(np.abs(here[:, :1]) > 1, np.sign(here[:, :1]), crowd.sides[:, np.newaxis])
        return np.hstack([way * crowd.walk[:, np.newaxis], np.zeros_like(way)])

    places = throng(crowd.starts, _ENTER_S, _GONE_S - _ENTER_S, wish)
    cast = _cast(act, places)
    start = act.start + began
    if hurry is _press:
        start += _pressed(places, began)
    act.event(event, start, start + 1.5, act.start + began + lasts, *cast)
    act.twin("standing_crowd", event, act.start + 2, act.start + began, *cast)
    if hurry is _meet or hurry is _press:
        act.twin("calm_dispersal", event, act.start + _LEAVE_S, act.start + _GONE_S, *cast)


def _pressed(places: Floats, began: float) -> float:
    """Seconds after `began` until four stand on each square metre about the middle."""
    first = round((began - _ENTER_S) / STEP_S)
    near = np.linalg.norm(places[first:] - _MIDDLE, axis=-1) <= 1.0
    return float(np.argmax(near.sum(axis=1) >= 4 * np.pi)) * STEP_S


def _cast(act: Act, places: Floats) -> list[Part]:
    cast = []
    for track in places.transpose(1, 0, 2):
        first: Point = (float(track[0, 0]), float(track[0, 1]))
        part = act.enter(first, _ENTER_S)
        facing = (float(_MIDDLE[0]), float(_MIDDLE[1]) - 8)
        part.phases.append(Led.along(part.start, track, part.figure, facing))
        cast.append(part)
    return cast


CROWD = Setting(
    name="crowd",
    title="Festival ground",
    camera=Camera(position=(0.0, 0.0, 8.0), tilt=float(np.radians(28.0)), focal=600.0),
    zones={"ground": ((-6.0, 9.5), (6.0, 9.5), (6.0, 18.5), (-6.0, 18.5))},
    paint=_paint,
    direct=_direct,
)
