"""Doctrines as pages show them: what binds here, what is to come, what could be adopted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from beffroi.errors import BadInput
from beffroi.mandate.doctrine.clauses import Doctrine, DoctrineText, Kind, load_doctrine
from beffroi.mandate.doctrine.shipped import shipped_doctrines
from beffroi.mandate.doctrine.stack import Stack
from beffroi.mandate.procedure.acts import ActType
from beffroi.mandate.procedure.adoption import (
    adopted,
    changes,
    delay,
    effect_of,
    require_no_contradiction,
    stack_in_force,
)
from beffroi.mandate.procedure.standing import counts
from beffroi.store.procedure import Act, StoredDoctrine


@dataclass(frozen=True, slots=True)
class Listed:
    """A doctrine in a list.

    Args:
        text: Its text.
        binds: Whether it is in force here.
        valid: Whether today lies within its own days.
        from_: When it begins to bind, where that is decided and still to come.
    """

    text: DoctrineText
    binds: bool
    valid: bool
    from_: datetime | None = None

    @property
    def doctrine(self) -> Doctrine:
        """What it says."""
        return self.text.doctrine

    @property
    def unverified(self) -> int:
        """How many of its clauses nobody has compared with their source."""
        return sum(not clause.verified for clause in self.doctrine.clauses)


@dataclass(frozen=True, slots=True)
class Library:
    """Every doctrine known here.

    Args:
        in_force: Those that bind, the base included.
        to_come: Adopted, and not binding yet.
        registered: Registered here, and neither.
        shipped: Ready to be adopted.
        leaving: Doctrine → when its removal takes effect.
    """

    in_force: Sequence[Listed]
    to_come: Sequence[Listed]
    registered: Sequence[Listed]
    shipped: Sequence[Listed]
    leaving: dict[str, datetime]


@dataclass(frozen=True, slots=True)
class Prospect:
    """What would come of adopting a text now.

    Args:
        act: Adoption or removal; None where neither makes sense.
        amends: Whether another text of it binds.
        against: What it contradicts, if it does.
        wait: How long the change waits before it binds.
    """

    act: ActType | None
    amends: bool
    against: BadInput | None
    wait: timedelta


def read_library(session: Session, now: datetime) -> Library:
    """Every doctrine, by what it is worth here.

    Raises:
        BadInput: A stored doctrine is not the one adopted.
    """
    stack = stack_in_force(session, now)
    binding = {text.digest for text in stack.texts}
    stored = _registered(session)
    coming, leaving = _decided(session, now)

    def listed(text: DoctrineText) -> Listed:
        return Listed(
            text,
            text.digest in binding,
            text.doctrine.in_force(now.date()),
            coming.get(text.digest),
        )

    known = binding | coming.keys()
    return Library(
        in_force=[listed(text) for text in stack.texts],
        to_come=[listed(text) for digest, text in stored.items() if digest in coming],
        registered=[listed(text) for digest, text in stored.items() if digest not in known],
        shipped=[
            listed(text)
            for text in shipped_doctrines().values()
            if text.digest not in stored and text.digest not in known
        ],
        leaving=leaving,
    )


def find_text(session: Session, digest: str) -> DoctrineText | None:
    """A doctrine by its hash, registered here or shipped; None if there is none.

    Raises:
        BadInput: The stored bytes are not those registered.
    """
    stored = session.get(StoredDoctrine, digest)
    if stored is not None:
        return load_doctrine(stored.canonical, digest)
    shipped = shipped_doctrines().values()
    return next((text for text in shipped if text.digest == digest), None)


def prospect(session: Session, text: DoctrineText, now: datetime) -> Prospect:
    """What can be decided about a text, and what stands in the way."""
    wait = delay(session, now)
    bound = adopted(session, now).get(text.doctrine.id)
    if text.doctrine.kind is Kind.BASE:
        return Prospect(None, False, None, wait)
    if bound == text.digest:
        return Prospect(ActType.REMOVAL, False, None, wait)
    against = None
    try:
        Stack([text])
        require_no_contradiction(session, text, now + wait)
    except BadInput as error:
        against = error
    return Prospect(ActType.ADOPTION, bound is not None, against, wait)


def history(session: Session, doctrine_id: str | None = None) -> list[Act]:
    """Acts on doctrines, the latest first."""
    acts = changes(session)[::-1]
    return [act for act in acts if doctrine_id in (None, act.doctrine_id)]


def _decided(session: Session, now: datetime) -> tuple[dict[str, datetime], dict[str, datetime]]:
    """Digest → from when it binds, and doctrine → when it stops, where both are still to come."""
    coming: dict[str, datetime] = {}
    leaving: dict[str, datetime] = {}
    for act in changes(session):
        if counts(act) and act.doctrine_id is not None and effect_of(act) > now:
            if act.type == ActType.ADOPTION:
                coming[act.subject_digest] = effect_of(act)
            else:
                leaving[act.doctrine_id] = effect_of(act)
    return coming, leaving


def _registered(session: Session) -> dict[str, DoctrineText]:
    rows = session.scalars(
        select(StoredDoctrine).order_by(StoredDoctrine.doctrine_id, StoredDoctrine.version)
    )
    return {row.digest: load_doctrine(row.canonical, row.digest) for row in rows}
