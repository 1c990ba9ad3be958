"""The migrated schema is the schema of the code, on both databases."""

import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, text

from beffroi.errors import Unavailable
from beffroi.store.database import Database
from beffroi.store.migrations import METADATA, upgrade


def _revision(database: Database) -> str:
    with database.read() as session:
        return str(session.execute(text("SELECT version_num FROM alembic_version")).scalar_one())


def _set_revision(database: Database, revision: str) -> None:
    with database.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = :r"), {"r": revision})


def test_the_migrated_schema_is_the_metadata(database: Database) -> None:
    with database.read() as session:
        context = MigrationContext.configure(session.connection(), opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []


def test_upgrading_twice_changes_nothing(empty_database: Database) -> None:
    upgrade(empty_database)
    first = _revision(empty_database)
    assert upgrade(empty_database) is None
    assert _revision(empty_database) == first


def test_a_newer_database_is_refused(empty_database: Database) -> None:
    upgrade(empty_database)
    _set_revision(empty_database, "9999")
    with pytest.raises(Unavailable, match=r"newer Beffroi.*9999"):
        upgrade(empty_database)


def test_a_failed_upgrade_changes_nothing(empty_database: Database) -> None:
    # The last table of the first migration is in the way.
    with empty_database.write() as session:
        session.execute(text("CREATE TABLE ledger_payload (id INTEGER)"))
    with pytest.raises(Exception, match="ledger_payload"):
        upgrade(empty_database)
    with empty_database.engine.connect() as connection:
        assert set(inspect(connection).get_table_names()) == {"ledger_payload"}


def test_only_the_owner_reads_a_new_file(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'beffroi.db'}")
    upgrade(database)
    with database.write() as session:
        session.execute(text("DELETE FROM account"))
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()}
    database.close()
    assert set(modes.values()) == {0o600}, modes


def test_an_existing_file_is_copied_before_it_is_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = Database(f"sqlite:///{tmp_path / 'beffroi.db'}")
    upgrade(database)
    with database.write() as session:
        session.execute(text("INSERT INTO camera (id, created_at) VALUES ('c1', '2026-01-01')"))
    # One more migration than there is: the copy must be made before it is run.
    later = tmp_path / "migrations"
    _with_one_more_migration(later)
    monkeypatch.setattr("beffroi.store.migrations.__file__", str(later / "__init__.py"))
    backup = upgrade(database)
    database.close()
    assert backup is not None
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    with closing(sqlite3.connect(backup)) as copy:
        assert copy.execute("SELECT id FROM camera").fetchall() == [("c1",)]
        assert copy.execute("SELECT version_num FROM alembic_version").fetchall() == [("0001",)]
    with closing(sqlite3.connect(tmp_path / "beffroi.db")) as upgraded:
        assert upgraded.execute("SELECT * FROM later").fetchall() == []


def _with_one_more_migration(folder: Path) -> None:
    shipped = Path(str(upgrade.__globals__["__file__"])).parent
    (folder / "versions").mkdir(parents=True)
    (folder / "env.py").write_bytes((shipped / "env.py").read_bytes())
    for script in (shipped / "versions").glob("*.py"):
        (folder / "versions" / script.name).write_bytes(script.read_bytes())
    (folder / "versions" / "later.py").write_text(
        'from alembic import op\nrevision = "later"\ndown_revision = "0001"\n'
        'def upgrade():\n    op.execute("CREATE TABLE later (id INTEGER)")\n'
    )
