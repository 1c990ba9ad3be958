"""Observations on disk, so that detectors can be run again with no video at all.

A recording is personal data, as skeletons are: in use it exists only as evidence; here it serves
tests, evaluation and the laboratory. The suffix decides the form: `.jsonl` can be read by anyone,
`.obs` is about four times smaller.
"""

import struct
from collections.abc import Iterable, Iterator
from pathlib import Path

from beffroi.errors import BadInput
from beffroi.perception.forms import from_bytes, from_json, to_bytes, to_json
from beffroi.perception.observation import Observation

_LENGTH = struct.Struct("<I")


def record(path: Path, observations: Iterable[Observation]) -> None:
    """Write observations, one line or one length-prefixed block each.

    Raises:
        BadInput: The suffix is neither `.jsonl` nor `.obs`.
    """
    if _binary(path):
        with path.open("wb") as file:
            for observation in observations:
                block = to_bytes(observation)
                file.write(_LENGTH.pack(len(block)) + block)
    else:
        with path.open("w", encoding="utf-8") as lines:
            lines.writelines(to_json(observation) + "\n" for observation in observations)


def replay(path: Path) -> Iterator[Observation]:
    """Read what `record` wrote.

    Raises:
        BadInput: No such recording, or it is damaged or cut short.
    """
    try:
        if _binary(path):
            yield from _blocks(path.read_bytes())
        else:
            with path.open(encoding="utf-8") as lines:
                for line in lines:
                    yield from_json(line)
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"The recording {path.name} cannot be read: {error}.") from error


def _blocks(data: bytes) -> Iterator[Observation]:
    offset = 0
    while offset < len(data):
        start = offset + _LENGTH.size
        if start > len(data):
            raise BadInput("The recording ends in the middle of an observation.")
        (length,) = _LENGTH.unpack_from(data, offset)
        offset = start + length
        if offset > len(data):
            raise BadInput("The recording ends in the middle of an observation.")
        yield from_bytes(data[start:offset])


def _binary(path: Path) -> bool:
    if path.suffix not in (".jsonl", ".obs"):
        raise BadInput(f"A recording ends in .jsonl or .obs, not {path.suffix or 'nothing'}.")
    return path.suffix == ".obs"
