"""The definitions that a use can apply, those stored here and those that ship, and who does."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import select
from sqlalchemy.orm import Session

from beffroi.errors import BadInput
from beffroi.events.shipped import shipped_definitions, shipped_with
from beffroi.mandate.annexes import Recorded, current
from beffroi.mandate.definition import Definition, Text, VotedText, load_definition
from beffroi.mandate.procedure.standing import State
from beffroi.mandate.reading import name_field, render
from beffroi.mandate.uses import list_uses, state_of, text_of
from beffroi.store.mandates import StoredDefinition
from beffroi.web.reading import Reading, read


@dataclass(frozen=True, slots=True)
class Applied:
    """A use that applies a definition."""

    use_id: str
    state: State


@dataclass(frozen=True, slots=True)
class Known:
    """A definition with all that is known of it.

    Args:
        voted: Its text.
        registered: Whether it is registered here; else it only ships.
        reading: The same with what is known of it.
        uses: Which apply it.
    """

    voted: VotedText
    registered: bool
    reading: Reading
    uses: Sequence[Applied]

    @property
    def definition(self) -> Definition:
        """Its parsed text."""
        return self.voted.definition


@cache
def event_titles() -> Mapping[str, Text]:
    """What people call each kind of event that ships, by its name."""
    shipped = [
        Reading(text.definition, [Recorded(one, reviewed=False) for one in shipped_with(text)])
        for text in shipped_definitions()
    ]
    return {reading.voted.event: reading.definition.title for reading in shipped}


def parameters(definition: Definition, language: str) -> list[tuple[str, str, str]]:
    """Name in the text, what it is, and its value with its unit."""
    labels = definition.labels
    return [
        (
            name,
            labels[name].get(language) or labels[name]["en"] if name in labels else name,
            render(name, value, language),
        )
        for name, value in definition.parameters.items()
    ]


FACTS = (
    "detector",
    "behaviour",
    "rate_hz",
    "person_px",
    "precisions",
    "evidence",
    "retention_days",
    "severity",
)


def facts(definition: Definition, language: str) -> list[tuple[str, str]]:
    """The fields that are neither prose nor parameters, with their names."""
    return [
        (name_field(name, language), render(name, getattr(definition, name), language))
        for name in FACTS
    ]


def known_definitions(session: Session) -> list[VotedText]:
    """Every definition once, by event, the latest version first; a changed one is left out."""
    known = {voted.digest: voted for voted in shipped_definitions()}
    for row in session.scalars(select(StoredDefinition)):
        with suppress(BadInput):
            known[row.digest] = load_definition(row.canonical, row.digest)
    return sorted(
        known.values(), key=lambda voted: (voted.definition.event, -voted.definition.version)
    )


def read_definitions(session: Session, now: datetime) -> list[Known]:
    """Every definition that is registered here or ships, by event, the latest version first."""
    applied = _applied(session, now)
    return [_known(session, voted, applied) for voted in known_definitions(session)]


def read_definition(session: Session, digest: str, now: datetime) -> Known | None:
    """One of them by its hash; None if there is none.

    Raises:
        BadInput: The stored text is not the one registered.
    """
    row = session.get(StoredDefinition, digest)
    voted = (
        next((one for one in shipped_definitions() if one.digest == digest), None)
        if row is None
        else load_definition(row.canonical, digest)
    )
    return None if voted is None else _known(session, voted, _applied(session, now))


def author_of(session: Session, digest: str, kind: str, language: str | None) -> str | None:
    """Pseudonym of who recorded the annex in use."""
    row = current(session, digest, kind, language)
    return None if row is None else row.author


def _known(session: Session, voted: VotedText, applied: Mapping[str, Sequence[Applied]]) -> Known:
    registered = session.get(StoredDefinition, voted.digest) is not None
    return Known(voted, registered, read(session, voted), applied.get(voted.digest, ()))


def _applied(session: Session, now: datetime) -> dict[str, list[Applied]]:
    found: dict[str, list[Applied]] = {}
    for use in list_uses(session):
        try:
            digest = text_of(session, use).text.definition
            found.setdefault(digest, []).append(Applied(use.id, state_of(session, use, now)))
        except BadInput:
            # A text that was changed applies nothing; its own page says what is wrong.
            continue
    return found
