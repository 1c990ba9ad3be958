"""Holds every row and every text of an export against the lines of the ledger that tell of them.

Both ways: what no line tells of was put in, and what a line tells of and is not there was left out.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import zip_longest
from typing import Final

from beffroi.errors import Tampered
from beffroi.ledger.append import Kind
from beffroi.mandate.exchange.contents import ANNEXES, DEFINITIONS, DOCTRINES, TEXTS, Contents
from beffroi.mandate.exchange.entries import Entry
from beffroi.mandate.exchange.records import ALERTS, CAMERAS, DOCUMENTS
from beffroi.store.base import Json

SAME: Final = timedelta(minutes=1)
"""A row and its line are written in one transaction, each with its own look at the clock."""

KEYS: Final = {
    Kind.ACT: ("act",),
    Kind.ACT_CONFIRMED: ("act",),
    Kind.DEFINITION_REGISTERED: ("digest",),
    Kind.DOCTRINE_REGISTERED: ("digest",),
    Kind.ANNEX_RECORDED: ("annex",),
    Kind.USE_DRAFTED: ("text",),
    Kind.USE_REVISED: ("text",),
    Kind.DOCUMENT_STORED: ("document",),
    Kind.CAMERA_ADDED: ("camera", "number"),
    Kind.CAMERA_CHANGED: ("camera", "number"),
    Kind.ALERT_RAISED: ("alert",),
}
"""Kind → the fields by which a line names what it tells of."""


@dataclass(frozen=True, slots=True)
class Claim:
    """Something that an export says and lines of the ledger must say too.

    Args:
        name: How it is called in a complaint.
        kinds: Which lines tell of it: any of them will do.
        told: What they must say, whatever they say beside.
        by: Who must have written it, where that is said.
        at: When, where that is said.
    """

    name: str
    kinds: tuple[Kind, ...]
    told: Json
    by: str | None = None
    at: datetime | None = None


def require_told(contents: Contents) -> tuple[str, ...]:
    """Refuse an export that says more, less or something else than the ledger.

    Returns:
        What a line was written of that lost its content, on record: by whom and when is proven,
        what it says is not.

    Raises:
        Tampered: It names the first difference.
    """
    lines: dict[tuple[Kind, tuple[object, ...]], list[Entry]] = defaultdict(list)
    blank: list[Entry] = []
    for entry in contents.of_kind(*KEYS):
        if entry.told is None:
            blank.append(entry)
        else:
            kind = Kind(entry.kind)
            lines[kind, tuple(map(entry.told.get, KEYS[kind]))].append(entry)
    unproven = []
    for claim in _claims(contents):
        found = [
            entry
            for kind in claim.kinds
            for entry in lines.pop((kind, tuple(map(claim.told.get, KEYS[kind]))), [])
        ]
        if found:
            _require(claim, found)
            continue
        erased = next((entry for entry in blank if _may_tell(entry, claim)), None)
        if erased is None:
            raise Tampered(f"{claim.name}: no line of the ledger tells of it.")
        blank.remove(erased)
        unproven.append(claim.name)
    for left in lines.values():
        raise Tampered(f"{left[0].name} tells of something that was left out of the export.")
    _require_every_act(contents)
    # Whatever such a line told of may have been left out of the export unseen.
    return (*unproven, *(f"{left.name}, of which nothing is left" for left in blank))


def _may_tell(erased: Entry, claim: Claim) -> bool:
    """Whether a line that lost its content may have been this claim's."""
    return erased.kind in claim.kinds and not _elsewhere(erased, claim)


def _elsewhere(entry: Entry, claim: Claim) -> list[str]:
    """What the leaf of a line says otherwise: it stays, whatever is erased."""
    other = []
    if claim.by is not None and entry.actor != claim.by:
        other.append("who did it")
    if claim.at is not None and abs(entry.at - claim.at) > SAME:
        other.append("when")
    return other


def _require(claim: Claim, found: list[Entry]) -> None:
    for entry in found:
        told = entry.told or {}
        other = sorted(name for name, value in claim.told.items() if told.get(name) != value)
        other += _elsewhere(entry, claim)
        if other:
            raise Tampered(
                f"{claim.name} is not what the ledger tells at position {entry.position}: "
                f"{', '.join(other)}."
            )


def _require_every_act(contents: Contents) -> None:
    """Acts are numbered without gaps, and written down in that order, each once."""
    numbers = [act.number for act in contents.acts]
    if numbers != list(range(1, len(numbers) + 1)):
        raise Tampered("acts.json leaves acts out, or has them out of order.")
    lines = contents.of_kind(Kind.ACT)
    told = [
        number if line.told is None else line.told.get("number")
        for number, line in zip_longest(numbers, lines)
        if line is not None
    ]
    if told != numbers:
        raise Tampered("The ledger tells of the acts in another order than acts.json.")


def _claims(contents: Contents) -> Iterator[Claim]:
    yield from _texts(contents)
    yield from _acts(contents)
    for camera in contents.cameras:
        kinds = (Kind.CAMERA_ADDED, Kind.CAMERA_CHANGED)
        name = f"{CAMERAS}: {camera.camera}, version {camera.number}"
        yield Claim(name, kinds, camera.told, at=camera.since)
    for paper in contents.documents:
        yield Claim(f"{DOCUMENTS}: {paper.name}", (Kind.DOCUMENT_STORED,), paper.told)
    for alert in contents.alerts or ():
        name = f"{ALERTS}: {alert.alert}"
        yield Claim(name, (Kind.ALERT_RAISED,), alert.told, at=alert.raised_at)


def _texts(contents: Contents) -> Iterator[Claim]:
    for digest, voted in contents.definitions.items():
        named = {"event": voted.definition.event, "version": voted.definition.version}
        name = f"{DEFINITIONS}/{digest}.json"
        yield Claim(name, (Kind.DEFINITION_REGISTERED,), {"digest": digest, **named})
    for digest, text in contents.doctrines.items():
        named = {"doctrine": text.doctrine.id, "version": text.doctrine.version}
        name = f"{DOCTRINES}/{digest}.json"
        yield Claim(name, (Kind.DOCTRINE_REGISTERED,), {"digest": digest, **named})
    for digest, annex in contents.annexes.items():
        named = {"kind": annex.content.kind, "language": annex.language}
        yield Claim(f"{ANNEXES}/{digest}.json", (Kind.ANNEX_RECORDED,), {"annex": digest, **named})
    for digest, written in contents.texts.items():
        told = {"text": digest, "use": written.text.use, "definition": written.text.definition}
        yield Claim(f"{TEXTS}/{digest}.json", (Kind.USE_DRAFTED, Kind.USE_REVISED), told)


def _acts(contents: Contents) -> Iterator[Claim]:
    for act in contents.acts:
        yield Claim(act.name, (Kind.ACT,), act.told, act.recorded_by, act.recorded_at)
        if act.confirmed_by is not None:
            told = {name: act.told[name] for name in ("act", "use", "doctrine", "type")}
            name = f"{act.name}, its confirmation"
            yield Claim(name, (Kind.ACT_CONFIRMED,), told, act.confirmed_by, act.confirmed_at)
