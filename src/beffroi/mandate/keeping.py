"""How long the ledger keeps what its lines tell: no shorter and no longer than the doctrines ask.

Each line and its proof stay for ever; what it tells is erased once the shortest cap in force is
over, whatever use it is about, for an installation has one ledger. What was decided is kept: it is
the city's record, published and exported, and no log of what anybody did.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from beffroi.clock import Clock
from beffroi.errors import NotAuthorised
from beffroi.ledger.append import SYSTEM, Kind
from beffroi.ledger.erase import erase_payload
from beffroi.mandate.doctrine.procedure import Bound
from beffroi.mandate.doctrine.rules import Rule
from beffroi.mandate.doctrine.stack import Stack
from beffroi.mandate.procedure.adoption import stack_in_force
from beffroi.mandate.procedure.consultation import forget, forget_answer
from beffroi.store.database import Database
from beffroi.store.ledger import LedgerEntry, LedgerPayload
from beffroi.store.procedure import Act, Document
from beffroi.words import say

DECIDED: Final = frozenset(
    {
        Kind.ACT,
        Kind.ACT_CONFIRMED,
        Kind.DEFINITION_REGISTERED,
        Kind.ANNEX_RECORDED,
        Kind.ANNEX_REVIEWED,
        Kind.DOCTRINE_REGISTERED,
        Kind.DOCUMENT_STORED,
        Kind.USE_DRAFTED,
        Kind.USE_REVISED,
        Kind.MANDATE_EXPORTED,
        Kind.MANDATE_IMPORTED,
        Kind.ASSESSMENT_RECORDED,
        Kind.CAMERA_ADDED,
        Kind.CAMERA_CHANGED,
        Kind.CAMERA_REMOVED,
        Kind.LEARNING_DESTROYED,
        Kind.CLOCK_CONFIRMED,
        Kind.PAYLOAD_ERASED,
    }
)
"""Lines that prove the mandate: neither a cap nor a floor is about them."""

PROVING: Final = DECIDED | {
    Kind.EVIDENCE_ERASED,
    Kind.ALERT_RAISED,
    Kind.INCIDENT_REPORTED,
    Kind.DUTY_DONE,
}
"""And those that figures are computed from, or that prove that something is gone or was done: no
cap reaches them."""

UNFINISHED: Final = timedelta(days=1)
"""So long a form may lie open with its paper attached."""

AT_A_TIME: Final = 20
"""Lines erased in one transaction: an alert that is to be written must not wait for long."""


@dataclass(frozen=True, slots=True)
class Term:
    """How long a line keeps what it tells, and which clause says so."""

    days: int
    clause: str


def floor(stack: Stack, now: datetime) -> Term | None:
    """The longest time for which a doctrine in force wants the automatic log kept."""
    return max(
        _terms(stack.ledger_clauses(Rule.LEDGER_RETENTION_DAYS, now)), key=_days, default=None
    )


def cap(stack: Stack, now: datetime) -> Term | None:
    """The shortest time after which a doctrine in force wants it erased."""
    return min(_terms(stack.ledger_clauses(Rule.LEDGER_CAP_DAYS, now)), key=_days, default=None)


def erase_over(database: Database, clock: Clock) -> int:
    """Erase what lines older than the cap tell, the oldest first, and record each erasure.

    Returns:
        How many were erased; with `AT_A_TIME` of them, more may be due.

    Raises:
        BadInput: The doctrines in force cannot be read: nothing is erased.
        Unavailable: The database refuses.
    """
    now = clock.now()
    with database.read() as session:
        term = cap(stack_in_force(session, now), now)
    if term is None:
        return 0
    over = (
        select(LedgerPayload.entry_id)
        .join(LedgerEntry, LedgerEntry.id == LedgerPayload.entry_id)
        .where(
            LedgerEntry.at <= now - timedelta(days=term.days),
            LedgerEntry.kind.not_in([kind.value for kind in PROVING]),
        )
        .order_by(LedgerPayload.entry_id)
        .limit(AT_A_TIME)
    )
    with database.write() as session:
        due = session.scalars(over).all()
        for entry_id in due:
            reason = f"kept for {term.days} days at most ({term.clause})"
            if session.get(LedgerPayload, entry_id) is not None:
                erase_line(session, entry_id, SYSTEM, reason, clock)
    return len(due)


def erase_line(session: Session, entry_id: int, actor: str, reason: str, clock: Clock) -> None:
    """Erase what a line tells, and with it what residents said and were answered, if it is that.

    Args:
        session: A write session.
        entry_id: The line, by id.
        actor: Pseudonym of who erases, or `SYSTEM`.
        reason: Why, without personal data: it stays.
        clock: Dates the erasure.

    Raises:
        BadInput: There is nothing to erase there, or it is the record of an erasure.
    """
    entry = session.get(LedgerEntry, entry_id)
    kept = session.get(LedgerPayload, entry_id)
    told = {} if kept is None else json.loads(kept.payload)
    erase_payload(session, entry_id, actor, reason, clock)
    if entry is None:
        return
    if entry.kind == Kind.CONTRIBUTION_RECEIVED:
        forget(session, told["contribution"])
        # The answer may well quote it.
        for line in _lines(
            session, Kind.CONTRIBUTION_ANSWERED, "contribution", told["contribution"]
        ):
            erase_payload(session, line, actor, reason, clock)
    elif entry.kind == Kind.CONTRIBUTION_ANSWERED:
        forget_answer(session, told["contribution"])


def drop_unused(database: Database, clock: Clock) -> int:
    """Drop papers that no act took within a day: a form brought them that was never finished.

    Returns:
        How many.

    Raises:
        Unavailable: The database refuses.
    """
    cited = select(Act.document_digest).where(Act.document_digest.is_not(None))
    unused = select(Document).where(
        Document.stored_at <= clock.now() - UNFINISHED, Document.digest.not_in(cited)
    )
    with database.write() as session:
        left = session.scalars(unused).all()
        for document in left:
            for line in _lines(session, Kind.DOCUMENT_STORED, "document", document.digest):
                erase_payload(session, line, SYSTEM, "no act took this document", clock)
            session.delete(document)
    return len(left)


def _lines(session: Session, kind: Kind, field: str, value: str | int) -> list[int]:
    """The lines of a kind that still tell this of something."""
    written = f'"{field}":{json.dumps(value)}'
    kept = (
        select(LedgerPayload)
        .join(LedgerEntry, LedgerEntry.id == LedgerPayload.entry_id)
        .where(LedgerEntry.kind == kind, LedgerPayload.payload.contains(written, autoescape=True))
    )
    return [
        line.entry_id for line in session.scalars(kept) if json.loads(line.payload)[field] == value
    ]


def require_kept_long_enough(session: Session, entry_id: int, now: datetime) -> None:
    """Refuse to erase the automatic log before its time, whoever asks.

    What people typed is no automatic log: whoever is named in it may have it erased at once.

    Raises:
        NotAuthorised: A doctrine in force wants the line kept for longer; it is named.
    """
    entry, term = session.get(LedgerEntry, entry_id), floor(stack_in_force(session, now), now)
    if entry is None or term is None or entry.actor != SYSTEM or entry.kind in DECIDED:
        return
    until = entry.at + timedelta(days=term.days)
    if now < until:
        raise NotAuthorised(
            say(
                "What Beffroi logs by itself is kept for at least {days} days: this line until "
                "{day} ({clause}).",
                days=term.days,
                day=until.date().isoformat(),
                clause=term.clause,
            )
        )


def _terms(bound: Iterable[Bound]) -> list[Term]:
    return [Term(clause.number, f"{doctrine.id}, {clause.id}") for doctrine, clause in bound]


def _days(term: Term) -> int:
    return term.days
