"""What is known of each model, as data: where it comes from, what it reads, what it must weigh."""

import tomllib
from importlib import resources
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from beffroi.errors import BadInput
from beffroi.problems import in_one_line

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Size = tuple[int, int]
"""Height and width of a model's input in pixels."""


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
    task: Literal["pose", "objects", "flames"]
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
    for model in models:
        if model.file is None:
            raise BadInput(f"{path}: model {model.name} does not name its ONNX file (file = …).")
        if model.int8 is not None:
            raise BadInput(
                f"{path}: model {model.name} asks for 8-bit integers (int8 = …), which are made "
                "of Beffroi's own models only; name the quantised ONNX file as a model instead."
            )
    return _located(models, path.parent)


def _located(models: tuple[Model, ...], folder: Path) -> tuple[Model, ...]:
    """The same with the paths of their files, which are relative to a folder, made whole."""
    return tuple(
        model if model.file is None else model.model_copy(update={"file": folder / model.file})
        for model in models
    )
