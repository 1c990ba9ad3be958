"""Labelled clips: a folder with a `labels.csv` that says what each file shows.

Only two columns are needed, `file` and `label`; `scene`, `start_s` and `end_s` are used if they are
there, and any other is ignored, so that folders from anywhere can be read.
"""

import csv
import gzip
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from beffroi.errors import BadInput


@dataclass(frozen=True, slots=True)
class Clip:
    """One labelled file: `event` is whether what is looked for happens, between two times."""

    name: str
    path: Path
    scene: str
    event: bool
    label: str
    start_s: float = 0.0
    end_s: float = np.inf


def read_labels(folder: Path, is_event: Callable[[str], bool]) -> list[Clip]:
    """The files that a folder's `labels.csv` names.

    Args:
        folder: Where `labels.csv` is; its paths are relative to it.
        is_event: Whether a label names what is looked for.

    Raises:
        BadInput: No such file, a column missing, or a time that is none.
    """
    with reading(folder / "labels.csv") as rows:
        return [
            Clip(
                name=row["file"],
                path=folder / row["file"],
                # A file without a scene is a scene of its own.
                scene=row.get("scene") or row["file"],
                event=is_event(row["label"]),
                label=row["label"],
                start_s=float(row.get("start_s") or 0),
                end_s=float(row.get("end_s") or np.inf),
            )
            for row in rows
        ]


@contextmanager
def reading(path: Path) -> Iterator[Iterable[Mapping[str, str]]]:
    """The rows of a table, by column.

    Raises:
        BadInput: It cannot be read, or has no column or number where the reader looks for one.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield csv.DictReader(file)
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}.") from error
    except KeyError as error:
        raise BadInput(f"{path} has no column {error}.") from error
    except (ValueError, csv.Error) as error:
        raise BadInput(f"{path} holds something else than a number: {error}.") from error


def unzipped(path: Path) -> bytes:
    """What a gzipped file holds.

    Raises:
        BadInput: There is none, or it is cut off or damaged.
    """
    try:
        return gzip.decompress(path.read_bytes())
    except (OSError, EOFError, zlib.error) as error:
        raise BadInput(f"{path} cannot be unpacked: {error}.") from error
