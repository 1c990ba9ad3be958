"""The two lines that stay open: news without loss, and live skeletons without delay."""

import asyncio
from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Header, Query, Request, WebSocket, WebSocketDisconnect
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException, WebSocketException
from starlette.requests import HTTPConnection
from starlette.responses import Response

from beffroi.errors import Unavailable
from beffroi.mandate.rights import Permission
from beffroi.web.access import Visitor, needs
from beffroi.web.feed import LAST_POSITION, STALLED_S, EventStream, News, read_news
from beffroi.web.i18n import N_
from beffroi.web.live import RECHECK_S, TICK_S, Viewer
from beffroi.web.site import Site, site_of

router = APIRouter(prefix="/console")

_GOING_AWAY = 1001
_POLICY_VIOLATION = 1008
_TRY_AGAIN_LATER = 1013

LINES_PER_SESSION: Final = 20


async def _hold_line(connection: HTTPConnection) -> AsyncIterator[None]:
    """Count a line for as long as it is open: each takes one of this process's few descriptors."""
    lines = site_of(connection).lines
    visitor: Visitor = connection.state.visitor
    key = (visitor.session, connection.url.path)
    if lines[key] >= LINES_PER_SESSION:
        message = N_("Too many pages of this console are open in this browser: close some of them.")
        if connection.scope["type"] == "websocket":
            raise WebSocketException(_TRY_AGAIN_LATER, message)
        raise HTTPException(HTTPStatus.TOO_MANY_REQUESTS, message)
    lines[key] += 1
    try:
        yield
    finally:
        lines[key] -= 1
        if not lines[key]:
            del lines[key]


# A route names its visitor first: parameters are resolved in their order.
Line = Annotated[None, Depends(_hold_line)]


@router.get("/events")
async def events(
    request: Request,
    visitor: Annotated[Visitor, needs(Permission.SEE_ALERTS)],
    line: Line,
    after: Annotated[int, Query(ge=-1, le=LAST_POSITION)] = -1,
    last_event_id: Annotated[int | None, Header(ge=-1, le=LAST_POSITION)] = None,
) -> Response:
    """Server-sent events about alerts, from a position of the ledger on."""
    position = after if last_event_id is None else last_event_id
    return EventStream(_follow(site_of(request), visitor, position))


async def _follow(site: Site, visitor: Visitor, position: int) -> AsyncIterator[str]:
    yield "retry: 2000\n\n"
    while True:
        try:
            news, position = await run_in_threadpool(_read, site, visitor, position)
        except (Unavailable, PermissionError):
            # The browser comes back by itself, and is told to sign in if it must.
            return
        for piece in news:
            yield piece.to_event()
        if not news:
            yield ": still here\n\n"
        await site.feed.wait(position)


def _read(site: Site, visitor: Visitor, position: int) -> tuple[list[News], int]:
    if not visitor.still_may(site, Permission.SEE_ALERTS):
        raise PermissionError
    with site.database.read() as session:
        return read_news(session, position)


@router.websocket("/live")
async def live(
    websocket: WebSocket, visitor: Annotated[Visitor, needs(Permission.WATCH_LIVE)], line: Line
) -> None:
    """The latest skeletons of the cameras that may be shown, for as long as they may."""
    await websocket.accept()
    sending = asyncio.create_task(_send(websocket, visitor))
    receiving = asyncio.create_task(_drain(websocket))
    try:
        await asyncio.wait({sending, receiving}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        sending.cancel()
        receiving.cancel()
        await asyncio.gather(sending, receiving, return_exceptions=True)


async def _send(websocket: WebSocket, visitor: Visitor) -> None:
    site = site_of(websocket)
    viewer = Viewer(seen={}, shown=frozenset(), states="")
    ticks = round(RECHECK_S / TICK_S)
    while True:
        if not await run_in_threadpool(_still_may, site, visitor):
            await websocket.close(_POLICY_VIOLATION)
            return
        for _ in range(ticks):
            for message in site.wall.news(viewer):
                async with asyncio.timeout(STALLED_S):
                    await websocket.send_text(message)
            await asyncio.sleep(TICK_S)


def _still_may(site: Site, visitor: Visitor) -> bool:
    try:
        return visitor.still_may(site, Permission.WATCH_LIVE)
    except Unavailable:
        return False


async def _drain(websocket: WebSocket) -> None:
    """Notice that the browser left; what it sends is not listened to."""
    while True:
        try:
            await websocket.receive()
        except (RuntimeError, WebSocketDisconnect):
            return
