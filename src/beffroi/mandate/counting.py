"""What a use counts by quarters of an hour: numbers, and no trace of who was counted.

One car at three in the morning is somebody's. What a quarter counted too little of is told with the
next one that there was any, so that sums stay right and no small number stays in the database.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from beffroi.store.mandates import UseCount

QUARTER: Final = timedelta(minutes=15)

DETECTIONS: Final = "detections"
PERSON_SECONDS: Final = "person_seconds"
"""Seconds that people were there, added over all of them; over `WATCHED_SECONDS`, their mean."""

WATCHED_SECONDS: Final = "watched_seconds"

SPEED: Final = "speed:"
TIMED: Final = "timed:"
"""Sum of speeds over a line, and of how many vehicles it is."""

SETTLED: Final = timedelta(minutes=2)
"""So long after its end a quarter is told, and never changes again: what comes later would tell
itself by the difference."""

LEAST: Final = 5
"""Fewer than this are nobody's business; a speed is told of twice as many."""
LEAST_SECONDS: Final = 300
"""Of people, or of vehicles that stand: as five of them make in a minute."""


@dataclass(frozen=True, slots=True)
class Count:
    """One number, as it may be told.

    Args:
        quarter: When the quarter of an hour began (UTC).
        camera_id: Where.
        what: The name of the number. A speed is the mean of the quarter, in km/h.
        value: The number; None where it is of so few that it is not told.
        fewer_than: Of how many there are fewer, where it is not told.
    """

    quarter: datetime
    camera_id: str
    what: str
    value: int | None
    fewer_than: int | None


def quarter_of(moment: datetime) -> datetime:
    """The beginning of the quarter of an hour that holds a moment (UTC)."""
    utc = moment.astimezone(UTC)
    return utc.replace(minute=utc.minute // 15 * 15, second=0, microsecond=0)


def count(
    session: Session,
    use_id: str,
    camera_id: str,
    moment: datetime,
    what: str,
    value: int,
    *,
    now: datetime | None = None,
) -> None:
    """Add to the count of a quarter; adding nothing says that the use was running.

    At `now`, which is `moment` if not given, what comes too late for its quarter counts for this.
    """
    now = now or moment
    quarter = quarter_of(now if _told(quarter_of(moment), now) else moment)
    row = session.scalars(
        _rows(use_id)
        .where(
            UseCount.camera_id == camera_id,
            UseCount.quarter <= quarter,
            UseCount.what == what,
        )
        .order_by(UseCount.quarter.desc())
        .limit(1)
        .with_for_update()
    ).first()
    if row is not None and row.quarter == quarter:
        row.value += value
        return
    if row is not None and _fewer_than(session, row):
        value, row.value = value + row.value, 0
    session.add(
        UseCount(use_id=use_id, camera_id=camera_id, quarter=quarter, what=what, value=value)
    )
    session.flush()


def counted(session: Session, use_id: str, now: datetime) -> Iterator[Count]:
    """All that a use has counted and that may be told, in order of time, camera and name.

    Of the quarter that runs at `now` nothing is: whoever asks every minute would see each one pass.
    """
    over = _rows(use_id).where(UseCount.quarter < quarter_of(now - SETTLED))
    ordered = over.order_by(UseCount.quarter, UseCount.camera_id, UseCount.what)
    for row in session.scalars(ordered).all():
        if row.what.startswith(TIMED):
            continue  # beside the numbers by kind, it would tell the kind that is not told
        few, value = _fewer_than(session, row), row.value
        if row.what.startswith(SPEED) and value and not few:
            value = round(value / _timed(session, row))
        yield Count(row.quarter, row.camera_id, row.what, None if few else value, few)


def _told(quarter: datetime, now: datetime) -> bool:
    return quarter < quarter_of(now - SETTLED)


def _fewer_than(session: Session, row: UseCount) -> int | None:
    """Of how many a number is too few to be told; None if it may be told."""
    least, of = LEAST, row.value
    if row.what == WATCHED_SECONDS:
        return None
    if row.what.endswith("_seconds"):
        least = LEAST_SECONDS
    elif row.what.startswith((SPEED, TIMED)):
        least, of = 2 * LEAST, _timed(session, row)
    return least if of < least and (of or row.value) else None


def _timed(session: Session, row: UseCount) -> int:
    """Of how many vehicles a speed is; none where they were carried to a later quarter first."""
    if row.what.startswith(TIMED):
        return row.value
    timed = session.scalars(
        _rows(row.use_id).where(
            UseCount.camera_id == row.camera_id,
            UseCount.quarter == row.quarter,
            UseCount.what == TIMED + row.what.removeprefix(SPEED),
        )
    ).first()
    return 0 if timed is None else timed.value


def _rows(use_id: str) -> Select[UseCount]:
    return select(UseCount).where(UseCount.use_id == use_id)
