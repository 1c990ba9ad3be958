"""What a report tells case by case: stops, incidents, who has access, what followed each alert."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from functools import cache

from babel.dates import format_datetime
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from beffroi.mandate.impact.document import Table
from beffroi.mandate.impact.facts import number
from beffroi.mandate.impact.period import Period
from beffroi.mandate.impact.texts import Data, Text, read, value
from beffroi.mandate.procedure.standing import counts
from beffroi.mandate.reading import day
from beffroi.store.accounts import Account
from beffroi.store.alerts import Alert, Delivery, Verdict
from beffroi.store.impact import Incident, Risk
from beffroi.store.ledger import LedgerEntry
from beffroi.store.mandates import Pause
from beffroi.store.procedure import Act
from beffroi.words import Language, locale_of


class _Labels(Data):
    labels: Mapping[str, Text]


@cache
def labels() -> Mapping[str, Text]:
    """The words of the reports."""
    return read("report", _Labels).labels


def label(name: str, language: Language) -> str:
    """One of them."""
    return labels()[name][language]


def heads(names: str, language: Language) -> tuple[str, ...]:
    """The heads of a table, by their names with blanks between."""
    return tuple(label(name, language) for name in names.split())


def decisions(session: Session, covered: Period, language: Language) -> Table:
    """The acts that count; an act on a doctrine names the doctrine."""
    days = covered.first.isoformat(), covered.last.isoformat()
    acts = select(Act).where(Act.date.between(*days)).order_by(Act.date, Act.number)
    rows = tuple(
        (
            day(date.fromisoformat(act.date), language),
            act.use_id or act.doctrine_id or "",
            value("act", act.type, language),
            act.body,
            act.reference,
        )
        for act in session.scalars(acts)
        if counts(act)
    )
    return Table(heads("date subject decision body reference", language), rows)


def stops(session: Session, covered: Period, language: Language) -> Table:
    """What operators stopped."""
    stops = session.scalars(
        select(Pause)
        .where(Pause.paused_at >= covered.since, Pause.paused_at < covered.until)
        .order_by(Pause.paused_at)
    )
    rows = tuple(
        (
            _moment(stop.paused_at, covered, language),
            stop.use_id,
            stop.camera_id,
            stop.reason,
            "–" if stop.resumed_at is None else _moment(stop.resumed_at, covered, language),
        )
        for stop in stops
    )
    return Table(heads("at use camera reason resumed", language), rows)


def incidents(session: Session, covered: Period, language: Language) -> Table:
    """What went wrong, and who was told."""
    noticed = session.execute(
        select(Incident, Risk)
        .join(Risk, Risk.id == Incident.risk_id)
        .where(Incident.noticed_at >= covered.since, Incident.noticed_at < covered.until)
        .order_by(Incident.noticed_at)
    )
    rows = tuple(
        (
            _moment(incident.noticed_at, covered, language),
            value("incident", incident.kind, language),
            risk.name,
            incident.text,
            incident.reported_to or "–",
        )
        for incident, risk in noticed
    )
    return Table(heads("at kind risk text told", language), rows)


def access(session: Session, covered: Period, language: Language) -> Table:
    """Accounts that may sign in, by role, and looks at the clear image."""
    by_role = session.execute(
        select(Account.role, func.count())
        .where(Account.active)
        .group_by(Account.role)
        .order_by(Account.role)
    )
    looks = session.scalar(
        select(func.count()).where(
            LedgerEntry.kind == "evidence.viewed_clear",
            LedgerEntry.at >= covered.since,
            LedgerEntry.at < covered.until,
        )
    )
    rows = [(value("role", role, language), str(count)) for role, count in by_role]
    return Table(
        heads("role people", language), (*rows, (label("clear", language), str(looks or 0)))
    )


def follow_ups(session: Session, covered: Period, language: Language) -> Table:
    """Every alert with its verdict and what came of it; no person is named."""
    return Table(
        heads("at use camera verdict reason delay handed_over", language),
        tuple(_follow_up_rows(session, covered, language)),
    )


def _follow_up_rows(
    session: Session, covered: Period, language: Language
) -> Iterator[tuple[str, ...]]:
    raised = session.execute(
        select(Alert, Verdict)
        .outerjoin(Verdict, Verdict.alert_id == Alert.id)
        .where(Alert.raised_at >= covered.since, Alert.raised_at < covered.until)
        .order_by(Alert.raised_at, Alert.id)
    ).all()
    handed: dict[str, list[str]] = {}
    for alert_id, channel in session.execute(
        select(Delivery.alert_id, Delivery.channel)
        .join(Alert, Alert.id == Delivery.alert_id)
        .where(Alert.raised_at >= covered.since, Alert.raised_at < covered.until)
        .order_by(Delivery.at)
    ):
        handed.setdefault(alert_id, []).append(channel)
    for alert, verdict in raised:
        judged = ("–", "–", "–")
        if verdict is not None:
            delay = (verdict.at - alert.raised_at).total_seconds()
            seconds = f"{number(delay, language)} s"
            judged = (value("verdict", verdict.verdict, language), verdict.reason, seconds)
        channels = ", ".join(handed.get(alert.id, ())) or "–"
        at = _moment(alert.raised_at, covered, language)
        yield (at, alert.use_id, alert.camera_id, *judged, channels)


def _moment(at: datetime, covered: Period, language: Language) -> str:
    """A time on the clocks of the place that the report is about."""
    there = at.astimezone(covered.since.tzinfo)
    return format_datetime(there, "medium", locale=locale_of(language))
