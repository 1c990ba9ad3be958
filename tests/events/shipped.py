"""The shipped definitions with parameters of one's own, and with models for all of them."""

from beffroi.events.detector import Detector, Zones
from beffroi.events.registry import make, shipped_definitions
from beffroi.perception.models import builtin_models

MODELS = {model.name: model.sha256 for model in builtin_models()}
VOTED = {voted.definition.event: voted for voted in shipped_definitions()}


def detector(event: str, zones: Zones | None = None, **changes: float | bool | str) -> Detector:
    """A fresh detector."""
    definition = VOTED[event].definition
    parameters = {**definition.parameters, **changes}
    changed = definition.model_copy(update={"parameters": parameters, "models": MODELS})
    return make(changed, zones or Zones())
