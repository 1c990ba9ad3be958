"""What every request needs to know of the installation it runs in."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from jinja2 import Environment
from sqlalchemy.orm import Session
from starlette.requests import HTTPConnection

from beffroi.alerts.vault import Vault
from beffroi.clock import Clock
from beffroi.mandate.gate import Hour, hour_now
from beffroi.mandate.timekeeping import Timekeeper
from beffroi.settings import DataFolder, Settings
from beffroi.store.database import Database
from beffroi.web.assets import Asset
from beffroi.web.feed import Feed
from beffroi.web.i18n import Language
from beffroi.web.live import Wall


@dataclass(frozen=True, slots=True)
class Site:
    """One running command centre.

    Args:
        folder: Its data folder.
        settings: Its machine settings.
        database: Its database.
        vault: Its evidence.
        clock: Its clocks.
        languages: By code.
        environments: Jinja's, one per language.
        assets: Static files by path.
        feed: Wakes the consoles when the ledger grows.
        wall: Latest skeletons of every camera.
        tasks: What runs beside the requests; none of them ends before the server does.
        lines: How many lines are open, by browser session and path.
    """

    folder: DataFolder
    settings: Settings
    database: Database
    vault: Vault
    clock: Clock
    languages: Mapping[str, Language]
    environments: Mapping[str, Environment]
    assets: Mapping[str, Asset]
    feed: Feed
    wall: Wall
    tasks: list[asyncio.Task[None]]
    lines: Counter[tuple[str, str]]

    def hour(self, session: Session) -> Hour:
        """The present, for pages that tell what runs."""
        return hour_now(session, Timekeeper(self.clock))


def site_of(connection: HTTPConnection) -> Site:
    """The site that answers this request."""
    site = connection.app.state.site
    assert isinstance(site, Site)  # noqa: S101 (tells the type; set once by create_app)
    return site
