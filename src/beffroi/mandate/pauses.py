"""The stop button: any operator pauses one use on one camera, a supervisor resumes it."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from beffroi.clock import Clock
from beffroi.errors import BadInput
from beffroi.ledger.append import Kind, append
from beffroi.mandate.conditions import paused
from beffroi.mandate.timekeeping import require_clock
from beffroi.store.mandates import Pause, UseCamera
from beffroi.words import say


def pause(
    session: Session, use_id: str, camera_id: str, reason: str, *, actor: str, clock: Clock
) -> None:
    """Stop a use on a camera; the gate closes within a second.

    Raises:
        BadInput: The use does not cover this camera, or no reason is given.
    """
    if session.get(UseCamera, (use_id, camera_id)) is None:
        raise BadInput(
            say("The use {use} does not cover camera {camera}.", use=use_id, camera=camera_id)
        )
    if not reason.strip():
        raise BadInput(say("Say why you stop it; a few words are enough."))
    if paused(session, use_id, camera_id):
        return
    session.add(
        Pause(
            use_id=use_id,
            camera_id=camera_id,
            paused_by=actor,
            paused_at=clock.now(),
            reason=reason,
            resumed_by=None,
            resumed_at=None,
        )
    )
    payload = {"use": use_id, "camera": camera_id, "reason": reason}
    append(session, Kind.USE_PAUSED, actor=actor, payload=payload, clock=clock)


def resume(session: Session, use_id: str, camera_id: str, *, actor: str, clock: Clock) -> None:
    """Lift the standing stop, if there is one.

    Raises:
        NotAuthorised: The clock is in doubt.
    """
    require_clock(session)
    standing = session.scalars(
        select(Pause).where(
            Pause.use_id == use_id, Pause.camera_id == camera_id, Pause.resumed_at.is_(None)
        )
    ).all()
    for stop in standing:
        stop.resumed_by = actor
        stop.resumed_at = clock.now()
        payload = {"use": use_id, "camera": camera_id}
        append(session, Kind.USE_RESUMED, actor=actor, payload=payload, clock=clock)
