"""A station concourse: somebody leaves a bag; others wait beside theirs, sit, sleep, come back.

Every case is a function of its own, so that evaluation can play each by itself.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

import numpy as np

from beffroi.simulation.backdrop import Canvas
from beffroi.simulation.camera import Camera
from beffroi.simulation.motions import (
    HALF_SIT,
    KNEEL,
    LIE_BACK,
    SIT,
    SIT_GROUND,
    STAND,
    Key,
    alive,
    keyed,
    phoning,
    talking,
)
from beffroi.simulation.part import Part, Point
from beffroi.simulation.play import Act, edge
from beffroi.simulation.scenery import bench, facades, paving, planter
from beffroi.simulation.setting import Setting
from beffroi.simulation.things import Thing

BAGS: Final = ("suitcase", "backpack", "holdall", "box")
SPOTS: Final[tuple[Point, ...]] = ((-3.2, 11.0), (0.2, 9.6), (3.0, 11.6), (-1.0, 13.4))
"""Places apart from each other; a case is given one."""
BENCH: Final[Point] = (4.6, 14.4)
UNTIL_S: Final = 60.0
"""When everybody goes, seconds into the act."""

Case = Callable[[Act, Point], None]


def _paint(canvas: Canvas) -> None:
    canvas.sky((150, 158, 166), (206, 208, 208))
    paving(canvas, (176, 172, 164), (1.2, 1.2))
    facades(canvas, 24)
    bench(canvas, *BENCH)
    planter(canvas, -6.8, 13.0)
    for x in (-5.2, 6.6):
        canvas.shadow(x, 17.0, 0.5, 0.4, 0.3)
        canvas.box((x - 0.25, 16.8, 0), (x + 0.25, 17.2, 0.9), (74, 96, 78))


def abandon(act: Act, at: Point) -> None:
    """Sets a bag down and leaves; somebody takes it away in the end."""
    who, bag = _comes(act, at, str(act.rng.choice(BAGS)))
    down = _sets_down(who, bag, act.rng.uniform(1.5, 5))
    away = who.end
    _leaves(act, who)
    act.event("abandoned_object", down, away, act.start + UNTIL_S + 6, who)
    _fetched(act, bag, at)


def waits(act: Act, at: Point) -> None:
    """Sets a bag down and stays with it."""
    who, bag = _comes(act, at, str(act.rng.choice(BAGS)))
    down = _sets_down(who, bag, 1)
    who.stay(act.start + UNTIL_S, phoning(act.rng.random()), facing=(at[0], 0))
    _takes(who, bag)
    act.twin("waiting_beside", "abandoned_object", down, who.end, who)
    _leaves(act, who)


def returns(act: Act, at: Point) -> None:
    """Sets a bag down, goes to look at something, comes back for it."""
    who, bag = _comes(act, at, str(act.rng.choice(BAGS)))
    down = _sets_down(who, bag, 1)
    side = 1 if at[0] < 0 else -1
    board = (at[0] + 4.0 * side, at[1] + 0.6)
    who.walk(board, speed=1.3).stay(who.end + act.rng.uniform(4, 9), facing=(board[0], 30))
    who.walk((at[0] + 0.5 * side, at[1]), speed=1.3)
    who.stay(who.end + 1.5, facing=at)
    _takes(who, bag)
    act.twin("coming_back", "abandoned_object", down, who.end, who)
    _leaves(act, who)


def friend_stays(act: Act, at: Point) -> None:
    """Sets a bag down and goes; the friend who came along stays with it."""
    who, bag = _comes(act, at, str(act.rng.choice(BAGS)))
    friend = act.enter(_outside(act, at), who.start - act.start + 0.6)
    friend.walk((at[0] + 0.7, at[1] + 0.5), speed=1.3)
    down = _sets_down(who, bag, 2)
    friend.stay(act.start + UNTIL_S, talking(friend.figure.rhythm, 0.4), facing=(at[0], 0))
    _takes(friend, bag)
    act.twin("friend_stays", "abandoned_object", down, friend.end, who, friend)
    _leaves(act, friend)
    _leaves(act, who)


def sits(act: Act, at: Point) -> None:
    """Sits down on the ground with a bag alongside, and stays."""
    who, bag = _comes(act, at, "backpack")
    began = who.end
    bag.put(began + 1.0, (at[0] + 0.4, at[1] + 0.1))
    up = act.start + UNTIL_S - began
    keys = (Key(0, STAND), Key(1.2, KNEEL), Key(2.6, SIT_GROUND), Key(up, SIT_GROUND))
    rise = (Key(up + 1.5, KNEEL), Key(up + 3, STAND))
    front = (at[0] + act.rng.uniform(-3, 3), at[1] - act.rng.uniform(0.3, 3))
    motion = alive(keyed(*keys, *rise), who.figure.rhythm, 0.4)
    who.stay(began + up + 3.2, motion, facing=front)
    bag.held(who.end, who)
    act.twin("sitting_on_the_ground", "abandoned_object", began, who.end, who)
    _leaves(act, who)


def sleeps(act: Act, at: Point) -> None:
    """Lies down on the ground to sleep, as people do who have nowhere else."""
    who = _comes_alone(act, at)
    began = who.end
    up = act.start + UNTIL_S - began
    down = (Key(0, STAND), Key(1.6, KNEEL), Key(3.6, SIT_GROUND), Key(6.0, LIE_BACK))
    rise = (Key(up, LIE_BACK), Key(up + 2, SIT_GROUND), Key(up + 4, KNEEL), Key(up + 6, STAND))
    motion = alive(keyed(*down, *rise), who.figure.rhythm, 0.15)
    side = float(act.rng.choice([-3.0, 3.0]))
    who.stay(began + up + 6.4, motion, facing=(at[0] + side, at[1] - act.rng.uniform(0, 2)))
    act.twin("sleeping", "abandoned_object", began, who.end, who)
    _leaves(act, who)


def sleeps_covered(act: Act, at: Point) -> None:
    """The same beneath a blanket, so that little of a body is seen."""
    sleeps(act, at)
    who = act.parts[-1]
    began = act.twins[-1].start_s
    heading = float(who.perform(began + 3.0)[1][2])
    middle = (at[0] - 0.35 * float(np.cos(heading)), at[1] - 0.35 * float(np.sin(heading)))
    blanket = Thing.draw("blanket", act.rng).put(began + 6.0, middle, heading)
    act.things.append(blanket.gone(act.start + UNTIL_S))


def sits_on_bench(act: Act, _: Point) -> None:
    """Sits on the bench, a bag at the feet."""
    x, y = BENCH
    who = act.enter((edge(y), y - 0.7), 2).walk((x + 0.3, y - 0.42), speed=1.15)
    bag = act.bring("backpack", who)
    who.stay(who.end + 0.6, facing=(x + 0.3, y - 5))
    began = who.end
    bag.put(began + 1.8, (x - 0.2, y - 0.7))
    rise = act.start + UNTIL_S - began
    keys = (Key(0, STAND), Key(0.8, HALF_SIT), Key(1.6, SIT), Key(rise, SIT))
    up = (Key(rise + 0.8, HALF_SIT), Key(rise + 1.6, STAND))
    who.stay(began + rise + 2, alive(keyed(*keys, *up), who.figure.rhythm, 0.7))
    bag.held(who.end, who)
    act.twin("sitting_on_a_bench", "abandoned_object", began, who.end, who)
    who.walk((edge(y), y - 1), stop=False)


def pushchair(act: Act, at: Point) -> None:
    """Stops with a pushchair and stays beside it."""
    who, chair = _comes(act, at, "pushchair")
    began = who.end
    chair.put(began, (at[0] + 0.2, at[1] - 0.7), float(act.rng.uniform(-1, 1)))
    who.stay(act.start + UNTIL_S, phoning(act.rng.random()), facing=(at[0], 0))
    chair.held(who.end, who)
    act.twin("pushchair", "abandoned_object", began, who.end, who)
    _leaves(act, who)


def dog(act: Act, at: Point) -> None:
    """Stands with a dog that sits."""
    who, pet = _comes(act, at, "dog")
    began = who.end
    pet.put(began + 0.4, (at[0] + 0.6, at[1] - 0.1), float(act.rng.uniform(-2, 0)))
    who.stay(act.start + UNTIL_S, talking(act.rng.random(), 0.3), facing=(at[0], 0))
    pet.held(who.end, who)
    act.twin("dog", "abandoned_object", began, who.end, who)
    _leaves(act, who)


def takes_away(act: Act, at: Point) -> None:
    """Comes for a bag that has always been there: what is left is the place where it was."""
    who = _comes_alone(act, at)
    bag = Thing.draw(str(act.rng.choice(BAGS)), act.rng)
    act.things.append(bag.put(act.start - 10, (at[0] - 0.3, at[1] - 0.2)))
    began = who.end
    who.stay(began + 2.5)
    _takes(who, bag)
    act.twin("taking_away", "abandoned_object", began, who.end, who)
    _leaves(act, who)


def gets_up(act: Act, at: Point) -> None:
    """Has sat on the ground since before the camera began to look, gets up and goes."""
    who = act.enter(at, -10)
    up = float(act.rng.uniform(16, 22))
    keys = (Key(0, SIT_GROUND), Key(up, SIT_GROUND), Key(up + 1.5, KNEEL), Key(up + 3, STAND))
    who.stay(who.start + up + 3.2, alive(keyed(*keys), who.figure.rhythm, 0.1), facing=(at[0], 0))
    act.twin("getting_up", "abandoned_object", who.start, who.end, who)
    _leaves(act, who)


TWINS: Final[Mapping[str, Case]] = MappingProxyType(
    {
        "waiting_beside": waits,
        "coming_back": returns,
        "friend_stays": friend_stays,
        "sitting_on_the_ground": sits,
        "sleeping": sleeps,
        "sleeping_covered": sleeps_covered,
        "sitting_on_a_bench": sits_on_bench,
        "pushchair": pushchair,
        "dog": dog,
        "taking_away": takes_away,
        "getting_up": gets_up,
    }
)
"""What must not be taken for an abandoned object."""


def passers(act: Act) -> None:
    """People who cross, some between the camera and the rest."""
    rng = act.rng
    for when, y, side in ((-3, 8.0, 1), (14, 15.4, -1), (25, 8.6, -1), (38, 12.6, 1), (46, 16, 1)):
        act.passer(when + rng.uniform(-2, 2), y, side, edge(y), rng.uniform(1.1, 1.6))


def _direct(act: Act) -> None:
    spots = [SPOTS[i] for i in act.rng.permutation(len(SPOTS))]
    passers(act)
    abandon(act, spots[0])
    chosen = act.rng.choice(sorted(TWINS), size=3, replace=False)
    for spot, name in zip(spots[1:], chosen, strict=True):
        TWINS[str(name)](act, spot)


def _outside(act: Act, at: Point) -> Point:
    side = -1 if at[0] < 0 else 1
    return (side * edge(at[1]), at[1] + float(act.rng.uniform(-0.6, 0.6)))


def _comes_alone(act: Act, at: Point) -> Part:
    who = act.enter(_outside(act, at), act.rng.uniform(2, 4))
    return who.walk(at, speed=act.rng.uniform(1.15, 1.45))


def _comes(act: Act, at: Point, kind: str) -> tuple[Part, Thing]:
    who = _comes_alone(act, at)
    return who, act.bring(kind, who)


def _sets_down(who: Part, bag: Thing, linger_s: float) -> float:
    """Bends, lets go of the bag in front of the feet, stands on for a moment; returns when."""
    began, (x, y) = who.end, who.at
    bend = keyed(Key(0, STAND), Key(0.8, HALF_SIT), Key(1.6, STAND))
    who.stay(began + 1.8 + linger_s, alive(bend, who.figure.rhythm, 0.5), facing=(x, y - 3))
    bag.put(began + 0.8, (x - 0.32, y - 0.22), who.heading)
    return began + 0.8


def _takes(who: Part, bag: Thing) -> None:
    bag.held(who.end, who)


def _leaves(act: Act, who: Part) -> None:
    x, y = who.at
    side = 1 if x >= 0 else -1
    who.walk((x + 1.4 * side, y), (side * edge(y), y + 0.3), speed=1.35, stop=False)


def _fetched(act: Act, bag: Thing, at: Point) -> None:
    staff = act.enter(_outside(act, at), UNTIL_S - 2).walk((at[0] - 0.1, at[1] - 0.1), speed=1.5)
    staff.stay(staff.end + 1)
    bag.held(staff.end, staff)
    _leaves(act, staff)


CONCOURSE = Setting(
    name="concourse",
    title="Station concourse",
    camera=Camera(position=(0.0, 0.0, 4.6), tilt=float(np.radians(17.0)), focal=640.0),
    zones={"hall": ((-4.0, 7.2), (4.0, 7.2), (7.5, 15.5), (-7.5, 15.5))},
    paint=_paint,
    direct=_direct,
)
