"""Where on the picture something is: inside a drawn polygon, across a drawn line."""

from collections.abc import Sequence
from math import hypot

from beffroi.events.detector import Point


def inside(polygon: Sequence[Point], point: Point) -> bool:
    """Whether a point lies in a polygon, by the parity of edges crossed to its right.

    Both are in fractions of the picture. Points on the edge itself fall on either side.
    """
    x, y = point
    odd = False
    for (x1, y1), (x2, y2) in zip(polygon, [*polygon[1:], polygon[0]], strict=True):
        if (y1 > y) != (y2 > y) and x < x1 + (y - y1) / (y2 - y1) * (x2 - x1):
            odd = not odd
    return odd


def side(line: tuple[Point, Point], point: Point) -> float:
    """Signed distance of a point from a line, in the unit of both; negative on its left.

    Left and right are as seen by somebody who looks from the first point to the second in the
    picture. A distance means the same in every direction only in pixels: in fractions of a wide
    picture, as much is further across than down.
    """
    (x1, y1), (x2, y2) = line
    dx, dy = x2 - x1, y2 - y1
    # The picture's y points down, which makes right positive.
    return (dx * (point[1] - y1) - dy * (point[0] - x1)) / hypot(dx, dy)


def along(line: tuple[Point, Point], point: Point) -> float:
    """Where a point projects onto a line: 0 at its first end, 1 at its second."""
    (x1, y1), (x2, y2) = line
    dx, dy = x2 - x1, y2 - y1
    return ((point[0] - x1) * dx + (point[1] - y1) * dy) / (dx * dx + dy * dy)


def passes(line: tuple[Point, Point], before: Point, now: Point) -> bool:
    """Whether the way from left of a line to its right leads between its two ends."""
    was = side(line, before)
    share = was / (was - side(line, now))
    at = tuple(b + share * (n - b) for b, n in zip(before, now, strict=True))
    return 0 <= along(line, (at[0], at[1])) <= 1


def pixels(line: tuple[Point, Point], size: tuple[int, int]) -> tuple[Point, Point]:
    """A line that was drawn in fractions of a picture, on one of so many pixels."""
    (x1, y1), (x2, y2) = line
    return (x1 * size[0], y1 * size[1]), (x2 * size[0], y2 * size[1])
