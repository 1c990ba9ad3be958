"""The life of an alert, as data: what may follow what, and who may make it so.

Every function here changes one alert and writes the ledger line of that change in the caller's
write session. Promise 2, *a person decides*, lives in `hand_over`: it is the only place that makes
a :class:`~beffroi.store.alerts.Delivery`, and it asks for a confirmed verdict and a person.
"""

import uuid
from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from beffroi.clock import Clock
from beffroi.errors import BadInput, NotAuthorised
from beffroi.ledger.append import SYSTEM, Kind, append
from beffroi.mandate.definition import Definition, load_definition
from beffroi.mandate.learning import learn
from beffroi.mandate.rights import Permission, require
from beffroi.mandate.timekeeping import BACK_S
from beffroi.store.accounts import Account
from beffroi.store.alerts import Alert, Delivery, Verdict
from beffroi.store.mandates import StoredDefinition
from beffroi.words import say


class State(StrEnum):
    """Where an alert stands."""

    RAISED = "raised"
    SHOWN = "shown"
    CONFIRMED = "confirmed"
    LIFTED = "lifted"
    UNSURE = "unsure"
    HANDED_OVER = "handed_over"
    CLOSED = "closed"
    LAPSED = "lapsed"


class Judgement(StrEnum):
    """What a person can say of an alert."""

    CONFIRMED = "confirmed"
    LIFTED = "lifted"
    UNSURE = "unsure"


NEXT: Final[Mapping[State, frozenset[State]]] = {
    State.RAISED: frozenset({State.SHOWN, State.LAPSED}),
    State.SHOWN: frozenset({State.CONFIRMED, State.LIFTED, State.UNSURE, State.LAPSED}),
    State.CONFIRMED: frozenset({State.HANDED_OVER, State.CLOSED}),
    State.LIFTED: frozenset({State.CLOSED}),
    State.UNSURE: frozenset({State.CLOSED}),
    # Several services can be told of one alert.
    State.HANDED_OVER: frozenset({State.HANDED_OVER, State.CLOSED}),
    State.CLOSED: frozenset(),
    State.LAPSED: frozenset(),
}
"""The whole life: from each state, the states that may follow."""

OPEN: Final = frozenset({State.RAISED, State.SHOWN})
"""States that still wait for a verdict."""

MAX_REASON: Final = 500


def show(session: Session, alert_id: str, account: Account, clock: Clock) -> Alert:
    """Note that an alert stands before a person; a second console changes nothing.

    Raises:
        BadInput: No such alert, or its time has passed.
        NotAuthorised: The account may not see the queue.
    """
    person = require_person(session, account, Permission.SEE_ALERTS)
    alert = lock(session, alert_id)
    if alert.state == State.SHOWN:
        return alert
    _move(alert, State.SHOWN)
    alert.shown_at = clock.now()
    append(
        session,
        Kind.ALERT_SHOWN,
        actor=person.pseudonym,
        payload={"alert": alert.id},
        clock=clock,
    )
    return alert


def judge(
    session: Session,
    alert_id: str,
    verdict: Judgement,
    reason: str,
    account: Account,
    clock: Clock,
) -> Verdict:
    """Take one person's verdict; of two consoles that judge at once, the second is refused.

    Args:
        session: A write session.
        alert_id: An alert that has been shown.
        verdict: What the person judged.
        reason: Why, in 1 to 500 characters.
        account: Who judged.
        clock: Gives the time of the verdict.

    Raises:
        BadInput: No such alert, already judged, lapsed, never shown, or no reason given.
        NotAuthorised: The account may not judge.
    """
    person = require_person(session, account, Permission.JUDGE)
    reason = require_reason(reason)
    alert = lock(session, alert_id)
    _move(alert, State(verdict.value))
    row = Verdict(
        id=str(uuid.uuid4()),
        alert_id=alert.id,
        verdict=verdict.value,
        reason=reason,
        account_id=person.id,
        at=clock.now(),
    )
    session.add(row)
    append(
        session,
        Kind.ALERT_JUDGED,
        actor=person.pseudonym,
        # The score enters the ledger here and not when raised: it is hidden until the verdict.
        payload={
            "alert": alert.id,
            "verdict_id": row.id,
            "verdict": row.verdict,
            "reason": reason,
            "score": alert.score,
        },
        clock=clock,
    )
    features = {"score": alert.score, "duration_s": alert.duration_s, "count": alert.count}
    learn(
        session,
        camera_id=alert.camera_id,
        event=alert.event,
        features=features,
        verdict=row.verdict,
        clock=clock,
    )
    return row


def hand_over(
    session: Session, alert_id: str, channel: str, account: Account, clock: Clock
) -> Delivery:
    """Hand a confirmed alert over through one channel; a worker sends it, see `handover`.

    Raises:
        BadInput: No such alert, closed, or already handed over through this channel.
        NotAuthorised: Nobody has confirmed the alert, or the account may not hand over.
    """
    person = require_person(session, account, Permission.HAND_OVER)
    alert = lock(session, alert_id)
    verdict = session.scalar(select(Verdict).where(Verdict.alert_id == alert.id))
    if verdict is None or verdict.verdict != Judgement.CONFIRMED:
        raise NotAuthorised(
            say(
                "Nothing leaves Beffroi before a person has confirmed the alert. "
                "This one is marked: {mark}.",
                mark=alert.state,
            )
        )
    _refuse_repeat(session, alert, channel)
    _move(alert, State.HANDED_OVER)
    delivery = Delivery(
        id=str(uuid.uuid4()),
        alert_id=alert.id,
        verdict_id=verdict.id,
        account_id=person.id,
        channel=channel,
        state="pending",
        detail="",
        at=clock.now(),
    )
    session.add(delivery)
    append(
        session,
        Kind.ALERT_HANDED_OVER,
        actor=person.pseudonym,
        payload={
            "alert": alert.id,
            "verdict_id": verdict.id,
            "delivery": delivery.id,
            "channel": channel,
        },
        clock=clock,
    )
    return delivery


