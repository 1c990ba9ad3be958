"""Installing the models into the user's cache, and checking that they are what was pinned."""

import fcntl
import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files
from itertools import groupby
from pathlib import Path

from beffroi.errors import Tampered, Unavailable
from beffroi.perception.models.convert import convert
from beffroi.perception.models.fetch import Progress, fetch
from beffroi.perception.models.manifest import Model, Package, Size, builtin_models
from beffroi.perception.models.quantise import Recipe, quantise
from beffroi.perception.models.variants import Precision, Variant


class State(StrEnum):
    """Whether a model can be used."""

    INSTALLED = "installed"
    MISSING = "missing"
    DAMAGED = "damaged"


@dataclass(frozen=True, slots=True)
class Status:
    """A model and the state of its file.

    Args:
        model: Its manifest entry.
        path: Where its ONNX file lies or would lie.
        state: Found by hashing its files.
        files: All that it has: the same, and that in 8-bit integers if there is one.
    """

    model: Model
    path: Path
    state: State
    files: tuple[Path, ...]


def models_directory(environment: Mapping[str, str] = os.environ) -> Path:
    """Where models are kept: `BEFFROI_MODELS`, else `beffroi/models` in the user's cache."""
    if own := environment.get("BEFFROI_MODELS"):
        return Path(own)
    cache = environment.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "beffroi" / "models"


def list_models(
    directory: Path | None = None, models: Iterable[Model] | None = None
) -> list[Status]:
    """The state of each model, by hashing its file.

    Args:
        directory: Where models are kept; :func:`models_directory` unless given.
        models: Manifest entries; the built-in ones unless given.
    """
    directory = directory or models_directory()
    return [_status(model, directory) for model in models or builtin_models()]


def installed(
    precision: Precision = "f32",
    directory: Path | None = None,
    models: Iterable[Model] | None = None,
) -> dict[str, str]:
    """SHA-256 of the file that runs of each model that is there and untouched, by name.

    Args:
        precision: Of the models that come in several; in 8-bit integers a model is another file,
            and a definition must have named that one.
        directory: Where models are kept; :func:`models_directory` unless given.
        models: Manifest entries; the built-in ones unless given.
    """
    there = (one.model for one in list_models(directory, models) if one.state is State.INSTALLED)
    return {model.name: (precision == "int8" and model.int8) or model.sha256 for model in there}


def verify(directory: Path | None = None, models: Iterable[Model] | None = None) -> list[Status]:
    """Check that every model is installed and untouched; arguments as for :func:`list_models`.

    Raises:
        Tampered: If a file is not what its manifest pins.
        Unavailable: If a model is missing.
    """
    statuses = list_models(directory, models)
    for state, kind in ((State.DAMAGED, Tampered), (State.MISSING, Unavailable)):
        wrong = [status.model.name for status in statuses if status.state is state]
        if wrong:
            raise kind(f"{', '.join(wrong)}: {state}; run `beffroi models install`.")
    return statuses


def install(
    directory: Path | None = None,
    models: Iterable[Model] | None = None,
    progress: Progress = lambda _step, _share: None,
) -> list[Status]:
    """Download, convert and store what is not installed yet. Repeating it is cheap and safe.

    Args:
        directory: Where models are kept; :func:`models_directory` unless given.
        models: Manifest entries; the built-in ones unless given.
        progress: Told what is being done.

    Returns:
        All models, installed.

    Raises:
        Unavailable: If npm, the network or the disk fails.
        Tampered: If anything downloaded or converted differs from what is pinned.
    """
    directory = directory or models_directory()
    chosen = tuple(models or builtin_models())
    if any(status.state is not State.INSTALLED for status in list_models(directory, chosen)):
        try:
            directory.mkdir(parents=True, exist_ok=True)
            with _alone(directory):
                _install_missing(directory, chosen, progress)
        except OSError as error:
            raise Unavailable(f"Cannot write models to {directory}: {error.strerror}.") from error
    return verify(directory, chosen)


def variant(
    name: str,
    size: Size,
    precision: Precision = "f32",
    directory: Path | None = None,
    models: Iterable[Model] | None = None,
) -> Variant:
    """An installed model, ready for inference at this input size and precision.

    Raises:
        Unavailable: If there is no model of that name.
        BadInput: If it does not have that size or precision.
    """
    for model in models or builtin_models():
        if model.name == name:
            path = _path(model, directory or models_directory(), precision)
            return Variant(model, path, size, precision)
    raise Unavailable(f"There is no model named {name}; see `beffroi models list`.")


def _install_missing(directory: Path, models: tuple[Model, ...], progress: Progress) -> None:
    missing = [
        (model, model.package)
        for model in models
        if model.package and _state(_path(model, directory), model.sha256) is not State.INSTALLED
    ]
    for (_, _), group in groupby(missing, key=lambda item: (item[1].name, item[1].version)):
        wanted = list(group)
        members = {name for _, package in wanted for name in package.sha256}
        content = fetch(wanted[0][1], members, directory / "download", progress)
        for model, package in wanted:
            progress(f"Converting {model.title}", 0.0)
            _store(_path(model, directory), _converted(model, package, content))
            progress(f"Converting {model.title}", 1.0)
    for model in models:
        if model.int8 and _status(model, directory).state is not State.INSTALLED:
            progress(f"Quantising {model.title}", 0.0)
            _store(_path(model, directory, "int8"), _quantised(model, directory))
            progress(f"Quantising {model.title}", 1.0)


def _quantised(model: Model, directory: Path) -> bytes:
    recipe = files(__package__) / "int8" / f"{model.name}.json"
    onnx = quantise(_path(model, directory).read_bytes(), Recipe.read(recipe.read_text("utf-8")))
    _check(f"{model.name} in 8-bit integers", onnx, model.int8 or "")
    return onnx


def _converted(model: Model, package: Package, content: Mapping[str, bytes]) -> bytes:
    for member, expected in package.sha256.items():
        _check(member, content[member], expected)
    onnx = convert(content[package.topology], content[package.weights], package.conversion)
    _check(f"The conversion of {model.name}", onnx, model.sha256)
    return onnx


def _check(what: str, content: bytes, expected: str) -> None:
    found = hashlib.sha256(content).hexdigest()
    if found != expected:
        raise Tampered(f"{what} has the SHA-256 {found}; {expected} was expected. Do not use it.")


def _status(model: Model, directory: Path) -> Status:
    """The first file that is not as it should be speaks for the model."""
    path = _path(model, directory)
    wanted = [(path, model.sha256)]
    if model.int8:
        wanted.append((_path(model, directory, "int8"), model.int8))
    states = [_state(*each) for each in wanted]
    worst = next((state for state in states if state != State.INSTALLED), State.INSTALLED)
    return Status(model, path, worst, tuple(file for file, _ in wanted))


def _state(path: Path, sha256: str) -> State:
    try:
        found = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return State.MISSING
    return State.INSTALLED if found == sha256 else State.DAMAGED


def _path(model: Model, directory: Path, precision: Precision = "f32") -> Path:
    if precision == "int8":
        return directory / f"{model.name}-int8-{(model.int8 or '')[:12]}.onnx"
    return model.file or directory / f"{model.name}-{model.sha256[:12]}.onnx"


def _store(path: Path, content: bytes) -> None:
    """Write all or nothing: readers see the old file or the whole new one."""
    part = path.with_suffix(".part")
    with part.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


@contextmanager
def _alone(directory: Path) -> Iterator[None]:
    """Let one process install at a time; the others wait and find the work done."""
    with (directory / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
