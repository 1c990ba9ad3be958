"""Definitions: what is looked for, word for word, for anybody to read, compare and hash."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from beffroi.mandate.annexes import review_annex
from beffroi.mandate.difference import differences
from beffroi.mandate.procedure.standing import State
from beffroi.mandate.rights import Permission
from beffroi.web.access import PUBLIC, Visitor, acts, needs, recognise
from beffroi.web.definitions import (
    Known,
    author_of,
    facts,
    parameters,
    read_definition,
    read_definitions,
)
from beffroi.web.posted import download
from beffroi.web.render import language_of, render
from beffroi.web.site import site_of

router = APIRouter()

Sees = Annotated[Visitor, needs(Permission.SEE_MANDATES)]
Wanted = Annotated[str | None, Query(alias="from", max_length=64)]


@router.get("/city/definitions")
def office(request: Request, visitor: Sees) -> Response:
    """Every definition, with the uses that apply it."""
    return _list(request, public=False)


@router.get("/definitions", dependencies=[PUBLIC])
def portal(request: Request) -> Response:
    """The same for anybody."""
    recognise(request)
    return _list(request, public=True)


@router.get("/city/definitions/{digest}")
def office_one(request: Request, visitor: Sees, digest: str, before: Wanted = None) -> Response:
    """One definition, with what people of the office can do about it."""
    return _one(request, digest, before, visitor)


@router.get("/definitions/{digest}", dependencies=[PUBLIC])
def portal_one(request: Request, digest: str, before: Wanted = None) -> Response:
    """One definition, for anybody."""
    recognise(request)
    return _one(request, digest, before, None)


@router.get("/definitions/{digest}/text.json", dependencies=[PUBLIC])
def canonical(request: Request, digest: str) -> Response:
    """The very bytes that were voted: their SHA-256 is the digest."""
    site = site_of(request)
    with site.database.read() as session:
        known = _found(session, request, digest)
    name = f"{known.definition.event}-{known.definition.version}.json"
    return download(known.voted.canonical, "application/json", name)


@router.post("/city/definitions/{digest}/review")
def review(
    request: Request,
    visitor: Annotated[Visitor, acts(Permission.RECORD_ACTS)],
    digest: str,
    kind: Annotated[str, Form(max_length=20)],
    language: Annotated[str, Form(max_length=2)] = "",
) -> Response:
    """Stand for an annex that somebody else recorded."""
    site = site_of(request)
    with site.database.write() as session:
        review_annex(
            session,
            digest,
            kind,
            language or None,
            actor=visitor.account.pseudonym,
            clock=site.clock,
        )
    return RedirectResponse(f"/city/definitions/{digest}#annexes", HTTPStatus.SEE_OTHER)


def _list(request: Request, *, public: bool) -> Response:
    site = site_of(request)
    with site.database.read() as session:
        known = read_definitions(session, site.clock.now())
    return render(
        request,
        "definition/list.html",
        here=[one for one in known if one.registered],
        shipped=[one for one in known if not one.registered],
        path="/definitions" if public else "/city/definitions",
        public=public,
    )


def _one(request: Request, digest: str, before: str | None, visitor: Visitor | None) -> Response:
    site, language = site_of(request), language_of(request).code
    with site.database.read() as session:
        known = _found(session, request, digest)
        others = [
            one
            for one in read_definitions(session, site.clock.now())
            if one.definition.event == known.definition.event and one.voted.digest != digest
        ]
        earlier = None if before is None else _found(session, request, before)
        own = {
            one.text.digest
            for one in known.reading.annexes
            if visitor is not None
            and author_of(session, digest, one.text.content.kind, one.text.language)
            == visitor.account.pseudonym
        }
    reading = known.reading
    return render(
        request,
        "definition/one.html",
        known=known,
        reading=reading,
        parameters=parameters(reading.definition, language),
        facts=facts(reading.definition, language),
        contacts=reading.contacts(language),
        uses=[use for use in known.uses if visitor or use.state is not State.DRAFT],
        others=others,
        earlier=earlier,
        changes=differences(earlier.definition, known.definition, language) if earlier else [],
        own=own,
        path="/city/definitions" if visitor else "/definitions",
        public=visitor is None,
    )


def _found(session: Session, request: Request, digest: str) -> Known:
    known = read_definition(session, digest, site_of(request).clock.now())
    if known is None:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return known
