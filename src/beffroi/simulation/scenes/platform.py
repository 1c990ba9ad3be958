"""A tram stop: people wait and walk along the edge; someone crosses it into the track area."""

import numpy as np

from beffroi.simulation.backdrop import Canvas
from beffroi.simulation.camera import Camera
from beffroi.simulation.motions import SHOE, STAND, Key, alive, keyed, phoning, talking
from beffroi.simulation.part import Part
from beffroi.simulation.play import Act
from beffroi.simulation.scenery import band, bench, facades, lamp, paving
from beffroi.simulation.setting import Setting

EDGE_X, FAR_EDGE_X = 1.6, 5.4
_TRACK = ((EDGE_X, 6.4), (FAR_EDGE_X, 6.4), (FAR_EDGE_X, 30.0), (EDGE_X, 30.0))


def _paint(canvas: Canvas) -> None:
    canvas.sky((138, 168, 202), (214, 222, 226))
    paving(canvas, (168, 164, 156), (0.6, 0.6))
    facades(canvas, 34)
    band(canvas, (EDGE_X, FAR_EDGE_X), (0, 34), (104, 102, 98))
    for x in (2.55, 4.0):
        band(canvas, (x - 0.07, x + 0.07), (0, 34), (176, 176, 178))
        band(canvas, (x + 0.07, x + 0.13), (0, 34), (62, 60, 58))
    band(canvas, (EDGE_X - 0.16, EDGE_X), (0, 34), (222, 220, 212))
    band(canvas, (EDGE_X - 0.62, EDGE_X - 0.3), (0, 34), (206, 172, 60))
    band(canvas, (FAR_EDGE_X, FAR_EDGE_X + 0.16), (0, 34), (222, 220, 212))
    for x, y in ((-4.4, 20.0), (7.4, 24.0)):
        lamp(canvas, x, y)
    bench(canvas, -4.6, 14.0)


def _direct(act: Act) -> None:
    rng = act.rng
    _intrude(act)
    along = act.enter((EDGE_X - 0.9, 24.0), 2.0)
    along.walk(
        (EDGE_X - 0.75, 16.0), (EDGE_X - 0.8, 8.0), (EDGE_X - 2.2, 3.0), speed=1.25, stop=False
    )
    act.twin("walking_along_edge", "intrusion", along.start, along.end, along)
    waiter = act.enter((-9.0, 13.0), -5).walk((-3, 14.2), (EDGE_X - 0.8, 14.6), speed=1.2)
    waited = waiter.end
    waiter.stay(act.start + 52, phoning(rng.random()), facing=(EDGE_X + 2, 13.0))
    waiter.walk((-3, 14.2), (-9.5, 14.4), stop=False)
    act.twin("waiting_at_edge", "intrusion", waited, act.start + 52, waiter)
    pair = [
        act.enter((-8.5, 10.0 + 0.6 * i), -5.5 + i).walk((-2.9 + 0.8 * i, 10.4), speed=1.2)
        for i in range(2)
    ]
    for i, part in enumerate(pair):
        part.stay(act.start + 46 + i, talking(part.figure.rhythm), facing=pair[1 - i].at)
        part.walk((-8.5, 10.0), stop=False)
    for when, x, speed in ((34, -0.6, 1.3), (44, -1.6, 1.2), (56, 0.2, 1.4)):
        walker = act.enter((x + rng.uniform(-0.3, 0.3), 25.0), when)
        walker.walk((x, 14.0), (x - 0.3, 3.0), speed=speed, stop=False)


def _intrude(act: Act) -> None:
    rng = act.rng
    y = rng.uniform(9.2, 11.0)
    part = act.enter((-7.6, y - 0.8), 5.0)
    part.walk((-2.0, y - 1.2), (EDGE_X - 0.7, y - 0.6), speed=1.3)
    part.stay(act.start + 14.5, facing=(EDGE_X + 2, y))
    part.walk((EDGE_X + rng.uniform(1.2, 2.0), y), speed=1.3)
    began = part.end
    pick = keyed(Key(0.3, STAND), Key(1.5, SHOE), Key(3.0, SHOE), Key(4.0, STAND))
    part.stay(began + 5.5, alive(pick, part.figure.rhythm))
    part.walk((EDGE_X - 1.2, y - 0.4), (-7.6, y - 1.0), speed=1.4, stop=False)
    times = _seconds_beyond_edge(part)
    act.event("intrusion", times[0], times[0], times[-1], part)


def _seconds_beyond_edge(part: Part) -> list[float]:
    """The times, to a fiftieth of a second, at which someone stands on the tracks."""
    clock = np.arange(np.ceil(part.start * 50), part.end * 50) / 50
    return [float(t) for t in clock if part.perform(float(t))[1][0] > EDGE_X]


PLATFORM = Setting(
    name="platform",
    title="Tram stop",
    camera=Camera(position=(-0.6, 0.0, 4.0), tilt=float(np.radians(15.0)), focal=680.0, pan=0.0),
    zones={"track": _TRACK, "platform": ((-5.0, 6.4), (EDGE_X, 6.4), (EDGE_X, 30.0), (-5.0, 30.0))},
    paint=_paint,
    direct=_direct,
)
