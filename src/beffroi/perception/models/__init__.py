"""The models: what they are, how they are fetched and converted, and whether they are intact."""

from beffroi.perception.models.install import (
    State,
    Status,
    install,
    installed,
    list_models,
    models_directory,
    variant,
    verify,
)
from beffroi.perception.models.manifest import Model, builtin_models
from beffroi.perception.models.own import checked_models, own_models
from beffroi.perception.models.variants import Precision, Variant, digest

__all__ = [
    "Model",
    "Precision",
    "State",
    "Status",
    "Variant",
    "builtin_models",
    "checked_models",
    "digest",
    "install",
    "installed",
    "list_models",
    "models_directory",
    "own_models",
    "variant",
    "verify",
]
