"""Alerts, verdicts and deliveries."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from beffroi.store.base import Base, Sentence


class Alert(Base):
    """A detection put before an operator.

    `state` is one of: raised, shown, confirmed, lifted, unsure, handed_over, closed, lapsed.
    `evidence` is one of: none, pending, ready, missing, erased.
    `repeats` counts the detections that were not raised beside it because the use rang too often.
    `id` is a random UUID; the evidence files and their key carry the same name.
    """

    __tablename__ = "alert"
    __table_args__ = (
        Index("ix_alert_state_raised_at", "state", "raised_at"),
        Index("ix_alert_use_id_camera_id_raised_at", "use_id", "camera_id", "raised_at"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    camera_id: Mapped[str] = mapped_column(ForeignKey("camera.id"), index=True)
    use_id: Mapped[str] = mapped_column(ForeignKey("use.id"))
    definition_digest: Mapped[str] = mapped_column(ForeignKey("definition.digest"))
    event: Mapped[str]
    severity: Mapped[int]
    state: Mapped[str]
    detected_at: Mapped[datetime]
    raised_at: Mapped[datetime]
    shown_at: Mapped[datetime | None]
    escalated_at: Mapped[datetime | None]
    duration_s: Mapped[float]
    score: Mapped[float]
    count: Mapped[int]
    repeats: Mapped[int] = mapped_column(default=0)
    zone: Mapped[str | None]
    tracks: Mapped[list[Any]] = mapped_column(JSON)
    evidence_class: Mapped[str]
    evidence: Mapped[str]
    erase_at: Mapped[datetime] = mapped_column(index=True)


class Verdict(Base):
    """What a person judged: confirmed, lifted or unsure, and why."""

    __tablename__ = "verdict"

    id: Mapped[str] = mapped_column(primary_key=True)
    alert_id: Mapped[str] = mapped_column(ForeignKey("alert.id"), unique=True)
    verdict: Mapped[str]
    reason: Mapped[str]
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime]


class Delivery(Base):
    """One handing over through one channel: only ever after a verdict, by a named person.

    `state` is one of: pending, delivered, failed.
    """

    __tablename__ = "delivery"

    id: Mapped[str] = mapped_column(primary_key=True)
    alert_id: Mapped[str] = mapped_column(ForeignKey("alert.id"), index=True)
    verdict_id: Mapped[str] = mapped_column(ForeignKey("verdict.id"))
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"))
    channel: Mapped[str]
    state: Mapped[str]
    detail: Mapped[str] = mapped_column(Sentence)
    at: Mapped[datetime]
