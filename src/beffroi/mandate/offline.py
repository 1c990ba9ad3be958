"""How long a use may run on after the gate was last heard: as voted, and never past its own end.

A site with a poor link holds its permit for longer. The permit still ends where the use would have
been closed: at the end of its hours, of its term, or of the law that it rests on.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day
from itertools import chain, pairwise
from typing import Final
from zoneinfo import ZoneInfo

from beffroi.mandate.conditions import Matter
from beffroi.mandate.doctrine.stack import Stack
from beffroi.mandate.hours import parse_minute, within_hours
from beffroi.mandate.lawful import objection
from beffroi.mandate.permit import TERM_S

_MIDNIGHT: Final = 24 * 60


def offline_s(matter: Matter, stack: Stack, now: datetime) -> float:
    """Seconds for which a use that is open now may run unheard.

    Args:
        matter: A use that may run at `now`.
        stack: The doctrines in force.
        now: The moment from which it counts.

    Returns:
        At least the term of any permit, at most a day.
    """
    longest = float(matter.text.max_offline_s)
    if longest <= TERM_S:
        return TERM_S
    horizon = now + timedelta(seconds=longest)
    ends = (
        edge
        for edge in _edges(matter, stack, now)
        if edge < horizon and _closed(matter, stack, edge)
    )
    return max(TERM_S, (min(ends, default=horizon) - now).total_seconds())


def _closed(matter: Matter, stack: Stack, moment: datetime) -> bool:
    text, standing = matter.text, matter.standing
    return (
        moment >= standing.end(text)
        or not within_hours(text.hours, text.timezone, moment)
        or objection(stack, matter.voted.definition, text, moment) is not None
    )


def _edges(matter: Matter, stack: Stack, now: datetime) -> Iterator[datetime]:
    """Every moment of the coming day at which hours, a law or the use itself may end."""
    text = matter.text
    spans = (end for day in text.hours.values() for _, end in day)
    clauses = (clause for doctrine in stack.doctrines for clause in doctrine.clauses)
    times = (edge for clause in clauses for hours in clause.times for edge in hours.split("-"))
    minutes = {_MIDNIGHT, *(parse_minute(edge) for edge in chain(spans, times))}
    today = text.today(now)
    local = (
        _moment(today + timedelta(days=ahead), minute, text.timezone, fold)
        for ahead in range(2)
        for minute in minutes
        for fold in (0, 1)
    )
    found = chain([matter.standing.end(text)], local, _changes(now, text.timezone))
    yield from (edge for edge in found if edge > now)


def _changes(now: datetime, timezone: str) -> Iterator[datetime]:
    """The moments of the next day at which the wall clocks are put forward or back."""
    zone = ZoneInfo(timezone)
    half = now.replace(minute=now.minute // 30 * 30, second=0, microsecond=0)
    steps = (half + timedelta(minutes=30 * step) for step in range(50))
    for before, after in pairwise(steps):
        if before.astimezone(zone).utcoffset() != after.astimezone(zone).utcoffset():
            yield after


def _moment(day: date, minute: int, timezone: str, fold: int) -> datetime:
    """A minute of a day on the wall clocks; an hour that comes twice has two."""
    day += timedelta(days=minute // _MIDNIGHT)
    hour, minute = divmod(minute % _MIDNIGHT, 60)
    wall = time_of_day(hour, minute, fold=fold)
    return datetime.combine(day, wall, ZoneInfo(timezone)).astimezone(UTC)
