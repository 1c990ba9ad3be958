"""A database that is locked, away, full or killed: a clear message, nothing half-written."""

import json
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from beffroi.errors import BadInput, BeffroiError, Unavailable
from beffroi.store import database as module
from beffroi.store.accounts import LoginFailure
from beffroi.store.cameras import Camera
from beffroi.store.database import Database


def _cameras(database: Database) -> list[str]:
    with database.read() as session:
        return sorted(session.scalars(select(Camera.id)))


def _add(database: Database, *ids: str) -> None:
    with database.write() as session:
        for id_ in ids:
            session.execute(
                text("INSERT INTO camera (id, created_at) VALUES (:id, '2027-01-01')"), {"id": id_}
            )


def test_a_failed_write_changes_nothing(database: Database) -> None:
    _add(database, "north")
    with pytest.raises(IntegrityError):
        _add(database, "south", "north")
    assert _cameras(database) == ["north"]


def test_a_reader_sees_one_moment(database: Database) -> None:
    _add(database, "north")
    with database.read() as session:
        assert session.scalars(select(Camera.id)).all() == ["north"]
        _add(database, "south")
        assert session.scalars(select(Camera.id)).all() == ["north"]
    assert _cameras(database) == ["north", "south"]


def test_times_without_a_zone_are_refused(database: Database) -> None:
    with pytest.raises(Exception, match="without its zone"), database.write() as session:
        session.add(LoginFailure(login="x", at=datetime(2027, 1, 1)))  # noqa: DTZ001
    with database.read() as session:
        assert session.scalars(select(LoginFailure)).all() == []


def test_a_locked_database_is_waited_for_then_reported(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "WAIT_S", 1)
    other = Database(database.url)
    _add(database, "north")
    with database.write() as session:
        session.execute(text("UPDATE camera SET removed_at = '2027-02-01'"))
        with pytest.raises(Unavailable, match="does not answer or refuses"):
            _remove_all(other)
    _remove_all(other)
    other.close()
    assert _cameras(database) == []


def _remove_all(database: Database) -> None:
    with database.write() as session:
        session.execute(text("DELETE FROM camera"))


def test_a_server_that_is_away_is_named(free_port: int) -> None:
    database = Database(f"postgresql+psycopg://beffroi:s3cret@127.0.0.1:{free_port}/beffroi")
    with pytest.raises(Unavailable, match=f"port {free_port} failed") as caught:
        _cameras(database)
    assert "s3cret" not in caught.value.message


@pytest.fixture
def free_port() -> Iterator[int]:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))  # bound, not listening: connections are refused
        yield holder.getsockname()[1]


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_connection_cut_while_writing_changes_nothing(database: Database) -> None:
    with pytest.raises(Unavailable):
        _add_while_cut_off(database)
    assert _cameras(database) == []  # and the next session has a connection that works


def _add_while_cut_off(database: Database) -> None:
    other = Database(database.url)
    with database.write() as session:
        session.execute(text("INSERT INTO camera (id, created_at) VALUES ('x', '2027-01-01')"))
        mine = session.execute(text("SELECT pg_backend_pid()")).scalar_one()
        with other.write() as killer:
            killer.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": mine})
        other.close()
        session.execute(text("INSERT INTO camera (id, created_at) VALUES ('y', '2027-01-01')"))


@pytest.mark.parametrize(
    ("url", "error", "message"),
    [
        ("not an address", BadInput, "cannot be used"),
        ("oracle://host/name", BadInput, "cannot be used"),
        ("postgresql+pg8000://host/name", Unavailable, "pip install"),
        ("sqlite:////nowhere/at/all/beffroi.db", Unavailable, "unable to open database file"),
    ],
)
def test_a_wrong_address_is_explained(url: str, error: type[BeffroiError], message: str) -> None:
    with pytest.raises(error, match=message):
        _cameras(Database(url))


def test_a_file_that_is_no_database_is_explained(tmp_path: Path) -> None:
    (tmp_path / "beffroi.db").write_bytes(b"not a database, and long enough to be looked at " * 9)
    with pytest.raises(Unavailable, match="not a database"):
        _cameras(Database(f"sqlite:///{tmp_path / 'beffroi.db'}"))


WRITER = """
import json, resource, sys
from beffroi.clock import Clock
from beffroi.errors import Unavailable
from beffroi.ledger.append import Kind, append
from beffroi.store.database import Database
if len(sys.argv) > 2:
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), int(sys.argv[2])))
database = Database(sys.argv[1])
number = 0
while True:
    try:
        with database.write() as session:
            for part in range(3):
                payload = {"number": number, "part": part, "fill": "x" * 500}
                append(session, Kind.ACT, actor="a", payload=payload, clock=Clock())
    except Unavailable as error:
        print(json.dumps(error.message), flush=True)
        break
    print(number, flush=True)
    number += 1
"""


def _entries(database: Database) -> list[int]:
    """How many parts of each number are there."""
    with database.read() as session:
        payloads = session.execute(text("SELECT payload FROM ledger_payload ORDER BY entry_id"))
        numbers = [json.loads(row[0])["number"] for row in payloads]
    return [numbers.count(number) for number in range(max(numbers) + 1)]


def test_kill_9_loses_no_committed_entry(database: Database) -> None:
    database.close()
    for _ in range(3):
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, database.url], stdout=subprocess.PIPE, text=True
        ) as writer:
            assert writer.stdout is not None
            said = [int(writer.stdout.readline()) for _ in range(20)]
            writer.send_signal(signal.SIGKILL)
            said += [int(line) for line in writer.stdout if line.endswith("\n")]
        parts = _entries(database)
        assert len(parts) >= len(said) == said[-1] + 1
        # A last one may have been committed and not said; none is ever there in part.
        assert {count % 3 for count in parts} == {0}
        with database.write() as session:
            session.execute(text("DELETE FROM ledger_payload"))


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_full_disk_is_reported_and_writes_nothing_in_part(database: Database) -> None:
    limit = 400_000
    done = subprocess.run(
        [sys.executable, "-c", WRITER, database.url, str(limit)],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    *said, message = map(json.loads, done.stdout.splitlines())
    assert "Nothing was changed. Check its disk space" in message
    assert len(said) > 10
    assert _entries(database) == [3] * len(said)
    _add(database, "room again")
    assert _cameras(database) == ["room again"]


def test_a_connection_that_outlives_the_closing_ends_with_its_thread(database: Database) -> None:
    with database.read() as session:
        fairy = session.connection().connection
        connection = fairy.driver_connection
        database.close()
    assert fairy.driver_connection is None
    assert connection is not None
    if database.is_sqlite:
        with pytest.raises(sqlite3.ProgrammingError, match="closed"):
            connection.execute("SELECT 1")
    else:
        assert connection.closed
