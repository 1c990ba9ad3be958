"""The journal: the latest entries of the ledger in plain words."""

import json
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from sqlalchemy import ColumnElement, SQLColumnExpression, select
from sqlalchemy.orm import Session
from starlette.responses import Response

from beffroi.ledger.append import SYSTEM
from beffroi.mandate.rights import Permission
from beffroi.store.accounts import Account
from beffroi.store.ledger import LedgerEntry, LedgerPayload
from beffroi.web.access import Visitor, needs
from beffroi.web.cases import city_zone
from beffroi.web.feed import LAST_POSITION
from beffroi.web.render import render
from beffroi.web.site import site_of

router = APIRouter(prefix="/console/journal")

PAGE = 100


@dataclass(frozen=True, slots=True)
class Line:
    """One entry as a person reads it.

    Args:
        entry: The leaf.
        who: Name of the person, None for the system or for who is no longer known.
        facts: The payload, None once it was erased.
    """

    entry: LedgerEntry
    who: str | None
    facts: dict[str, Any] | None

    @property
    def by_system(self) -> bool:
        """Whether the software did it by itself."""
        return self.entry.actor == SYSTEM


@router.get("")
def latest(
    request: Request,
    visitor: Annotated[Visitor, needs(Permission.SEE_JOURNAL)],
    before: Annotated[int | None, Query(ge=0, le=LAST_POSITION)] = None,
) -> Response:
    """A page of entries, latest position first; before them all, those still without one."""
    with site_of(request).database.read() as session:
        lines = _read(session, before)
        last = lines[-1].entry.position if lines else None
        return render(request, "journal.html", lines=lines, earlier=last, zone=city_zone(session))


def _read(session: Session, before: int | None) -> list[Line]:
    # In the order of positions, which the proof covers; ids are in no leaf, so they prove nothing.
    position = LedgerEntry.position
    if before is not None:
        return _lines(session, position < before, position)
    return [
        *_lines(session, position.is_(None), LedgerEntry.id),
        *_lines(session, position.is_not(None), position),
    ]


def _lines(
    session: Session, chosen: ColumnElement[bool], order: SQLColumnExpression[Any]
) -> list[Line]:
    rows = session.execute(
        select(LedgerEntry, LedgerPayload.payload, Account.name)
        .outerjoin(LedgerPayload, LedgerPayload.entry_id == LedgerEntry.id)
        .outerjoin(Account, Account.pseudonym == LedgerEntry.actor)
        .where(chosen)
        .order_by(order.desc())
        .limit(PAGE)
    )
    return [
        Line(entry, name, None if payload is None else json.loads(payload))
        for entry, payload, name in rows
    ]
