"""Lines of the ledger that travel with the mandate, each with its way to one signed root."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Annotated, Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator
from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from beffroi.errors import Tampered
from beffroi.ledger.append import SALT_BYTES, Kind
from beffroi.ledger.checkpoint import Checkpoint
from beffroi.ledger.leaf import leaf_bytes, leaf_of, utc_text
from beffroi.ledger.merkle import Nodes, inclusion_proof, leaf_hash, verify_inclusion
from beffroi.store.base import Json
from beffroi.store.ledger import LedgerEntry, LedgerErasure, LedgerPayload

Hex = Annotated[str, Field(pattern="^([0-9a-f]{2})*$")]


class LeafRecord(BaseModel):
    """What the tree is made of, as :mod:`beffroi.ledger.leaf` writes it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    actor: str
    commitment: Hex
    kind: str
    time: str

    @field_validator("time")
    @classmethod
    def _is_one(cls, time: str) -> str:
        if utc_text(datetime.fromisoformat(time)) != time:
            raise ValueError("this is not written as times are")
        return time


class Entry(BaseModel):
    """One line.

    Attributes:
        position: Its place in the ledger, from 0.
        leaf: Actor (a pseudonym), commitment, kind and time: what the tree is made of.
        salt: Hashed together with the payload; None once erased.
        payload: The very text that was committed to; None once erased.
        path: The neighbouring hashes, from the leaf up to the root.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    position: int = Field(ge=0)
    leaf: LeafRecord
    salt: Hex | None
    payload: str | None
    path: tuple[Hex, ...]

    @model_validator(mode="after")
    def _is_whole_or_erased(self) -> Self:
        if (self.salt is None) is not (self.payload is None):
            raise ValueError("salt and payload are erased together")
        if self.payload is not None and not isinstance(json.loads(self.payload), dict):
            raise ValueError("a payload is an object")
        return self

    @classmethod
    def of(cls, row: LedgerEntry, kept: LedgerPayload | None, nodes: Nodes, size: int) -> Self:
        """A line of this installation's ledger."""
        position = row.position or 0
        return cls(
            position=position,
            leaf=LeafRecord(**leaf_of(row)),
            salt=None if kept is None else kept.salt.hex(),
            payload=None if kept is None else kept.payload,
            path=tuple(step.hex() for step in inclusion_proof(nodes, position, size)),
        )

    @property
    def kind(self) -> str:
        """What happened."""
        return self.leaf.kind

    @property
    def actor(self) -> str:
        """Pseudonym of who did it."""
        return self.leaf.actor

    @property
    def at(self) -> datetime:
        """When it was written."""
        return datetime.fromisoformat(self.leaf.time)

    @property
    def told(self) -> Json | None:
        """What it says; None once erased."""
        return None if self.payload is None else json.loads(self.payload)

    def require_proof(self, signed: Checkpoint) -> None:
        """Refuse a line that is not under the signed root, or a payload that is not its own.

        Raises:
            Tampered: It says which line.
        """
        leaf = leaf_hash(leaf_bytes(self.leaf.model_dump()))
        path = [bytes.fromhex(step) for step in self.path]
        if not verify_inclusion(leaf, self.position, signed.size, path, signed.root):
            raise Tampered(f"{self.name} is not in the ledger that was signed.")
        if self.salt is None or self.payload is None:
            return
        salt = bytes.fromhex(self.salt)
        committed = sha256(salt + self.payload.encode()).hexdigest()
        if len(salt) != SALT_BYTES or committed != self.leaf.commitment:
            raise Tampered(f"{self.name} does not say what was recorded.")

    @property
    def name(self) -> str:
        """How it is called in a complaint."""
        return f"The ledger entry at position {self.position} ({self.kind})"


def require_proven(entries: Sequence[Entry], signed: Checkpoint, key: Ed25519PublicKey) -> None:
    """Refuse lines that this key did not sign, or that lost their payload without a record of it.

    Raises:
        Tampered: It names the first.
    """
    if not signed.holds(key):
        raise Tampered("checkpoint.txt is not signed by the key in key.txt.")
    positions = [entry.position for entry in entries]
    if positions != sorted(set(positions)):
        raise Tampered("ledger.json does not hold its entries in order, each once.")
    erased = set()
    for entry in entries:
        entry.require_proof(signed)
        if entry.kind == Kind.PAYLOAD_ERASED:
            erased.add(str((entry.told or {}).get("commitment")))
    for entry in entries:
        if entry.payload is None and entry.leaf.commitment not in erased:
            raise Tampered(f"{entry.name} lost its content without a record of the erasure.")


def rows_of(
    session: Session, kinds: Iterable[Kind], last: int, size: int
) -> list[tuple[LedgerEntry, LedgerPayload | None]]:
    """The lines of some kinds before one, that one, and what records an erasure among them."""
    signed = LedgerEntry.position < size
    before = and_(LedgerEntry.position < last, LedgerEntry.kind.in_([kind.value for kind in kinds]))
    wanted = select(LedgerEntry.id).where(or_(before, LedgerEntry.position == last))
    erasing = select(LedgerErasure.erased_by).where(LedgerErasure.entry_id.in_(wanted))
    lines = (
        select(LedgerEntry, LedgerPayload)
        .outerjoin(LedgerPayload, LedgerPayload.entry_id == LedgerEntry.id)
        .where(signed, LedgerEntry.id.in_(wanted.union(erasing)))
        .order_by(LedgerEntry.position)
    )
    return [(row, kept) for row, kept in session.execute(lines)]
