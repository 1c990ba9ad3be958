"""Positions: gap-free, in order, once, whoever writes and however many at once."""

import threading
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from beffroi.clock import Clock
from beffroi.errors import Tampered
from beffroi.ledger.append import Kind, append
from beffroi.ledger.keys import load_or_create
from beffroi.ledger.merkle import consistency_proof, verify_consistency
from beffroi.ledger.prove import prove
from beffroi.ledger.read import lines
from beffroi.ledger.seal import seal, stored_nodes
from beffroi.ledger.sequencer import Sequencer, overdue, sequence
from beffroi.ledger.verify import verify
from beffroi.ledger.witness import read
from beffroi.store.database import Database
from beffroi.store.ledger import LedgerCheckpoint, LedgerEntry
from tests.ledger.conftest import Ledger

WRITERS, EACH = 50, 8


def test_fifty_writers_at_once(ledger: Ledger) -> None:
    """Connections, transactions and locks of their own; the sequencer runs beside them."""
    stop = threading.Event()
    sequencer = Sequencer(
        ledger.database, ledger.key, [ledger.witness], Clock(), checkpoint_every_s=0.1
    )
    thread = threading.Thread(target=sequencer.run, args=(stop,))
    thread.start()
    try:
        with ThreadPoolExecutor(WRITERS) as pool:
            for done in [pool.submit(_write, ledger.database.url, n) for n in range(WRITERS)]:
                done.result()
    finally:
        stop.set()
        thread.join()
    assert sequencer.problems == {}
    with ledger.database.read() as session:
        found = lines(session)
        assert [line.position for line in found] == list(range(WRITERS * EACH))
        written = [(line.actor, line.payload and line.payload["turn"]) for line in found]
        assert sorted(written) == [
            (f"writer{n:02}", t) for n in range(WRITERS) for t in range(EACH)
        ]
        for position in (0, 1, 199, 200, 398, 399):
            prove(session, position, ledger.public).check()
        _check_every_extension(session)
    report = verify(ledger.database, ledger.public, [ledger.witness])
    assert report.holds
    assert report.unprotected == report.unsequenced == 0


def _write(url: str, number: int) -> None:
    database = Database(url)
    try:
        for turn in range(EACH):
            with database.write() as session:
                actor, payload = f"writer{number:02}", {"turn": turn}
                append(session, Kind.ALERT_SHOWN, actor=actor, payload=payload, clock=Clock())
    finally:
        database.close()


def _check_every_extension(session: Session) -> None:
    """Each checkpoint's tree begins with that of the one before."""
    signed = session.scalars(select(LedgerCheckpoint).order_by(LedgerCheckpoint.size)).all()
    nodes = stored_nodes(session)
    for old, new in pairwise(signed):
        path = consistency_proof(nodes, old.size, new.size)
        assert verify_consistency(old.size, new.size, old.root, new.root, path)


def test_what_is_not_committed_gets_no_place(ledger: Ledger) -> None:
    ledger.append(1)
    with ledger.database.write() as session:
        append(session, Kind.ACT, actor="a", payload={}, clock=ledger.clock)
        session.rollback()
    ledger.record(1)
    with ledger.database.read() as session:
        assert [line.kind for line in lines(session)] == [Kind.ALERT_SHOWN] * 2


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)  # SQLite: one writer at a time
def test_a_late_commit_comes_after_what_was_already_placed(ledger: Ledger) -> None:
    with ledger.database.write() as slow:
        late = append(slow, Kind.ACT, actor="slow", payload={}, clock=ledger.clock)
        ledger.record(2)
    ledger.record(0)
    with ledger.database.read() as session:
        found = [(line.position, line.actor) for line in lines(session)]
    assert found == [(0, "system"), (1, "system"), (2, "slow")]
    assert late.id == 1
    assert ledger.verify().holds


