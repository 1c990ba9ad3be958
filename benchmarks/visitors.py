"""Consoles and readers, many at once, from one process so that their cost can be counted apart.

A console holds both of its lines open and reads the queue again at news, as the page does. A
reader opens a public page, and another one some seconds later.

    python -m benchmarks.visitors < ORDERS   # JSON: address, seconds, sessions, readers
"""

import asyncio
import json
import random
import sys
import time
from dataclasses import dataclass, field
from typing import Final

import httpx
import numpy as np
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException
from websockets.typing import Origin

from beffroi.web.access import COOKIE

PAGES: Final = ("/", "/uses", "/uses/fall", "/uses/strike")
READING_S: Final = 20.0
"""How long a reader stays with a page, on average."""


@dataclass
class Seen:
    """What all visitors met with: seconds of answers, messages of the wall, answers missing."""

    pages: list[float] = field(default_factory=list)
    queues: list[float] = field(default_factory=list)
    messages: int = 0
    errors: int = 0


async def read(client: httpx.AsyncClient, seen: Seen) -> None:
    """Be a reader, for ever."""
    while True:
        await asyncio.sleep(random.uniform(0, 2 * READING_S))
        await _get(client, random.choice(PAGES), seen.pages, seen)


async def work(address: str, session: str, seen: Seen) -> None:
    """Be a console, for ever."""
    cookies = {COOKIE: session}
    async with httpx.AsyncClient(base_url=address, cookies=cookies, timeout=60) as client:
        await asyncio.gather(_news(client, seen), _wall(address, session, seen))


async def _news(client: httpx.AsyncClient, seen: Seen) -> None:
    async with client.stream("GET", "/console/events", params={"after": 2**40}) as answer:
        async for line in answer.aiter_lines():
            if line.startswith("data: "):
                await _get(client, "/console/queue", seen.queues, seen)
    seen.errors += 1


async def _wall(address: str, session: str, seen: Seen) -> None:
    where = address.replace("http://", "ws://") + "/console/live"
    headers = {"Cookie": f"{COOKIE}={session}"}
    try:
        async with connect(where, origin=Origin(address), additional_headers=headers) as line:
            async for _ in line:
                seen.messages += 1
    except (OSError, WebSocketException):
        seen.errors += 1


async def _get(client: httpx.AsyncClient, path: str, taken: list[float], seen: Seen) -> None:
    begin = time.perf_counter()
    try:
        (await client.get(path)).raise_for_status()
    except httpx.HTTPError:
        seen.errors += 1
    else:
        taken.append(time.perf_counter() - begin)


async def visit(address: str, seconds: float, sessions: list[str], readers: int) -> Seen:
    """Be all of them for some seconds."""
    seen = Seen()
    limits = httpx.Limits(max_connections=readers, max_keepalive_connections=readers)
    async with httpx.AsyncClient(base_url=address, limits=limits, timeout=60) as client:
        under_way = [asyncio.create_task(read(client, seen)) for _ in range(readers)]
        under_way += [asyncio.create_task(work(address, each, seen)) for each in sessions]
        await asyncio.sleep(seconds)
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)
    return seen


def _ms(seconds: list[float], share: float) -> int | None:
    return round(float(np.percentile(seconds, share)) * 1000) if seconds else None


def main() -> None:
    """Read the orders, visit, and print what was met with."""
    orders = json.load(sys.stdin)
    seen = asyncio.run(visit(**orders))
    figures = {
        "web_pages": len(seen.pages),
        "web_page_p50_ms": _ms(seen.pages, 50),
        "web_page_p95_ms": _ms(seen.pages, 95),
        "web_queues": len(seen.queues),
        "web_queue_p95_ms": _ms(seen.queues, 95),
        "web_wall_messages_s": round(seen.messages / orders["seconds"]),
        "web_errors": seen.errors,
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
