"""The contract: what goes in comes out, and nothing else fits in."""

import json
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beffroi.errors import BadInput
from beffroi.perception.forms import from_bytes, from_json, schema, to_bytes, to_json
from beffroi.perception.observation import (
    KINDS,
    MAX_FLOW,
    MAX_REGIONS,
    MAX_TRACKS,
    REGION_KINDS,
    Observation,
    Region,
    Track,
)

unit = st.floats(0, 1, width=32)
pixel = st.floats(-500, 8000, width=32)
skeletons = st.lists(st.tuples(pixel, pixel, unit), min_size=17, max_size=17).map(
    lambda rows: np.array(rows, np.float32)
)
ids = st.text("0123456789abcdef", min_size=8, max_size=8)
tracks = st.builds(
    Track,
    id=ids,
    kind=st.sampled_from(KINDS),
    box=st.tuples(pixel, pixel, pixel, pixel),
    score=unit,
    keypoints=st.none() | skeletons,
    ground=st.none() | st.tuples(pixel, pixel),
    motion=unit,
    age=st.integers(0, 2**31),
)
regions = st.builds(
    Region,
    id=ids,
    kind=st.sampled_from(REGION_KINDS),
    box=st.tuples(pixel, pixel, pixel, pixel),
    score=unit,
    since=st.floats(0, 1e9),
    left_by=st.none() | ids,
)
flows = st.lists(st.tuples(pixel, pixel) | st.just((math.nan, math.nan)), min_size=6, max_size=6)
observations = st.builds(
    Observation,
    camera=st.text(max_size=50),
    t=st.floats(0, 1e9),
    at=st.none() | st.floats(0, 4e9),
    size=st.tuples(st.integers(1, 65535), st.integers(1, 65535)),
    motion=unit,
    analysed=st.booleans(),
    tracks=st.lists(tracks, max_size=4).map(tuple),
    regions=st.lists(regions, max_size=3).map(tuple),
    flow=st.none() | flows.map(lambda cells: np.array(cells, np.float32).reshape(2, 3, 2)),
)


def same(one: Observation, other: Observation, tolerance: float) -> bool:
    def close(a: float | None, b: float | None, within: float = tolerance) -> bool:
        return a == b or (a is not None and b is not None and math.isclose(a, b, abs_tol=within))

    return (
        (one.camera, one.size, one.analysed) == (other.camera, other.size, other.analysed)
        and close(one.t, other.t)
        and close(one.at, other.at)
        and close(one.motion, other.motion)
        and len(one.tracks) == len(other.tracks)
        and len(one.regions) == len(other.regions)
        and all(
            (a.id, a.kind, a.left_by) == (b.id, b.kind, b.left_by)
            and np.allclose(a.box, b.box, rtol=0, atol=tolerance)
            and close(a.score, b.score)
            and close(a.since, b.since)
            for a, b in zip(one.regions, other.regions, strict=True)
        )
        and (one.flow is None) == (other.flow is None)
        and (
            one.flow is None
            or other.flow is None
            or np.allclose(one.flow, other.flow, rtol=0, atol=tolerance, equal_nan=True)
        )
        and all(
            (a.id, a.kind, a.age) == (b.id, b.kind, b.age)
            and np.allclose(a.box, b.box, rtol=0, atol=tolerance)
            and close(a.score, b.score)
            and close(a.motion, b.motion)
            and (a.ground is None) == (b.ground is None)
            and np.allclose(a.ground or 0, b.ground or 0, rtol=0, atol=tolerance)
            and (a.keypoints is None) == (b.keypoints is None)
            and (
                a.keypoints is None
                or b.keypoints is None
                or np.allclose(a.keypoints, b.keypoints, rtol=0, atol=tolerance)
            )
            for a, b in zip(one.tracks, other.tracks, strict=True)
        )
    )


@settings(deadline=None, max_examples=60)
@given(observations)
def test_json_keeps_all_but_the_last_digits(observation: Observation) -> None:
    assert same(from_json(to_json(observation)), observation, 0.051)


@settings(deadline=None, max_examples=60)
@given(observations)
def test_binary_keeps_everything(observation: Observation) -> None:
    assert same(from_bytes(to_bytes(observation)), observation, 0)


def person(**changes: Any) -> Track:
    fields: dict[str, Any] = {
        "id": "0123abcd",
        "kind": "person",
        "box": (1.0, 2.0, 3.0, 4.0),
        "score": 0.5,
        "keypoints": np.ones((17, 3), np.float32),
        "ground": None,
        "motion": 0.1,
        "age": 3,
    }
    return Track(**{**fields, **changes})


