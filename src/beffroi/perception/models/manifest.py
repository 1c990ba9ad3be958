"""What is known of each model, as data: where it comes from, what it reads, what it must weigh."""

import tomllib
from collections import Counter
from collections.abc import Collection, Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from beffroi.errors import BadInput
from beffroi.perception.observation import KINDS
from beffroi.problems import in_one_line

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Side = Annotated[int, Field(ge=1, le=4096)]
Size = tuple[Side, Side]
"""Height and width of a model's input in pixels."""


_CONTRACTS_OF: Final[Mapping[str, tuple[str, ...]]] = {
    "pose": ("people", "centre-heads"),
    "objects": ("objects", "distribution-heads"),
    "flames": ("flames",),
    "weapons": ("objects",),
}
_CLASSES_OF: Final[Mapping[str, frozenset[str]]] = {
    "pose": frozenset({"person"}),
    "objects": frozenset(KINDS),
    "flames": frozenset({"flame"}),
    "weapons": frozenset({"weapon"}),
}
"""A closed list: a model that names anything else, a face or an age say, is refused."""


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Conversion(_Entry):
    """How a TensorFlow.js graph is cut and fed."""

    feed: str = Field(description="TensorFlow node replaced by the normalised picture.")
    layout: Literal["NHWC", "NCHW"]
    channels: Literal["RGB", "BGR"]
    scale: tuple[float, float, float] = Field(description="Pixels are multiplied by this…")
    shift: tuple[float, float, float] = Field(description="…then this is added.")
    size: Size | None = Field(default=None, description="The only size, where it is fixed.")
    heads: dict[str, str] = Field(description="Output name: TensorFlow node.")


class Package(_Entry):
    """A package of the npm registry and the only members that may be read from its archive."""

    name: str
    version: str
    archive_bytes: int = Field(description="For showing progress.")
    topology: str
    weights: str
    sha256: dict[str, Sha256] = Field(description="Of each member, by name.")
    conversion: Conversion


class Model(_Entry):
    """One model: the facts that a council, an administrator and the program need."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    task: Literal["pose", "objects", "flames", "weapons"]
    contract: Literal["centre-heads", "distribution-heads", "people", "objects", "flames"]
    title: str
    made_by: str
    country: str
    licence: str
    trained_on: str
    input: str
    sizes: tuple[Size, ...] = Field(min_length=1, max_length=4)
    classes: tuple[str, ...] = Field(min_length=1)
    sha256: Sha256 = Field(description="Of the ONNX file.")
    int8: Sha256 | None = Field(
        default=None,
        description="Of the same in 8-bit integers, made of it by the recipe in `int8/`.",
    )
    package: Package | None = None
    file: Path | None = Field(default=None, description="An ONNX file that ships, or a city's own.")


class Manifest(_Entry):
    """The models known to an installation."""

    model: tuple[Model, ...]


@cache
def builtin_models() -> tuple[Model, ...]:
    """The models that Beffroi installs by default; files that ship lie beside this one."""
    here = Path(str(resources.files(__package__)))
    text = (here / "manifest.toml").read_text("utf-8")
    return _located(Manifest.model_validate(tomllib.loads(text)).model, here)


def read_manifest(path: Path) -> tuple[Model, ...]:
    """Read a city's own manifest; the paths in it are relative to it.

    Raises:
        BadInput: If it is missing, is not TOML, or an entry is wrong.
    """
    try:
        models = Manifest.model_validate(tomllib.loads(path.read_text("utf-8"))).model
    except OSError as error:
        raise BadInput(f"Cannot read the model manifest {path}: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput(f"{path} is not a TOML file: {error}.") from error
    except ValidationError as error:
        raise BadInput(f"{path}: {in_one_line(error)}.") from error
    taken = {model.name for model in builtin_models()}
    for model in models:
        if problem := _problem(model, taken):
            raise BadInput(f"{path}: model {model.name} {problem}.")
        taken.add(model.name)
    tasks = Counter(model.task for model in models)
    if several := [task for task, number in tasks.items() if number > 1]:
        raise BadInput(
            f"{path} names several models of the task {several[0]}: one looks, and it must be "
            "plain which. Take the others out."
        )
    return _located(models, path.parent)


def _problem(model: Model, taken: Collection[str]) -> str:
    """What an entry of a city's own manifest may not say; empty if all is well."""
    if model.name in taken:
        return "has a name that another model has: give it one of its own"
    if model.file is None or model.package is not None:
        return "does not name its ONNX file (file = …), which is never downloaded"
    if model.file.is_absolute() or ".." in model.file.parts:
        return "must name a file beside the manifest, so that they move together"
    if model.int8 is not None:
        return (
            "asks for 8-bit integers (int8 = …), which are made of Beffroi's own models only; "
            "name the quantised ONNX file as a model instead"
        )
    if model.contract not in _CONTRACTS_OF[model.task]:
        return (
            f"has the task {model.task}, which goes with the contract "
            f"{' or '.join(_CONTRACTS_OF[model.task])}, not {model.contract}"
        )
    if foreign := sorted(set(model.classes) - _CLASSES_OF[model.task]):
        known = ", ".join(sorted(_CLASSES_OF[model.task]))
        return f"has the task {model.task}, which knows {known} and never {', '.join(foreign)}"
    if model.task == "flames" and model.sizes != ((224, 224),):
        return "has the task flames, whose windows are of 224 x 224 (sizes = [[224, 224]])"
    return ""


def _located(models: tuple[Model, ...], folder: Path) -> tuple[Model, ...]:
    """The same with the paths of their files, which are relative to a folder, made whole."""
    return tuple(
        model if model.file is None else model.model_copy(update={"file": folder / model.file})
        for model in models
    )
