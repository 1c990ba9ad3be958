"""How mannequins walk and run: joint angles from the distance travelled.

The cycle is a function of distance, not of time, so that the standing foot stays about where
it was set down at any speed and frame rate.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from beffroi.simulation.skeleton import pose

Floats = NDArray[np.float64]

# Joint angles in degrees at every tenth of a cycle from heel strike. Walking: Winter,
# Biomechanics and Motor Control of Human Movement, 4th ed., natural cadence, rounded.
# Running: Novacheck, The biomechanics of running, Gait & Posture 7 (1998), read off figures.
_CYCLES: dict[str, dict[str, tuple[float, ...]]] = {
    "walk": {
        "hip": (26, 23, 15, 5, -5, -12, -6, 12, 25, 28),
        "knee": (5, 15, 16, 10, 6, 11, 38, 60, 48, 16),
        "foot": (0, -4, 3, 7, 9, 2, -16, -6, 1, 1),
    },
    "run": {
        "hip": (38, 34, 20, 2, -10, -6, 12, 34, 48, 46),
        "knee": (18, 40, 38, 22, 20, 48, 88, 96, 66, 26),
        "foot": (8, 18, 16, -2, -20, -14, -6, 0, 4, 6),
    },
}
RUN_ABOVE = 2.1  # m/s, where people change from walking to running
# Distance of a full cycle of two steps as a share of stature, at full amplitude.
_STRIDE = {"walk": 0.74, "run": 1.28}


@cache
def _harmonics(gait: str, joint: str) -> NDArray[np.complex128]:
    spectrum: NDArray[np.complex128] = np.fft.rfft(np.array(_CYCLES[gait][joint])) / 5
    spectrum[0] /= 2
    return spectrum[:5]


def _angle(gait: str, joint: str, phase: float) -> float:
    turns = np.exp(2j * np.pi * phase * np.arange(5))
    return float((_harmonics(gait, joint) * turns).real.sum())


def stride(stature: float, speed: float) -> float:
    """Metres covered by two steps; slower walkers take shorter ones."""
    if speed > RUN_ABOVE:
        return _STRIDE["run"] * stature * min(1.2, speed / 3.2)
    return _STRIDE["walk"] * stature * _amplitude(speed)


def _amplitude(speed: float) -> float:
    return float(np.clip(0.42 + 0.45 * speed, 0.5, 1.12))


def walking(travelled: float, stature: float, speed: float, effort: float, rhythm: float) -> Floats:
    """The pose of someone on the move.

    Args:
        travelled: Distance since the start of the walk, metres.
        stature: Standing height, metres.
        speed: Cruising speed in m/s; above 2.1 they run.
        effort: 0 standing to 1 at cruising speed, for starts and stops.
        rhythm: Where in the cycle they start, 0 to 1.
    """
    gait = "run" if speed > RUN_ABOVE else "walk"
    size = effort * (_amplitude(speed) if gait == "walk" else 1.0)
    phase = travelled / stride(stature, speed) + rhythm
    row: dict[str, float] = {}
    for side, half in (("l", 0.0), ("r", 0.5)):
        at = phase + half
        row[f"{side}_hip"] = size * _angle(gait, "hip", at)
        row[f"{side}_knee"] = 3 + size * _angle(gait, "knee", at)
        row[f"{side}_foot"] = size * _angle(gait, "foot", at)
        row[f"{side}_spread"] = 2
        swing = float(np.cos(2 * np.pi * at))
        if gait == "run":
            row |= {f"{side}_flex": -38 * size * swing + 4, f"{side}_elbow": 90 * size}
            row |= {f"{side}_out": 12, f"{side}_turn": 22}
        else:
            row |= {f"{side}_flex": -20 * size * swing + 3, f"{side}_out": 7, f"{side}_turn": 8}
            row[f"{side}_elbow"] = 14 + size * (10 - 9 * swing)
    lean = 10 if gait == "run" else 2.5
    sway = float(np.cos(2 * np.pi * phase))
    row |= {"bend": lean * effort, "yaw": 5 * size * sway, "twist": -9 * size * sway}
    row |= {"roll": 2 * size * float(np.sin(2 * np.pi * phase)), "look": 4 * size * sway}
    return pose(None, **row)
