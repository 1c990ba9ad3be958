"""From skeletons to round limbs: the shapes that the camera sees, in pixels and metres deep.

One table says which limb spans which joints and how thick it is. Visibility, boxes and the
drawing all use the same shapes, so that truth and picture cannot disagree.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from beffroi.simulation.camera import Camera
from beffroi.simulation.figure import Colour, Figure
from beffroi.simulation.skeleton import Bodies, Joint

Floats = NDArray[np.float64]
J = Joint


class Kind(IntEnum):
    """How a shape is painted."""

    LIMB = 0
    HEAD = 1
    CHEST = 2


# From joint, to joint, radius at the start, middle and end as shares of stature, dye.
_LIMBS: tuple[tuple[Joint, Joint, float, float, float, str], ...] = tuple(
    (Joint[f"{s}_{a}"], Joint[f"{s}_{b}"], r0, rm, r1, dye)
    for s in "LR"
    for a, b, r0, rm, r1, dye in (
        ("SHOULDER", "ELBOW", 0.032, 0.028, 0.023, "top"),
        ("ELBOW", "WRIST", 0.024, 0.023, 0.017, "sleeve"),
        ("WRIST", "HAND", 0.016, 0.019, 0.013, "skin"),
        ("HIP", "KNEE", 0.054, 0.049, 0.035, "thigh"),
        ("KNEE", "ANKLE", 0.034, 0.034, 0.023, "shin"),
        ("ANKLE", "HEEL", 0.024, 0.023, 0.021, "shoes"),
        ("HEEL", "TOE", 0.021, 0.024, 0.016, "shoes"),
    )
)
# Half-widths across and front to back of the trunk at hips, waist and chest.
_GIRTH = {"hips": (0.093, 0.066), "waist": (0.077, 0.056), "chest": (0.092, 0.064)}


@dataclass(frozen=True)
class Shapes:
    """Tapered capsules in the picture, one row each, sorted by nothing.

    Attributes:
        owner: Row of the person [N].
        ends: Both ends in pixels [N,2,2].
        depth: Distance from the camera of both ends, metres [N,2].
        radii: Radius at start, middle, end, pixels [N,3].
        caps: How flat the round ends are (1 a half circle, 2 half as long) [N,2].
        dye: Colours 0-255 [N,3].
        trim: Second colour: hair on a head, what an open collar shows [N,3].
        kind: See `Kind` [N].
        frame: The body part's axes in the world [N,3,3].
        thickness: Radius in metres, to tell what is in front [N].
    """

    owner: NDArray[np.int64]
    ends: Floats
    depth: Floats
    radii: Floats
    caps: Floats
    dye: Floats
    trim: Floats
    kind: NDArray[np.int64]
    frame: Floats
    thickness: Floats

    def __add__(self, other: "Shapes") -> "Shapes":
        """All shapes of both."""
        pairs = ((getattr(self, f.name), getattr(other, f.name)) for f in fields(Shapes))
        return Shapes(*(np.concatenate(pair) for pair in pairs))


@dataclass
class Rows:
    """Shapes in metres, gathered before one projection of them all."""

    owner: list[int] = field(default_factory=list)
    ends: list[tuple[Floats, Floats]] = field(default_factory=list)
    radii: list[tuple[float, float, float]] = field(default_factory=list)
    caps: list[tuple[float, float]] = field(default_factory=list)
    dye: list[Colour] = field(default_factory=list)
    trim: list[Colour] = field(default_factory=list)
    kind: list[Kind] = field(default_factory=list)
    frame: list[Floats] = field(default_factory=list)

    def add(
        self,
        owner: int,
        ends: tuple[Floats, Floats],
        radii: tuple[float, float, float],
        dye: Colour,
        *,
        trim: Colour = (0.0, 0.0, 0.0),
        kind: Kind = Kind.LIMB,
        frame: Floats | None = None,
        caps: tuple[float, float] = (1.0, 1.0),
    ) -> None:
        """Append one shape."""
        self.owner.append(owner)
        self.ends.append(ends)
        self.radii.append(radii)
        self.dye.append(dye)
        self.trim.append(trim)
        self.kind.append(kind)
        self.frame.append(_IDENTITY if frame is None else frame)
        self.caps.append(caps)

    def projected(self, camera: Camera) -> Shapes:
        """The shapes as a camera sees them."""
        ends = np.array(self.ends, dtype=np.float64).reshape(-1, 2, 3)
        depth = np.maximum(camera.view(ends)[..., 2], 0.05)
        radii = np.array(self.radii).reshape(-1, 3)
        scale = camera.focal / depth
        return Shapes(
            owner=np.array(self.owner, dtype=np.int64),
            ends=np.nan_to_num(camera.project(ends), nan=-1e4),
            depth=depth,
            radii=radii * np.stack([scale[:, 0], scale.mean(axis=1), scale[:, 1]], axis=1),
            caps=np.array(self.caps).reshape(-1, 2),
            dye=np.array(self.dye).reshape(-1, 3),
            trim=np.array(self.trim).reshape(-1, 3),
            kind=np.array(self.kind, dtype=np.int64),
            frame=np.array(self.frame).reshape(-1, 3, 3),
            thickness=radii[:, 1],
        )


_IDENTITY = np.eye(3)
_BAG: Colour = (64, 62, 70)


def _dyes(who: Figure) -> dict[str, Colour]:
    bare = {"thigh": who.bottom, "shin": who.bottom}
    if who.legs == "shorts":
        bare["shin"] = who.skin
    if who.legs in ("skirt", "dress"):
        cloth = who.top if who.legs == "dress" else who.bottom
        bare = {"thigh": cloth, "shin": who.skin}
    sleeve = who.top if who.sleeves else who.skin
    return {"skin": who.skin, "top": who.top, "sleeve": sleeve, "shoes": who.shoes, **bare}


def flesh(bodies: Bodies, figures: Sequence[Figure], camera: Camera) -> Shapes:
    """All shapes of all people, projected."""
    rows = Rows()
    eye = np.array(camera.position)
    for i, who in enumerate(figures):
        joints, h, girth = bodies.joints[i], who.stature, who.stature * who.build
        dyes = _dyes(who)
        for a, b, r0, rm, r1, slot in _LIMBS:
            radii = (r0 * girth, rm * girth, r1 * girth)
            rows.add(i, (joints[a], joints[b]), radii, dyes[slot])
        _trunk(rows, i, who, bodies, eye)
        _head(rows, i, who, bodies, eye)
        if who.bag:
            back = bodies.chest[i] @ np.array([-0.085, 0, 0.0]) * h
            low, high = joints[J.WAIST] + back, joints[J.NECK] + back * 0.9
            rows.add(i, (low, high), (0.06 * h, 0.068 * h, 0.045 * h), _BAG, caps=(2.0, 1.6))
    return rows.projected(camera)


def _outline(frame: Floats, axis: Floats, seen: Floats, across: float, through: float) -> float:
    """Half-width of an elliptic section as seen along `seen`."""
    side = np.cross(axis, seen)
    side /= max(float(np.linalg.norm(side)), 1e-6)
    return float(np.hypot(across * (side @ frame[:, 1]), through * (side @ frame[:, 0])))


def _trunk(rows: Rows, i: int, who: Figure, bodies: Bodies, eye: Floats) -> None:
    joints, h = bodies.joints[i], who.stature
    pelvis, waist, neck = joints[J.PELVIS], joints[J.WAIST], joints[J.NECK]
    chest, hips = bodies.chest[i], bodies.pelvis[i]
    seen = waist - eye
    seen = seen / np.linalg.norm(seen)
    wide = {
        name: _outline(hips if name == "hips" else chest, chest[:, 2], seen, w, d) * h * who.build
        for name, (w, d) in _GIRTH.items()
    }
    up = chest[:, 2] * h
    lower = who.bottom if who.legs != "dress" else who.top
    seat = (pelvis - hips[:, 2] * h * 0.02, pelvis + hips[:, 2] * h * 0.01)
    rows.add(
        i,
        seat,
        (wide["hips"] * 0.94, wide["hips"] * 0.95, wide["hips"] * 0.88),
        lower,
        caps=(1.8, 4.0),
    )
    belly = (pelvis + hips[:, 2] * h * 0.022, waist + up * 0.02)
    radii = (wide["hips"] * 1.05, (wide["hips"] + wide["waist"]) * 0.52, wide["waist"])
    rows.add(i, belly, radii, who.top, caps=(5.0, 1.4))
    ribs = (waist, neck - up * 0.048)
    radii = (wide["waist"], wide["chest"] * 1.02, wide["chest"] * 0.92)
    rows.add(
        *(i, ribs, radii, who.top), trim=who.collar, kind=Kind.CHEST, frame=chest, caps=(1.4, 2.6)
    )
    yoke = (joints[J.L_SHOULDER], joints[J.R_SHOULDER])
    rows.add(i, yoke, (0.026 * h, 0.030 * h, 0.026 * h), who.top)
    for shoulder in yoke:
        base = neck + 0.42 * (shoulder - neck) + up * 0.006 - chest[:, 0] * 0.018 * h
        slope = (base, shoulder + 0.1 * (neck - shoulder))
        rows.add(i, slope, (0.024 * h, 0.026 * h, 0.026 * h), who.top)
    if who.legs in ("skirt", "dress"):
        _skirt(rows, i, who, bodies, wide["hips"])


def _skirt(rows: Rows, i: int, who: Figure, bodies: Bodies, hips: float) -> None:
    joints, h, down = bodies.joints[i], who.stature, -bodies.pelvis[i][:, 2]
    pelvis, knees = joints[J.PELVIS], (joints[J.L_KNEE] + joints[J.R_KNEE]) / 2
    fall = knees - pelvis
    if fall @ down < 0.75 * np.linalg.norm(fall):
        return  # seated or kneeling: the cloth lies on the thighs, which have its colour
    spread = float(np.linalg.norm(joints[J.L_KNEE] - joints[J.R_KNEE])) / 2
    hem = min(spread * 0.7, 0.1 * h) + 0.088 * h
    cloth = who.top if who.legs == "dress" else who.bottom
    top = pelvis - down * h * 0.03
    radii = (hips * 0.96, (hips * 1.1 + hem) / 2, hem)
    rows.add(i, (top, pelvis + 0.86 * fall), radii, cloth, caps=(2.0, 3.0))


def _head(rows: Rows, i: int, who: Figure, bodies: Bodies, eye: Floats) -> None:
    joints, head = bodies.joints[i], bodies.head[i]
    size = who.stature * who.head
    centre, up = joints[J.HEAD], head[:, 2]
    seen = (centre - eye) / np.linalg.norm(centre - eye)
    width = _outline(head, up, seen, 0.050, 0.058) * size
    neck = joints[J.NECK] - bodies.chest[i][:, 2] * 0.01 * who.stature
    nape = centre - up * 0.045 * size - head[:, 0] * 0.016 * size
    rows.add(i, (neck, nape), (0.032 * size, 0.029 * size, 0.03 * size), who.skin)
    if who.long_hair:
        back = head[:, 0] * -0.034 * size
        lock = (centre + back + up * 0.012 * size, centre + back - up * 0.085 * size)
        rows.add(i, lock, (0.046 * size, 0.045 * size, 0.032 * size), who.hair)
    half = 0.020 * size
    rows.add(
        i, (centre - up * half, centre + up * half), (width * 0.9, width, width * 0.98), who.skin,
        trim=who.hair, kind=Kind.HEAD, frame=head,
    )  # fmt: skip
