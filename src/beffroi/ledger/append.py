"""Writing to the ledger: in the transaction of the state that the entry records."""

import hashlib
import secrets
from enum import StrEnum
from typing import Any, Final

import rfc8785
from sqlalchemy import text
from sqlalchemy.orm import Session

from beffroi.clock import Clock
from beffroi.store.ledger import LedgerEntry, LedgerPayload

SALT_BYTES: Final = 32

SYSTEM: Final = "system"
"""The actor of what the software does by itself: raising, lapsing, erasing on time."""


ORIGIN: Final = "origin"
"""Key of `Session.info`: where the acts of a session come from, if not from a console. It goes
into every payload, so that no caller can forget it."""


class Kind(StrEnum):
    """Everything that leaves a line."""

    ACT = "act"
    ACT_CONFIRMED = "act.confirmed"
    DEFINITION_REGISTERED = "definition.registered"
    ANNEX_RECORDED = "annex.recorded"
    ANNEX_REVIEWED = "annex.reviewed"
    DOCTRINE_REGISTERED = "doctrine.registered"
    DOCUMENT_STORED = "document.stored"
    CONTRIBUTION_RECEIVED = "contribution.received"
    CONTRIBUTION_ANSWERED = "contribution.answered"
    USE_DRAFTED = "use.drafted"
    USE_REVISED = "use.revised"
    MANDATE_EXPORTED = "mandate.exported"
    MANDATE_IMPORTED = "mandate.imported"
    USE_PAUSED = "use.paused"
    USE_RESUMED = "use.resumed"
    ASSESSMENT_RECORDED = "impact.assessed"
    RISK_RECORDED = "impact.risk"
    INCIDENT_RECORDED = "impact.incident"
    INCIDENT_REPORTED = "impact.incident_reported"
    DUTY_DONE = "impact.duty_done"
    CAMERA_ADDED = "camera.added"
    CAMERA_CHANGED = "camera.changed"
    CAMERA_REMOVED = "camera.removed"
    CAMERA_COMMISSIONED = "camera.commissioned"
    CAMERA_LOOKED = "camera.looked"
    CAMERA_BACKGROUND = "camera.background"
    CAMERA_STATE = "camera.state"
    CAMERA_DOUBTED = "camera.doubted"
    CAMERA_CLEARED = "camera.cleared"
    ALERT_RAISED = "alert.raised"
    ALERT_REPEATED = "alert.repeated"
    ALERT_SHOWN = "alert.shown"
    ALERT_ESCALATED = "alert.escalated"
    ALERT_JUDGED = "alert.judged"
    ALERT_HANDED_OVER = "alert.handed_over"
    ALERT_DELIVERY = "alert.delivery"
    ALERT_CLOSED = "alert.closed"
    ALERT_LAPSED = "alert.lapsed"
    EVIDENCE_KEPT = "evidence.kept"
    EVIDENCE_MISSING = "evidence.missing"
    EVIDENCE_VIEWED_CLEAR = "evidence.viewed_clear"
    EVIDENCE_ERASED = "evidence.erased"
    PAYLOAD_ERASED = "ledger.payload_erased"
    ACCOUNT_CREATED = "account.created"
    ACCOUNT_CHANGED = "account.changed"
    SIGNED_IN = "account.signed_in"
    LEARNING_SAMPLED = "learning.sampled"
    LEARNING_DESTROYED = "learning.destroyed"
    CLOCK_DOUBTED = "clock.doubted"
    CLOCK_CONFIRMED = "clock.confirmed"
    SERVER_STARTED = "server.started"
    SERVER_STOPPED = "server.stopped"


def keep_writers_out(session: Session) -> None:
    """Let nobody else append until this session ends: what it reads then is what lines tell of.

    SQLite has one writer at a time anyway.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("LOCK TABLE ledger_entry IN EXCLUSIVE MODE"))


def append(
    session: Session, kind: Kind, *, actor: str, payload: dict[str, Any], clock: Clock
) -> LedgerEntry:
    """Add an entry; it is in the ledger if and only if the caller's transaction commits.

    Args:
        session: The write session that also holds the recorded change.
        kind: What happened.
        actor: Pseudonym of the account that did it, or `SYSTEM`.
        payload: What is committed to, JSON; erasable later without harm to any proof.
        clock: Gives the time of the entry.

    Returns:
        The entry, flushed, with its id and without its position yet.
    """
    told = rfc8785.dumps({**payload, **session.info.get(ORIGIN, {})})
    salt = secrets.token_bytes(SALT_BYTES)
    entry = LedgerEntry(
        kind=kind.value,
        at=clock.now(),
        actor=actor,
        commitment=hashlib.sha256(salt + told).digest(),
        position=None,
    )
    session.add(entry)
    session.flush()
    session.add(LedgerPayload(entry_id=entry.id, salt=salt, payload=told.decode()))
    return entry
