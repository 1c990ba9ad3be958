"""Scenes as skeletons alone, thousands of instants at once: for days of evaluation, not for films.

Nobody is fleshed out, so nobody hides anybody; whoever needs that asks `Scene.state`, at a hundred
times the cost.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from beffroi.simulation.camera import Camera
from beffroi.simulation.part import Part
from beffroi.simulation.play import Act
from beffroi.simulation.setting import Setting
from beffroi.simulation.skeleton import ANGLES, COCO, Joint, Reach, articulate

Floats = NDArray[np.float64]

_FACE = 5
_SKIN = 0.05
"""How far a body reaches beyond its joints, in statures."""


@dataclass(frozen=True, slots=True)
class Skeletons:
    """The n people in the picture at one instant.

    Attributes:
        t: Seconds since the scene began.
        ids: Identities in the truth, [n].
        keypoints: COCO keypoints in pixels, [n,17,2].
        shown: Whether each lies in the picture and not behind the person's own head, [n,17].
        boxes: x0, y0, x1, y1 in pixels, cut at the picture's edge, [n,4].
        heights: Of the uncut boxes, [n].
        ground: Of the ankles' middle, metres, [n,2].
    """

    t: float
    ids: NDArray[np.int64]
    keypoints: Floats
    shown: NDArray[np.bool_]
    boxes: Floats
    heights: Floats
    ground: Floats


def play(setting: Setting, seed: int, innocent: bool = False) -> Act:
    """The first act of a scene; in an innocent one nobody has a part in any event."""
    number = int.from_bytes(setting.name.encode(), "big") % 2**31
    act = Act(0, np.random.default_rng([seed, number, 1]))
    setting.direct(act)
    if innocent:
        guilty = {ident for event in act.events for ident in event.people}
        act.parts = [part for part in act.parts if part.ident not in guilty]
        act.twins = [twin for twin in act.twins if not guilty & set(twin.people)]
        act.events = []
    return act


def skeletons(act: Act, camera: Camera, times: Sequence[float]) -> Iterator[Skeletons]:
    """The people of an act at each of some instants."""
    rows: list[tuple[int, Part]] = []
    reaches: list[Reach] = []
    for moment, t in enumerate(times):
        here = [part for part in act.parts if part.present(t)]
        row = {part.ident: len(rows) + i for i, part in enumerate(here)}
        reaches += [
            Reach(row[p.ident], c.end_joint, row[c.whom], c.target, c.weight(t))
            for p in here
            for c in p.contacts
            if c.start < t < c.end and c.whom in row
        ]
        rows += [(moment, part) for part in here]
    acted = [part.perform(times[moment]) for moment, part in rows]
    poses = np.array([pose for pose, _ in acted]).reshape(len(rows), len(ANGLES))
    places = np.array([place for _, place in acted]).reshape(len(rows), 3)
    joints = articulate(poses, places, [part.figure for _, part in rows], reaches).joints
    moments = np.array([moment for moment, _ in rows], np.int64)
    idents = np.array([part.ident for _, part in rows], np.int64)
    seen = _seen(joints, camera)
    for moment, t in enumerate(times):
        mine = (moments == moment) & seen.here
        yield Skeletons(
            t,
            idents[mine],
            seen.keypoints[mine],
            seen.shown[mine],
            seen.boxes[mine],
            seen.heights[mine],
            seen.ground[mine],
        )


@dataclass(frozen=True, slots=True)
class _Seen:
    here: NDArray[np.bool_]
    keypoints: Floats
    shown: NDArray[np.bool_]
    boxes: Floats
    heights: Floats
    ground: Floats


def _seen(joints: Floats, camera: Camera) -> _Seen:
    pixels = np.nan_to_num(camera.project(joints), nan=-1e4)
    ahead = camera.view(joints)[..., 2].min(axis=1) > 0.5 if len(joints) else np.zeros(0, bool)
    low, high = pixels.min(axis=1), pixels.max(axis=1)
    skin = _SKIN * (high - low)[:, 1:]
    low, high = low - skin, high + skin
    a, b = np.clip(low, 0, camera.size), np.clip(high, 0, camera.size)
    points, keypoints = joints[:, COCO], pixels[:, COCO]
    shown = np.all((keypoints >= 0) & (keypoints < camera.size), axis=-1)
    outward = points[:, :_FACE] - joints[:, Joint.HEAD, np.newaxis]
    shown[:, :_FACE] &= ((np.array(camera.position) - points[:, :_FACE]) * outward).sum(-1) >= 0
    ankles = joints[:, [Joint.L_ANKLE, Joint.R_ANKLE], :2].mean(axis=1)
    return _Seen(
        ahead & ((b - a).min(axis=1) > 0),
        keypoints,
        shown,
        np.hstack([a, b]),
        (high - low)[:, 1],
        ankles,
    )
