"""The clocks that everything is decided by."""

import time
from datetime import UTC, datetime

import pytest

from beffroi.clock import Clock, FrozenClock, Steps

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def test_uptime_counts_what_was_slept() -> None:
    clock = Clock()
    slept = clock.uptime() - clock.monotonic()
    assert slept >= -0.1
    if hasattr(time, "CLOCK_BOOTTIME"):
        assert clock.uptime() == pytest.approx(time.clock_gettime(time.CLOCK_BOOTTIME), abs=1)


def test_only_a_clock_that_is_set_is_ahead() -> None:
    clock = FrozenClock(NOON)
    steps = Steps(clock)
    clock.advance(5000)
    clock.sleep(50_000)
    assert steps.ahead_s() == 0
    clock.step(4000)
    assert steps.ahead_s() == 4000
    clock.step(-4001)
    assert steps.ahead_s() == -1
