"""News for the consoles, read from the ledger: nothing is lost between two connections.

The number of an event is its position in the ledger. A console that comes back says the last
one it saw and gets all that follow, from the database; this process keeps nothing per console.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final

import structlog
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse
from starlette.types import Send

from beffroi.store.database import Database
from beffroi.store.ledger import LedgerEntry, LedgerPayload

POLL_S: Final = 0.1
HEARTBEAT_S: Final = 15.0
STALLED_S: Final = 30.0
BATCH: Final = 100
LAST_POSITION: Final = 2**62
"""No ledger grows so long, and every database can still compare with it."""
TOLD: Final = ("alert.", "evidence.")

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class News:
    """Something that happened to an alert.

    Args:
        position: Its place in the ledger.
        kind: What happened, as the ledger names it.
        alert: Which alert; None once the payload was erased.
    """

    position: int
    kind: str
    alert: str | None

    def to_event(self) -> str:
        """The news as one server-sent event."""
        data = json.dumps({"kind": self.kind, "alert": self.alert})
        return f"id: {self.position}\nevent: alert\ndata: {data}\n\n"


class Feed:
    """Looks at the end of the ledger once for all consoles, and wakes them when it moves.

    Args:
        database: Where the ledger is.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._tail = -1
        self._moved = asyncio.Condition()

    async def run(self) -> None:
        """Look for ever."""
        while True:
            try:
                tail = await run_in_threadpool(self._read_tail)
            except Exception as error:
                # Whatever it is, alerts must be told of once it is over.
                _log.warning("feed.unread", error=type(error).__name__, said=str(error))
                tail = self._tail
            if tail != self._tail:
                async with self._moved:
                    self._tail = tail
                    self._moved.notify_all()
            await asyncio.sleep(POLL_S)

    async def wait(self, position: int) -> None:
        """Return once the ledger goes beyond `position`, or after a heartbeat's time."""
        try:
            async with asyncio.timeout(HEARTBEAT_S), self._moved:
                await self._moved.wait_for(lambda: self._tail > position)
        except TimeoutError:
            return

    def _read_tail(self) -> int:
        with self._database.read() as session:
            return ledger_tail(session)


def ledger_tail(session: Session) -> int:
    """Position of the last entry, -1 in an empty ledger."""
    tail = session.scalar(select(func.max(LedgerEntry.position)))
    return -1 if tail is None else tail


def read_news(session: Session, after: int) -> tuple[list[News], int]:
    """What happened to alerts after a position.

    Returns:
        At most `BATCH` pieces of news, and the position up to which they are complete.
    """
    tail = ledger_tail(session)
    rows = session.execute(
        select(LedgerEntry.position, LedgerEntry.kind, LedgerPayload.payload)
        .outerjoin(LedgerPayload, LedgerPayload.entry_id == LedgerEntry.id)
        .where(LedgerEntry.position > after, or_(*map(LedgerEntry.kind.startswith, TOLD)))
        .order_by(LedgerEntry.position)
        .limit(BATCH)
    ).all()
    news = [
        News(position or 0, kind, None if payload is None else json.loads(payload).get("alert"))
        for position, kind, payload in rows
    ]
    return news, news[-1].position if len(news) == BATCH else tail


class EventStream(StreamingResponse):
    """Server-sent events for one console; one that stops reading is let go.

    The server waits for a slow reader before it asks for the next event, so what a stalled
    console costs is one event and the socket's own buffer, until `STALLED_S` have passed.
    """

    media_type = "text/event-stream"

    def __init__(self, events: AsyncIterator[str]) -> None:
        # Proxies would otherwise hold events back to compress or batch them.
        super().__init__(events, headers={"X-Accel-Buffering": "no"})

    async def stream_response(self, send: Send) -> None:
        """Send each event within its time."""

        async def timely(message: object) -> None:
            async with asyncio.timeout(STALLED_S):
                await send(message)  # type: ignore[arg-type]  # passed through unread

        try:
            await super().stream_response(timely)
        except TimeoutError:
            _log.info("feed.stalled_console_let_go")
