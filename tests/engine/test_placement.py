"""Which host watches which camera, when hosts die: with hosts that die when they are told to."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from beffroi.clock import FrozenClock
from beffroi.engine import placement
from beffroi.engine.placement import LONGEST_S, MOST_APART, PATIENCE, PROVEN_S, REST_S, Placement
from beffroi.folder import DataFolder
from beffroi.settings import EngineSettings

CAMERAS = set("abcdefgh")


class Mortal:
    """A host as far as placement knows it."""

    def __init__(self, *_: object) -> None:
        self.pid, self.spoke, self.living, self.ended_by_hand = id(self), True, True, False
        self.cameras: set[str] = set()
        self.reports: dict[str, Any] = {}
        self.orders: list[Sequence[object]] = []

    def alive(self) -> bool:
        return self.living

    def at_fault(self) -> bool:
        return not self.ended_by_hand

    def send(self, orders: Sequence[object]) -> None:
        self.orders.append(orders)

    def dismiss(self) -> None:
        """It ends when it likes."""

    def kill(self) -> None:
        self.living = False

    def stop(self, patience_s: float) -> None:
        assert patience_s > 0
        self.living = False


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock(datetime(2026, 7, 1, tzinfo=UTC))


@pytest.fixture
def hosts(
    folder: DataFolder, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Placement]:
    monkeypatch.setattr(placement, "HostProcess", Mortal)
    return lambda **engine: Placement(folder, EngineSettings(**engine), clock)


def goes_on(placed: Placement, deadly: str = "") -> list[set[str]]:
    """One round; the cameras of each host after it."""
    for host in placed.hosts:
        host.living = deadly not in host.cameras  # type: ignore[attr-defined]
    placed.bury()
    placed.place(CAMERAS)
    return sorted(
        (set(host.cameras) for host in placed.hosts), key=lambda each: (-len(each), *sorted(each))
    )


def test_whoever_kills_its_host_is_soon_alone_and_waits_ever_longer(
    hosts: Callable[..., Placement], clock: FrozenClock
) -> None:
    placed = hosts(hosts=1)
    assert goes_on(placed) == [CAMERAS]
    assert goes_on(placed, "c") == [set("abcd"), set("efgh")]
    assert goes_on(placed, "c") == [set("efgh"), set("ab"), set("cd")]
    assert goes_on(placed, "c") == [set("efgh"), set("ab"), {"c"}, {"d"}]
    for _ in range(PATIENCE):
        assert goes_on(placed, "c") == [set("efgh"), set("ab"), {"c"}, {"d"}]
        assert "c" not in placed.reports()
    rests: list[int] = []
    for _ in range(9):
        waited, found = 0, goes_on(placed, "c")
        while {"c"} not in found:
            report = placed.reports()["c"]
            assert (report.state, report.detail[0]) == ("blind", str(PATIENCE + 1 + len(rests))[0])
            clock.advance(1)
            waited, found = waited + 1, goes_on(placed)
        rests.append(waited)
    assert rests == [min(REST_S * 2**n, LONGEST_S) for n in range(9)]
    placed._ended["c"] = 10_000
    assert {"c"} not in goes_on(placed, "c")
    clock.advance(LONGEST_S)
    assert {"c"} in goes_on(placed)


def test_those_who_let_their_host_live_come_together_again(
    hosts: Callable[..., Placement], clock: FrozenClock
) -> None:
    placed = hosts(hosts=1)
    goes_on(placed)
    assert goes_on(placed, "c") == [set("abcd"), set("efgh")]
    clock.advance(PROVEN_S)
    assert goes_on(placed) == [CAMERAS]
    (host,) = placed.hosts
    assert len(placed._leaving) == 1
    assert placed._leaving[0].orders == [[]]  # type: ignore[attr-defined]
    placed._leaving[0].kill()
    placed.bury()
    assert placed._leaving == []
    assert placed.hosts == [host]


def test_a_machine_whose_hosts_all_die_gets_no_more_of_them(
    hosts: Callable[..., Placement],
) -> None:
    placed = hosts(hosts=1)
    goes_on(placed)
    for deadly in "aecgbdfh":
        goes_on(placed, deadly)
        assert len(placed.hosts) <= MOST_APART + 1
        assert {camera for host in placed.hosts for camera in host.cameras} == CAMERAS


def test_a_host_that_was_killed_by_somebody_makes_nobody_suspect(
    hosts: Callable[..., Placement],
) -> None:
    placed = hosts(hosts=1)
    goes_on(placed)
    placed.hosts[0].ended_by_hand = True  # type: ignore[attr-defined]
    assert goes_on(placed, "c") == [CAMERAS]


def test_a_host_that_never_spoke_makes_nobody_suspect_and_is_followed_later(
    hosts: Callable[..., Placement], clock: FrozenClock
) -> None:
    placed = hosts(hosts=1)
    goes_on(placed)
    placed.hosts[0].spoke = False
    assert goes_on(placed, "c") == []
    clock.advance(REST_S)
    assert goes_on(placed) == [CAMERAS]


def test_whoever_may_not_run_any_more_is_forgotten(hosts: Callable[..., Placement]) -> None:
    placed = hosts(hosts=2, cameras_per_host=3)
    assert goes_on(placed) == [set("ace"), set("bdf")]
    goes_on(placed, "a")
    placed.place({"b", "c"})
    assert {camera for host in placed.hosts for camera in host.cameras} == {"b", "c"}
