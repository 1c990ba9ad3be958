"""Cameras as the city knows them: every change is a new version and a line in the ledger.

Credentials never enter the database: they lie in a file of their own, readable by the owner only.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit

from sqlalchemy import and_, delete, func, select
from sqlalchemy.orm import Session

from beffroi.clock import Clock
from beffroi.errors import BadInput, Tampered
from beffroi.folder import read_private
from beffroi.ledger.append import SYSTEM, Kind, append
from beffroi.mandate.drawn import LEAST_AREA, covered
from beffroi.mandate.soundness import spoilt_cameras
from beffroi.store.cameras import Camera, CameraBackground, CameraState, CameraVersion
from beffroi.store.mandates import CameraDoubt

Polygon = Sequence[tuple[float, float]]

SCHEMES = ("rtsp", "rtsps", "sim")

SECRET_OPTION = re.compile(
    r"(?:user|usr|login|pass|pwd|psw|auth|token|key|secret|sig)\w*=", re.IGNORECASE
)
"""Some cameras take a password as an option of their address."""


@dataclass(frozen=True, slots=True)
class CameraSpec:
    """What can be said of a camera.

    Args:
        name: What people call it.
        address: ``rtsp(s)://host/path`` without credentials, or ``sim://scene?seed=1``.
        masks: Polygons that nobody may look at, in fractions of width and height.
        ground: 3 by 3 matrix from picture fractions to metres on the ground, if calibrated.
        place: Position ``x``, ``y`` on the site's plan in fractions, ``heading`` in degrees
            clockwise from the top and ``view`` angle in degrees.
    """

    name: str
    address: str
    masks: Sequence[Polygon] = ()
    ground: Sequence[Sequence[float]] | None = None
    place: dict[str, float] | None = None


def add_camera(
    session: Session, camera_id: str, spec: CameraSpec, *, actor: str, clock: Clock
) -> CameraVersion:
    """Enter a camera; nothing is opened by it.

    Raises:
        BadInput: The id or address is malformed, the name is taken, or a polygon has no area.
    """
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,62}", camera_id):
        raise BadInput(
            f"{camera_id!r} cannot name a camera: use small letters, digits and hyphens."
        )
    if session.get(Camera, camera_id) is not None:
        raise BadInput(f"There is already a camera {camera_id}; choose another name.")
    session.add(Camera(id=camera_id, created_at=clock.now(), removed_at=None))
    session.flush()
    return _add_version(session, camera_id, 1, spec, Kind.CAMERA_ADDED, actor, clock)


def change_camera(
    session: Session, camera_id: str, spec: CameraSpec, *, actor: str, clock: Clock
) -> CameraVersion:
    """Record a new version of a camera.

    Raises:
        BadInput: No such camera, or a value that cannot be used.
    """
    before = current_version(session, camera_id)
    after = _add_version(
        session, camera_id, before.number + 1, spec, Kind.CAMERA_CHANGED, actor, clock
    )
    if (after.address, after.masks) != (before.address, before.masks):
        # It shows another place, or what a mask now hides: it must be taken again.
        session.execute(delete(CameraBackground).where(CameraBackground.camera_id == camera_id))
    return after


def remove_camera(session: Session, camera_id: str, *, actor: str, clock: Clock) -> None:
    """Take a camera out of service for good; its history stays.

    Raises:
        BadInput: No such camera.
    """
    current_version(session, camera_id)
    camera = session.get_one(Camera, camera_id)
    camera.removed_at = clock.now()
    append(session, Kind.CAMERA_REMOVED, actor=actor, payload={"camera": camera_id}, clock=clock)


def current_version(session: Session, camera_id: str) -> CameraVersion:
    """What the camera is now.

    Raises:
        BadInput: No such camera, or it was removed.
        Tampered: A row of it was changed by hand.
    """
    _require_readable(session, camera_id)
    versions = select(CameraVersion).where(CameraVersion.camera_id == camera_id)
    in_service = versions.join(Camera).where(Camera.removed_at.is_(None))
    version = session.scalars(in_service.order_by(CameraVersion.number.desc()).limit(1)).first()
    if version is None:
        raise BadInput(f"There is no camera {camera_id}; `beffroi camera list` shows those known.")
    return version


def version_before(session: Session, camera_id: str, at: datetime) -> CameraVersion | None:
    """The last version of a camera that was there at a moment; None before its first."""
    before = select(CameraVersion).where(
        CameraVersion.camera_id == camera_id, CameraVersion.since <= at
    )
    return session.scalars(before.order_by(CameraVersion.number.desc())).first()


def last_version(session: Session, camera_id: str) -> CameraVersion:
    """The last version of a camera, in service or not.

    Raises:
        Tampered: A row of it was changed by hand.
    """
    _require_readable(session, camera_id)
    return session.scalars(
        select(CameraVersion)
        .where(CameraVersion.camera_id == camera_id)
        .order_by(CameraVersion.number.desc())
        .limit(1)
    ).one()


def names_of(session: Session, camera_ids: Iterable[str]) -> dict[str, str]:
    """What people last called cameras, in service or not, in the order of their ids."""
    named = select(CameraVersion.camera_id, CameraVersion.name)
    wanted = named.where(CameraVersion.camera_id.in_(list(camera_ids)))
    in_order = wanted.order_by(CameraVersion.camera_id, CameraVersion.number)
    return dict(session.execute(in_order).all())


def camera_version(session: Session, camera_id: str, number: int) -> CameraVersion:
    """One version of a camera.

    Raises:
        BadInput: There is no such version.
    """
    version = session.scalars(
        select(CameraVersion).where(
            CameraVersion.camera_id == camera_id, CameraVersion.number == number
        )
    ).first()
    if version is None:
        raise BadInput(f"Camera {camera_id} has no version {number}.")
    return version


def unmasked_since(session: Session, camera: CameraVersion, since: datetime) -> bool:
    """Whether a version of the camera from a moment on had a mask that this one lacks."""
    if camera.since < since:
        return False
    between = select(CameraVersion.masks).where(
        CameraVersion.camera_id == camera.camera_id,
        CameraVersion.number < camera.number,
        CameraVersion.since >= since,
    )
    return any(mask not in camera.masks for masks in session.scalars(between) for mask in masks)


def doubt_camera(session: Session, camera_id: str, reason: str, clock: Clock) -> None:
    """Note that a camera no longer shows what was voted; its uses wait until it is settled."""
    if doubted(session, camera_id):
        return
    session.add(
        CameraDoubt(
            camera_id=camera_id,
            reason=reason,
            since=clock.now(),
            cleared_by=None,
            cleared_at=None,
        )
    )
    payload = {"camera": camera_id, "reason": reason}
    append(session, Kind.CAMERA_DOUBTED, actor=SYSTEM, payload=payload, clock=clock)


def doubted(session: Session, camera_id: str) -> CameraDoubt | None:
    """The doubt about a camera that stands, if there is one."""
    doubts = select(CameraDoubt).where(
        CameraDoubt.camera_id == camera_id, CameraDoubt.cleared_at.is_(None)
    )
    return session.scalars(doubts).first()


def settle_doubts(session: Session, camera_id: str, *, actor: str, clock: Clock) -> None:
    """Note that somebody looked at a camera and found it right."""
    doubt = doubted(session, camera_id)
    if doubt is None:
        return
    doubt.cleared_by, doubt.cleared_at = actor, clock.now()
    payload = {"camera": camera_id}
    append(session, Kind.CAMERA_CLEARED, actor=actor, payload=payload, clock=clock)


def list_cameras(session: Session) -> list[CameraVersion]:
    """The current version of every camera in service whose rows can be read, by id."""
    latest = (
        select(CameraVersion.camera_id, func.max(CameraVersion.number).label("number"))
        .join(Camera)
        .where(Camera.removed_at.is_(None), Camera.id.not_in(spoilt_cameras(session)))
        .group_by(CameraVersion.camera_id)
        .subquery()
    )
    current = select(CameraVersion).join(
        latest,
        and_(
            CameraVersion.camera_id == latest.c.camera_id,
            CameraVersion.number == latest.c.number,
        ),
    )
    return list(session.scalars(current.order_by(CameraVersion.camera_id)))


def camera_states(session: Session) -> dict[str, CameraState]:
    """How cameras do, as their hosts last said: of each whose rows can be read, by id."""
    read = select(CameraState).where(CameraState.camera_id.not_in(spoilt_cameras(session)))
    return {
        state.camera_id: state for state in session.scalars(read.order_by(CameraState.camera_id))
    }


def split_credentials(address: str) -> tuple[str, str | None]:
    """Take ``user:password@`` out of an address.

    Returns:
        The address without them, and ``user:password`` or None.
    """
    parts = urlsplit(address)
    credentials, at, host = parts.netloc.rpartition("@")
    return urlunsplit(parts._replace(netloc=host)), unquote(credentials) if at else None


def credentials_file(secrets: Path, camera_id: str) -> Path:
    """Where the credentials of a camera lie."""
    return secrets / f"camera-{camera_id}"


def store_credentials(secrets: Path, camera_id: str, credentials: str) -> None:
    """Write ``user:password`` to the camera's own file, readable by its owner only."""
    path = credentials_file(secrets, camera_id)
    path.touch(mode=0o600)
    path.chmod(0o600)  # it may have been there
    path.write_text(credentials, encoding="utf-8")


