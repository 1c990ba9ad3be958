"""The calendar of duties: what each act and each rule brings about, and when."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from beffroi.clock import FrozenClock
from beffroi.errors import BadInput
from beffroi.mandate.doctrine.procedure import Procedure
from beffroi.mandate.impact.duties import (
    Duty,
    months_after,
    report_duties,
    standing_duties,
    table,
    term,
    use_duties,
)
from beffroi.mandate.impact.reminders import done_marks, mark_done, reminders
from beffroi.mandate.impact.risks import IncidentKind, RiskLine, record_incident, record_risk
from beffroi.mandate.impact.subject import Subject, subject_of
from beffroi.store.database import Database
from beffroi.store.ledger import LedgerEntry
from tests.mandate.impact.town import CLERK

PUBLISHED: dict[str, Any] = {"effect_on": "2027-01-01", "url": "https://x.example", "urgent": False}
FULL = Procedure(
    consultation_days=15,
    publication_delay_days=15,
    dpia=True,
    fria=True,
    compass=True,
    worker_notice=True,
    authorisation=frozenset({"prefect"}),
)


@dataclass(frozen=True)
class Act:
    type: str
    date: str
    details: Mapping[str, Any] = field(default_factory=dict)


@pytest.fixture
def subject(town: Database) -> Subject:
    """A use of the year 2027, to the end of its last day in Paris."""
    with town.read() as session:
        found = subject_of(session, "falls")
    return replace(
        found,
        starts_at=datetime(2026, 12, 31, 23, tzinfo=UTC),
        ends_at=datetime(2027, 12, 31, 23, tzinfo=UTC),
    )


def due(duties: list[Duty], name: str) -> list[date]:
    return [duty.due for duty in duties if duty.name == name]


def test_a_consultation_ends_on_the_day_that_was_fixed(subject: Subject) -> None:
    details = {"opens": "2026-09-01", "closes": "2026-09-20", "where": "mairie"}
    opened = Act("consultation_opened", "2026-08-25", details)
    found = use_duties(subject, [opened], Procedure())
    assert due(found, "answer_contributions") == [date(2026, 9, 20)]
    assert due(found, "close_consultation") == [date(2026, 9, 21)]
    closed = Act("consultation_closed", "2026-09-21")
    assert use_duties(subject, [opened, closed], Procedure()) == []


def test_a_publication_brings_effect_contest_and_the_end(subject: Subject) -> None:
    found = use_duties(subject, [Act("publication", "2026-11-30", PUBLISHED)], Procedure())
    assert [(duty.name, duty.due) for duty in found] == [
        ("effect", date(2027, 1, 1)),
        ("processing_record", date(2027, 1, 1)),
        ("contest_until", date(2027, 1, 30)),
        ("renewal", date(2027, 10, 2)),
        ("term_end", date(2027, 12, 31)),
    ]


def test_the_procedure_adds_what_it_asks_for(subject: Subject) -> None:
    published = Act("publication", "2026-11-30", PUBLISHED)
    found = use_duties(subject, [published], FULL)
    assert due(found, "fria_notification") == [date(2027, 1, 1)]
    assert due(found, "worker_notice") == [date(2027, 1, 1)]
    assert due(found, "dpia_review") == []
    assert due(found, "renewal") == [date(2027, 12, 31) - timedelta(days=120)]
    longer = replace(subject, ends_at=datetime(2030, 1, 1, tzinfo=UTC))
    for name in ("dpia_review", "compass_review"):
        assert due(use_duties(longer, [published], FULL), name) == [
            date(2028, 1, 1),
            date(2029, 1, 1),
            date(2030, 1, 1),
        ]
    told = use_duties(subject, [published, Act("worker_notice", "2026-12-01")], FULL)
    assert due(told, "worker_notice") == []


def test_a_repeal_ends_what_comes_back(subject: Subject) -> None:
    acts = [Act("publication", "2026-11-30", PUBLISHED), Act("repeal", "2027-02-01")]
    found = use_duties(replace(subject, ends_at=datetime(2030, 1, 1, tzinfo=UTC)), acts, FULL)
    for name in ("term_end", "renewal", "dpia_review", "compass_review"):
        assert due(found, name) == []
    assert term(subject, acts) == (date(2027, 1, 1), date(2027, 2, 1))


def test_one_report_covers_all_uses_from_the_monday_and_the_quarter() -> None:
    january = (date(2027, 1, 6), date(2027, 1, 18))
    april = (date(2027, 3, 31), date(2027, 4, 4))
    found = report_duties([january, april])
    assert due(found, "weekly_report") == [
        date(2027, 1, 11),
        date(2027, 1, 18),
        date(2027, 1, 25),
        date(2027, 4, 5),
    ]
    assert due(found, "quarterly_report") == [date(2027, 4, 1), date(2027, 7, 1)]
    assert {duty.use_id for duty in found} == {None}
    assert report_duties([]) == []


def test_urgency_authorisation_and_shadow_have_days_of_their_own(subject: Subject) -> None:
    urgent = {**PUBLISHED, "urgent": True, "ends_at": "2027-01-04T09:00:00+00:00"}
    leave = {"by": "prefect", "granted": True, "until": "2027-01-31"}
    acts = [Act("authorisation", "2026-11-20", leave), Act("publication", "2026-11-30", urgent)]
    shadow = replace(subject, mode="shadow")
    found = use_duties(shadow, acts, Procedure(shadow_days=30))
    assert due(found, "authorisation_end") == [date(2027, 1, 31)]
    assert due(found, "urgency_end") == [date(2027, 1, 4)]
    assert due(found, "shadow_evaluation") == [date(2027, 1, 31)]
    assert due(found, "renewal") == [], "a trial ends"
    assert term(shadow, acts) == (date(2027, 1, 1), date(2027, 1, 4))
    assert term(shadow, acts[:1]) is None


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2027, 11, 30), 3, date(2028, 2, 29)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
        (date(2026, 1, 31), 12, date(2027, 1, 31)),
        (date(2026, 11, 15), 1, date(2026, 12, 15)),
    ],
)
def test_a_month_later_is_the_same_day_or_the_last(day: date, months: int, expected: date) -> None:
    assert months_after(day, months) == expected


def test_risks_and_incidents_stand_in_the_calendar(town: Database, clock: FrozenClock) -> None:
    with town.write() as session:
        line = RiskLine("Fuite", "DSI", "Clés.", 2, date(2027, 1, 15), "falls")
        risk = record_risk(session, line, actor=CLERK, clock=clock)
        record_incident(
            session, risk.id, IncidentKind.BREACH, "Vu.", clock.now(), actor=CLERK, clock=clock
        )
        found = standing_duties(session)
    assert [(duty.key, duty.use_id, duty.due) for duty in found] == [
        ("incident:1", None, date(2026, 11, 26)),
        ("risk_review:Fuite", "falls", date(2027, 1, 15)),
    ]
    assert "CNIL" not in found[0].text.title["fr"]
    assert "art. 33" in found[0].text.source


def test_reminders_come_in_time_and_stop_once_done(
    town: Database, clock: FrozenClock, subject: Subject
) -> None:
    duties = use_duties(subject, [Act("publication", "2026-11-30", PUBLISHED)], Procedure())
    with town.write() as session:
        marks = done_marks(session)
        assert reminders(duties, marks, date(2026, 12, 1)) == []
        due_soon = reminders(duties, marks, date(2026, 12, 25))
        assert [duty.name for duty in due_soon] == ["effect", "processing_record"]
        assert len(reminders(duties, marks, date(2026, 12, 1), days=60)) == 3
        late = reminders(duties, marks, date(2027, 1, 5))
        assert [duty.name for duty in late] == ["processing_record"], "what comes by itself came"
        mark_done(session, late[0], actor=CLERK, clock=clock)
        assert reminders(duties, done_marks(session), date(2027, 1, 5)) == []
        with pytest.raises(BadInput, match="already marked"):
            mark_done(session, late[0], actor=CLERK, clock=clock)
        with pytest.raises(BadInput, match="comes about by itself"):
            mark_done(session, due_soon[0], actor=CLERK, clock=clock)
        kinds = list(session.scalars(select(LedgerEntry.kind).order_by(LedgerEntry.id)))
    assert kinds[-1] == "impact.duty_done"


def test_every_duty_has_its_words_and_its_source() -> None:
    for duty in table().values():
        assert duty.source
        assert duty.remind_days > 0
