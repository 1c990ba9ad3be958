"""Signed statements of what the ledger holds, in the format of transparency logs.

The text is a checkpoint of c2sp.org/tlog-checkpoint in a signed note of c2sp.org/signed-note, so
that tools of other logs can read it::

    beffroi/9f86d081884c7d65
    1342
    Ke2vJ1cP1dXQIexample+root+in+base64=
    time 2027-03-01T09:30:00.000000Z

    — beffroi/9f86d081884c7d65 8sd2example/signature/in/base64=
"""

import base64
import binascii
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from beffroi.ledger.keys import key_id, origin
from beffroi.ledger.leaf import utc_text
from beffroi.store.ledger import LedgerCheckpoint

_NOTE = re.compile(
    r"^(?P<origin>beffroi/\S+)\n(?P<size>\d+)\n(?P<root>[\w+/]{43}=)\ntime (?P<at>\S+)\n"
    r"\n— (?P=origin) (?P<signature>[\w+/]{91}=)$",
    re.ASCII | re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The first `size` entries have this root: signed.

    Args:
        size: Number of entries.
        root: Root of the Merkle tree over them, 32 bytes.
        at: When it was signed, aware.
        origin: Name of the ledger.
        key_id: Four bytes that announce the key.
        signature: Ed25519 over the text above the empty line, 64 bytes.
    """

    size: int
    root: bytes
    at: datetime
    origin: str
    key_id: bytes
    signature: bytes

    @classmethod
    def sign(cls, key: Ed25519PrivateKey, size: int, root: bytes, at: datetime) -> Self:
        """State this, with the ledger's key."""
        public = key.public_key()
        text = _text(origin(public), size, root, at)
        return cls(size, root, at, origin(public), key_id(public), key.sign(text))

    @classmethod
    def from_row(cls, row: LedgerCheckpoint, key: Ed25519PublicKey) -> Self:
        """What the database says that `key` has signed; see `holds`."""
        return cls(row.size, row.root, row.at, origin(key), key_id(key), row.signature)

    def to_row(self) -> LedgerCheckpoint:
        """The row that keeps it."""
        return LedgerCheckpoint(
            size=self.size, root=self.root, at=self.at, signature=self.signature
        )

    def holds(self, key: Ed25519PublicKey) -> bool:
        """Whether this key signed this statement."""
        if (self.origin, self.key_id) != (origin(key), key_id(key)):
            return False
        try:
            key.verify(self.signature, _text(self.origin, self.size, self.root, self.at))
        except InvalidSignature:
            return False
        return True

    def note(self) -> str:
        """The signed note, ending with a line end."""
        text = _text(self.origin, self.size, self.root, self.at).decode()
        signature = base64.b64encode(self.key_id + self.signature).decode()
        return f"{text}\n— {self.origin} {signature}\n"


def read_notes(text: str) -> list[Checkpoint]:
    """All complete notes in a text, in its order; what stands between them is ignored."""
    return [
        checkpoint
        for match in _NOTE.finditer(text.replace("\r\n", "\n"))
        if (checkpoint := _checkpoint(match)) is not None
    ]


def _text(origin: str, size: int, root: bytes, at: datetime) -> bytes:
    return f"{origin}\n{size}\n{base64.b64encode(root).decode()}\ntime {utc_text(at)}\n".encode()


def _checkpoint(match: re.Match[str]) -> Checkpoint | None:
    try:
        signature = base64.b64decode(match["signature"], validate=True)
        return Checkpoint(
            size=int(match["size"]),
            root=base64.b64decode(match["root"], validate=True),
            at=datetime.fromisoformat(match["at"]),
            origin=match["origin"],
            key_id=signature[:4],
            signature=signature[4:],
        )
    except (binascii.Error, ValueError):
        return None
