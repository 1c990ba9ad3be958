"""How tests make an alert: as a host does, from a detection under a use that is open now."""

from sqlalchemy.orm import Session

from beffroi.alerts.raising import raise_alert
from beffroi.clock import Clock
from beffroi.events.detector import Detection
from beffroi.mandate.definition import VotedText
from beffroi.mandate.gate import OpenUse, hour_of
from beffroi.mandate.modes import Mode
from beffroi.mandate.timekeeping import Timekeeper
from beffroi.store.alerts import Alert


def ring(
    session: Session,
    use_id: str,
    camera_id: str,
    voted: VotedText,
    clock: Clock,
    *,
    mode: Mode = Mode.LIVE,
    detection: Detection | None = None,
    per_hour: int = 60,
) -> Alert | None:
    """What was detected just now, as an alert; None if it was counted into one that waits."""
    hour = hour_of(session, Timekeeper(clock))
    return raise_alert(
        session,
        hour,
        OpenUse(use_id, camera_id, mode, voted, {}),
        detection or Detection(voted.definition.event, 3.0, 5.5, 0.8, ("0a1b2c3d",), 1, "steps"),
        detected_at=clock.now(),
        per_hour=per_hour,
        clock=clock,
    )
