"""How each camera does, kept in the database for consoles, and in the ledger when it changes."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select

from beffroi.capture.source import State
from beffroi.clock import Clock
from beffroi.engine.energy import EnergyMeter
from beffroi.engine.messages import Report
from beffroi.ledger.append import SYSTEM, Kind, append
from beffroi.mandate.energy import Energy
from beffroi.mandate.gate import CameraDecision
from beffroi.mandate.soundness import drop_spoilt_states
from beffroi.store.cameras import CameraState
from beffroi.store.database import Database
from beffroi.words import say, together

FRESH_S: Final = 5.0
"""Unchanged states are written again this often, so that readers can tell fresh from stale."""


class CameraStates:
    """Writes `camera_state` rows, seldom.

    Args:
        database: Where the rows are.
        clock: Dates them.
        meter: Measures what cameras take.
    """

    def __init__(self, database: Database, clock: Clock, meter: EnergyMeter) -> None:
        self._database = database
        self._clock = clock
        self._meter = meter
        self._written: dict[str, tuple[str, str]] = {}
        self._versions: dict[str, int] = {}
        self._due = clock.monotonic()

    def record(self, decisions: Sequence[CameraDecision], reports: Mapping[str, Report]) -> None:
        """Write what changed, and everything once in a while."""
        self._versions = {each.camera.camera_id: each.camera.number for each in decisions}
        now = {decision.camera.camera_id: _state(decision, reports) for decision in decisions}
        energy = self._meter.note(now.values())
        changed = {
            camera
            for camera, report in now.items()
            if self._written.get(camera) != _noteworthy(report)
        }
        if changed or energy or self._clock.monotonic() >= self._due:
            self._write(now, changed, energy)
            self._due = self._clock.monotonic() + FRESH_S

    def close(self) -> None:
        """Say of every camera that it is off."""
        off = {
            camera: Report(camera, "off", say("the server stopped"), 0, 0)
            for camera in self._written
        }
        self._write(off, set(off), {})

    def _write(
        self, reports: Mapping[str, Report], changed: set[str], energy: Mapping[str, Energy]
    ) -> None:
        with self._database.write() as session:
            drop_spoilt_states(session)
            rows = {row.camera_id: row for row in session.scalars(select(CameraState))}
            for camera, report in reports.items():
                row = rows.get(camera)
                measured = _energy(row, energy.get(camera), self._clock.now())
                if camera not in self._written:
                    # Another start may compute with other models or another input.
                    row = None
                since = self._clock.now() if row is None or camera in changed else row.since
                session.merge(
                    CameraState(
                        camera_id=camera,
                        state=report.state,
                        detail=report.detail,
                        since=since,
                        heard_at=self._clock.now(),
                        analysed=report.analysed,
                        skipped=report.skipped,
                        spared=report.spared,
                        **measured,
                        **_measured(row, report, self._versions.get(camera), self._clock.now()),
                    )
                )
                if camera in changed:
                    payload = {"camera": camera, "state": report.state, "detail": report.detail}
                    append(
                        session,
                        Kind.CAMERA_STATE,
                        actor=SYSTEM,
                        payload=payload,
                        clock=self._clock,
                    )
        self._written = {name: _noteworthy(report) for name, report in reports.items()}


def _noteworthy(report: Report) -> tuple[str, str]:
    """What the ledger is told when it changes: how well a camera watches may change by the minute.

    Consoles are told of that too, within `FRESH_S`.
    """
    return report.state, "" if report.state == State.WATCHING else report.detail


def _energy(row: CameraState | None, energy: Energy | None, now: datetime) -> dict[str, Any]:
    """What an hour of it takes, as measured now, or as it was before, across restarts."""
    if energy is not None:
        return {
            "energy_mwh": energy.mwh,
            "energy_estimated": energy.estimated,
            "energy_at": now,
        }
    fields = ("energy_mwh", "energy_estimated", "energy_at")
    return {field: getattr(row, field, None) for field in fields}


def _measured(
    row: CameraState | None, report: Report, version: int | None, now: datetime
) -> dict[str, Any]:
    """What was measured now, or what was before: a camera that is off gives no new measure."""
    if report.measured:
        return {
            "rate_hz": report.rate_hz,
            "person_px": report.person_px,
            "measured_at": now,
            "measured_version": version,
        }
    fields = ("rate_hz", "person_px", "measured_at", "measured_version")
    return {field: getattr(row, field, None) for field in fields}


def _state(decision: CameraDecision, reports: Mapping[str, Report]) -> Report:
    camera = decision.camera.camera_id
    if decision.permit is None:
        reasons = [
            say("{use}: {reason}", use=refusal.use_id, reason=refusal.reason)
            for refusal in decision.refused
        ]
        none = say("no use in force names this camera")
        return Report(camera, "off", together(reasons, "; ") if reasons else none, 0, 0)
    waiting = Report(camera, "starting", say("it waits for a host to start"), 0, 0)
    return reports.get(camera, waiting)
