"""Recording an act: asked of every rule, written with its line in the ledger, or not at all."""

import uuid
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from pydantic import BaseModel
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from beffroi.clock import Clock
from beffroi.errors import Actor, BadInput, NotAuthorised
from beffroi.ledger.append import Kind, append
from beffroi.mandate.cameras import current_version, doubted, settle_doubts
from beffroi.mandate.doctrine.clauses import load_doctrine
from beffroi.mandate.persons import require_another
from beffroi.mandate.procedure.acts import (
    NARROWING,
    WIDENING,
    ActType,
    Change,
    Publication,
    Resumption,
    Revalidation,
    read_details,
)
from beffroi.mandate.procedure.adoption import (
    CHANGES,
    adopted,
    delay,
    require_no_contradiction,
)
from beffroi.mandate.procedure.case import Case, Step, case_of
from beffroi.mandate.procedure.documents import find_document
from beffroi.mandate.procedure.guards import objections
from beffroi.mandate.procedure.turns import require_later, take_turn
from beffroi.mandate.timekeeping import require_clock
from beffroi.mandate.uses import find_use
from beffroi.store.procedure import Act, StoredDoctrine
from beffroi.words import say, together


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
    details: Mapping[str, Any] | None = None,
    document: str | None = None,
) -> Act:
    """Record a decision about a use; what narrows counts at once, what widens once confirmed.

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
        details: What the type asks for beside (:mod:`beffroi.mandate.procedure.acts`).
        document: Digest of the attachment (:func:`beffroi.mandate.procedure.documents.attach`).

    Raises:
        BadInput: No such use, a date that is none, or something missing.
        NotAuthorised: A rule of the procedure or a doctrine stands in the way; it says which.
    """
    take_turn(session)
    use = find_use(session, use_id)
    if act_type in CHANGES:
        raise BadInput(
            say("This act ({kind}) concerns a doctrine, not a use.", kind=act_type.value)
        )
    now = clock.now()
    if act_type not in NARROWING:
        require_later(session, now)
    day = _check(body, date, reference, motives, now)
    parsed = read_details(act_type, details or {})
    if document is not None:
        find_document(session, document)
    case = case_of(session, use, now)
    known = case.written.text.today(now)
    _require_nothing_against(case, Step(act_type, parsed, day, known, document, motives))
    return _write(
        session,
        act_type,
        use_id=use_id,
        doctrine_id=None,
        body=body,
        date=day.isoformat(),
        reference=reference,
        motives=motives,
        details=_completed(session, case, parsed),
        subject=case.written.digest,
        document=document,
        actor=actor,
        clock=clock,
    )


def record_change(
    session: Session,
    act_type: ActType,
    doctrine_id: str,
    *,
    body: str,
    date: str,
    reference: str,
    motives: str,
    actor: str,
    clock: Clock,
    version_digest: str = "",
    document: str | None = None,
) -> Act:
    """Record that a doctrine is adopted (or amended: adopted anew) or removed.

    Args:
        session: A write session.
        act_type: ``ADOPTION`` or ``REMOVAL``.
        doctrine_id: The doctrine.
        body: Who decided.
        date: Day of the decision, ``YYYY-MM-DD``.
        reference: Number under which it can be found.
        motives: Why.
        actor: Pseudonym of the account that records it.
        clock: Gives the time of recording.
        version_digest: Digest of the registered version that is adopted.
        document: Digest of the attachment.

    Raises:
        BadInput: No such doctrine, or it contradicts those in force.
        NotAuthorised: It cannot be removed: it is not adopted, or always binds.
    """
    take_turn(session)
    now = clock.now()
    require_later(session, now)
    day = _check(body, date, reference, motives, now)
    wait = delay(session, now)
    if act_type is ActType.ADOPTION:
        stored = session.get(StoredDoctrine, version_digest)
        if stored is None or stored.doctrine_id != doctrine_id:
            raise BadInput(say("There is no such version of doctrine {id}.", id=doctrine_id))
        text = load_doctrine(stored.canonical, version_digest)
        if text.doctrine.kind == "base":
            raise BadInput(say("Doctrine {id} always binds.", id=doctrine_id))
        require_no_contradiction(session, text, now + wait)
        subject = version_digest
    else:
        subject = adopted(session, now).get(doctrine_id, "")
        if not subject:
            raise NotAuthorised(say("Doctrine {id} is not in force here.", id=doctrine_id))
    if document is not None:
        find_document(session, document)
    return _write(
        session,
        act_type,
        use_id=None,
        doctrine_id=doctrine_id,
        body=body,
        date=day.isoformat(),
        reference=reference,
        motives=motives,
        details=Change(delay_days=wait.days),
        subject=subject,
        document=document,
        actor=actor,
        clock=clock,
    )


