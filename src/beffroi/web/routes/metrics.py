"""What a machine's own monitoring may read: whether cameras, alerts and ledger keep up.

In Prometheus' text form. Nobody reads it until the administrator lays a token into the file
`secrets/metrics`; it tells of machines, never of what was seen.
"""

import hmac
from collections.abc import Iterator

import structlog
from fastapi import APIRouter, Request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException
from starlette.responses import Response

from beffroi.alerts.life import OPEN
from beffroi.clock import Clock
from beffroi.errors import Unavailable
from beffroi.ledger.sequencer import overdue
from beffroi.mandate.cameras import camera_states, list_cameras
from beffroi.store.alerts import Alert
from beffroi.store.ledger import LedgerCheckpoint
from beffroi.web.access import PUBLIC
from beffroi.web.site import site_of

router = APIRouter(dependencies=[PUBLIC])

SECRET = "metrics"  # noqa: S105 (the name of its file)

_log = structlog.get_logger()


@router.get("/metrics")
def metrics(request: Request) -> Response:
    """Figures of this machine, for whoever brings the token."""
    site = site_of(request)
    try:
        token = site.folder.secret(SECRET)
    except Unavailable as error:  # where it lies is nothing for a stranger
        _log.error("metrics.closed", cause=error.message)
        raise HTTPException(404) from error
    if not token:
        raise HTTPException(404)
    brought = request.headers.get("authorization", "").removeprefix("Bearer ")
    if not hmac.compare_digest(brought.encode(), token.encode()):
        return Response("Bring the token.\n", 401, {"WWW-Authenticate": "Bearer"}, "text/plain")
    with site.database.read() as session:
        registry = CollectorRegistry()
        registry.register(_Figures(session, site.clock))
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


class _Figures(Collector):
    """Read from the database at each visit: the web runs no camera and counts nothing itself."""

    def __init__(self, session: Session, clock: Clock) -> None:
        self._session = session
        self._clock = clock

    def describe(self) -> list[Metric]:
        """Nothing: names are checked when figures are read, not twice."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Every figure of this moment."""
        yield from self._cameras()
        waiting = select(func.count()).where(Alert.state.in_(OPEN))
        yield GaugeMetricFamily(
            "beffroi_alerts_waiting",
            "Alerts that nobody has judged yet.",
            self._session.scalar(waiting) or 0,
        )
        signed = self._session.scalar(select(func.max(LedgerCheckpoint.at)))
        if signed is not None:
            yield GaugeMetricFamily(
                "beffroi_ledger_signed_timestamp_seconds",
                "When the ledger was last signed.",
                signed.timestamp(),
            )
        yield GaugeMetricFamily(
            "beffroi_ledger_overdue_entries",
            "Entries that should have been signed long ago; 100 stands for more.",
            len(overdue(self._session, self._clock)),
        )

    def _cameras(self) -> Iterator[Metric]:
        one = ["camera"]
        state = GaugeMetricFamily(
            "beffroi_camera_state", "1 for the state that it is in.", labels=["camera", "state"]
        )
        heard = GaugeMetricFamily(
            "beffroi_camera_heard_timestamp_seconds", "When its host last spoke of it.", labels=one
        )
        pictures = CounterMetricFamily(
            "beffroi_camera_pictures",
            "Since its host began: analysed, skipped for want of time, spared as nothing moved.",
            labels=["camera", "fate"],
        )
        energy = GaugeMetricFamily(
            "beffroi_camera_energy_watt_hours_per_hour",
            "Measured, or estimated from processor time.",
            labels=["camera", "estimated"],
        )
        states = camera_states(self._session)
        there = [camera.camera_id for camera in list_cameras(self._session)]
        for row in (states[camera_id] for camera_id in there if camera_id in states):
            state.add_metric([row.camera_id, row.state], 1)
            heard.add_metric([row.camera_id], row.heard_at.timestamp())
            for fate in ("analysed", "skipped", "spared"):
                pictures.add_metric([row.camera_id, fate], getattr(row, fate))
            if row.energy_mwh is not None:
                estimated = str(bool(row.energy_estimated)).lower()
                energy.add_metric([row.camera_id, estimated], row.energy_mwh / 1000)
        yield from (state, heard, pictures, energy)