def test_checkpoints_come_at_most_once_per_interval_and_at_the_end(ledger: Ledger) -> None:
    sequencer = ledger.sequencer()
    sizes = []
    for _ in range(6):
        ledger.append(1)
        sequencer.cycle()
        ledger.clock.advance(0.4)
        sizes.append(_sealed(ledger))
    assert sizes == [1, 1, 1, 4, 4, 4]
    sequencer.finish()
    assert _sealed(ledger) == 6


def _sealed(ledger: Ledger) -> int:
    with ledger.database.read() as session:
        return max(session.scalars(select(LedgerCheckpoint.size)))


def test_a_long_backlog_is_worked_off_in_steps(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("beffroi.ledger.sequencer.BATCH", 3)
    monkeypatch.setattr("beffroi.ledger.seal.BATCH", 2)
    ledger.append(8)
    ledger.sequencer().finish()
    report = ledger.verify(witnessed=True)
    assert (report.holds, report.sealed, report.unsequenced) == (True, 8, 0)


def test_waiting_too_long_is_an_alarm(ledger: Ledger) -> None:
    ledger.append(1)
    ledger.clock.advance(5)
    ledger.append(1)
    with ledger.database.read() as session:
        assert [entry.id for entry in overdue(session, ledger.clock)] == [1]
    ledger.sequencer().cycle()
    ledger.clock.advance(60)
    with ledger.database.read() as session:
        assert overdue(session, ledger.clock) == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_node SET hash = (SELECT hash FROM ledger_node AS other "
        "WHERE position = 0 AND level = 0) WHERE position = 3 AND level = 2",
        "DELETE FROM ledger_node WHERE position = 3 AND level = 2",
        "UPDATE ledger_checkpoint SET at = '2027-01-01 00:00:00.000000'",
        "INSERT INTO ledger_node (position, level, hash) "
        "SELECT 5, 0, hash FROM ledger_node WHERE position = 0",
    ],
)
def test_nothing_is_signed_on_top_of_tampering_but_positions_go_on(
    ledger: Ledger, statement: str
) -> None:
    """Alerts must still reach the consoles, which follow positions."""
    ledger.record(4)
    with ledger.database.write() as session:
        session.execute(text(statement))
    ledger.append(2)
    sequencer = ledger.sequencer()
    sequencer.cycle()
    assert "changed by hand" in sequencer.problems["seal"]
    with ledger.database.read() as session:
        assert len(lines(session)) == 6
    assert _sealed(ledger) == 4


def test_a_gap_is_never_signed(ledger: Ledger) -> None:
    ledger.append(2)
    with ledger.database.write() as session:
        sequence(session)
        session.execute(update(LedgerEntry).values(position=LedgerEntry.position + 2))
        with pytest.raises(Tampered, match="position 0 is missing"):
            seal(session, ledger.key, ledger.clock)
        session.rollback()


def test_a_witness_that_is_away_stops_nothing(ledger: Ledger) -> None:
    ledger.witness = ledger.witness.parent / "unplugged" / "witness.txt"
    sequencer = ledger.sequencer()
    ledger.append(1)
    sequencer.cycle()
    assert "cannot be written to" in sequencer.problems[f"witness {ledger.witness}"]
    assert _sealed(ledger) == 1
    ledger.witness.parent.mkdir()
    ledger.clock.advance(60)
    sequencer.cycle()
    assert sequencer.problems == {}
    assert [seen.size for seen in read([ledger.witness])] == [1]


def test_a_witness_is_not_flooded_and_misses_nothing_in_the_end(ledger: Ledger) -> None:
    sequencer = ledger.sequencer()
    for _ in range(40):
        ledger.append(1)
        sequencer.cycle()
        ledger.clock.advance(4)
    sequencer.finish()
    assert [seen.size for seen in read([ledger.witness])] == [1, 16, 31, 40]


def test_a_database_away_is_a_problem_until_it_is_back(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'later' / 'beffroi.db'}")
    key = load_or_create(tmp_path / "key.pem")
    sequencer = Sequencer(database, key, [], Clock())
    sequencer.cycle()
    assert "database does not answer" in sequencer.problems["sequence"]
    database.close()
