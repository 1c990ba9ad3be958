"""The public files that the published figures were measured on: which, whose, and their hashes.

None is part of the project. Whoever has collected the same files proves it here, and then measures
the same things.
"""

import csv
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files
from pathlib import Path

from beffroi.errors import BadInput


class State(StrEnum):
    """How a file in a folder compares with the one that was measured."""

    INTACT = "intact"
    ALTERED = "altered"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class PublicFile:
    """One file of the collection.

    Args:
        file: Path within the folder, `fight/fight/fi005.mp4`.
        label: What it shows.
        scene: Place and camera; clips of one scene are never on both sides of a split.
        source: Where it was published.
        licence: Under which terms.
        sha256: Hexadecimal hash of its bytes.
        split: `development`; what a published figure was held out from is not listed.
    """

    file: str
    label: str
    scene: str
    source: str
    licence: str
    sha256: str
    split: str


def public_files() -> list[PublicFile]:
    """All files of the collection, by path."""
    text = (files("beffroi.evaluation") / "collection.csv").read_text(encoding="utf-8")
    return [PublicFile(**row) for row in csv.DictReader(text.splitlines())]


def verify(folder: Path) -> Iterator[tuple[PublicFile, State]]:
    """Compare a folder with the collection, file by file.

    Raises:
        BadInput: There is no such folder, or a file in it cannot be read.
    """
    if not folder.is_dir():
        raise BadInput(f"There is no folder {folder}.")
    for listed in public_files():
        yield listed, _state(folder / listed.file, listed.sha256)


def _state(path: Path, sha256: str) -> State:
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return State.MISSING
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}.") from error
    return State.INTACT if found == sha256 else State.ALTERED
