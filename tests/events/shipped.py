"""The shipped definitions with parameters of one's own."""

from beffroi.events.detector import Detector, Zones
from beffroi.events.registry import make, shipped_definitions

VOTED = {voted.definition.event: voted for voted in shipped_definitions()}


def detector(event: str, zones: Zones | None = None, **changes: float | bool | str) -> Detector:
    """A fresh detector."""
    definition = VOTED[event].definition
    parameters = {**definition.parameters, **changes}
    return make(definition.model_copy(update={"parameters": parameters}), zones or Zones())
