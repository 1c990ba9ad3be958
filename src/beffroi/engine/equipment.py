"""What this installation can run, as the gate asks for it, and the models that look.

One model that is not in order stops the uses that were voted with it and no other.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from beffroi.errors import BadInput
from beffroi.events.registry import behaviours, demands
from beffroi.folder import DataFolder
from beffroi.mandate.equipment import MANIFEST, Equipment
from beffroi.perception.models import (
    Model,
    State,
    Variant,
    builtin_models,
    checked_models,
    list_models,
    variant,
)
from beffroi.settings import EngineSettings
from beffroi.words import say


@dataclass(frozen=True, slots=True)
class ModelsAtWork:
    """The models that look here.

    Args:
        variants: By task: a city's own takes the place of the one that Beffroi installs.
        tasks: What each known model is for, by name.
        faults: Why another one does not look, see `Equipment`.
    """

    variants: Mapping[str, Variant]
    tasks: Mapping[str, str]
    faults: Mapping[str, str]


def models_at_work(folder: DataFolder, settings: EngineSettings) -> ModelsAtWork:
    """Find the models of an installation that are in order, each file hashed.

    Args:
        folder: Holds the manifest of the city's own models, if it has any.
        settings: What the pose model reads, and how it computes.
    """
    own, wrong = checked_models(folder.models)
    faults: dict[str, str] = {name: _not_in_order(name) for name in wrong}
    known = (*builtin_models(), *own)
    variants: dict[str, Variant] = {}
    for status in list_models(models=[model for model in known if model.name not in faults]):
        model = status.model
        if status.state is not State.INSTALLED:
            faults[model.name] = say("it is missing or damaged: `beffroi models install`")
            continue
        try:
            variants[model.task] = _variant(model, known, settings)
        except BadInput:
            faults[model.name] = say(
                "it does not come as this machine is set to use it, with an input of {size} "
                "computed in {precision}",
                size="×".join(map(str, settings.pose_input)),
                precision=settings.precision,
            )
    return ModelsAtWork(variants, {model.name: model.task for model in known}, faults)


def equipment_of(folder: DataFolder, settings: EngineSettings) -> Equipment:
    """The detectors of this software and the models of this installation; arguments as above."""
    models = models_at_work(folder, settings)
    return Equipment(
        behaviours=behaviours(),
        models={one.model.name: one.sha256 for one in models.variants.values()},
        precision=settings.precision,
        tasks=models.tasks,
        demands=demands,
        faults=models.faults,
    )


def _variant(model: Model, known: tuple[Model, ...], settings: EngineSettings) -> Variant:
    """Of the pose model alone there are several."""
    if model.task == "pose":
        return variant(model.name, settings.pose_input, settings.precision, models=known)
    return variant(model.name, model.sizes[0], models=known)


def _not_in_order(name: str) -> str:
    if name == MANIFEST:
        return say("the city's list of models is not in order: `beffroi doctor` says why")
    return say("it is not in order: `beffroi doctor` says why")
