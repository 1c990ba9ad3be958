"""What perception says of one frame: the contract between pixels and everything after them.

The contract is closed, versioned and small on purpose. It has no field that could hold a picture,
an embedding or an attribute of a person: only where bodies are, how sure the model is, and how
much of the picture moved.
"""

import re
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from beffroi.errors import BadInput

VERSION: Final = 2

KINDS: Final = (
    "person",
    "bicycle",
    "car",
    "motorcycle",
    "bus",
    "truck",
    "backpack",
    "handbag",
    "suitcase",
)
"""What can be followed. Vehicles and luggage come from the object model, people from pose."""

KEYPOINTS: Final = (
    "nose",
    "left_eye",
    "right_eye",
    "left_ear",
    "right_ear",
    "left_shoulder",
    "right_shoulder",
    "left_elbow",
    "right_elbow",
    "left_wrist",
    "right_wrist",
    "left_hip",
    "right_hip",
    "left_knee",
    "right_knee",
    "left_ankle",
    "right_ankle",
)
"""The 17 joints, in the order of the COCO data set."""

REGION_KINDS: Final = ("still", "flame", "smoke", "weapon")
"""What part of a picture can be told from its surroundings without a model of things: something
that was not there and does not move, and what flickers or drifts as fire and its smoke do. And
what a model that a city has added takes for a weapon, of which nobody is named as the bearer."""

MAX_SIDE: Final = 65_535
MAX_TRACKS: Final = 256
MAX_REGIONS: Final = 64
MAX_FLOW: Final = 32
"""Most rows and most columns of a motion field: too coarse for any picture."""
MAX_CAMERA: Final = 200
"""Longest name of a camera, in characters."""

_ID: Final = re.compile("[0-9a-f]{8}")


@dataclass(frozen=True, slots=True)
class Track:
    """One thing followed on one camera.

    Args:
        id: Random, 8 hexadecimal digits, forgotten when the track ends.
        kind: One of `KINDS`.
        box: x1, y1, x2, y2 in pixels of the analysed picture, float.
        score: How sure the model is that the thing is there, 0 to 1.
        keypoints: float32, shape (17, 3): x and y in pixels and score 0 to 1, in the order of
            `KEYPOINTS`; None for things without a skeleton.
        ground: Position of the feet on the ground in metres, if the camera is calibrated.
        motion: Share of the box that differs from the camera's slow background, 0 to 1.
        age: Analysed frames since the track began, from 0.
    """

    id: str
    kind: str
    box: tuple[float, float, float, float]
    score: float
    keypoints: NDArray[np.float32] | None
    ground: tuple[float, float] | None
    motion: float
    age: int


@dataclass(frozen=True, slots=True)
class Region:
    """One part of the picture that is neither a person nor a known thing.

    Args:
        id: Random, 8 hexadecimal digits, forgotten when the region ends.
        kind: One of `REGION_KINDS`.
        box: x1, y1, x2, y2 in pixels of the analysed picture, float.
        score: How sure perception is of the kind, 0 to 1.
        since: When it appeared, in the observation's seconds.
        left_by: Id of the track that stood there when it appeared; None if nobody did, or once
            that track has ended a few seconds ago.
    """

    id: str
    kind: str
    box: tuple[float, float, float, float]
    score: float
    since: float
    left_by: str | None


@dataclass(frozen=True, slots=True)
class Observation:
    """Everything that leaves perception about one frame.

    Args:
        camera: Camera id; the file name or scene in the laboratory.
        t: Seconds on a clock that never steps back, see :class:`beffroi.capture.frame.Frame`.
        at: Wall time in seconds since 1970 UTC, None for files.
        size: Width and height of the analysed picture, in pixels.
        motion: Share of the picture that differs from its slow background, 0 to 1.
        analysed: False if the motion gate was closed, so that `tracks` is empty because nothing
            moved rather than because nobody is there.
        tracks: What is there, at most `MAX_TRACKS`.
        regions: What else is there, at most `MAX_REGIONS`; empty if no detector asked.
        flow: Coarse motion field, float32 [rows, columns, 2]: x and y in pixels of the analysed
            picture per second, NaN where nothing can be said; at most `MAX_FLOW` rows and columns.
            None if no detector asked.
    """

    camera: str
    t: float
    at: float | None
    size: tuple[int, int]
    motion: float
    analysed: bool
    tracks: tuple[Track, ...]
    regions: tuple[Region, ...] = ()
    flow: NDArray[np.float32] | None = None


def check(observation: Observation) -> None:
    """Refuse what the schema does not allow, so that nothing else can travel as an observation.

    Raises:
        BadInput: A name, a number or an amount that no observation has.
    """
    if not (
        isinstance(observation.camera, str)
        and isinstance(observation.analysed, bool)
        and all(isinstance(side, int) and 1 <= side <= MAX_SIDE for side in observation.size)
    ):
        raise BadInput("An observation names a camera, a size, and whether it was analysed.")
    if len(observation.camera) > MAX_CAMERA or len(observation.tracks) > MAX_TRACKS:
        raise BadInput("An observation names its camera briefly and holds a bounded crowd.")
    if len(observation.regions) > MAX_REGIONS:
        raise BadInput("An observation holds a bounded number of regions.")
    numbers = [
        observation.t,
        0.0 if observation.at is None else observation.at,
        observation.motion,
        *observation.size,
    ]
    for track in observation.tracks:
        if track.kind not in KINDS or not _ID.fullmatch(track.id):
            raise BadInput(f"A track cannot be a {track.kind!r} named {track.id!r}.")
        if track.keypoints is not None:
            if track.keypoints.shape != (17, 3):
                raise BadInput("A skeleton has 17 joints of x, y and score.")
            numbers += track.keypoints.ravel().tolist()
        numbers += [*track.box, track.score, *(track.ground or ()), track.motion, track.age]
    for region in observation.regions:
        ids = [region.id, *([] if region.left_by is None else [region.left_by])]
        if region.kind not in REGION_KINDS or not all(_ID.fullmatch(id_) for id_ in ids):
            raise BadInput(f"A region cannot be a {region.kind!r} named {region.id!r}.")
        numbers += [*region.box, region.score, region.since]
    if observation.flow is not None:
        shape = observation.flow.shape
        if len(shape) != 3 or shape[2] != 2 or not 1 <= max(shape[:2]) <= MAX_FLOW:
            raise BadInput(f"A motion field has at most {MAX_FLOW} rows and columns of x and y.")
        numbers += observation.flow[~np.isnan(observation.flow)].tolist()
    try:
        finite = bool(np.isfinite(np.array(numbers, np.float64)).all())
    except (TypeError, ValueError, OverflowError) as error:
        raise BadInput(f"An observation holds numbers only: {error}.") from error
    if not finite:
        raise BadInput("Every number of an observation is finite.")
