"""A town, the application that serves it, and a client for each."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from beffroi.clock import FrozenClock
from beffroi.folder import DataFolder
from beffroi.settings import Settings
from beffroi.store.database import Database
from beffroi.web import passwords
from beffroi.web.app import create_app
from tests.passwords import QUICK
from tests.web.serving import serving
from tests.web.town import NOON, Town, build_town

CHANNELS = """
handover:
  channels:
    - {type: webhook, name: fire-brigade, url: "http://127.0.0.1:9/"}
"""


@pytest.fixture(autouse=True)
def _quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_hasher", QUICK)
    monkeypatch.setattr(passwords, "_NOBODY", QUICK.hash("nobody"))


@pytest.fixture
def settings(folder: DataFolder) -> Settings:
    folder.config.write_text(CHANNELS, encoding="utf-8")
    return Settings.load(folder)


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock(NOON)


@pytest.fixture(scope="session")
def town_at_noon(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> DataFolder:
    """A town to copy: building one for each test would be slow."""
    folder = DataFolder(tmp_path_factory.mktemp("town") / "data").make()
    shutil.copy(migrated_sqlite, folder.database)
    database = Database(f"sqlite:///{folder.database}")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", QUICK)
        build_town(folder, database, FrozenClock(NOON))
    database.close()
    return folder


@pytest.fixture
def town(
    folder: DataFolder, settings: Settings, town_at_noon: DataFolder, clock: FrozenClock
) -> Iterator[Town]:
    shutil.copytree(town_at_noon.path, folder.path, dirs_exist_ok=True)
    database = Database(settings.database_url)
    yield Town(folder, database, clock)
    database.close()


@pytest.fixture
def app(town: Town, settings: Settings) -> FastAPI:
    return create_app(town.folder, settings, town.clock)


@pytest.fixture
def address(app: FastAPI) -> Iterator[str]:
    """Where the application answers: a real server on a free port."""
    with serving(app) as address:
        yield address


@pytest.fixture
def client(address: str) -> Iterator[httpx.Client]:
    headers = {"Accept-Language": "en", "Accept": "text/html"}
    with httpx.Client(
        base_url=address, headers=headers, follow_redirects=True, timeout=30
    ) as client:
        yield client
