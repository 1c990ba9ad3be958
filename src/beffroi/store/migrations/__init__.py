"""Schema migrations, run by the program itself: an operator never types a database command."""

import sqlite3
from contextlib import closing
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from beffroi.errors import Unavailable
from beffroi.store import accounts, alerts, cameras, impact, ledger, mandates, procedure
from beffroi.store.base import Base
from beffroi.store.database import Database

TABLES = (accounts, alerts, cameras, impact, ledger, mandates, procedure)
"""The modules that declare tables: importing them fills the metadata."""

METADATA = Base.metadata

_UPGRADE_LOCK = 0x42656666_0001
"""Any fixed number will do: PostgreSQL's advisory locks go by it."""


def upgrade(database: Database) -> Path | None:
    """Bring the database to the schema of this program, all of it or nothing.

    Returns:
        Where the SQLite file was copied before it was changed; None when nothing was there to
        lose, and always None on PostgreSQL, whose administrators have backups of their own.

    Raises:
        Unavailable: The database is away, or newer than this program.
    """
    if database.is_sqlite and (name := database.engine.url.database):
        _make_private(Path(name))
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    scripts = ScriptDirectory.from_config(config)
    head = scripts.get_current_head()
    with database.write() as session:
        connection = session.connection()
        if not database.is_sqlite:
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_UPGRADE_LOCK})")
        revision = MigrationContext.configure(connection).get_current_revision()
        if revision == head:
            return None
        if revision not in {None, *(script.revision for script in scripts.walk_revisions())}:
            raise Unavailable(
                f"This database was written by a newer Beffroi (schema {revision}; this program "
                f"knows up to {head}). Install that version, or use the copy made before the "
                "upgrade."
            )
        backup = _copy(database, revision) if database.is_sqlite and revision else None
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return backup


def _make_private(file: Path) -> None:
    try:
        file.touch(mode=0o600)
    except OSError as error:
        raise Unavailable(
            f"The database file cannot be made or opened ({error.strerror}: {file}). Check that "
            "its folder exists, and its permissions."
        ) from error


def _copy(database: Database, revision: str) -> Path:
    name = database.engine.url.database
    assert name is not None  # noqa: S101 (an existing SQLite database has a file)
    target = Path(f"{name}.before-upgrade-from-{revision}")
    unfinished = target.with_name(f"{target.name}.part")
    try:
        unfinished.unlink(missing_ok=True)
        unfinished.touch(mode=0o600)
        with closing(sqlite3.connect(name)) as source, closing(sqlite3.connect(unfinished)) as copy:
            source.backup(copy)
        return unfinished.replace(target)
    except (OSError, sqlite3.Error) as error:
        raise Unavailable(
            f"The database cannot be copied before its upgrade ({error}). Nothing was changed. "
            "Make room on the disk and start again."
        ) from error
