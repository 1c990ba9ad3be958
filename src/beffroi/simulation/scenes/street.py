"""A pedestrian street: two people come to blows; others hug, dance and clap."""

import numpy as np

from beffroi.simulation.backdrop import Canvas
from beffroi.simulation.brawl import brawl
from beffroi.simulation.camera import Camera
from beffroi.simulation.motions import HUG, STAND, Key, alive, clapping, dancing, keyed, talking
from beffroi.simulation.play import Act, edge
from beffroi.simulation.scenery import band, facades, lamp, paving, planter, tree
from beffroi.simulation.setting import Setting
from beffroi.simulation.skeleton import Joint


def _paint(canvas: Canvas) -> None:
    canvas.sky((142, 172, 204), (216, 222, 224))
    paving(canvas, (166, 158, 146), (0.4, 0.25))
    facades(canvas, 17.5)
    band(canvas, (-40, 40), (15.2, 15.6), (124, 120, 114))
    for x in (-7.0, 8.2):
        planter(canvas, x, 14.4)
    lamp(canvas, -3.2, 15.0)
    tree(canvas, 5.2, 15.2, 9.0, 1.6)


def _direct(act: Act) -> None:
    rng = act.rng
    for when, y, side in ((-5, 13.4, 1), (9, 13.8, -1), (33, 8.4, 1), (40, 10.5, -1), (52, 9.4, 1)):
        act.passer(when + rng.uniform(-1, 1), y, side, edge(y), rng.uniform(1.1, 1.5))
    brawl(act, (rng.uniform(-0.5, 0.9), rng.uniform(8.6, 9.6)), first_blow=15.5)
    _hug(act, (-3.6, 11.2), 1.5)
    _dance(act, (3.0, 12.0))
    _hug(act, (1.4, 11.6), 44)


def _hug(act: Act, at: tuple[float, float], when: float) -> None:
    rng = act.rng
    x, y = at
    tilt = rng.uniform(-0.12, 0.12)
    pair = []
    for side in (-1, 1):
        start = when if side * x > 0 else when - 2 * abs(x) / 1.3
        part = act.enter((side * edge(y), y), max(start, -6.0 if act.number == 0 else start))
        pair.append(part.walk((x + side * 0.30, y + side * tilt), speed=1.3))
    one, two = pair
    met = max(p.end for p in pair)
    for part, other in ((one, two), (two, one)):
        part.stay(met, talking(part.figure.rhythm, 0), facing=other.at)
        embrace = keyed(Key(0, STAND), Key(0.8, HUG), Key(4.4, HUG), Key(5.2, STAND))
        part.stay(met + 5.2, alive(embrace, part.figure.rhythm), facing=other.at)
        for hand, target in ((Joint.L_WRIST, Joint.R_SHOULDER), (Joint.R_WRIST, Joint.WAIST)):
            part.touch(met + 0.9, hand, other.ident, target, rise=0.6, hold=3.3)
        part.stay(met + 14, talking(part.figure.rhythm), facing=other.at)
    act.twin("hugging", "strike", met, met + 5.2, one, two)
    one.walk((-edge(y), y), stop=False)
    two.walk((edge(y), y), stop=False)


def _dance(act: Act, at: tuple[float, float]) -> None:
    x, y = at
    pair = [act.enter((edge(y), y + 0.3 * i), -4 + 0.8 * i) for i in range(2)]
    for i, part in enumerate(pair):
        part.walk((x + (i - 0.5) * 0.85, y), speed=1.2)
    began, ended = max(p.end for p in pair) + 0.3, act.start + 29
    rhythm = act.rng.random()
    for i, part in enumerate(pair):
        other = pair[1 - i]
        part.stay(began, facing=other.at)
        part.stay(ended, dancing(rhythm, 1 - 2 * i), facing=other.at)
    pair[0].touch(began + 1, Joint.L_WRIST, pair[1].ident, Joint.R_WRIST, 0.8, ended - began - 1.6)
    pair[0].touch(began + 1, Joint.R_WRIST, pair[1].ident, Joint.L_WRIST, 0.8, ended - began - 1.6)
    fan = act.enter((edge(y), y - 0.6), -1).walk((x + 1.5, y - 0.3), speed=1.2)
    act.twin("dancing", "strike", began, ended, *pair)
    act.twin("clapping", "strike", fan.end + 0.4, ended, fan)
    fan.stay(ended, clapping(rhythm), facing=at)
    for part in (*pair, fan):
        part.walk((edge(y), part.at[1]), stop=False)


STREET = Setting(
    name="street",
    title="Pedestrian street",
    camera=Camera(position=(0.0, 0.0, 4.0), tilt=float(np.radians(15.5)), focal=680.0),
    zones={"street": ((-4.0, 7.0), (4.0, 7.0), (8.0, 15.0), (-8.0, 15.0))},
    paint=_paint,
    direct=_direct,
)
