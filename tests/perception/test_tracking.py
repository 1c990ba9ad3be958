"""Who stays who: crossing, hiding, doubtful detections, rates."""

import re

import numpy as np
import pytest

from beffroi.perception.tracking import Detections, Tracker, overlap

Walk = list[tuple[float, float, float] | None]
"""Centre x, foot y and score of one person at each frame; None when hidden."""


def detections(people: list[tuple[float, float, float]], height: float = 100) -> Detections:
    """Upright people with a rigid skeleton, in the order given."""
    boxes, joints = [], []
    for x, y, score in people:
        boxes.append((x - height * 0.2, y - height, x + height * 0.2, y))
        column = np.linspace(y - height, y, 17)
        joints.append(np.column_stack([x + 10 * np.sin(column), column, np.full(17, score)]))
    return Detections(
        np.array(boxes, np.float32).reshape(-1, 4),
        np.array([score for _, _, score in people], np.float32),
        np.array(joints, np.float32).reshape(-1, 17, 3),
    )


def follow(walks: list[Walk], hz: float) -> list[dict[int, str]]:
    """Track id of each walk at each frame."""
    tracker, seen = Tracker(), []
    for frame, row in enumerate(zip(*walks, strict=True)):
        present = [(who, at) for who, at in enumerate(row) if at is not None]
        # The order in which the model lists people says nothing about them.
        present.sort(key=lambda pair: -pair[1][0] if frame % 2 else pair[1][0])
        matches = tracker.update(frame / hz, detections([at for _, at in present]))
        seen.append({present[match.index][0]: match.id for match in matches})
    return seen


def line(start: float, speed: float, hz: float, seconds: float, y: float = 300) -> Walk:
    return [(start + speed * i / hz, y, 0.9) for i in range(int(seconds * hz))]


@pytest.mark.parametrize("hz", [5, 10, 25])
def test_two_people_who_pass_keep_their_ids(hz: float) -> None:
    seen = follow([line(100, 80, hz, 4), line(420, -80, hz, 4, y=312)], hz)
    for who in (0, 1):
        assert len({frame[who] for frame in seen if who in frame}) == 1
    assert seen[-1][0] != seen[-1][1]


@pytest.mark.parametrize(("hidden_s", "same"), [(1.0, True), (3.0, False)])
def test_a_short_hiding_is_survived_a_long_one_is_not(hidden_s: float, same: bool) -> None:
    walk = line(100, 60, 10, 7)
    for i in range(20, 20 + int(hidden_s * 10)):
        walk[i] = None
    seen = [frame[0] for frame in follow([walk], 10) if frame]
    assert (seen[0] == seen[-1]) is same


def test_a_doubtful_detection_keeps_a_track_but_begins_none() -> None:
    fading: Walk = [(100 + 6 * i, 300, 0.9 if i < 10 else 0.2) for i in range(20)]
    shadow: Walk = [(500, 300, 0.2)] * 20
    seen = follow([fading, shadow], 10)
    assert {frame.get(0) for frame in seen[1:]} == {seen[1][0]}
    assert not any(1 in frame for frame in seen)


def test_sure_sightings_that_do_not_follow_each_other_are_nobody() -> None:
    sign: Walk = [(500, 300, 0.35 if i % 4 == 0 else 0.2) for i in range(40)]
    assert not any(follow([sign], 10))


def test_people_who_cross_keep_their_ids_though_boxes_tremble() -> None:
    """Who is behind is unseen for half a second; without filters one crossing in six goes wrong."""
    chance, kept, crossings = np.random.default_rng(7), 0, 40
    for _ in range(crossings):
        front, behind = (
            [(x + dx, y + dy, 0.9) for (x, y), (dx, dy) in zip(walk, noise, strict=True)]
            for walk, noise in zip(
                ([(100 + 8 * i, 300) for i in range(50)], [(450 - 8 * i, 296) for i in range(50)]),
                chance.normal(0, 6, (2, 50, 2)),
                strict=True,
            )
        )
        hidden: Walk = [None if 20 <= i < 25 else at for i, at in enumerate(behind)]
        seen = follow([[*front], hidden], 10)
        kept += seen[10] == seen[-1]
    assert kept >= 0.92 * crossings


@pytest.mark.parametrize("hz", [5, 8, 12])
def test_the_id_of_a_walker_does_not_go_to_somebody_who_lies_where_they_vanish(hz: float) -> None:
    tracker = Tracker()
    walker = line(200, 80, hz, 2)
    for i, at in enumerate(walker):
        assert at is not None
        walking = tracker.update(i / hz, detections([at]))
    x, y, _ = walker[-1] or (0, 0, 0)
    lying = detections([(x, y, 0.9)], height=35)
    lying.boxes[:, [0, 2]] = x - 50, x + 50
    after = [tracker.update((len(walker) + i) / hz, lying) for i in range(int(hz))]
    assert walking[0].id not in {match.id for matches in after for match in matches}


@pytest.mark.parametrize("hz", [5, 8, 12])
def test_who_falls_stays_the_same(hz: float) -> None:
    """From upright to flat in half a second, at constant acceleration."""
    tracker, ids = Tracker(), set()
    for i in range(int(3 * hz)):
        down = np.clip((i / hz - 1) / 0.5, 0, 1) ** 2
        height, width = 100 - 65 * down, 40 + 60 * down
        found = detections([(300, 300, 0.9)], height=float(height))
        found.boxes[:, [0, 2]] = 300 - width / 2, 300 + width / 2
        ids |= {match.id for match in tracker.update(i / hz, found)}
    assert len(ids) == 1


def test_one_frame_alone_is_nobody() -> None:
    glimpse: Walk = [None, (100, 300, 0.9), None, None]
    assert not any(follow([glimpse], 10))


def test_ids_are_random_and_forgotten() -> None:
    first = follow([line(100, 0, 10, 1)], 10)[-1][0]
    second = follow([line(100, 0, 10, 1)], 10)[-1][0]
    assert re.fullmatch("[0-9a-f]{8}", first)
    assert first != second
    tracker = Tracker()
    tracker.update(0.0, detections([(100, 300, 0.9)]))
    assert tracker.following
    tracker.update(10.0, detections([]))
    assert not tracker.following


def test_missing_joints_do_not_break_a_track() -> None:
    tracker, ids = Tracker(), set()
    rng = np.random.default_rng(1)
    for i in range(20):
        found = detections([(100 + 8 * i, 300, 0.9)])
        assert found.keypoints is not None
        found.keypoints[0, rng.random(17) < 0.5, 2] = 0
        ids |= {match.id for match in tracker.update(i / 10, found)}
    assert len(ids) == 1


def test_a_thing_never_changes_kind() -> None:
    tracker = Tracker()
    box, score = np.array([[0, 0, 50, 50]], np.float32), np.array([0.9], np.float32)
    ids = set()
    for i, kind in enumerate((2, 2, 2, 1, 1, 1)):
        found = Detections(box, score, kinds=np.array([kind]))
        ids |= {match.id for match in tracker.update(i / 10, found)}
    assert len(ids) == 2


def test_overlap_is_intersection_over_union() -> None:
    one = np.array([[0, 0, 10, 10]], np.float32)
    others = np.array([[0, 0, 10, 10], [5, 0, 15, 10], [20, 20, 30, 30]], np.float32)
    assert np.allclose(overlap(one, others), [[1, 1 / 3, 0]])
