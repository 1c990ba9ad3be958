"""Proofs that one entry is in the ledger: checked by anyone, without the database.

A proof shows the leaf (kind, time, pseudonym, commitment), the way from it to a signed root, and
nothing of any other entry.
"""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from beffroi.errors import BadInput, Tampered
from beffroi.ledger.checkpoint import Checkpoint
from beffroi.ledger.keys import published, read_published
from beffroi.ledger.leaf import leaf_bytes, leaf_of
from beffroi.ledger.merkle import inclusion_proof, leaf_hash, verify_inclusion
from beffroi.ledger.offline import Offline, only_note, written
from beffroi.ledger.seal import latest_checkpoint, stored_nodes
from beffroi.store.ledger import LedgerEntry


class Proof(Offline):
    """An entry's way to a signed root, from the leaf up, as JSON."""

    position: int = Field(ge=0, description="Place of the entry, from 0.")
    entry: dict[str, str] = Field(description="The leaf: actor, commitment, kind, time.")

    def check(self) -> tuple[Checkpoint, Ed25519PublicKey]:
        """Recompute the way to the root, and check the signature under it.

        Returns:
            The checkpoint that the entry is in, and the key that signed it.

        Raises:
            BadInput: A part of it cannot be read.
            Tampered: The entry is not under that root, or the key did not sign it.
        """
        key = read_published(self.key)
        signed = only_note(self.checkpoint, key)
        leaf = leaf_hash(leaf_bytes(self.entry))
        if not verify_inclusion(leaf, self.position, signed.size, self.hashes(), signed.root):
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
    proof = Proof(
        position=position,
        entry=leaf_of(entry),
        path=written(inclusion_proof(stored_nodes(session), position, signed.size)),
        checkpoint=signed.note(),
        key=published(key),
    )
    proof.check()
    return proof
