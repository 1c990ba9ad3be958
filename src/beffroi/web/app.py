"""The application: one call makes it from a data folder and its settings."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from fastapi import FastAPI
from fastapi.telemetry import TelemetryConfig
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from beffroi.alerts.vault import Vault
from beffroi.clock import Clock
from beffroi.settings import DataFolder, Settings
from beffroi.store.database import Database
from beffroi.web import errors
from beffroi.web.access import refuse_undeclared
from beffroi.web.assets import load_assets
from beffroi.web.feed import Feed
from beffroi.web.i18n import load_languages
from beffroi.web.live import Wall
from beffroi.web.render import load_environments
from beffroi.web.routes import ROUTERS
from beffroi.web.security import Hardened
from beffroi.web.site import Site

SILENT: Final[TelemetryConfig] = {
    "tracing": False,
    "metrics": False,
    "logs": False,
    "operation_spans": False,
    "auto_configure": False,
}
"""A variable of the environment would otherwise have every request reported to an address."""


def create_app(folder: DataFolder, settings: Settings, clock: Clock | None = None) -> FastAPI:
    """Make the command centre of a data folder.

    Args:
        folder: Where its database, evidence and sockets are.
        settings: Its machine settings.
        clock: Its clocks; this machine's unless a test stops time.

    Raises:
        NotAuthorised: A route does not declare who may use it.
    """
    clock = clock or Clock()
    database = Database(settings.database_url)
    site = Site(
        folder=folder,
        settings=settings,
        database=database,
        vault=Vault(folder),
        clock=clock,
        languages=load_languages(),
        environments=load_environments(),
        assets=load_assets(),
        feed=Feed(database),
        wall=Wall(database, clock, folder.live_socket),
        tasks=[],
        lines=Counter(),
    )
    app = FastAPI(
        lifespan=_lifespan, openapi_url=None, docs_url=None, redoc_url=None, telemetry=SILENT
    )
    app.state.site = site
    for router in ROUTERS:
        refuse_undeclared(router.routes)
        # As they are: to include a router would build every route anew for each application.
        app.router.routes.extend(router.routes)
    errors.install(app)
    app.add_middleware(Hardened)
    if (proxy := settings.web.trusted_proxy) is not None:
        app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=str(proxy))
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    site: Site = app.state.site
    site.tasks.extend(asyncio.create_task(part.run()) for part in (site.feed, site.wall))
    yield
    for task in site.tasks:
        task.cancel()
    await asyncio.gather(*site.tasks, return_exceptions=True)
    site.database.close()
