"""Writes the mandate of an installation to one file that a stranger can check.

What is written is proven before it leaves: an export that would not hold is not made.
"""

from collections.abc import Sequence
from functools import cache
from importlib.resources import files as resources
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from beffroi.errors import BadInput, Tampered, Unavailable
from beffroi.ledger.append import Kind
from beffroi.ledger.checkpoint import Checkpoint
from beffroi.ledger.keys import published
from beffroi.ledger.seal import latest_checkpoint, stored_nodes
from beffroi.mandate.exchange.bundle import Files, pack, plain
from beffroi.mandate.exchange.chain import KEYS
from beffroi.mandate.exchange.contents import ANNEXES, DEFINITIONS, DOCTRINES, TEXTS
from beffroi.mandate.exchange.entries import Entry, rows_of
from beffroi.mandate.exchange.records import (
    ACTS,
    ALERTS,
    CAMERAS,
    CHECKPOINT,
    DOCUMENTS,
    KEY,
    LEDGER,
    README,
    USES,
    ActRecord,
    AlertRecord,
    CameraRecord,
    DocumentRecord,
    UseRecord,
    dump,
)
from beffroi.mandate.exchange.verify import prove
from beffroi.mandate.procedure.documents import find_document, is_public
from beffroi.mandate.uses import list_uses, standing_of, state_of, text_of
from beffroi.store.alerts import Alert
from beffroi.store.cameras import CameraVersion
from beffroi.store.ledger import LedgerEntry
from beffroi.store.mandates import Annex, StoredDefinition, StoredUseText, UseCamera
from beffroi.store.procedure import Act, StoredDoctrine

ALWAYS: Final = tuple(kind for kind in KEYS if kind is not Kind.ALERT_RAISED)
"""The lines that travel with every export."""

_ABOUT: Final = {
    Kind.CAMERA_ADDED.value: "camera",
    Kind.CAMERA_CHANGED.value: "camera",
    Kind.DOCUMENT_STORED.value: "document",
}
"""The field by which a line tells whether what it is about is exported."""


def export(session: Session, key: Ed25519PublicKey, *, proof: bool = False) -> bytes:
    """The mandate as a file; the same state of the installation gives the same bytes.

    Args:
        session: A read session: one consistent view.
        key: The public half of the ledger's key.
        proof: Whether alerts go in, pseudonymous, each with the line that it was raised by.

    Raises:
        BadInput: Nothing was recorded yet.
        Unavailable: The ledger has lines that nobody has signed yet.
        Tampered: What is stored is not what the ledger tells.
    """
    kinds = tuple(KEYS) if proof else ALWAYS
    signed = _signed(session, key, kinds)
    acts = list(session.scalars(select(Act).order_by(Act.number)))
    cameras = _cameras(session)
    papers = _papers(session, acts, signed)
    entries = _entries(session, kinds, signed, cameras, papers)
    files = {
        **_texts(session),
        **_contents(session, papers),
        ACTS: plain(dump([ActRecord.of(act) for act in acts])),
        CAMERAS: plain(dump(cameras)),
        DOCUMENTS: plain(dump(papers)),
        USES: plain(dump(_uses(session, signed))),
        LEDGER: plain(dump(entries)),
        CHECKPOINT: signed.note().encode(),
        KEY: f"{published(key)}\n".encode(),
        README: (resources(__package__) / "readme.txt").read_bytes(),
    }
    if proof:
        files[ALERTS] = plain(dump(_alerts(session, entries)))
    prove(files)
    return pack(files)


def _signed(session: Session, key: Ed25519PublicKey, kinds: Sequence[Kind]) -> Checkpoint:
    signed = latest_checkpoint(session, key)
    if signed is None:
        raise BadInput("Nothing was recorded here yet: there is no mandate to export.")
    after = or_(LedgerEntry.position.is_(None), LedgerEntry.position >= signed.size)
    unsigned = (
        select(func.count())
        .select_from(LedgerEntry)
        .where(after, LedgerEntry.kind.in_([kind.value for kind in kinds]))
    )
    if session.scalar(unsigned):
        raise Unavailable("The ledger's last lines are being signed: try again in a second.")
    return signed


def _texts(session: Session) -> Files:
    """The bytes as they were hashed, never written anew."""
    stored = {
        DEFINITIONS: select(StoredDefinition.digest, StoredDefinition.canonical),
        ANNEXES: select(Annex.digest, Annex.canonical),
        TEXTS: select(StoredUseText.digest, StoredUseText.canonical),
        DOCTRINES: select(StoredDoctrine.digest, StoredDoctrine.canonical),
    }
    return {
        f"{folder}/{digest}.json": data
        for folder, query in stored.items()
        for digest, data in session.execute(query)
    }


def _uses(session: Session, signed: Checkpoint) -> list[UseRecord]:
    found = []
    for use in list_uses(session):
        written = text_of(session, use)
        state = state_of(session, use, signed.at)
        found.append(
            UseRecord(
                use=use.id,
                text=written.digest,
                definition=written.text.definition,
                state=state.value,
            )
        )
    return found


def _cameras(session: Session) -> list[CameraRecord]:
    named = select(UseCamera.camera_id)
    versions = (
        select(CameraVersion)
        .where(CameraVersion.camera_id.in_(named))
        .order_by(CameraVersion.camera_id, CameraVersion.number)
    )
    return [CameraRecord.of(version) for version in session.scalars(versions)]


def _papers(session: Session, acts: Sequence[Act], signed: Checkpoint) -> list[DocumentRecord]:
    """What acts cite: public once the council has decided, until then only its hash travels."""
    states = {use.id: standing_of(session, use, signed.at).state for use in list_uses(session)}
    public = {act.document_digest: False for act in acts if act.document_digest is not None} | {
        act.document_digest: True
        for act in acts
        if act.document_digest is not None
        and (act.use_id is None or is_public(act, states[act.use_id]))
    }
    return [
        DocumentRecord.of(find_document(session, digest), public=public[digest])
        for digest in sorted(public)
    ]


def _contents(session: Session, papers: Sequence[DocumentRecord]) -> Files:
    return {
        paper.file: find_document(session, paper.document).content
        for paper in papers
        if paper.file is not None
    }


def _entries(
    session: Session,
    kinds: Sequence[Kind],
    signed: Checkpoint,
    cameras: Sequence[CameraRecord],
    papers: Sequence[DocumentRecord],
) -> list[Entry]:
    """The lines about what is exported: not those of other cameras and documents."""
    named = {camera.camera for camera in cameras} | {paper.document for paper in papers}
    nodes = cache(stored_nodes(session))
    entries = [
        Entry.of(row, kept, nodes, signed.size)
        for row, kept in rows_of(session, kinds, signed.size)
    ]
    return [
        entry
        for entry in entries
        if entry.told is None or entry.told.get(_ABOUT.get(entry.kind, "")) in {None, *named}
    ]


def _alerts(session: Session, entries: Sequence[Entry]) -> list[AlertRecord]:
    raised = [entry for entry in entries if entry.kind == Kind.ALERT_RAISED]
    told = {entry.told["alert"] for entry in raised if entry.told is not None}
    rows = list(session.scalars(select(Alert).order_by(Alert.raised_at, Alert.id)))
    if sum(row.id not in told for row in rows) > sum(entry.told is None for entry in raised):
        raise Tampered("An alert has no line in the ledger. Run `beffroi ledger verify`.")
    return [AlertRecord.of(row) for row in rows if row.id in told]
