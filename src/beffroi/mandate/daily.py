"""What a use counted, day by day where it is: for whoever reads a page, or counts days of trial."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from beffroi.mandate.counting import SPEED, WATCHED_SECONDS, counted
from beffroi.mandate.hours import seconds_of
from beffroi.mandate.use_text import UseText
from beffroi.store.mandates import UseCount

SHOWN: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Day:
    """One day on one camera.

    Args:
        day: Where the use is.
        camera_id: The camera.
        watched_s: Seconds watched, as far as the voted rate was kept.
        hours_s: Seconds of the voted hours.
        numbers: What was counted, by name; None where it is of too few to be told yet. Speeds are
            told by quarters alone: a mean of means is none.
    """

    day: date
    camera_id: str
    watched_s: int
    hours_s: int
    numbers: Mapping[str, int | None]

    @property
    def whole(self) -> bool:
        """Whether it counts as a day on which somebody looked."""
        return 2 * self.watched_s >= self.hours_s


def last_days(session: Session, text: UseText, now: datetime) -> list[Day]:
    """The last days on which a use counted, the latest first; of each, what may be told so far."""
    latest = session.scalar(select(func.max(UseCount.quarter)).where(UseCount.use_id == text.use))
    if latest is None:
        return []
    since = text.start_of(text.today(latest) - SHOWN)
    watched: Counter[tuple[date, str]] = Counter()
    numbers: dict[tuple[date, str], dict[str, int | None]] = defaultdict(dict)
    for row in counted(session, text.use, now, since):
        key = text.today(row.quarter), row.camera_id
        if row.what == WATCHED_SECONDS:
            watched[key] += row.value or 0
        elif not row.what.startswith(SPEED):
            before = numbers[key].get(row.what)
            few = row.value is None and not before
            numbers[key][row.what] = None if few else (before or 0) + (row.value or 0)
    return [
        Day(day, camera, watched[day, camera], seconds_of(text.hours, day), numbers[day, camera])
        for day, camera in sorted(numbers.keys() | watched.keys(), reverse=True)
    ]


def days_watched(session: Session, text: UseText, camera_id: str) -> set[date]:
    """The days on which a use looked for at least half of its hours, as often as was voted."""
    rows = session.scalars(
        select(UseCount).where(
            UseCount.use_id == text.use,
            UseCount.camera_id == camera_id,
            UseCount.what == WATCHED_SECONDS,
        )
    )
    watched: Counter[date] = Counter()
    for row in rows:
        watched[text.today(row.quarter)] += row.value
    return {
        day
        for day, seconds in watched.items()
        if Day(day, camera_id, seconds, seconds_of(text.hours, day), {}).whole
    }
