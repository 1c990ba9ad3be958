"""How long it takes from a picture, as a camera sends it, until an HTTP client is told of an alert.

Cameras send on a grid of wall time of their own (`benchmarks.cameras`), so the moment of sending
is known without believing the engine: it only says which picture completed the event.
"""

import json
import threading
import time
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from types import TracebackType
from typing import Final, Self

import httpx
import numpy as np
from sqlalchemy import select

from beffroi.store.alerts import Alert
from benchmarks.cameras import phase, sent_at
from benchmarks.city import City

PERCENTILES: Final = (50, 95, 99)
LAST_S: Final = 5.0
"""What was raised just before the end may still be told."""


class Listening:
    """Listens to a city as a console does, for as long as the block lasts.

    Args:
        town: At work.
    """

    def __init__(self, town: City) -> None:
        self._town = town
        self._told: dict[str, float] = {}
        self._stack = ExitStack()
        self._since = town.site.clock.now()

    def __enter__(self) -> Self:
        """Open the line of news."""
        client = self._stack.enter_context(self._town.console())
        threading.Thread(target=self._listen, args=(client,), daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Wait for the last news and hang up."""
        self._until = self._town.site.clock.now()
        time.sleep(LAST_S)
        self._stack.close()

    def figures(self) -> dict[str, object]:
        """What came of it.

        Returns:
            `latency_p50_ms`, `latency_p95_ms`, `latency_p99_ms`: null without alerts.
            `latency_alerts`: how many were raised, and `untold`: of how many no news came.
        """
        with self._town.site.database.read() as session:
            within = (Alert.raised_at > self._since, Alert.raised_at < self._until)
            raised = session.scalars(select(Alert).where(*within)).all()
        told = [alert for alert in raised if alert.id in self._told]
        taken = [self._told[alert.id] - self._sent(alert) for alert in told]
        return {
            **percentiles(taken),
            "latency_alerts": len(raised),
            "untold": len(raised) - len(told),
        }

    def _sent(self, alert: Alert) -> float:
        number = self._town.cameras.index(alert.camera_id)
        return sent_at(alert.detected_at.timestamp(), phase(number))

    def _listen(self, client: httpx.Client) -> None:
        """Note when news comes, until the client is closed."""
        with (
            suppress(httpx.HTTPError, httpx.StreamError, OSError),
            client.stream("GET", "/console/events", params={"after": 0}) as answer,
        ):
            for line in answer.iter_lines():
                if line.startswith("data: "):
                    news = json.loads(line.removeprefix("data: "))
                    self._told.setdefault(news["alert"], time.time())


def percentiles(seconds: Sequence[float]) -> dict[str, object]:
    """In milliseconds, by the names of the figures."""
    return {
        f"latency_p{share}_ms": round(float(np.percentile(seconds, share)) * 1000)
        if seconds
        else None
        for share in PERCENTILES
    }
