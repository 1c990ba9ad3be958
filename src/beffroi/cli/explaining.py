"""What `beffroi use explain` prints."""

from collections.abc import Iterator
from typing import Any

from beffroi.events.shipped import shipped_definitions
from beffroi.mandate.conditions import Condition
from beffroi.mandate.explaining import Explained, UseExplained


def plain(told: Explained) -> dict[str, Any]:
    """The answer as other programs read it."""
    return {
        "camera": told.camera_id,
        "event": told.event,
        "at": told.at,
        "runs": any(use.runs for use in told.uses),
        "uses": [
            {
                "use": use.use_id,
                "event": use.event,
                "mode": use.mode,
                "runs": use.runs,
                "why": use.why or "in force",
                "rows": [_row(row) for row in use.rows],
            }
            for use in told.uses
        ],
        "clauses": [_row(row) for row in told.clauses],
        "modes_left": {event: sorted(modes) for event, modes in told.modes_left.items()},
    }


def lines(told: Explained) -> Iterator[str]:
    """The answer as a person reads it."""
    if not told.uses:
        event = f" for {told.event}" if told.event else ""
        yield f"No use names {told.camera_id}{event}."
        ships = {voted.definition.event for voted in shipped_definitions()}
        if told.event and told.event not in ships:
            yield f"Nothing that ships looks for {told.event}: see `beffroi definition list`."
    for use in told.uses:
        yield from _use(use)
    yield from map(_line, told.clauses)
    for event, modes in told.modes_left.items():
        left = ", ".join(sorted(modes)) or "none"
        yield f"Modes that doctrines and laws leave for {event}: {left}."


def _use(use: UseExplained) -> Iterator[str]:
    kind = f" ({use.event}, {use.mode})" if use.event else ""
    yield f"{use.use_id}{kind}: " + ("it runs." if use.runs else f"it does not run: {use.why}")
    yield from map(_line, use.rows)
    yield ""


def _line(row: Condition) -> str:
    mark = "✓" if row.holds else "✗"
    said = row.asked if row.against in (None, row.asked) else f"{row.asked} {row.against}"
    source = f" [{row.source}]" if row.source else ""
    unread = " [text not verified]" if row.verified is False else ""
    return f"  {mark} {said}{source}{unread}"


def _row(row: Condition) -> dict[str, Any]:
    return {
        "asked": row.asked,
        "holds": row.holds,
        "why": row.against,
        "source": row.source,
        "verified": row.verified,
    }
