"""Plots as small SVG texts: the same numbers always give the same bytes, so a test can compare."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from html import escape
from typing import Final

BLUE: Final = "#0b5394"
ORANGE: Final = "#b45f06"
COLOURS: Final = (BLUE, ORANGE, "#38761d", "#741b47")
GREY: Final = "#ddd"

WIDTH: Final = 760
TICKS: Final = 5

Series = Mapping[str, Sequence[tuple[float, float]]]


def opening(height: int, title: str) -> str:
    """The beginning of a plot, which says for those who do not see it what it shows."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {WIDTH} {height}" '
        f'font-family="sans-serif" font-size="13"><title>{escape(title)}; the tables hold the '
        'same</title><rect width="100%" height="100%" fill="#fff"/>'
    )


def bars(title: str, unit: str, values: Mapping[str, Mapping[str, float]]) -> str:
    """Groups of horizontal bars from zero.

    Args:
        title: What is shown.
        unit: Of the values.
        values: By group, then by series; every group has the same series.
    """
    names = [*next(iter(values.values()))]
    step = 18 * len(names) + 16
    height = step * len(values) + 76
    top = highest(value for group in values.values() for value in group.values())

    def x(value: float) -> float:
        return round(170 + 560 * value / top, 1)

    parts = [opening(height, title), _legend(names), _upright(x, top, height, unit)]
    for i, (group, found) in enumerate(values.items()):
        y = 40 + step * i
        middle = y + 9 * len(names) + 4
        parts.append(f'<text x="160" y="{middle}" text-anchor="end">{escape(group)}</text>')
        parts += [
            f'<rect x="170" y="{y + 18 * j}" width="{round(x(value) - 170, 1)}" height="15" '
            f'fill="{COLOURS[j]}"/>'
            for j, value in enumerate(found.values())
        ]
    return "".join(parts) + "</svg>\n"


def lines(title: str, across: str, unit: str, series: Series) -> str:
    """Points joined by lines, both axes from zero.

    Args:
        title: What is shown.
        across: What lies along the x axis.
        unit: Of the y axis.
        series: Points by name, in order of x.
    """
    points = [point for each in series.values() for point in each]
    right, top = (highest(point[axis] for point in points) for axis in (0, 1))

    def x(value: float) -> float:
        return round(70 + 660 * value / right, 1)

    def y(value: float) -> float:
        return round(300 - 250 * value / top, 1)

    parts = [opening(350, title), _legend([*series]), _upright(x, right, 350, across)]
    for tick in range(TICKS):
        value = top * tick / (TICKS - 1)
        parts.append(
            f'<path d="M70 {y(value)}H730" stroke="{GREY}"/>'
            f'<text x="62" y="{y(value) + 4}" text-anchor="end">{number(value)}</text>'
        )
    parts.append(f'<text x="10" y="40">{escape(unit)}</text>')
    for colour, each in zip(COLOURS, series.values(), strict=False):
        path = "L".join(f"{x(a)} {y(b)}" for a, b in each)
        parts.append(f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{x(a)}" cy="{y(b)}" r="3" fill="{colour}"/>' for a, b in each]
    return "".join(parts) + "</svg>\n"


def highest(values: Iterable[float]) -> float:
    """Where an axis ends: the next number above all values that divides by four in short steps."""
    most = max(values) or 1.0
    power = 10.0 ** math.floor(math.log10(most))
    return next(
        step * power for step in (1, 1.2, 1.6, 2, 2.4, 3.2, 4, 6, 8, 10) if step * power >= most
    )


def number(value: float) -> str:
    """For people: without the noise of binary fractions, thousands apart."""
    return f"{value:,.10g}".replace(",", " ")


def _legend(names: Sequence[str]) -> str:
    return "".join(
        f'<rect x="{170 + 190 * i}" y="12" width="12" height="12" fill="{colour}"/>'
        f'<text x="{187 + 190 * i}" y="23">{escape(name)}</text>'
        for i, (name, colour) in enumerate(zip(names, COLOURS, strict=False))
    )


def _upright(x: Callable[[float], float], top: float, height: int, unit: str) -> str:
    """Lines of the x axis and its numbers, and what they are below."""
    ticks = [top * tick / (TICKS - 1) for tick in range(TICKS)]
    marks = "".join(
        f'<path d="M{x(tick)} 32V{height - 44}" stroke="{GREY}"/>'
        f'<text x="{x(tick)}" y="{height - 28}" text-anchor="middle">{number(tick)}</text>'
        for tick in ticks
    )
    return (
        f'{marks}<text x="{WIDTH // 2}" y="{height - 8}" text-anchor="middle">{escape(unit)}</text>'
    )
