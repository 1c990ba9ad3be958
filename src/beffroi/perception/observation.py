"""What perception says of one frame: the contract between pixels and everything after them.

The contract is closed, versioned and small on purpose. It has no field that could hold a picture,
an embedding or an attribute of a person: only where bodies are, how sure the model is, and how
much of the picture moved. `schema` is the JSON Schema of the same thing, for readers outside.
"""

import json
import math
import re
import struct
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from beffroi.errors import BadInput

VERSION: Final = 1

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

MAX_TRACKS: Final = 256
MAX_CAMERA: Final = 200
"""Longest name of a camera, in characters."""

_TRACK_ID: Final = re.compile("[0-9a-f]{8}")


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
    """

    camera: str
    t: float
    at: float | None
    size: tuple[int, int]
    motion: float
    analysed: bool
    tracks: tuple[Track, ...]


def to_json(observation: Observation) -> str:
    """One line of JSON; coordinates rounded to a tenth of a pixel, metres to a centimetre."""
    return json.dumps(
        {
            "version": VERSION,
            "camera": observation.camera,
            "t": round(observation.t, 3),
            "at": None if observation.at is None else round(observation.at, 3),
            "size": list(observation.size),
            "motion": round(observation.motion, 4),
            "analysed": observation.analysed,
            "tracks": [_track_to_dict(track) for track in observation.tracks],
        },
        separators=(",", ":"),
    )


def from_json(line: str) -> Observation:
    """Read what `to_json` wrote.

    Raises:
        BadInput: Not an observation of this version, or a field too many.
    """
    try:
        fields = json.loads(line)
        if fields.pop("version") != VERSION:
            raise BadInput(f"This is not an observation of version {VERSION}.")
        tracks = tuple(_track_from_dict(track) for track in fields.pop("tracks"))
        width, height = fields.pop("size")
        observation = Observation(size=(width, height), tracks=tracks, **fields)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise BadInput(f"This line is not an observation: {error}.") from error
    _check(observation)
    return observation


_HEAD = struct.Struct("<Bdd2HfBH")
_TRACK = struct.Struct("<4sB4ff2ffI?")


def to_bytes(observation: Observation) -> bytes:
    """The compact binary form: about 60 bytes a frame and 260 bytes a skeleton."""
    name = observation.camera.encode()
    parts = [
        _HEAD.pack(
            VERSION,
            observation.t,
            math.nan if observation.at is None else observation.at,
            *observation.size,
            observation.motion,
            observation.analysed,
            len(observation.tracks),
        ),
        struct.pack("<H", len(name)),
        name,
    ]
    for track in observation.tracks:
        parts.append(
            _TRACK.pack(
                bytes.fromhex(track.id),
                KINDS.index(track.kind),
                *track.box,
                track.score,
                *(track.ground or (math.nan, math.nan)),
                track.motion,
                track.age,
                track.keypoints is not None,
            )
        )
        if track.keypoints is not None:
            parts.append(track.keypoints.astype("<f4").tobytes())
    return b"".join(parts)


def from_bytes(data: bytes) -> Observation:
    """Read what `to_bytes` wrote.

    Raises:
        BadInput: Not an observation of this version, or bytes missing or left over.
    """
    try:
        version, t, at, width, height, motion, analysed, count = _HEAD.unpack_from(data)
        if version != VERSION:
            raise BadInput(f"This is not an observation of version {VERSION}.")
        (length,) = struct.unpack_from("<H", data, _HEAD.size)
        offset = _HEAD.size + 2 + length
        name = data[offset - length : offset].decode()
        tracks = []
        for _ in range(count):
            track, offset = _track_from_bytes(data, offset)
            tracks.append(track)
    except (struct.error, ValueError, IndexError) as error:
        raise BadInput(f"These bytes are not an observation: {error}.") from error
    if offset != len(data):
        raise BadInput("These bytes are not an observation: the length is wrong.")
    observation = Observation(
        camera=name,
        t=t,
        at=None if math.isnan(at) else at,
        size=(width, height),
        motion=motion,
        analysed=bool(analysed),
        tracks=tuple(tracks),
    )
    _check(observation)
    return observation


def schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of the JSON form: every object closed, every array bounded."""
    unit = {"type": "number", "minimum": 0, "maximum": 1}
    pair = {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}
    keypoint = {"type": "array", "items": {"type": "number"}, "minItems": 3, "maxItems": 3}
    track = _closed(
        {
            "id": {"type": "string", "pattern": "^[0-9a-f]{8}$"},
            "kind": {"enum": list(KINDS)},
            "box": {"type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 4},
            "score": unit,
            "keypoints": {
                "oneOf": [
                    {"type": "null"},
                    {"type": "array", "items": keypoint, "minItems": 17, "maxItems": 17},
                ]
            },
            "ground": {"oneOf": [{"type": "null"}, pair]},
            "motion": unit,
            "age": {"type": "integer", "minimum": 0},
        }
    )
    observation = _closed(
        {
            "version": {"const": VERSION},
            "camera": {"type": "string", "maxLength": MAX_CAMERA},
            "t": {"type": "number"},
            "at": {"type": ["number", "null"]},
            "size": {
                "type": "array",
                "items": {"type": "integer", "minimum": 1, "maximum": 65535},
                "minItems": 2,
                "maxItems": 2,
            },
            "motion": unit,
            "analysed": {"type": "boolean"},
            "tracks": {"type": "array", "items": track, "maxItems": MAX_TRACKS},
        }
    )
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **observation}


