"""Reports: the right days, the right counts, and nobody's name."""

import uuid
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from beffroi.clock import FrozenClock
from beffroi.errors import BadInput
from beffroi.mandate.definition import VotedText
from beffroi.mandate.impact.figures import figures
from beffroi.mandate.impact.period import Span, period
from beffroi.mandate.impact.report import report
from beffroi.mandate.impact.risks import IncidentKind, RiskLine, record_incident, record_risk
from beffroi.mandate.impact.texts import words
from beffroi.mandate.pauses import pause
from beffroi.mandate.procedure.acts import ActType
from beffroi.mandate.rights import Role
from beffroi.store.accounts import Account
from beffroi.store.alerts import Alert, Delivery, Verdict
from beffroi.store.database import Database
from beffroi.store.mandates import StoredDefinition
from beffroi.store.procedure import Act
from tests.enacting import LAW, put_in_force
from tests.mandate.conftest import NOON
from tests.mandate.impact.town import CLERK, write_use


@pytest.mark.parametrize(
    ("span", "before", "first", "last"),
    [
        (Span.WEEK, date(2026, 11, 23), date(2026, 11, 16), date(2026, 11, 22)),
        (Span.WEEK, date(2026, 11, 29), date(2026, 11, 16), date(2026, 11, 22)),
        (Span.WEEK, date(2027, 1, 1), date(2026, 12, 21), date(2026, 12, 27)),
        (Span.QUARTER, date(2026, 11, 23), date(2026, 7, 1), date(2026, 9, 30)),
        (Span.QUARTER, date(2027, 1, 1), date(2026, 10, 1), date(2026, 12, 31)),
        (Span.QUARTER, date(2027, 3, 31), date(2026, 10, 1), date(2026, 12, 31)),
    ],
)
def test_a_report_covers_the_last_whole_span(
    span: Span, before: date, first: date, last: date
) -> None:
    found = period(span, before, "Europe/Paris")
    assert (found.first, found.last) == (first, last)


def test_a_week_with_a_change_of_hour_is_an_hour_longer() -> None:
    found = period(Span.WEEK, date(2026, 10, 26), "Europe/Paris")
    assert found.until.astimezone(UTC) - found.since.astimezone(UTC) == timedelta(days=7, hours=1)


def person(login: str) -> Account:
    return Account(
        id=login,
        login=login,
        name=f"Nom de {login}",
        role="operator",
        pseudonym=login * 4,
        password_hash=None,
        active=True,
        created_at=NOON,
    )


def alert(
    session: Session, at: datetime, verdict: str | None, by: str = "ada", after: int = 30
) -> str:
    """An alert of the use `falls`, judged `after` seconds later."""
    digest = session.scalars(select(StoredDefinition.digest)).one()
    row = Alert(
        id=str(uuid.uuid4()),
        camera_id="park",
        use_id="falls",
        definition_digest=digest,
        event="fall",
        severity=3,
        state=verdict or "lapsed",
        detected_at=at,
        raised_at=at,
        shown_at=None,
        escalated_at=None,
        duration_s=1.0,
        score=0.9,
        count=1,
        zone=None,
        tracks=[],
        evidence_class="none",
        evidence="none",
        erase_at=at,
    )
    session.add(row)
    session.flush()
    if verdict is not None:
        session.add(
            Verdict(
                id=str(uuid.uuid4()),
                alert_id=row.id,
                verdict=verdict,
                reason=f"parce que {verdict}",
                account_id=by,
                at=at + timedelta(seconds=after),
            )
        )
        session.flush()
    return row.id


def vote(day: str) -> Act:
    """A decision that counts."""
    return Act(
        id=day,
        number=int(day.replace("-", "")),
        use_id="falls",
        doctrine_id=None,
        type="vote",
        body="Conseil municipal",
        date=day,
        reference="2026-114",
        motives="debated",
        details={},
        subject_digest="0" * 64,
        document_digest=None,
        recorded_by=CLERK,
        recorded_at=NOON,
        confirmed_by=None,
        confirmed_at=None,
    )


