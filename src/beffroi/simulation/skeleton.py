"""Forward kinematics of the mannequins: joint angles in, joints in metres out.

A pose is a row of joint angles, so that poses can be written as data, interpolated and
blended. All people of a frame are computed together.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from beffroi.simulation.figure import Figure

Floats = NDArray[np.float64]

# pitch, roll, yaw: the pelvis (forward, to the left, to the left); bend, tilt, twist: the
# chest on the pelvis; nod, look: the head. Arms: flex forward, out sideways, turn about the
# upper arm, elbow. Legs: hip forward, spread sideways, knee, foot (toes up). Degrees.
# ahead, aside, lift: displacement of the body in metres, forward, left and up.
ANGLES = (
    *("pitch", "roll", "yaw", "bend", "tilt", "twist", "nod", "look"),
    *("l_flex", "l_out", "l_turn", "l_elbow", "r_flex", "r_out", "r_turn", "r_elbow"),
    *("l_hip", "l_spread", "l_knee", "l_foot", "r_hip", "r_spread", "r_knee", "r_foot"),
    *("ahead", "aside", "lift"),
)
A = {name: i for i, name in enumerate(ANGLES)}
_DEGREES = len(ANGLES) - 3


class Joint(IntEnum):
    """Joints and landmarks of a mannequin; left limbs precede right ones."""

    PELVIS = 0
    WAIST = 1
    NECK = 2
    HEAD = 3
    L_SHOULDER = 4
    R_SHOULDER = 5
    L_ELBOW = 6
    R_ELBOW = 7
    L_WRIST = 8
    R_WRIST = 9
    L_HAND = 10
    R_HAND = 11
    L_HIP = 12
    R_HIP = 13
    L_KNEE = 14
    R_KNEE = 15
    L_ANKLE = 16
    R_ANKLE = 17
    L_HEEL = 18
    R_HEEL = 19
    L_TOE = 20
    R_TOE = 21
    NOSE = 22
    L_EYE = 23
    R_EYE = 24
    L_EAR = 25
    R_EAR = 26


J = Joint
COCO = (
    *(J.NOSE, J.L_EYE, J.R_EYE, J.L_EAR, J.R_EAR, J.L_SHOULDER, J.R_SHOULDER, J.L_ELBOW),
    *(J.R_ELBOW, J.L_WRIST, J.R_WRIST, J.L_HIP, J.R_HIP, J.L_KNEE, J.R_KNEE, J.L_ANKLE),
    J.R_ANKLE,
)
COCO_NAMES = tuple(
    f"{'left_' if j.name[:2] == 'L_' else 'right_' if j.name[:2] == 'R_' else ''}"
    f"{j.name.removeprefix('L_').removeprefix('R_').lower()}"
    for j in COCO
)

# What may touch the ground, and the flesh around it as a share of stature.
_CONTACTS = {
    J.L_HEEL: 0.0,
    J.R_HEEL: 0.0,
    J.L_TOE: 0.0,
    J.R_TOE: 0.0,
    J.PELVIS: 0.062,
    J.L_KNEE: 0.03,
    J.R_KNEE: 0.03,
    J.L_HAND: 0.012,
    J.R_HAND: 0.012,
    J.HEAD: 0.052,
    J.NECK: 0.05,
    J.L_SHOULDER: 0.03,
    J.R_SHOULDER: 0.03,
    J.L_ELBOW: 0.02,
    J.R_ELBOW: 0.02,
}


class Bodies(NamedTuple):
    """The people of one instant, one row each.

    Attributes:
        joints: Joint positions in metres [P,27,3].
        chest: Chest frames [P,3,3]: columns forward, left, up.
        pelvis: Pelvis frames, likewise.
        head: Head frames, likewise.
    """

    joints: Floats
    chest: Floats
    pelvis: Floats
    head: Floats


@dataclass(frozen=True, slots=True)
class Reach:
    """A hand or foot drawn to another joint: contact that angles alone would miss.

    Attributes:
        who: Row of the person who reaches.
        end: The joint that must arrive (a wrist or an ankle).
        whom: Row of the person reached.
        target: The joint to be reached.
        weight: 0 leaves the pose alone, 1 brings the end to the target.
    """

    who: int
    end: Joint
    whom: int
    target: Joint
    weight: float


def pose(base: Floats | None = None, **angles: float) -> Floats:
    """A pose from angle names; those not named come from `base` or are zero."""
    row = np.zeros(len(ANGLES)) if base is None else base.copy()
    for name, value in angles.items():
        row[A[name]] = value
    return row


def _turn(axis: int, angle: Floats) -> Floats:
    """Rotation matrices [P,3,3] about coordinate axis 0, 1 or 2."""
    c, s = np.cos(angle), np.sin(angle)
    out = np.zeros((*angle.shape, 3, 3))
    i, j = (axis + 1) % 3, (axis + 2) % 3
    out[:, axis, axis] = 1
    out[:, i, i] = out[:, j, j] = c
    out[:, i, j] = -s
    out[:, j, i] = s
    return out


def articulate(
    poses: Floats, places: Floats, figures: Sequence[Figure], reaches: Sequence[Reach] = ()
) -> Bodies:
    """Joints of several people.

    Segment lengths are shares of stature after Drillis and Contini (1966), as given in
    Winter, Biomechanics and Motor Control of Human Movement, 4th ed., fig. 4.1.

    Args:
        poses: One pose a row [P, 27].
        places: Ground x, ground y in metres and heading in radians (0 looks along +x) [P,3].
        figures: The people, for their stature.
        reaches: Contacts to enforce after the angles.
    """
    h = np.array([f.stature for f in figures])
    skull = np.array([f.head for f in figures])
    rad = np.radians(poses[:, :_DEGREES])
    a = {name: rad[:, i] for name, i in A.items() if i < _DEGREES}
    joints = np.zeros((len(h), len(Joint), 3))

    def put(joint: Joint, origin: Floats, frame: Floats, *offset: float | Floats) -> Floats:
        local = np.stack([np.broadcast_to(o, h.shape) for o in offset], axis=-1) * h[:, None]
        joints[:, joint] = origin + np.einsum("pij,pj->pi", frame, local)
        return joints[:, joint]

    heading = _turn(2, places[:, 2])
    pelvis = heading @ _turn(2, a["yaw"]) @ _turn(1, a["pitch"]) @ _turn(0, -a["roll"])
    chest = pelvis @ _turn(2, a["twist"]) @ _turn(1, a["bend"]) @ _turn(0, -a["tilt"])
    head = chest @ _turn(2, a["look"]) @ _turn(1, a["nod"])
    waist = put(J.WAIST, joints[:, J.PELVIS], pelvis, 0, 0, 0.10)
    neck = put(J.NECK, waist, chest, -0.005, 0, 0.195)
    skull_up = 0.052 + 0.062 * skull
    centre = put(J.HEAD, neck, chest @ _turn(1, a["nod"] / 2), 0.012, 0, skull_up)
    put(J.NOSE, centre, head, 0.062 * skull, 0, -0.010 * skull)
    for side, sign in (("L", 1), ("R", -1)):
        low = side.lower()
        put(Joint[f"{side}_EYE"], centre, head, 0.050 * skull, sign * 0.019 * skull, 0.010 * skull)
        put(Joint[f"{side}_EAR"], centre, head, 0.002, sign * 0.040 * skull, -0.002)
        shoulder = put(Joint[f"{side}_SHOULDER"], neck, chest, 0, sign * 0.098, -0.018)
        upper = chest @ _turn(0, sign * a[f"{low}_out"]) @ _turn(1, -a[f"{low}_flex"])
        upper = upper @ _turn(2, sign * -a[f"{low}_turn"])
        elbow = put(Joint[f"{side}_ELBOW"], shoulder, upper, 0, 0, -0.172)
        fore = upper @ _turn(1, -a[f"{low}_elbow"])
        wrist = put(Joint[f"{side}_WRIST"], elbow, fore, 0, 0, -0.146)
        put(Joint[f"{side}_HAND"], wrist, fore, 0.004, 0, -0.062)
        hip = put(Joint[f"{side}_HIP"], joints[:, J.PELVIS], pelvis, 0, sign * 0.052, -0.012)
        thigh = pelvis @ _turn(0, sign * a[f"{low}_spread"]) @ _turn(1, -a[f"{low}_hip"])
        knee = put(Joint[f"{side}_KNEE"], hip, thigh, 0, 0, -0.245)
        shank = thigh @ _turn(1, a[f"{low}_knee"])
        ankle = put(Joint[f"{side}_ANKLE"], knee, shank, 0, 0, -0.246)
        foot = shank @ _turn(1, -a[f"{low}_foot"])
        put(Joint[f"{side}_HEEL"], ankle, foot, -0.03, 0, -0.039)
        put(Joint[f"{side}_TOE"], ankle, foot, 0.105, 0, -0.039)
    _stand(joints, poses, places, heading, h)
    for reach in reaches:
        _reach(joints, reach)
    return Bodies(joints, chest, pelvis, head)


def _stand(joints: Floats, poses: Floats, places: Floats, heading: Floats, h: Floats) -> None:
    """Put the bodies at their places, their lowest point on the ground."""
    touching = joints[:, list(_CONTACTS), 2] - h[:, None] * np.array(list(_CONTACTS.values()))
    shift = np.einsum("pij,pj->pi", heading, poses[:, -3:])
    shift[:, :2] += places[:, :2]
    shift[:, 2] -= touching.min(axis=1)
    joints += shift[:, None, :]


def _reach(joints: Floats, reach: Reach) -> None:
    """Two-bone inverse kinematics by the law of cosines; the bend stays on its side."""
    body, end = joints[reach.who], reach.end
    arm = end in (J.L_WRIST, J.R_WRIST)
    root, middle, tip = end - 4, end - 2, end + (2 if arm else 4)
    upper = np.linalg.norm(body[middle] - body[root])
    lower = np.linalg.norm(body[end] - body[middle])
    goal = body[end] + reach.weight * (joints[reach.whom, reach.target] - body[end])
    line = goal - body[root]
    span = np.clip(np.linalg.norm(line), abs(upper - lower) + 1e-3, upper + lower - 1e-3)
    line /= max(float(np.linalg.norm(line)), 1e-6)
    along = (upper**2 - lower**2 + span**2) / (2 * span)
    side = body[middle] - body[root]
    side = side - line * (side @ line)
    side /= max(float(np.linalg.norm(side)), 1e-6)
    carried = [tip] if arm else [tip, end + 2]
    before = body[end].copy()
    body[middle] = body[root] + line * along + side * np.sqrt(max(upper**2 - along**2, 0.0))
    body[end] = body[root] + line * span
    body[carried] += body[end] - before
