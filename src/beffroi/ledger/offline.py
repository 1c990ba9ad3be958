"""What proofs share that travel as JSON and are checked by anyone, without the database."""

import base64
from typing import Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from beffroi.errors import BadInput, Tampered
from beffroi.ledger.checkpoint import Checkpoint, read_notes
from beffroi.problems import in_one_line


class Offline(BaseModel):
    """A way to a signed root; worth as much as one's trust in the key."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: tuple[str, ...] = Field(description="Hashes of the way, base64.")
    checkpoint: str = Field(description="The signed note that holds the root.")
    key: str = Field(description="The public key; compare its fingerprint with the published one.")

    @classmethod
    def read(cls, text: str) -> Self:
        """Read a proof.

        Raises:
            BadInput: It is not one.
        """
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            problems = in_one_line(error, whole="the file")
            raise BadInput(f"This is not a proof of the ledger: {problems}.") from error

    def hashes(self) -> list[bytes]:
        """The way.

        Raises:
            BadInput: It cannot be read.
        """
        try:
            return [base64.b64decode(step, validate=True) for step in self.path]
        except ValueError as error:
            raise BadInput("The proof's path cannot be read.") from error


def written(hashes: list[bytes]) -> tuple[str, ...]:
    """A way as a proof carries it."""
    return tuple(base64.b64encode(step).decode() for step in hashes)


def only_note(text: str, key: Ed25519PublicKey) -> Checkpoint:
    """The one note in a text.

    Raises:
        BadInput: There is none, or several.
        Tampered: The key did not sign it.
    """
    notes = read_notes(text)
    if len(notes) != 1:
        raise BadInput("One signed note is needed, and the text holds none or several.")
    if not notes[0].holds(key):
        raise Tampered("The note is not signed by this ledger's key.")
    return notes[0]
