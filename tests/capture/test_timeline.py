import random
from itertools import pairwise

import pytest

from beffroi.capture.timeline import FileTimeline, LiveTimeline, at_rate


@pytest.mark.parametrize(
    ("name", "spliced", "stamps", "times"),
    [
        ("usual", False, [0.0, 0.1, 0.2], [0.0, 0.1, 0.2]),
        ("late start", False, [5.0, 5.1], [0.0, 0.1]),
        ("variable rate", False, [0.0, 0.03, 0.9, 30.0], [0.0, 0.03, 0.9, 30.0]),
        ("none at all", False, [None, None, None], [0.0, 0.1, 0.2]),
        ("one missing", False, [0.0, None, 0.2], [0.0, 0.1, 0.2]),
        ("repeated", False, [0.0, 0.0, 0.1], [0.0, 0.1, 0.2]),
        ("wrap round", True, [0.0, 0.1, -95443.6, -95443.5], [0.0, 0.1, 0.2, 0.3]),
        ("splice", True, [0.0, 900.0, 900.1], [0.0, 0.1, 0.2]),
    ],
)
def test_time_of_a_file_only_goes_forward(
    name: str, spliced: bool, stamps: list[float | None], times: list[float]
) -> None:
    timeline = FileTimeline(10, spliced=spliced)
    assert [timeline.time(stamp) for stamp in stamps] == pytest.approx(times), name


def test_a_bunch_after_a_stall_keeps_its_true_times() -> None:
    timeline = LiveTimeline()
    arrivals = [100 + i / 10 for i in range(20)] + [105.0] * 30
    times = [timeline.time(7 + i / 10, now) for i, now in enumerate(arrivals)]
    assert times == pytest.approx([100 + i / 10 for i in range(50)], abs=0.16)
    assert all(after > before for before, after in pairwise(times))


def test_a_camera_without_stamps_or_with_a_new_clock_is_dated_on_arrival() -> None:
    timeline = LiveTimeline()
    heard = [(None, 50.0), (3.0, 50.1), (9999.0, 50.2)]
    assert [timeline.time(stamp, now) for stamp, now in heard] == pytest.approx([50.0, 50.1, 50.2])


@pytest.mark.parametrize(("source", "asked", "got"), [(25, 10, 10), (25, 25, 25), (30, 7, 7)])
def test_a_rate_is_met_with_the_nearest_pictures(source: int, asked: int, got: int) -> None:
    times = [i / source for i in range(source * 10)]
    picked = list(at_rate(times, asked, lambda t: t))
    assert len(picked) == pytest.approx(got * 10, abs=1)
    assert len(set(picked)) == len(picked)
    worst = max(abs(t - round(t * asked) / asked) for t in picked[:-1])
    assert worst <= 0.5 / source + 1e-9


def test_a_slow_or_uneven_file_gives_all_it_has() -> None:
    draw = random.Random(1)
    times = [i / 5 + draw.uniform(-0.05, 0.05) for i in range(50)]
    assert list(at_rate(times, 10, lambda t: t)) == times
