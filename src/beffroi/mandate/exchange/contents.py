"""An exported mandate as read from its files: each text under the hash that it is known by."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final, Self, TypeVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from beffroi.errors import BadInput, Tampered
from beffroi.ledger.append import Kind
from beffroi.ledger.checkpoint import Checkpoint, read_notes
from beffroi.ledger.keys import read_published
from beffroi.mandate.annex_text import AnnexText, load_annex
from beffroi.mandate.canonical import digest
from beffroi.mandate.definition import VotedText, load_definition
from beffroi.mandate.doctrine.clauses import DoctrineText, load_doctrine
from beffroi.mandate.exchange.bundle import Files
from beffroi.mandate.exchange.entries import Entry
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
    parse,
)
from beffroi.mandate.use_text import WrittenUse, read_text

DEFINITIONS: Final = "definitions"
ANNEXES: Final = "annexes"
TEXTS: Final = "uses"
DOCTRINES: Final = "doctrines"
PAPERS: Final = "documents"

_NAMED: Final = {ACTS, ALERTS, CAMERAS, CHECKPOINT, DOCUMENTS, KEY, LEDGER, README, USES}
_FOLDERS: Final = {DEFINITIONS, ANNEXES, TEXTS, DOCTRINES, PAPERS}

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Contents:
    """Everything that an exported mandate says.

    Args:
        definitions: By their SHA-256, as are all texts.
        annexes: What was said of definitions beside the vote.
        texts: The texts of uses, those that were revised included.
        doctrines: What was registered, adopted or not.
        acts: Every act, in order.
        cameras: The versions of the cameras that uses name.
        documents: What acts cite.
        uses: Where each use stood.
        alerts: None where the export was made without them.
        entries: The lines of the ledger that tell of all this.
        signed: The signed statement of the ledger's root.
        key: Whose signature it is.
    """

    definitions: Mapping[str, VotedText]
    annexes: Mapping[str, AnnexText]
    texts: Mapping[str, WrittenUse]
    doctrines: Mapping[str, DoctrineText]
    acts: tuple[ActRecord, ...]
    cameras: tuple[CameraRecord, ...]
    documents: tuple[DocumentRecord, ...]
    uses: tuple[UseRecord, ...]
    alerts: tuple[AlertRecord, ...] | None
    entries: tuple[Entry, ...]
    signed: Checkpoint
    key: Ed25519PublicKey

    @classmethod
    def read(cls, files: Files) -> Self:
        """Read the files of an export.

        Raises:
            BadInput: A file is missing or cannot be read.
            Tampered: A text is not the one that its name says.
        """
        for name in files:
            if name not in _NAMED and name.rpartition("/")[0] not in _FOLDERS:
                raise Tampered(f"{name} is no part of an exported mandate.")
        for name in _NAMED - {ALERTS} - files.keys():
            raise BadInput(f"This is not a whole exported mandate: it has no {name}.")
        documents = parse(DOCUMENTS, files[DOCUMENTS], DocumentRecord)
        _require_papers(files, documents)
        return cls(
            definitions=_texts(files, DEFINITIONS, load_definition),
            annexes=_texts(files, ANNEXES, load_annex),
            texts=_texts(files, TEXTS, read_text),
            doctrines=_texts(files, DOCTRINES, load_doctrine),
            acts=parse(ACTS, files[ACTS], ActRecord),
            cameras=parse(CAMERAS, files[CAMERAS], CameraRecord),
            documents=documents,
            uses=parse(USES, files[USES], UseRecord),
            alerts=parse(ALERTS, files[ALERTS], AlertRecord) if ALERTS in files else None,
            entries=parse(LEDGER, files[LEDGER], Entry),
            signed=_signed(files[CHECKPOINT]),
            key=read_published(_text(KEY, files[KEY])),
        )

    @property
    def exported(self) -> Entry:
        """The line by which the city recorded this very export.

        Raises:
            Tampered: There is none, or several, or it lost its content.
        """
        match self.of_kind(Kind.MANDATE_EXPORTED):
            case [entry] if entry.told is not None:
                return entry
        raise Tampered(f"{LEDGER} does not hold the one line that records this export.")

    def of_kind(self, *kinds: Kind) -> list[Entry]:
        """The lines of some kinds, in order."""
        return [entry for entry in self.entries if entry.kind in kinds]


def _texts(files: Files, folder: str, load: Callable[[bytes, str], Item]) -> dict[str, Item]:
    found = {}
    for name in sorted(files):
        path = PurePosixPath(name)
        if path.parts[0] != folder or len(path.parts) == 1:
            continue
        try:
            found[path.stem] = load(files[name], path.stem)
        except BadInput as error:
            raise Tampered(f"{name} is not what its name says. {error.message}") from error
    return found


def _require_papers(files: Files, documents: tuple[DocumentRecord, ...]) -> None:
    listed = {document.file: document for document in documents if document.file is not None}
    for name in files:
        if name.startswith(f"{PAPERS}/") and name not in listed:
            raise Tampered(f"{name} is a document that {DOCUMENTS} does not list.")
    for file, document in listed.items():
        if digest(files.get(file, b"")) != document.document:
            raise Tampered(f"{file} is not the document that was attached.")


def _signed(data: bytes) -> Checkpoint:
    notes = read_notes(_text(CHECKPOINT, data))
    if len(notes) != 1:
        raise BadInput(f"{CHECKPOINT} holds no signed note, or several.")
    return notes[0]


def _text(name: str, data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise BadInput(f"{name} is no text.") from error
