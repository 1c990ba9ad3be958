"""One door to the database: read sessions, write sessions, and errors a person can act on."""

import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import (
    ArgumentError,
    DBAPIError,
    IntegrityError,
    ProgrammingError,
    TimeoutError,  # noqa: A004 (SQLAlchemy's own: no connection came free)
)
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from beffroi.errors import Actor, BadInput, Tampered, Unavailable
from beffroi.words import say

WAIT_S = 20
"""How long a writer waits for another before the person is told."""


class Database:
    """A SQLite file or a PostgreSQL database.

    Args:
        url: SQLAlchemy's address, e.g. ``sqlite:////var/lib/beffroi/beffroi.db`` or
            ``postgresql+psycopg://user@host/name``.

    Raises:
        BadInput: `url` is not such an address.
        Unavailable: The driver of that database is not installed.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = _engine(url)
        # Commands open a database and end; its pooled connections must not outlive it.
        weakref.finalize(self, self.engine.dispose)
        self._closed = threading.Event()
        event.listen(self.engine, "checkin", _end_once(self._closed))
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        self._writer = self.engine.execution_options(beffroi_write=True)
        if self.is_sqlite:
            event.listen(self.engine, "connect", _prepare_sqlite)
            event.listen(self.engine, "begin", _begin_sqlite)
            self._reader = self.engine
        else:
            self._reader = self.engine.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session that sees one consistent state and changes nothing.

        Raises:
            Unavailable: The database is away, locked or out of disk.
        """
        with _plain_errors(), Session(self._reader, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session that commits at its end, or changes nothing.

        SQLite lets one writer in at a time. PostgreSQL does not: lock the row that decides
        (``select(…).with_for_update()``) before acting on what it says.

        Raises:
            Unavailable: The database is away, locked or out of disk.
        """
        with (
            _plain_errors(),
            Session(self._writer, expire_on_commit=False) as session,
            session.begin(),
        ):
            yield session

    def scrub(self) -> bool:
        """Overwrite what deleted rows left behind; false when readers stood in the way.

        SQLite keeps old pages in its write-ahead log until it is emptied. PostgreSQL looks after
        its own pages.
        """
        if not self.is_sqlite:
            return True
        with _plain_errors(), self.engine.connect() as connection:
            driver = connection.connection.driver_connection
            assert driver is not None  # noqa: S101 (an open connection has one)
            # Waiting for readers would stall the caller: it tries again later instead.
            driver.execute("PRAGMA busy_timeout = 0")
            try:
                busy, *_ = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            finally:
                driver.execute(f"PRAGMA busy_timeout = {WAIT_S * 1000}")
        return not busy

    def close(self) -> None:
        """Give all connections back; one that a thread still uses ends when the thread is done."""
        self._closed.set()
        self.engine.dispose()


def _engine(url: str) -> Engine:
    unknown = BadInput(
        "The database's address cannot be used. Write it as sqlite:////path/to/beffroi.db or "
        "postgresql+psycopg://user@host/name.",
        actor=Actor.ADMINISTRATOR,
    )
    try:
        kind = make_url(url).get_backend_name()
        if kind == "sqlite":
            return create_engine(url)
        if kind != "postgresql":
            raise unknown
        return create_engine(
            url,
            pool_pre_ping=True,
            connect_args={
                "connect_timeout": 5,
                # Milliseconds: a server cut off by the network is given up, not waited for.
                "tcp_user_timeout": 10_000,
                "options": f"-c lock_timeout={WAIT_S}s",
            },
        )
    except ArgumentError as error:
        raise unknown from error
    except ModuleNotFoundError as error:
        raise Unavailable(
            f"The driver of this database is not installed ({error.name}). For PostgreSQL: "
            "pip install 'beffroi[postgresql]'."
        ) from error


def _end_once(closed: threading.Event) -> Callable[[Any, ConnectionPoolEntry], None]:
    """What ends a connection given back after `closed`: the pool that it came from is gone.

    It knows of no `Database`, which could otherwise never be forgotten.
    """

    def end(_connection: Any, entry: ConnectionPoolEntry) -> None:
        if closed.is_set():
            entry.invalidate()

    return end


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The driver would begin transactions at its own moments; `_begin_sqlite` does it at ours.
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout = {WAIT_S * 1000}")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    # Erased payloads must not be found in free pages.
    connection.execute("PRAGMA secure_delete = ON")


def _begin_sqlite(connection: Connection) -> None:
    # A writer that begins as a reader can be refused half-way; asking for the lock first cannot.
    write = connection.get_execution_options().get("beffroi_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


@contextmanager
def _plain_errors() -> Iterator[None]:
    """Errors of the driver as ours.

    Raises:
        Unavailable: The database is away, locked or out of disk.
        Tampered: A text in it is none.
    """
    try:
        yield
    except (IntegrityError, ProgrammingError):
        # A broken rule or a wrong statement, not a database that is away.
        raise
    except (DBAPIError, TimeoutError) as error:
        cause = " ".join(str(getattr(error, "orig", None) or error).split())
        if cause.startswith("Could not decode to UTF-8"):
            # SQLite keeps whatever bytes it is given and says so only when they are read.
            raise Tampered(
                say(
                    "A row of the database holds what is no text: it was changed by hand, or its "
                    "disk is failing. Run `beffroi ledger verify`."
                )
            ) from error
        raise Unavailable(
            say(
                "The database does not answer or refuses to write ({cause}). Nothing was "
                "changed. Check its disk space, its address and its permissions, or run "
                "`beffroi doctor`.",
                cause=cause,
            )
        ) from error
