"""How long it takes from a picture, as a camera sends it, until an HTTP client is told of an alert.

Cameras send on a grid of wall time of their own (`benchmarks.cameras`), so the moment of sending
is known without asking the engine: it only says which picture completed the event.
"""

import json
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

import httpx
import numpy as np
from sqlalchemy import select

from beffroi.store.alerts import Alert
from benchmarks.cameras import phase, sent_at
from benchmarks.city import City

PERCENTILES: Final = (50, 95, 99)


def measure(town: City, seconds: float) -> dict[str, object]:
    """Listen as a console does, for some seconds.

    Returns:
        `latency_p50_ms`, `latency_p95_ms`, `latency_p99_ms`: null without alerts.
        `latency_alerts`: how many there were.
    """
    since = town.site.clock.now()
    told: dict[str, float] = {}
    with town.console() as client:
        listener = threading.Thread(target=_listen, args=(client, told), daemon=True)
        listener.start()
        time.sleep(seconds)
    with town.site.database.read() as session:
        raised = session.scalars(select(Alert).where(Alert.detected_at > since)).all()
        taken = [told[alert.id] - _sent(town, alert) for alert in raised if alert.id in told]
    return {**percentiles(taken), "latency_alerts": len(taken)}


def percentiles(seconds: Sequence[float]) -> dict[str, object]:
    """In milliseconds, by the names of the figures."""
    return {
        f"latency_p{share}_ms": round(float(np.percentile(seconds, share)) * 1000)
        if seconds
        else None
        for share in PERCENTILES
    }


def _sent(town: City, alert: Alert) -> float:
    number = town.cameras.index(alert.camera_id)
    return sent_at(alert.detected_at.timestamp(), phase(number))


def _listen(client: httpx.Client, told: dict[str, float]) -> None:
    """Note when news comes, until the client is closed."""
    with (
        suppress(httpx.HTTPError, httpx.StreamError, OSError),
        client.stream("GET", "/console/events", params={"after": 0}) as answer,
    ):
        for line in answer.iter_lines():
            if line.startswith("data: "):
                news = json.loads(line.removeprefix("data: "))
                told.setdefault(news["alert"], time.time())
