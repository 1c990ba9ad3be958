"""The rows of the ledger: leaves, their erasable payloads, signed checkpoints."""

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
    kind: Mapped[str]
    at: Mapped[datetime]
    actor: Mapped[str]
    commitment: Mapped[bytes] = mapped_column(LargeBinary(32))
    position: Mapped[int | None] = mapped_column(Serial, unique=True)


class LedgerPayload(Base):
    """What was committed to, as canonical JSON, with its salt; erased without harm to the proof."""

    __tablename__ = "ledger_payload"

    entry_id: Mapped[int] = mapped_column(ForeignKey("ledger_entry.id"), primary_key=True)
    salt: Mapped[bytes] = mapped_column(LargeBinary(32))
    payload: Mapped[str]


class LedgerCheckpoint(Base):
    """A signed statement: the first `size` entries have this root."""

    __tablename__ = "ledger_checkpoint"

    size: Mapped[int] = mapped_column(Serial, primary_key=True, autoincrement=False)
    root: Mapped[bytes] = mapped_column(LargeBinary(32))
    at: Mapped[datetime]
    signature: Mapped[bytes] = mapped_column(LargeBinary(64))