def load_credentials(secrets: Path, camera_id: str) -> str | None:
    """The camera's ``user:password``, if it has any.

    Raises:
        Unavailable: The file cannot be read, or others on this machine can read it too.
    """
    path = credentials_file(secrets, camera_id)
    return read_private(path) if path.exists() else None


def _require_readable(session: Session, camera_id: str) -> None:
    if (misfit := spoilt_cameras(session).get(camera_id)) is not None:
        raise Tampered(misfit)


def _add_version(
    session: Session,
    camera_id: str,
    number: int,
    spec: CameraSpec,
    kind: Kind,
    actor: str,
    clock: Clock,
) -> CameraVersion:
    _check(session, camera_id, spec)
    version = CameraVersion(
        camera_id=camera_id,
        number=number,
        name=spec.name,
        address=spec.address,
        masks=[[list(point) for point in mask] for mask in spec.masks],
        ground=None if spec.ground is None else [list(row) for row in spec.ground],
        place=spec.place or {},
        since=clock.now(),
    )
    session.add(version)
    payload: dict[str, Any] = {
        "camera": camera_id,
        "number": number,
        "name": version.name,
        "address": version.address,
        "masks": version.masks,
        "ground": version.ground,
        "place": version.place,
    }
    append(session, kind, actor=actor, payload=payload, clock=clock)
    return version


