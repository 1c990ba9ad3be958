"""Every way to tamper with the rows of the ledger is found, and the first bad entry is named."""

from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from beffroi.errors import BadInput, Tampered
from beffroi.ledger.append import Kind
from beffroi.ledger.keys import load_or_create
from beffroi.ledger.leaf import leaf_bytes, leaf_of
from beffroi.ledger.merkle import leaf_hash, node_hash
from beffroi.ledger.read import lines
from beffroi.ledger.sequencer import sequence
from beffroi.ledger.verify import verify
from beffroi.store.ledger import LedgerEntry, LedgerNode, LedgerPayload
from tests.ledger.conftest import Ledger

# Positions 0 to 9 have ids 1 to 10; checkpoints at sizes 4, 7 and 10.
BATCHES = (4, 3, 3)

CUT_AFTER_6 = (
    "DELETE FROM ledger_payload WHERE entry_id > 7",
    "DELETE FROM ledger_entry WHERE id > 7",
    "DELETE FROM ledger_node WHERE position > 6",
    "DELETE FROM ledger_checkpoint WHERE size > 7",
)
FORGED_ENTRY = (
    "INSERT INTO ledger_entry (id, kind, at, actor, commitment, position) "
    "SELECT {id}, kind, at, actor, commitment, {position} FROM ledger_entry WHERE id = 1"
)

TAMPERINGS = {
    "actor edited": (
        ["UPDATE ledger_entry SET actor = 'mallory' WHERE id = 6"],
        5,
        "not what was signed",
    ),
    "kind edited": (
        ["UPDATE ledger_entry SET kind = 'act' WHERE id = 1"],
        0,
        "not what was signed",
    ),
    "time edited by a microsecond": (
        ["UPDATE ledger_entry SET at = '2027-03-01 09:30:00.000001' WHERE id = 1"],
        0,
        "not what was signed",
    ),
    "commitment edited": (
        [
            "DELETE FROM ledger_payload WHERE entry_id = 3",
            "UPDATE ledger_entry SET commitment = "
            "(SELECT commitment FROM ledger_entry AS other WHERE other.id = 1) WHERE id = 3",
        ],
        2,
        "payload was removed",
    ),
    "payload edited": (
        ['UPDATE ledger_payload SET payload = \'{"alert":"9"}\' WHERE entry_id = 8'],
        7,
        "payload is not the one recorded",
    ),
    "salt edited": (
        [
            "UPDATE ledger_payload SET salt = "
            "(SELECT salt FROM ledger_payload AS other WHERE entry_id = 1) WHERE entry_id = 2"
        ],
        1,
        "payload is not the one recorded",
    ),
    "payloads exchanged": (
        [
            "CREATE TABLE kept AS SELECT * FROM ledger_payload WHERE entry_id IN (5, 6)",
            "DELETE FROM ledger_payload WHERE entry_id IN (5, 6)",
            "INSERT INTO ledger_payload (entry_id, salt, payload) "
            "SELECT 11 - entry_id, salt, payload FROM kept",
        ],
        4,
        "payload is not the one recorded",
    ),
    "payload deleted without record": (
        ["DELETE FROM ledger_payload WHERE entry_id = 4"],
        3,
        "without a record",
    ),
    "entry deleted": (
        ["DELETE FROM ledger_payload WHERE entry_id = 5", "DELETE FROM ledger_entry WHERE id = 5"],
        4,
        "missing",
    ),
    "entry deleted and the gap closed": (
        [
            "DELETE FROM ledger_payload WHERE entry_id = 5",
            "DELETE FROM ledger_entry WHERE id = 5",
            "UPDATE ledger_entry SET position = -position WHERE position > 4",
            "UPDATE ledger_entry SET position = -position - 1 WHERE position < 0",
        ],
        4,
        "not what was signed",
    ),
    "entry inserted in between": (
        [
            "UPDATE ledger_entry SET position = -position WHERE position > 4",
            "UPDATE ledger_entry SET position = 1 - position WHERE position < 0",
            FORGED_ENTRY.format(id=99, position=5),
            "INSERT INTO ledger_payload (entry_id, salt, payload) "
            "SELECT 99, salt, payload FROM ledger_payload WHERE entry_id = 1",
        ],
        5,
        "not what was signed",
    ),
    "entry inserted before the first": (
        [FORGED_ENTRY.format(id=99, position=-1)],
        -1,
        "does not exist",
    ),
    "entries reordered": (
        [
            "UPDATE ledger_entry SET position = -1 WHERE position = 2",
            "UPDATE ledger_entry SET position = 2 WHERE position = 8",
            "UPDATE ledger_entry SET position = 8 WHERE position = -1",
        ],
        2,
        "not what was signed",
    ),
    "entries reordered within a batch": (
        [
            "UPDATE ledger_entry SET position = -1 WHERE position = 5",
            "UPDATE ledger_entry SET position = 5 WHERE position = 6",
            "UPDATE ledger_entry SET position = 6 WHERE position = -1",
        ],
        5,
        "not what was signed",
    ),
    "entry turned back into an unsequenced one": (
        ["UPDATE ledger_entry SET position = NULL WHERE id = 9"],
        8,
        "missing",
    ),
    "last entries deleted": (
        [
            "DELETE FROM ledger_payload WHERE entry_id > 8",
            "DELETE FROM ledger_entry WHERE id > 8",
        ],
        8,
        "cut off: a checkpoint signed 10 entries",
    ),
    "last entries and checkpoints deleted": (
        [statement for statement in CUT_AFTER_6 if "node" not in statement],
        7,
        "cut off: hashes",
    ),
    "everything deleted but the hashes": (
        [
            f"DELETE FROM {table}"
            for table in ("ledger_payload", "ledger_entry", "ledger_checkpoint")
        ],
        0,
        "cut off: hashes",
    ),
    "checkpoint deleted": (
        ["DELETE FROM ledger_checkpoint WHERE size = 10"],
        7,
        "no longer signed",
    ),
    "checkpoint's root edited": (
        [
            "UPDATE ledger_checkpoint SET root = "
            "(SELECT root FROM ledger_checkpoint AS other WHERE size = 4) WHERE size = 7"
        ],
        6,
        "not signed by this ledger's key",
    ),
    "checkpoint's date edited": (
        ["UPDATE ledger_checkpoint SET at = '2027-03-01 10:00:00.000000' WHERE size = 10"],
        7,
        "no longer signed",
    ),
    "checkpoint invented": (
        ["UPDATE ledger_checkpoint SET size = 12 WHERE size = 10"],
        7,
        "no longer signed",
    ),
    "stored leaf hash edited": (
        [
            "UPDATE ledger_node SET hash = (SELECT hash FROM ledger_node AS other "
            "WHERE position = 0 AND level = 0) WHERE position = 6 AND level = 0"
        ],
        6,
        "stored hash was altered",
    ),
    "stored inner hash deleted": (
        ["DELETE FROM ledger_node WHERE position = 7 AND level = 3"],
        7,
        "stored hash was altered",
    ),
}


