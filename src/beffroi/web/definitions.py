"""The definitions that a use can apply: those stored here, and those that ship."""

from contextlib import suppress

from sqlalchemy import select
from sqlalchemy.orm import Session

from beffroi.errors import BadInput
from beffroi.events.shipped import shipped_definitions
from beffroi.mandate.definition import VotedText, load_definition
from beffroi.store.mandates import StoredDefinition


def known_definitions(session: Session) -> list[VotedText]:
    """Every definition once, by event, the latest version first; a changed one is left out."""
    known = {voted.digest: voted for voted in shipped_definitions()}
    for row in session.scalars(select(StoredDefinition)):
        with suppress(BadInput):
            known[row.digest] = load_definition(row.canonical, row.digest)
    return sorted(
        known.values(), key=lambda voted: (voted.definition.event, -voted.definition.version)
    )
