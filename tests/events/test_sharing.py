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
    [
        (40, 1, 60),
        (400, 1, 60),
        (500, 1, 120),
        (2000, 10, 60),
        (40, FOUND_AGAIN_S - 1, 60),
        (40, FOUND_AGAIN_S, 120),
    ],
    ids=["there", "near", "too far so soon", "not too far by then", "just in time", "much later"],
)
def test_whoever_is_lost_and_found_is_the_same(x: float, away: float, expected: int) -> None:
    sharing = Sharing()
    first = given(sharing, 100, ("a", 0))
    given(sharing, int(away), start=100)
    assert first + given(sharing, 100, ("b", x), start=100 + away) == expected


@pytest.mark.parametrize("hidden_s", [0.25, 0.8, 2.0, 5.0, 20.0])
@pytest.mark.parametrize("hz", [2, 8])
def test_a_walker_hidden_again_and_again_gives_one_minute(hidden_s: float, hz: int) -> None:
    """Up and down a picture, past a post every 20 seconds, with a new name behind each."""
    sharing = Sharing()
    for step in range(900 * hz):
        t = step / hz
        name, since = divmod(t, 20.0 + hidden_s)
        x = abs(80.0 * t % 2400 - 1200)
        sharing.note(t, 1 / hz, [mover(f"{name}", x, t)] if since < 20 else [])
    assert sharing.take() == SHARE_S


def test_the_nearest_of_those_lost_is_found_first() -> None:
    sharing = Sharing()
    given(sharing, 100, ("a", 0))
    given(sharing, 20, ("a", 0), ("b", 150), start=100)
    assert given(sharing, 100, ("c", 150), start=121) == 40


def test_nobody_is_found_again_by_whoever_comes_after_a_pause() -> None:
    sharing = Sharing()
    given(sharing, 100, ("a", 0))
    assert given(sharing, 100, ("b", 0), start=100 + FOUND_AGAIN_S) == SHARE_S


def test_two_side_by_side_are_two() -> None:
    assert given(Sharing(), 100, ("a", 0), ("b", 30)) == 2 * SHARE_S


@pytest.mark.parametrize(("people", "next_quarter"), [(4, 0), (5, 300)])
def test_who_stays_gives_again_once_what_was_given_is_told(people: int, next_quarter: int) -> None:
    sharing, there = Sharing(), [(str(i), 500.0 * i) for i in range(people)]
    assert given(sharing, 900, *there) == people * SHARE_S
    sharing.begin()
    assert given(sharing, 900, *there, start=900) == next_quarter
