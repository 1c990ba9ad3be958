"""Counts and intervals."""

import math

import pytest

from beffroi.mandate.impact.figures import Share


@pytest.mark.parametrize(
    ("part", "total", "low", "high"),
    [
        # R. G. Newcombe, Statistics in Medicine 17 (1998), table I, method 3.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
        (29, 29, 0.8830, 1.0000),
    ],
)
def test_the_interval_is_wilsons(part: int, total: int, low: float, high: float) -> None:
    assert list(Share(part, total).interval) == pytest.approx([low, high], abs=5e-5)


def test_nothing_counted_says_nothing() -> None:
    assert math.isnan(Share(0, 0).value)
    assert Share(0, 0).interval == (0.0, 1.0)
