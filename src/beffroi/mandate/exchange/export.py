"""Writes the mandate of an installation to one file that a stranger can check.

What is written is proven before it leaves: an export that would not hold is not made.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files as resources
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import select
from sqlalchemy.orm import Session

from beffroi.clock import Clock, FrozenClock
from beffroi.errors import BadInput, Tampered, Unavailable
from beffroi.ledger.append import Kind, append, keep_writers_out
from beffroi.ledger.keys import published
from beffroi.ledger.seal import latest_checkpoint, stored_nodes
from beffroi.mandate.exchange.announcing import announcement
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
from beffroi.store.ledger import LedgerEntry, LedgerPayload
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


@dataclass(frozen=True, slots=True)
class Announced:
    """What leaves, as the ledger was told of it.

    Args:
        files: All but the proofs.
        kinds: The lines that go with them.
        named: Ids of the cameras and documents among them.
        line: Id of the line that tells of the export.
    """

    files: Files
    kinds: tuple[Kind, ...]
    named: frozenset[str]
    line: int


def announce(
    session: Session, key: Ed25519PublicKey, *, actor: str, clock: Clock, proof: bool = False
) -> Announced:
    """Read what leaves, and write a line that holds the file to it.

    Args:
        session: A write session: one consistent view.
        key: The public half of the ledger's key.
        actor: Pseudonym of who exports, or `SYSTEM`.
        clock: Gives the moment of which the export speaks.
        proof: Whether alerts go in, pseudonymous, each with the line that it was raised by.

    Raises:
        BadInput: Nothing was recorded yet.
        Tampered: An alert has no line in the ledger.
    """
    if latest_checkpoint(session, key) is None:
        raise BadInput("Nothing was recorded here yet: there is no mandate to export.")
    keep_writers_out(session)
    moment = FrozenClock(clock.now())
    acts = list(session.scalars(select(Act).order_by(Act.number)))
    cameras = _cameras(session)
    papers = _papers(session, acts, moment.now())
    files = {
        **_texts(session),
        **_contents(session, papers),
        ACTS: plain(dump([ActRecord.of(act) for act in acts])),
        CAMERAS: plain(dump(cameras)),
        DOCUMENTS: plain(dump(papers)),
        USES: plain(dump(_uses(session, moment.now()))),
        KEY: f"{published(key)}\n".encode(),
        README: (resources(__package__) / "readme.txt").read_bytes(),
    }
    if proof:
        files[ALERTS] = plain(dump(_alerts(session)))
    told = announcement(files)
    line = append(session, Kind.MANDATE_EXPORTED, actor=actor, payload=told, clock=moment)
    named = frozenset({one.camera for one in cameras} | {one.document for one in papers})
    return Announced(files, tuple(KEYS) if proof else ALWAYS, named, line.id)


def export(session: Session, announced: Announced, key: Ed25519PublicKey) -> bytes:
    """The mandate as a file, once the ledger was signed; what was announced gives these bytes.

    Raises:
        Unavailable: The line that tells of it is not signed yet.
        Tampered: What is stored is not what the ledger tells.
    """
    signed = latest_checkpoint(session, key)
    last = session.get_one(LedgerEntry, announced.line).position
    if signed is None or last is None or last >= signed.size:
        raise Unavailable("The ledger's last lines are being signed: try again in a second.")
    files = {
        **announced.files,
        LEDGER: plain(dump(_entries(session, announced, last, signed.size))),
        CHECKPOINT: signed.note().encode(),
    }
    prove(files)
    return pack(files)


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


def _uses(session: Session, now: datetime) -> list[UseRecord]:
    found = []
    for use in list_uses(session):
        written = text_of(session, use)
        state = state_of(session, use, now)
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


def _papers(session: Session, acts: Sequence[Act], now: datetime) -> list[DocumentRecord]:
    """What acts cite: public once the council has decided, until then only its hash travels."""
    states = {use.id: standing_of(session, use, now).state for use in list_uses(session)}
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


def _entries(session: Session, announced: Announced, last: int, size: int) -> list[Entry]:
    """The lines about what is exported: not those of other cameras and documents."""
    nodes = cache(stored_nodes(session))
    entries = [
        Entry.of(row, kept, nodes, size)
        for row, kept in rows_of(session, announced.kinds, last, size)
    ]
    return [
        entry
        for entry in entries
        if entry.told is None
        or entry.told.get(_ABOUT.get(entry.kind, "")) in {None, *announced.named}
    ]


def _alerts(session: Session) -> list[AlertRecord]:
    raised = (
        select(LedgerPayload.payload)
        .select_from(LedgerEntry)
        .outerjoin(LedgerPayload, LedgerPayload.entry_id == LedgerEntry.id)
        .where(LedgerEntry.kind == Kind.ALERT_RAISED)
    )
    lines = session.scalars(raised).all()
    told = {json.loads(line)["alert"] for line in lines if line is not None}
    rows = list(session.scalars(select(Alert).order_by(Alert.raised_at, Alert.id)))
    if sum(row.id not in told for row in rows) > sum(line is None for line in lines):
        raise Tampered("An alert has no line in the ledger. Run `beffroi ledger verify`.")
    return [AlertRecord.of(row) for row in rows if row.id in told]
