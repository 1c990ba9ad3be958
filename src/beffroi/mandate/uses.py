"""Uses: a definition applied to cameras and hours, put in force and ended by acts alone."""

import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import rfc8785
from sqlalchemy import select
from sqlalchemy.orm import Session

from beffroi.clock import Clock
from beffroi.errors import BadInput, NotAuthorised
from beffroi.ledger.append import Kind, append
from beffroi.mandate.cameras import check_polygon, current_version, last_version
from beffroi.mandate.definition import VotedText
from beffroi.store.mandates import Act, StoredDefinition, Use, UseCamera


class Mode(StrEnum):
    """How far a use goes; only `LIVE` shows alerts."""

    STATISTICS = "statistics"
    SHADOW = "shadow"
    LIVE = "live"


class ActType(StrEnum):
    """The decisions that move a use, in the order of the thin procedure."""

    VOTE = "vote"
    PUBLICATION = "publication"
    SUSPENSION = "suspension"
    RESUMPTION = "resumption"
    REPEAL = "repeal"


# From which states an act may be recorded, and the state it leads to.
TRANSITIONS: Final[Mapping[ActType, tuple[frozenset[str], str]]] = {
    ActType.VOTE: (frozenset({"draft"}), "voted"),
    ActType.PUBLICATION: (frozenset({"voted"}), "in_force"),
    ActType.SUSPENSION: (frozenset({"in_force"}), "suspended"),
    ActType.RESUMPTION: (frozenset({"suspended"}), "in_force"),
    ActType.REPEAL: (frozenset({"draft", "voted", "in_force", "suspended"}), "repealed"),
}

ALWAYS: Final = {str(day): [["00:00", "24:00"]] for day in range(7)}


@dataclass(frozen=True, slots=True)
class UseSpec:
    """What is put to the vote.

    Args:
        mode: How far it goes.
        purpose: Why, in plain words.
        legal_basis: The text it rests on.
        timezone: IANA name; the hours are read in it.
        hours: Weekday "0" (Monday) to "6" → list of ["HH:MM", "HH:MM"], end not included.
        starts_at: Nothing runs before.
        ends_at: Nothing runs from then on.
        cameras: Camera id → what is drawn on it (see :class:`beffroi.events.detector.Zones`).
    """

    mode: Mode
    purpose: str
    legal_basis: str
    timezone: str
    hours: dict[str, list[list[str]]]
    starts_at: datetime
    ends_at: datetime
    cameras: Mapping[str, dict[str, Any]]


def register_definition(
    session: Session, voted: VotedText, *, actor: str, clock: Clock
) -> StoredDefinition:
    """Store the bytes of a definition under their hash; the same text twice is one row."""
    stored = session.get(StoredDefinition, voted.digest)
    if stored is None:
        stored = StoredDefinition(
            digest=voted.digest,
            event=voted.definition.event,
            version=voted.definition.version,
            canonical=voted.canonical,
            registered_at=clock.now(),
        )
        session.add(stored)
        payload = {"digest": voted.digest, "event": stored.event, "version": stored.version}
        append(session, Kind.DEFINITION_REGISTERED, actor=actor, payload=payload, clock=clock)
    return stored


def draft_use(
    session: Session, use_id: str, voted: VotedText, spec: UseSpec, *, actor: str, clock: Clock
) -> Use:
    """Write a use down; nothing runs until it is voted and published.

    Raises:
        BadInput: The id is taken, a date, hour, zone or camera cannot be used.
    """
    if session.get(Use, use_id) is not None:
        raise BadInput(f"There is already a use {use_id}.")
    _check(session, spec)
    register_definition(session, voted, actor=actor, clock=clock)
    use = Use(
        id=use_id,
        definition_digest=voted.digest,
        mode=spec.mode.value,
        state="draft",
        purpose=spec.purpose,
        legal_basis=spec.legal_basis,
        timezone=spec.timezone,
        hours=spec.hours,
        starts_at=spec.starts_at,
        ends_at=spec.ends_at,
    )
    session.add(use)
    session.flush()
    for camera_id, zones in spec.cameras.items():
        session.add(UseCamera(use_id=use_id, camera_id=camera_id, zones=zones))
    session.flush()
    append(session, Kind.USE_DRAFTED, actor=actor, payload=_content(session, use), clock=clock)
    return use


def use_digest(session: Session, use: Use) -> str:
    """SHA-256 of everything that is voted of a use, as canonical JSON (RFC 8785)."""
    return hashlib.sha256(rfc8785.dumps(_content(session, use))).hexdigest()


