"""Definitions and uses: what may run, and what an operator or a technician has stopped or opened.

What is voted is kept as bytes under their own hash; what came of it is read from the acts
(:mod:`beffroi.store.procedure`) and never written as a state, so that no row can claim to be in
force.
"""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from beffroi.store.base import Base, Json, Object


class StoredDefinition(Base):
    """The voted bytes of an event definition, under their own hash."""

    __tablename__ = "definition"

    digest: Mapped[str] = mapped_column(primary_key=True)
    event: Mapped[str] = mapped_column(index=True)
    version: Mapped[int]
    canonical: Mapped[bytes] = mapped_column(LargeBinary)
    registered_at: Mapped[datetime]


class Annex(Base):
    """What may change about a definition without a vote, under a hash of its own.

    `kind` is one of: translation, figures, confusions, contacts. The highest `id` of a kind (and
    language, for translations) is the one in use; earlier ones stay.
    """

    __tablename__ = "annex"

    id: Mapped[int] = mapped_column(primary_key=True)
    definition_digest: Mapped[str] = mapped_column(ForeignKey("definition.digest"), index=True)
    kind: Mapped[str]
    language: Mapped[str | None]
    digest: Mapped[str]
    canonical: Mapped[bytes] = mapped_column(LargeBinary)
    author: Mapped[str]
    recorded_at: Mapped[datetime]
    reviewed_by: Mapped[str | None]
    reviewed_at: Mapped[datetime | None]


class Use(Base):
    """A definition applied to cameras and hours, for a purpose, until a date.

    `text_digest` is the text last drafted; which text runs is said by the acts alone.
    """

    __tablename__ = "use"

    id: Mapped[str] = mapped_column(primary_key=True)
    text_digest: Mapped[str] = mapped_column(ForeignKey("use_text.digest"))
    drafted_by: Mapped[str]
    drafted_at: Mapped[datetime]


class StoredUseText(Base):
    """The bytes of a use as put to the vote, under their own hash."""

    __tablename__ = "use_text"

    digest: Mapped[str] = mapped_column(primary_key=True)
    canonical: Mapped[bytes] = mapped_column(LargeBinary)
    written_at: Mapped[datetime]


class UseCamera(Base):
    """An index: which cameras the text last drafted names."""

    __tablename__ = "use_camera"

    use_id: Mapped[str] = mapped_column(ForeignKey("use.id"), primary_key=True)
    camera_id: Mapped[str] = mapped_column(ForeignKey("camera.id"), primary_key=True)


class Pause(Base):
    """An operator's stop of one use on one camera, until a supervisor resumes it."""

    __tablename__ = "pause"

    id: Mapped[int] = mapped_column(primary_key=True)
    use_id: Mapped[str] = mapped_column(ForeignKey("use.id"), index=True)
    camera_id: Mapped[str] = mapped_column(ForeignKey("camera.id"))
    paused_by: Mapped[str]
    paused_at: Mapped[datetime]
    reason: Mapped[str]
    resumed_by: Mapped[str | None]
    resumed_at: Mapped[datetime | None]


class Commissioning(Base):
    """A technician's leave to set a camera up: at most 24 hours, for a stated reason."""

    __tablename__ = "commissioning"

    id: Mapped[int] = mapped_column(primary_key=True)
    camera_id: Mapped[str] = mapped_column(ForeignKey("camera.id"), index=True)
    author: Mapped[str]
    reason: Mapped[str]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]


class CameraDoubt(Base):
    """A camera that was seen to have moved: its uses wait until somebody re-validates them."""

    __tablename__ = "camera_doubt"

    id: Mapped[int] = mapped_column(primary_key=True)
    camera_id: Mapped[str] = mapped_column(ForeignKey("camera.id"), index=True)
    reason: Mapped[str]
    since: Mapped[datetime]
    cleared_by: Mapped[str | None]
    cleared_at: Mapped[datetime | None]


class ClockDoubt(Base):
    """A wall clock that was set forward: nothing more is erased or opened until a person looked.

    `ahead_s` is by how much; a row of 0 says that somebody confirmed a clock set back.
    """

    __tablename__ = "clock_doubt"

    id: Mapped[int] = mapped_column(primary_key=True)
    ahead_s: Mapped[float]
    since: Mapped[datetime]
    cleared_by: Mapped[str | None]
    cleared_at: Mapped[datetime | None]


class KnownEquipment(Base):
    """What the server of this installation can run, as it last said; one row.

    `facts` are its detectors, its models and what is wrong with others, for those who may load
    none of them and have to say why something runs or not.
    """

    __tablename__ = "equipment"

    id: Mapped[int] = mapped_column(primary_key=True)
    facts: Mapped[Json] = mapped_column(Object)
    noted_at: Mapped[datetime]


class UseCount(Base):
    """What a use counted on a camera in one quarter of an hour: numbers and nothing else.

    In `shadow` mode `what` is ``detections``; in `statistics` it is a name the detector gives.
    """

    __tablename__ = "use_count"
    __table_args__ = (
        Index("ix_use_count_key", "use_id", "camera_id", "quarter", "what", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    use_id: Mapped[str] = mapped_column(ForeignKey("use.id"))
    camera_id: Mapped[str] = mapped_column(ForeignKey("camera.id"))
    quarter: Mapped[datetime]
    what: Mapped[str]
    value: Mapped[int]


class LearningSample(Base):
    """One line of a learning set: what the detector computed and how a person judged it."""

    __tablename__ = "learning_sample"

    id: Mapped[int] = mapped_column(primary_key=True)
    use_id: Mapped[str] = mapped_column(ForeignKey("use.id"), index=True)
    features: Mapped[Json] = mapped_column(Object)
    verdict: Mapped[str]
    recorded_at: Mapped[datetime]
