"""Why a use runs on a camera or not, clause by clause: what the gate asks, all of it, with sources.

It asks exactly what the gate asks, and goes on where the gate stops. Where no use names the camera
for an event, it says what the doctrines and laws leave.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from beffroi.clock import Clock
from beffroi.mandate.conditions import Condition, Matter, conditions
from beffroi.mandate.doctrine.explaining import Outcome, Row
from beffroi.mandate.doctrine.stack import Stack
from beffroi.mandate.doctrine.translations import told
from beffroi.mandate.equipment import Equipment
from beffroi.mandate.fitness import fitness
from beffroi.mandate.gate import Refusal, Votes, hour_now
from beffroi.mandate.lawful import asked_about
from beffroi.mandate.modes import Mode
from beffroi.mandate.reading import word
from beffroi.mandate.soundness import UNREADABLE, require_sound, why_unreadable
from beffroi.mandate.timekeeping import Timekeeper
from beffroi.store.cameras import CameraVersion
from beffroi.store.mandates import Use
from beffroi.words import LANGUAGES, Quoted, say

_OBSTACLES: Final = frozenset({Outcome.REFUSES, Outcome.UNLISTED, Outcome.NEEDS_LAW})
_SILENT: Final = frozenset({Outcome.ASKS, Outcome.NOT_HERE})
"""Clauses about the procedure, or about other places and hours, decide nothing here and now."""


@dataclass(frozen=True, slots=True)
class UseExplained:
    """One use on one camera.

    Args:
        use_id: The use.
        event: The kind of event that it looks for; empty where its text cannot be read.
        mode: How far it goes, if its text can be read.
        rows: What is asked, in the order of asking.
    """

    use_id: str
    event: str
    mode: Mode | None
    rows: tuple[Condition, ...]

    @property
    def runs(self) -> bool:
        """Whether everything holds."""
        return all(row.holds for row in self.rows)

    @property
    def why(self) -> str:
        """The first thing that does not hold; empty if it runs."""
        return next((row.against for row in self.rows if row.against is not None), "")


@dataclass(frozen=True, slots=True)
class Explained:
    """Why something is looked for on a camera at a moment, or not.

    Args:
        camera_id: The camera.
        event: The kind of event asked about; None for all that a use names.
        at: The moment.
        uses: Every use that names the camera for this event.
        clauses: What doctrines and laws say of the event in live mode, where no use names it.
        modes_left: In which modes nothing objects, by event.
    """

    camera_id: str
    event: str | None
    at: datetime
    uses: tuple[UseExplained, ...]
    clauses: tuple[Condition, ...]
    modes_left: Mapping[str, frozenset[Mode]]


def explain(
    session: Session,
    camera_id: str,
    event: str | None,
    clock: Clock,
    at: datetime | None = None,
    equipment: Equipment | None = None,
) -> Explained:
    """Explain a camera.

    Args:
        session: Any session.
        camera_id: The camera.
        event: A kind of event; None for every one that a use names.
        clock: Tells the present.
        at: Another moment to ask about, aware; acts recorded later do not count, and of the clock
            nothing is asked.
        equipment: What this installation can run; None where nobody here can tell.

    Raises:
        BadInput: No such camera, or the doctrines were changed behind their adoption.
        Tampered: Rows that decide were changed by hand.
    """
    require_sound(session)
    if at is None:
        hour = hour_now(session, Timekeeper(clock))
        votes, answers = hour.votes, hour.ask(camera_id)
    else:
        votes, answers = Votes(session, at), []
    closed = {one.use_id: one.reason for one in answers if isinstance(one, Refusal)}
    camera = votes.records.version(camera_id)
    here = votes.records.uses(camera_id)
    told = [_use(use, camera, votes, equipment, closed) for use in here]
    uses = tuple(each for each in told if event is None or each.event in (event, ""))
    events = sorted({each.event for each in uses if each.event} | ({event} if event else set()))
    named, now = any(each.event for each in uses), votes.records.now
    return Explained(
        camera_id,
        event,
        now,
        uses,
        () if event is None or named else tuple(_clauses(votes.stack, (event,), Mode.LIVE, now)),
        {each: votes.stack.modes_left(each, now) for each in events},
    )


def _use(
    use: Use,
    camera: CameraVersion,
    votes: Votes,
    equipment: Equipment | None,
    closed: Mapping[str, str],
) -> UseExplained:
    asked = say("Its texts are stored as they were voted.")
    try:
        matter = votes.matter(use)
        rows = [
            Condition(asked, None, matter.text.definition),
            *_rows(use, matter, camera, votes, equipment),
        ]
    except UNREADABLE as error:
        return UseExplained(use.id, "", None, (Condition(asked, why_unreadable(error)),))
    # What no condition explains, the clock does: the gate asks it before all others.
    against = closed.get(use.id)
    told = any(row.against == against for row in rows)
    clock = Condition(say("This machine's clock can be believed."), None if told else against)
    return UseExplained(use.id, matter.voted.definition.event, matter.text.mode, (clock, *rows))


def _rows(
    use: Use,
    matter: Matter,
    camera: CameraVersion,
    votes: Votes,
    equipment: Equipment | None,
) -> Iterator[Condition]:
    text, definition = matter.text, matter.voted.definition
    first, *others = conditions(votes.records, use, matter, camera.camera_id, votes.stack)
    yield first
    here, places = text.local(votes.records.now), frozenset(text.places)
    yield from _clauses(votes.stack, asked_about(definition), text.mode, here, places)
    yield from others
    yield from fitness(votes.records, definition, camera, equipment)


def _clauses(
    stack: Stack,
    events: Sequence[str],
    mode: Mode,
    at: datetime,
    places: frozenset[str] | None = None,
) -> Iterator[Condition]:
    """Every clause that opens or closes an event here and now."""
    for event in events:
        told = stack.explain(event, mode, at, places)
        yield from (_clause(row) for row in told.rows if row.outcome not in _SILENT)


def _clause(row: Row) -> Condition:
    said: dict[str, str] = {language: _said(row, language) for language in LANGUAGES}
    return Condition(
        asked=Quoted(said),
        against=Quoted(said) if row.outcome in _OBSTACLES else None,
        source="" if row.clause is None else row.clause.source,
        verified=None if row.clause is None else row.clause.verified,
    )


def _said(row: Row, language: str) -> str:
    title = told(row.doctrine.title, language)
    return word("outcomes", "said", language).format(
        clause=title if row.clause is None else f"{title}, {row.clause.id}",
        outcome=word("outcomes", row.outcome, language),
        why=row.why(language),
    )
