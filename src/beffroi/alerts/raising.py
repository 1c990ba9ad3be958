"""From a detection to an alert, under a use that is live.

Apart from the rest of an alert's life because a detection comes from perception's side of the
house, and the web, which lives the rest, must not know that side.
"""

import uuid
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from beffroi.alerts.life import State
from beffroi.clock import Clock
from beffroi.errors import NotAuthorised
from beffroi.events.detector import Detection
from beffroi.ledger.append import SYSTEM, Kind, append
from beffroi.mandate.definition import EvidenceClass, VotedText
from beffroi.mandate.gate import Refusal, ask
from beffroi.mandate.uses import Mode
from beffroi.store.alerts import Alert

_WITHOUT_FILES: Final = frozenset({EvidenceClass.NONE, EvidenceClass.COUNTS})


def raise_alert(
    session: Session,
    *,
    detection: Detection,
    camera_id: str,
    use_id: str,
    voted: VotedText,
    detected_at: datetime,
    clock: Clock,
) -> Alert:
    """Put a detection in the queue, keeping no more of it than its evidence class allows.

    Args:
        session: A write session.
        detection: What the detector recognised.
        camera_id: On which camera.
        use_id: Under which use; it must be live and open on this camera now.
        voted: The definition that ran, which must be the one of the use.
        detected_at: Wall time of the picture that completed the event.
        clock: Gives the time of raising.

    Raises:
        NotAuthorised: The use is not live, not open now, or not about this event and camera.
    """
    definition = voted.definition
    if detection.event != definition.event:
        raise NotAuthorised(f"The definition of {definition.event} cannot raise {detection.event}.")
    _require_live(session, use_id, camera_id, voted, clock)

    kept = definition.evidence
    counted = kept is not EvidenceClass.NONE
    now = clock.now()
    alert = Alert(
        id=str(uuid.uuid4()),
        camera_id=camera_id,
        use_id=use_id,
        definition_digest=voted.digest,
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


def _require_live(
    session: Session, use_id: str, camera_id: str, voted: VotedText, clock: Clock
) -> None:
    """Ask the mandate once more: a use may have been stopped since its permit was given."""
    for answer in ask(session, camera_id, clock.now()):
        if answer.use_id != use_id:
            continue
        if isinstance(answer, Refusal):
            raise NotAuthorised(f"The use {use_id} cannot raise an alert: {answer.reason}.")
        if answer.mode is not Mode.LIVE:
            raise NotAuthorised(f"The use {use_id} raises no alerts: it is in {answer.mode} mode.")
        if answer.voted.digest != voted.digest:
            raise NotAuthorised(f"The definition that ran is not the one voted for use {use_id}.")
        return
    raise NotAuthorised(f"No use {use_id} covers the camera {camera_id}.")


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
