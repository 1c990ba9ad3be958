"""Doctrines and legal packs: read clause by clause by anybody, whether they bind here or not."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Request
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException
from starlette.responses import Response

from beffroi.mandate.doctrine.clauses import DoctrineText
from beffroi.mandate.modes import Mode
from beffroi.mandate.procedure.documents import find_document
from beffroi.mandate.procedure.standing import counts
from beffroi.mandate.rights import Permission
from beffroi.web.access import PUBLIC, Visitor, needs, recognise
from beffroi.web.doctrines import find_text, history, read_library
from beffroi.web.dossiers import deeds
from beffroi.web.posted import download
from beffroi.web.render import render
from beffroi.web.routes.mandate import attachment
from beffroi.web.site import site_of

router = APIRouter()


@router.get("/city/doctrines")
def office(
    request: Request, visitor: Annotated[Visitor, needs(Permission.SEE_MANDATES)]
) -> Response:
    """What binds here, what is to come, what could be adopted."""
    return _list(request, public=False)


@router.get("/doctrines", dependencies=[PUBLIC])
def portal(request: Request) -> Response:
    """The same for anybody."""
    recognise(request)
    return _list(request, public=True)


@router.get("/doctrines/{digest}", dependencies=[PUBLIC])
def portal_one(request: Request, digest: str) -> Response:
    """One doctrine, clause by clause, for anybody."""
    recognise(request)
    site = site_of(request)
    with site.database.read() as session:
        text = text_or_404(session, digest)
        return render(
            request,
            "doctrine/one.html",
            text=text,
            every_mode=len(Mode),
            deeds=[
                deed for deed in deeds(session, history(session, text.doctrine.id)) if deed.counts
            ],
            public=True,
        )


@router.get("/doctrines/documents/{digest}", dependencies=[PUBLIC])
def document(request: Request, digest: str) -> Response:
    """What an act on a doctrine rests on, once that act counts."""
    with site_of(request).database.read() as session:
        acts = history(session)
        if not any(counts(act) and act.document_digest == digest for act in acts):
            raise HTTPException(HTTPStatus.NOT_FOUND)
        return attachment(find_document(session, digest))


@router.get("/doctrines/{digest}/text.json", dependencies=[PUBLIC])
def canonical(request: Request, digest: str) -> Response:
    """The very bytes that are adopted: their SHA-256 is the digest."""
    with site_of(request).database.read() as session:
        text = text_or_404(session, digest)
    name = f"{text.doctrine.id}-{text.doctrine.version}.json"
    return download(text.canonical, "application/json", name)


def text_or_404(session: Session, digest: str) -> DoctrineText:
    """A doctrine, or the page that says that there is none."""
    text = find_text(session, digest)
    if text is None:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return text


def _list(request: Request, *, public: bool) -> Response:
    site = site_of(request)
    with site.database.read() as session:
        made = deeds(session, history(session))
        return render(
            request,
            "doctrine/list.html",
            library=read_library(session, site.clock.now()),
            deeds=[deed for deed in made if deed.counts or not public],
            path="/doctrines" if public else "/city/doctrines",
            public=public,
        )
