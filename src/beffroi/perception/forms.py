"""Observations as text and as bytes, to be kept or sent, and their schema for readers outside.

What is read is checked like what is made: nothing else than an observation can travel as one.
"""

import json
import math
import struct
from typing import Any

import numpy as np
from numpy.typing import NDArray

from beffroi.errors import BadInput
from beffroi.perception.observation import (
    KINDS,
    MAX_CAMERA,
    MAX_FLOW,
    MAX_REGIONS,
    MAX_TRACKS,
    REGION_KINDS,
    VERSION,
    Observation,
    Region,
    Track,
    check,
)


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
            "regions": [_region_to_dict(region) for region in observation.regions],
            "flow": None if observation.flow is None else _flow_to_rows(observation.flow),
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
        width, height = fields.pop("size")
        observation = Observation(
            size=(width, height),
            tracks=tuple(_track_from_dict(track) for track in fields.pop("tracks")),
            regions=tuple(_region_from_dict(region) for region in fields.pop("regions")),
            flow=_flow_from_rows(fields.pop("flow")),
            **fields,
        )
    except (AttributeError, KeyError, RecursionError, TypeError, ValueError) as error:
        raise BadInput(f"This line is not an observation: {error}.") from error
    check(observation)
    return observation


_HEAD = struct.Struct("<Bdd2HfBHBBB")
_TRACK = struct.Struct("<4sB4ff2ffI?")
_REGION = struct.Struct("<4sB4ffd?4s")


def to_bytes(observation: Observation) -> bytes:
    """The compact binary form: about 60 bytes a frame and 260 bytes a skeleton."""
    name, flow = observation.camera.encode(), observation.flow
    parts = [
        _HEAD.pack(
            VERSION,
            observation.t,
            math.nan if observation.at is None else observation.at,
            *observation.size,
            observation.motion,
            observation.analysed,
            len(observation.tracks),
            len(observation.regions),
            *((0, 0) if flow is None else flow.shape[:2]),
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
    parts += [
        _REGION.pack(
            bytes.fromhex(region.id),
            REGION_KINDS.index(region.kind),
            *region.box,
            region.score,
            region.since,
            region.left_by is not None,
            bytes.fromhex(region.left_by or ""),
        )
        for region in observation.regions
    ]
    if flow is not None:
        parts.append(flow.astype("<f4").tobytes())
    return b"".join(parts)


def from_bytes(data: bytes) -> Observation:
    """Read what `to_bytes` wrote.

    Raises:
        BadInput: Not an observation of this version, or bytes missing or left over.
    """
    try:
        if data[:1] != bytes([VERSION]):
            raise BadInput(f"This is not an observation of version {VERSION}.")
        _, t, at, width, height, motion, analysed, *counts = _HEAD.unpack_from(data)
        tracked, remarked, rows, columns = counts
        (length,) = struct.unpack_from("<H", data, _HEAD.size)
        offset = _HEAD.size + 2 + length
        name = data[offset - length : offset].decode()
        tracks = []
        for _ in range(tracked):
            track, offset = _track_from_bytes(data, offset)
            tracks.append(track)
        regions = []
        for _ in range(remarked):
            region, offset = _region_from_bytes(data, offset)
            regions.append(region)
        flow = None
        if rows * columns:
            flow = np.frombuffer(data, "<f4", rows * columns * 2, offset).copy()
            flow = flow.reshape(rows, columns, 2)
            offset += flow.nbytes
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
        regions=tuple(regions),
        flow=flow,
    )
    check(observation)
    return observation


def schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of the JSON form: every object closed, every array bounded."""
    unit = {"type": "number", "minimum": 0, "maximum": 1}
    pair = {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}
    box = {"type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 4}
    identity = {"type": "string", "pattern": "^[0-9a-f]{8}$"}
    velocity = {"oneOf": [{"type": "null"}, pair]}
    velocities = {"type": "array", "items": velocity, "minItems": 1, "maxItems": MAX_FLOW}
    keypoint = {"type": "array", "items": {"type": "number"}, "minItems": 3, "maxItems": 3}
    track = _closed(
        {
            "id": identity,
            "kind": {"enum": list(KINDS)},
            "box": box,
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
    region = _closed(
        {
            "id": identity,
            "kind": {"enum": list(REGION_KINDS)},
            "box": box,
            "score": unit,
            "since": {"type": "number"},
            "left_by": {"oneOf": [{"type": "null"}, identity]},
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
            "regions": {"type": "array", "items": region, "maxItems": MAX_REGIONS},
            "flow": {
                "oneOf": [
                    {"type": "null"},
                    {"type": "array", "items": velocities, "minItems": 1, "maxItems": MAX_FLOW},
                ]
            },
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


def _region_to_dict(region: Region) -> dict[str, Any]:
    return {
        "id": region.id,
        "kind": region.kind,
        "box": [round(value, 1) for value in region.box],
        "score": round(region.score, 3),
        "since": round(region.since, 3),
        "left_by": region.left_by,
    }


def _region_from_dict(fields: dict[str, Any]) -> Region:
    x1, y1, x2, y2 = fields.pop("box")
    return Region(box=(x1, y1, x2, y2), **fields)


def _region_from_bytes(data: bytes, offset: int) -> tuple[Region, int]:
    tag, kind, x1, y1, x2, y2, score, since, left, by = _REGION.unpack_from(data, offset)
    region = Region(
        id=tag.hex(),
        kind=REGION_KINDS[kind],
        box=(x1, y1, x2, y2),
        score=score,
        since=since,
        left_by=by.hex() if left else None,
    )
    return region, offset + _REGION.size


def _flow_to_rows(flow: NDArray[np.float32]) -> list[list[list[float] | None]]:
    rounded = flow.astype(np.float64).round(1).tolist()
    return [[None if math.isnan(x) else [x, y] for x, y in row] for row in rounded]


def _flow_from_rows(rows: list[list[list[float] | None]] | None) -> NDArray[np.float32] | None:
    if rows is None:
        return None
    nothing = [math.nan, math.nan]
    return np.array([[cell or nothing for cell in row] for row in rows], np.float32)
