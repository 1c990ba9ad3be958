"""Two people who come to blows: wind-up, real contact, recoil, then both leave."""

import numpy as np

from beffroi.simulation.motions import (
    COCK_FIST,
    COCK_KICK,
    DOUBLE_UP,
    GUARD,
    KICK,
    PUNCH,
    REEL,
    STAND,
    Key,
    alive,
    keyed,
    mirrored,
    talking,
)
from beffroi.simulation.part import Part, Point
from beffroi.simulation.play import Act, edge
from beffroi.simulation.skeleton import Joint

_FISTS = (COCK_FIST, PUNCH, REEL)
_FEET = (COCK_KICK, KICK, DOUBLE_UP)
_DISTANCE_M = 0.86


def brawl(act: Act, at: Point, first_blow: float) -> None:
    """Bring two people to a spot and let them fight from `first_blow` seconds into the act."""
    rng = act.rng
    (x, y), skew = at, rng.uniform(-0.12, 0.12)
    pair = []
    for side in (-1, 1):
        part = act.enter((side * edge(y), y), first_blow - 12.5 + rng.uniform(-0.5, 0.5))
        spot = (x + side * _DISTANCE_M / 2, y + side * skew)
        pair.append(part.walk((side * 3.0, y), spot, speed=rng.uniform(1.3, 1.5)))
    one, two = pair
    begin = act.start + first_blow
    blows = begin + np.cumsum(np.concatenate([[0.0], rng.uniform(0.95, 1.35, rng.integers(5, 8))]))
    strikers = [one if rng.random() < 0.65 else two for _ in blows]
    strikers[0] = one
    feet = [bool(rng.random() < 0.35) for _ in blows]
    feet[1] = True
    left = [bool(rng.random() < 0.4) and not kick for kick in feet]
    over = float(blows[-1]) + 1.2
    for part, other in ((one, two), (two, one)):
        part.stay(begin - 1.6, talking(part.figure.rhythm), facing=other.at)
        began = part.end
        keys = [Key(0, STAND), Key(0.7, GUARD)]
        for when, striker, kick, mirror in zip(blows - began, strikers, feet, left, strict=True):
            keys += _blow(float(when), striker is part, kick, mirror)
        keys += [Key(over - began, GUARD)]
        part.stay(over, alive(keyed(*keys), part.figure.rhythm, 0.5), facing=other.at)
    for when, striker, kick, mirror in zip(blows, strikers, feet, left, strict=True):
        victim = two if striker is one else one
        _land(striker, victim, float(when), kick, mirror)
    act.event("strike", begin - 0.35, begin, over - 0.5, one, two)
    two.walk((3.4, y + 0.4), (edge(y), y + 0.6), speed=2.9, stop=False)
    one.stay(over + 2.5, alive(lambda _: STAND, one.figure.rhythm, 1.5))
    one.walk((-3.0, y), (-edge(y), y), speed=1.5, stop=False)


def _blow(when: float, striking: bool, kick: bool, mirror: bool) -> list[Key]:
    """Key poses of one blow, given or taken."""
    cocked, landed, hurt = _FEET if kick else _FISTS
    if mirror:
        cocked, landed = mirrored(cocked), mirrored(landed)
    if striking:
        return [
            *(Key(when - 0.42, GUARD), Key(when - 0.16, cocked), Key(when, landed)),
            *(Key(when + 0.06, landed), Key(when + 0.38, GUARD)),
        ]
    return [Key(when - 0.02, GUARD), Key(when + 0.2, hurt), Key(when + 0.55, GUARD)]


def _land(striker: Part, victim: Part, when: float, kick: bool, mirror: bool) -> None:
    """Make the fist or foot truly arrive."""
    if kick:
        striker.touch(when, Joint.R_ANKLE, victim.ident, Joint.WAIST, rise=0.1)
    else:
        fist = Joint.L_WRIST if mirror else Joint.R_WRIST
        striker.touch(when, fist, victim.ident, Joint.HEAD, rise=0.1)
