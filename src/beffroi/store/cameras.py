"""Cameras: a row per camera, a row per version of what it is, a row for how it does now."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from beffroi.store.base import Base, Json, Sentence


class Camera(Base):
    """A source of frames and the place it looks at; never deleted, only removed."""

    __tablename__ = "camera"

    id: Mapped[str] = mapped_column(primary_key=True)
    created_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]


class CameraVersion(Base):
    """What a camera is from one moment on; the highest number is in force.

    `address` never holds credentials: those lie in a file of their own beside the database.
    `masks` is a list of polygons and `place` a position on the site's plan, all in fractions of
    width and height; `ground` is a 3 by 3 matrix from picture fractions to metres, or null.
    """

    __tablename__ = "camera_version"
    __table_args__ = (UniqueConstraint("camera_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    camera_id: Mapped[str] = mapped_column(ForeignKey("camera.id"), index=True)
    number: Mapped[int]
    name: Mapped[str]
    address: Mapped[str]
    masks: Mapped[list[Any]] = mapped_column(JSON)
    ground: Mapped[list[Any] | None] = mapped_column(JSON)
    place: Mapped[Json] = mapped_column(JSON)
    since: Mapped[datetime]


class CameraBackground(Base):
    """The masked, blurred picture without people over which skeletons are drawn."""

    __tablename__ = "camera_background"

    camera_id: Mapped[str] = mapped_column(ForeignKey("camera.id"), primary_key=True)
    picture: Mapped[bytes] = mapped_column(LargeBinary)
    set_at: Mapped[datetime]


class CameraState(Base):
    """How a camera does at the moment, as its host last said.

    `state` is one of: off, starting, watching, blind, moved. `rate_hz` is there only where fewer
    pictures than asked for were analysed; it and `person_px` were measured at `measured_at`, on
    the camera as it was then, and are kept while the camera is off. `energy_mwh` is what an hour
    of it takes, as measured or estimated at `energy_at`; it is kept across restarts. `spared`
    pictures were not decoded, as nothing was about and their packets told of nothing new.
    """

    __tablename__ = "camera_state"

    camera_id: Mapped[str] = mapped_column(ForeignKey("camera.id"), primary_key=True)
    state: Mapped[str]
    detail: Mapped[str] = mapped_column(Sentence)
    since: Mapped[datetime]
    heard_at: Mapped[datetime]
    analysed: Mapped[int]
    skipped: Mapped[int]
    spared: Mapped[int] = mapped_column(default=0)
    rate_hz: Mapped[float | None]
    person_px: Mapped[float | None]
    measured_at: Mapped[datetime | None]
    measured_version: Mapped[int | None]
    energy_mwh: Mapped[int | None]
    energy_estimated: Mapped[bool | None]
    energy_at: Mapped[datetime | None]
