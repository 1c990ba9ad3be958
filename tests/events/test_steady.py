"""What is averaged over the last moments of a place, and what is spared."""

from functools import partial

import numpy as np
import pytest
from numpy.typing import NDArray

from beffroi.events.strike import Steady

HERE, THERE = 100 + 100j, 900 + 100j


def averages(moments: list[dict[complex, float]], least: float) -> tuple[list[float], int]:
    """The highest average after each moment, a fifth of a second apart; and how many were weighed.

    Averages are over half a second, and nobody is told apart within 150 pixels.
    """
    steady, weighed = Steady(0.5, 1.5), 0

    def weigh(scores: list[float]) -> NDArray[np.float64]:
        nonlocal weighed
        weighed += 1
        return np.array(scores)

    highest = []
    for i, moment in enumerate(moments):
        places, units = np.array(list(moment), complex), np.full(len(moment), 100.0)
        steady.add(i / 5, places, units, partial(weigh, list(moment.values())))
        highest.append(float(steady.scores(least).max(initial=0.0)))
    return highest, weighed


def test_averages_are_of_one_place_and_begin_when_enough_was_seen() -> None:
    moments = [{HERE: 0.9}, {HERE: 0.6, THERE: 1.0}, {HERE + 90: 0.9}, {HERE: 0.3}, {}]
    highest, _ = averages(moments, 0.0)
    assert highest == pytest.approx([0, 0, 0, 0.6, 0])


def test_harmless_moments_are_hardly_weighed_and_none_is_missed() -> None:
    quiet = [{HERE: 0.3}] * 20
    highest, weighed = averages(quiet, 0.8)
    assert max(highest) < 0.8
    assert weighed < len(quiet) / 2
    chance = np.random.default_rng(1)
    for _ in range(20):
        scores = np.repeat(chance.uniform(0.4, 1, 8), 4) ** 0.5
        moments = [{HERE: float(score)} for score in scores]
        known, most = averages(moments, 0.0)
        spared, fewer = averages(moments, 0.8)
        assert [a if a >= 0.8 else 0 for a in spared] == [a if a >= 0.8 else 0 for a in known]
        assert fewer <= most
