"""Why something is looked for on a camera or not, clause by clause."""

from typing import Annotated, Final

from fastapi import APIRouter, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from beffroi.errors import BadInput
from beffroi.mandate.cameras import list_cameras
from beffroi.mandate.doctrine.translations import told
from beffroi.mandate.equipment import known_equipment
from beffroi.mandate.explaining import Explained, explain
from beffroi.mandate.rights import Permission
from beffroi.web.access import Visitor, needs
from beffroi.web.cases import city_zone
from beffroi.web.definitions import known_definitions
from beffroi.web.posted import moment
from beffroi.web.reading import read
from beffroi.web.render import language_of, render
from beffroi.web.site import site_of

router = APIRouter(prefix="/city")

ZONE: Final = "Europe/Paris"
"""Where nothing else is typed and no use says where the city is."""


@router.get("/explain")
def page(
    request: Request,
    visitor: Annotated[Visitor, needs(Permission.SEE_CAMERAS)],
    camera: str = "",
    event: str = "",
    at: str = "",
    zone: str = "",
) -> Response:
    """Ask of a camera, an event and a moment; who watches a wall may ask why it is dark."""
    site = site_of(request)
    error = None
    explained: Explained | None = None
    with site.database.read() as session:
        zone = zone or city_zone(session) or ZONE
        try:
            asked = moment(at, zone)
            if camera:
                explained = explain(
                    session, camera, event or None, site.clock, asked, known_equipment(session)
                )
        except BadInput as refusal:
            error = refusal
        return render(
            request,
            "mandate/explain.html",
            status=200 if error is None else 400,
            cameras=[(one.camera_id, one.name) for one in list_cameras(session)],
            events=_events(session, language_of(request).code),
            values={"camera": camera, "event": event, "at": at, "zone": zone},
            explained=explained,
            zone=zone,
            error=error,
        )


def _events(session: Session, language: str) -> list[tuple[str, str]]:
    titles = {
        voted.definition.event: read(session, voted).definition.title
        for voted in known_definitions(session)
    }
    return [(event, f"{told(title, language)} ({event})") for event, title in titles.items()]