def _content(session: Session, use: Use) -> dict[str, Any]:
    """A camera counts with its address and calibration: elsewhere, it was not voted."""
    rows = session.scalars(select(UseCamera).where(UseCamera.use_id == use.id)).all()
    cameras = {}
    for row in rows:
        camera = last_version(session, row.camera_id)
        cameras[row.camera_id] = {
            "address": camera.address,
            "ground": camera.ground,
            "zones": row.zones,
        }
    return {
        "use": use.id,
        "definition": use.definition_digest,
        "mode": use.mode,
        "purpose": use.purpose,
        "legal_basis": use.legal_basis,
        "timezone": use.timezone,
        "hours": use.hours,
        "starts_at": use.starts_at.isoformat(),
        "ends_at": use.ends_at.isoformat(),
        "cameras": cameras,
    }


def record_act(
    session: Session,
    use_id: str,
    act_type: ActType,
    *,
    body: str,
    date: str,
    reference: str,
    motives: str,
    actor: str,
    clock: Clock,
    document: Path | None = None,
) -> Act:
    """Record a decision of a competent body; the use moves with it.

    Args:
        session: A write session.
        use_id: The use decided upon.
        act_type: What was decided.
        body: Who decided, e.g. ``Conseil municipal``.
        date: Day of the decision, ``YYYY-MM-DD``.
        reference: Number under which it can be found.
        motives: Why, in plain words.
        actor: Pseudonym of the account that records it.
        clock: Gives the time of recording.
        document: The signed text; only its SHA-256 is kept.

    Raises:
        BadInput: No such use, a date that is none, or an empty body, reference or motive.
        NotAuthorised: The use is not in a state from which this act can follow.
    """
    use = session.get(Use, use_id)
    if use is None:
        raise BadInput(f"There is no use {use_id}; `beffroi use list` shows those known.")
    sources, target = TRANSITIONS[act_type]
    if use.state not in sources:
        raise NotAuthorised(
            f"A {act_type} cannot follow while the use is {use.state}: it needs one that is "
            f"{' or '.join(sorted(sources))}."
        )
    _check_act(body, date, reference, motives, clock.now())
    act = Act(
        id=str(uuid.uuid4()),
        use_id=use_id,
        type=act_type.value,
        author=actor,
        body=body,
        date=date,
        reference=reference,
        motives=motives,
        use_digest=use_digest(session, use),
        document_digest=None if document is None else _digest(document),
        recorded_at=clock.now(),
    )
    use.state = target
    session.add(act)
    payload = {
        "act": act.id,
        "use": use_id,
        "type": act.type,
        "body": body,
        "date": date,
        "reference": reference,
        "motives": motives,
        "document": act.document_digest,
        "decided_upon": act.use_digest,
    }
    append(session, Kind.ACT, actor=actor, payload=payload, clock=clock)
    return act


def list_uses(session: Session) -> list[Use]:
    """Every use, by id."""
    return list(session.scalars(select(Use).order_by(Use.id)))


def _check(session: Session, spec: UseSpec) -> None:
    try:
        ZoneInfo(spec.timezone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise BadInput(f"{spec.timezone!r} is not a time zone, e.g. Europe/Paris.") from error
    if spec.ends_at <= spec.starts_at:
        raise BadInput("A use ends after it starts.")
    if not spec.purpose.strip() or not spec.legal_basis.strip():
        raise BadInput("A use names its purpose and the text it rests on.")
    if not spec.cameras:
        raise BadInput("A use names at least one camera.")
    for spans in spec.hours.values():
        for start, end in spans:
            if parse_minute(start) >= parse_minute(end):
                raise BadInput(f"The hours {start} to {end} hold no minute.")
    for camera_id, zones in spec.cameras.items():
        current_version(session, camera_id)
        polygons = [*zones.get("forbidden", {}).values()]
        if zones.get("area"):
            polygons.append(zones["area"])
        for polygon in polygons:
            check_polygon(polygon, "zone")


def _check_act(body: str, date: str, reference: str, motives: str, now: datetime) -> None:
    for text, what in ((body, "body"), (reference, "reference"), (motives, "motives")):
        if not text.strip():
            raise BadInput(f"An act states its {what}.")
    try:
        day = datetime.strptime(date, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError as error:
        raise BadInput(f"{date!r} is not a day, e.g. 2026-11-22.") from error
    # A day begins up to 14 hours earlier in the east than in UTC.
    if day > now + timedelta(hours=14):
        raise BadInput(f"An act is recorded once it was taken; {date} is still to come.")


def _digest(document: Path) -> str:
    try:
        return hashlib.sha256(document.read_bytes()).hexdigest()
    except OSError as error:
        raise BadInput(f"The document {document} cannot be read: {error.strerror}.") from error


def parse_minute(text: str) -> int:
    """Minutes since midnight of "HH:MM"; "24:00" is the end of the day.

    Raises:
        BadInput: Not an hour of the day.
    """
    if text == "24:00":
        return 24 * 60
    try:
        parsed = time.fromisoformat(text)
    except ValueError as error:
        raise BadInput(f"{text!r} is not an hour, e.g. 08:30.") from error
    return parsed.hour * 60 + parsed.minute
