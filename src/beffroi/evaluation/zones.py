"""Zones for the laboratory, read from a file; in use they are drawn on the camera and voted."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from beffroi.errors import BadInput
from beffroi.events.detector import Point, Zones
from beffroi.events.drawn import read_drawn
from beffroi.problems import in_one_line

_Pixels = Annotated[int, Field(ge=1)]
_Number = Annotated[float, Field(strict=True)]
_Points = list[tuple[_Number, _Number]]


class _File(BaseModel):
    """As written; `zones` is what annotators call forbidden zones."""

    model_config = ConfigDict(extra="forbid")

    image_size: tuple[_Pixels, _Pixels] = Field(
        default=(1, 1), description="Width and height, if the points are pixels of such a picture."
    )
    forbidden: dict[str, _Points] = {}
    zones: dict[str, _Points] = {}
    lines: dict[str, _Points] = {}
    area: _Points = []
    video: str = ""
    rule: str = ""


def read_zones(path: Path) -> Zones:
    """Read `{"forbidden": {name: [[x, y], …]}, "lines": {name: [[x, y], [x, y]]}, "area": […]}`.

    Points are fractions of the picture, or pixels if the file gives an `image_size`.

    Raises:
        BadInput: No such file, or not such zones.
    """
    try:
        file = _File.model_validate_json(path.read_bytes())
    except OSError as error:
        raise BadInput(f"The zones {path} cannot be read: {error.strerror}.") from error
    except ValidationError as error:
        problems = in_one_line(error, whole="the file")
        raise BadInput(f"{path.name} does not hold zones; {problems}.") from error
    width, height = file.image_size

    def scaled(points: Sequence[Point]) -> list[Point]:
        return [(x / width, y / height) for x, y in points]

    forbidden = {**file.zones, **file.forbidden}
    drawn = {
        "area": scaled(file.area),
        "forbidden": {name: scaled(points) for name, points in forbidden.items()},
        "lines": {name: scaled(ends) for name, ends in file.lines.items()},
    }
    return read_drawn(drawn, path.name)
