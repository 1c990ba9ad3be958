"""What a use draws on one camera: whoever reads it, before the vote or after, reads it by this."""

from collections.abc import Sequence
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

LEAST_AREA: Final = 1e-5
"""Of a polygon, as a share of the picture: three pixels square of 1280 by 720."""


def covered(polygon: Sequence[tuple[float, float]]) -> float:
    """Share of the picture, by the shoelace formula; fewer than three points cover nothing."""
    pairs = zip(polygon, [*polygon[1:], *polygon[:1]], strict=True)
    return abs(sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairs)) / 2


def _covers(polygon: tuple[Any, ...]) -> tuple[Any, ...]:
    if covered(polygon) < LEAST_AREA:
        raise PydanticCustomError("covers_nothing", "covers no part of the picture")
    return polygon


def _leads(line: tuple[Any, Any]) -> tuple[Any, Any]:
    if line[0] == line[1]:
        raise PydanticCustomError("leads_nowhere", "has no length")
    return line


_Fraction = Annotated[float, Field(strict=True, ge=0, le=1)]
_Point = tuple[_Fraction, _Fraction]
_Polygon = Annotated[tuple[_Point, ...], AfterValidator(_covers)]
_Area = Annotated[tuple[_Point, ...], AfterValidator(lambda drawn: drawn and _covers(drawn))]
_Line = Annotated[tuple[_Point, _Point], AfterValidator(_leads)]


class Drawn(BaseModel):
    """In fractions of the picture's width and height, y down; see `events.detector.Zones`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    area: _Area = ()
    forbidden: dict[str, _Polygon] = {}
    lines: dict[str, _Line] = {}


def as_drawn(zones: dict[str, Any]) -> dict[str, Any]:
    """The same zones, to be kept as they were written.

    Raises:
        ValidationError: They are none.
    """
    Drawn.model_validate(zones)
    return zones
