"""The energy of a camera is what the processors drew, shared among the cameras at work."""

from dataclasses import replace
from pathlib import Path

import pytest

from beffroi.clock import FrozenClock
from beffroi.engine.energy import WINDOW_S, EnergyMeter
from beffroi.engine.messages import Report
from beffroi.engine.states import CameraStates
from beffroi.events.registry import behaviours
from beffroi.mandate.fitness import Equipment
from beffroi.mandate.gate import Gate
from beffroi.store.cameras import CameraState
from tests.engine.town import Town
from tests.mandate.conftest import NOON

FULL = 262_143_328_850


class Processors:
    """Counters as Linux shows them, with the parts of each processor beside it."""

    def __init__(self, folder: Path, count: int) -> None:
        self.folder = folder
        self.names = [f"intel-rapl:{number}" for number in range(count)]
        for name in [*self.names, *(f"{name}:0" for name in self.names)]:
            (folder / name).mkdir()
            (folder / name / "max_energy_range_uj").write_text(f"{FULL}\n")
        self.show(0)

    def show(self, microjoules: int) -> None:
        for folder in self.folder.iterdir():
            (folder / "energy_uj").write_text(f"{microjoules}\n")


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock(NOON)


@pytest.mark.parametrize(
    ("processors", "cameras", "before", "after", "spent"),
    [
        # 10 W for an hour are 10 Wh; two processors of 10 W shared by four cameras are 5 Wh each.
        (1, 1, 0, 1_800_000_000, 10_000),
        (2, 4, 0, 1_800_000_000, 5_000),
        (1, 1, FULL - 800_000_000, 1_000_000_000, 10_000),
        (1, 0, 0, 1_800_000_000, None),
        (0, 1, 0, 1_800_000_000, None),
    ],
    ids=["one", "shared", "full", "nobody at work", "no counter"],
)
def test_what_is_drawn_is_shared(
    tmp_path: Path,
    clock: FrozenClock,
    processors: int,
    cameras: int,
    before: int,
    after: int,
    spent: int | None,
) -> None:
    counters = Processors(tmp_path, processors)
    counters.show(before)
    meter = EnergyMeter(clock, tmp_path)
    counters.show(after)
    answers = []
    for _ in range(3):
        clock.advance(WINDOW_S / 3)
        answers.append(meter.note(cameras))
    assert answers == [None, None, spent]


def test_a_counter_that_only_root_may_read_measures_nothing(
    tmp_path: Path, clock: FrozenClock
) -> None:
    counters = Processors(tmp_path, 2)
    (tmp_path / counters.names[1] / "energy_uj").unlink()
    meter = EnergyMeter(clock, tmp_path)
    clock.advance(WINDOW_S)
    assert meter.note(1) is None


def test_what_was_measured_outlives_a_restart(
    town: Town, tmp_path: Path, clock: FrozenClock
) -> None:
    (powercap := tmp_path / "powercap").mkdir()
    counters = Processors(powercap, 1)
    town.site = replace(town.site, clock=clock)
    town.camera("park")
    town.use("park")
    with town.site.database.read() as session:
        decisions = Gate(Equipment(behaviours()), clock).decide(session)
    states = CameraStates(town.site.database, clock, EnergyMeter(clock, powercap))
    counters.show(1_800_000_000)
    clock.advance(WINDOW_S)
    states.record(decisions, {"park": Report("park", "watching", "", 1, 0)})
    states.close()
    again = CameraStates(town.site.database, clock, EnergyMeter(clock, powercap))
    again.record(decisions, {})
    with town.site.database.read() as session:
        assert session.get_one(CameraState, "park").energy_mwh == 10_000
