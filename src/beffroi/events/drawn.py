"""Zones as a use keeps them: plain JSON in fractions of the picture."""

from collections.abc import Mapping
from typing import Any

from beffroi.errors import BadInput
from beffroi.events.detector import Point, Zones


def read_drawn(drawn: Mapping[str, Any]) -> Zones:
    """Read ``{"area": [[x, y]…], "forbidden": {name: […]}, "lines": {name: [[x, y], [x, y]]}}``.

    Raises:
        BadInput: A key is unknown, or something is not a point, polygon or line.
    """
    unknown = drawn.keys() - {"area", "forbidden", "lines"}
    if unknown:
        raise BadInput(f"Zones have no {min(unknown)!r}: only area, forbidden and lines.")
    try:
        return Zones(
            area=tuple(_point(point) for point in drawn.get("area", ())),
            forbidden={
                name: tuple(_point(point) for point in polygon)
                for name, polygon in drawn.get("forbidden", {}).items()
            },
            lines={
                name: (_point(start), _point(end))
                for name, (start, end) in drawn.get("lines", {}).items()
            },
        )
    except (TypeError, ValueError, AttributeError) as error:
        raise BadInput(f"These zones cannot be read: {error}.") from error


def _point(pair: Any) -> Point:
    x, y = pair
    return float(x), float(y)
