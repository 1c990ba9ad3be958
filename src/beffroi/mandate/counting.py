"""What a use counts by quarters of an hour: numbers, and no trace of who was counted.

One car at three in the morning is somebody's, and so is an hour on a bench. What a quarter counted
too little of, or of too few, is told with the next one that there was any, so that sums stay right
and no small number stays in the database.
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
"""Seconds in which somebody looked, as far as it was as often as was voted: half of them at half
of the rate."""

SPEED: Final = "speed:"
TIMED: Final = "timed:"
"""Sum of speeds over a line, and of how many vehicles it is."""

SETTLED: Final = timedelta(minutes=2)
"""So long after its end a quarter is told, and never changes again: what comes later would tell
itself by the difference."""

LEAST: Final = 5
"""Fewer than this are nobody's business; a speed is told of twice as many."""
LEAST_SECONDS: Final = 300
"""Of people, or of vehicles that stand: as five of them make in a minute, and no fewer ever do."""

SHARED: Final = "shared:"
"""The same seconds, of which nobody gives more than a fifth of `LEAST_SECONDS`."""

_HIDDEN: Final = (TIMED, SHARED)
"""What only says of how many another number is; beside it, it would tell what that does not."""


@dataclass(frozen=True, slots=True)
class Count:
    """One number, as it may be told.

    Args:
        quarter: When the quarter of an hour began (UTC).
        camera_id: Where.
        what: The name of the number. A speed is the mean of the quarter, in km/h.
        value: The number; None where it is of so few that it is not told, or a speed that nobody
            was measured at.
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
    now: datetime,
) -> None:
    """Add to the count of a quarter; adding nothing says that the use was running.

    What comes too late for its quarter counts for that of `now`.
    """
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
    if row is not None and _fewer_than(row, _of(row, _hidden_beside(session, row))):
        value, row.value = value + row.value, 0
    session.add(
        UseCount(use_id=use_id, camera_id=camera_id, quarter=quarter, what=what, value=value)
    )
    session.flush()


def counted(
    session: Session, use_id: str, now: datetime, since: datetime | None = None
) -> Iterator[Count]:
    """All that a use has counted and that may be told, in order of time, camera and name.

    Of the quarter that runs at `now` nothing is: whoever asks every minute would see each one pass.
    """
    over = _rows(use_id).where(UseCount.quarter < quarter_of(now - SETTLED))
    if since is not None:
        over = over.where(UseCount.quarter >= since)
    rows = session.scalars(over.order_by(UseCount.quarter, UseCount.camera_id, UseCount.what)).all()
    hidden = {_key(row, row.what): row.value for row in rows if row.what.startswith(_HIDDEN)}
    for row in rows:
        if row.what.startswith(_HIDDEN):
            continue
        of = _of(row, hidden.get(_key(row, _beside(row.what)), 0))
        few = _fewer_than(row, of)
        yield Count(row.quarter, row.camera_id, row.what, None if few else _value(row, of), few)


def _told(quarter: datetime, now: datetime) -> bool:
    return quarter < quarter_of(now - SETTLED)


def _fewer_than(row: UseCount, of: int) -> int | None:
    """Of how many a number is too few to be told; None if it may be told."""
    if row.what == WATCHED_SECONDS:
        return None
    least = LEAST
    if row.what.endswith("_seconds"):
        least = LEAST_SECONDS
    elif row.what.startswith((SPEED, TIMED)):
        least = 2 * LEAST
    return least if of < least and (of or row.value) else None


def _value(row: UseCount, of: int) -> int | None:
    if not row.what.startswith(SPEED):
        return row.value
    return round(row.value / of) if of else None


def _of(row: UseCount, beside: int) -> int:
    """How many a number is of: itself, or what is hidden beside it."""
    return beside if _beside(row.what) else row.value


def _beside(what: str) -> str:
    """The name of the hidden number that says of how many another one is; empty if itself does."""
    if what.startswith(SPEED):
        return TIMED + what.removeprefix(SPEED)
    return SHARED + what if what.endswith("_seconds") and not what.startswith(SHARED) else ""


def _hidden_beside(session: Session, row: UseCount) -> int:
    """None where it was carried to a later quarter first."""
    found = session.scalars(
        _rows(row.use_id).where(
            UseCount.camera_id == row.camera_id,
            UseCount.quarter == row.quarter,
            UseCount.what == _beside(row.what),
        )
    ).first()
    return 0 if found is None else found.value


def _key(row: UseCount, what: str) -> tuple[datetime, str, str]:
    return row.quarter, row.camera_id, what


def _rows(use_id: str) -> Select[UseCount]:
    return select(UseCount).where(UseCount.use_id == use_id)
