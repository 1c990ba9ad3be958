"""People read from painted heads, where the answer is known exactly, and from real pictures."""

import gzip
import time
from functools import partial
from pathlib import Path
from xml.etree import ElementTree

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from beffroi.perception.inference import Inference
from beffroi.perception.letterbox import Letterbox
from beffroi.perception.models import variant
from beffroi.perception.pose import (
    JOINTS,
    STRIDE,
    People,
    PoseThresholds,
    decode_people,
    keypoint_similarity,
    peaks,
)

Floats = NDArray[np.float32]
GRID = (72, 128)
INPUT = (GRID[0] * STRIDE, GRID[1] * STRIDE)
SHAPE = np.random.default_rng(3).uniform(-0.45, 0.45, (JOINTS, 2))
"""Joints of every painted person around its centre, y and x as shares of its box."""


class Painting:
    """Raw heads of a picture on which nobody is, until somebody is painted."""

    def __init__(self) -> None:
        def map_of(channels: int, fill: float = 0.0) -> Floats:
            return np.full((1, channels, *GRID), fill, np.float32)

        self.heads = {
            "centre": map_of(1, -9),
            "box_size": map_of(2),
            "box_offset": map_of(2),
            "joint_heat": map_of(17, -9),
            "joint_regression": map_of(34),
            "joint_offset": map_of(34),
        }

    def person(
        self, row: int, column: int, height: float = 20, width: float = 8, score: float = 0.9
    ) -> tuple[Floats, Floats]:
        """Paint a person; gives its box (x1, y1, x2, y2) and joints (x, y) in input pixels."""
        heads = {name: head[0] for name, head in self.heads.items()}
        heads["centre"][0, row, column] = logit(score)
        heads["box_size"][:, row, column] = height, width
        heads["box_offset"][:, row, column] = 0.4, 0.6
        spots = np.array([row, column]) + SHAPE * [height, width]
        heads["joint_regression"][:, row, column] = (spots - [row, column]).reshape(-1)
        for joint, (y, x) in enumerate(spots):
            cell = min(max(int(y), 0), GRID[0] - 1), min(max(int(x), 0), GRID[1] - 1)
            heads["joint_heat"][joint, *cell] = logit(0.8)
            heads["joint_offset"][2 * joint : 2 * joint + 2, *cell] = y - cell[0], x - cell[1]
        middle = np.array([column + 0.6, row + 0.4])
        half = np.array([width, height]) / 2
        box = np.concatenate([middle - half, middle + half]) * STRIDE
        return box.astype(np.float32), (spots[:, ::-1] * STRIDE).astype(np.float32)

    def decode(self, source: tuple[int, int] = INPUT, **thresholds: float) -> People:
        letterbox = Letterbox.fit(source, INPUT)
        return decode_people(self.heads, letterbox, PoseThresholds(**thresholds))


def logit(probability: float) -> float:
    return float(np.log(probability / (1 - probability)))


def test_one_person_is_read_exactly() -> None:
    painting = Painting()
    box, joints = painting.person(30, 60)
    people = painting.decode()
    np.testing.assert_allclose(people.boxes, [box], rtol=1e-5)
    np.testing.assert_allclose(people.scores, [0.9], rtol=1e-5)
    np.testing.assert_allclose(people.keypoints[0, :, :2], joints, rtol=1e-4)
    assert (people.keypoints[0, :, 2] > 0.7).all()
    assert {array.dtype for array in (people.boxes, people.scores, people.keypoints)} == {
        np.dtype(np.float32)
    }


def test_nobody_gives_empty_arrays() -> None:
    people = Painting().decode()
    assert len(people) == 0
    assert people.boxes.shape == (0, 4)
    assert people.keypoints.shape == (0, 17, 3)


