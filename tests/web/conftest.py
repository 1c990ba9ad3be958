"""A town, the application that serves it, and a client for each."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI

from beffroi.clock import FrozenClock
from beffroi.folder import DataFolder
from beffroi.settings import Settings
from beffroi.store.database import Database
from beffroi.web import passwords
from beffroi.web.app import create_app
from tests.web.serving import serving
from tests.web.town import NOON, Town, build_town

CHANNELS = """
handover:
  channels:
    - {type: webhook, name: fire-brigade, url: "http://127.0.0.1:9/"}
"""


@pytest.fixture(autouse=True)
def _quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashing that costs nothing: what is tested here is what follows from its answer."""
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", quick)
    monkeypatch.setattr(passwords, "_NOBODY", quick.hash("nobody"))


@pytest.fixture
def settings(folder: DataFolder) -> Settings:
    folder.config.write_text(CHANNELS, encoding="utf-8")
    return Settings.load(folder)


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock(NOON)


@pytest.fixture
def town(
    folder: DataFolder, settings: Settings, migrated_sqlite: Path, clock: FrozenClock
) -> Iterator[Town]:
    shutil.copy(migrated_sqlite, folder.database)
    database = Database(settings.database_url)
    yield build_town(folder, database, clock)
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
    with httpx.Client(base_url=address, headers=headers, follow_redirects=True) as client:
        yield client
