"""The ledger tells what it must for as long as it must, and no longer than it may."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from beffroi.clock import FrozenClock
from beffroi.errors import NotAuthorised
from beffroi.ledger.append import SYSTEM, Kind, append
from beffroi.mandate.keeping import (
    AT_A_TIME,
    drop_unused,
    erase_line,
    erase_over,
    require_kept_long_enough,
)
from beffroi.mandate.procedure.acts import ActType
from beffroi.mandate.procedure.adoption import register_doctrine
from beffroi.mandate.procedure.consultation import answer, contribute, contributions
from beffroi.mandate.procedure.documents import attach
from beffroi.mandate.procedure.record import record_change
from beffroi.store.database import Database
from beffroi.store.ledger import LedgerEntry, LedgerPayload
from beffroi.store.procedure import Document
from tests.enacting import FIRST, adopt
from tests.mandate.bench import Bench
from tests.mandate.doctrine.made import doctrine
from tests.mandate.test_guards import CLOSED, OPENED, bench

__all__ = ["bench"]

DAY = 86_400.0


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock(datetime(2026, 11, 23, 11, 0, tzinfo=UTC))


def capped(database: Database, clock: FrozenClock, days: int) -> None:
    """Adopt a cap on a mode in which nothing runs: there is one ledger."""
    text = doctrine("ville", {"rule": "ledger_cap_days", "value": days, "modes": ["statistics"]})
    with database.write() as session:
        adopt(session, clock, text)


def write(database: Database, clock: FrozenClock, kind: Kind, times: int = 1) -> None:
    with database.write() as session:
        for number in range(times):
            append(session, kind, actor=SYSTEM, payload={"alert": f"{number}"}, clock=clock)


def told(database: Database) -> list[str]:
    """The kinds of the lines that still tell something, in order."""
    with database.read() as session:
        kinds = (
            select(LedgerEntry.kind)
            .join(LedgerPayload, LedgerPayload.entry_id == LedgerEntry.id)
            .order_by(LedgerEntry.id)
        )
        return list(session.scalars(kinds))


def test_what_is_over_is_erased_on_its_day_and_what_was_decided_stays(
    database: Database, clock: FrozenClock
) -> None:
    capped(database, clock, 200)
    write(database, clock, Kind.ALERT_SHOWN)
    clock.advance(199 * DAY)
    write(database, clock, Kind.ALERT_CLOSED)
    assert erase_over(database, clock) == 0
    clock.advance(DAY)
    assert erase_over(database, clock) == 1
    assert told(database) == [
        "doctrine.registered",
        "act",
        "act.confirmed",
        "alert.closed",
        "ledger.payload_erased",
    ]
    with database.read() as session:
        *_, last = session.scalars(select(LedgerPayload).order_by(LedgerPayload.entry_id))
    assert "kept for 200 days at most (ville, c-0)" in last.payload
    clock.advance(200 * DAY)
    assert erase_over(database, clock) == 1
    assert erase_over(database, clock) == 0, "the record of an erasure stays"


def test_where_no_doctrine_bounds_it_nothing_is_erased(
    database: Database, clock: FrozenClock
) -> None:
    write(database, clock, Kind.ALERT_SHOWN)
    clock.advance(20_000 * DAY)
    assert erase_over(database, clock) == 0


def test_what_figures_and_proofs_need_outlasts_every_cap(
    database: Database, clock: FrozenClock
) -> None:
    capped(database, clock, 200)
    for kind in (Kind.ALERT_RAISED, Kind.EVIDENCE_ERASED, Kind.INCIDENT_REPORTED, Kind.DUTY_DONE):
        write(database, clock, kind)
    clock.advance(400 * DAY)
    assert erase_over(database, clock) == 0


def test_much_is_erased_a_little_at_a_time(database: Database, clock: FrozenClock) -> None:
    capped(database, clock, 200)
    write(database, clock, Kind.SIGNED_IN, AT_A_TIME + 1)
    clock.advance(200 * DAY)
    assert [erase_over(database, clock) for _ in range(3)] == [AT_A_TIME, 1, 0]


@pytest.mark.parametrize(
    ("actor", "kind", "kept"),
    [
        (SYSTEM, Kind.ALERT_RAISED, True),
        (FIRST, Kind.ALERT_JUDGED, False),
        (SYSTEM, Kind.ACT, False),
    ],
)
def test_nobody_erases_the_automatic_log_before_its_time(
    database: Database, clock: FrozenClock, actor: str, kind: Kind, kept: bool
) -> None:
    with database.write() as session:
        line = append(session, kind, actor=actor, payload={}, clock=clock).id
    clock.advance(179 * DAY)
    with database.read() as session:
        if kept:
            with pytest.raises(
                NotAuthorised, match=r"at least 180 days: .* \(eu-ai-act, art-26-6\)"
            ):
                require_kept_long_enough(session, line, clock.now())
            clock.advance(DAY)
        require_kept_long_enough(session, line, clock.now())


def erase(session: Session, kind: Kind, clock: FrozenClock) -> None:
    line = session.scalars(select(LedgerEntry.id).where(LedgerEntry.kind == kind)).one()
    erase_line(session, line, FIRST, "request 12", clock)


@pytest.mark.parametrize(
    ("kind", "left"),
    [
        (Kind.CONTRIBUTION_RECEIVED, []),
        (Kind.CONTRIBUTION_ANSWERED, ["My neighbour Ada fell."]),
    ],
)
def test_what_a_resident_said_disappears_with_its_line(
    bench: Bench, kind: Kind, left: list[str]
) -> None:
    bench.draft()
    bench.record(OPENED)
    session, clock = bench.session, bench.clock
    said = contribute(
        session, "falls", "My neighbour Ada fell.", "letter", actor=FIRST, clock=clock
    )
    answer(session, said.id, "Ada is well.", actor=FIRST, clock=clock)
    erase(session, kind, clock)
    (row,) = contributions(session, "falls")
    texts = (row.text, row.answer, row.channel)
    assert [text for text in texts if text not in ("[effacé – erased]", "letter")] == left
    payloads = " ".join(session.scalars(select(LedgerPayload.payload)))
    assert [text for text in ("My neighbour Ada fell.", "Ada is well.") if text in payloads] == left


def test_nobody_waits_for_an_answer_to_what_was_erased(bench: Bench) -> None:
    bench.draft()
    bench.record(OPENED)
    contribute(bench.session, "falls", "Ada fell.", "letter", actor=FIRST, clock=bench.clock)
    erase(bench.session, Kind.CONTRIBUTION_RECEIVED, bench.clock)
    bench.clock.advance(DAY)
    assert bench.against(CLOSED) == []


def test_a_paper_that_no_act_took_is_dropped_after_a_day(
    database: Database, clock: FrozenClock
) -> None:
    with database.write() as session:
        cited = attach(session, "cited.txt", b"minutes", actor=FIRST, clock=clock).digest
        attach(session, "Ada.txt", b"left over", actor=FIRST, clock=clock)
        text = doctrine("ville", {"rule": "dpia"})
        register_doctrine(session, text, actor=FIRST, clock=clock)
        record_change(
            session, ActType.ADOPTION, "ville", version_digest=text.digest, document=cited,
            body="council", date="2026-11-23", reference="1", motives="m", actor=FIRST, clock=clock,
        )  # fmt: skip
    clock.advance(DAY - 1)
    assert drop_unused(database, clock) == 0
    clock.advance(1)
    assert (drop_unused(database, clock), drop_unused(database, clock)) == (1, 0)
    with database.read() as session:
        assert list(session.scalars(select(Document.name))) == ["cited.txt"]
        told = " ".join(session.scalars(select(LedgerPayload.payload)))
    assert "cited.txt" in told
    assert "Ada.txt" not in told
