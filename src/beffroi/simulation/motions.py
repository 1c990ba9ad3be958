"""What mannequins do on the spot: poses written as data, joined by key times.

A motion is a function from the seconds since it began to a pose, nothing more.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from beffroi.simulation.skeleton import ANGLES, A, pose

Floats = NDArray[np.float64]
Motion = Callable[[float], Floats]


class Key(NamedTuple):
    """A pose to be reached at a time; `ease` is "smooth", or "drop" for a free fall."""

    at: float
    pose: Floats
    ease: str = "smooth"


STAND = pose(
    l_flex=10,
    l_out=9,
    l_turn=12,
    l_elbow=24,
    l_spread=4,
    l_hip=6,
    l_knee=5,
    r_flex=-6,
    r_out=9,
    r_turn=12,
    r_elbow=28,
    r_spread=4,
    r_hip=-5,
    r_knee=3,
)
GUARD = pose(
    pitch=4,
    bend=8,
    twist=-14,
    l_hip=20,
    l_knee=18,
    r_hip=-10,
    r_knee=16,
    l_spread=6,
    r_spread=8,
    l_flex=48,
    l_elbow=96,
    l_turn=20,
    l_out=12,
    r_flex=30,
    r_elbow=112,
    r_turn=20,
    r_out=16,
)
COWER = pose(
    pitch=-4,
    bend=24,
    twist=10,
    nod=20,
    l_hip=-6,
    l_knee=20,
    r_hip=14,
    r_knee=22,
    l_flex=92,
    l_elbow=110,
    l_turn=30,
    r_flex=84,
    r_elbow=114,
    r_turn=30,
    l_out=10,
    r_out=14,
    l_spread=6,
    r_spread=7,
)
COCK_FIST = pose(GUARD, twist=-46, bend=4, r_flex=-8, r_out=52, r_elbow=104, ahead=-0.02)
PUNCH = pose(GUARD, twist=40, bend=16, r_flex=92, r_out=6, r_elbow=8, r_turn=0, ahead=0.16)
COCK_KICK = pose(GUARD, pitch=-4, r_hip=-26, r_knee=74, bend=6, twist=16, l_hip=8, l_knee=14)
KICK = pose(
    GUARD, pitch=-16, bend=14, r_hip=92, r_knee=14, r_foot=10, l_hip=-10, l_knee=12, twist=-22,
    l_flex=30, l_elbow=70, r_flex=-18, r_out=30, r_elbow=50, ahead=0.06,
)  # fmt: skip
REEL = pose(
    COWER, pitch=-12, bend=-14, tilt=16, twist=22, nod=-18, look=24, ahead=-0.34, l_hip=24,
    r_hip=-18, l_knee=22, r_knee=30, l_flex=44, l_elbow=64, l_out=34, r_flex=36, r_out=40,
    r_elbow=58,
)  # fmt: skip
DOUBLE_UP = pose(
    COWER, pitch=8, bend=44, nod=16, ahead=-0.3, l_hip=30, l_knee=40, r_hip=26, r_knee=42,
    l_flex=40, l_elbow=104, l_turn=46, r_flex=40, r_elbow=104, r_turn=46,
)  # fmt: skip

SIT = pose(
    pitch=-6,
    bend=8,
    l_hip=84,
    r_hip=84,
    l_knee=90,
    r_knee=86,
    l_foot=4,
    l_spread=7,
    r_spread=6,
    l_flex=28,
    r_flex=30,
    l_elbow=52,
    r_elbow=50,
    l_out=6,
    r_out=6,
    l_turn=14,
    r_turn=12,
    ahead=-0.42,
)
HALF_SIT = pose(
    SIT, pitch=6, bend=36, l_hip=72, r_hip=70, l_knee=76, r_knee=74, l_foot=14, r_foot=12,
    ahead=-0.24,
)  # fmt: skip
SHOE = pose(
    pitch=22,
    bend=44,
    nod=14,
    l_hip=112,
    l_knee=104,
    l_foot=14,
    r_hip=4,
    r_knee=112,
    r_foot=-30,
    l_flex=52,
    r_flex=58,
    l_elbow=22,
    r_elbow=18,
    l_spread=7,
    r_spread=6,
    l_turn=8,
    r_turn=24,
    ahead=-0.06,
)
KNEEL = pose(
    pitch=6,
    bend=14,
    l_hip=88,
    l_knee=96,
    r_hip=-6,
    r_knee=94,
    r_foot=-40,
    l_flex=30,
    l_elbow=40,
    r_flex=18,
    r_elbow=30,
    l_spread=6,
    r_spread=6,
    l_out=10,
    r_out=14,
)
SIT_GROUND = pose(
    pitch=-12,
    bend=10,
    l_hip=88,
    r_hip=94,
    l_knee=64,
    r_knee=78,
    l_flex=-34,
    r_flex=34,
    l_elbow=8,
    r_elbow=40,
    l_out=18,
    r_out=12,
    l_spread=8,
    r_spread=8,
    ahead=-0.1,
)
LIE_BACK = pose(
    pitch=-88,
    bend=4,
    nod=12,
    l_hip=4,
    r_hip=40,
    l_knee=6,
    r_knee=72,
    l_flex=6,
    l_out=34,
    r_flex=20,
    r_out=26,
    l_elbow=20,
    r_elbow=72,
    r_turn=50,
    l_spread=9,
    r_spread=6,
    ahead=-0.35,
)

# Where a fall goes: the last instant on one's feet, then the ground.
FALLS: dict[str, tuple[Floats, Floats]] = {
    "forward": (
        pose(pitch=24, bend=16, l_hip=34, l_knee=48, r_hip=-14, r_knee=30, l_flex=72, r_flex=64,
             l_elbow=24, r_elbow=30, l_out=22, r_out=24, ahead=0.22),
        pose(pitch=86, bend=2, nod=-14, look=58, l_hip=-4, r_hip=12, l_knee=14, r_knee=34,
             l_spread=10, r_spread=14, l_flex=148, r_flex=104, l_elbow=52, r_elbow=74, l_out=-14,
             r_out=26, l_foot=-36, r_foot=-30, ahead=0.86),
    ),
    "backward": (
        pose(pitch=-20, bend=18, l_hip=38, l_knee=30, r_hip=14, r_knee=22, l_flex=64, r_flex=70,
             l_elbow=30, r_elbow=20, l_out=36, r_out=34, ahead=-0.2),
        pose(pitch=-87, bend=3, nod=8, look=-20, l_hip=12, r_hip=34, l_knee=16, r_knee=58,
             l_spread=14, r_spread=12, l_flex=24, r_flex=44, l_elbow=36, r_elbow=30, l_out=62,
             r_out=58, ahead=-0.82),
    ),
    "left": (
        pose(roll=22, tilt=10, pitch=6, l_hip=16, l_knee=46, r_hip=12, r_knee=14, l_flex=40,
             l_out=46, l_elbow=20, r_flex=34, r_out=52, r_elbow=30, aside=0.2),
        pose(roll=84, pitch=8, bend=10, tilt=-6, l_hip=30, r_hip=48, l_knee=52, r_knee=64,
             l_flex=84, r_flex=56, l_elbow=40, r_elbow=66, r_turn=20, r_spread=4, aside=0.8),
    ),
    "right": (
        pose(roll=-22, tilt=-10, pitch=6, r_hip=16, r_knee=46, l_hip=12, l_knee=14, r_flex=40,
             r_out=46, r_elbow=20, l_flex=34, l_out=52, l_elbow=30, aside=-0.2),
        pose(roll=-84, pitch=8, bend=10, tilt=6, r_hip=30, l_hip=48, r_knee=52, l_knee=64,
             r_flex=84, l_flex=56, r_elbow=40, l_elbow=66, l_turn=20, l_spread=4, aside=-0.8),
    ),
}  # fmt: skip


def keyed(*keys: Key) -> Motion:
    """A motion through key poses; before the first and after the last it holds still."""

    def motion(t: float) -> Floats:
        after = next((i for i, key in enumerate(keys) if key.at > t), len(keys))
        if after in (0, len(keys)):
            return keys[min(after, len(keys) - 1)].pose
        a, b = keys[after - 1], keys[after]
        u = (t - a.at) / (b.at - a.at)
        u = u * u if b.ease == "drop" else u * u * (3 - 2 * u)
        return a.pose + u * (b.pose - a.pose)

    return motion


def alive(motion: Motion, rhythm: float, sway: float = 1.0) -> Motion:
    """Add breathing and slight shifts of weight, so that nobody stands like a statue."""

    def living(t: float) -> Floats:
        slow, slower = np.sin(1.9 * t + 40 * rhythm), np.sin(0.7 * t + 17 * rhythm)
        return motion(t) + sway * pose(
            bend=0.8 * slow,
            tilt=1.4 * slower,
            roll=-1.2 * slower,
            nod=1.5 * slow,
            look=9 * slower,
            l_flex=slow,
            r_flex=-slower,
            twist=2 * slower,
        )

    return living


def talking(rhythm: float, share: float = 1.0) -> Motion:
    """Standing and speaking with the hands; `share` 0 listens, 1 speaks."""

    def motion(t: float) -> Floats:
        beat = float(np.sin(2.9 * t + 9 * rhythm) + 0.5 * np.sin(5.3 * t + 31 * rhythm))
        turn = float(share * 0.5 * (1 + np.tanh(3 * np.sin(0.55 * t + 50 * rhythm))))
        return STAND + turn * pose(
            r_flex=26 + 9 * beat,
            r_elbow=62 + 14 * beat,
            r_turn=14 + 8 * beat,
            l_flex=14 - 5 * beat,
            l_elbow=44 - 9 * beat,
            nod=3 * beat,
        )

    return alive(motion, rhythm)


def clapping(rhythm: float) -> Motion:
    """Applause at chest height, about three claps a second in bursts."""

    def motion(t: float) -> Floats:
        beat = 0.5 + 0.5 * np.sin(2 * np.pi * 2.2 * t + 6 * rhythm)
        arms = {"flex": 34, "elbow": 84, "turn": 14 + 20 * beat, "out": 4}
        return pose(STAND, **{f"{s}_{k}": v for s in "lr" for k, v in arms.items()}, nod=-4)

    return alive(motion, rhythm, 0.6)


def dancing(rhythm: float, lead: float) -> Motion:
    """A slow couple dance: weight from foot to foot, arms open; `lead` is +1 or -1."""

    def motion(t: float) -> Floats:
        step = np.sin(2 * np.pi * 0.8 * t + 6 * rhythm) * lead
        up, down = max(step, 0.0), max(-step, 0.0)
        return pose(
            tilt=7 * step,
            roll=-5 * step,
            twist=10 * step,
            yaw=-6 * step,
            l_hip=24 * up,
            l_knee=42 * up + 6,
            r_hip=24 * down,
            r_knee=42 * down + 6,
            l_flex=52,
            r_flex=52,
            l_out=30,
            r_out=30,
            l_elbow=44,
            r_elbow=44,
            l_spread=5,
            r_spread=5,
            aside=0.09 * step,
        )

    return motion


HUG = pose(
    STAND, pitch=5, bend=10, nod=6, look=16, l_flex=66, r_flex=60, l_out=24, r_out=24, l_elbow=50,
    r_elbow=56, l_turn=30, r_turn=30,
)  # fmt: skip
# Above the head, turning outwards brings the arms together: hence the negative angles.
CHEER = pose(
    STAND, bend=-4, nod=-8, l_flex=152, r_flex=148, l_out=-16, r_out=-18, l_elbow=22, r_elbow=24
)


def phoning(rhythm: float) -> Motion:
    """Standing, looking at a telephone in the right hand."""
    return alive(
        lambda _: pose(STAND, r_flex=34, r_elbow=100, r_turn=26, nod=8, bend=2), rhythm, 0.5
    )


def mirrored(row: Floats) -> Floats:
    """The same pose with left and right exchanged."""
    swapped = row[_MIRROR].copy()
    swapped[_ODD] *= -1
    return swapped


_SWAP = {"l": "r", "r": "l"}
_MIRROR = [A[f"{_SWAP[n[0]]}_{n[2:]}"] if n[1] == "_" else A[n] for n in ANGLES]
_ODD = [A[n] for n in ("roll", "yaw", "tilt", "twist", "look", "aside")]
