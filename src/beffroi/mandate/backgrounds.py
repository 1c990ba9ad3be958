"""The picture behind the skeletons: set by a technician, masked, blurred, without people."""

import hashlib

from sqlalchemy.orm import Session

from beffroi.clock import Clock
from beffroi.ledger.append import Kind, append
from beffroi.mandate.cameras import current_version
from beffroi.store.cameras import CameraBackground


def set_background(
    session: Session, camera_id: str, picture: bytes, *, actor: str, clock: Clock
) -> None:
    """Keep a background picture (JPEG) for the wall, in place of the one before.

    Raises:
        BadInput: No such camera.
    """
    current_version(session, camera_id)
    session.merge(CameraBackground(camera_id=camera_id, picture=picture, set_at=clock.now()))
    payload = {"camera": camera_id, "sha256": hashlib.sha256(picture).hexdigest()}
    append(session, Kind.CAMERA_BACKGROUND, actor=actor, payload=payload, clock=clock)
