"""Zones for the laboratory, read from a file; in use they are drawn on the camera and voted."""

import math
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from beffroi.errors import BadInput
from beffroi.events.detector import Point, Zones
from beffroi.problems import in_one_line

_Polygon = Annotated[tuple[Point, ...], Field(min_length=3)]


class _File(BaseModel):
    """As written; `zones` is what annotators call forbidden zones."""

    model_config = ConfigDict(extra="forbid")

    image_size: tuple[int, int] | None = Field(
        default=None, description="Width and height, if the points are pixels of such a picture."
    )
    forbidden: dict[str, _Polygon] = {}
    zones: dict[str, _Polygon] = {}
    lines: dict[str, tuple[Point, Point]] = {}
    area: _Polygon | None = None
    video: str = ""
    rule: str = ""


def read_zones(path: Path) -> Zones:
    """Read `{"forbidden": {name: [[x, y], …]}, "lines": {name: [[x, y], [x, y]]}, "area": […]}`.

    Points are fractions of the picture, or pixels if the file gives an `image_size`.

    Raises:
        BadInput: No such file, not such zones, or a polygon without area.
    """
    try:
        file = _File.model_validate_json(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadInput(f"The zones {path} cannot be read: {error.strerror}.") from error
    except ValidationError as error:
        problems = in_one_line(error, whole="the file")
        raise BadInput(f"{path.name} does not hold zones; {problems}.") from error
    width, height = file.image_size or (1, 1)

    def scaled(points: tuple[Point, ...]) -> tuple[Point, ...]:
        return tuple((x / width, y / height) for x, y in points)

    zones = Zones(
        area=scaled(file.area or ()),
        forbidden={
            name: scaled(points) for name, points in {**file.zones, **file.forbidden}.items()
        },
        lines={name: (scaled(ends)[0], scaled(ends)[1]) for name, ends in file.lines.items()},
    )
    _check(zones, path.name)
    return zones


def _check(zones: Zones, name: str) -> None:
    polygons = [*zones.forbidden.items(), *([("area", zones.area)] if zones.area else [])]
    for zone, points in [*polygons, *zones.lines.items()]:
        if not all(math.isfinite(v) and -0.01 <= v <= 1.01 for point in points for v in point):
            raise BadInput(
                f"{name}: {zone} lies outside the picture; points are fractions from 0 to 1, or "
                "pixels with an image_size."
            )
    for zone, points in polygons:
        if _size(points) < 1e-6:
            raise BadInput(f"{name}: {zone} encloses nothing.")
    for line, (start, end) in zones.lines.items():
        if start == end:
            raise BadInput(f"{name}: the line {line} has no length.")


def _size(points: tuple[Point, ...]) -> float:
    """Area of a polygon (shoelace formula)."""
    shifted = [*points[1:], points[0]]
    pairs = zip(points, shifted, strict=True)
    return abs(sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairs)) / 2
