"""What is true in the synthetic city at one instant, and what happens over time."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from beffroi.simulation.camera import Camera
from beffroi.simulation.flesh import Shapes
from beffroi.simulation.skeleton import COCO, Bodies, Joint
from beffroi.simulation.vehicles import VehicleTruth

Floats = NDArray[np.float64]

UNLABELLED, HIDDEN, VISIBLE = 0, 1, 2  # COCO's visibility flags
_FACE = 5  # the first keypoints: nose, eyes, ears


@dataclass(frozen=True, slots=True)
class Event:
    """Something that a detector should report.

    Attributes:
        event: Name of the kind of event, as in its definition.
        start_s, end_s: When it begins and ends.
        instant_s: The decisive moment: first blow landed, ground hit, last one in, line crossed,
            carrier gone.
        people: Identities in the truth.
    """

    event: str
    start_s: float
    end_s: float
    instant_s: float
    people: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Twin:
    """Something innocent that looks like an event.

    Attributes:
        kind: What it is: hugging, dancing, clapping, sitting_down, tying_shoe…
        resembles: The event it must not be taken for.
        start_s, end_s: When it begins and ends.
        people: Identities in the truth.
    """

    kind: str
    resembles: str
    start_s: float
    end_s: float
    people: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PersonTruth:
    """One person at one instant.

    Attributes:
        id: Identity, the same from entrance to exit.
        keypoints_m: The 17 COCO keypoints in metres [17,3].
        keypoints_px: The same in pixels [17,2].
        visibility: COCO flags [17]: 0 outside the picture, or a face point behind the own head;
            1 hidden; 2 visible.
        box: x0, y0, x1, y1 in pixels around the body, cut at the picture's edge.
        ground_m: The point of the ground under the pelvis, metres [2].
        height_px: Height of the uncut box.
        occluded: Whether others, scenery or the picture's edge hide any joint, those of the
            trunk, the hands and the feet included.
    """

    id: int
    keypoints_m: Floats
    keypoints_px: Floats
    visibility: NDArray[np.uint8]
    box: tuple[float, float, float, float]
    ground_m: Floats
    height_px: float
    occluded: bool


@dataclass(frozen=True, slots=True)
class Truth:
    """A scene at one instant: who and what is in the picture, and the events going on."""

    t: float
    people: tuple[PersonTruth, ...]
    events: tuple[Event, ...]
    vehicles: tuple[VehicleTruth, ...] = ()


def observe(
    idents: list[int], bodies: Bodies, shapes: Shapes, camera: Camera, scenery: NDArray[np.float32]
) -> tuple[PersonTruth, ...]:
    """The truth about each person of whom any part lies in the picture.

    Args:
        idents: Identities, in the order of the rows of `bodies`.
        bodies: Joints in metres.
        shapes: The same people as drawn.
        camera: Who looks.
        scenery: Depth in metres of what stands in front of the ground [H,W].
    """
    if not idents:
        return ()
    pixels = np.nan_to_num(camera.project(bodies.joints), nan=-1e4)
    inside = np.all((pixels >= 0) & (pixels < camera.size), axis=-1)
    depth = camera.view(bodies.joints)[..., 2]
    cell = np.clip(pixels.astype(int), 0, np.array(camera.size) - 1)
    by_scenery = scenery[cell[..., 1], cell[..., 0]] < depth
    own, others = _covered(pixels, depth, shapes)
    lost = ~inside | by_scenery | others
    seen = np.where(inside, np.where(lost | own, HIDDEN, VISIBLE), UNLABELLED)
    points, visibility = bodies.joints[:, COCO], seen[:, COCO]
    # As in COCO, nobody labels a face through the back of a head.
    outward = points[:, :_FACE] - bodies.joints[:, Joint.HEAD, None]
    away = ((np.array(camera.position) - points[:, :_FACE]) * outward).sum(axis=-1) < 0
    visibility[:, :_FACE][away] = UNLABELLED
    people = []
    for i, ident in enumerate(idents):
        mine = shapes.owner == i
        margin = shapes.radii[mine].max(axis=1)[:, None, None]
        low = (shapes.ends[mine] - margin).min(axis=(0, 1))
        high = (shapes.ends[mine] + margin).max(axis=(0, 1))
        a, b = np.clip(low, 0, camera.size), np.clip(high, 0, camera.size)
        if (b - a).min() <= 0 or camera.view(bodies.joints[i])[:, 2].min() < 0.5:
            continue
        people.append(
            PersonTruth(
                id=ident,
                keypoints_m=points[i],
                keypoints_px=pixels[i, COCO],
                visibility=visibility[i].astype(np.uint8),
                box=(float(a[0]), float(a[1]), float(b[0]), float(b[1])),
                ground_m=bodies.joints[i, 0, :2],
                height_px=float(high[1] - low[1]),
                occluded=bool(lost[i].any()),
            )
        )
    return tuple(people)


def _covered(
    pixels: Floats, depth: Floats, shapes: Shapes
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Whether the person's own limbs, or another person, lie in front of each keypoint."""
    flat, start = pixels.reshape(-1, 1, 2), shapes.ends[None, :, 0]
    line = shapes.ends[None, :, 1] - start
    t = ((flat - start) * line).sum(-1) / np.maximum((line**2).sum(-1), 1e-6)
    t = np.clip(t, 0, 1)
    gap = np.linalg.norm(flat - start - t[..., None] * line, axis=-1)
    z = shapes.depth[:, 0] + t * (shapes.depth[:, 1] - shapes.depth[:, 0])
    over = gap < shapes.radii[:, 1]
    ahead = depth.reshape(-1, 1) - z
    mine = np.repeat(np.arange(len(pixels)), pixels.shape[1])[:, None] == shapes.owner
    # A joint lies inside its own limbs: only what is a limb's thickness in front hides it.
    own = (over & mine & (ahead > shapes.thickness + 0.06)).any(axis=1)
    others = (over & ~mine & (ahead > 0)).any(axis=1)
    shape = pixels.shape[:2]
    return own.reshape(shape), others.reshape(shape)
