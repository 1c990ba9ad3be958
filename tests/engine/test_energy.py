"""The energy of a camera is what the processors drew, shared among the cameras at work."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from beffroi.clock import FrozenClock
from beffroi.engine.energy import WINDOW_S, EnergyMeter
from beffroi.engine.messages import Report
from beffroi.engine.shares import ProcessorShares
from beffroi.engine.states import CameraStates
from beffroi.events.registry import behaviours
from beffroi.mandate.energy import Energy
from beffroi.mandate.equipment import Equipment
from beffroi.mandate.gate import Gate
from beffroi.store.cameras import CameraState
from tests.engine.town import Town
from tests.mandate.conftest import NOON

WATTS = 15.0
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


def at_work(
    meter: EnergyMeter, clock: FrozenClock, processor_s: Mapping[str, float], *, seconds: float
) -> dict[str, Energy]:
    """What a meter says in the end of cameras that are analysed, and take so much a second."""
    said: dict[str, Energy] = {}
    for second in range(round(seconds) + 1):
        reports = [
            Report(camera, "watching", "", second, 0, processor_s=second * each)
            for camera, each in processor_s.items()
        ]
        said |= meter.note(reports)
        clock.advance(1)
    return said


@pytest.mark.parametrize(
    ("processors", "processor_s", "before", "after", "spent"),
    [
        # 10 W for an hour are 10 Wh; who takes three times the processor, takes three times that.
        (1, {"a": 0.2}, 0, 1_800_000_000, {"a": 10_000}),
        (2, {"a": 0.3, "b": 0.1}, 0, 1_800_000_000, {"a": 15_000, "b": 5_000}),
        (1, {"a": 0.2}, FULL - 800_000_000, 1_000_000_000, {"a": 10_000}),
        (1, {}, 0, 1_800_000_000, {}),
    ],
    ids=["one", "shared", "full", "nobody at work"],
)
def test_what_is_drawn_is_shared(
    tmp_path: Path,
    clock: FrozenClock,
    processors: int,
    processor_s: Mapping[str, float],
    before: int,
    after: int,
    spent: Mapping[str, int],
) -> None:
    counters = Processors(tmp_path, processors)
    counters.show(before)
    meter = EnergyMeter(clock, WATTS, tmp_path)
    counters.show(after)
    said = at_work(meter, clock, processor_s, seconds=WINDOW_S)
    assert said == {camera: Energy(mwh, estimated=False) for camera, mwh in spent.items()}


@pytest.mark.parametrize("processors", [0, 2], ids=["no counter", "for root alone"])
def test_where_nothing_can_be_read_energy_is_estimated_from_processor_time(
    tmp_path: Path, clock: FrozenClock, processors: int
) -> None:
    for name in Processors(tmp_path, processors).names[1:]:
        (tmp_path / name / "energy_uj").unlink()
    meter = EnergyMeter(clock, WATTS, tmp_path)
    said = at_work(meter, clock, {"busy": 0.2, "idle": 0.01}, seconds=WINDOW_S)
    assert said == {
        "busy": Energy(round(WATTS * 0.2 * 1000), estimated=True),
        "idle": Energy(round(WATTS * 0.01 * 1000), estimated=True),
    }


def test_a_counter_that_does_not_say_when_it_is_full_is_not_relied_on_when_it_was(
    tmp_path: Path, clock: FrozenClock
) -> None:
    counters = Processors(tmp_path, 1)
    counters.show(FULL)
    meter = EnergyMeter(clock, WATTS, tmp_path)
    (tmp_path / "intel-rapl:0" / "max_energy_range_uj").unlink()
    counters.show(0)
    said = at_work(meter, clock, {"a": 0.2}, seconds=WINDOW_S)
    assert said == {"a": Energy(round(WATTS * 0.2 * 1000), estimated=True)}


def test_a_camera_that_only_decodes_or_was_just_opened_is_not_measured(
    tmp_path: Path, clock: FrozenClock
) -> None:
    meter = EnergyMeter(clock, WATTS, tmp_path)
    at_work(meter, clock, {"first": 0.2}, seconds=WINDOW_S / 2)
    for second in range(round(WINDOW_S)):
        said = meter.note(
            [
                Report("commissioned", "watching", "", 0, 0, processor_s=second * 0.1),
                Report("late", "watching", "", second, 0, processor_s=second * 0.1),
            ]
        )
        if said:
            break
        clock.advance(1)
    assert clock.monotonic() >= WINDOW_S
    assert not said


def test_a_host_shares_its_time_by_how_long_pictures_took() -> None:
    clock = iter([1.0, 3.0, 4.0, 5.0])
    shares = ProcessorShares(lambda: next(clock))
    assert shares.note({"busy": 0.9, "idle": 0.1}) == pytest.approx({"busy": 1.8, "idle": 0.2})
    assert shares.note({"busy": 0.9, "idle": 0.1}) == pytest.approx({"busy": 1.8, "idle": 0.2})
    # It was opened anew, and counts from nothing.
    assert shares.note({"busy": 0.5, "idle": 0.1}) == pytest.approx({"busy": 2.8, "idle": 0.2})


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
    states = CameraStates(town.site.database, clock, EnergyMeter(clock, WATTS, powercap))
    counters.show(1_800_000_000)
    for second in range(0, round(WINDOW_S) + 1, 5):
        measured_at = clock.now()
        report = Report("park", "watching", "", second, 0, spared=7, processor_s=second / 9)
        states.record(decisions, {"park": report})
        clock.advance(5)
    states.close()
    again = CameraStates(town.site.database, clock, EnergyMeter(clock, WATTS, powercap))
    again.record(decisions, {})
    with town.site.database.read() as session:
        state = session.get_one(CameraState, "park")
        assert (state.energy_mwh, state.energy_estimated) == (10_000, False)
        assert state.energy_at == measured_at
