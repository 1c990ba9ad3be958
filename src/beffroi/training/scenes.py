"""Synthetic scenes to learn from: people close together who do all sorts of things, and blows.

The scenes of the synthetic city are few and show each thing in one place; a detector that learnt
from them would know the place. Here the camera, the spots and the doings are drawn by lot, and the
city's own scenes stay for tests.
"""

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray

from beffroi.simulation.backdrop import Canvas
from beffroi.simulation.brawl import brawl
from beffroi.simulation.camera import Camera
from beffroi.simulation.motions import (
    CHEER,
    HUG,
    KICK,
    PUNCH,
    SHOE,
    STAND,
    Key,
    Motion,
    alive,
    clapping,
    dancing,
    keyed,
    phoning,
    talking,
)
from beffroi.simulation.part import Part, Point
from beffroi.simulation.play import Act, edge
from beffroi.simulation.scenery import facades, paving
from beffroi.simulation.setting import Setting
from beffroi.simulation.skeleton import Joint, pose

Floats = NDArray[np.float64]
Doing = Callable[[Act, Point, float], None]
"""Something that people do at a spot, from so many seconds into the act."""

LASTS_S = 14.0


def playground(seed: int) -> Setting:
    """A place whose camera and programme are drawn by lot."""
    rng = np.random.default_rng([seed, 7])
    height = float(rng.uniform(2.6, 6.5))
    aim = float(rng.uniform(9.0, 12.0))
    camera = Camera(
        position=(float(rng.uniform(-2, 2)), 0.0, height),
        tilt=float(np.arctan2(height - 1.0, aim)),
        focal=float(rng.uniform(520, 860)),
        pan=float(rng.uniform(-0.12, 0.12)),
    )
    tone = float(rng.uniform(0.7, 1.1))
    return Setting(
        name=f"playground-{seed}",
        title="Playground",
        camera=camera,
        zones={},
        paint=partial(_paint, tone=tone),
        direct=_direct,
    )


def _paint(canvas: Canvas, tone: float) -> None:
    canvas.sky((138, 168, 202), (214, 222, 226))
    paving(canvas, (168 * tone, 162 * tone, 150 * tone), (0.6, 0.4))
    facades(canvas, 22)


def _direct(act: Act) -> None:
    rng = act.rng
    spots = [(-2.8, 11.5), (2.6, 12.2), (0.1, 9.2), (-2.4, 8.2), (2.3, 8.6)]
    for x, y in spots:
        for when in (9.0, 36.0):
            at = (x + rng.uniform(-0.5, 0.5), y + rng.uniform(-0.5, 0.5))
            if rng.random() < 0.22:
                brawl(act, at, when + 6)
            else:
                DOINGS[int(rng.integers(len(DOINGS)))](act, at, when)
    for when in rng.uniform(0, 60, 4):
        y, side = rng.uniform(7.5, 13.5), int(rng.choice([-1, 1]))
        act.passer(float(when), float(y), side, edge(float(y)) + 1, float(rng.uniform(1.1, 2.9)))


def _group(act: Act, at: Point, when: float, people: int, apart: float) -> list[Part]:
    """People who walk up to a spot and stand around it, `apart` metres from each other."""
    rng, parts = act.rng, []
    turn = float(rng.uniform(-0.6, 0.6))
    radius = apart / 2 if people == 2 else apart / (2 * np.sin(np.pi / people))
    for i in range(people):
        angle = turn + 2 * np.pi * i / people
        spot = (at[0] + radius * float(np.cos(angle)), at[1] + radius * float(np.sin(angle)))
        side = 1 if np.cos(angle) > 0 else -1
        reach = edge(at[1]) + 1
        way = abs(side * reach - spot[0]) / 1.3
        part = act.enter((side * reach, spot[1]), when - way, child=bool(rng.random() < 0.15))
        parts.append(part.walk(spot, speed=float(rng.uniform(1.2, 1.5))))
    ready = max(part.end for part in parts) + 0.4
    for part in parts:
        part.stay(ready, facing=at)
    return parts


def _leave(parts: list[Part]) -> None:
    for part in parts:
        side = 1 if part.at[0] > 0 else -1
        part.walk((side * (edge(part.at[1]) + 1), part.at[1]), speed=1.35, stop=False)


def _all_do(
    act: Act, at: Point, when: float, *, moves: Callable[[Part, int], Motion],
    people: tuple[int, int], apart: tuple[float, float],
) -> list[Part]:  # fmt: skip
    """A group in which everybody does something for a while."""
    rng = act.rng
    parts = _group(
        act, at, when, int(rng.integers(people[0], people[1] + 1)), float(rng.uniform(*apart))
    )
    for i, part in enumerate(parts):
        part.stay(part.end + LASTS_S, moves(part, i), facing=at)
    return parts


def _doing(
    moves: Callable[[Part, int], Motion],
    people: tuple[int, int] = (2, 2),
    apart: tuple[float, float] = (0.6, 1.0),
) -> Doing:
    def do(act: Act, at: Point, when: float) -> None:
        _leave(_all_do(act, at, when, moves=moves, people=people, apart=apart))

    return do


