"""A road with a lane each way: somebody drives up the wrong one; others turn, park, queue."""

import numpy as np

from beffroi.simulation.backdrop import Canvas
from beffroi.simulation.camera import Camera
from beffroi.simulation.part import Point
from beffroi.simulation.play import Act
from beffroi.simulation.scenery import band, facades, lamp, paving, tree
from beffroi.simulation.setting import Setting
from beffroi.simulation.vehicles import Vehicle

TOWARDS, AWAY = -1.9, 1.9
"""Middles of the lanes that lead towards the camera and away from it, metres to the right."""
NEAR, FAR = 1.0, 90.0
KERB, PATH, PAVEMENT = -5.2, 6.0, -8.0
"""Parking bays, the cycle path for both ways, the pavement."""
LIGHTS = 33.0
"""Where those wait who drive away, metres ahead."""


def _paint(canvas: Canvas) -> None:
    canvas.sky((146, 174, 206), (214, 220, 224))
    paving(canvas, (158, 152, 142), (0.5, 0.3))
    facades(canvas, 95, -60, 60)
    band(canvas, (-6.6, 3.9), (0, 92), (92, 92, 94))
    band(canvas, (5.0, 7.2), (0, 92), (128, 92, 84))
    for y in np.arange(4.0, 90.0, 6.0):
        band(canvas, (-0.07, 0.07), (float(y), float(y) + 3), (212, 212, 206))
    for x in (-4.1, 3.75):
        band(canvas, (x, x + 0.12), (0, 92), (200, 200, 196))
    for y in (30.0, 48.0, 66.0):
        lamp(canvas, -9.6, y, 7.0)
        tree(canvas, 9.4, y + 4, 7.0, 1.6)


def _direct(act: Act) -> None:
    rng = act.rng
    for when in (-6.0, -1.5, 34.0, 39.0, 63.0):
        _through(act, TOWARDS, when + rng.uniform(-0.6, 0.6))
    for when in (-4.0, 3.0, 9.0, 24.0, 68.0):
        _through(act, AWAY, when + rng.uniform(-0.6, 0.6))
    _drive_up_the_wrong_lane(act, 16.0 + rng.uniform(-1, 1))
    _turn_round(act, 26.0)
    _queue(act, 38.0)
    _park(act, 47.0)
    _cycle(act, 6.0 + rng.uniform(-2, 2))
    for x, y, end in ((PAVEMENT, 60.0, 4.0), (PAVEMENT - 0.8, 3.0, 60.0)):
        walker = act.enter((x, y), rng.uniform(-4, 4)).walk((x, end), speed=1.3, stop=False)
        act.twin("walking_along", "wrong_way", walker.start, walker.end, walker)
    act.vehicle("motorcycle", (AWAY, NEAR), 15.5).drive((AWAY, FAR), speed=12.0)


def _kind(act: Act) -> str:
    return str(act.rng.choice(["car", "car", "car", "truck", "bus"]))


def _through(act: Act, lane: float, when: float) -> None:
    ends = (FAR, NEAR) if lane == TOWARDS else (NEAR, FAR)
    speed = float(act.rng.uniform(10.5, 12.5))
    act.vehicle(_kind(act), (lane, ends[0]), when).drive((lane, ends[1]), speed=speed)


def _drive_up_the_wrong_lane(act: Act, when: float) -> None:
    speed = float(act.rng.uniform(6.0, 9.0))
    car = act.vehicle(_kind(act), (TOWARDS, NEAR), when).drive((TOWARDS, FAR), speed=speed)
    noticed = car.start + (14.0 - NEAR) / speed
    act.event("wrong_way", car.start, noticed, car.end, car)


def _turn_round(act: Act, when: float) -> None:
    """From the lane towards the camera into the other, where the middle line allows it."""
    car = act.vehicle("car", (TOWARDS, FAR), when).drive((TOWARDS, 31.0), speed=11)
    bend: list[Point] = [(TOWARDS + 0.4, 28.5), (0.0, 27.0), (AWAY - 0.4, 28.5), (AWAY, 31.0)]
    began = car.end
    car.drive(*bend, speed=4.5)
    act.twin("turning_round", "wrong_way", began, car.end + 2, car)
    car.drive((AWAY, FAR), speed=9)


def _queue(act: Act, when: float) -> None:
    """Some wait behind each other at the lights, and the first rolls back a little."""
    green = act.start + when + 19
    for place in range(4):
        spot = (AWAY, LIGHTS - 7.5 * place)
        kind = "car" if place else "truck"
        waiting = act.vehicle(kind, (AWAY, NEAR), when + 2.5 * place)
        waiting.drive((AWAY, spot[1] - 5), speed=9).drive(spot, speed=4)
        if place == 0:
            _roll_back(act, waiting, spot)
        waiting.wait(green + 1.4 * place).drive((AWAY, FAR), speed=8)


def _roll_back(act: Act, waiting: Vehicle, spot: Point) -> None:
    began = waiting.end + 3
    waiting.wait(began).drive((spot[0], spot[1] - 1.0), speed=-0.6).drive(spot, speed=1.0)
    act.twin("rolling_back", "wrong_way", began, waiting.end, waiting)


def _park(act: Act, when: float) -> None:
    """Past a bay, and back into it over less than three metres of the lane."""
    car = act.vehicle("car", (TOWARDS, FAR), when).drive((TOWARDS, 22.0), speed=9)
    car.drive((TOWARDS, 15.0), speed=3.5).wait(car.end + 1.2)
    began = car.end
    car.drive((TOWARDS - 1.2, 16.7), (KERB, 18.6), speed=-1.1).wait(car.end + 9)
    act.twin("parking", "wrong_way", began, car.end, car)
    car.drive((KERB + 1.0, 16.0), (TOWARDS, 12.0), (TOWARDS, NEAR), speed=4)


def _cycle(act: Act, when: float) -> None:
    """Both ways on a path that is for both ways."""
    for x, ends, start in ((PATH - 0.5, (NEAR, 60.0), when), (PATH + 0.5, (60.0, NEAR), when + 4)):
        rider = act.vehicle("bicycle", (x, ends[0]), start).drive((x, ends[1]), speed=4.6)
        act.twin("cycling_both_ways", "wrong_way", rider.start, rider.end, rider)


ROAD = Setting(
    name="road",
    title="Road",
    camera=Camera(position=(1.0, 0.0, 6.5), tilt=float(np.radians(17)), focal=560.0),
    zones={
        "towards": ((-3.9, 9.0), (0.0, 9.0), (0.0, 40.0), (-3.9, 40.0)),
        "away": ((0.0, 9.0), (3.8, 9.0), (3.8, 40.0), (0.0, 40.0)),
        "lights": ((0.0, 9.0), (3.8, 9.0), (3.8, 36.0), (0.0, 36.0)),
    },
    paint=_paint,
    direct=_direct,
)