def test_a_crowd_is_not_cut_at_six_and_comes_best_first() -> None:
    painting = Painting()
    scores = np.linspace(0.2, 0.95, 40)
    for rank, score in enumerate(np.random.default_rng(1).permutation(scores)):
        painting.person(8 + 18 * (rank // 10), 6 + 12 * (rank % 10), 14, 6, float(score))
    people = painting.decode()
    np.testing.assert_allclose(people.scores, scores[::-1], rtol=1e-4)


def test_results_are_in_source_pixels() -> None:
    painting = Painting()
    box, joints = painting.person(30, 40)
    people = painting.decode(source=(INPUT[0] * 2, INPUT[1]))  # half as large in the input
    np.testing.assert_allclose(people.boxes[0], box * 2, rtol=1e-4)
    np.testing.assert_allclose(people.keypoints[0, :, :2], joints * 2, rtol=1e-4)


def test_boxes_end_at_the_edge_of_the_picture() -> None:
    painting = Painting()
    painting.person(2, 126, 40, 20)
    x1, y1, x2, y2 = painting.decode().boxes[0]
    assert 0 <= x1 < x2 == INPUT[1]
    assert 0 == y1 < y2 <= INPUT[0]


def test_a_second_reading_of_the_same_person_is_dropped() -> None:
    painting = Painting()
    painting.person(30, 60, score=0.9)
    painting.person(33, 60, score=0.5)  # outside the window of the peak, nearly the same joints
    regression = painting.heads["joint_regression"][0]
    regression[:, 33, 60] = regression[:, 30, 60] - np.tile([3, 0], JOINTS)
    assert len(painting.decode()) == 1
    assert len(painting.decode(same=1.01)) == 2


def test_two_people_in_one_place_stay_two() -> None:
    """Somebody sitting in front of somebody standing: boxes overlap, joints do not."""
    painting = Painting()
    painting.person(30, 60, 40, 12, 0.9)
    painting.person(36, 60, 20, 12, 0.8)
    assert len(painting.decode()) == 2


def test_a_joint_moves_to_the_near_peak_and_not_to_the_far_one() -> None:
    painting = Painting()
    _, joints = painting.person(30, 60)
    heat = painting.heads["joint_heat"][0, 5]
    heat[:] = -9
    x, y = (joints[5] / STRIDE).astype(int)
    heat[y + 1, x] = logit(0.6)
    heat[y + 25, x] = logit(0.99)
    moved = painting.decode().keypoints[0, 5]
    assert abs(moved[1] - joints[5, 1]) < 2 * STRIDE
    assert 0.4 < moved[2] <= 0.6


def test_an_unseen_joint_keeps_the_guess_with_a_low_score() -> None:
    painting = Painting()
    _, joints = painting.person(30, 60)
    painting.heads["joint_heat"][:] = -9
    people = painting.decode()
    np.testing.assert_allclose(people.keypoints[0, :, :2], joints, rtol=1e-4)
    assert (people.keypoints[0, :, 2] < 0.01).all()


def test_peaks_are_local_maxima_above_the_threshold() -> None:
    maps = np.full((2, 6, 7), -5, np.float32)
    maps[0, 0, 0] = 2
    maps[0, 1, 1] = 1  # beside a higher one
    maps[1, 3, 3] = -1  # too low
    maps[1, 5, 6] = 0.5
    assert [tuple(map(int, peak)) for peak in zip(*peaks(maps, 0.5, 1), strict=True)] == [
        (0, 0, 0),
        (1, 5, 6),
    ]


def test_keypoint_similarity_is_one_for_the_same_and_falls_with_distance() -> None:
    one = np.random.default_rng(0).uniform(0, 100, (JOINTS, 3)).astype(np.float32)
    others = np.stack([one, one + 2, one + 20])
    same, near, far = keypoint_similarity(one, others, np.full(3, 5000, np.float32))
    assert same == pytest.approx(1)
    assert 1 > near > 0.8 > far


@pytest.mark.parametrize("people", [1, 5, 25])
def test_reading_is_much_faster_than_the_model(people: int) -> None:
    painting = Painting()
    for rank in range(people):
        painting.person(8 + 14 * (rank // 9), 6 + 13 * (rank % 9), 12, 6)
    letterbox = Letterbox.fit(INPUT, INPUT)
    took = []
    for _ in range(7):
        start = time.perf_counter()
        assert len(decode_people(painting.heads, letterbox)) == people
        took.append(time.perf_counter() - start)
    assert min(took) < 0.010


def test_people_are_found_in_a_real_street(models: Path, real_data: Path) -> None:
    """PETS 2009 S2.L1: people 50 to 110 px tall, annotated by hand."""
    pose = variant("movenet-multipose", (384, 640), directory=models)
    truth = annotated(real_data / "people" / "PETS2009-S2L1.xml.gz")
    found = hits = people = 0
    with (
        Inference([pose], threads=2) as inference,
        av.open(str(real_data / "people" / "vtest.avi")) as clip,
    ):
        for index, frame in enumerate(clip.decode(video=0)):
            if index % 80:
                continue
            picture = frame.to_ndarray(format="rgb24").astype(np.uint8, copy=False)
            letterbox = Letterbox.fit(picture.shape[:2], pose.size)
            read = partial(decode_people, letterbox=letterbox)
            future = inference.submit(pose, letterbox.apply(picture), read)
            seen = future.result(30)
            sure = seen.boxes[seen.scores > 0.3]
            overlap = intersection_over_union(sure, truth[index]) > 0.5
            people += len(truth[index])
            found += int(overlap.any(axis=0).sum())
            hits += int(overlap.any(axis=1).sum()) - len(sure)
    assert people > 40
    assert found / people > 0.85
    assert -hits / people < 0.15


def annotated(path: Path) -> dict[int, Floats]:
    root = ElementTree.fromstring(gzip.decompress(path.read_bytes()))
    return {
        int(frame.get("number", "")): np.array(
            [
                [float(box.get(key, "")) for key in ("xc", "yc", "w", "h")]
                for box in frame.iter("box")
            ],
            np.float32,
        )
        @ np.array([[1, 0, 1, 0], [0, 1, 0, 1], [-0.5, 0, 0.5, 0], [0, -0.5, 0, 0.5]], np.float32)
        for frame in root
    }


def intersection_over_union(some: Floats, others: Floats) -> Floats:
    low = np.maximum(some[:, np.newaxis, :2], others[:, :2])
    high = np.minimum(some[:, np.newaxis, 2:], others[:, 2:])
    common = np.clip(high - low, 0, None).prod(axis=2)
    areas = [(boxes[:, 2:] - boxes[:, :2]).prod(axis=1) for boxes in (some, others)]
    overlap: Floats = common / (areas[0][:, np.newaxis] + areas[1] - common)
    return overlap
