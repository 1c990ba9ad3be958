"""A machine that is asked for more than it can do: who gives way, how far, and for how long."""

from collections import deque
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from beffroi.capture.latest import Latest
from beffroi.clock import FrozenClock
from beffroi.engine.messages import Report
from beffroi.engine.plan import Plan
from beffroi.mandate.modes import Mode

RATE_HZ = 5
TICK_S = 0.01


@dataclass
class Camera:
    """Offers 25 pictures a second, of which a share is analysed."""

    mode: Mode
    slot: Latest[float] = field(default_factory=lambda: Latest(RATE_HZ))
    share: float = 1.0
    credit: float = 0.0
    analysed: int = 0
    left_out: int = 0
    oldest_s: float = 0.0

    def turn(self) -> bool:
        self.credit += self.share
        if self.credit < 1:
            self.left_out += 1
            return False
        self.credit -= 1
        self.analysed += 1
        return True


class Machine:
    """Analyses so many pictures a second for all its cameras, in the order of asking.

    Cameras are those of the engine in what matters here: one slot for the newest picture, one
    queue for all, and a plan that is asked twice a second.
    """

    def __init__(self, cameras: Mapping[Mode, int]) -> None:
        self.clock = FrozenClock(datetime(2026, 11, 23, tzinfo=UTC))
        self.plan = Plan(self.clock)
        self.cameras = {
            f"{mode}-{n}": Camera(mode) for mode, many in cameras.items() for n in range(many)
        }
        self.asking: deque[tuple[Camera, float]] = deque()
        self.room = 0.0

    def run(self, seconds: float, capacity_hz: float) -> dict[Mode, list[float]]:
        """Pictures per second that each camera had analysed, by mode."""
        before = {name: camera.analysed for name, camera in self.cameras.items()}
        for tick in range(round(seconds / TICK_S)):
            self.room = min(self.room + capacity_hz * TICK_S, 2.0)
            if tick % 4 == 0:
                self._offer()
            while self.room >= 1 and self.asking:
                camera, taken_t = self.asking.popleft()
                camera.oldest_s = max(camera.oldest_s, self.clock.monotonic() - taken_t)
                self.room -= 1
            if tick % 50 == 0:
                self._ask_the_plan()
            self.clock.advance(TICK_S)
        rates: dict[Mode, list[float]] = {camera.mode: [] for camera in self.cameras.values()}
        for name, camera in self.cameras.items():
            rates[camera.mode].append((camera.analysed - before[name]) / seconds)
        return rates

    def _offer(self) -> None:
        now, waiting = self.clock.monotonic(), {id(camera) for camera, _ in self.asking}
        for camera in self.cameras.values():
            camera.slot.put(now, now, now)
            if id(camera) not in waiting and (t := camera.slot.take(0)) and camera.turn():
                self.asking.append((camera, t))

    def _ask_the_plan(self) -> None:
        modes: dict[str, Collection[Mode]] = {n: {c.mode} for n, c in self.cameras.items()}
        reports = {
            name: Report(name, "watching", "", c.analysed, c.slot.skipped + c.left_out)
            for name, c in self.cameras.items()
        }
        for name, share in self.plan.shares(modes, reports).items():
            self.cameras[name].share = share


def test_a_machine_with_room_leaves_nothing_out() -> None:
    machine = Machine({Mode.LIVE: 4, Mode.SHADOW: 2, Mode.STATISTICS: 2})
    for rates in machine.run(20, capacity_hz=60).values():
        assert min(rates) > 0.95 * RATE_HZ
    assert not any(camera.left_out for camera in machine.cameras.values())


def test_statistics_give_way_before_shadow_and_shadow_before_live() -> None:
    machine = Machine({Mode.LIVE: 4, Mode.SHADOW: 4, Mode.STATISTICS: 4})
    machine.run(20, capacity_hz=42)
    rates = machine.run(40, capacity_hz=42)
    assert min(rates[Mode.LIVE]) > 0.93 * RATE_HZ
    assert min(rates[Mode.SHADOW]) > 0.8 * RATE_HZ
    assert max(rates[Mode.STATISTICS]) < 0.5 * RATE_HZ
    machine.run(20, capacity_hz=24)
    rates = machine.run(40, capacity_hz=24)
    assert min(rates[Mode.LIVE]) > 0.93 * RATE_HZ
    assert max(rates[Mode.SHADOW] + rates[Mode.STATISTICS]) < 0.5 * RATE_HZ


@pytest.mark.parametrize("mode", [Mode.LIVE, Mode.SHADOW])
def test_within_a_rank_rates_fall_evenly_and_every_drop_is_counted(mode: Mode) -> None:
    machine = Machine({mode: 12})
    (rates,) = machine.run(30, capacity_hz=20).values()
    assert sum(rates) == pytest.approx(20, rel=0.05)
    assert max(rates) < 1.1 * min(rates)
    for camera in machine.cameras.values():
        due = 30 * RATE_HZ
        assert camera.analysed + camera.slot.skipped + camera.left_out == pytest.approx(due, abs=3)
        assert camera.oldest_s < 1, "a picture waits for its turn once at most"
    assert len(machine.asking) <= 12


def test_live_keeps_its_rate_while_others_try_for_room_and_all_is_over_once_there_is_some() -> None:
    machine = Machine({Mode.LIVE: 4, Mode.SHADOW: 8})
    machine.run(60, capacity_hz=21)
    assert min(machine.run(180, capacity_hz=21)[Mode.LIVE]) > 0.95 * RATE_HZ
    machine.run(60, capacity_hz=100)
    rates = machine.run(10, capacity_hz=100)
    assert min(rates[Mode.LIVE] + rates[Mode.SHADOW]) > 0.95 * RATE_HZ


def test_who_has_no_report_or_was_opened_anew_is_not_late() -> None:
    clock = FrozenClock(datetime(2026, 11, 23, tzinfo=UTC))
    plan = Plan(clock)
    modes = {"a": {Mode.LIVE}, "b": {Mode.STATISTICS, Mode.SHADOW}, "c": set[Mode]()}
    reports = {"a": Report("a", "watching", "", 100, 900)}
    for analysed in (100, 0, 10):
        clock.advance(5)
        assert plan.shares(modes, reports) == {"a": 1.0, "b": 1.0, "c": 1.0}
        reports = {"a": Report("a", "watching", "", analysed, analysed // 100)}
