"""Proofs that the ledger of today begins with the one that was signed before.

Whoever kept a signed page can check, without the ledger and without seeing any entry, that nothing
which stood in it then was changed or taken out since.
"""

import base64
from typing import Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy.orm import Session

from beffroi.errors import BadInput, Tampered
from beffroi.ledger.checkpoint import Checkpoint, read_notes
from beffroi.ledger.keys import published, read_published
from beffroi.ledger.merkle import consistency_proof, verify_consistency
from beffroi.ledger.seal import latest_checkpoint, stored_nodes
from beffroi.problems import in_one_line


class Growth(BaseModel):
    """The way from an earlier signed root to a later one, as JSON."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    before: str = Field(description="The signed note that somebody kept.")
    checkpoint: str = Field(description="The signed note of now.")
    path: tuple[str, ...] = Field(description="Hashes, base64, that lead to both roots.")
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
            raise BadInput(f"This is not a proof of growth: {problems}.") from error

    def check(self) -> tuple[Checkpoint, Checkpoint, Ed25519PublicKey]:
        """Recompute both roots, and check the signatures under them.

        Returns:
            What was signed before, what is now, and the key that signed both: the proof is worth
            as much as one's trust in that key.

        Raises:
            BadInput: A part of it cannot be read.
            Tampered: The later ledger does not begin with the earlier one, or the key did not sign
                both.
        """
        key = read_published(self.key)
        before, after = (only_note(text, key) for text in (self.before, self.checkpoint))
        try:
            path = [base64.b64decode(step, validate=True) for step in self.path]
        except ValueError as error:
            raise BadInput("The proof's path cannot be read.") from error
        if not verify_consistency(before.size, after.size, before.root, after.root, path):
            raise Tampered(
                f"The proof does not hold: these {after.size} entries do not begin with the "
                f"{before.size} that were signed at {before.at.isoformat()}."
            )
        return before, after, key


def prove_growth(session: Session, note: str, key: Ed25519PublicKey) -> Growth:
    """Prove that the ledger begins with what a kept note says.

    Raises:
        BadInput: No note, or one of more entries than the ledger has.
        Tampered: The ledger does not begin with it, or this key did not sign it.
    """
    before, now = only_note(note, key), latest_checkpoint(session, key)
    if now is None or not 0 < before.size <= now.size:
        raise BadInput(
            f"The note speaks of {before.size} entries, and {now.size if now else 0} are signed "
            "here: `beffroi ledger verify --checkpoint FILE` says what is missing."
        )
    path = consistency_proof(stored_nodes(session), before.size, now.size)
    growth = Growth(
        before=before.note(),
        checkpoint=now.note(),
        path=tuple(base64.b64encode(step).decode() for step in path),
        key=published(key),
    )
    growth.check()
    return growth


def only_note(text: str, key: Ed25519PublicKey) -> Checkpoint:
    """The one note in a text, of those that a key has signed.

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
