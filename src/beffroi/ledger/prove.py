"""Proofs that one entry is in the ledger: checked by anyone, without the database.

A proof shows the leaf (kind, time, pseudonym, commitment), the way from it to a signed root, and
nothing of any other entry.
"""

import base64
from typing import Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from beffroi.errors import BadInput, Tampered
from beffroi.ledger.checkpoint import Checkpoint
from beffroi.ledger.growth import only_note
from beffroi.ledger.keys import published, read_published
from beffroi.ledger.leaf import leaf_bytes, leaf_of
from beffroi.ledger.merkle import inclusion_proof, leaf_hash, verify_inclusion
from beffroi.ledger.seal import latest_checkpoint, stored_nodes
from beffroi.problems import in_one_line
from beffroi.store.ledger import LedgerEntry


class Proof(BaseModel):
    """An entry's way to a signed root, as JSON."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    position: int = Field(ge=0, description="Place of the entry, from 0.")
    entry: dict[str, str] = Field(description="The leaf: actor, commitment, kind, time.")
    path: tuple[str, ...] = Field(description="Neighbouring hashes, base64, from the leaf up.")
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

    def check(self) -> tuple[Checkpoint, Ed25519PublicKey]:
        """Recompute the way to the root, and check the signature under it.

        Returns:
            The checkpoint that the entry is in, and the key that signed it: the proof is worth as
            much as one's trust in that key.

        Raises:
            BadInput: A part of it cannot be read.
            Tampered: The entry is not under that root, or the key did not sign it.
        """
        key = read_published(self.key)
        signed = only_note(self.checkpoint, key)
        try:
            path = [base64.b64decode(step, validate=True) for step in self.path]
        except ValueError as error:
            raise BadInput("The proof's path cannot be read.") from error
        leaf = leaf_hash(leaf_bytes(self.entry))
        if not verify_inclusion(leaf, self.position, signed.size, path, signed.root):
            raise Tampered(f"The proof does not hold: no such entry at position {self.position}.")
        return signed, key


def prove(session: Session, position: int, key: Ed25519PublicKey) -> Proof:
    """Prove that an entry is in the ledger, against its latest checkpoint.

    Raises:
        BadInput: There is no such position, or no checkpoint covers it yet.
        Tampered: The stored hashes no longer lead to the signed root.
    """
    entry = session.scalar(select(LedgerEntry).where(LedgerEntry.position == position))
    signed = latest_checkpoint(session, key)
    if entry is None or signed is None or position >= signed.size:
        raise BadInput(
            f"No signed entry at position {position}: the ledger's checkpoints reach up to "
            f"position {signed.size - 1 if signed else 'none'}."
        )
    path = inclusion_proof(stored_nodes(session), position, signed.size)
    proof = Proof(
        position=position,
        entry=leaf_of(entry),
        path=tuple(base64.b64encode(step).decode() for step in path),
        checkpoint=signed.note(),
        key=published(key),
    )
    proof.check()
    return proof
