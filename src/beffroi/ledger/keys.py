"""The ledger's signing key, and the short names by which people recognise its public half."""

import base64
import binascii
import hashlib
import os
import stat
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from beffroi.errors import BadInput, Unavailable

FILE_NAME = "ledger-signing.pem"
"""Name of the key in the folder `secrets`."""

_ED25519 = b"\x01"
"""How signed notes mark the algorithm."""


def load_or_create(file: Path) -> Ed25519PrivateKey:
    """The key in `file`, made there at the first start, readable by this user alone.

    Raises:
        Unavailable: The file cannot be read or made, is damaged, or others can read it.
    """
    try:
        if not file.exists():
            _create(file)
        return _load(file)
    except OSError as error:
        raise Unavailable(
            f"The ledger's signing key cannot be read or made ({error.strerror}: {file})."
        ) from error


def load_public(file: Path) -> Ed25519PublicKey:
    """The public half of the key in `file`.

    Raises:
        Unavailable: There is no such key yet, or it cannot be read.
    """
    if not file.exists():
        raise Unavailable(
            f"Nothing is signed yet: the key that signs the ledger, {file}, is made when the "
            "server first starts. Run `beffroi serve` once and ask again; to check a ledger from "
            "elsewhere, give its published key with --key."
        )
    return load_or_create(file).public_key()


def fingerprint(key: Ed25519PublicKey) -> str:
    """What people compare, on paper or by telephone: 128 bits of SHA-256, in groups of four."""
    digits = hashlib.sha256(key.public_bytes_raw()).hexdigest()[:32]
    return " ".join(digits[start : start + 4] for start in range(0, 32, 4))


def origin(key: Ed25519PublicKey) -> str:
    """The name under which a ledger signs; another key is another ledger."""
    return f"beffroi/{fingerprint(key).replace(' ', '')[:16]}"


def key_id(key: Ed25519PublicKey) -> bytes:
    """The four bytes that announce the key in a signed note (c2sp.org/signed-note)."""
    name = origin(key).encode()
    return hashlib.sha256(name + b"\n" + _ED25519 + key.public_bytes_raw()).digest()[:4]


def published(key: Ed25519PublicKey) -> str:
    """The public key as one word, to publish beside the register (c2sp.org/signed-note)."""
    encoded = base64.b64encode(_ED25519 + key.public_bytes_raw()).decode()
    return f"{origin(key)}+{key_id(key).hex()}+{encoded}"


def read_published(word: str) -> Ed25519PublicKey:
    """The key in a word made by `published`.

    Raises:
        BadInput: It is not such a word, or was damaged on its way.
    """
    wrong = BadInput("This is not a ledger's public key: it looks like beffroi/…+…+….")
    try:
        raw = base64.b64decode(word.strip().split("+", 2)[2], validate=True)
        key = Ed25519PublicKey.from_public_bytes(raw[1:])
    except (IndexError, binascii.Error, ValueError) as error:
        raise wrong from error
    if published(key) != word.strip():
        raise wrong
    return key


def _create(file: Path) -> None:
    text = Ed25519PrivateKey.generate().private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    unfinished = file.with_name(f"{file.name}.{os.getpid()}")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    try:
        # A link never replaces: of two processes that start at once, both use the first's key.
        file.hardlink_to(unfinished)
    except FileExistsError:
        return
    finally:
        unfinished.unlink()


def _load(file: Path) -> Ed25519PrivateKey:
    if stat.S_IMODE(file.stat().st_mode) & 0o077:
        raise Unavailable(f"Others can read the ledger's signing key: run `chmod 600 {file}`.")
    try:
        key = load_pem_private_key(file.read_bytes(), password=None)
    except ValueError as error:
        raise Unavailable(
            f"The ledger's signing key is damaged ({file}). Put it back from a backup: with a new "
            "key, nothing signed so far could be verified."
        ) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise Unavailable(f"The ledger's signing key is of another kind than Ed25519 ({file}).")
    return key
