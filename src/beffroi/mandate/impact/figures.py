"""Numbers of a use over a time, with the interval that goes with each share."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from beffroi.store.alerts import Alert, Delivery, Verdict
from beffroi.store.base import Base
from beffroi.store.impact import Incident, Risk
from beffroi.store.mandates import Pause
from beffroi.store.procedure import Contribution

Z_95: Final = 1.959963984540054
"""Half-width of the central 95 % of a standard normal law."""


@dataclass(frozen=True, slots=True)
class Share:
    """A count out of a total; what it says of the future is the interval, not the quotient.

    Args:
        part: How many did.
        total: Out of how many.
    """

    part: int
    total: int

    @property
    def value(self) -> float:
        """The share, 0 to 1; not a number where nothing was counted."""
        return self.part / self.total if self.total else math.nan

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % score interval (E. B. Wilson, JASA 22, 1927); all of 0 to 1 without a count."""
        if not self.total:
            return 0.0, 1.0
        z2 = Z_95**2 / self.total
        centre = self.value + z2 / 2
        half = Z_95 * math.sqrt(self.value * (1 - self.value) / self.total + z2 / self.total / 4)
        return max(0.0, (centre - half) / (1 + z2)), min(1.0, (centre + half) / (1 + z2))


@dataclass(frozen=True, slots=True)
class Figures:
    """What happened between two moments.

    Args:
        alerts: Alerts raised.
        verdicts: Verdict → how many.
        lapsed: Alerts that nobody judged in time.
        handed_over: Alerts passed on to a service by a person.
        operator_hours: Hours in which some person judged, one for each person and hour.
        delays_s: Half and nine tenths of the verdicts came within these many seconds, if any came.
        pauses: Stops by operators.
        incidents: Incidents noticed.
        contributions: Contributions received in consultations.
        answered: How many of those were answered.
    """

    alerts: int
    verdicts: Mapping[str, int]
    lapsed: int
    handed_over: int
    operator_hours: int
    delays_s: tuple[float, float] | None
    pauses: int
    incidents: int
    contributions: int
    answered: int

    @property
    def judged(self) -> int:
        """Alerts with a verdict."""
        return sum(self.verdicts.values())

    @property
    def precision(self) -> Share:
        """Confirmed among confirmed and lifted; what stayed unsure says nothing either way."""
        confirmed = self.verdicts.get("confirmed", 0)
        return Share(confirmed, confirmed + self.verdicts.get("lifted", 0))


def figures(session: Session, use_id: str | None, since: datetime, until: datetime) -> Figures:
    """Count what happened from `since` until before `until`.

    Args:
        session: Any session.
        use_id: One use; None for all of them.
        since: First moment counted, aware.
        until: First moment no longer counted, aware.
    """
    of_use = [] if use_id is None else [Alert.use_id == use_id]
    raised = [*of_use, Alert.raised_at >= since, Alert.raised_at < until]
    judged = session.execute(
        select(Verdict.verdict, Verdict.account_id, Verdict.at, Alert.raised_at)
        .join(Alert, Alert.id == Verdict.alert_id)
        .where(*of_use, Verdict.at >= since, Verdict.at < until)
    ).all()
    verdicts: dict[str, int] = {}
    for verdict, _, _, _ in judged:
        verdicts[verdict] = verdicts.get(verdict, 0) + 1
    hours = {
        (account, at.replace(minute=0, second=0, microsecond=0)) for _, account, at, _ in judged
    }
    return Figures(
        alerts=_count(session, Alert, *raised),
        verdicts=verdicts,
        lapsed=_count(session, Alert, *raised, Alert.state == "lapsed"),
        handed_over=_handed_over(session, of_use, since, until),
        operator_hours=len(hours),
        delays_s=_delays([(at - raised_at).total_seconds() for _, _, at, raised_at in judged]),
        pauses=_count(
            session,
            Pause,
            *([] if use_id is None else [Pause.use_id == use_id]),
            Pause.paused_at >= since,
            Pause.paused_at < until,
        ),
        incidents=_incidents(session, use_id, since, until),
        contributions=len(said := _answers(session, use_id, since, until)),
        answered=sum(answer is not None for answer in said),
    )


def _count(session: Session, table: type[Base], *where: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(table).where(*where)) or 0


def _handed_over(
    session: Session, of_use: list[ColumnElement[bool]], since: datetime, until: datetime
) -> int:
    several = (
        select(func.count(Delivery.alert_id.distinct()))
        .join(Alert, Alert.id == Delivery.alert_id)
        .where(*of_use, Delivery.at >= since, Delivery.at < until)
    )
    return session.scalar(several) or 0


def _incidents(session: Session, use_id: str | None, since: datetime, until: datetime) -> int:
    noticed = (
        select(func.count(Incident.id))
        .join(Risk, Risk.id == Incident.risk_id)
        .where(Incident.noticed_at >= since, Incident.noticed_at < until)
    )
    if use_id is not None:
        noticed = noticed.where(Risk.use_id == use_id)
    return session.scalar(noticed) or 0


def _answers(
    session: Session, use_id: str | None, since: datetime, until: datetime
) -> list[str | None]:
    received = select(Contribution.answer).where(
        Contribution.received_at >= since, Contribution.received_at < until
    )
    if use_id is not None:
        received = received.where(Contribution.use_id == use_id)
    return list(session.scalars(received))


def _delays(seconds: list[float]) -> tuple[float, float] | None:
    """The median and the ninth decile, each the smallest value that so many do not exceed."""
    if not seconds:
        return None
    ordered = sorted(seconds)
    last = len(ordered)
    return ordered[math.ceil(0.5 * last) - 1], ordered[math.ceil(0.9 * last) - 1]
