"""What `beffroi use explain` is asked, and what it prints."""

from collections.abc import Iterator
from datetime import datetime
from difflib import get_close_matches
from typing import Any

from sqlalchemy.orm import Session

from beffroi.errors import BadInput
from beffroi.events.shipped import shipped_definitions
from beffroi.mandate.cameras import list_cameras
from beffroi.mandate.conditions import Condition
from beffroi.mandate.doctrine.clauses import EVERY
from beffroi.mandate.doctrine.shipped import shipped_doctrines
from beffroi.mandate.explaining import Explained, UseExplained
from beffroi.mandate.procedure.adoption import stack_in_force
from beffroi.web.definitions import known_definitions


def require_known(session: Session, camera: str, event: str | None, now: datetime) -> None:
    """Refuse what nobody has a word for, before an answer about it is taken for one.

    Raises:
        BadInput: No such camera; or an event that nothing ships, no use and no doctrine names.
    """
    cameras = {version.camera_id for version in list_cameras(session)}
    if camera not in cameras:
        raise BadInput(
            f"There is no camera {camera}{_nearest(camera, cameras)}; "
            "`beffroi camera list` shows those known."
        )
    if event is not None and event not in (known := _events(session, now)):
        raise BadInput(
            f"Nothing here knows an event {event}{_nearest(event, known)}; "
            "`beffroi definition list` shows what is looked for."
        )


def _events(session: Session, now: datetime) -> set[str]:
    """Every event with a name: of a definition that ships or is registered, or of a doctrine."""
    shipped = [text.doctrine for text in shipped_doctrines().values()]
    return {voted.definition.event for voted in known_definitions(session)} | {
        event
        for doctrine in (*shipped, *stack_in_force(session, now).doctrines)
        for clause in doctrine.clauses
        if clause.events != EVERY
        for event in clause.events
    }


def _nearest(name: str, known: set[str]) -> str:
    close = get_close_matches(name, sorted(known), n=1, cutoff=0.4)
    return f" (did you mean {close[0]}?)" if close else ""


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
