"""What this installation can run, as the gate asks for it."""

from beffroi.events.registry import behaviours, demands
from beffroi.folder import DataFolder
from beffroi.mandate.fitness import Equipment
from beffroi.perception.models import Precision, builtin_models, installed, models_at_work


def equipment_of(folder: DataFolder, precision: Precision) -> Equipment:
    """The detectors of this software and the models of this installation.

    Args:
        folder: Holds the manifest of the city's own models, if it has any.
        precision: Numeric precision of the inference.

    Raises:
        BadInput: That manifest, or a model in it, is not in order.
    """
    models = models_at_work(folder.models)
    return Equipment(
        behaviours=behaviours(),
        models=installed(precision, models=models),
        precision=precision,
        tasks={model.name: model.task for model in (*builtin_models(), *models)},
        demands=demands,
    )
