"""Duties as an iCalendar file (RFC 5545) that any agenda subscribes to."""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Final

from beffroi.mandate.impact.duties import Duty
from beffroi.mandate.impact.reminders import Marks, is_done
from beffroi.mandate.reading import in_language

LINE_OCTETS: Final = 75
"""Longest line without its end, section 3.1."""


def calendar(
    duties: Iterable[Duty],
    marks: Marks,
    language: str,
    at: datetime,
) -> bytes:
    """Write duties as events of a whole day; one that was done rings no more.

    The same duty of the same day always has the same identifier, so that an agenda which reads the
    file again moves nothing and shows nothing twice.

    Args:
        duties: What is due.
        marks: What was done (:func:`~.reminders.done_marks`).
        language: Of the words.
        at: When this was written, aware.
    """
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Beffroi//Duties//EN", "METHOD:PUBLISH"]
    for duty in duties:
        lines.extend(_event(duty, language, at, ring=not is_done(duty, marks)))
    lines.append("END:VCALENDAR")
    return b"".join(_fold(line) for line in lines)


def _event(duty: Duty, language: str, at: datetime, *, ring: bool) -> Iterator[str]:
    concerned = " · ".join(part for part in (duty.use_id, duty.about) if part)
    title = in_language(duty.text.title, language) + (f" ({concerned})" if concerned else "")
    source = duty.text.source if duty.text.verified else f"{duty.text.source} †"
    yield "BEGIN:VEVENT"
    yield f"UID:{_identifier(duty)}"
    yield f"DTSTAMP:{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    yield f"DTSTART;VALUE=DATE:{duty.due:%Y%m%d}"
    yield f"SUMMARY;LANGUAGE={language}:{_escape(title)}"
    yield f"DESCRIPTION:{_escape(source)}"
    yield f"CATEGORIES:{_escape(duty.name)}"
    yield "TRANSP:TRANSPARENT"
    if ring:
        yield "BEGIN:VALARM"
        yield "ACTION:DISPLAY"
        yield f"DESCRIPTION:{_escape(title)}"
        yield f"TRIGGER:-P{duty.text.remind_days}D"
        yield "END:VALARM"
    yield "END:VEVENT"


def _identifier(duty: Duty) -> str:
    named = "\n".join((duty.use_id or "", duty.key, duty.due.isoformat()))
    return f"{hashlib.sha256(named.encode()).hexdigest()[:32]}@beffroi"


def _escape(text: str) -> str:
    """A text value, section 3.3.11."""
    for character in ("\\", ";", ","):
        text = text.replace(character, f"\\{character}")
    return "\\n".join(text.splitlines())


def _fold(line: str) -> bytes:
    """A content line in lines of at most 75 octets, never cut within a character."""
    folded, rest = b"", line.encode()
    while len(rest) > LINE_OCTETS:
        cut = LINE_OCTETS
        while rest[cut] & 0xC0 == 0x80:
            cut -= 1
        folded, rest = folded + rest[:cut] + b"\r\n", b" " + rest[cut:]
    return folded + rest + b"\r\n"
