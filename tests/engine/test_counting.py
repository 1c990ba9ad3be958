"""What is counted and measured on a camera: from made-up observations, without a camera."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from beffroi.alerts.area import Area
from beffroi.clock import FrozenClock
from beffroi.engine.doubts import MOVED_S, CameraDoubts
from beffroi.engine.measure import PEOPLE, WINDOW_S, Measure
from beffroi.engine.messages import Report
from beffroi.engine.tally import Counted, Tally
from beffroi.events.detector import Zones
from beffroi.mandate.cameras import CameraSpec, add_camera, current_version, doubted
from beffroi.mandate.counting import (
    DETECTIONS,
    PERSON_SECONDS,
    SHARED,
    WATCHED_SECONDS,
    quarter_of,
)
from beffroi.mandate.gate import CameraDecision, OpenUse
from beffroi.mandate.modes import Mode
from beffroi.mandate.permit import Basis, issue
from beffroi.perception.observation import Observation, Track
from beffroi.store.database import Database
from tests.engine.town import CLERK, ringing
from tests.events.shipped import VOTED, detector
from tests.mandate.conftest import NOON

LEFT = Area((((0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0)),))


RATE = ringing().definition.rate_hz


def person(number: int, x: float, height: float = 100.0) -> Track:
    box = (x, 200.0 - height, x + 40, 200.0)
    return Track(f"{number:08x}", "person", box, 0.9, None, None, 0.2, 5)


def seen(t: float, *tracks: Track) -> Observation:
    return Observation("gate", t, None, (640, 360), 0.1, True, tracks)


def counted(mode: Mode, seconds: int, rate: int = RATE) -> Counter[tuple[str, str]]:
    """Two people, one of them in the area, and a detection each minute."""
    found: list[Counted] = []
    use = OpenUse("use", "gate", mode, ringing(), {})
    tally = Tally(use, detector("fall"), LEFT, found.append)
    for step in range(seconds * rate + 1):
        t = step / rate
        rings = int(step > 0 and step % (60 * rate) == 0)
        now = NOON + timedelta(seconds=t)
        tally.note(seen(100 + t, person(1, 50), person(2, 500)), rings, now)
    tally.close()
    total: Counter[tuple[str, str]] = Counter()
    for each in found:
        for what, number in each.numbers.items():
            total[f"{quarter_of(each.moment):%H:%M}", what] += number
    return total


def test_shadow_counts_detections_and_how_long_it_watched() -> None:
    total = counted(Mode.SHADOW, 16 * 60)
    assert dict(total) == {
        ("11:00", DETECTIONS): 14,
        ("11:00", WATCHED_SECONDS): pytest.approx(900, abs=1),
        ("11:15", DETECTIONS): 2,
        ("11:15", WATCHED_SECONDS): pytest.approx(60, abs=1),
    }


@pytest.mark.parametrize("seconds", [0, 30])
def test_a_quarter_in_which_nothing_was_found_has_its_rows(seconds: int) -> None:
    total = counted(Mode.SHADOW, seconds)
    assert dict(total) == {("11:00", DETECTIONS): 0, ("11:00", WATCHED_SECONDS): seconds}


def test_time_counts_as_far_as_the_voted_rate_was_kept() -> None:
    whole, half = (counted(Mode.STATISTICS, 600, rate) for rate in (RATE, RATE // 2))
    for what in (WATCHED_SECONDS, PERSON_SECONDS):
        assert whole["11:00", what] == 600
        assert half["11:00", what] == pytest.approx(600 / 0.95 / 2, abs=12)


def test_one_alone_gives_a_minute_of_its_seconds_however_long_it_stays() -> None:
    total = counted(Mode.STATISTICS, 16 * 60)
    assert total["11:00", SHARED + PERSON_SECONDS] == 60
    assert total["11:15", SHARED + PERSON_SECONDS] == 0


def test_statistics_count_who_is_in_the_area_and_for_how_long() -> None:
    total = counted(Mode.STATISTICS, 16 * 60)
    assert total["11:00", DETECTIONS] == 14
    assert total["11:00", WATCHED_SECONDS] == pytest.approx(900, abs=1)
    assert total["11:15", WATCHED_SECONDS] == pytest.approx(60, abs=1)
    for quarter in ("11:00", "11:15"):
        assert total[quarter, PERSON_SECONDS] == total[quarter, WATCHED_SECONDS]


def test_time_in_which_nobody_looked_is_not_counted() -> None:
    found: list[Counted] = []
    use = OpenUse("use", "gate", Mode.STATISTICS, ringing(), {})
    tally = Tally(use, detector("fall"), Area(None), found.append)
    for t in (0.0, 1.0, 50.0, 51.0, 52.0):
        tally.note(seen(t), 0, NOON + timedelta(seconds=t))
    tally.close()
    kept = int(3 * 3 / (0.95 * RATE * 3))
    assert found[-1].numbers == {
        PERSON_SECONDS: 0,
        SHARED + PERSON_SECONDS: 0,
        WATCHED_SECONDS: kept,
    }


def test_traffic_is_counted_by_line_and_kind_and_people_are_not() -> None:
    found: list[Counted] = []
    looking = detector("traffic", Zones(lines={"north": ((0.5, 1.0), (0.5, 0.0))}))
    voted = VOTED["traffic"]
    tally = Tally(OpenUse("use", "gate", Mode.STATISTICS, voted, {}), looking, LEFT, found.append)
    for step in range(100):
        t = step / 5
        x = 40.0 * step % 2000 - 100
        car = Track(
            f"{int(40 * step // 2000):08x}", "car", (x, 100, x + 80, 160), 0.9, None, None, 0, 1
        )
        observation = seen(t, person(1, 50), *([car] if 0 <= x <= 560 else []))
        tally.note(observation, len(looking.update(observation)), NOON + timedelta(seconds=t))
    tally.close()
    total: Counter[str] = Counter()
    for each in found:
        total.update(each.numbers)
    assert total["passed:north:car"] == 2
    assert total[WATCHED_SECONDS] == 19
    assert 0 < total["occupied_seconds"] < total[WATCHED_SECONDS]
    assert PERSON_SECONDS not in total
    assert not any("00000001" in name for name in total)


@pytest.mark.parametrize(
    ("real_hz", "told"),
    [(8.0, None), (7.7, None), (5.0, 5.0), (1 / 5.5, 1 / 5.5)],
    ids=["full", "nearly", "slow", "as slow as can be before it is blind"],
)
def test_a_camera_that_does_not_keep_up_is_told(real_hz: float, told: float | None) -> None:
    measure = Measure(8, (288, 512), Area(None))
    for step in range(int(WINDOW_S * real_hz) + 2):
        measure.note(seen(step / real_hz))
    assert measure.done
    assert measure.rate_hz == (told if told is None else pytest.approx(told, rel=0.01))


def test_a_stream_that_was_away_is_not_slow() -> None:
    measure = Measure(8, (288, 512), Area(None))
    for step in range(int(2 * WINDOW_S * 8)):
        measure.note(seen(step / 8 + (60 if step > 700 else 0)))
    assert (measure.done, measure.rate_hz) == (True, None)


@pytest.mark.parametrize(("people", "told"), [(PEOPLE, 80.0), (PEOPLE - 1, None)])
def test_people_are_as_high_as_they_were_at_most(people: int, told: float | None) -> None:
    """100 pixels of a picture 360 high are 80 of an input 288 high; the right is not looked at."""
    measure = Measure(1, (288, 512), LEFT)
    for step in range(int(WINDOW_S) + 1):
        near = person(step % people, 50, 100 if step < people else 20)
        measure.note(seen(float(step), near, person(1000 + step, 500, 300)))
    assert measure.person_px == (told if told is None else pytest.approx(told))


def test_people_are_measured_where_the_uses_look_now() -> None:
    measure = Measure(1, (288, 512), Area(None))
    for step in range(int(2 * WINDOW_S) + 2):
        if step == int(WINDOW_S) + 1:
            measure.look_within(LEFT)
        measure.note(seen(float(step), person(step, 50, 100), person(1000 + step, 500, 300)))
    assert measure.person_px == pytest.approx(80.0)


@pytest.mark.parametrize(
    ("states", "doubts"),
    [
        (["moved"] * int(MOVED_S), False),
        (["moved"] * int(MOVED_S + 1), True),
        ((["moved"] * 50 + ["watching"]) * 5, False),
        (["blind"] * 100, False),
    ],
    ids=["not long enough", "long enough", "a lorry now and then", "blind"],
)
@pytest.mark.parametrize("basis", [Basis.USE, Basis.COMMISSIONING])
def test_a_camera_is_doubted_once_it_has_looked_elsewhere_for_a_minute(
    database: Database, states: list[str], doubts: bool, basis: Basis
) -> None:
    clock = FrozenClock(NOON)
    with database.write() as session:
        add_camera(session, "gate", CameraSpec("Gate", "sim://park"), actor=CLERK, clock=clock)
        camera = current_version(session, "gate")
    permit = issue("sim://park", basis, "gate", ("use",), deadline=1e9)
    watch = CameraDoubts(database, clock)
    report = Report("gate", "", "The camera no longer looks where it looked.", 1, 0)
    for state in states:
        decision = CameraDecision(camera, permit, (), ())
        watch.record([decision], {"gate": replace(report, state=state)})
        clock.advance(1)
    with database.read() as session:
        assert (doubted(session, "gate") is not None) is (doubts and basis is Basis.USE)
