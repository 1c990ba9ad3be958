"""Setting a camera up: a technician's leave, for a stated reason and at most 24 hours.

Under it a stream may be opened to draw masks and calibrate. Each look leaves a line. It raises no
alert, and nothing is kept but masks, calibration and pixelated stills.
"""

from datetime import timedelta

from sqlalchemy.orm import Session

from beffroi.clock import Clock
from beffroi.errors import BadInput, NotAuthorised
from beffroi.ledger.append import Kind, append
from beffroi.mandate.cameras import current_version
from beffroi.mandate.gate import hour_of
from beffroi.mandate.permit import TERM_S, Basis, Permit, issue
from beffroi.mandate.records import LONGEST_LEAVE
from beffroi.mandate.timekeeping import Timekeeper, require_clock
from beffroi.store.mandates import Commissioning


def commission(
    session: Session,
    camera_id: str,
    *,
    reason: str,
    duration: timedelta,
    actor: str,
    clock: Clock,
) -> Commissioning:
    """Give leave to set a camera up, from now on.

    Raises:
        BadInput: No such camera, no reason, or longer than 24 hours.
        NotAuthorised: This machine's clock is in doubt.
    """
    require_clock(session)
    current_version(session, camera_id)
    if not reason.strip():
        raise BadInput("Say why the camera is opened, e.g. `masks after installation`.")
    if not timedelta(0) < duration <= LONGEST_LEAVE:
        raise BadInput("Commissioning lasts at most 24 hours.")
    row = Commissioning(
        camera_id=camera_id,
        author=actor,
        reason=reason,
        starts_at=clock.now(),
        ends_at=clock.now() + duration,
    )
    session.add(row)
    payload = {"camera": camera_id, "reason": reason, "ends_at": row.ends_at.isoformat()}
    append(session, Kind.CAMERA_COMMISSIONED, actor=actor, payload=payload, clock=clock)
    return row


def record_look(
    session: Session, camera_id: str, purpose: str, *, actor: str, clock: Clock
) -> None:
    """Note that somebody is about to look through a camera that is being set up.

    Whoever looks commits this first: a look that cannot be written down does not happen.

    Args:
        session: A write session.
        camera_id: The camera.
        purpose: What the look is for: `still`, `background`, `survey` or `directions`.
        actor: Pseudonym of the account that looks.
        clock: Gives the time.

    Raises:
        NotAuthorised: Nobody has leave to set this camera up now.
    """
    leave = _leave(session, camera_id, clock)
    payload = {"camera": camera_id, "for": purpose, "reason": leave.reason}
    append(session, Kind.CAMERA_LOOKED, actor=actor, payload=payload, clock=clock)


def _leave(session: Session, camera_id: str, clock: Clock) -> Commissioning:
    leave = hour_of(session, Timekeeper(clock)).votes.records.leave(camera_id)
    if leave is None:
        raise NotAuthorised(
            f"Camera {camera_id} may not be opened: ask for it with `beffroi camera commission "
            f"{camera_id} --reason …`, which is logged."
        )
    return leave


def commissioning_permit(session: Session, camera_id: str, clock: Clock) -> Permit:
    """The permit of a camera that is being set up, good for a few seconds.

    Raises:
        NotAuthorised: Nobody has leave to set this camera up now.
    """
    _leave(session, camera_id, clock)
    address = current_version(session, camera_id).address
    deadline = clock.monotonic() + TERM_S
    return issue(address, Basis.COMMISSIONING, camera=camera_id, uses=(), deadline=deadline)
