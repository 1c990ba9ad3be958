"""What a use counts by quarters of an hour: numbers, and no trace of who was counted."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from beffroi.store.mandates import UseCount

QUARTER: Final = timedelta(minutes=15)

DETECTIONS: Final = "detections"
PERSON_SECONDS: Final = "person_seconds"
"""Seconds that people were there, added over all of them; over `WATCHED_SECONDS`, their mean."""

WATCHED_SECONDS: Final = "watched_seconds"


def quarter_of(moment: datetime) -> datetime:
    """The beginning of the quarter of an hour that holds a moment (UTC)."""
    utc = moment.astimezone(UTC)
    return utc.replace(minute=utc.minute // 15 * 15, second=0, microsecond=0)


def count(
    session: Session, use_id: str, camera_id: str, moment: datetime, what: str, value: int
) -> None:
    """Add to the count of a quarter; adding nothing says that the use was running."""
    quarter = quarter_of(moment)
    row = session.scalars(
        select(UseCount)
        .where(
            UseCount.use_id == use_id,
            UseCount.camera_id == camera_id,
            UseCount.quarter == quarter,
            UseCount.what == what,
        )
        .with_for_update()
    ).first()
    if row is None:
        session.add(
            UseCount(use_id=use_id, camera_id=camera_id, quarter=quarter, what=what, value=value)
        )
        session.flush()
    else:
        row.value += value


def counted(session: Session, use_id: str) -> Sequence[UseCount]:
    """All that a use has counted, in order of time, camera and name."""
    return session.scalars(
        select(UseCount)
        .where(UseCount.use_id == use_id)
        .order_by(UseCount.quarter, UseCount.camera_id, UseCount.what)
    ).all()
