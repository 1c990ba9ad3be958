"""Acts and what they rest on: documents, doctrines, what residents said and were answered."""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from beffroi.store.base import Base, Json, Object


class StoredDoctrine(Base):
    """The bytes of a doctrine or legal pack, under their own hash."""

    __tablename__ = "doctrine"

    digest: Mapped[str] = mapped_column(primary_key=True)
    doctrine_id: Mapped[str] = mapped_column(index=True)
    version: Mapped[int]
    canonical: Mapped[bytes] = mapped_column(LargeBinary)
    registered_at: Mapped[datetime]


class Act(Base):
    """A dated decision by a competent body, about a use or about a doctrine.

    `subject_digest` is the hash of the text decided upon. `recorded_by` and `confirmed_by` are
    pseudonyms of accounts; an act that widens what runs counts once a second person confirmed it.
    `number` is the order of recording. `details` holds what the type asks for
    (:mod:`beffroi.mandate.procedure.acts`).
    """

    __tablename__ = "act"

    id: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(unique=True)
    use_id: Mapped[str | None] = mapped_column(ForeignKey("use.id"), index=True)
    doctrine_id: Mapped[str | None] = mapped_column(index=True)
    type: Mapped[str]
    body: Mapped[str]
    date: Mapped[str]
    reference: Mapped[str]
    motives: Mapped[str]
    details: Mapped[Json] = mapped_column(Object)
    subject_digest: Mapped[str]
    document_digest: Mapped[str | None] = mapped_column(ForeignKey("document.digest"))
    recorded_by: Mapped[str]
    recorded_at: Mapped[datetime]
    confirmed_by: Mapped[str | None]
    confirmed_at: Mapped[datetime | None]


class Document(Base):
    """An attachment under its own hash: minutes, an opinion, an impact study."""

    __tablename__ = "document"

    digest: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    media_type: Mapped[str]
    content: Mapped[bytes] = mapped_column(LargeBinary)
    stored_by: Mapped[str]
    stored_at: Mapped[datetime]


class Contribution(Base):
    """What somebody said in a consultation, and the answer; no name is kept."""

    __tablename__ = "contribution"

    id: Mapped[int] = mapped_column(primary_key=True)
    use_id: Mapped[str] = mapped_column(ForeignKey("use.id"), index=True)
    channel: Mapped[str]
    text: Mapped[str]
    received_at: Mapped[datetime]
    entered_by: Mapped[str]
    answer: Mapped[str | None]
    answered_by: Mapped[str | None]
    answered_at: Mapped[datetime | None]
