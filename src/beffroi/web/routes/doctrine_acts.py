"""Doctrines adopted, amended and removed: acts of two people, like everything that widens."""

from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

from fastapi import APIRouter, Request
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from beffroi.errors import BadInput, BeffroiError, NotAuthorised
from beffroi.mandate.doctrine.clauses import read_doctrine
from beffroi.mandate.modes import Mode
from beffroi.mandate.procedure.acts import ActType
from beffroi.mandate.procedure.adoption import register_doctrine
from beffroi.mandate.procedure.record import record_change
from beffroi.mandate.rights import Permission
from beffroi.web.access import Visitor, acts, needs
from beffroi.web.doctrines import history, prospect
from beffroi.web.dossiers import deeds
from beffroi.web.i18n import N_
from beffroi.web.posted import Typed, attached, status_of, uploaded
from beffroi.web.render import render
from beffroi.web.routes.doctrines import text_or_404
from beffroi.web.site import Site, site_of

router = APIRouter(prefix="/city/doctrines")

Records = Annotated[Visitor, acts(Permission.RECORD_ACTS)]


@router.post("")
def register(request: Request, visitor: Records, typed: Typed) -> Response:
    """Register a text of the city's own; it binds nobody before it is adopted."""
    site = site_of(request)
    file = uploaded(typed, "text")
    if file is None:
        raise BadInput(N_("Choose the file of the doctrine, in YAML."))
    with TemporaryDirectory() as folder:
        path = Path(folder) / "doctrine.yaml"
        path.write_bytes(file.file.read())
        text = read_doctrine(path)
    with site.database.write() as session:
        register_doctrine(session, text, actor=visitor.account.pseudonym, clock=site.clock)
    return RedirectResponse(f"/city/doctrines/{text.digest}", HTTPStatus.SEE_OTHER)


@router.get("/{digest}")
def one(
    request: Request,
    visitor: Annotated[Visitor, needs(Permission.SEE_MANDATES)],
    digest: str,
) -> Response:
    """One doctrine, clause by clause, with what can be decided about it."""
    return _page(request, digest)


@router.post("/{digest}/{act_type}")
def decide(
    request: Request, visitor: Records, digest: str, act_type: ActType, typed: Typed
) -> Response:
    """Record that a text is adopted or removed."""
    site = site_of(request)
    values = {name: value for name, value in typed.items() if isinstance(value, str)}
    try:
        values |= attached(site, visitor, typed)
        with site.database.write() as session:
            _record(session, site, visitor, digest, act_type, values)
    except (BadInput, NotAuthorised) as error:
        return _page(request, digest, values, error)
    return RedirectResponse(f"/city/doctrines/{digest}#history", HTTPStatus.SEE_OTHER)


def _record(
    session: Session,
    site: Site,
    visitor: Visitor,
    digest: str,
    act_type: ActType,
    values: Mapping[str, str],
) -> None:
    text = text_or_404(session, digest)
    if act_type is not prospect(session, text, site.clock.now()).act:
        raise BadInput(N_("This cannot be decided about this text as things stand."))
    register_doctrine(session, text, actor=visitor.account.pseudonym, clock=site.clock)
    record_change(
        session,
        act_type,
        text.doctrine.id,
        version_digest=digest if act_type is ActType.ADOPTION else "",
        body=values.get("body", ""),
        date=values.get("date", ""),
        reference=values.get("reference", ""),
        motives=values.get("motives", ""),
        document=values.get("document") or None,
        actor=visitor.account.pseudonym,
        clock=site.clock,
    )


def _page(
    request: Request,
    digest: str,
    values: Mapping[str, str] | None = None,
    error: BeffroiError | None = None,
) -> Response:
    site = site_of(request)
    with site.database.read() as session:
        text = text_or_404(session, digest)
        now = site.clock.now()
        return render(
            request,
            "doctrine/one.html",
            status=status_of(error),
            text=text,
            every_mode=len(Mode),
            prospect=prospect(session, text, now),
            deeds=deeds(session, history(session, text.doctrine.id)),
            values={"date": now.date().isoformat(), **(values or {})},
            error=error,
            public=False,
        )
