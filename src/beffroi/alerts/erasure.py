"""The end of evidence: on its date, early for a stated reason, or lost before it was kept.

The key is destroyed while the alert's row is locked, before the database says so. A crash in
between leaves evidence that nobody can open any more and that is still due: the next round
destroys nothing more and writes the line.
"""

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.orm import Session

from beffroi.alerts.life import lock, require_person, require_reason
from beffroi.alerts.vault import Undestroyed, Vault
from beffroi.clock import Clock
from beffroi.errors import BadInput
from beffroi.ledger.append import SYSTEM, Kind, append
from beffroi.mandate.definition import MOST_DAYS, load_definition
from beffroi.mandate.rights import Permission
from beffroi.mandate.timekeeping import BACK_S
from beffroi.store.accounts import Account
from beffroi.store.alerts import Alert
from beffroi.store.database import Database
from beffroi.store.mandates import StoredDefinition
from beffroi.words import say

GONE: Final = frozenset({"none", "missing", "erased"})
"""Evidence of which nothing may be left in the vault."""

ERASABLE: Final = frozenset({"pending", "ready", "missing"})
"""Evidence of which something may be left, if only the numbers of tracks."""

AT_A_TIME: Final = 500
"""Ids asked about in one query, whatever the database."""


def erase_due(database: Database, vault: Vault, clock: Clock) -> int:
    """Erase all evidence whose date has come; returns how many alerts lost theirs.

    The date is the one on the alert or the one that was voted, whichever comes first: neither a row
    that somebody changed nor a clock that was ahead keeps anything longer.

    Raises:
        Unavailable: The disk or the database refuses; what is left stays due.
        BadInput: An alert's name was changed by hand; the others are done.
    """
    left, now = Alert.evidence.in_(ERASABLE), clock.now()
    with database.read() as session:
        over = [Alert.erase_at <= now, *_over_by_vote(session, now)]
        due = session.scalars(select(Alert.id).where(left, or_(*over))).all()
        ahead = [
            (digest, now + kept)
            for digest, kept in _voted(session)
            if session.scalar(select(func.count()).where(*_dated_ahead(digest, now + kept)))
        ]
    for digest, latest in ahead:
        with database.write() as session:
            late = update(Alert).where(*_dated_ahead(digest, latest))
            session.execute(late.values(erase_at=latest))

    def end(session: Session, alert_id: str) -> None:
        alert = lock(session, alert_id)
        if alert.evidence in ERASABLE:
            _erase(session, vault, alert, SYSTEM, {"cause": "due"}, clock)

    return _for_each(due, database, end)


def overdue(session: Session, now: datetime) -> tuple[int, datetime | None]:
    """How much evidence is kept whose date has come, and since when the oldest should be gone."""
    due = (Alert.evidence.in_(ERASABLE), Alert.erase_at <= now)
    number, since = session.execute(
        select(func.count(), func.min(Alert.erase_at)).where(*due)
    ).one()
    return number, since


def erase(
    session: Session, vault: Vault, alert_id: str, reason: str, account: Account, clock: Clock
) -> None:
    """Erase the evidence of one alert before its date.

    Args:
        session: A write session.
        vault: Where its evidence is.
        alert_id: The alert.
        reason: Why, in 1 to 500 characters.
        account: Who decides.
        clock: Gives the time of the ledger line.

    Raises:
        BadInput: No such alert, no evidence left, or no reason given.
        NotAuthorised: The account may not erase evidence.
        Unavailable: The disk or the database refuses.
    """
    reason = require_reason(reason)
    person = require_person(session, account, Permission.ERASE_EVIDENCE)
    alert = lock(session, alert_id)
    if alert.evidence not in ERASABLE:
        raise BadInput(say("Alert {alert} has no evidence to erase.", alert=alert_id))
    payload = {"cause": "request", "reason": reason}
    _erase(session, vault, alert, person.pseudonym, payload, clock)


def mark_missing(database: Database, vault: Vault, after_s: float, clock: Clock) -> int:
    """Give up evidence that nobody has finished within `after_s` seconds, its host being dead.

    Returns:
        How many alerts will have none. What a host began to seal for them is destroyed.

    Raises:
        Unavailable: The disk or the database refuses; what is left stays pending.
        BadInput: An alert's name was changed by hand; the others are done.
    """
    limit = clock.now() - timedelta(seconds=after_s)
    late = _select(database, Alert.evidence == "pending", Alert.raised_at <= limit)

    def give_up(session: Session, alert_id: str) -> None:
        alert = lock(session, alert_id)
        if alert.evidence == "pending":
            vault.destroy(alert_id)
            alert.evidence = "missing"
            payload = {"alert": alert_id}
            append(session, Kind.EVIDENCE_MISSING, actor=SYSTEM, payload=payload, clock=clock)

    return _for_each(late, database, give_up)


