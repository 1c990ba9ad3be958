"""Definitions as visitors read them: the voted text with its translations, which nobody voted."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from beffroi.events.shipped import shipped_with
from beffroi.mandate.annex_text import Translation
from beffroi.mandate.annexes import Recorded, in_use
from beffroi.mandate.definition import Definition, VotedText
from beffroi.store.mandates import StoredDefinition


@dataclass(frozen=True, slots=True)
class Reading:
    """A definition to be read.

    Args:
        definition: Its text in every language that there is: never to be hashed or run.
        unreviewed: Languages of which nobody has stood for the translation.
    """

    definition: Definition
    unreviewed: frozenset[str]


def with_translations(definition: Definition, annexes: Iterable[Recorded]) -> Reading:
    """A definition with the translations among its annexes."""
    unreviewed = set()
    for one in annexes:
        content = one.text.content
        if isinstance(content, Translation):
            definition = content.added_to(definition)
            if not one.reviewed:
                unreviewed.add(content.language)
    return Reading(definition, frozenset(unreviewed))


def annexes_of(session: Session, voted: VotedText) -> list[Recorded]:
    """The annexes in use of a definition; those that ship while it is not registered here.

    Raises:
        BadInput: Stored bytes are not those recorded.
    """
    if session.get(StoredDefinition, voted.digest) is not None:
        return in_use(session, voted.digest)
    return [Recorded(text, reviewed=False) for text in shipped_with(voted)]


def read(session: Session, voted: VotedText) -> Reading:
    """A definition with its translations.

    Raises:
        BadInput: Stored bytes are not those recorded.
    """
    return with_translations(voted.definition, annexes_of(session, voted))
