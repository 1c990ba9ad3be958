"""What anyone may read: what runs here, whether it runs, and the files of the pages."""

from dataclasses import dataclass
from datetime import date

from fastapi import APIRouter, Request
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from beffroi import __version__
from beffroi.errors import BadInput, Unavailable
from beffroi.ledger.sequencer import overdue
from beffroi.mandate.gate import Hour, OpenUse, Refusal, what_runs
from beffroi.mandate.procedure.standing import State
from beffroi.mandate.use_text import UseText
from beffroi.mandate.uses import list_uses
from beffroi.web.access import PUBLIC, recognise
from beffroi.web.reading import Reading, read
from beffroi.web.render import render
from beffroi.web.site import site_of

router = APIRouter(dependencies=[PUBLIC])


@dataclass(frozen=True, slots=True)
class UseInForce:
    """A use as the city reads of it.

    Args:
        use: Its voted text.
        reading: The definition that it applies.
        cameras: How many cameras it names.
        running: On how many of them it may run at this time.
        last_day: The last day on which it may, whichever of its texts and acts ends it first.
        reasons: Why not on the others, as the gate says it.
    """

    use: UseText
    reading: Reading
    cameras: int
    running: int
    last_day: date
    reasons: list[str]


@router.get("/")
def landing(request: Request) -> Response:
    """What this is, what is in force here, and where to sign in."""
    recognise(request)
    site = site_of(request)
    with site.database.read() as session:
        return render(request, "landing.html", uses=_uses_in_force(session, site.hour(session)))


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


def _uses_in_force(session: Session, hour: Hour) -> list[UseInForce]:
    """Every use that its acts have put in force."""
    answers = what_runs(session, hour)
    found = []
    for use in list_uses(session):
        try:
            matter = hour.votes.matter(use)
        except BadInput:
            continue
        if matter.standing.state is not State.IN_FORCE:
            continue
        mine = [answer for answer in answers if answer.use_id == use.id]
        found.append(
            UseInForce(
                matter.text,
                read(session, matter.voted),
                len(matter.text.cameras),
                sum(isinstance(answer, OpenUse) for answer in mine),
                matter.last_day,
                sorted({answer.reason for answer in mine if isinstance(answer, Refusal)}),
            )
        )
    return found
