"""What anybody may read without an account: each use, who decided what about it, and when."""

from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Request
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from beffroi.errors import BadInput
from beffroi.mandate.gate import Hour
from beffroi.mandate.procedure.documents import find_document, is_public
from beffroi.mandate.procedure.standing import State
from beffroi.web.access import PUBLIC, recognise
from beffroi.web.counts import last_counts
from beffroi.web.dossiers import Dossier, read_dossier, read_register
from beffroi.web.render import render
from beffroi.web.routes.mandate import attachment, by_state, found, table
from beffroi.web.site import site_of

router = APIRouter(dependencies=[PUBLIC])


@router.get("/uses")
def listed(request: Request) -> Response:
    """Every use that was ever put before the public, by where it stands."""
    recognise(request)
    site = site_of(request)
    with site.database.read() as session:
        entries, _ = read_register(session, site.clock.now())
        return render(
            request,
            "mandate/public_list.html",
            groups=by_state(one for one in entries if one.state is not State.DRAFT),
        )


@router.get("/uses.json")
def as_data(request: Request) -> Response:
    """The same for programs; times are UTC, days are local to the use."""
    site = site_of(request)
    with site.database.read() as session:
        hour = site.hour(session)
        entries, _ = read_register(session, hour.now)
        shown = [one.use_id for one in entries if one.state is not State.DRAFT]
        return JSONResponse(
            {
                "at": hour.now.isoformat(),
                "uses": [_plain(_public(session, use_id, hour)) for use_id in shown],
            }
        )


@router.get("/uses/{use_id}")
def use(request: Request, use_id: str) -> Response:
    """One use: text, acts, why it runs or not, rights and remedies."""
    recognise(request)
    site = site_of(request)
    with site.database.read() as session:
        hour = site.hour(session)
        dossier = _public(session, use_id, hour)
        counts = last_counts(session, dossier.entry.text, hour.now)
        return render(request, "mandate/public_use.html", dossier=dossier, counts=counts)


@router.get("/uses/{use_id}/counts.csv")
def counts(request: Request, use_id: str) -> Response:
    """All that a use has counted and that may be told."""
    site = site_of(request)
    with site.database.read() as session:
        hour = site.hour(session)
        _public(session, use_id, hour)
        return table(session, use_id, hour.now)


@router.get("/uses/{use_id}/documents/{digest}")
def document(request: Request, use_id: str, digest: str) -> Response:
    """The paper of a public act."""
    site = site_of(request)
    with site.database.read() as session:
        dossier = _public(session, use_id, site.hour(session))
        papers = {deed.act.document_digest for deed in dossier.deeds if deed.document}
        if digest not in papers:
            raise HTTPException(404)
        try:
            return attachment(find_document(session, digest))
        except BadInput as error:
            raise HTTPException(404) from error


def _public(session: Session, use_id: str, hour: Hour) -> Dossier:
    """A use without what waits for a second person, and without papers that are not public."""
    found(session, use_id)
    dossier = read_dossier(session, use_id, hour)
    if dossier.entry.state is State.DRAFT:
        raise HTTPException(404)
    deeds = [
        deed if is_public(deed.act, dossier.standing.state) else replace(deed, document=None)
        for deed in dossier.deeds
        if deed.counts
    ]
    return replace(dossier, deeds=deeds)


def _plain(dossier: Dossier) -> dict[str, Any]:
    entry, text = dossier.entry, dossier.entry.text
    return {
        "id": entry.use_id,
        "state": entry.state.value,
        "refused": entry.against,
        "event": entry.voted.definition.event,
        "title": entry.voted.definition.title,
        "mode": text.mode.value,
        "purpose": text.purpose,
        "law": text.law,
        "legal_basis": text.legal_basis,
        "controller": text.controller,
        "cameras": [
            {"id": one.camera_id, "name": one.name, "runs": one.runs} for one in dossier.cameras
        ],
        "timezone": text.timezone,
        "hours": text.hours,
        "starts_at": text.starts_at.isoformat(),
        "ends_at": text.ends_at.isoformat(),
        "last_day": entry.last_day.isoformat(),
        "consultation": entry.consultation,
        "text": dossier.written.digest,
        "definition": text.definition,
        "acts": [
            {
                "type": deed.act.type,
                "body": deed.act.body,
                "date": deed.act.date,
                "reference": deed.act.reference,
                "motives": deed.act.motives,
                "details": deed.act.details,
                "document": deed.act.document_digest if deed.document else None,
            }
            for deed in dossier.deeds
        ],
    }
