"""Proofs that the ledger of today begins with the one that was signed before.

Whoever kept a signed page can check, without the ledger and without seeing any entry, that nothing
which stood in it then was changed or taken out since.
"""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pydantic import Field
from sqlalchemy.orm import Session

from beffroi.errors import BadInput, Tampered
from beffroi.ledger.checkpoint import Checkpoint
from beffroi.ledger.keys import published, read_published
from beffroi.ledger.merkle import consistency_proof, verify_consistency
from beffroi.ledger.offline import Offline, only_note, written
from beffroi.ledger.seal import latest_checkpoint, stored_nodes


class Growth(Offline):
    """The way from an earlier signed root to a later one, as JSON."""

    before: str = Field(description="The signed note that somebody kept.")

    def check(self) -> tuple[Checkpoint, Checkpoint, Ed25519PublicKey]:
        """Recompute both roots, and check the signatures under them.

        Returns:
            What was signed before, what is now, and the key that signed both.

        Raises:
            BadInput: A part of it cannot be read.
            Tampered: The later ledger does not begin with the earlier one, or the key did not sign
                both.
        """
        key = read_published(self.key)
        before, after = (only_note(text, key) for text in (self.before, self.checkpoint))
        if not verify_consistency(before.size, after.size, before.root, after.root, self.hashes()):
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
    growth = Growth(
        before=before.note(),
        checkpoint=now.note(),
        path=written(consistency_proof(stored_nodes(session), before.size, now.size)),
        key=published(key),
    )
    growth.check()
    return growth