def confirm_act(session: Session, act_id: str, *, actor: str, clock: Clock) -> Act:
    """Confirm, as a second person, an act that widens what runs; the rules are asked again.

    Raises:
        BadInput: No such act, or it waits for nobody.
        NotAuthorised: The same person recorded it, or something stands in the way by now.
    """
    take_turn(session)
    act = session.get(Act, act_id, populate_existing=True)
    if act is None:
        raise BadInput(say("There is no act {act}.", act=act_id))
    if act.type not in WIDENING or act.confirmed_by is not None:
        raise BadInput(say("Act {act} waits for nobody.", act=act_id))
    refusal = say("What widens takes two people: somebody else must confirm it.")
    require_another(session, act.recorded_by, actor, refusal)
    now = clock.now()
    require_later(session, now)
    require_clock(session)
    if act.use_id is not None:
        case = case_of(session, find_use(session, act.use_id), now)
        if act.subject_digest != case.written.digest:
            raise NotAuthorised("The text was changed since this act was recorded.")
        parsed = read_details(ActType(act.type), act.details)
        day = datetime.strptime(act.date, "%Y-%m-%d").date()  # noqa: DTZ007 (a day has no zone)
        known = case.written.text.today(act.recorded_at)
        step = Step(ActType(act.type), parsed, day, known, act.document_digest, act.motives)
        _require_nothing_against(case, step)
        _require_still_true(session, case, act, parsed)
        _carry_out(session, parsed, actor, clock)
    else:
        _require_still_slow(session, act, now)
    act.confirmed_by, act.confirmed_at = actor, now
    payload = {"act": act.id, "use": act.use_id, "doctrine": act.doctrine_id, "type": act.type}
    append(session, Kind.ACT_CONFIRMED, actor=actor, payload=payload, clock=clock)
    return act


def _require_nothing_against(case: Case, step: Step) -> None:
    against = objections(case, step)
    if against:
        raise NotAuthorised(together(against), actor=Actor.USER)


def _completed(session: Session, case: Case, details: BaseModel) -> BaseModel:
    """Details with what Beffroi itself adds, never the person."""
    match details:
        case Publication(urgent=True) as made:
            hours = case.procedure.urgency_hours or 0
            start = max(case.written.text.start_of(made.effect_on), case.now)
            return made.model_copy(update={"ends_at": start + timedelta(hours=hours)})
        case Publication() as made:
            return made.model_copy(update={"ends_at": None})
        case Revalidation() as seen:
            version = current_version(session, seen.camera).number
            return seen.model_copy(update={"version": version})
    return details


def _require_still_true(session: Session, case: Case, act: Act, details: BaseModel) -> None:
    """Refuse to confirm what was overtaken since it was written down."""
    if isinstance(details, Resumption) and any(
        stop.number > act.number for stop in case.of(ActType.SUSPENSION)
    ):
        raise NotAuthorised("The use was suspended again since this act was recorded.")
    if isinstance(details, Revalidation):
        doubt = doubted(session, details.camera)
        changed = current_version(session, details.camera).number != details.version
        if changed or (doubt is not None and doubt.since > act.recorded_at):
            raise NotAuthorised("The camera was changed since it was looked at.")


def _require_still_slow(session: Session, act: Act, now: datetime) -> None:
    """Refuse to confirm a change of doctrine on terms that others have overtaken."""
    wait = timedelta(days=Change.model_validate(act.details).delay_days or 0)
    if wait < (asked := delay(session, now)):
        raise NotAuthorised(
            say(
                "A doctrine in force asks by now that a change waits for {days} days: record it "
                "again.",
                days=asked.days,
            )
        )
    if act.type == ActType.ADOPTION:
        stored = session.get_one(StoredDoctrine, act.subject_digest)
        text = load_doctrine(stored.canonical, act.subject_digest)
        require_no_contradiction(session, text, now + wait)


def _carry_out(session: Session, details: BaseModel, actor: str, clock: Clock) -> None:
    if isinstance(details, Revalidation):
        settle_doubts(session, details.camera, actor=actor, clock=clock)


def _write(
    session: Session,
    act_type: ActType,
    *,
    use_id: str | None,
    doctrine_id: str | None,
    body: str,
    date: str,
    reference: str,
    motives: str,
    details: BaseModel,
    subject: str,
    document: str | None,
    actor: str,
    clock: Clock,
) -> Act:
    act = Act(
        id=str(uuid.uuid4()),
        number=(session.scalar(select(func.max(Act.number))) or 0) + 1,
        use_id=use_id,
        doctrine_id=doctrine_id,
        type=act_type.value,
        body=body,
        date=date,
        reference=reference,
        motives=motives,
        details=details.model_dump(mode="json"),
        subject_digest=subject,
        document_digest=document,
        recorded_by=actor,
        recorded_at=clock.now(),
        confirmed_by=None,
        confirmed_at=None,
    )
    session.add(act)
    session.flush()
    payload = {
        "act": act.id,
        "number": act.number,
        "use": use_id,
        "doctrine": doctrine_id,
        "type": act.type,
        "body": body,
        "date": date,
        "reference": reference,
        "motives": motives,
        "details": act.details,
        "document": document,
        "decided_upon": subject,
    }
    append(session, Kind.ACT, actor=actor, payload=payload, clock=clock)
    return act


def _check(body: str, day: str, reference: str, motives: str, now: datetime) -> date:
    for text, what in ((body, "body"), (reference, "reference"), (motives, "motives")):
        if not text.strip():
            raise BadInput(say("An act states its {what}.", what=what))
    try:
        parsed = datetime.strptime(day, "%Y-%m-%d").date()  # noqa: DTZ007 (a day has no zone)
    except ValueError as error:
        raise BadInput(say("{day!r} is not a day, e.g. 2026-11-22.", day=day)) from error
    # A day begins up to 14 hours earlier in the east than in UTC.
    if parsed > (now + timedelta(hours=14)).date():
        raise BadInput(
            say("An act is recorded once it was taken; {day} is still to come.", day=day)
        )
    return parsed
