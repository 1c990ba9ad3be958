"""What a use has counted, as people read it and as other programs do."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy.orm import Session

from beffroi.mandate.cameras import names_of
from beffroi.mandate.counting import DETECTIONS, PERSON_SECONDS, counted
from beffroi.mandate.daily import Day, last_days
from beffroi.mandate.modes import Mode
from beffroi.mandate.use_text import UseText
from beffroi.words import say

_NAMES: Final = {
    DETECTIONS: say("detections"),
    PERSON_SECONDS: say("minutes of presence, added over everybody"),
    "occupied_seconds": say("minutes with a vehicle"),
    "queue_seconds": say("minutes with a queue"),
    "queued_vehicle_seconds": say("minutes of waiting, added over all vehicles"),
}


@dataclass(frozen=True, slots=True)
class DayCounts:
    """One day on one camera.

    Args:
        day: Where the use is.
        camera: What people call the camera.
        watched: Minutes watched, as far as the voted rate was kept.
        hours: Minutes of the voted hours.
        whole: Whether it counts as a day on which somebody looked.
        numbers: Names and numbers; None where it is of too few to be told yet.
    """

    day: date
    camera: str
    watched: int
    hours: int
    whole: bool
    numbers: Sequence[tuple[str, int | None]]


def last_counts(session: Session, text: UseText, now: datetime) -> list[DayCounts] | None:
    """The last days of a use that counts, the latest first; None of one that does not."""
    if text.mode not in (Mode.STATISTICS, Mode.SHADOW):
        return None
    names = names_of(session, text.cameras)
    return [
        DayCounts(
            one.day,
            names[one.camera_id],
            one.watched_s // 60,
            one.hours_s // 60,
            one.whole,
            list(_numbers(one)),
        )
        for one in last_days(session, text, now)
    ]


def as_table(session: Session, use_id: str, now: datetime) -> str:
    """All quarters of an hour as comma-separated values; times are UTC, speeds are in km/h."""
    lines = io.StringIO()
    writer = csv.writer(lines)
    writer.writerow(("quarter", "camera", "what", "value", "fewer_than"))
    for row in counted(session, use_id, now):
        quarter = row.quarter.isoformat()
        camera, what = _cell(row.camera_id), _cell(row.what)
        writer.writerow((quarter, camera, what, row.value, row.fewer_than))
    return lines.getvalue()


def _cell(text: str) -> str:
    """A text that no spreadsheet takes for a formula, whatever it separates cells by.

    See https://owasp.org/www-community/attacks/CSV_Injection: people name lines as they like.
    """
    one = re.sub(r"[;\t\r\n]", " ", text)
    return f"'{one}" if one.lstrip()[:1] in tuple("=+-@") else one


def _numbers(one: Day) -> Iterator[tuple[str, int | None]]:
    for what, value in one.numbers.items():
        lasting = what.endswith("_seconds")
        yield _name(what), value // 60 if value and lasting else value


def _name(what: str) -> str:
    kind, _, rest = what.partition(":")
    line, _, vehicle = rest.rpartition(":")
    if kind == "passed":
        return say("{vehicle} at {line}", vehicle=vehicle, line=line)
    return _NAMES.get(what, what)
