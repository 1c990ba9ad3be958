"""Erasing what an entry was about, and keeping the proof that it happened."""

import json
from typing import Any

from sqlalchemy.orm import Session

from beffroi.clock import Clock
from beffroi.errors import BadInput
from beffroi.ledger.append import Kind, append
from beffroi.store.ledger import LedgerEntry, LedgerErasure, LedgerPayload


def erase_payload(
    session: Session, entry_id: int, actor: str, reason: str, clock: Clock
) -> LedgerEntry:
    """Delete the payload of an entry and its salt, and record that it was done.

    Without the salt, nobody can find the payload by trying: the commitment then says nothing.

    Args:
        session: A write session.
        entry_id: The entry, by id.
        actor: Pseudonym of who erases, or `SYSTEM`.
        reason: Why, without personal data: it stays.
        clock: Dates the erasure.

    Returns:
        The entry that records the erasure.

    Raises:
        BadInput: There is nothing to erase there, or it is the record of an erasure.
    """
    entry = session.get(LedgerEntry, entry_id)
    payload = session.get(LedgerPayload, entry_id, with_for_update=True)
    if entry is None or payload is None:
        raise BadInput(f"The ledger's entry {entry_id} has no payload to erase.")
    if entry.kind == Kind.PAYLOAD_ERASED:
        raise BadInput("The record of an erasure stays: it holds no personal data.")
    session.delete(payload)
    record = append(
        session,
        Kind.PAYLOAD_ERASED,
        actor=actor,
        payload={"commitment": entry.commitment.hex(), "reason": reason},
        clock=clock,
    )
    session.add(LedgerErasure(entry_id=entry_id, erased_by=record.id))
    return record


def records_erasure(record: str | None, commitment: bytes) -> bool:
    """Whether this payload of an erasing entry is about that commitment."""
    try:
        claimed: Any = json.loads(record or "null")
    except ValueError:
        return False
    return isinstance(claimed, dict) and claimed.get("commitment") == commitment.hex()