@pytest.fixture
def week(town: Database, clock: FrozenClock) -> Database:
    """Alerts on Monday noon and after, some before, one handed over, one stop, one incident."""
    with town.write() as session:
        session.add_all([person("ada"), person("bob")])
        session.flush()
        alert(session, NOON - timedelta(days=7), "confirmed")
        handed = alert(session, NOON, "confirmed", after=10)
        alert(session, NOON + timedelta(minutes=1), "confirmed", by="bob", after=20)
        alert(session, NOON + timedelta(minutes=2), "lifted", after=30)
        alert(session, NOON + timedelta(minutes=3), "unsure", after=40)
        alert(session, NOON + timedelta(hours=2), None)
        verdict = session.scalars(select(Verdict.id).where(Verdict.alert_id == handed)).one()
        session.add(
            Delivery(
                id="d",
                alert_id=handed,
                verdict_id=verdict,
                account_id="ada",
                channel="secours",
                state="delivered",
                detail="",
                at=NOON + timedelta(minutes=1),
            )
        )
        pause(session, "falls", "park", "trop d’alertes", actor=CLERK, clock=clock)
        line = RiskLine("Fuite", "DSI", "Clés.", 2, date(2027, 1, 15), "falls")
        risk = record_risk(session, line, actor=CLERK, clock=clock)
        breach = IncidentKind.BREACH
        record_incident(session, risk.id, breach, "Un câble.", NOON, actor=CLERK, clock=clock)
    return town


def test_figures_count_what_lies_between_two_moments(week: Database) -> None:
    with week.read() as session:
        found = figures(session, "falls", NOON, NOON + timedelta(days=1))
        other = figures(session, "strikes", NOON, NOON + timedelta(days=1))
        everything = figures(session, None, NOON - timedelta(days=30), NOON + timedelta(days=1))
    assert found.alerts == 5
    assert found.verdicts == {"confirmed": 2, "lifted": 1, "unsure": 1}
    assert (found.lapsed, found.handed_over, found.pauses, found.incidents) == (1, 1, 1, 1)
    assert (found.precision.part, found.precision.total) == (2, 3)
    assert found.operator_hours == 2, "two people in one hour"
    assert found.delays_s == (20.0, 40.0)
    assert (other.alerts, other.judged, other.pauses, other.delays_s) == (0, 0, 0, None)
    assert everything.alerts == 6


def test_the_weekly_report_tells_it_without_names(week: Database) -> None:
    covered = period(Span.WEEK, date(2026, 12, 1), "Europe/Paris")
    with week.write() as session:
        session.add_all(map(vote, ["2026-11-22", "2026-11-24", "2026-11-30"]))
    with week.read() as session:
        document, numbers = report(session, Span.WEEK, covered, "fr")
    assert document.title == "Rapport hebdomadaire, du 23 novembre 2026 au 29 novembre 2026"
    text = document.to_markdown()
    assert "| falls | 5 | 2 | 1 | 1 | 1 | 1 | 67 % (21 % – 94 %) | 20,0 s | 1 |" in text
    assert "| 24 novembre 2026 | falls | vote | Conseil municipal | 2026-114 |" in text
    assert text.count("| falls | vote |") == 1
    assert "| 23 nov. 2026, 12:00:00 | falls | park | trop d’alertes | – |" in text
    assert "violation de données personnelles | Fuite | Un câble. | – |" in text
    assert "| falls | park | confirmée | parce que confirmed | 10,0 s | secours |" in text
    assert "| opérateur | 2 |" in text
    assert "Nom de" not in document.to_html()
    use = numbers["uses"]["falls"]
    assert (use["alerts"], use["precision"]) == (5, pytest.approx(2 / 3))
    assert use["precision_interval"] == pytest.approx([0.2077, 0.9385], abs=1e-4)


def test_an_empty_report_is_a_report(town: Database) -> None:
    covered = period(Span.QUARTER, date(2026, 5, 1), "Europe/Paris")
    with town.read() as session:
        document, numbers = report(session, Span.QUARTER, covered, "en")
    assert document.title == "Quarterly report, 1 January 2026 to 31 March 2026"
    assert "Nothing to report." in document.to_markdown()
    assert numbers["uses"] == {}


def test_a_report_needs_a_time_zone_that_is_one() -> None:
    with pytest.raises(BadInput, match="'Mars' is not a time zone"):
        period(Span.WEEK, date(2026, 11, 23), "Mars")


def test_every_act_and_role_has_words() -> None:
    assert words().values["act"].keys() == set(ActType)
    assert words().values["role"].keys() == set(Role)


def test_a_report_names_the_uses_that_ran_though_nothing_happened(
    town: Database, clock: FrozenClock, fall: VotedText
) -> None:
    covered = period(Span.WEEK, date(2026, 12, 1), "Europe/Paris")
    with town.write() as session:
        write_use(session, "ran", fall, clock, law=LAW)
        put_in_force(session, "ran", clock)
        document, numbers = report(session, Span.WEEK, covered, "en")
    assert list(numbers["uses"]) == ["ran"]
    assert numbers["uses"]["ran"]["precision"] is None
    assert "| ran | 0 |" in document.to_markdown()
