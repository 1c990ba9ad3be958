"""A city to export, and one export for whoever only reads it."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import pytest

from beffroi.store.database import Database
from beffroi.store.migrations import upgrade
from tests.mandate.exchange.archive import Archive


@pytest.fixture
def archive(database: Database, tmp_path: Path) -> Archive:
    return Archive.build(database, tmp_path)


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, bytes]:
    """The files of one export with an alert."""
    folder = tmp_path_factory.mktemp("exported")
    database = Database(f"sqlite:///{folder / 'beffroi.db'}")
    upgrade(database)
    archive = Archive.build(database, folder)
    archive.ring()
    files = archive.files(proof=True)
    database.close()
    return MappingProxyType(files)
