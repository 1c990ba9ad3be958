"""The two lines that stay open: news without loss, and live skeletons without delay."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request, WebSocket, WebSocketDisconnect
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from beffroi.errors import Unavailable
from beffroi.mandate.rights import Permission
from beffroi.web.access import Visitor, needs
from beffroi.web.feed import LAST_POSITION, STALLED_S, EventStream, News, read_news
from beffroi.web.live import RECHECK_S, TICK_S, Viewer
from beffroi.web.site import Site, site_of

router = APIRouter(prefix="/console")

_GOING_AWAY = 1001
_POLICY_VIOLATION = 1008


@router.get("/events")
async def events(
    request: Request,
    visitor: Annotated[Visitor, needs(Permission.SEE_ALERTS)],
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
    websocket: WebSocket, visitor: Annotated[Visitor, needs(Permission.WATCH_LIVE)]
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
