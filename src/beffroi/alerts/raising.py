"""From a detection to an alert, under a use that is live.

Apart from the rest of an alert's life because a detection comes from perception's side of the
house, and the web, which lives the rest, must not know that side.
"""

import uuid
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from beffroi.alerts.life import OPEN, State, escalate, lock
from beffroi.clock import Clock
from beffroi.errors import NotAuthorised
from beffroi.events.detector import Detection
from beffroi.ledger.append import SYSTEM, Kind, append
from beffroi.mandate.definition import EvidenceClass
from beffroi.mandate.gate import Hour, OpenUse, require_open
from beffroi.mandate.modes import Mode
from beffroi.store.alerts import Alert

_WITHOUT_FILES: Final = frozenset({EvidenceClass.NONE, EvidenceClass.COUNTS})


def raise_alert(
    session: Session,
    hour: Hour,
    use: OpenUse,
    detection: Detection,
    *,
    detected_at: datetime,
    per_hour: int,
    clock: Clock,
) -> Alert | None:
    """Put a detection in the queue, keeping no more of it than its evidence class allows.

    A use that rings too often on a camera gets one alert at a time: what is detected while it
    waits for a verdict is counted into it, and the supervisor sees it. Nothing is counted into an
    alert that was judged: nobody would look at it again.

    Args:
        session: A write session.
        hour: Asked in this session whether the use may still run.
        use: Under which use, on which camera and by which definition it was detected.
        detection: What the detector recognised.
        detected_at: Wall time of the picture that completed the event.
        per_hour: Alerts of this use on this camera within an hour that make it too often.
        clock: Gives the time of raising.

    Returns:
        The new alert; None if the detection was counted into one that waits.

    Raises:
        NotAuthorised: The use is not live, not open now, or not about this event and camera.
    """
    definition = use.voted.definition
    if detection.event != definition.event:
        raise NotAuthorised(f"The definition of {definition.event} cannot raise {detection.event}.")
    if use.mode is not Mode.LIVE:
        raise NotAuthorised(f"The use {use.use_id} raises no alerts: it is in {use.mode} mode.")
    require_open(hour, use)

    if (waiting := _storm(session, use, per_hour, clock)) is not None:
        _count_in(session, waiting, detection, detected_at, clock)
        return None
    kept = definition.evidence
    counted = kept is not EvidenceClass.NONE
    now = clock.now()
    alert = Alert(
        id=str(uuid.uuid4()),
        camera_id=use.camera_id,
        use_id=use.use_id,
        definition_digest=use.voted.digest,
        event=detection.event,
        severity=definition.severity,
        state=State.RAISED.value,
        detected_at=detected_at,
        raised_at=now,
        duration_s=detection.end_t - detection.start_t,
        score=detection.score,
        count=detection.count if counted else 0,
        zone=detection.zone if counted else None,
        tracks=[] if kept in _WITHOUT_FILES else list(detection.tracks),
        evidence_class=kept.value,
        evidence="none" if kept in _WITHOUT_FILES else "pending",
        erase_at=now + timedelta(days=definition.retention_days),
    )
    session.add(alert)
    append(session, Kind.ALERT_RAISED, actor=SYSTEM, payload=_payload(alert), clock=clock)
    return alert


def _storm(session: Session, use: OpenUse, per_hour: int, clock: Clock) -> Alert | None:
    """The last alert, if it still waits and too many were raised within the hour."""
    raised = session.scalars(
        select(Alert.id)
        .where(
            Alert.use_id == use.use_id,
            Alert.camera_id == use.camera_id,
            Alert.raised_at > clock.now() - timedelta(hours=1),
        )
        .order_by(Alert.raised_at.desc())
        .limit(per_hour)
    ).all()
    if len(raised) < per_hour:
        return None
    last = lock(session, raised[0])
    return last if last.state in OPEN else None


def _count_in(
    session: Session, alert: Alert, detection: Detection, detected_at: datetime, clock: Clock
) -> None:
    alert.repeats += 1
    kept = alert.evidence_class != EvidenceClass.NONE
    payload = {
        "alert": alert.id,
        "detected_at": detected_at.isoformat(),
        "count": detection.count if kept else 0,
        "zone": detection.zone if kept else None,
    }
    append(session, Kind.ALERT_REPEATED, actor=SYSTEM, payload=payload, clock=clock)
    if alert.escalated_at is None:
        escalate(session, alert, clock)


def _payload(alert: Alert) -> dict[str, object]:
    return {
        "alert": alert.id,
        "camera": alert.camera_id,
        "use": alert.use_id,
        "definition": alert.definition_digest,
        "event": alert.event,
        "severity": alert.severity,
        "detected_at": alert.detected_at.isoformat(),
        "count": alert.count,
        "zone": alert.zone,
        "evidence_class": alert.evidence_class,
    }
