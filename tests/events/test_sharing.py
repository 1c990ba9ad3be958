"""What different ones give of seconds: nobody alone fills it, however badly it is seen."""

import numpy as np
import pytest

from beffroi.events.movers import Mover
from beffroi.events.sharing import FOUND_AGAIN_S, SHARE_S, Sharing


def mover(name: str, x: float, t: float) -> Mover:
    return Mover(name, "person", t, np.array([x, 0.0]), (0.0, 0.0), 100.0, None, 1.0)


def given(sharing: Sharing, seconds: int, *people: tuple[str, float], start: float = 0) -> int:
    """What people give who are there for some seconds, a picture a second."""
    for step in range(seconds):
        t = start + step
        sharing.note(t, 1.0, [mover(name, x, t) for name, x in people])
    return sharing.take()


def test_each_gives_a_minute_at_most() -> None:
    assert given(Sharing(), 20, ("a", 0)) == 20
    assert given(Sharing(), 900, ("a", 0)) == SHARE_S
    assert given(Sharing(), 900, *((str(i), 500.0 * i) for i in range(7))) == 7 * SHARE_S


@pytest.mark.parametrize(
    ("x", "away", "expected"),
    [(40, 1, 60), (60, 1, 120), (40, FOUND_AGAIN_S + 1, 120)],
    ids=["where it was lost", "elsewhere", "much later"],
)
def test_whoever_is_lost_and_found_is_the_same(x: float, away: float, expected: int) -> None:
    sharing = Sharing()
    first = given(sharing, 100, ("a", 0))
    given(sharing, int(away), start=100)
    assert first + given(sharing, 100, ("b", x), start=100 + away) == expected


def test_two_side_by_side_are_two() -> None:
    assert given(Sharing(), 100, ("a", 0), ("b", 30)) == 2 * SHARE_S


@pytest.mark.parametrize(("people", "next_quarter"), [(4, 0), (5, 300)])
def test_who_stays_gives_again_once_what_was_given_is_told(people: int, next_quarter: int) -> None:
    sharing, there = Sharing(), [(str(i), 500.0 * i) for i in range(people)]
    assert given(sharing, 900, *there) == people * SHARE_S
    sharing.begin()
    assert given(sharing, 900, *there, start=900) == next_quarter
