"""What anyone may read: what runs here, whether it runs, and the files of the pages."""

from fastapi import APIRouter, Request
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from beffroi import __version__
from beffroi.errors import Unavailable
from beffroi.ledger.sequencer import overdue
from beffroi.mandate.definition import Definition, load_definition
from beffroi.store.mandates import StoredDefinition, Use, UseCamera
from beffroi.web.access import PUBLIC, recognise
from beffroi.web.render import render
from beffroi.web.site import site_of

router = APIRouter(dependencies=[PUBLIC])


@router.get("/")
def landing(request: Request) -> Response:
    """What this is, what is in force here, and where to sign in."""
    recognise(request)
    with site_of(request).database.read() as session:
        return render(request, "landing.html", uses=_uses_in_force(session))


@router.get("/health")
def health(request: Request) -> Response:
    """Whether web, database and ledger keep up, for whoever supervises this machine."""
    site = site_of(request)
    try:
        with site.database.read() as session:
            late = overdue(session, site.clock)
        if late:
            raise Unavailable(f"The ledger has not been signed since {late[0].at:%H:%M:%S} UTC.")
        if any(task.done() for task in site.tasks):
            raise Unavailable("News or skeletons are no longer followed: restart the web server.")
    except Unavailable as error:
        body = {"status": "unavailable", "version": __version__, "detail": error.message}
        return JSONResponse(body, status_code=503)
    return JSONResponse({"status": "ok", "version": __version__})


@router.get("/static/{path:path}")
def static(request: Request, path: str) -> Response:
    """A script, a style or a picture of the pages."""
    asset = site_of(request).assets.get(path)
    if asset is None:
        raise HTTPException(404)
    headers = {"ETag": asset.etag, "Cache-Control": "no-cache"}
    if request.headers.get("if-none-match") == asset.etag:
        return Response(status_code=304, headers=headers)
    return Response(asset.body, media_type=asset.media_type, headers=headers)


def _uses_in_force(session: Session) -> list[tuple[Use, Definition, int]]:
    """Every use in force, with its voted text and its number of cameras."""
    rows = session.execute(
        select(Use, StoredDefinition, func.count(UseCamera.camera_id))
        .join(StoredDefinition, StoredDefinition.digest == Use.definition_digest)
        .outerjoin(UseCamera, UseCamera.use_id == Use.id)
        .where(Use.state == "in_force")
        .group_by(Use.id, StoredDefinition.digest)
        .order_by(Use.id)
    )
    return [
        (use, load_definition(stored.canonical, stored.digest).definition, cameras)
        for use, stored, cameras in rows
    ]
