"""Zones as a use keeps them, for detectors."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from beffroi.errors import BadInput
from beffroi.events.detector import Zones
from beffroi.mandate.drawn import Drawn
from beffroi.problems import in_one_line


def read_drawn(drawn: Mapping[str, Any], name: str = "These zones") -> Zones:
    """Read ``{"area": [[x, y]…], "forbidden": {name: […]}, "lines": {name: [[x, y], [x, y]]}}``.

    Args:
        drawn: In fractions of the picture.
        name: What to call it when something is wrong with it.

    Raises:
        BadInput: Something is not a point, polygon or line of the picture, or is called otherwise.
    """
    try:
        read = Drawn.model_validate(drawn)
    except ValidationError as error:
        problems = in_one_line(error, whole="the whole")
        raise BadInput(
            f"{name} cannot be read: {problems}. Points are fractions of the picture, from 0 to 1."
        ) from error
    return Zones(read.area, read.forbidden, read.lines)
