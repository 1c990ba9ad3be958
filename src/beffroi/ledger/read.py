"""Reading the ledger as lines, for lists, consoles and exports."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from beffroi.ledger.append import Kind
from beffroi.store.base import Json
from beffroi.store.ledger import LedgerEntry, LedgerPayload


@dataclass(frozen=True, slots=True)
class Line:
    """An entry in its place.

    Args:
        position: Its place, from 0, without gaps.
        entry_id: Its id in the database.
        kind: What happened.
        at: When, aware.
        actor: Pseudonym of who did it, or `SYSTEM`.
        commitment: Salted SHA-256 of the payload, 32 bytes.
        payload: What was recorded; None once erased.
    """

    position: int
    entry_id: int
    kind: str
    at: datetime
    actor: str
    commitment: bytes
    payload: Json | None


def lines(
    session: Session, *, after: int = -1, kinds: Collection[Kind] = (), limit: int | None = None
) -> list[Line]:
    """Sequenced entries in order.

    Args:
        session: Any session.
        after: Position after which to start; -1 for the beginning.
        kinds: Which kinds; empty for all.
        limit: Most lines to return, asked again after the last; None for all of them.
    """
    query = (
        select(LedgerEntry, LedgerPayload.payload)
        .outerjoin(LedgerPayload, LedgerPayload.entry_id == LedgerEntry.id)
        .where(LedgerEntry.position > after)
        .order_by(LedgerEntry.position)
        .limit(limit)
    )
    if kinds:
        query = query.where(LedgerEntry.kind.in_([kind.value for kind in kinds]))
    return [_line(entry, payload) for entry, payload in session.execute(query)]


def line_at(session: Session, position: int) -> Line | None:
    """The entry at a position, if there is one."""
    found = lines(session, after=position - 1, limit=1)
    return found[0] if found and found[0].position == position else None


def _line(entry: LedgerEntry, payload: str | None) -> Line:
    assert entry.position is not None  # noqa: S101 (the query asks for those that have one)
    return Line(
        position=entry.position,
        entry_id=entry.id,
        kind=entry.kind,
        at=entry.at,
        actor=entry.actor,
        commitment=entry.commitment,
        payload=None if payload is None else json.loads(payload),
    )