@pytest.mark.parametrize("name", TAMPERINGS)
def test_tampering_is_found_and_named(ledger: Ledger, name: str) -> None:
    statements, position, reason = TAMPERINGS[name]
    ledger.record(*BATCHES)
    assert ledger.verify().holds
    with ledger.database.write() as session:
        _as_owner_of_the_machine(session, statements)
    report = ledger.verify()
    first = report.failures[0]
    assert (first.position, reason in first.reason) == (position, True), report
    with ledger.database.read() as session:
        entry = session.query(LedgerEntry).filter_by(position=position).one_or_none()
    named = (None, None) if entry is None else (entry.id, entry.kind)
    assert (first.entry_id, first.kind) == named


def test_a_border_moved_between_salt_and_payload_is_found(ledger: Ledger) -> None:
    ledger.record(*BATCHES)
    with ledger.database.write() as session:
        row = session.get_one(LedgerPayload, 4)
        row.salt, row.payload = row.salt + row.payload[:5].encode(), row.payload[5:]
    report = ledger.verify()
    assert (report.failures[0].position, "salt" in report.failures[0].reason) == (3, True)


def _as_owner_of_the_machine(session: Session, statements: list[str]) -> None:
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SET session_replication_role = replica"))  # no foreign keys
    else:
        session.execute(text("PRAGMA defer_foreign_keys = ON"))
    for statement in statements:
        session.execute(text(statement))


