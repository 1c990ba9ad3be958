"""One door to the database: read sessions, write sessions, and errors a person can act on."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from beffroi.errors import Unavailable


class Database:
    """A SQLite file or a PostgreSQL database.

    Args:
        url: SQLAlchemy's address, e.g. ``sqlite:////var/lib/beffroi/beffroi.db`` or
            ``postgresql+psycopg://user@host/name``.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = create_engine(url, pool_pre_ping=not url.startswith("sqlite"))
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        if self.is_sqlite:
            event.listen(self.engine, "connect", _prepare_sqlite)
            event.listen(self.engine, "begin", _begin_sqlite)

    @classmethod
    def in_folder(cls, folder: Path) -> "Database":
        """The SQLite database of a data folder."""
        return cls(f"sqlite:///{folder / 'beffroi.db'}")

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session that sees one consistent state and changes nothing.

        Raises:
            Unavailable: The database is away, locked or out of disk.
        """
        with _plain_errors(), Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session that commits at its end, or changes nothing.

        Raises:
            Unavailable: The database is away, locked or out of disk.
        """
        engine = self.engine.execution_options(beffroi_write=True)
        with _plain_errors(), Session(engine, expire_on_commit=False) as session, session.begin():
            yield session

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The driver would begin transactions at its own moments; `_begin_sqlite` does it at ours.
    connection.isolation_level = None
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA busy_timeout = 20000")
    # Erased payloads must not be found in free pages.
    connection.execute("PRAGMA secure_delete = ON")


def _begin_sqlite(connection: Connection) -> None:
    # A writer that begins as a reader can be refused half-way; asking for the lock first cannot.
    write = connection.get_execution_options().get("beffroi_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


@contextmanager
def _plain_errors() -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        raise Unavailable(
            f"The database does not answer or refuses to write ({error.orig}). Nothing was "
            "changed. Check its disk space, its address and its permissions, or run "
            "`beffroi doctor`."
        ) from error