def _check(session: Session, camera_id: str, spec: CameraSpec) -> None:
    parts = urlsplit(spec.address)
    if parts.scheme not in SCHEMES or not parts.netloc:
        raise BadInput(
            f"{spec.address!r} is not the address of a camera: it starts with rtsp://, rtsps:// "
            "or, for the synthetic city, sim://."
        )
    if "@" in parts.netloc:
        raise BadInput("Give the camera's user and password apart from its address.")
    if SECRET_OPTION.search(spec.address):
        raise BadInput(
            "This address holds a password or a token, and addresses are shown and recorded. "
            "Use the camera's plain address, as rtsp://user:password@host/path."
        )
    if not spec.name.strip():
        raise BadInput("A camera needs a name that people recognise.")
    for other in list_cameras(session):
        if other.camera_id != camera_id and other.name == spec.name:
            raise BadInput(f"Camera {other.camera_id} is already called {spec.name!r}.")
    for mask in spec.masks:
        _check_mask(mask)


def _check_mask(mask: Polygon) -> None:
    if len(mask) < 3:
        raise BadInput("A mask needs at least three points.")
    if any(not 0 <= value <= 1 for point in mask for value in point):
        raise BadInput(
            "The points of a mask are fractions of the picture's width and height, 0 to 1."
        )
    if covered(mask) < LEAST_AREA:
        raise BadInput("This mask covers no part of the picture; draw it again.")
