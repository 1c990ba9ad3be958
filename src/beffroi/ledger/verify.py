"""Recomputes the whole ledger and names the first entry that is not what was signed.

Entries, stored hashes and checkpoints are read side by side, in the order in which the tree
grew, so that millions of entries need no more memory than a few.
"""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Final, TypeVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import func, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from beffroi.ledger import witness
from beffroi.ledger.append import SALT_BYTES, Kind
from beffroi.ledger.audit import TreeAudit
from beffroi.ledger.checkpoint import Checkpoint
from beffroi.ledger.erase import records_erasure
from beffroi.ledger.malformed import forgiving, malformed
from beffroi.ledger.report import Failure, Report
from beffroi.ledger.rows import RowAudit
from beffroi.store.database import Database
from beffroi.store.ledger import (
    LedgerCheckpoint,
    LedgerEntry,
    LedgerErasure,
    LedgerNode,
    LedgerPayload,
)

CHUNK: Final = 2_000
"""Rows held at a time."""

WRONG_CLOCK: Final = timedelta(minutes=1)
"""Transactions take seconds and clocks are corrected by less: an entry dated so long before the
one before it was dated by hand, or by a clock that somebody set."""

MOST: Final = 20
"""Forgotten entries named: after the first, more of the same help nobody."""

Item = TypeVar("Item")
Line = tuple[LedgerEntry, LedgerPayload | None, LedgerEntry | None, LedgerPayload | None]
"""An entry, its payload, the entry that erased it, and the payload of that one."""


def verify(database: Database, key: Ed25519PublicKey, checkpoint_files: Iterable[Path]) -> Report:
    """Check every entry, payload, erasure, hash, signature and witness, and the rows told of.

    Args:
        database: Holds the ledger; it is only read.
        key: The ledger's published key.
        checkpoint_files: Witness files, or notes typed from paper.

    Raises:
        BadInput: A checkpoint file cannot be read.
        Unavailable: The database is away.
    """
    witnesses = witness.read(checkpoint_files)
    with database.read() as session:
        if not database.is_sqlite:
            return _recompute(session, key, witnesses)
        with forgiving(session):
            unreadable = malformed(session)
            if unreadable:
                return _report(session, unreadable)
            return _recompute(session, key, witnesses)


def _recompute(session: Session, key: Ed25519PublicKey, witnesses: list[Checkpoint]) -> Report:
    with ExitStack() as open_results:
        tree = TreeAudit(
            key,
            _stream(open_results, session, LedgerNode, LedgerNode.position, LedgerNode.level),
            _stream(open_results, session, LedgerCheckpoint, LedgerCheckpoint.size),
            witnesses,
        )
        rows = RowAudit(session)
        erased = 0
        before: LedgerEntry | None = None
        doubts = []
        for entry, payload, eraser, record in _lines(session):
            erased += payload is None and eraser is not None
            position = entry.position or 0
            tree.take(position, entry)
            if reason := _payload_wrong(entry, payload, eraser, record):
                tree.failures.append(Failure(position, reason, entry.id, entry.kind))
            else:
                rows.take(entry, payload)
            if before is not None and entry.at < before.at - WRONG_CLOCK:
                doubts.append(Failure(position, _dated(entry, before), entry.id, entry.kind))
            before = entry
        tree.end()
        rows.end()
        if not tree.failures:
            rows.find_untold()
    doubts += _forgotten(session, before)
    failures = tree.failures + rows.failures
    return _report(session, failures, doubts, tree.sealed, tree.witnessed, erased)


def _report(
    session: Session,
    failures: list[Failure],
    doubts: Iterable[Failure] = (),
    sealed: int = 0,
    witnessed: int = 0,
    erased: int = 0,
) -> Report:
    count = select(func.count()).select_from(LedgerEntry)
    return Report(
        entries=session.scalar(count.where(LedgerEntry.position.is_not(None))) or 0,
        sealed=sealed,
        witnessed=witnessed,
        erased=erased,
        unsequenced=session.scalar(count.where(LedgerEntry.position.is_(None))) or 0,
        failures=tuple(
            _named(session, failure)
            for failure in sorted(failures, key=lambda failure: failure.order)
        ),
        doubts=tuple(doubts),
    )


def _stream(
    stack: ExitStack, session: Session, rows: type[Item], *order: InstrumentedAttribute[int]
) -> Iterable[Item]:
    result = session.scalars(select(rows).order_by(*order).execution_options(yield_per=CHUNK))
    stack.callback(result.close)
    return result


def _lines(session: Session) -> Iterator[Line]:
    eraser, record = aliased(LedgerEntry), aliased(LedgerPayload)
    query = (
        select(LedgerEntry, LedgerPayload, eraser, record)
        .outerjoin(LedgerPayload, LedgerPayload.entry_id == LedgerEntry.id)
        .outerjoin(LedgerErasure, LedgerErasure.entry_id == LedgerEntry.id)
        .outerjoin(eraser, eraser.id == LedgerErasure.erased_by)
        .outerjoin(record, record.entry_id == eraser.id)
        .where(LedgerEntry.position.is_not(None))
        .order_by(LedgerEntry.position)
    )
    for row in session.execute(query.execution_options(yield_per=CHUNK)):
        yield row[0], row[1], row[2], row[3]


def _payload_wrong(
    entry: LedgerEntry,
    payload: LedgerPayload | None,
    eraser: LedgerEntry | None,
    record: LedgerPayload | None,
) -> str | None:
    if payload is not None:
        if eraser is not None:
            return "its payload was recorded as erased and is still there"
        if len(payload.salt) != SALT_BYTES:
            # Salt and payload are hashed together: moving their border leaves the hash as it is.
            return "its salt is not as long as salts are"
        committed = hashlib.sha256(payload.salt + payload.payload.encode()).digest()
        return None if committed == entry.commitment else "its payload is not the one recorded"
    if eraser is None:
        return "its payload was removed without a record of the erasure"
    if (
        eraser.kind != Kind.PAYLOAD_ERASED
        or record is None
        or not records_erasure(record.payload, entry.commitment)
    ):
        return "its payload was removed and the record of the erasure is not about it"
    return None


def _dated(entry: LedgerEntry, before: LedgerEntry) -> str:
    return (
        f"dated {entry.at:%Y-%m-%d %H:%M:%S} UTC, before the entry before it "
        f"({before.at:%Y-%m-%d %H:%M:%S}): dated back, or the clock was set"
    )


def _forgotten(session: Session, last: LedgerEntry | None) -> Iterator[Failure]:
    """Entries without a position that are older than the last which has one."""
    if last is None:
        return
    old = (
        select(LedgerEntry)
        .where(LedgerEntry.position.is_(None), LedgerEntry.at < last.at - WRONG_CLOCK)
        .order_by(LedgerEntry.id)
        .limit(MOST)
    )
    for entry in session.scalars(old):
        reason = (
            f"dated {entry.at:%Y-%m-%d %H:%M:%S} UTC and still without a position, which later "
            "entries have: put in afterwards and dated back, or the clock was set"
        )
        yield Failure(None, reason, entry.id, entry.kind)


def _named(session: Session, failure: Failure) -> Failure:
    if failure.entry_id is not None or failure.position is None:
        return failure
    found = session.execute(
        select(LedgerEntry.id, LedgerEntry.kind).where(LedgerEntry.position == failure.position)
    ).first()
    return failure if found is None else replace(failure, entry_id=found.id, kind=found.kind)
