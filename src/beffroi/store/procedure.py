"""Acts and what they rest on: documents, doctrines, what residents said and were answered."""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from beffroi.store.base import Base


class StoredDoctrine(Base):
    """The bytes of a doctrine or legal pack, under their own hash."""

    __tablename__ = "doctrine"

    digest: Mapped[str] = mapped_column(primary_key=True)
    doctrine_id: Mapped[str] = mapped_column(index=True)
    version: Mapped[int]
    canonical: Mapped[bytes] = mapped_column(LargeBinary)
    registered_at: Mapped[datetime]


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
