"""Weekly hours, read on the wall clock of a time zone."""

import re
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from beffroi.errors import BadInput
from beffroi.words import say

Hours = dict[str, list[tuple[str, str]]]
"""Weekday "0" (Monday) to "6" → spans ("HH:MM", "HH:MM"), end not included."""

ALWAYS: Final[Hours] = {str(day): [("00:00", "24:00")] for day in range(7)}


def within_hours(hours: Hours, timezone: str, now: datetime) -> bool:
    """Whether `now` lies in the weekly hours."""
    local = now.astimezone(ZoneInfo(timezone))
    minute = local.hour * 60 + local.minute
    spans = hours.get(str(local.weekday()), [])
    return any(parse_minute(start) <= minute < parse_minute(end) for start, end in spans)


def seconds_of(hours: Hours, day: date) -> int:
    """How long the weekly hours are on a day; clocks that change are left aside."""
    spans = hours.get(str(day.weekday()), [])
    return 60 * sum(parse_minute(end) - parse_minute(start) for start, end in spans)


def check_hours(hours: Hours) -> None:
    """Refuse spans that hold no minute.

    Raises:
        BadInput: Not a day of the week, not an hour, or an end that is not after its start.
    """
    for day, spans in hours.items():
        if day not in ALWAYS:
            raise BadInput(say("{day!r} is not a weekday, 0 (Monday) to 6 (Sunday).", day=day))
        for start, end in spans:
            if parse_minute(start) >= parse_minute(end):
                raise BadInput(
                    say("The hours {start} to {end} hold no minute.", start=start, end=end)
                )


def parse_minute(text: str) -> int:
    """Minutes since midnight of "HH:MM"; "24:00" is the end of the day.

    Raises:
        BadInput: Not an hour of the day.
    """
    if text == "24:00":
        return 24 * 60
    if not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", text):
        raise BadInput(say("{text!r} is not an hour, e.g. 08:30.", text=text))
    return int(text[:2]) * 60 + int(text[3:])


def zone_of(name: str) -> ZoneInfo:
    """A time zone by its IANA name.

    Raises:
        BadInput: There is none of that name.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise BadInput(say("{zone!r} is not a time zone, e.g. Europe/Paris.", zone=name)) from error
