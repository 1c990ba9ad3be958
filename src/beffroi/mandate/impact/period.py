"""Which days a report covers."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from beffroi.errors import BadInput
from beffroi.mandate.impact.duties import months_after
from beffroi.words import say


class Span(StrEnum):
    """What a report covers."""

    WEEK = "week"
    QUARTER = "quarter"


@dataclass(frozen=True, slots=True)
class Period:
    """Days of a report.

    Args:
        first: First day.
        last: Last day, included.
        since: First moment.
        until: First moment no longer counted.
    """

    first: date
    last: date
    since: datetime
    until: datetime


def period(span: Span, before: date, timezone: str) -> Period:
    """The last whole week (from Monday) or quarter of the year before a day.

    Args:
        span: How long.
        before: A day of the following week or quarter; the report covers none of its days.
        timezone: In which days begin and end.

    Raises:
        BadInput: No such time zone.
    """
    if span is Span.WEEK:
        end = before - timedelta(days=before.weekday())
        first = end - timedelta(weeks=1)
    else:
        end = date(before.year, 3 * ((before.month - 1) // 3) + 1, 1)
        first = months_after(end, -3)
    try:
        zone = ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise BadInput(
            say("{zone!r} is not a time zone, e.g. Europe/Paris.", zone=timezone)
        ) from error
    since, until = (datetime.combine(day, time(), zone) for day in (first, end))
    return Period(first, end - timedelta(days=1), since, until)
