"""Uses: written down here, moved by acts alone (:mod:`beffroi.mandate.procedure`)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from pydantic import ValidationError
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from beffroi.clock import Clock
from beffroi.errors import Actor, BadInput, NotAuthorised
from beffroi.ledger.append import Kind, append
from beffroi.mandate.cameras import current_version
from beffroi.mandate.definition import VotedText, load_definition
from beffroi.mandate.hours import ALWAYS, Hours, check_hours, zone_of
from beffroi.mandate.lawful import refused
from beffroi.mandate.modes import Mode
from beffroi.mandate.procedure.acts import ActType
from beffroi.mandate.procedure.adoption import stack_in_force
from beffroi.mandate.procedure.standing import BEFORE_VOTE, Standing, State, stand
from beffroi.mandate.procedure.turns import take_turn
from beffroi.mandate.soundness import UNREADABLE, why_unreadable
from beffroi.mandate.use_text import (
    CameraText,
    Regime,
    UseText,
    WrittenUse,
    stored_text,
    write_text,
)
from beffroi.problems import in_one_line
from beffroi.store.cameras import CameraVersion
from beffroi.store.mandates import StoredDefinition, StoredUseText, Use, UseCamera
from beffroi.store.procedure import Act, Contribution
from beffroi.words import say


@dataclass(frozen=True, slots=True)
class UseSpec:
    """What a clerk says of a use; see :class:`beffroi.mandate.use_text.UseText`.

    Args:
        purpose: Why, in plain words.
        law: Id of the legal pack that it rests on.
        legal_basis: The article it rests on, in words.
        starts_at: Nothing runs before.
        ends_at: Nothing runs from then on.
        cameras: Camera id → what is drawn on it (see :class:`beffroi.events.detector.Zones`).
        mode: How far it goes.
        regime: Which data-protection law governs it.
        controller: Who answers for it.
        processors: Who works on the controller's behalf.
        partners: Who is told, and under which agreement.
        timezone: IANA name.
        hours: Weekday → spans.
        occasion: The event of the city's life that it is for.
        places: Tags of the places it looks at.
        max_offline_s: How long a site may run on after it last heard from the gate.
        renews: Id of the use that it continues.
        quota: How many samples a learning set may hold.
    """

    purpose: str
    law: str
    legal_basis: str
    starts_at: datetime
    ends_at: datetime
    cameras: Mapping[str, dict[str, Any]]
    mode: Mode = Mode.LIVE
    regime: Regime = "gdpr"
    controller: str = ""
    processors: tuple[str, ...] = ()
    partners: tuple[str, ...] = ()
    timezone: str = "Europe/Paris"
    hours: Hours = field(default_factory=lambda: dict(ALWAYS))
    occasion: str = ""
    places: tuple[str, ...] = ()
    max_offline_s: int = 5
    renews: str = ""
    quota: int = 0


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
    """Write a use down; nothing runs until the procedure has carried it through.

    Raises:
        BadInput: The id is taken, a date, hour, zone or camera cannot be used.
        NotAuthorised: A doctrine in force refuses this kind of event.
    """
    take_turn(session)
    if session.get(Use, use_id) is not None:
        raise BadInput(say("There is already a use {use}.", use=use_id))
    written = _put(session, use_id, voted, spec, actor=actor, clock=clock)
    use = Use(id=use_id, text_digest=written.digest, drafted_by=actor, drafted_at=clock.now())
    session.add(use)
    session.flush()
    _index(session, written.text)
    payload = {"use": use_id, "text": written.digest, "definition": voted.digest}
    append(session, Kind.USE_DRAFTED, actor=actor, payload=payload, clock=clock)
    return use


def revise_use(
    session: Session,
    use_id: str,
    voted: VotedText,
    spec: UseSpec,
    *,
    reason: str,
    actor: str,
    clock: Clock,
    contribution: int | None = None,
) -> Use:
    """Write a new text of a use that was not voted yet; the earlier one stays in the record.

    Args:
        session: A write session.
        use_id: The use.
        voted: The definition that it applies.
        spec: The whole new text.
        reason: Why it changes.
        actor: Who changes it.
        clock: Gives the time.
        contribution: What somebody said in the consultation that led to it.

    Raises:
        BadInput: No such use, no reason, or a value that cannot be used.
        NotAuthorised: It was voted already, or a doctrine refuses this kind of event.
    """
    take_turn(session)
    use = find_use(session, use_id)
    if standing_of(session, use, clock.now()).state not in BEFORE_VOTE:
        raise NotAuthorised(
            say("{use} was put to the vote: a change needs a use of its own.", use=use_id)
        )
    if not reason.strip():
        raise BadInput("Say why the text changes.")
    _require_said(session, use_id, contribution)
    written = _put(session, use_id, voted, spec, actor=actor, clock=clock)
    payload = {
        "use": use_id,
        "before": use.text_digest,
        "text": written.digest,
        "definition": voted.digest,
        "reason": reason,
        "contribution": contribution,
    }
    use.text_digest = written.digest
    session.execute(delete(UseCamera).where(UseCamera.use_id == use_id))
    _index(session, written.text)
    append(session, Kind.USE_REVISED, actor=actor, payload=payload, clock=clock)
    return use


def _require_said(session: Session, use_id: str, contribution: int | None) -> None:
    """Refuse a contribution that nobody made on this use."""
    said = select(Contribution.id).where(Contribution.use_id == use_id).order_by(Contribution.id)
    known = list(session.scalars(said))
    if contribution is not None and contribution not in known:
        raise BadInput(
            say(
                "Nobody made the contribution {number} on this use; those made: {known}.",
                number=contribution,
                known=", ".join(map(str, known)) or "—",
            )
        )


def spec_of(text: UseText) -> UseSpec:
    """What a clerk said of a use, taken back from its text, to be changed and written anew."""
    zones = {camera: dict(voted.zones) for camera, voted in text.cameras.items()}
    return UseSpec(**_said(text), cameras=zones)


def find_use(session: Session, use_id: str) -> Use:
    """A use by its id.

    Raises:
        BadInput: There is none.
    """
    use = session.get(Use, use_id)
    if use is None:
        raise BadInput(
            say("There is no use {use}; `beffroi use list` shows those known.", use=use_id)
        )
    return use


def list_uses(session: Session) -> list[Use]:
    """Every use, by id."""
    return list(session.scalars(select(Use).order_by(Use.id)))


def acts_of(session: Session, use_id: str) -> list[Act]:
    """The acts of a use, in the order of their recording.

    Raises:
        BadInput: One was changed by hand: nothing of this use can be believed.
    """
    made = select(Act).where(Act.use_id == use_id).order_by(Act.number)
    try:
        return list(session.scalars(made))
    except UNREADABLE as error:
        raise BadInput(why_unreadable(error), actor=Actor.ADMINISTRATOR) from error


def text_of(session: Session, use: Use, acts: list[Act] | None = None) -> WrittenUse:
    """The text that was voted, or the one last drafted while none was.

    Raises:
        BadInput: The stored text is not the one that was voted.
    """
    acts = acts_of(session, use.id) if acts is None else acts
    votes = [act for act in acts if act.type == ActType.VOTE]
    # Nothing follows from a second vote (`stand`), so the first one says what was voted.
    vote = min(votes, key=lambda act: (act.recorded_at, act.number), default=None)
    written = stored_text(session, use.text_digest if vote is None else vote.subject_digest)
    if written.text.use != use.id:
        raise BadInput("The stored text is that of another use.")
    return written


def standing_of(session: Session, use: Use, now: datetime) -> Standing:
    """Where a use stands at a moment.

    Raises:
        BadInput: The stored text is not the one that was voted.
    """
    acts = acts_of(session, use.id)
    return stand(acts, text_of(session, use, acts).text, now)


def state_of(session: Session, use: Use, now: datetime) -> State:
    """The state that people are told: a draft that a doctrine refuses is refused.

    Raises:
        BadInput: The stored text or definition is not the one that was voted.
    """
    acts = acts_of(session, use.id)
    text = text_of(session, use, acts).text
    state = stand(acts, text, now).state
    if state in BEFORE_VOTE:
        definition = definition_of(session, text).definition
        if refused(stack_in_force(session, now), definition, text, now) is not None:
            return State.REFUSED
    return state


def definition_of(session: Session, text: UseText) -> VotedText:
    """The definition that a use applies.

    Raises:
        BadInput: It is not stored, or the stored one is not the one that was voted.
    """
    stored = session.get(StoredDefinition, text.definition)
    if stored is None:
        raise BadInput("The definition of this use is not stored here.")
    return load_definition(stored.canonical, text.definition)


def fits(camera: CameraVersion, voted: CameraText) -> bool:
    """Whether a camera still is the one voted: same address and calibration, no mask taken away."""
    masks = {_polygon(mask) for mask in camera.masks}
    return (
        camera.address == voted.address
        and camera.ground == voted.ground
        and {_polygon(mask) for mask in voted.masks} <= masks
    )


def snapshot(camera: CameraVersion, zones: dict[str, Any]) -> CameraText:
    """A camera as it is now, to be put to the vote."""
    return CameraText(address=camera.address, ground=camera.ground, masks=camera.masks, zones=zones)


def _polygon(points: list[Any]) -> tuple[tuple[float, float], ...]:
    return tuple((float(x), float(y)) for x, y in points)


def _said(of: UseSpec | UseText) -> dict[str, Any]:
    """What a use and its text say alike: all but the cameras, which the text takes as they are."""
    return {
        field.name: getattr(of, field.name) for field in fields(UseSpec) if field.name != "cameras"
    }


def _write(session: Session, use_id: str, voted: VotedText, spec: UseSpec) -> WrittenUse:
    _check(spec)
    if spec.renews:
        find_use(session, spec.renews)
    try:
        cameras = {
            camera: snapshot(current_version(session, camera), zones)
            for camera, zones in spec.cameras.items()
        }
        text = UseText(use=use_id, definition=voted.digest, cameras=cameras, **_said(spec))
    except ValidationError as error:
        raise BadInput(
            say("This use cannot be written down: {problems}.", problems=in_one_line(error))
        ) from error
    return write_text(text)


def _check(spec: UseSpec) -> None:
    zone_of(spec.timezone)
    if spec.ends_at <= spec.starts_at:
        raise BadInput("A use ends after it starts.")
    if not spec.purpose.strip() or not spec.legal_basis.strip():
        raise BadInput("A use names its purpose and the text it rests on.")
    if not spec.cameras:
        raise BadInput("A use names at least one camera.")
    if spec.quota and spec.mode is not Mode.LEARNING:
        raise BadInput("Only a learning set says how many samples it may hold.")
    check_hours(spec.hours)


def _put(
    session: Session, use_id: str, voted: VotedText, spec: UseSpec, *, actor: str, clock: Clock
) -> WrittenUse:
    """Write a text and keep it with its definition; a refused kind of event is not written down."""
    now = clock.now()
    written = _write(session, use_id, voted, spec)
    against = refused(stack_in_force(session, now), voted.definition, written.text, now)
    if against is not None:
        raise NotAuthorised(against)
    register_definition(session, voted, actor=actor, clock=clock)
    if session.get(StoredUseText, written.digest) is None:
        session.add(
            StoredUseText(digest=written.digest, canonical=written.canonical, written_at=now)
        )
        session.flush()
    return written


def _index(session: Session, text: UseText) -> None:
    session.add_all(UseCamera(use_id=text.use, camera_id=camera) for camera in text.cameras)
    session.flush()