def _touching(
    every_s: float, rise: float, hold: float, hands: tuple[Joint, Joint],
    motion: Callable[[Part], Motion],
) -> Doing:  # fmt: skip
    """Two people who bring a hand to each other again and again."""

    def do(act: Act, at: Point, when: float) -> None:
        pair = _all_do(
            act, at, when, moves=lambda part, _: motion(part), people=(2, 2), apart=(0.55, 0.9)
        )
        pace = every_s * float(act.rng.uniform(0.8, 1.25))
        began = pair[0].end - LASTS_S + 0.5
        for beat in np.arange(began, pair[0].end - hold - 0.6, pace):
            for part, other in (pair, pair[::-1]):
                part.touch(float(beat), hands[0], other.ident, hands[1], rise=rise, hold=hold)
        _leave(pair)

    return do


def _hugging(act: Act, at: Point, when: float) -> None:
    pair = _group(act, at, when, 2, float(act.rng.uniform(0.5, 0.66)))
    met, hold = pair[0].end, float(act.rng.uniform(1.0, 4.0))
    embrace = keyed(*(Key(0, STAND), Key(0.6, HUG)), Key(0.6 + hold, HUG), Key(1.4 + hold, STAND))
    for part, other in (pair, pair[::-1]):
        part.stay(met + hold + 6, alive(embrace, part.figure.rhythm), facing=other.at)
        for hand, target in ((Joint.L_WRIST, Joint.R_SHOULDER), (Joint.R_WRIST, Joint.WAIST)):
            part.touch(met + 0.7, hand, other.ident, target, rise=0.5, hold=hold - 0.3)
    _leave(pair)


def _crossing(act: Act, at: Point, when: float) -> None:
    """Two small groups who walk through each other."""
    for side in (-1, 1):
        for i in range(int(act.rng.integers(1, 4))):
            y, reach = at[1] + 0.5 * i + float(act.rng.uniform(-0.2, 0.2)), edge(at[1]) + 1
            speed = float(act.rng.uniform(1.1, 2.6))
            part = act.enter((side * reach, y), when + 0.3 * i)
            part.walk((at[0], y), (-side * reach, y), speed=speed, stop=False)


def _chasing(act: Act, at: Point, when: float) -> None:
    """Children who play tag: fast, close, and never a blow."""
    turns = act.rng.uniform(-1.6, 1.6, (6, 2))
    for i in range(2):
        start = (at[0] + (edge(at[1]) + 1), at[1])
        part = act.enter(start, when + 0.55 * i, child=True)
        way = [(at[0] + float(dx), at[1] + float(dy)) for dx, dy in turns]
        part.walk(*way, (-edge(at[1]) - 1, at[1]), speed=2.3, stop=False)


def _pulsed(one: Floats, other: Floats, every_s: float) -> Callable[[Part, int], Motion]:
    """To and fro between two poses, everybody in a rhythm of their own."""

    def moves(part: Part, _: int) -> Motion:
        pace = 2 * np.pi / (every_s * (0.8 + 0.4 * part.figure.rhythm))

        def motion(t: float) -> Floats:
            share = 0.5 - 0.5 * float(np.cos(pace * t + 9 * part.figure.rhythm))
            return one + share * (other - one)

        return motion

    return moves


_JUMP = pose(CHEER, lift=0.18)
_GESTURE = pose(STAND, r_flex=70, r_elbow=50, l_flex=50, l_elbow=70, r_out=30, twist=12, bend=8)
_POINT = pose(STAND, r_flex=88, r_elbow=6, r_out=14, twist=10)
_SHOVE_ALONG = pose(STAND, pitch=6, bend=12, twist=24, l_hip=20, r_hip=-12)
_TENNIS = pose(STAND, r_flex=60, r_out=70, r_elbow=20, twist=-40, bend=10)

DOINGS: tuple[Doing, ...] = (
    _hugging,
    _crossing,
    _chasing,
    _doing(lambda part, _: talking(part.figure.rhythm), (2, 6), (0.5, 1.0)),
    _doing(lambda part, _: clapping(part.figure.rhythm), (2, 5), (0.5, 0.9)),
    _doing(lambda part, _: phoning(part.figure.rhythm), (2, 6), (0.45, 0.8)),
    _doing(lambda part, i: dancing(part.figure.rhythm, 1 - 2 * (i % 2)), (2, 4), (0.6, 1.0)),
    _doing(_pulsed(STAND, _JUMP, 0.7), (2, 6), (0.6, 1.0)),
    _doing(_pulsed(STAND, CHEER, 1.1), (2, 6), (0.5, 0.9)),
    _doing(_pulsed(STAND, _GESTURE, 0.9), (2, 4), (0.55, 0.9)),
    _doing(_pulsed(STAND, _POINT, 1.6), (2, 4), (0.6, 0.9)),
    _doing(_pulsed(STAND, _SHOVE_ALONG, 0.8), (2, 5), (0.5, 0.8)),
    _doing(_pulsed(STAND, SHOE, 4.0), (2, 3), (0.6, 1.0)),
    _doing(_pulsed(_TENNIS, PUNCH, 1.2), (2, 2), (2.6, 4.0)),
    _doing(_pulsed(STAND, KICK, 1.6), (2, 3), (2.6, 4.0)),
    _doing(_pulsed(STAND, PUNCH, 0.8), (2, 3), (2.4, 3.5)),
    _touching(0.8, 0.2, 0.05, (Joint.R_WRIST, Joint.L_WRIST), lambda p: talking(p.figure.rhythm)),
    _touching(3.0, 0.5, 1.2, (Joint.R_WRIST, Joint.R_WRIST), lambda p: talking(p.figure.rhythm)),
    _touching(2.5, 0.5, 0.6, (Joint.R_WRIST, Joint.L_SHOULDER), lambda p: talking(p.figure.rhythm)),
)
