"""Risks, incidents and the clocks they start."""

from dataclasses import replace
from datetime import UTC, date, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from beffroi.clock import FrozenClock
from beffroi.errors import BadInput
from beffroi.mandate.impact.risks import (
    IncidentKind,
    RiskLine,
    deadlines,
    record_incident,
    record_risk,
    register,
    report_incident,
    timers,
)
from beffroi.store.database import Database
from beffroi.store.ledger import LedgerEntry
from tests.mandate.impact.town import CLERK

LEAK = RiskLine(
    name="Fuite d’une séquence",
    owner="DSI",
    measures="Chiffrement par alerte.",
    residual=2,
    review_on=date(2027, 1, 15),
    use_id="falls",
)


def test_a_later_line_replaces_the_earlier_one_and_keeps_it(
    town: Database, clock: FrozenClock
) -> None:
    with town.write() as session:
        record_risk(session, LEAK, actor=CLERK, clock=clock)
        graver = replace(LEAK, residual=3, review_on=date(2027, 6, 1))
        record_risk(session, graver, actor=CLERK, clock=clock)
        record_risk(session, replace(LEAK, use_id=None), actor=CLERK, clock=clock)
        lines = [(risk.use_id, risk.residual) for risk in register(session)]
    assert lines == [("falls", 3), (None, 2)]


@pytest.mark.parametrize(
    ("kind", "hours"),
    [("serious", 15 * 24), ("widespread", 48), ("death", 240), ("breach", 72), ("other", None)],
)
def test_each_kind_of_incident_has_its_clock(
    town: Database, clock: FrozenClock, kind: str, hours: int | None
) -> None:
    noticed = (clock.now() - timedelta(hours=5)).astimezone(ZoneInfo("Europe/Paris"))
    with town.write() as session:
        risk = record_risk(session, LEAK, actor=CLERK, clock=clock)
        record_incident(
            session, risk.id, IncidentKind(kind), "Vu.", noticed, actor=CLERK, clock=clock
        )
        due = deadlines(session)
        expected = [] if hours is None else [noticed + timedelta(hours=hours)]
        assert [one.at for one in due] == expected
        assert [one.at.tzinfo for one in due] == [UTC] * len(due), "as it is read back"


def test_the_first_due_comes_first_and_a_report_ends_the_clock(
    town: Database, clock: FrozenClock
) -> None:
    now = clock.now()
    with town.write() as session:
        risk = record_risk(session, LEAK, actor=CLERK, clock=clock)
        for kind in (IncidentKind.SERIOUS, IncidentKind.BREACH):
            record_incident(session, risk.id, kind, "Vu.", now, actor=CLERK, clock=clock)
        first, second = deadlines(session)
        assert (first.incident.kind, second.incident.kind) == ("breach", "serious")
        assert first.timer.to["fr"] == "CNIL"
        report_incident(session, first.incident.id, "CNIL", now, actor=CLERK, clock=clock)
        assert [one.incident.kind for one in deadlines(session)] == ["serious"]
        with pytest.raises(BadInput, match="already reported to CNIL"):
            report_incident(session, first.incident.id, "CNIL", now, actor=CLERK, clock=clock)
        kinds = list(session.scalars(select(LedgerEntry.kind).order_by(LedgerEntry.id)))
    assert kinds[-4:] == [
        *("impact.risk", "impact.incident", "impact.incident", "impact.incident_reported"),
    ]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (replace(LEAK, use_id="strikes"), "There is no use strikes"),
        (replace(LEAK, name=" "), "states its name"),
        (replace(LEAK, owner=""), "states its owner"),
        (replace(LEAK, measures=""), "states its measures"),
        (replace(LEAK, residual=0), "from 1 .negligible. to 4"),
        (replace(LEAK, residual=5), "from 1 .negligible. to 4"),
    ],
)
def test_a_risk_that_says_too_little_is_refused(
    town: Database, clock: FrozenClock, line: RiskLine, message: str
) -> None:
    with town.write() as session, pytest.raises(BadInput, match=message):
        record_risk(session, line, actor=CLERK, clock=clock)


def test_an_incident_names_a_risk_and_a_past_moment(town: Database, clock: FrozenClock) -> None:
    now = clock.now()
    kind = IncidentKind.BREACH
    with town.write() as session:
        with pytest.raises(BadInput, match="record the risk first"):
            record_incident(session, 1, kind, "Vu.", now, actor=CLERK, clock=clock)
        risk = record_risk(session, LEAK, actor=CLERK, clock=clock)
        with pytest.raises(BadInput, match="what happened"):
            record_incident(session, risk.id, kind, " ", now, actor=CLERK, clock=clock)
        later = now + timedelta(seconds=1)
        with pytest.raises(BadInput, match="still to come"):
            record_incident(session, risk.id, kind, "Vu.", later, actor=CLERK, clock=clock)
        found = record_incident(session, risk.id, kind, "Vu.", now, actor=CLERK, clock=clock)
        with pytest.raises(BadInput, match="no incident 99"):
            report_incident(session, 99, "CNIL", now, actor=CLERK, clock=clock)
        for at in (later, now - timedelta(seconds=1)):
            with pytest.raises(BadInput, match="after the incident was noticed and before now"):
                report_incident(session, found.id, "CNIL", at, actor=CLERK, clock=clock)


def test_every_timer_names_its_article_and_says_if_nobody_read_it_again() -> None:
    assert timers().keys() == set(IncidentKind) - {IncidentKind.OTHER}
    assert all("art." in timer.source for timer in timers().values())
    assert not any(timer.verified for timer in timers().values())
