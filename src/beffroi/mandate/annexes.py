"""The annexes of an installation: recorded by one person, reviewed by another, never lost."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from beffroi.clock import Clock
from beffroi.errors import BadInput
from beffroi.ledger.append import Kind, append
from beffroi.mandate.annex_text import AnnexText, Figures, Translation, load_annex, misfits
from beffroi.mandate.definition import Definition, VotedText, load_definition
from beffroi.mandate.persons import require_another
from beffroi.store.mandates import Annex, StoredDefinition
from beffroi.words import say


@dataclass(frozen=True, slots=True)
class Recorded:
    """An annex in use, and whether somebody other than its author has stood for it."""

    text: AnnexText
    reviewed: bool


def record_annex(
    session: Session, definition: str, annex: AnnexText, *, actor: str, clock: Clock
) -> Annex:
    """Put an annex in use; the one before stays on record. The same text twice is one row.

    Args:
        session: A write session.
        definition: Digest of the definition that it belongs to.
        annex: Its text.
        actor: Pseudonym of the account that records it.
        clock: Gives the time of recording.

    Raises:
        BadInput: No such definition, or the annex does not fit it.
    """
    if problems := misfits(annex, _definition(session, definition)):
        raise BadInput(f"This annex does not fit the definition: {' '.join(problems)}")
    kind, language = annex.content.kind, annex.language
    row = current(session, definition, kind, language)
    if row is not None and row.digest == annex.digest:
        return row
    row = Annex(
        definition_digest=definition,
        kind=kind,
        language=language,
        digest=annex.digest,
        canonical=annex.canonical,
        author=actor,
        recorded_at=clock.now(),
    )
    session.add(row)
    session.flush()
    append(session, Kind.ANNEX_RECORDED, actor=actor, payload=_named(row), clock=clock)
    return row


def record_shipped(
    session: Session, definition: str, texts: Iterable[AnnexText], *, actor: str, clock: Clock
) -> None:
    """Record what ships with a definition, where the city has not put its own in place.

    Raises:
        BadInput: As for :func:`record_annex`.
    """
    for text in texts:
        if current(session, definition, text.content.kind, text.language) is None:
            record_annex(session, definition, text, actor=actor, clock=clock)


def review_annex(
    session: Session,
    definition: str,
    kind: str,
    language: str | None = None,
    *,
    actor: str,
    clock: Clock,
) -> Annex:
    """Stand for the annex in use: somebody other than its author has read it.

    Raises:
        BadInput: There is no such annex.
        NotAuthorised: Its author cannot review it, under another account either.
    """
    row = current(session, definition, kind, language)
    if row is None:
        raise BadInput(
            say(
                "This definition has no such annex ({annex}, {language}); "
                "`beffroi definition annex` records one.",
                annex=kind,
                language=language or "–",
            )
        )
    refusal = say("An annex is reviewed by somebody other than its author.")
    require_another(session, row.author, actor, refusal)
    if row.reviewed_by is None:
        row.reviewed_by, row.reviewed_at = actor, clock.now()
        append(session, Kind.ANNEX_REVIEWED, actor=actor, payload=_named(row), clock=clock)
    return row


def current(
    session: Session, definition: str, kind: str, language: str | None = None
) -> Annex | None:
    """The annex in use of a kind (and language, for translations), if there is one."""
    return session.scalars(
        select(Annex)
        .where(
            Annex.definition_digest == definition,
            Annex.kind == kind,
            Annex.language.is_(None) if language is None else Annex.language == language,
        )
        .order_by(Annex.id.desc())
    ).first()


def figures(session: Session, definition: str) -> Figures | None:
    """The figures in use; None where none were recorded.

    Raises:
        BadInput: The stored bytes are not those recorded.
    """
    row = current(session, definition, "figures")
    content = None if row is None else load_annex(row.canonical, row.digest).content
    return content if isinstance(content, Figures) else None


def reviewed(session: Session, definition: str, kind: str) -> bool:
    """Whether somebody other than its author has stood for the annex in use."""
    row = current(session, definition, kind)
    return row is not None and row.reviewed_by is not None


def in_use(session: Session, definition: str) -> list[Recorded]:
    """The annexes of a definition: of each kind and language the last one recorded.

    Raises:
        BadInput: Stored bytes are not those recorded.
    """
    rows = session.scalars(
        select(Annex).where(Annex.definition_digest == definition).order_by(Annex.id)
    )
    last = {(row.kind, row.language): row for row in rows}
    return [
        Recorded(load_annex(row.canonical, row.digest), row.reviewed_by is not None)
        for row in last.values()
    ]


def translated(session: Session, voted: VotedText) -> Definition:
    """A definition with the translations in use: to be read, never to be hashed or run.

    Raises:
        BadInput: Stored bytes are not those recorded.
    """
    told = voted.definition
    for one in in_use(session, voted.digest):
        if isinstance(one.text.content, Translation):
            told = one.text.content.added_to(told)
    return told


def _definition(session: Session, wanted: str) -> Definition:
    stored = session.get(StoredDefinition, wanted)
    if stored is None:
        raise BadInput(
            say(
                "No definition {definition} is registered; `beffroi definition list` shows all.",
                definition=wanted,
            )
        )
    return load_definition(stored.canonical, stored.digest).definition


def _named(row: Annex) -> dict[str, str | None]:
    return {
        "definition": row.definition_digest,
        "annex": row.digest,
        "kind": row.kind,
        "language": row.language,
    }
