"""Evidence at rest: each alert's files under a key of their own, erased by destroying the key.

The keys lie outside the database and outside the folder of the files, so that neither a copy of
the database nor one of the files shows anything, and so that backups can leave the keys out.
Each file is AES-256-GCM: a random nonce of 12 bytes, then ciphertext and tag; the alert and the
name of the part are authenticated with it, so that files cannot be exchanged.
"""

import contextlib
import hashlib
import os
import re
import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from beffroi.errors import BadInput, Tampered, Unavailable
from beffroi.folder import DataFolder
from beffroi.words import say

SKELETONS: Final = "skeletons.jsonl"
PIXELATED: Final = "pixelated.mp4"
CLEAR: Final = "clear.mp4"

_ALERT: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_NONCE: Final = 12
_KEY: Final = 32


class Undestroyed(Unavailable):
    """The disk does not let go of the files of an alert."""


class Vault:
    """The encrypted evidence of a data folder. One process at a time seals for a given alert.

    Args:
        folder: The data folder, already made.
    """

    def __init__(self, folder: DataFolder) -> None:
        self._keys = folder.keys
        self._evidence = folder.evidence

    def seal(self, alert_id: str, part: str, data: bytes) -> str:
        """Encrypt one file of an alert, making the alert's key if it is the first.

        Returns:
            SHA-256 of the stored bytes, 64 hexadecimal digits.

        Raises:
            BadInput: Not the name of an alert or of a part.
            Unavailable: The disk refuses.
        """
        path = self._path(alert_id, part)
        nonce = secrets.token_bytes(_NONCE)
        try:
            key = self._key_for_sealing(alert_id)
            stored = nonce + AESGCM(key).encrypt(nonce, data, _associated(alert_id, part))
            path.parent.mkdir(mode=0o700, exist_ok=True)
            _write(path, stored)
            _sync(self._evidence)
        except OSError as error:
            raise Unavailable(
                say(
                    "The evidence of alert {alert} cannot be stored ({cause}). "
                    "Check the disk space and rights of the data folder.",
                    alert=alert_id,
                    cause=error.strerror,
                )
            ) from error
        return hashlib.sha256(stored).hexdigest()

    def open(self, alert_id: str, part: str) -> bytes:
        """Decrypt one file of an alert.

        Raises:
            BadInput: Not the name of an alert or of a part.
            Unavailable: Erased, or never kept.
            Tampered: The file is not the one that was sealed.
        """
        path = self._path(alert_id, part)
        try:
            key = self._key_path(alert_id).read_bytes()
            stored = path.read_bytes()
        except OSError as error:
            raise Unavailable(
                say(
                    "Alert {alert} has no {part}: it was erased, or never kept.",
                    alert=alert_id,
                    part=part,
                )
            ) from error
        try:
            return AESGCM(key).decrypt(
                stored[:_NONCE], stored[_NONCE:], _associated(alert_id, part)
            )
        except (InvalidTag, ValueError) as error:
            raise Tampered(
                say(
                    "The {part} of alert {alert} is not the one that was kept.",
                    alert=alert_id,
                    part=part,
                )
            ) from error

    def alerts(self) -> set[str]:
        """Every alert of which a key or a file is left."""
        keys = {path.stem for path in self._keys.glob("*.key")}
        folders = {path.name for path in self._evidence.iterdir()}
        return {name for name in keys | folders if _ALERT.fullmatch(name)}

    def since(self, alert_id: str) -> datetime | None:
        """When the last of what is left of an alert was written, UTC; None if nothing is."""
        folder, written = self._folder(alert_id), []
        with contextlib.suppress(FileNotFoundError):  # destroyed meanwhile
            left = [self._key_path(alert_id), *(folder.iterdir() if folder.is_dir() else ())]
            written = [path.stat().st_mtime for path in left if path.exists()]
        return datetime.fromtimestamp(max(written), UTC) if written else None

    def destroy(self, alert_id: str) -> None:
        """Make every file of an alert unreadable for ever; harmless if already done.

        The key goes first: once it is gone the rest is noise. Overwriting reaches the old bytes
        on most file systems; on those that never write in place it cannot, so the disk that holds
        the keys should itself be encrypted.

        Raises:
            BadInput: Not the name of an alert.
            Undestroyed: The disk refuses.
        """
        key = self._key_path(alert_id)
        folder = self._folder(alert_id)
        try:
            if key.exists():
                with key.open("r+b") as file:
                    file.write(secrets.token_bytes(_KEY))
                    file.flush()
                    os.fsync(file.fileno())
                key.unlink()
                _sync(self._keys)
            if folder.exists():
                for path in folder.iterdir():
                    path.unlink()
                folder.rmdir()
                _sync(self._evidence)
        except OSError as error:
            raise Undestroyed(
                say(
                    "The evidence of alert {alert} cannot be erased ({cause}). "
                    "Check the rights of the data folder.",
                    alert=alert_id,
                    cause=error.strerror,
                )
            ) from error

    def _key_for_sealing(self, alert_id: str) -> bytes:
        path = self._key_path(alert_id)
        if path.exists():
            return path.read_bytes()
        key = AESGCM.generate_key(bit_length=8 * _KEY)
        _write(path, key)
        return key

    def _key_path(self, alert_id: str) -> Path:
        return self._keys / f"{_checked(alert_id)}.key"

    def _folder(self, alert_id: str) -> Path:
        return self._evidence / _checked(alert_id)

    def _path(self, alert_id: str, part: str) -> Path:
        if part not in (SKELETONS, PIXELATED, CLEAR):
            raise BadInput(say("{part!r} is not the name of a piece of evidence.", part=part))
        return self._folder(alert_id) / part


def _checked(alert_id: str) -> str:
    # These names become paths: nothing but a lower-case UUID may pass.
    if not _ALERT.fullmatch(alert_id):
        raise BadInput(say("{alert!r} is not the number of an alert.", alert=alert_id))
    return alert_id


def _associated(alert_id: str, part: str) -> bytes:
    return f"{alert_id}/{part}".encode()


def _write(path: Path, data: bytes) -> None:
    """Write all or nothing, readable by the owner alone, on the disk when it returns."""
    half = path.with_name(f".{path.name}.half")
    descriptor = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    half.replace(path)
    _sync(path.parent)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
