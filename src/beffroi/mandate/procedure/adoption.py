"""Doctrines adopted, amended and removed: by acts too, with a second person and a delay.

What binds at a moment is read from the acts: for each doctrine the version last adopted whose
effect has begun, unless it was removed. The base doctrines bind always.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from beffroi.clock import Clock
from beffroi.errors import BadInput
from beffroi.ledger.append import Kind, append
from beffroi.mandate.doctrine.clauses import DoctrineText, load_doctrine
from beffroi.mandate.doctrine.stack import Stack
from beffroi.mandate.modes import Mode
from beffroi.mandate.procedure.acts import ActType, Change, read_details
from beffroi.mandate.procedure.standing import counts
from beffroi.store.procedure import Act, StoredDoctrine

CHANGES: Final = (ActType.ADOPTION, ActType.REMOVAL)

ANY_EVENT: Final = "doctrine"
"""No event has this name: only clauses about all events answer to it."""


def stack_in_force(session: Session, now: datetime) -> Stack:
    """Everything that binds at a moment.

    Raises:
        BadInput: A stored doctrine is not the one adopted, or they contradict each other.
    """
    return _stack(_stored(session, adopted(session, now)))


def adopted(session: Session, now: datetime) -> dict[str, str]:
    """Doctrine id → digest of the version that binds at a moment, the base ones left out."""
    return binding(changes(session), now)


def binding(acts: Iterable[Act], now: datetime) -> dict[str, str]:
    """The same, folded from acts on doctrines in the order of their recording."""
    bound: dict[str, str] = {}
    for act in acts:
        if not counts(act) or act.doctrine_id is None or effect_of(act) > now:
            continue
        if act.type == ActType.ADOPTION:
            bound[act.doctrine_id] = act.subject_digest
        else:
            bound.pop(act.doctrine_id, None)
    return bound


def changes(session: Session) -> list[Act]:
    """Every act on a doctrine, in the order of their recording."""
    acts = select(Act).where(Act.type.in_([change.value for change in CHANGES]))
    return list(session.scalars(acts.order_by(Act.number)))


def effect_of(act: Act) -> datetime:
    """From when a confirmed change of doctrine binds: nobody outside sees it before that."""
    details = read_details(ActType(act.type), act.details)
    if not isinstance(details, Change) or details.delay_days is None or act.confirmed_at is None:
        raise BadInput("This act changes no doctrine.")
    return act.confirmed_at + timedelta(days=details.delay_days)


def delay(session: Session, now: datetime) -> timedelta:
    """How long a change of doctrine waits before it binds: what the doctrines in force ask."""
    asked = stack_in_force(session, now).procedure(ANY_EVENT, Mode.LIVE, now)
    return timedelta(days=asked.doctrine_delay_days)


def register_doctrine(
    session: Session, text: DoctrineText, *, actor: str, clock: Clock
) -> StoredDoctrine:
    """Store the bytes of a doctrine under their hash; the same text twice is one row."""
    stored = session.get(StoredDoctrine, text.digest)
    if stored is None:
        stored = StoredDoctrine(
            digest=text.digest,
            doctrine_id=text.doctrine.id,
            version=text.doctrine.version,
            canonical=text.canonical,
            registered_at=clock.now(),
        )
        session.add(stored)
        session.flush()
        payload = {
            "digest": text.digest,
            "doctrine": text.doctrine.id,
            "version": text.doctrine.version,
        }
        append(session, Kind.DOCTRINE_REGISTERED, actor=actor, payload=payload, clock=clock)
    return stored


def require_no_contradiction(session: Session, text: DoctrineText, effect: datetime) -> None:
    """Refuse a doctrine that contradicts those in force when it binds, or decided for later.

    Raises:
        BadInput: Two clauses cannot both hold; both are quoted.
    """
    decided = [effect_of(act) for act in changes(session) if counts(act)]
    for moment in (effect, *(later for later in decided if later > effect)):
        others = {
            doctrine_id: digest
            for doctrine_id, digest in adopted(session, moment).items()
            if doctrine_id != text.doctrine.id
        }
        Stack([*(load_doctrine(data, digest) for digest, data in _stored(session, others)), text])


def _stored(session: Session, binding: dict[str, str]) -> tuple[tuple[str, bytes], ...]:
    found = []
    for digest in sorted(binding.values()):
        stored = session.get(StoredDoctrine, digest)
        if stored is None:
            raise BadInput("A doctrine that was adopted is not stored here.")
        found.append((digest, stored.canonical))
    return tuple(found)


@lru_cache(maxsize=16)
def _stack(stored: tuple[tuple[str, bytes], ...]) -> Stack:
    """Read once for the same bytes: they are hashed again as soon as one of them differs."""
    return Stack(load_doctrine(data, digest) for digest, data in stored)