def sweep(database: Database, vault: Vault, clock: Clock) -> int:
    """Destroy what is left of evidence that the database holds for gone, or has never heard of.

    A host that dies between sealing and learning that it comes too late leaves such a key behind;
    a database that was put back from an older copy does not know the latest. These are destroyed
    once no vote can have let them be kept: the wrong database must not end the evidence of a city.

    Returns:
        Of how many alerts something was left.

    Raises:
        Unavailable: The disk or the database refuses; what is left stays until the next sweep.
    """
    kept = sorted(vault.alerts())
    # Looked up after the vault was read: an alert is in the database before its key is made.
    states: dict[str, str] = {}
    with database.read() as session:
        for start in range(0, len(kept), AT_A_TIME):
            named = Alert.id.in_(kept[start : start + AT_A_TIME])
            states.update(
                dict(session.execute(select(Alert.id, Alert.evidence).where(named)).all())
            )
    over = clock.now() - timedelta(days=MOST_DAYS)

    def lost(alert_id: str) -> bool:
        since = vault.since(alert_id)
        return alert_id not in states and since is not None and since <= over

    def clear(session: Session, alert_id: str) -> None:
        vault.destroy(alert_id)
        cause = "left over" if alert_id in states else "unknown"
        payload = {"alert": alert_id, "cause": cause}
        append(session, Kind.EVIDENCE_ERASED, actor=SYSTEM, payload=payload, clock=clock)

    orphans = [each for each in kept if states.get(each) in GONE or lost(each)]
    return _for_each(orphans, database, clear)


def _for_each(
    alerts: Sequence[str], database: Database, work: Callable[[Session, str], None]
) -> int:
    """Do it for each in a transaction of its own; returns of how many.

    One whose files stay keeps no other from going.

    Raises:
        Undestroyed, BadInput: Some files stay; what could go has gone.
        Unavailable: The database refuses.
    """
    refused: list[Undestroyed | BadInput] = []
    for alert_id in alerts:
        try:
            with database.write() as session:
                work(session, alert_id)
        except (Undestroyed, BadInput) as error:  # or a row whose name was changed by hand
            refused.append(error)
    if refused:
        raise refused[0]
    return len(alerts)


def _over_by_vote(session: Session, now: datetime) -> Iterator[ColumnElement[bool]]:
    """For each definition with evidence, what is older than its voted text allows."""
    for digest, kept in _voted(session):
        yield and_(Alert.definition_digest == digest, Alert.raised_at <= now - kept)


def _dated_ahead(digest: str, latest: datetime) -> tuple[ColumnElement[bool], ...]:
    """Evidence of a definition that would be kept for longer from now than was voted."""
    return (
        Alert.definition_digest == digest,
        Alert.evidence.in_(ERASABLE),
        Alert.erase_at > latest + timedelta(seconds=BACK_S),
    )


def _voted(session: Session) -> Iterator[tuple[str, timedelta]]:
    """For each definition with evidence, for how long it was voted to be kept."""
    used = select(Alert.definition_digest).where(Alert.evidence.in_(ERASABLE))
    wanted = select(StoredDefinition).where(StoredDefinition.digest.in_(used))
    for stored in session.scalars(wanted):
        # A text that is no longer the voted one says nothing: the gate and the alerts' date hold.
        with contextlib.suppress(BadInput):
            voted = load_definition(stored.canonical, stored.digest).definition
            yield stored.digest, timedelta(days=voted.retention_days)


def _select(database: Database, *conditions: ColumnElement[bool]) -> list[str]:
    with database.read() as session:
        return list(session.scalars(select(Alert.id).where(*conditions)))


def _erase(
    session: Session,
    vault: Vault,
    alert: Alert,
    actor: str,
    payload: Mapping[str, str],
    clock: Clock,
) -> None:
    vault.destroy(alert.id)
    alert.evidence = "erased"
    alert.tracks = []
    append(
        session,
        Kind.EVIDENCE_ERASED,
        actor=actor,
        payload={"alert": alert.id, **payload},
        clock=clock,
    )
