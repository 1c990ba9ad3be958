"""Counts of a use: sums stay right, and nothing small is told of a quarter of an hour or kept."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import select

from beffroi.mandate.counting import (
    DETECTIONS,
    LEAST,
    PERSON_SECONDS,
    QUARTER,
    SHARED,
    WATCHED_SECONDS,
    count,
    counted,
    quarter_of,
)
from beffroi.store.database import Database
from beffroi.store.mandates import UseCount
from tests.mandate.conftest import NOON, Decide

CARS = "passed:east:car"
Told = list[tuple[int, str, int | None]]


def told(city: Database, *numbers: tuple[int, str, int]) -> Told:
    """What is told of numbers that were counted in some quarters, by the number of the quarter."""
    with city.write() as session:
        for quarter, what, value in numbers:
            moment = NOON + quarter * QUARTER
            count(session, "falls", "park", moment, what, value, now=moment)
    with city.read() as session:
        return [
            (round((row.quarter - quarter_of(NOON)) / QUARTER), row.what, row.value)
            for row in counted(session, "falls", NOON + timedelta(days=1))
        ]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((7, 9), [7, 9]),
        ((2, 9), [0, 11]),
        ((2, 2, 2, 8), [0, 0, 6, 8]),
        ((0, 3), [0, None]),
        ((3, 0), [0, None]),
        ((4,), [None]),
        ((5, 4), [5, None]),
    ],
)
@pytest.mark.parametrize("what", [CARS, DETECTIONS])
def test_what_is_too_few_is_told_with_the_next_quarter(
    city: Database, drafted: Decide, what: str, values: Sequence[int], expected: list[int | None]
) -> None:
    drafted()
    rows = told(city, *((quarter, what, value) for quarter, value in enumerate(values)))
    assert rows == [(quarter, what, value) for quarter, value in enumerate(expected)]


def test_sums_stay_right_and_only_the_last_number_in_the_database_may_be_small(
    city: Database, drafted: Decide
) -> None:
    drafted()
    values = [3, 0, 1, 9, 4, 4, 0, 2, 2, 30, 1]
    told(city, *((quarter, CARS, value) for quarter, value in enumerate(values)))
    with city.read() as session:
        kept = [row.value for row in session.scalars(select(UseCount).order_by(UseCount.quarter))]
    assert sum(kept) == sum(values)
    assert all(value == 0 or value >= LEAST for value in kept[:-1])


def test_a_speed_is_a_mean_of_ten_and_never_tells_how_many(city: Database, drafted: Decide) -> None:
    drafted()

    def passing(quarter: int, vehicles: int, kmh: int) -> list[tuple[int, str, int]]:
        return [(quarter, "timed:east", vehicles), (quarter, "speed:east", vehicles * kmh)]

    rows = told(city, *passing(0, 4, 90), *passing(1, 8, 30), *passing(2, 9, 70))
    assert rows == [(0, "speed:east", None), (1, "speed:east", 50), (2, "speed:east", None)]


def test_a_speed_that_nobody_was_measured_at_is_not_one_of_0(
    city: Database, drafted: Decide
) -> None:
    drafted()
    assert told(city, (0, "timed:east", 0), (0, "speed:east", 0)) == [(0, "speed:east", None)]
    with city.read() as session:
        (row,) = counted(session, "falls", NOON + timedelta(days=1))
    assert row.fewer_than is None


def staying(quarter: int, seconds: int, shared: int) -> list[tuple[int, str, int]]:
    return [(quarter, PERSON_SECONDS, seconds), (quarter, SHARED + PERSON_SECONDS, shared)]


def test_seconds_are_told_if_enough_different_ones_gave_them_and_those_of_looking_always(
    city: Database, drafted: Decide
) -> None:
    drafted()
    alone, company = staying(0, 900, 60), staying(1, 500, 240)
    rows = told(city, *alone, (0, WATCHED_SECONDS, 3), *company, *staying(2, 2000, 299))
    assert rows == [
        (0, PERSON_SECONDS, 0),
        (0, WATCHED_SECONDS, 3),
        (1, PERSON_SECONDS, 1400),
        (2, PERSON_SECONDS, None),
    ]


def test_seconds_of_which_nobody_says_how_many_gave_them_are_not_told(
    city: Database, drafted: Decide
) -> None:
    drafted()
    rows = told(city, (0, "occupied_seconds", 900), (1, "occupied_seconds", 900))
    assert rows == [(0, "occupied_seconds", 0), (1, "occupied_seconds", None)]


def test_of_the_quarter_that_runs_nothing_is_told(city: Database, drafted: Decide) -> None:
    drafted()
    told(city, (0, CARS, 9), (1, CARS, 8))
    for minutes, rows in ((14, 0), (16, 0), (17, 1), (31, 1), (32, 2)):
        with city.read() as session:
            now = NOON + timedelta(minutes=minutes)
            assert len(list(counted(session, "falls", now))) == rows


@pytest.mark.parametrize(("late", "rows"), [(16, [9, None]), (17, [8, None])])
def test_a_quarter_that_was_told_never_changes(
    city: Database, drafted: Decide, late: int, rows: list[int | None]
) -> None:
    drafted()
    told(city, (0, CARS, 8), (1, CARS, 1))
    now = NOON + timedelta(minutes=late)
    with city.write() as session:
        count(session, "falls", "park", NOON, CARS, 1, now=now)
    assert [value for _, _, value in told(city)] == rows


def test_numbers_do_not_mix(city: Database, drafted: Decide) -> None:
    drafted()
    rows = told(city, (0, CARS, 3), (1, "passed:west:car", 3), (1, "passed:east:bus", 3))
    assert Counter(value for _, _, value in rows) == {None: 3}
