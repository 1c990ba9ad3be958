"""Erasing what was recorded leaves every proof valid, and the data nowhere."""

from pathlib import Path

import pytest

from beffroi.errors import BadInput
from beffroi.ledger.append import Kind
from beffroi.ledger.erase import erase_payload
from beffroi.ledger.prove import prove
from beffroi.ledger.read import line_at
from beffroi.store.ledger import LedgerErasure, LedgerPayload
from tests.ledger.conftest import Ledger


def _erase(ledger: Ledger, *entry_ids: int) -> None:
    with ledger.database.write() as session:
        for entry_id in entry_ids:
            erase_payload(session, entry_id, "clerk", "30 days are over", ledger.clock)
    ledger.record(0)


def test_every_proof_made_before_or_after_still_holds(ledger: Ledger) -> None:
    ledger.record(3, 2)
    with ledger.database.read() as session:
        before = [prove(session, position, ledger.public) for position in range(5)]
    _erase(ledger, 1, 2, 3, 4, 5)
    report = ledger.verify(witnessed=True)
    assert (report.holds, report.erased, report.entries) == (True, 5, 10)
    with ledger.database.read() as session:
        after = [prove(session, position, ledger.public) for position in range(10)]
    for proof in before + after:
        proof.check()


def test_the_erasure_says_who_and_why_and_not_what(ledger: Ledger) -> None:
    ledger.record(2)
    _erase(ledger, 2)
    with ledger.database.read() as session:
        erased, record = line_at(session, 1), line_at(session, 2)
    assert erased is not None
    assert record is not None
    assert erased.payload is None
    assert (record.kind, record.actor) == (Kind.PAYLOAD_ERASED, "clerk")
    assert record.payload == {
        "commitment": erased.commitment.hex(),
        "reason": "30 days are over",
    }


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_no_byte_of_it_is_left_in_the_files(ledger: Ledger) -> None:
    ledger.record(3)
    folder = Path(str(ledger.database.engine.url.database)).parent
    assert b"said in confidence 1" in _bytes(folder)
    _erase(ledger, 2)
    assert b"said in confidence 1" not in _bytes(folder)
    assert b"said in confidence 2" in _bytes(folder)


def _bytes(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.glob("beffroi.db*"))


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_reader_in_the_way_delays_the_scrubbing_and_nothing_else(ledger: Ledger) -> None:
    ledger.record(1)
    sequencer = ledger.sequencer()
    folder = Path(str(ledger.database.engine.url.database)).parent
    with ledger.database.read() as reader:
        assert line_at(reader, 0) is not None
        with ledger.database.write() as session:
            erase_payload(session, 1, "clerk", "30 days are over", ledger.clock)
        sequencer.finish()
        assert ledger.verify().sealed == 2
        assert b"said in confidence 0" in _bytes(folder)
    sequencer.cycle()
    assert b"said in confidence 0" not in _bytes(folder)


def test_what_cannot_be_erased(ledger: Ledger) -> None:
    ledger.record(1)
    _erase(ledger, 1)
    for entry_id, message in ((1, "no payload"), (99, "no payload"), (2, "record of an erasure")):
        with pytest.raises(BadInput, match=message):
            _erase(ledger, entry_id)
    assert ledger.verify().holds


@pytest.mark.parametrize("lie", ["another's erasure", "an entry of another kind", "put back"])
def test_a_false_erasure_is_found(ledger: Ledger, lie: str) -> None:
    ledger.record(4)
    _erase(ledger, 4)
    with ledger.database.write() as session:
        payload = session.get_one(LedgerPayload, 2)
        if lie == "put back":
            session.add(LedgerPayload(entry_id=4, salt=payload.salt, payload=payload.payload))
        else:
            session.delete(payload)
            eraser = 5 if lie == "another's erasure" else 3
            session.add(LedgerErasure(entry_id=2, erased_by=eraser))
    first = ledger.verify().failures[0]
    assert first.position == (3 if lie == "put back" else 1)
    assert "eras" in first.reason
