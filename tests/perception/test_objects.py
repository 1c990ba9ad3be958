"""Objects read from painted heads, and from a real street."""

from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from beffroi.perception.inference import Inference
from beffroi.perception.letterbox import Letterbox
from beffroi.perception.models import builtin_models, variant
from beffroi.perception.objects import Objects, decode_objects, read_object_list
from beffroi.perception.observation import KINDS

Floats = NDArray[np.float32]
LETTERBOX = Letterbox.fit((416, 416), (416, 416))
COCO = {"person": 0, "bicycle": 1, "car": 2, "train": 6, "truck": 7, "suitcase": 28, "knife": 43}


class Painting:
    """Raw heads of an empty picture."""

    def __init__(self) -> None:
        self.heads = {
            f"stride{stride}": np.full((1, 124, 416 // stride, 416 // stride), -9, np.float32)
            for stride in (8, 16, 32)
        }

    def thing(
        self, kind: str, stride: int, row: int, column: int, distances: Floats, score: float
    ) -> Floats:
        """Paint a thing; gives its box in input pixels."""
        head = self.heads[f"stride{stride}"][0, :, row, column]
        head[COCO[kind]] = np.log(score / (1 - score))
        likely = head[80:].reshape(4, 11)
        low = distances.astype(int)
        likely[:] = -40
        likely[range(4), low] = np.log(np.maximum(1 - (distances - low), 1e-12))
        likely[range(4), np.minimum(low + 1, 10)] = np.log(np.maximum(distances - low, 1e-12))
        middle = np.array([column + 0.5, row + 0.5])
        box = np.concatenate([middle - distances[:2], middle + distances[2:]]) * stride
        return box.astype(np.float32)

    def decode(self) -> Objects:
        return decode_objects(self.heads, LETTERBOX)


SIDES = np.array([1.25, 2.5, 1.75, 3.0], np.float32)


def test_things_of_all_grids_are_read_exactly() -> None:
    painting = Painting()
    boxes = [
        painting.thing("person", 8, 10, 12, SIDES, 0.9),
        painting.thing("truck", 16, 18, 5, SIDES, 0.8),
        painting.thing("suitcase", 32, 5, 9, SIDES, 0.7),
    ]
    objects = painting.decode()
    np.testing.assert_allclose(objects.boxes, boxes, rtol=1e-4)
    np.testing.assert_allclose(objects.scores, [0.9, 0.8, 0.7], rtol=1e-3)
    assert [KINDS[kind] for kind in objects.kinds] == ["person", "truck", "suitcase"]


def test_other_classes_are_dropped() -> None:
    painting = Painting()
    painting.thing("knife", 8, 10, 12, SIDES, 0.99)
    painting.thing("train", 16, 10, 12, SIDES, 0.99)
    assert len(painting.decode()) == 0


def test_one_thing_seen_twice_is_one() -> None:
    painting = Painting()
    painting.thing("car", 8, 10, 12, SIDES, 0.6)
    painting.thing("truck", 8, 10, 12, SIDES, 0.8)
    objects = painting.decode()
    assert [KINDS[kind] for kind in objects.kinds] == ["truck"]


def test_what_is_surely_a_vehicle_is_found_though_its_kind_is_in_doubt() -> None:
    painting = Painting()
    painting.thing("car", 16, 10, 12, SIDES, 0.3)
    painting.thing("truck", 16, 10, 12, SIDES, 0.25)
    objects = painting.decode()
    assert [KINDS[kind] for kind in objects.kinds] == ["car"]
    assert objects.scores[0] == pytest.approx(1 - 0.7 * 0.75, abs=1e-3)
    painting = Painting()
    painting.thing("car", 16, 10, 12, SIDES, 0.3)
    painting.thing("suitcase", 16, 10, 12, SIDES, 0.25)
    assert len(painting.decode()) == 0, "a car and a bag do not add up to anything"


def test_a_rider_does_not_hide_the_bicycle() -> None:
    painting = Painting()
    painting.thing("person", 8, 10, 12, SIDES, 0.6)
    painting.thing("bicycle", 8, 10, 12, SIDES, 0.8)
    assert len(painting.decode()) == 2


def test_a_town_model_gives_a_list() -> None:
    rows = np.array(
        [[[8, 8, 40, 60, 0.9, 2], [8, 8, 40, 60, 0.5, 7], [0, 0, 9, 9, 0.1, 0]]], np.float32
    )
    objects = read_object_list({"objects": rows}, Letterbox.fit((832, 832), (416, 416)))
    assert [KINDS[kind] for kind in objects.kinds] == ["car", "handbag"]
    np.testing.assert_allclose(objects.boxes, [[16, 16, 80, 120]] * 2)


def test_the_manifest_names_the_closed_list() -> None:
    assert builtin_models()[1].classes == KINDS


def test_vehicles_are_found_in_a_real_street(models: Path, real_data: Path) -> None:
    """A van and a car are parked for the whole of PETS 2009 S2.L1."""
    nanodet = variant("nanodet", (416, 416), directory=models)
    with av.open(str(real_data / "people" / "vtest.avi")) as clip:
        frame = next(clip.decode(video=0))
    picture = frame.to_ndarray(format="rgb24").astype(np.uint8, copy=False)
    letterbox = Letterbox.fit(picture.shape[:2], nanodet.size)
    with Inference([nanodet], threads=2) as inference:
        objects = inference.submit(
            nanodet, letterbox.apply(picture), lambda heads: decode_objects(heads, letterbox)
        ).result(30)
    vehicles = objects.boxes[np.isin(objects.kinds, [KINDS.index("car"), KINDS.index("truck")])]
    middles = (vehicles[:, :2] + vehicles[:, 2:]) / 2
    assert ((abs(middles - [688, 72]) < 15).all(axis=1)).any()
    assert {KINDS[kind] for kind in objects.kinds} <= {"person", "car", "truck", "bus"}