OVERWRITTEN = {
    "time": ("UPDATE ledger_entry SET at = 'tomorrow' WHERE position = 3", 3),
    "impossible day": (
        "UPDATE ledger_entry SET at = '2027-02-31 09:30:00.000000' WHERE position = 3",
        3,
    ),
    "commitment": ("UPDATE ledger_entry SET commitment = 'x' WHERE position = 3", 3),
    "kind": ("UPDATE ledger_entry SET kind = x'ff' WHERE position = 3", 3),
    "actor": ("UPDATE ledger_entry SET actor = x'ff' WHERE position = 3", 3),
    "salt": ("UPDATE ledger_payload SET salt = 'x' WHERE entry_id = 4", 3),
    "payload": ("UPDATE ledger_payload SET payload = x'ff' WHERE entry_id = 4", 3),
    "position": ("UPDATE ledger_entry SET position = 'x' WHERE position = 3", -1),
    "checkpoint's root": ("UPDATE ledger_checkpoint SET root = 'x' WHERE size = 7", 6),
    "checkpoint's time": ("UPDATE ledger_checkpoint SET at = 'x' WHERE size = 7", 6),
    "checkpoint's signature": ("UPDATE ledger_checkpoint SET signature = 'x' WHERE size = 7", 6),
    "stored hash": ("UPDATE ledger_node SET hash = 'x' WHERE position = 5 AND level = 1", 5),
    "stored hash's place": (
        "UPDATE ledger_node SET position = 'x' WHERE position = 5 AND level = 1",
        0,
    ),
}


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # PostgreSQL refuses all of these
@pytest.mark.parametrize("name", OVERWRITTEN)
def test_rows_overwritten_with_nonsense_are_found_and_named(ledger: Ledger, name: str) -> None:
    statement, position = OVERWRITTEN[name]
    ledger.record(*BATCHES)
    with ledger.database.write() as session:
        session.execute(text(statement))
    report = ledger.verify()
    assert (report.entries, report.failures[0].position) == (10, position)


NO_TEXT = {
    "kind": ("UPDATE ledger_entry SET kind = CAST(x'ff61' AS TEXT) WHERE position = 3", 3),
    "actor": ("UPDATE ledger_entry SET actor = CAST(x'c328' AS TEXT) WHERE position = 3", 3),
    "payload": ("UPDATE ledger_payload SET payload = CAST(x'7bff' AS TEXT) WHERE entry_id = 4", 3),
}


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # PostgreSQL refuses all of these
@pytest.mark.parametrize("name", NO_TEXT)
def test_bytes_that_are_no_text_are_named_and_do_not_pass_for_a_database_away(
    ledger: Ledger, name: str
) -> None:
    statement, position = NO_TEXT[name]
    ledger.record(*BATCHES)
    with ledger.database.write() as session:
        session.execute(text(statement))
    report = ledger.verify()
    assert (report.entries, report.failures[0].position) == (10, position)
    with pytest.raises(Tampered, match="holds what is no text"), ledger.database.read() as session:
        lines(session)


def test_an_entry_dated_back_is_named_wherever_it_waits(ledger: Ledger) -> None:
    ledger.record(*BATCHES)
    ledger.clock.advance(3600)
    ledger.record(1)
    ledger.clock.step(-3000)
    ledger.append(1)
    (forgotten,) = ledger.verify().doubts
    assert (forgotten.position, forgotten.entry_id) == (None, 12)
    assert "still without a position" in str(forgotten)

    ledger.sequencer().finish()
    report = ledger.verify()
    assert report.holds, "the clock may have been set: that is for somebody to explain"
    (back,) = report.doubts
    assert (back.position, back.entry_id) == (11, 12)
    assert f"Doubtful. {back}" in str(report)
    ledger.clock.step(3000)
    ledger.record(1)
    assert ledger.verify().doubts == (back,)


