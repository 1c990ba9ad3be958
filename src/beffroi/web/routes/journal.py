"""The journal: the latest entries of the ledger in plain words."""

import json
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Request
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.responses import Response

from beffroi.ledger.append import SYSTEM
from beffroi.mandate.rights import Permission
from beffroi.store.accounts import Account
from beffroi.store.ledger import LedgerEntry, LedgerPayload
from beffroi.web.access import Visitor, needs
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
    before: int | None = None,
) -> Response:
    """A page of entries, newest first."""
    with site_of(request).database.read() as session:
        return render(request, "journal.html", lines=_read(session, before), page=PAGE)


def _read(session: Session, before: int | None) -> list[Line]:
    wanted = (
        select(LedgerEntry, LedgerPayload.payload, Account.name)
        .outerjoin(LedgerPayload, LedgerPayload.entry_id == LedgerEntry.id)
        .outerjoin(Account, Account.pseudonym == LedgerEntry.actor)
        .order_by(LedgerEntry.id.desc())
        .limit(PAGE)
    )
    if before is not None:
        wanted = wanted.where(LedgerEntry.id < before)
    return [
        Line(entry, name, None if payload is None else json.loads(payload))
        for entry, payload, name in session.execute(wanted)
    ]
