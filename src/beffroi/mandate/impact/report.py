"""The weekly and the quarterly report: what was detected, how it was judged, who stopped what.

A report is made of counts that anybody can make again from the same rows. Shares come with their
interval, and the register of follow-ups names alerts, never people.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from typing import Protocol
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from beffroi.mandate.impact.document import Document, Part, Table
from beffroi.mandate.impact.duties import months_after
from beffroi.mandate.impact.facts import number
from beffroi.mandate.impact.figures import Figures, Share, figures
from beffroi.mandate.impact.texts import Data, Language, Text, phrase, read, value
from beffroi.store.accounts import Account
from beffroi.store.alerts import Alert, Delivery, Verdict
from beffroi.store.base import Json
from beffroi.store.impact import Incident, Risk
from beffroi.store.ledger import LedgerEntry
from beffroi.store.mandates import Pause, Use


class Span(StrEnum):
    """What a report covers."""

    WEEK = "week"
    QUARTER = "quarter"


class Decision(Protocol):
    """What a report reads of an act."""

    @property
    def type(self) -> str:
        """Which decision."""

    @property
    def date(self) -> str:
        """Its day."""

    @property
    def body(self) -> str:
        """Who decided."""

    @property
    def reference(self) -> str:
        """Its number."""


@dataclass(frozen=True, slots=True)
class Period:
    """Days of a report.

    Args:
        first: First day.
        last: Last day, included.
        since: First moment.
        until: First moment no longer counted.
    """

    first: date
    last: date
    since: datetime
    until: datetime


class _Labels(Data):
    labels: Mapping[str, Text]


@cache
def _labels() -> Mapping[str, Text]:
    return read("report", _Labels).labels


def period(span: Span, before: date, timezone: str) -> Period:
    """The last whole week (from Monday) or quarter of the year before a day.

    Args:
        span: How long.
        before: A day of the following week or quarter; the report covers none of its days.
        timezone: In which days begin and end.
    """
    if span is Span.WEEK:
        end = before - timedelta(days=before.weekday())
        first = end - timedelta(weeks=1)
    else:
        end = date(before.year, 3 * ((before.month - 1) // 3) + 1, 1)
        first = months_after(end, -3)
    zone = ZoneInfo(timezone)
    since, until = (datetime.combine(day, time(), zone) for day in (first, end))
    return Period(first, end - timedelta(days=1), since, until)


def report(
    session: Session,
    span: Span,
    covered: Period,
    acts: Sequence[Decision],
    language: Language,
) -> tuple[Document, Json]:
    """Make a report.

    Args:
        session: Any session.
        span: Which report.
        covered: Its days (:func:`period`).
        acts: Decisions of those days.
        language: Of the words.

    Returns:
        The document for people, and its numbers for programs.
    """
    uses = list(session.scalars(select(Use.id).order_by(Use.id)))
    counted = {use: figures(session, use, covered.since, covered.until) for use in uses}
    title = _labels()[span][language].format(first=covered.first, last=covered.last)
    parts = (
        Part(_label("figures", language), (_label("read", language),), _figures(counted, language)),
        Part(_label("decisions", language), table=_decisions(acts, language)),
        Part(_label("stops", language), table=_stops(session, covered, language)),
        Part(_label("incidents", language), table=_incidents(session, covered, language)),
        Part(_label("access", language), table=_access(session, covered, language)),
        Part(_label("follow_ups", language), table=_follow_ups(session, covered, language)),
    )
    return Document(title, language, parts), _numbers(span, covered, counted)


def _label(name: str, language: Language) -> str:
    return _labels()[name][language]


def _heads(names: str, language: Language) -> tuple[str, ...]:
    return tuple(_label(name, language) for name in names.split())


def _figures(counted: Mapping[str, Figures], language: Language) -> Table:
    heads = "use alerts confirmed lifted unsure lapsed handed_over precision median pauses"
    rows = tuple(
        (
            use,
            str(found.alerts),
            *(str(found.verdicts.get(name, 0)) for name in ("confirmed", "lifted", "unsure")),
            str(found.lapsed),
            str(found.handed_over),
            share(found.precision, language),
            "–" if found.delays_s is None else f"{number(found.delays_s[0], language)} s",
            str(found.pauses),
        )
        for use, found in counted.items()
    )
    return Table(_heads(heads, language), rows)


def share(found: Share, language: Language) -> str:
    """A share as people read it: per cent, and its interval in per cent."""
    if not found.total:
        return phrase("not_measured", language)
    low, high = (100 * end for end in found.interval)
    return f"{100 * found.value:.0f} % [{low:.0f} ; {high:.0f}]"


def _decisions(acts: Sequence[Decision], language: Language) -> Table:
    rows = tuple((act.date, act.type, act.body, act.reference) for act in acts)
    return Table(_heads("date decision body reference", language), rows)


def _stops(session: Session, covered: Period, language: Language) -> Table:
    stops = session.scalars(
        select(Pause)
        .where(Pause.paused_at >= covered.since, Pause.paused_at < covered.until)
        .order_by(Pause.paused_at)
    )
    rows = tuple(
        (
            _moment(stop.paused_at, covered),
            stop.use_id,
            stop.camera_id,
            stop.reason,
            "–" if stop.resumed_at is None else _moment(stop.resumed_at, covered),
        )
        for stop in stops
    )
    return Table(_heads("at use camera reason resumed", language), rows)


def _incidents(session: Session, covered: Period, language: Language) -> Table:
    noticed = session.execute(
        select(Incident, Risk)
        .join(Risk, Risk.id == Incident.risk_id)
        .where(Incident.noticed_at >= covered.since, Incident.noticed_at < covered.until)
        .order_by(Incident.noticed_at)
    )
    rows = tuple(
        (
            _moment(incident.noticed_at, covered),
            value("incident", incident.kind, language),
            risk.name,
            incident.text,
            incident.reported_to or "–",
        )
        for incident, risk in noticed
    )
    return Table(_heads("at kind risk text told", language), rows)


def _access(session: Session, covered: Period, language: Language) -> Table:
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
        _heads("role people", language), (*rows, (_label("clear", language), str(looks or 0)))
    )


def _follow_ups(session: Session, covered: Period, language: Language) -> Table:
    return Table(
        _heads("at use camera verdict reason delay handed_over", language),
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
        yield (_moment(alert.raised_at, covered), alert.use_id, alert.camera_id, *judged, channels)


def _moment(at: datetime, covered: Period) -> str:
    """A time on the clocks of the place that the report is about."""
    return f"{at.astimezone(covered.since.tzinfo):%Y-%m-%d %H:%M:%S}"


def _numbers(span: Span, covered: Period, counted: Mapping[str, Figures]) -> Json:
    def plain(found: Figures) -> Json:
        precision = found.precision
        interval = list(precision.interval) if precision.total else None
        return {
            **asdict(found),
            "verdicts": dict(found.verdicts),
            "precision": precision.value if precision.total else None,
            "precision_interval": interval,
        }

    return {
        "span": span.value,
        "first": covered.first.isoformat(),
        "last": covered.last.isoformat(),
        "uses": {use: plain(found) for use, found in counted.items()},
    }