def region(**changes: Any) -> Region:
    fields: dict[str, Any] = {
        "id": "0123abcd",
        "kind": "still",
        "box": (1.0, 2.0, 3.0, 4.0),
        "score": 0.5,
        "since": 0.5,
        "left_by": None,
    }
    return Region(**{**fields, **changes})


def seen(*tracks: Track, camera: str = "c1", **more: Any) -> Observation:
    return Observation(camera, 1.0, None, (640, 360), 0.1, True, tracks, **more)


@pytest.mark.parametrize("where", ["observation", "tracks", "regions"])
def test_a_field_too_many_is_refused(where: str) -> None:
    fields = json.loads(to_json(seen(person(), regions=(region(),))))
    target = fields if where == "observation" else fields[where][0]
    target["embedding"] = [0.1, 0.2]
    with pytest.raises(BadInput, match="embedding"):
        from_json(json.dumps(fields))


@pytest.mark.parametrize(
    "observation",
    [
        seen(person(id="not hexa")),
        seen(person(id="0123ABCD")),
        seen(person(kind="face")),
        seen(person(score=math.nan)),
        seen(person(keypoints=np.ones((300, 300), np.float32))),
        seen(person(keypoints=np.full((17, 3), np.inf, np.float32))),
        seen(camera="x" * 201),
        seen(regions=(region(kind="face"),)),
        seen(regions=(region(left_by="Mrs Smith"),)),
        seen(regions=(region(score=math.inf),)),
        seen(regions=(region(),) * (MAX_REGIONS + 1)),
        seen(flow=np.zeros((MAX_FLOW, MAX_FLOW + 1, 2), np.float32)),
        seen(flow=np.full((2, 2, 2), np.inf, np.float32)),
        seen(*[person()] * (MAX_TRACKS + 1)),
    ],
    ids=[
        "id",
        "capital id",
        "kind",
        "nan",
        "picture",
        "infinite",
        "camera",
        "region's kind",
        "region's owner",
        "region's score",
        "regions",
        "fine flow",
        "infinite flow",
        "crowd",
    ],
)
def test_what_the_schema_forbids_is_not_read(observation: Observation) -> None:
    with pytest.raises(BadInput):
        from_json(to_json(observation))


@pytest.mark.parametrize("line", ["", "[]", "null", "{}", '{"version":2}', '{"version":1}'])
def test_other_lines_are_no_observations(line: str) -> None:
    with pytest.raises(BadInput):
        from_json(line)


@pytest.mark.parametrize("cut", [0, 1, 20, -1, -205])
def test_bytes_cut_short_are_refused(cut: int) -> None:
    with pytest.raises(BadInput):
        from_bytes(to_bytes(seen(person()))[:cut])


def test_bytes_left_over_are_refused() -> None:
    with pytest.raises(BadInput, match="length"):
        from_bytes(to_bytes(seen(person())) + b"\0" * 64)


def capacity(node: dict[str, Any]) -> float:
    """Most numbers and characters that a schema lets through; fails on anything open."""
    if "const" in node or "enum" in node:
        return 1
    if "oneOf" in node:
        return max(capacity(option) for option in node["oneOf"])
    kind = node["type"]
    if kind == "object":
        assert node["additionalProperties"] is False
        assert set(node["required"]) == set(node["properties"])
        return sum(capacity(field) for field in node["properties"].values())
    if kind == "array":
        return float(node["maxItems"]) * capacity(node["items"])
    if kind == "string":
        if "pattern" in node:
            assert node["pattern"] == "^[0-9a-f]{8}$"
            return 8
        return float(node["maxLength"])
    assert kind in ("number", "integer", "boolean", "null", ["number", "null"])
    return 1


def test_the_schema_has_no_room_for_a_picture() -> None:
    whole = schema()
    track = whole["properties"]["tracks"]["items"]
    # Numbers a frame, every one of them a place, a score or a velocity.
    assert capacity(whole) < 256 * 80 + 2 * MAX_FLOW**2
    assert MAX_FLOW**2 < 35**2  # cells: a face can be told from some 35 x 35 pixels
    assert capacity(track) < 80  # the smallest face crop in use has 112 x 112 pixels
    assert whole["properties"]["camera"]["maxLength"] <= 200


def test_the_schema_names_exactly_what_is_written() -> None:
    fields = json.loads(to_json(seen(person())))
    whole = schema()
    assert fields.keys() == whole["properties"].keys()
    assert fields["tracks"][0].keys() == whole["properties"]["tracks"]["items"]["properties"].keys()
