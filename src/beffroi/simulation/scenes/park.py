"""A park: someone falls and stays down; others sit, tie a shoe, lie down to rest."""

import numpy as np

from beffroi.simulation.backdrop import Canvas
from beffroi.simulation.camera import Camera
from beffroi.simulation.motions import (
    FALLS,
    HALF_SIT,
    KNEEL,
    LIE_BACK,
    SHOE,
    SIT,
    SIT_GROUND,
    STAND,
    Key,
    alive,
    keyed,
)
from beffroi.simulation.play import Act, edge
from beffroi.simulation.scenery import band, bench, hedge, lawn, tree
from beffroi.simulation.setting import Setting
from beffroi.simulation.skeleton import Joint

_BENCH = (3.8, 11.4)
_DOWN_S = 12.0


def _paint(canvas: Canvas) -> None:
    canvas.sky((140, 176, 212), (222, 228, 228))
    lawn(canvas)
    band(canvas, (-60, 60), (7.4, 10.6), (192, 176, 146))
    hedge(canvas, 27.0, 6.0)
    for x in np.arange(-22, 23, 3.4):
        jitter = canvas.rng.uniform(-0.7, 0.7, 2)
        tree(canvas, float(x + jitter[0]), float(23.5 + jitter[1]), 10.5, 2.4)
    tree(canvas, -7.0, 15.4, 8.0, 2.0)
    bench(canvas, *_BENCH)


def _direct(act: Act) -> None:
    rng = act.rng
    for when, y, side in ((-4, 10.2, 1), (30, 8.0, 1), (44, 9.6, -1), (57, 8.6, 1)):
        act.passer(when + rng.uniform(-1, 1), y, side, edge(y), rng.uniform(1.1, 1.5))
    act.passer(36, 9.0, -1, edge(9.0), 2.7)
    _fall(act)
    _sit(act)
    _shoe(act)
    _lie_down(act)


def _fall(act: Act) -> None:
    rng = act.rng
    y, side = rng.uniform(8.2, 9.2), int(rng.choice([-1, 1]))
    part = act.enter((side * edge(y), y), 6.5)
    way = str(rng.choice(list(FALLS)))
    x = side * rng.uniform(-0.2, 0.4)
    # Sideways falls happen at a turn towards the camera, so that none is seen end on.
    turn = ((x - side * 0.2, y - 0.8),) if way in ("left", "right") else ()
    part.walk((side * 2.4, y), (x, y + 0.2), *turn, speed=1.3)
    lost, landed = 0.35, 0.35 + rng.uniform(0.45, 0.7)
    off_balance, down = FALLS[way]
    up = landed + _DOWN_S + rng.uniform(0, 3)
    kneel = KNEEL.copy()
    keys = (
        *(Key(0, STAND), Key(lost, off_balance), Key(landed, down, "drop"), Key(up, down)),
        *(Key(up + 2.0, SIT_GROUND), Key(up + 3.6, kneel), Key(up + 5.4, STAND)),
    )
    began = part.end
    part.stay(began + up + 6.4, alive(keyed(*keys), part.figure.rhythm, 0.4))
    act.event("fall", began, began + landed, began + up, part)
    part.walk((-side * 2.5, y), (-side * edge(y), y), speed=0.95, stop=False)


def _sit(act: Act) -> None:
    x, y = _BENCH
    part = act.enter((edge(y), y - 0.7), -1).walk((x + 0.3, y - 0.42), speed=1.15)
    part.stay(part.end + 0.6, facing=(x + 0.3, y - 5))
    began = part.end
    rise = act.start + 32 - began
    sit = keyed(
        *(Key(0, STAND), Key(0.8, HALF_SIT), Key(1.6, SIT)),
        *(Key(rise, SIT), Key(rise + 0.8, HALF_SIT), Key(rise + 1.6, STAND)),
    )
    part.stay(began + rise + 2, alive(sit, part.figure.rhythm, 0.7))
    part.walk((edge(y), y - 1), stop=False)
    act.twin("sitting_down", "fall", began, began + 1.6, part)


def _shoe(act: Act) -> None:
    y = 10.4
    part = act.enter((-edge(y), y), 1.5).walk((-2.9, y), speed=1.3)
    part.stay(part.end + 0.5, facing=(0, y - 2.5))
    began = part.end
    tie = keyed(Key(0, STAND), Key(1.1, SHOE), Key(6.4, SHOE), Key(7.4, STAND))
    part.stay(began + 8, alive(tie, part.figure.rhythm, 0.5))
    for hand in (Joint.L_WRIST, Joint.R_WRIST):
        part.touch(began + 1.4, hand, part.ident, Joint.L_ANKLE, rise=0.6, hold=4.6)
    part.walk((0.5, y - 0.2), (edge(y), y), speed=1.3, stop=False)
    act.twin("tying_shoe", "fall", began, began + 7.4, part)


def _lie_down(act: Act) -> None:
    x, y = -4.0, 12.2
    part = act.enter((-edge(y), y), 0).walk((x, y), speed=1.2)
    part.stay(part.end + 1, facing=(x - 3, y - 1))
    began = part.end
    up = act.start + 50 - began
    rest = keyed(
        *(Key(0, STAND), Key(1.6, KNEEL), Key(3.6, SIT_GROUND), Key(6.0, LIE_BACK)),
        *(Key(up, LIE_BACK), Key(up + 2, SIT_GROUND), Key(up + 4, KNEEL), Key(up + 6, STAND)),
    )
    part.stay(began + up + 6.4, alive(rest, part.figure.rhythm, 0.4))
    part.walk((-edge(y), y), speed=1.2, stop=False)
    act.twin("lying_down", "fall", began, began + 6.0, part)


PARK = Setting(
    name="park",
    title="Public park",
    camera=Camera(position=(0.0, 0.0, 4.2), tilt=float(np.radians(16.0)), focal=680.0),
    zones={"path": ((-5.0, 7.4), (5.0, 7.4), (6.5, 10.6), (-6.5, 10.6))},
    paint=_paint,
    direct=_direct,
)
