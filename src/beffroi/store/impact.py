"""Impact files, risks, incidents and duties: what the city answers for."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from beffroi.store.base import Base, Json, Object


class Assessment(Base):
    """One version of an impact file or scorecard of a use.

    `kind` is one of: dpia, fria, compass. `text_digest` is the text of the use that it assesses,
    `contribution_id` the contribution that caused this version, if one did.
    """

    __tablename__ = "assessment"

    id: Mapped[int] = mapped_column(primary_key=True)
    use_id: Mapped[str] = mapped_column(ForeignKey("use.id"), index=True)
    kind: Mapped[str]
    number: Mapped[int]
    text_digest: Mapped[str] = mapped_column(ForeignKey("use_text.digest"))
    content: Mapped[Json] = mapped_column(Object)
    complete: Mapped[bool]
    author: Mapped[str]
    recorded_at: Mapped[datetime]
    contribution_id: Mapped[int | None] = mapped_column(ForeignKey("contribution.id"))


class Risk(Base):
    """A line of the risk register; a later line of the same `name` and use replaces it."""

    __tablename__ = "risk"

    id: Mapped[int] = mapped_column(primary_key=True)
    use_id: Mapped[str | None] = mapped_column(ForeignKey("use.id"), index=True)
    name: Mapped[str]
    owner: Mapped[str]
    measures: Mapped[str]
    residual: Mapped[int]
    review_on: Mapped[str]
    recorded_by: Mapped[str]
    recorded_at: Mapped[datetime]


class Incident(Base):
    """Something that went wrong, tied to a risk, with the clocks that it starts.

    `kind` is one of: serious, death, widespread, breach, other.
    """

    __tablename__ = "incident"

    id: Mapped[int] = mapped_column(primary_key=True)
    risk_id: Mapped[int] = mapped_column(ForeignKey("risk.id"), index=True)
    kind: Mapped[str]
    text: Mapped[str]
    noticed_at: Mapped[datetime]
    recorded_by: Mapped[str]
    recorded_at: Mapped[datetime]
    reported_at: Mapped[datetime | None]
    reported_to: Mapped[str | None]


class DutyDone(Base):
    """That a duty of the calendar was done."""

    __tablename__ = "duty_done"

    id: Mapped[int] = mapped_column(primary_key=True)
    use_id: Mapped[str | None] = mapped_column(ForeignKey("use.id"), index=True)
    duty: Mapped[str]
    due_on: Mapped[str]
    done_by: Mapped[str]
    done_at: Mapped[datetime]
