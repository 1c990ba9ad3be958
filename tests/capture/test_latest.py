import threading
import time

import pytest

from beffroi.capture.latest import Latest


@pytest.mark.parametrize(("camera", "asked"), [(25, 10), (25, 25), (10, 10), (30, 4)])
def test_a_prompt_reader_gets_the_rate_and_nothing_is_skipped(camera: int, asked: int) -> None:
    latest: Latest[int] = Latest(asked)
    taken = 0
    for i in range(camera * 10):
        t = i / camera + 0.1 / camera * (-1) ** i
        latest.put(i, t, t)
        taken += latest.take(0) is not None
    assert taken == pytest.approx(asked * 10, abs=2)
    assert latest.skipped == 0


def test_a_late_reader_gets_the_newest_and_the_rest_is_counted() -> None:
    latest: Latest[int] = Latest(10)
    for i in range(26):
        latest.put(i, i / 25, i / 25)
    assert latest.take(0) == 25
    assert latest.skipped == 9 or latest.skipped == 10
    assert latest.take(0) is None


def test_what_there_was_no_time_to_make_is_counted_once_a_period() -> None:
    latest: Latest[int] = Latest(5)
    latest.put(0, 0, 0)
    assert latest.take(0) == 0
    for i in range(1, 51):
        latest.miss(i / 25)
    assert latest.skipped == 10
    latest.put(51, 51 / 25, 51 / 25)
    assert latest.take(0) is None


@pytest.mark.parametrize(("busy", "skipped"), [(False, 0), (True, 9)])
def test_what_a_network_brings_together_is_late_only_where_nobody_takes_any(
    busy: bool, skipped: int
) -> None:
    latest: Latest[int] = Latest(5)
    for second in range(1, 11):
        for i in range(25):
            latest.put(i, second - 1 + i / 25, second + i / 1000)
        assert busy or latest.take(0) == 24
    assert latest.skipped == skipped


def test_after_a_pause_the_next_picture_is_due_at_once() -> None:
    latest: Latest[str] = Latest(1)
    latest.put("first", 0, 0)
    assert latest.take(0) == "first"
    latest.put("after a pause", 60, 60)
    assert latest.take(0) == "after a pause"
    latest.put("too soon", 60.1, 60.1)
    assert latest.take(0) is None


def test_a_waiting_reader_is_woken() -> None:
    latest: Latest[str] = Latest(1)
    threading.Timer(0.05, latest.put, ("here", 0.0, 0.0)).start()
    begun = time.monotonic()
    assert latest.take(5) == "here"
    assert time.monotonic() - begun < 2
