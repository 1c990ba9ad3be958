"""The file itself: a ZIP whose bytes depend on its content alone, and a list of every hash in it.

Members are stored, never compressed: the same content gives the same bytes on every machine, and
nothing swells when it is read.
"""

import json
import zipfile
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from beffroi.errors import BadInput, Tampered
from beffroi.mandate.canonical import digest

MANIFEST: Final = "manifest.json"
FORMAT: Final = "beffroi-mandate-1"

_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
"""The first moment that a ZIP can tell: when the file was written is no part of what it says."""

Files = Mapping[str, bytes]
"""Content by name."""


def plain(value: Any) -> bytes:
    """A value as JSON that a person can read, always written alike."""
    return (json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def pack(files: Files) -> bytes:
    """Put files and the list of their hashes into one."""
    manifest = {"format": FORMAT, "sha256": {name: digest(files[name]) for name in files}}
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        for name, content in sorted([*files.items(), (MANIFEST, plain(manifest))]):
            member = zipfile.ZipInfo(name, _EPOCH)
            member.create_system, member.external_attr = 3, 0o644 << 16
            archive.writestr(member, content)
    return stream.getvalue()


def unpack(data: bytes) -> Files:
    """Take the files out, once every hash is right.

    Raises:
        BadInput: Not an exported mandate, or one of a format that this version does not know.
        Tampered: A file is not the one listed, is missing, or is listed nowhere.
    """
    files = _members(data)
    try:
        manifest = json.loads(files.pop(MANIFEST))
        known, listed = manifest["format"], dict(manifest["sha256"])
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise BadInput("This is not an exported mandate: its manifest cannot be read.") from error
    if known != FORMAT:
        raise BadInput(f"This mandate has the format {known!r}; this version reads {FORMAT}.")
    for name in sorted(files.keys() | listed.keys()):
        if name not in files:
            raise Tampered(f"{name} is missing: the manifest lists it.")
        if name not in listed:
            raise Tampered(f"{name} was added: the manifest does not list it.")
        if digest(files[name]) != listed[name]:
            raise Tampered(f"{name} was changed: it has not the SHA-256 that the manifest lists.")
    return files


def load(path: Path) -> Files:
    """The files in an exported mandate.

    Raises:
        BadInput: See :func:`unpack`; or it cannot be read.
        Tampered: See :func:`unpack`.
    """
    try:
        return unpack(path.read_bytes())
    except OSError as error:
        raise BadInput(f"The file {path} cannot be read ({error.strerror}).") from error


def _members(data: bytes) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            members = archive.infolist()
            if len({member.filename for member in members}) < len(members):
                raise Tampered("The file holds two members of one name.")
            if any(member.compress_type != zipfile.ZIP_STORED for member in members):
                raise BadInput("This is not an exported mandate: those are never compressed.")
            if sum(member.file_size for member in members) > len(data):
                raise Tampered("The members of the file overlap: it holds more than its length.")
            return {member.filename: archive.read(member) for member in members}
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise BadInput(f"This is not an exported mandate, or it is damaged ({error}).") from error
