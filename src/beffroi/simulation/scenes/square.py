"""A town square: people cross it and linger, then a crowd gathers suddenly."""

import numpy as np

from beffroi.simulation.backdrop import Canvas
from beffroi.simulation.camera import Camera
from beffroi.simulation.motions import CHEER, alive, phoning, talking
from beffroi.simulation.part import Part
from beffroi.simulation.play import Act, edge
from beffroi.simulation.scenery import bench, facades, lamp, paving, planter
from beffroi.simulation.setting import Setting

_GATHER_S, _DISPERSE_S = 14.0, 40.0


def _paint(canvas: Canvas) -> None:
    canvas.sky((134, 168, 206), (214, 222, 226))
    paving(canvas, (172, 164, 150), (0.8, 0.5))
    facades(canvas, 26)
    bench(canvas, -7.2, 18.5)
    lamp(canvas, 5.2, 18.0)
    planter(canvas, 7.4, 14.6)


def _direct(act: Act) -> None:
    rng = act.rng
    _passers(act)
    _chatting(act)
    cx, cy = rng.uniform(-0.4, 0.6), rng.uniform(9.8, 10.6)
    crowd, seats = [], int(rng.integers(7, 9))
    opening = act.start + _GATHER_S
    for i in range(seats):
        # Evenly spread as the camera sees them, so that nobody hides a neighbour entirely, about
        # one in the middle to whom the others listen.
        across = 1 - 2 * (i + 0.5) / seats
        back = 0.0 if i == seats // 2 else float(np.sqrt(1 - across**2)) * (1 if i % 2 else -1)
        seat_y = cy + back * rng.uniform(1.6, 1.9)
        seat = (cx + seat_y / cy * across * rng.uniform(2.3, 2.5), seat_y)
        side = 1 if across > 0 else -1
        y = float(cy + 2.4 * back + rng.uniform(-0.4, 0.4))
        spot = (y * (0.05 + 0.33 * across + rng.uniform(-0.01, 0.01)), y)
        part = act.enter((side * edge(y), y), rng.uniform(-3, 4))
        part.walk(spot, speed=rng.uniform(1.1, 1.4))
        look = phoning(rng.random()) if rng.random() < 0.4 else None
        part.stay(opening + rng.uniform(0, 1.2), look, facing=(cx, cy - 3))
        part.walk(seat, speed=rng.uniform(1.7, 2.0))
        mood = (
            alive(lambda _: CHEER, rng.random(), 2)
            if rng.random() < 0.25
            else talking(rng.random())
        )
        crowd.append(part.stay(act.start + _DISPERSE_S + rng.uniform(0, 2), mood, facing=(cx, cy)))
    arrived = max(p.phases[-1].start for p in crowd)
    for part in crowd:
        side = 1 if part.at[0] > cx else -1
        part.walk((side * 3.5, part.at[1]), (side * edge(part.at[1]), part.at[1]), stop=False)
    act.event("gathering", opening, arrived, act.start + _DISPERSE_S, *crowd)


def _passers(act: Act) -> None:
    for when, y, side in (
        (-4, 13.2, -1),
        (2, 15.2, 1),
        (30, 13.6, 1),
        (46, 9.0, -1),
        (54, 11.5, 1),
    ):
        act.passer(when + act.rng.uniform(-1, 1), y, side, edge(y), act.rng.uniform(1.05, 1.5))
    group: list[Part] = []
    for i in range(3):
        y = 8.2 + 1.1 * i
        group.append(act.passer(51 + 0.8 * i, y, 1, edge(y), 1.2))
    act.twin("walking_together", "gathering", group[0].start, group[0].end, *group)


def _chatting(act: Act) -> None:
    """Two adults and a child who stop for a word: too few to be a gathering."""
    cx, cy = -5.0, 14.0
    trio = []
    for i, (dx, dy) in enumerate(((-0.7, 0.1), (0.6, 0.3), (0.15, -0.75))):
        part = act.enter((-edge(cy + dy), cy + dy), -4 + 1.3 * i, child=i == 2)
        part.walk((cx + dx, cy + dy), speed=1.15)
        trio.append(part)
    began = max(p.end for p in trio)
    for part in trio:
        part.stay(act.start + 48, talking(part.figure.rhythm), facing=(cx, cy))
        part.walk((-edge(part.at[1]), part.at[1]), stop=False)
    act.twin("chatting", "gathering", began, act.start + 48, *trio)


SQUARE = Setting(
    name="square",
    title="Town square",
    camera=Camera(position=(0.0, 0.0, 4.8), tilt=float(np.radians(17.5)), focal=720.0),
    zones={"square": ((-4.0, 7.2), (4.0, 7.2), (7.5, 14.5), (-7.5, 14.5))},
    paint=_paint,
    direct=_direct,
)
