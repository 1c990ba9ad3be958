"""A station forecourt: several people start to run; others jog, hurry, play and catch a bus."""

import numpy as np

from beffroi.simulation.backdrop import Canvas
from beffroi.simulation.camera import Camera
from beffroi.simulation.motions import phoning, talking
from beffroi.simulation.part import Part
from beffroi.simulation.play import Act
from beffroi.simulation.scenery import band, bench, facades, lamp, paving, planter
from beffroi.simulation.setting import Setting

_START_S = 20.0


def _paint(canvas: Canvas) -> None:
    canvas.sky((140, 170, 204), (216, 222, 226))
    paving(canvas, (170, 166, 158), (0.8, 0.8))
    facades(canvas, 30)
    band(canvas, (-60, 60), (22.5, 26.0), (108, 106, 102))
    bench(canvas, 5.6, 18.6)
    planter(canvas, -7.2, 17.4)
    for x in (-4.2, 8.4):
        lamp(canvas, x, 21.0)


def _edge(y: float) -> float:
    return 0.56 * y + 2.6


def _direct(act: Act) -> None:
    rng = act.rng
    for when, y, side in ((-6, 17.6, 1), (6, 18.4, -1), (30, 12.0, 1), (38, 16.4, -1)):
        act.passer(when + rng.uniform(-1, 1), y, side, _edge(y), rng.uniform(1.1, 1.5))
    _run_off(act)
    _bus(act, 4.0)
    _joggers(act, 33.0)
    _children(act, 40.0)
    _brisk(act, 56.0)


def _run_off(act: Act) -> None:
    """People who stand about or stroll, and run off together one way."""
    rng = act.rng
    side = int(rng.choice([-1, 1]))
    cast, starts = [], []
    people = int(rng.integers(6, 8))
    # Abreast as the camera sees them, so that nobody hides a neighbour for long.
    for i, row in enumerate(rng.permutation(people).tolist()):
        x, y = 0.85 * (i - people / 2) + rng.uniform(-0.2, 0.2), 9.8 + 0.6 * row
        whence = int(rng.choice([-1, 1]))
        part = act.enter((whence * _edge(y), y), rng.uniform(-4, 2))
        part.walk((x, y), speed=rng.uniform(1.15, 1.4))
        look = phoning(rng.random()) if rng.random() < 0.3 else talking(rng.random())
        part.stay(act.start + _START_S + rng.uniform(0, 0.9), look, facing=(0, 14))
        starts.append(part.end)
        part.walk((side * (_edge(y) + 1), y + rng.uniform(-0.8, 0.8)), speed=rng.uniform(3.2, 4.2))
        cast.append(part)
    act.event("running", min(starts), max(starts), min(part.end for part in cast), *cast)


def _bus(act: Act, when: float) -> None:
    """One who walks, looks up and runs."""
    y = 20.2
    part = act.enter((-_edge(y), y), when).walk((-5.0, y), speed=1.3, stop=False)
    began = part.end
    part.walk((_edge(y), y + 1.0), speed=4.0, stop=False)
    act.twin("catching_a_bus", "running", began, part.end, part)


def _joggers(act: Act, when: float) -> None:
    """Three who come running and stay so."""
    group: list[Part] = []
    for i in range(3):
        y = 19.6 - 0.7 * i
        group.append(act.passer(when + 0.5 * i, y, -1, _edge(y), 2.8))
    act.twin("jogging", "running", group[0].start, group[-1].end, *group)


def _children(act: Act, when: float) -> None:
    """Two children who chase each other round in circles, under somebody's eyes."""
    rng = act.rng
    cx, cy = rng.uniform(-1, 1), 14.0
    grown = act.enter((-_edge(cy - 1.4), cy - 1.4), when - 12).walk((cx - 2.4, cy - 1.2))
    grown.stay(act.start + when + 22, phoning(rng.random()), facing=(cx, cy))
    grown.walk((-_edge(cy), cy - 1.2), stop=False)
    pair = []
    for i in range(2):
        child = act.enter((-_edge(cy + 1), cy + 0.8 * i), when - 11 + i, child=True)
        child.walk((cx - 1.4, cy + 0.8 * i), speed=1.2)
        child.stay(act.start + when + 2 + 0.7 * i, facing=(cx, cy))
        ring = [
            (cx + 1.6 * float(np.cos(a)), cy + 1.3 * float(np.sin(a)))
            for a in np.linspace(np.pi, -3 * np.pi, 13)[1:]
        ]
        child.walk(*ring, speed=2.6)
        child.stay(act.start + when + 21, talking(rng.random()), facing=(cx, cy))
        child.walk((-_edge(cy), cy + 0.8 * i), speed=1.2, stop=False)
        pair.append(child)
    began = act.start + when + 2
    act.twin("children_playing", "running", began, began + 12, *pair)


def _brisk(act: Act, when: float) -> None:
    """Five who stood together and walk off fast: a train leaves."""
    rng = act.rng
    group: list[Part] = []
    for i in range(5):
        y = 10.6 + 0.9 * i
        part = act.enter((_edge(y), y), when - 16 + rng.uniform(0, 2))
        part.walk((2.2 + rng.uniform(-1, 1), y), speed=1.3)
        part.stay(act.start + when + rng.uniform(0, 1), talking(rng.random()), facing=(0, 12))
        part.walk((-_edge(y), y), speed=rng.uniform(1.75, 1.95), stop=False)
        group.append(part)
    began = act.start + when
    act.twin("walking_fast", "running", began, min(p.end for p in group), *group)


FORECOURT = Setting(
    name="forecourt",
    title="Station forecourt",
    camera=Camera(position=(0.0, -1.5, 6.0), tilt=float(np.radians(20.0)), focal=600.0),
    zones={"forecourt": ((-7.0, 10.0), (7.0, 10.0), (9.0, 21.0), (-9.0, 21.0))},
    paint=_paint,
    direct=_direct,
)
