"""How long a permit lasts where the gate may not be heard, and what ends it all the same."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from beffroi.clock import FrozenClock
from beffroi.mandate.equipment import Equipment
from beffroi.mandate.gate import Gate
from beffroi.mandate.permit import TERM_S
from beffroi.store.database import Database
from tests.mandate.conftest import NOON, Decide
from tests.mandate.test_gate import IN_FORCE, SHIPPED

SPRING = datetime(2027, 3, 28, 0, 30, tzinfo=UTC)  # 01:30 in Paris; 02:00 does not come
AUTUMN = datetime(2027, 10, 31, 0, 30, tzinfo=UTC)  # 02:30 in Paris, for the first time
ZONES = {name: ZoneInfo(name) for name in ("Europe/Paris", "America/Martinique")}
ALL_DAY = [["00:00", "24:00"]]


def term(city: Database, clock: FrozenClock) -> float:
    with city.read() as session:
        permit = Gate(Equipment(SHIPPED), clock).decide(session)[0].permit
    assert permit is not None
    return permit.deadline - clock.monotonic()


@pytest.mark.parametrize(
    ("changes", "lasts"),
    [
        ({}, TERM_S),
        ({"max_offline_s": 60}, 60.0),
        ({"max_offline_s": 86_400}, 86_400.0),
        ({"max_offline_s": 86_400, "ends_at": NOON + timedelta(minutes=20)}, 1200.0),
        ({"max_offline_s": 86_400, "hours": {"0": [["08:00", "12:10"]]}}, 600.0),
        ({"max_offline_s": 86_400, "hours": {"0": [["08:00", "12:10"], ["12:10", "13:00"]]}}, 3600),
        ({"max_offline_s": 86_400, "hours": {"0": ALL_DAY}}, 12 * 3600.0),
        ({"max_offline_s": 86_400, "hours": {"0": ALL_DAY, "1": [["00:00", "01:00"]]}}, 13 * 3600),
    ],
)
def test_a_permit_lasts_as_voted_and_ends_with_the_use(
    city: Database,
    clock: FrozenClock,
    drafted: Decide,
    decide: Decide,
    changes: dict[str, Any],
    lasts: float,
) -> None:
    drafted(**changes)
    decide(*IN_FORCE)
    assert term(city, clock) == lasts


@pytest.mark.parametrize(
    ("now", "span", "lasts"),
    [
        (SPRING, ["01:00", "02:30"], 1800.0),  # at 03:00, thirty minutes later, 02:30 is over
        (SPRING, ["01:00", "03:30"], 3600.0),
        (AUTUMN, ["02:00", "02:45"], 900.0),
        (AUTUMN, ["02:00", "04:00"], 2.5 * 3600),  # 02:00 to 03:00 comes twice
    ],
)
def test_hours_end_where_the_wall_clock_says(
    city: Database,
    clock: FrozenClock,
    drafted: Decide,
    decide: Decide,
    now: datetime,
    span: list[str],
    lasts: float,
) -> None:
    drafted(max_offline_s=86_400, hours={"6": [span]}, ends_at=NOON + timedelta(days=400))
    decide(*IN_FORCE)
    clock.advance((now - NOON).total_seconds())
    assert term(city, clock) == lasts


@pytest.mark.parametrize("zone", ["Europe/Paris", "America/Martinique"])
@pytest.mark.parametrize("day", [datetime(2027, 3, 28), datetime(2027, 10, 31)])  # noqa: DTZ001
def test_every_edge_of_the_hours_acts_at_once_on_the_days_of_both_changes(
    city: Database,
    clock: FrozenClock,
    drafted: Decide,
    decide: Decide,
    zone: str,
    day: datetime,
) -> None:
    """The gate against the wall clock itself, minute by minute, one second to each side."""
    spans = [["01:30", "02:30"], ["03:15", "04:00"]]
    drafted(timezone=zone, hours={"6": spans}, ends_at=NOON + timedelta(days=400))
    decide(*IN_FORCE)
    gate = Gate(Equipment(SHIPPED), clock)
    clock.advance((day.replace(tzinfo=UTC) - timedelta(hours=1) - NOON).total_seconds())
    seen = set()
    for _ in range(9 * 12):
        for seconds in (299.0, 1.0):
            clock.advance(seconds)
            wall = f"{clock.now().astimezone(ZONES[zone]):%w %H:%M:%S}"
            inside = wall[0] == "0" and any(a <= wall[2:7] < b for a, b in spans)
            with city.read() as session:
                permit = gate.decide(session)[0].permit
            assert (permit is not None) is inside, wall
            seen.add(inside)
    assert seen == {True, False}
