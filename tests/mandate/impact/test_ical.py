"""The calendar file, read back by the rules of RFC 5545."""

from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from beffroi.mandate.impact.duties import Duty, DutyText, table
from beffroi.mandate.impact.ical import calendar
from beffroi.words import LANGUAGES

AT = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
EFFECT = Duty("effect", date(2027, 1, 1), table()["effect"], "falls")


def unfolded(file: bytes) -> list[str]:
    """Content lines, section 3.1: ended by CRLF, folded before a blank, at most 75 octets."""
    assert file.endswith(b"\r\n")
    raw = file.removesuffix(b"\r\n").split(b"\r\n")
    assert all(len(line) <= 75 and b"\n" not in line and b"\r" not in line for line in raw)
    for line in raw:
        line.decode()  # no character is cut
    return file.replace(b"\r\n ", b"").decode().removesuffix("\r\n").split("\r\n")


def events(file: bytes) -> list[dict[str, str]]:
    """Name (with parameters) → value of each event; blocks must be well nested."""
    open_blocks: list[str] = []
    found: list[dict[str, str]] = []
    for line in unfolded(file):
        name, _, value = line.partition(":")
        if name == "BEGIN":
            open_blocks.append(value)
            if value == "VEVENT":
                found.append({})
        elif name == "END":
            assert open_blocks.pop() == value
        elif open_blocks[-1] == "VEVENT":
            assert name not in found[-1], "each of these may stand once"
            found[-1][name] = value
        elif open_blocks[-1] == "VALARM":
            found[-1][f"ALARM {name}"] = value
    assert open_blocks == []
    return found


def read(text: str) -> str:
    """A text value, section 3.3.11."""
    out, characters = "", iter(text)
    for character in characters:
        if character == "\\":
            character = {"n": "\n", "N": "\n"}.get(escaped := next(characters), escaped)
        else:
            assert character not in ";,", text
        out += character
    return out


def test_an_event_says_what_is_due_and_rings_ahead() -> None:
    (event,) = events(calendar([EFFECT], frozenset(), "fr", AT))
    assert event["DTSTART;VALUE=DATE"] == "20270101"
    assert event["DTSTAMP"] == "20261122T093000Z"
    assert read(event["SUMMARY;LANGUAGE=fr"]) == "Entrée en vigueur (falls)"
    assert event["ALARM TRIGGER"] == "-P7D"
    assert event["ALARM ACTION"] == "DISPLAY"


def test_the_file_is_a_calendar() -> None:
    lines = unfolded(calendar([], frozenset(), "en", AT))
    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[-1] == "END:VCALENDAR"
    assert "VERSION:2.0" in lines
    assert sum(line.startswith("PRODID:") for line in lines) == 1


def test_the_identifier_stays_and_tells_duties_apart() -> None:
    other = Duty("effect", date(2027, 1, 2), table()["effect"], "falls")
    about = Duty("effect", date(2027, 1, 1), table()["effect"], "falls", "x")
    ids = [
        event["UID"] for event in events(calendar([EFFECT, other, about], frozenset(), "fr", AT))
    ]
    later = datetime(2027, 3, 1, tzinfo=UTC)
    again = [event["UID"] for event in events(calendar([EFFECT], frozenset(), "en", later))]
    assert len(set(ids)) == 3
    assert again == ids[:1]


def test_what_was_done_rings_no_more() -> None:
    marks = frozenset({("falls", "effect", date(2027, 1, 1))})
    (event,) = events(calendar([EFFECT], marks, "fr", AT))
    assert "ALARM TRIGGER" not in event


def test_what_nobody_read_again_is_marked() -> None:
    duty = Duty("dpia_review", date(2027, 1, 1), table()["dpia_review"], "falls")
    (event,) = events(calendar([duty], frozenset(), "fr", AT))
    assert event["DESCRIPTION"].endswith("†")


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["C", "Zl", "Zp"])))
def test_any_title_comes_back_whole(title: str) -> None:
    said = dict.fromkeys(LANGUAGES, f"a{title}")
    text = DutyText(title=said, source="s", verified=True, remind_days=1)
    (event,) = events(calendar([Duty("x", date(2027, 1, 1), text)], frozenset(), "fr", AT))
    assert read(event["SUMMARY;LANGUAGE=fr"]) == f"a{title}"
    assert read(event["ALARM DESCRIPTION"]) == f"a{title}"
