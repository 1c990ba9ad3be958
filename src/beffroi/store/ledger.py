"""The rows of the ledger: leaves, their erasable payloads, tree hashes, signed checkpoints."""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from beffroi.store.base import Base, Serial


class LedgerEntry(Base):
    """One leaf. It holds no personal data: a pseudonym and a salted commitment only.

    `position` is given by the sequencer once the transaction is committed, from 0, without gaps.
    """

    __tablename__ = "ledger_entry"

    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    kind: Mapped[str] = mapped_column(index=True)
    at: Mapped[datetime] = mapped_column(index=True)
    actor: Mapped[str]
    commitment: Mapped[bytes] = mapped_column(LargeBinary(32))
    position: Mapped[int | None] = mapped_column(Serial, unique=True)


class LedgerPayload(Base):
    """What was committed to, as canonical JSON, with its salt; erased without harm to the proof."""

    __tablename__ = "ledger_payload"

    entry_id: Mapped[int] = mapped_column(ForeignKey("ledger_entry.id"), primary_key=True)
    salt: Mapped[bytes] = mapped_column(LargeBinary(32))
    payload: Mapped[str]


class LedgerErasure(Base):
    """Which entry records the erasure of which payload.

    Only an index, so that a check need not hold every erasure in memory: the proof is in the
    payload of the erasing entry.
    """

    __tablename__ = "ledger_erasure"

    entry_id: Mapped[int] = mapped_column(ForeignKey("ledger_entry.id"), primary_key=True)
    erased_by: Mapped[int] = mapped_column(ForeignKey("ledger_entry.id"))


class LedgerNode(Base):
    """A hash of the Merkle tree: the 2^`level` leaves that end with `position`.

    In this order the rows are written exactly as the tree grows: always at the end.
    """

    __tablename__ = "ledger_node"
    __table_args__ = ({"sqlite_with_rowid": False},)

    position: Mapped[int] = mapped_column(Serial, primary_key=True, autoincrement=False)
    level: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))


class LedgerCheckpoint(Base):
    """A signed statement: the first `size` entries have this root."""

    __tablename__ = "ledger_checkpoint"

    size: Mapped[int] = mapped_column(Serial, primary_key=True, autoincrement=False)
    root: Mapped[bytes] = mapped_column(LargeBinary(32))
    at: Mapped[datetime]
    signature: Mapped[bytes] = mapped_column(LargeBinary(64))