@pytest.mark.parametrize(
    ("levels", "first", "last"),
    [((0,), 4, 5), ((0, 1), 4, 6), ((), 4, 4)],
    ids=["leaf hash", "leaf and inner hash", "nothing"],
)
def test_rewriting_stored_hashes_too_leaves_the_signature(
    ledger: Ledger, levels: tuple[int, ...], first: int, last: int
) -> None:
    """Without the key, the narrower the stored hashes agree, the wider the doubt: never silence."""
    ledger.record(*BATCHES)
    with ledger.database.write() as session:
        entries = session.query(LedgerEntry).filter(LedgerEntry.position.in_((4, 5))).all()
        entries[0].actor = "mallory"
        left, right = (leaf_hash(leaf_bytes(leaf_of(entry))) for entry in entries)
        forged = {(4, 0): left, (5, 1): node_hash(left, right)}
        for (position, level), value in forged.items():
            if level in levels:
                session.get_one(LedgerNode, (position, level)).hash = value
    found = ledger.verify().failures[0]
    assert found.position == first
    assert (f"up to position {last}" in found.reason) == (first != last)


def test_an_untouched_ledger_holds_and_says_what_no_witness_protects(ledger: Ledger) -> None:
    ledger.record(*BATCHES)
    alone, witnessed = ledger.verify(), ledger.verify(witnessed=True)
    assert (alone.holds, alone.entries, alone.sealed, alone.unprotected) == (True, 10, 10, 10)
    assert "No witness protects positions 0 to 9" in str(alone)
    assert (witnessed.holds, witnessed.unprotected) == (True, 0)
    assert "seen every entry" in str(witnessed)


def test_an_empty_ledger_holds(ledger: Ledger) -> None:
    report = ledger.verify()
    assert (report.holds, report.entries, report.unprotected) == (True, 0, 0)


def test_entries_not_yet_sequenced_or_signed_are_counted(ledger: Ledger) -> None:
    ledger.record(2)
    ledger.append(3)
    with ledger.database.write() as session:
        sequence(session)
    ledger.append(1)
    report = ledger.verify(witnessed=True)
    assert (report.holds, report.entries, report.sealed, report.unsequenced) == (True, 5, 2, 1)
    assert report.unprotected == 3


def _cut(ledger: Ledger) -> None:
    with ledger.database.write() as session:
        for statement in CUT_AFTER_6:
            session.execute(text(statement))


def test_a_cut_tail_is_found_by_a_witness_alone(ledger: Ledger) -> None:
    ledger.record(*BATCHES)
    _cut(ledger)
    alone = ledger.verify()
    assert (alone.holds, alone.entries, alone.unprotected) == (True, 7, 7)
    first = ledger.verify(witnessed=True).failures[0]
    assert (first.position, first.reason[:7]) == (7, "cut off")


def test_a_database_rolled_back_and_continued_is_found_by_a_witness(ledger: Ledger) -> None:
    ledger.record(*BATCHES)
    history = ledger.witness.read_text()
    _cut(ledger)
    ledger.record(3, 2)
    assert ledger.verify().holds
    ledger.witness.write_text(history)
    first = ledger.verify(witnessed=True).failures[0]
    assert first.position == 7
    assert "up to position 9 is not what a witness saw" in first.reason
    assert first.kind == Kind.ALERT_SHOWN


def test_a_ledger_written_anew_with_another_key_is_found(ledger: Ledger, tmp_path: Path) -> None:
    ledger.record(*BATCHES)
    other = load_or_create(tmp_path / "other.pem").public_key()
    reasons = [failure.reason for failure in verify(ledger.database, other, []).failures]
    assert sum("not signed by this ledger's key" in reason for reason in reasons) == len(BATCHES)


def test_a_note_forged_for_a_witness_is_refused(ledger: Ledger) -> None:
    ledger.record(*BATCHES)
    ledger.witness.write_text(ledger.witness.read_text().replace("\n10\n", "\n11\n"))
    report = ledger.verify(witnessed=True)
    assert "a witness's checkpoint of 11 entries is not signed" in report.failures[0].reason


@pytest.mark.parametrize("content", [None, b"", b"beffroi/1\n3\n", b"\xff\xfe"])
def test_a_file_without_checkpoint_is_refused(
    ledger: Ledger, tmp_path: Path, content: bytes | None
) -> None:
    file = tmp_path / "typed.txt"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(BadInput, match=r"typed\.txt"):
        verify(ledger.database, ledger.public, [file])


def test_verifying_streams(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """Chunks far smaller than the ledger give the same answer."""
    monkeypatch.setattr("beffroi.ledger.verify.CHUNK", 3)
    ledger.record(20, 20, 1)
    assert ledger.verify(witnessed=True).holds
