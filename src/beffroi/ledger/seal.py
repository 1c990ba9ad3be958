"""The tree in the database: growing it, signing it, reading its nodes for proofs."""

from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from beffroi.clock import Clock
from beffroi.errors import Tampered
from beffroi.ledger.checkpoint import Checkpoint
from beffroi.ledger.leaf import leaf_bytes, leaf_of
from beffroi.ledger.merkle import Frontier, Nodes, frontier, leaf_hash
from beffroi.store.ledger import LedgerCheckpoint, LedgerEntry, LedgerNode

BATCH: Final = 5_000
"""Most entries per step, so that a long backlog is worked off in bounded memory."""


_SEQUENCER_LOCK: Final = 0x42656666_0002
"""Any fixed number will do: PostgreSQL's advisory locks go by it."""


def keep_others_out(session: Session) -> None:
    """Be the only one who sequences or signs, until this transaction ends.

    SQLite has one writer at a time anyway.
    """
    if session.connection().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(_SEQUENCER_LOCK)))


def stored_nodes(session: Session) -> Nodes:
    """The nodes of the sealed part of the tree.

    Raises:
        Tampered: (when called) A node is missing.
    """

    def node(first: int, level: int) -> bytes:
        row = session.get(LedgerNode, (first + (1 << level) - 1, level))
        if row is None:
            raise Tampered(
                f"The ledger's hash of the {1 << level} entries from position {first} is missing: "
                "the database was changed by hand. Run `beffroi ledger verify`."
            )
        return row.hash

    return node


def latest_checkpoint(session: Session, key: Ed25519PublicKey) -> Checkpoint | None:
    """The checkpoint of the largest tree, if any was ever signed."""
    row = session.scalars(
        select(LedgerCheckpoint).order_by(LedgerCheckpoint.size.desc()).limit(1)
    ).first()
    return None if row is None else Checkpoint.from_row(row, key)


def unsealed(session: Session) -> bool:
    """Whether a sequenced entry is covered by no checkpoint yet."""
    last = session.scalar(select(func.max(LedgerEntry.position)))
    sealed = session.scalar(select(func.max(LedgerCheckpoint.size)))
    return last is not None and last >= (sealed or 0)


def seal(session: Session, key: Ed25519PrivateKey, clock: Clock) -> Checkpoint | None:
    """Add the sequenced entries that no checkpoint covers to the tree, and sign it.

    Costs O(new entries), however long the ledger is.

    Returns:
        The new checkpoint; None when there was nothing new.

    Raises:
        Tampered: What was signed before is no longer there, or an entry is missing. Nothing is
            signed on top of that.
    """
    keep_others_out(session)
    tree = _last_sealed(session, key.public_key())
    entries = session.scalars(
        select(LedgerEntry)
        .where(LedgerEntry.position >= tree.size)
        .order_by(LedgerEntry.position)
        .limit(BATCH)
    ).all()
    if not entries:
        return None
    first, nodes = tree.size, []
    for entry in entries:
        if entry.position != tree.size:
            raise Tampered(
                f"The ledger's entry at position {tree.size} is missing: the database was changed "
                "by hand. Run `beffroi ledger verify`."
            )
        completed = tree.append(leaf_hash(leaf_bytes(leaf_of(entry))))
        nodes += [
            {"position": entry.position, "level": level, "hash": value}
            for level, value in enumerate(completed)
        ]
    try:
        session.execute(insert(LedgerNode), nodes)
    except IntegrityError as error:
        raise Tampered(
            f"The ledger has hashes of entries from position {first} on that were never signed: "
            "the database was changed by hand. Run `beffroi ledger verify`."
        ) from error
    checkpoint = Checkpoint.sign(key, tree.size, tree.root(), clock.now())
    session.add(checkpoint.to_row())
    return checkpoint


def _last_sealed(session: Session, key: Ed25519PublicKey) -> Frontier:
    last = latest_checkpoint(session, key)
    if last is None:
        return Frontier()
    tree = frontier(stored_nodes(session), last.size)
    if not last.holds(key) or tree.root() != last.root:
        raise Tampered(
            f"The ledger's last checkpoint ({last.size} entries) does not hold: the database or "
            "the signing key was changed by hand. Run `beffroi ledger verify`."
        )
    return tree