def close_alert(session: Session, alert_id: str, account: Account, clock: Clock) -> Alert:
    """Put a judged alert away.

    Raises:
        BadInput: No such alert, not judged yet, or already closed.
        NotAuthorised: The account may not close alerts.
    """
    person = require_person(session, account, Permission.JUDGE)
    alert = lock(session, alert_id)
    _move(alert, State.CLOSED)
    append(
        session,
        Kind.ALERT_CLOSED,
        actor=person.pseudonym,
        payload={"alert": alert.id},
        clock=clock,
    )
    return alert


def escalate_overdue(session: Session, after_s: float, clock: Clock) -> list[Alert]:
    """Show the supervisor too what nobody has judged within `after_s` seconds.

    And at once what is dated ahead, by a clock that was: how long it has waited nobody knows.
    """
    now = clock.now()
    late = Alert.raised_at <= now - timedelta(seconds=after_s)
    ahead = Alert.raised_at > now + timedelta(seconds=BACK_S)
    overdue = _waiting(session, or_(late, ahead), Alert.escalated_at.is_(None))
    for alert in overdue:
        escalate(session, alert, clock)
    return overdue


def escalate(session: Session, alert: Alert, clock: Clock) -> None:
    """Show one alert to the supervisor too."""
    alert.escalated_at = clock.now()
    _note_waiting(session, Kind.ALERT_ESCALATED, alert, clock)


def lapse_overdue(session: Session, after_s: float, clock: Clock) -> list[Alert]:
    """Take out of the queue what nobody has judged within `after_s` seconds; it stays counted."""
    limit = clock.now() - timedelta(seconds=after_s)
    overdue = _waiting(session, Alert.raised_at <= limit)
    for alert in overdue:
        _move(alert, State.LAPSED)
        _note_waiting(session, Kind.ALERT_LAPSED, alert, clock)
    return overdue


def find(session: Session, alert_id: str) -> Alert:
    """One alert.

    Raises:
        BadInput: There is none of this number.
    """
    alert = session.get(Alert, alert_id)
    if alert is None:
        raise BadInput(say("There is no alert {alert}.", alert=alert_id))
    return alert


def definition_of(session: Session, alert: Alert) -> Definition:
    """The voted text under which an alert was raised: it decides what is kept, not the row.

    Raises:
        BadInput: The stored text is not the one that was voted.
    """
    stored = session.get_one(StoredDefinition, alert.definition_digest)
    return load_definition(stored.canonical, stored.digest).definition


def lock(session: Session, alert_id: str) -> Alert:
    """One alert as it is now, which nobody else can change before this session ends.

    Raises:
        BadInput: There is none of this number.
    """
    # PostgreSQL locks the row; SQLite's write session has locked the database already.
    alert = session.get(Alert, alert_id, with_for_update=True, populate_existing=True)
    if alert is None:
        raise BadInput(say("There is no alert {alert}.", alert=alert_id))
    return alert


def require_person(session: Session, account: Account, permission: Permission) -> Account:
    """The account as the database holds it now, if it belongs to a person who may do this.

    Raises:
        NotAuthorised: Unknown, closed since it signed in, or without this permission.
    """
    person = session.get(Account, account.id, populate_existing=True)
    if person is None or not person.active:
        raise NotAuthorised(
            say("This account is closed or unknown. An alert is judged by a person.")
        )
    require(person, permission)
    return person


def require_reason(reason: str) -> str:
    """The reason without blanks around it.

    Raises:
        BadInput: Empty, or longer than 500 characters.
    """
    reason = reason.strip()
    if not 1 <= len(reason) <= MAX_REASON:
        raise BadInput(say("Give a reason of 1 to {most} characters.", most=MAX_REASON))
    return reason


def _move(alert: Alert, to: State) -> None:
    now = State(alert.state)
    if to not in NEXT[now]:
        already = say("This alert is already marked: {mark}.", mark=alert.state)
        raise BadInput(_REFUSALS.get((now, to), already))
    alert.state = to.value


_REFUSALS: Final = {
    **{
        (State.RAISED, judged): say("Nobody has been shown this alert yet: open it before judging.")
        for judged in (State.CONFIRMED, State.LIFTED, State.UNSURE)
    },
    **{
        (waiting, State.CLOSED): say("Nobody has judged this alert yet: it cannot be closed.")
        for waiting in OPEN
    },
}


def _refuse_repeat(session: Session, alert: Alert, channel: str) -> None:
    before = select(Delivery.id).where(
        Delivery.alert_id == alert.id, Delivery.channel == channel, Delivery.state != "failed"
    )
    if session.scalar(before) is not None:
        raise BadInput(say("This alert is already handed over through {channel}.", channel=channel))


def _waiting(session: Session, *conditions: ColumnElement[bool]) -> list[Alert]:
    """Alerts that nobody has judged, the oldest first, locked."""
    waiting = (
        select(Alert)
        .where(Alert.state.in_([state.value for state in OPEN]), *conditions)
        .order_by(Alert.raised_at)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return list(session.scalars(waiting))


def _note_waiting(session: Session, kind: Kind, alert: Alert, clock: Clock) -> None:
    waited = round(max((clock.now() - alert.raised_at).total_seconds(), 0.0), 1)
    append(
        session,
        kind,
        actor=SYSTEM,
        payload={"alert": alert.id, "waited_s": waited},
        clock=clock,
    )
