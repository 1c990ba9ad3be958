"""Fifty consoles and five hundred readers at once, while cameras are being watched."""

import json
import re
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import httpx

from beffroi.web.access import COOKIE
from benchmarks import interactive
from benchmarks.cameras import street
from benchmarks.capacity import SETTLE_S, measure
from benchmarks.city import City, city
from benchmarks.processes import processor_s

CONSOLES: Final = 50
READERS: Final = 500
CAMERAS: Final = 12
SHARE: Final = 0.5
"""Of what this machine carries, where that is less than `CAMERAS`: the visitors need some too."""

NAMED: Final = re.compile(r'(?:href|src)="(/static/[^"]+)"')


def run(film: Path, folder: Path, carried: float, seconds: float = 40.0) -> dict[str, object]:
    """Measure the web of a city at work.

    Args:
        film: What every camera sends.
        folder: For the city's data; made here.
        carried: Cameras that this machine carries.
        seconds: How long the visitors stay.

    Returns:
        `web_cameras` and `web_late`: cameras at work meanwhile, share of pictures that were late.
        `web_pages`, `web_page_p50_ms`, `web_page_p95_ms`: public pages, whole answers.
        `web_queues`, `web_queue_p95_ms`: the console's queue, read again at news.
        `web_wall_messages_s`: skeletons of cameras that reached consoles, a second.
        `web_errors`: answers that did not come, lines that broke.
        `web_busy`: processor seconds per second of the web's process.
        `page_weight_kb`: the public page of a use with all that it names, as sent.
        `page_interactive_ms`, `console_interactive_ms`: see `benchmarks.interactive`; the cameras
        are at work meanwhile, the other visitors have left.
    """
    cameras = max(1, min(CAMERAS, int(SHARE * carried)))
    with (
        street([film]) as senders,
        city(folder, [senders.address(film.stem, n) for n in range(cameras)]) as (town, served),
    ):
        town.watch(cameras)
        time.sleep(SETTLE_S)
        web = [pid for pid, line in served.family().items() if "beffroi.web" in line]
        busy = processor_s(web)
        visitors = _visitors(town, seconds)
        step = measure(town, served, senders, cameras, seconds)
        found: dict[str, object] = json.loads(visitors.communicate()[0])
        with town.console() as console:
            session = console.cookies[COOKIE]
        return {
            "web_cameras": cameras,
            "web_late": step.late,
            **found,
            "web_busy": round((processor_s(web) - busy) / seconds, 3),
            "page_weight_kb": round(_weight(town.address) / 1000, 1),
            **interactive.run(town.address, session),
        }


def _visitors(town: City, seconds: float) -> subprocess.Popen[str]:
    with ExitStack() as stack:
        consoles = [stack.enter_context(town.console()) for _ in range(CONSOLES)]
        orders = {
            "address": town.address,
            "seconds": seconds,
            "sessions": [console.cookies[COOKIE] for console in consoles],
            "readers": READERS,
        }
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.visitors"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    with process.stdin as pipe:
        json.dump(orders, pipe)
    process.stdin = None
    return process


def _weight(address: str) -> int:
    """Bytes of a page and of what it names, as they cross the network."""
    with httpx.Client(base_url=address) as client:
        page = client.get("/uses/fall")
        parts = [client.get(path) for path in sorted(set(NAMED.findall(page.text)))]
        return sum(answer.num_bytes_downloaded for answer in (page, *parts))