def _closed(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _track_to_dict(track: Track) -> dict[str, Any]:
    keypoints = None
    if track.keypoints is not None:
        rounded = track.keypoints.astype(np.float64)
        rounded[:, :2] = rounded[:, :2].round(1)
        rounded[:, 2] = rounded[:, 2].round(3)
        keypoints = rounded.tolist()
    return {
        "id": track.id,
        "kind": track.kind,
        "box": [round(value, 1) for value in track.box],
        "score": round(track.score, 3),
        "keypoints": keypoints,
        "ground": None if track.ground is None else [round(value, 2) for value in track.ground],
        "motion": round(track.motion, 4),
        "age": track.age,
    }


def _track_from_dict(fields: dict[str, Any]) -> Track:
    x1, y1, x2, y2 = fields.pop("box")
    keypoints = fields.pop("keypoints")
    ground = fields.pop("ground")
    return Track(
        box=(x1, y1, x2, y2),
        keypoints=None if keypoints is None else np.asarray(keypoints, np.float32),
        ground=None if ground is None else (ground[0], ground[1]),
        **fields,
    )


def _track_from_bytes(data: bytes, offset: int) -> tuple[Track, int]:
    tag, kind, x1, y1, x2, y2, score, gx, gy, motion, age, posed = _TRACK.unpack_from(data, offset)
    offset += _TRACK.size
    keypoints = None
    if posed:
        keypoints = np.frombuffer(data, "<f4", count=51, offset=offset).reshape(17, 3).copy()
        offset += 51 * 4
    track = Track(
        id=tag.hex(),
        kind=KINDS[kind],
        box=(x1, y1, x2, y2),
        score=score,
        keypoints=keypoints,
        ground=None if math.isnan(gx) else (gx, gy),
        motion=motion,
        age=age,
    )
    return track, offset


def _check(observation: Observation) -> None:
    """Refuse what the schema does not allow, so that nothing else can travel as an observation."""
    if len(observation.camera) > MAX_CAMERA or len(observation.tracks) > MAX_TRACKS:
        raise BadInput("An observation names its camera briefly and holds a bounded crowd.")
    numbers = [observation.t, observation.at or 0.0, observation.motion, *observation.size]
    for track in observation.tracks:
        if track.kind not in KINDS or not _TRACK_ID.fullmatch(track.id):
            raise BadInput(f"A track cannot be a {track.kind!r} named {track.id!r}.")
        if track.keypoints is not None:
            if track.keypoints.shape != (17, 3):
                raise BadInput("A skeleton has 17 joints of x, y and score.")
            numbers += track.keypoints.ravel().tolist()
        numbers += [*track.box, track.score, *(track.ground or ()), track.motion, track.age]
    try:
        finite = bool(np.isfinite(np.array(numbers, np.float64)).all())
    except (TypeError, ValueError) as error:
        raise BadInput(f"An observation holds numbers only: {error}.") from error
    if not finite:
        raise BadInput("Every number of an observation is finite.")
