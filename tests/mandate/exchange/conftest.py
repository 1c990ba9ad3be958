"""A city to export, and one export for whoever only reads it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

import pytest

from beffroi.store.database import Database
from beffroi.store.migrations import upgrade
from tests.mandate.exchange.archive import Archive


@contextmanager
def city(folder: Path) -> Iterator[Archive]:
    database = Database(f"sqlite:///{folder / 'beffroi.db'}")
    upgrade(database)
    yield Archive.build(database, folder)
    database.close()


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with city(tmp_path) as archive:
        yield archive


@pytest.fixture
def archive_on_either(database: Database, tmp_path: Path) -> Archive:
    """The same on SQLite and on PostgreSQL."""
    return Archive.build(database, tmp_path)


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, bytes]:
    """The files of one export with an alert."""
    with city(tmp_path_factory.mktemp("exported")) as archive:
        archive.ring()
        files = archive.files(proof=True)
    return MappingProxyType(files)
