"""What the city decided and is deciding: every use, where it stands, and the papers behind it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Request
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException
from starlette.responses import Response

from beffroi.errors import Actor, BadInput, NotAuthorised
from beffroi.mandate.procedure.documents import find_document
from beffroi.mandate.procedure.outlook import first_thing, next_acts, waiting
from beffroi.mandate.procedure.standing import State
from beffroi.mandate.rights import Permission
from beffroi.mandate.uses import find_use
from beffroi.store.mandates import Use
from beffroi.store.procedure import Document
from beffroi.web.access import Visitor, needs
from beffroi.web.act_forms import recorders_of
from beffroi.web.counts import as_table, last_counts
from beffroi.web.dossiers import Entry, deeds, read_dossier, read_register
from beffroi.web.i18n import N_
from beffroi.web.posted import download
from beffroi.web.render import render
from beffroi.web.routes.duties import pressing
from beffroi.web.site import site_of

router = APIRouter(prefix="/city")

SeesMandates = Annotated[Visitor, needs(Permission.SEE_MANDATES)]

ORDER: Final = (
    State.CONSULTATION,
    State.OPINIONS,
    State.VOTE,
    State.AUTHORISED,
    State.PUBLISHED,
    State.IN_FORCE,
    State.SUSPENDED,
    State.DRAFT,
    State.REFUSED,
    State.REJECTED,
    State.WITHDRAWN,
    State.EXPIRED,
    State.REPEALED,
)
"""What is being decided comes first, what is over comes last."""


@router.get("")
def register(request: Request, visitor: SeesMandates) -> Response:
    """Every use by where it stands, and what waits for somebody."""
    site = site_of(request)
    now = site.clock.now()
    with site.database.read() as session:
        entries, broken = read_register(session, now)
        return render(
            request,
            "mandate/register.html",
            due=pressing(session, now),
            today=now.date(),
            groups=by_state(entries),
            broken=broken,
            waiting=deeds(session, waiting(session)),
        )


@router.get("/uses/{use_id}")
def use(request: Request, visitor: SeesMandates, use_id: str) -> Response:
    """One use: its text, its acts, why it runs or not, and what may follow."""
    site = site_of(request)
    with site.database.read() as session:
        now = site.clock.now()
        wanted = found(session, use_id)
        return render(
            request,
            "mandate/use.html",
            dossier=(dossier := read_dossier(session, use_id, site.hour(session))),
            counts=last_counts(session, dossier.entry.text, now),
            first=first_thing(session, wanted, now),
            steps=next_acts(session, wanted, now),
            recorders_of=recorders_of,
        )


@router.get("/uses/{use_id}/counts.csv")
def counts(request: Request, visitor: SeesMandates, use_id: str) -> Response:
    """All that a use has counted and that may be told."""
    site = site_of(request)
    with site.database.read() as session:
        found(session, use_id)
        return table(session, use_id, site.clock.now())


@router.get("/documents/{digest}")
def document(request: Request, visitor: SeesMandates, digest: str) -> Response:
    """An attachment, as it was attached."""
    with site_of(request).database.read() as session:
        try:
            return attachment(find_document(session, digest))
        except BadInput as error:
            raise HTTPException(404) from error


def found(session: Session, use_id: str) -> Use:
    """A use by its id, or the page that says that there is none."""
    try:
        return find_use(session, use_id)
    except BadInput as error:
        raise HTTPException(404) from error


def require_unchanged(use: Use, seen: str) -> None:
    """Refuse what was typed about a text that somebody has changed since.

    Raises:
        NotAuthorised: The text is not the one that was on the page.
    """
    if seen != use.text_digest:
        raise NotAuthorised(
            N_("Somebody changed the text meanwhile. Read it again, then send this form again."),
            actor=Actor.USER,
        )


def attachment(document: Document) -> Response:
    """A document that a browser saves and never opens in this site's name."""
    return download(document.content, document.media_type, document.name)


def table(session: Session, use_id: str, now: datetime) -> Response:
    """The counts of a use, as a file."""
    return download(as_table(session, use_id, now), "text/csv; charset=utf-8", f"{use_id}.csv")


def by_state(entries: Iterable[Entry]) -> Mapping[State, list[Entry]]:
    """Uses by where they stand, in the order of `ORDER`; states without any are left out."""
    groups = defaultdict(list)
    for entry in entries:
        groups[entry.state].append(entry)
    return {state: groups[state] for state in ORDER if state in groups}
