"""All detectors and the definitions that ship with them.

An event is added by a module here, a definition in `definitions/` and a line in `DETECTORS`.
"""

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from pydantic import ValidationError

from beffroi.errors import BadInput
from beffroi.events.abandoned_object import AbandonedObject
from beffroi.events.crowd_motion import CrowdMotion
from beffroi.events.density import Density
from beffroi.events.detector import Detector, Zones
from beffroi.events.fall import Fall
from beffroi.events.fire import Fire
from beffroi.events.gathering import Gathering
from beffroi.events.intrusion import Intrusion
from beffroi.events.running import Running
from beffroi.events.shipped import shipped_annexes, shipped_definitions, shipped_translations
from beffroi.events.strike import Strike
from beffroi.events.traffic import Traffic
from beffroi.events.weapon import Weapon, refuse
from beffroi.events.wrong_way import WrongWay
from beffroi.mandate.definition import Definition, VotedText
from beffroi.mandate.equipment import Demands
from beffroi.mandate.fitness import FINDS
from beffroi.perception.finders import Need, tasks_of
from beffroi.perception.models import builtin_models
from beffroi.problems import in_one_line

__all__ = [
    "DETECTORS",
    "behaviours",
    "build",
    "demands",
    "make",
    "shipped_annexes",
    "shipped_definitions",
    "shipped_translations",
]

DETECTORS: Mapping[str, type[Detector]] = MappingProxyType(
    {
        detector.id: detector
        for detector in (
            AbandonedObject,
            CrowdMotion,
            Density,
            Fall,
            Fire,
            Gathering,
            Intrusion,
            Running,
            Strike,
            Traffic,
            WrongWay,
        )
    }
)


PLUG_INS: Mapping[str, type[Detector]] = MappingProxyType({Weapon.id: Weapon})
"""Detectors of what only a model of a city's own finds, so that no definition of it ships."""


def behaviours() -> dict[str, int]:
    """The version of each detector's behaviour in this software, by id."""
    return {name: kind.behaviour for name, kind in {**DETECTORS, **PLUG_INS}.items()}


def build(voted: VotedText, zones: Zones) -> Detector:
    """Make the detector that a definition describes.

    Args:
        voted: The definition, as voted.
        zones: What the use has drawn on the camera.

    Raises:
        BadInput: There is no such detector, this version does not behave as the one voted, the
            parameters are not exactly those that the detector has, or no model is named of which
            it is shown the findings.
    """
    return make(voted.definition, zones)


def make(definition: Definition, zones: Zones) -> Detector:
    """The same for a text that nobody has voted: in the laboratory, parameters may be tried.

    Raises:
        BadInput: As for :func:`build`.
        Unavailable: It needs a model that only a city can add, and names none.
    """
    detector = DETECTORS.get(definition.detector) or PLUG_INS.get(definition.detector)
    if detector is None:
        raise BadInput(
            f"There is no detector named {definition.detector!r}; "
            f"there are {', '.join(sorted(DETECTORS))}."
        )
    if detector.behaviour != definition.behaviour:
        raise BadInput(
            f"The definition of {definition.event} was voted for behaviour "
            f"{definition.behaviour} of {definition.detector}, and this version of Beffroi has "
            f"behaviour {detector.behaviour}; the new behaviour needs a definition of its own."
        )
    try:
        parameters = detector.parameters.model_validate(definition.parameters)
    except ValidationError as error:
        problems = in_one_line(error, whole="parameters")
        raise BadInput(f"The parameters of {definition.event} are wrong: {problems}.") from error
    looking = detector(parameters, zones)
    _require_models(definition, looking)
    return looking


def demands(definition: Definition) -> Demands:
    """What the detector of a definition cannot do without.

    Raises:
        BadInput: As for :func:`build`.
    """
    return _demanded(definition.model_dump_json())


@lru_cache(maxsize=1024)
def _demanded(definition: str) -> Demands:
    """The gate asks twice a second, and some detectors take a moment to make."""
    return _demands(make(Definition.model_validate_json(definition), Zones()))


def _demands(detector: Detector) -> Demands:
    return Demands(tasks_of(detector.needs), Need.GROUND in detector.needs)


def _require_models(definition: Definition, detector: Detector) -> None:
    """Refuse a text that names too few models; those of a city's own may be for any task."""
    known = {model.name: model.task for model in builtin_models()}
    unnamed = _demands(detector).tasks - {known.get(name) for name in definition.models}
    if len(unnamed) > len(definition.models.keys() - known.keys()):
        refuse(definition.detector)
        found = ", ".join(FINDS[task] for task in sorted(unnamed))
        raise BadInput(
            f"The definition of {definition.event} names no model that finds {found}, and its "
            "detector cannot do without: write its SHA-256 under `models`."
        )
