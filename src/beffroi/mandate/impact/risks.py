"""The risk register, and the incidents that start a clock.

A risk has an owner, measures and a day on which it is looked at again; a later line of the same
name replaces it and the earlier one stays. An incident always names a risk: what happened was
either foreseen, or shows a risk that was missing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import cache

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from beffroi.clock import Clock
from beffroi.errors import BadInput
from beffroi.ledger.append import Kind, append
from beffroi.mandate.impact.texts import Data, Text, read
from beffroi.mandate.uses import find_use
from beffroi.store.base import Json
from beffroi.store.impact import Incident, Risk
from beffroi.words import say


class IncidentKind(StrEnum):
    """What happened, as far as a clock depends on it."""

    SERIOUS = "serious"
    WIDESPREAD = "widespread"
    DEATH = "death"
    BREACH = "breach"
    OTHER = "other"


class Timer(Data):
    """By when somebody has to be told of one kind of incident.

    Attributes:
        hours: Hours after it was noticed.
        title: What has to be done.
        to: Who has to be told.
        source: The article.
        verified: Whether somebody has compared this row with that article.
    """

    hours: int
    title: Text
    to: Text
    source: str
    verified: bool


class _Timers(Data):
    timers: Mapping[IncidentKind, Timer]


@dataclass(frozen=True, slots=True)
class RiskLine:
    """What can be said of a risk.

    Args:
        name: What people call it; a later line of this name replaces it.
        owner: Who answers for it: an office rather than a name.
        measures: What is done against it.
        residual: What remains: 1 negligible, 2 limited, 3 significant, 4 maximum.
        review_on: Day on which it is looked at again.
        use_id: The use that it belongs to; None for the whole installation.
    """

    name: str
    owner: str
    measures: str
    residual: int
    review_on: date
    use_id: str | None = None


@dataclass(frozen=True, slots=True)
class Deadline:
    """An incident that still has to be reported.

    Args:
        incident: What happened.
        timer: Who has to be told, and why.
        at: The last moment.
    """

    incident: Incident
    timer: Timer
    at: datetime


@cache
def timers() -> Mapping[IncidentKind, Timer]:
    """The clocks by kind of incident; a kind without one starts none."""
    return read("timers", _Timers).timers


def record_risk(session: Session, line: RiskLine, *, actor: str, clock: Clock) -> Risk:
    """Add a line to the register.

    Raises:
        BadInput: No such use, an empty name, owner or measure, or a residual risk out of 1 to 4.
    """
    if line.use_id is not None:
        find_use(session, line.use_id)
    for text, what in ((line.name, "name"), (line.owner, "owner"), (line.measures, "measures")):
        if not text.strip():
            raise BadInput(say("A risk states its {what}.", what=what))
    if line.residual not in range(1, 5):
        raise BadInput("What remains of a risk is graded from 1 (negligible) to 4 (maximum).")
    row = Risk(
        use_id=line.use_id,
        name=line.name.strip(),
        owner=line.owner,
        measures=line.measures,
        residual=line.residual,
        review_on=line.review_on.isoformat(),
        recorded_by=actor,
        recorded_at=clock.now(),
    )
    session.add(row)
    session.flush()
    payload: Json = {
        "risk": row.id,
        "use": row.use_id,
        "name": row.name,
        "owner": row.owner,
        "measures": row.measures,
        "residual": row.residual,
        "review_on": row.review_on,
    }
    append(session, Kind.RISK_RECORDED, actor=actor, payload=payload, clock=clock)
    return row


def register(session: Session) -> list[Risk]:
    """The line in force of every risk, the gravest first."""
    last = select(func.max(Risk.id)).group_by(Risk.use_id, Risk.name)
    lines = select(Risk).where(Risk.id.in_(last))
    return list(session.scalars(lines.order_by(Risk.residual.desc(), Risk.name)))


def record_incident(
    session: Session,
    risk_id: int,
    kind: IncidentKind,
    text: str,
    noticed_at: datetime,
    *,
    actor: str,
    clock: Clock,
) -> Incident:
    """Record that something went wrong; its clock runs from when it was noticed.

    Raises:
        BadInput: No such risk, nothing said, or a time still to come.
    """
    risk = session.get(Risk, risk_id)
    if risk is None:
        raise BadInput(
            say(
                "There is no risk {number}: record the risk first, then what happened.",
                number=risk_id,
            )
        )
    if not text.strip():
        raise BadInput("Say what happened; a few words are enough.")
    if noticed_at > clock.now():
        raise BadInput("An incident is recorded once it was noticed; this time is still to come.")
    noticed_at = noticed_at.astimezone(UTC)
    row = Incident(
        risk_id=risk_id,
        kind=kind.value,
        text=text,
        noticed_at=noticed_at,
        recorded_by=actor,
        recorded_at=clock.now(),
        reported_at=None,
        reported_to=None,
    )
    session.add(row)
    session.flush()
    payload: Json = {
        "incident": row.id,
        "risk": risk_id,
        "use": risk.use_id,
        "kind": row.kind,
        "text": text,
        "noticed_at": noticed_at.isoformat(),
    }
    append(session, Kind.INCIDENT_RECORDED, actor=actor, payload=payload, clock=clock)
    return row


def report_incident(
    session: Session, incident_id: int, to: str, at: datetime, *, actor: str, clock: Clock
) -> Incident:
    """Record that an authority was told.

    Raises:
        BadInput: No such incident, told already, to nobody, or at an impossible time.
    """
    found = select(Incident).where(Incident.id == incident_id).with_for_update()
    incident = session.scalars(found).first()
    if incident is None:
        raise BadInput(say("There is no incident {number}.", number=incident_id))
    if incident.reported_at is not None:
        raise BadInput(
            say(
                "Incident {number} was already reported to {authority}.",
                number=incident_id,
                authority=incident.reported_to,
            )
        )
    if not to.strip():
        raise BadInput("Say who was told.")
    if not incident.noticed_at <= at <= clock.now():
        raise BadInput("An authority is told after the incident was noticed and before now.")
    incident.reported_at, incident.reported_to = at.astimezone(UTC), to
    payload: Json = {"incident": incident_id, "to": to, "at": incident.reported_at.isoformat()}
    append(session, Kind.INCIDENT_REPORTED, actor=actor, payload=payload, clock=clock)
    return incident


def deadlines(session: Session) -> list[Deadline]:
    """Incidents that still have to be reported, the first due first.

    Days of a law are counted as 24 hours from the notice: never later than what the law allows.
    """
    waiting = select(Incident).where(Incident.reported_at.is_(None))
    due = [
        Deadline(incident, timer, incident.noticed_at + timedelta(hours=timer.hours))
        for incident in session.scalars(waiting)
        if (timer := timers().get(IncidentKind(incident.kind))) is not None
    ]
    return sorted(due, key=lambda one: one.at)
