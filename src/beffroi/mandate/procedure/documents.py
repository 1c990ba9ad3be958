"""Attachments: kept under their own hash, so that an act can name exactly what it rests on."""

from typing import Final

from sqlalchemy.orm import Session

from beffroi.clock import Clock
from beffroi.errors import BadInput
from beffroi.ledger.append import Kind, append
from beffroi.mandate.canonical import digest
from beffroi.mandate.procedure.acts import KEPT_BACK
from beffroi.mandate.procedure.standing import BEFORE_VOTE, State
from beffroi.store.procedure import Act, Document
from beffroi.words import say

LARGEST_BYTES: Final = 20 * 1024 * 1024

MEDIA_TYPES: Final = {
    ".pdf": "application/pdf",
    ".odt": "application/vnd.oasis.opendocument.text",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".txt": "text/plain",
    ".md": "text/plain",
    ".html": "text/html",
    ".json": "application/json",
    ".csv": "text/csv",
    ".png": "image/png",
    ".jpg": "image/jpeg",
}


def attach(session: Session, name: str, content: bytes, *, actor: str, clock: Clock) -> Document:
    """Keep a document; the same bytes twice are one row.

    Raises:
        BadInput: Empty, too large, or of a kind that nobody could open later.
    """
    suffix = name[name.rfind(".") :].lower() if "." in name else ""
    if suffix not in MEDIA_TYPES:
        kinds = ", ".join(sorted(MEDIA_TYPES))
        raise BadInput(say("{name} cannot be attached: use {kinds}.", name=name, kinds=kinds))
    if not content:
        raise BadInput(say("{name} is empty.", name=name))
    if len(content) > LARGEST_BYTES:
        raise BadInput(say("{name} is larger than 20 MB.", name=name))
    known = session.get(Document, digest(content))
    if known is not None:
        return known
    document = Document(
        digest=digest(content),
        name=name,
        media_type=MEDIA_TYPES[suffix],
        content=content,
        stored_by=actor,
        stored_at=clock.now(),
    )
    session.add(document)
    session.flush()
    payload = {"document": document.digest, "name": name, "bytes": len(content)}
    append(session, Kind.DOCUMENT_STORED, actor=actor, payload=payload, clock=clock)
    return document


def is_public(act: Act, state: State) -> bool:
    """Whether anybody may read the paper of an act: not before the council has decided.

    Papers that name people or show what a camera sees never are.

    Args:
        act: The act.
        state: Where the use that it is about stands.
    """
    return act.type not in KEPT_BACK and state not in BEFORE_VOTE


def find_document(session: Session, document_digest: str) -> Document:
    """A document by its hash.

    Raises:
        BadInput: There is none, or its bytes were changed.
    """
    document = session.get(Document, document_digest)
    if document is None:
        raise BadInput(say("There is no document {digest}.", digest=document_digest))
    if digest(document.content) != document_digest:
        raise BadInput(say("The stored document {name} was changed.", name=document.name))
    return document
